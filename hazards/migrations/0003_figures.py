from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hazards", "0002_worst_first"), ("reference", "0001_initial")]

    operations = [
        migrations.RemoveIndex(model_name="hazardcase", name="case_region_opened"),
        migrations.AddIndex(
            model_name="hazardcase",
            index=models.Index(
                fields=["region", "opened_on"],
                include=["state", "due_on", "original_due_on", "closed_on"],
                name="case_figures",
            ),
        ),
    ]
