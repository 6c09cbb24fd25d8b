"""The letters of the first ladder name the inspector in charge as the pages do: 承办监督员."""

from django.db import migrations

OLD, NEW = "主办检查员", "承办监督员"


def replace(old: str, new: str) -> str:
    return f"UPDATE rectification_rung SET body = replace(body, '{old}', '{new}')"


class Migration(migrations.Migration):
    dependencies = [("rectification", "0015_referral_stage")]

    operations = [migrations.RunSQL(replace(OLD, NEW), replace(NEW, OLD))]
