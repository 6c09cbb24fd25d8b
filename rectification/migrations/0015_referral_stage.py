"""Where the department stands with cases that were referred before the case itself said so."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("rectification", "0014_complaints"), ("hazards", "0009_case_referral_stage")]
    operations = [
        migrations.RunSQL(
            """
            UPDATE hazards_hazardcase c
            SET referral_stage = CASE
                WHEN t.answered_on IS NOT NULL THEN 'answered'
                WHEN t.accepted_on IS NOT NULL THEN 'accepted'
                ELSE 'waiting' END
            FROM rectification_transfer t
            WHERE t.case_id = c.id AND t.returned_at IS NULL AND t.settled_at IS NULL AND c.state = 'transferred'
            """,
            migrations.RunSQL.noop,
        )
    ]
