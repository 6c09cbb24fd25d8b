"""An index for words of one and two characters in findings."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

CREATE = """
    CREATE FUNCTION case_grams(words text) RETURNS varchar[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10000
    RETURN (
        SELECT array_agg(DISTINCT gram::varchar)
        FROM generate_series(1, length(words)) AS at
        CROSS JOIN LATERAL (VALUES (substr(words, at, 1)), (substr(words, at, 2))) AS both_lengths (gram)
    )
"""


class Migration(migrations.Migration):
    dependencies = [
        ("hazards", "0002_case_tally"),
    ]

    operations = [
        migrations.RunSQL(CREATE, "DROP FUNCTION case_grams(text)"),
        migrations.AddIndex(
            model_name="hazardcase",
            index=django.contrib.postgres.indexes.GinIndex(
                models.Func(
                    "description",
                    function="case_grams",
                    output_field=django.contrib.postgres.fields.ArrayField(models.CharField(max_length=2)),
                ),
                fastupdate=False,
                name="case_short_words",
            ),
        ),
    ]
