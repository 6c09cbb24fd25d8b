from datetime import date
from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent / "sql"
BODY = "单位：{unit}（{township}，{address}）\n隐患：{category}{part}\n{what}\n案件编号：{number}　承办监督员：{inspector}"


def rung(code, offset, recipients, name, name_en, subject, words, **more):
    return {
        "code": code,
        "watched": "relapse",
        "offset": offset,
        "recipients": recipients,
        "name": name,
        "name_en": name_en,
        "subject": subject,
        "body": f"{BODY}\n{words}\n{{why}}",
        **more,
    }


ORDER = "案件已重新启动整改，请及时责令改正并重新确定整改期限。"
RUNGS = [
    rung("relapse", 0, ["inspector", "officer", "office"], "隐患反弹即时报告", "Relapse, at once", "隐患反弹：{unit}（{number}）", ORDER, measure="hours", urgent=True),
    rung("relapse-late", 1, ["inspector", "office"], "隐患反弹未重新责令改正", "Relapse not ordered anew", "反弹{when}未责令改正：{unit}（{number}）", ORDER, repeat_every=2),
    rung("relapse-late-3", 3, ["township_head"], "隐患反弹三个工作日未重新责令改正", "Relapse not ordered anew for three working days", "反弹{when}未责令改正：{unit}（{number}）", "请督促有关单位落实临时防护措施。"),
]


def load(apps, schema_editor):
    Rung = apps.get_model("rectification", "Rung")
    for row in RUNGS:
        Rung.objects.get_or_create(code=row["code"], defaults={**row, "valid_from": date(2000, 1, 1)})


def unload(apps, schema_editor):
    """Rungs that have claims stay: the ledger refers to them."""
    Rung = apps.get_model("rectification", "Rung")
    claimed = apps.get_model("rectification", "ChaseClaim").objects.values("rung")
    Rung.objects.filter(code__in=[row["code"] for row in RUNGS]).exclude(pk__in=claimed).delete()


class Migration(migrations.Migration):
    dependencies = [("rectification", "0016_one_word_for_the_inspector"), ("hazards", "0009_case_referral_stage")]

    operations = [
        migrations.RemoveConstraint(
            model_name='rung',
            name='rung_by_the_hour_is_urgent',
        ),
        migrations.AlterField(
            model_name='chaseclaim',
            name='watched',
            field=models.CharField(choices=[('deadline', "Owner's deadline"), ('clock', 'Statutory clock of the authority'), ('milestone', 'Milestone of a rectification plan'), ('report', 'Progress report of a listing'), ('extension', 'Decision on an extension'), ('look_back', 'Look-back'), ('patrol', 'Patrol of a unit that must not produce'), ('instruction', 'Answer to an instruction'), ('referral', 'Reply to a referral'), ('orphan', 'Case that nobody answers for'), ('relapse', 'Relapse not ordered anew')], default='deadline', max_length=12),
        ),
        migrations.AlterField(
            model_name='matter',
            name='watched',
            field=models.CharField(choices=[('deadline', "Owner's deadline"), ('clock', 'Statutory clock of the authority'), ('milestone', 'Milestone of a rectification plan'), ('report', 'Progress report of a listing'), ('extension', 'Decision on an extension'), ('look_back', 'Look-back'), ('patrol', 'Patrol of a unit that must not produce'), ('instruction', 'Answer to an instruction'), ('referral', 'Reply to a referral'), ('orphan', 'Case that nobody answers for'), ('relapse', 'Relapse not ordered anew')], max_length=12),
        ),
        migrations.AlterField(
            model_name='rung',
            name='watched',
            field=models.CharField(choices=[('deadline', "Owner's deadline"), ('clock', 'Statutory clock of the authority'), ('milestone', 'Milestone of a rectification plan'), ('report', 'Progress report of a listing'), ('extension', 'Decision on an extension'), ('look_back', 'Look-back'), ('patrol', 'Patrol of a unit that must not produce'), ('instruction', 'Answer to an instruction'), ('referral', 'Reply to a referral'), ('orphan', 'Case that nobody answers for'), ('relapse', 'Relapse not ordered anew')], db_default='deadline', default='deadline', max_length=12, verbose_name='what it watches'),
        ),
        migrations.AddConstraint(
            model_name='rung',
            constraint=models.CheckConstraint(condition=models.Q(('measure', 'working_days'), models.Q(('urgent', True), ('watched__in', ['clock', 'relapse'])), _connector='OR'), name='rung_by_the_hour_is_urgent', violation_error_message='Only a letter about a clock or a relapse that cannot wait is counted in hours.'),
        ),
        migrations.RunPython(load, unload),
        migrations.RunSQL(
            (SQL / "0017_relapse.sql").read_text(encoding="utf-8"),
            (SQL / "0017_undo.sql").read_text(encoding="utf-8"),
        ),
    ]
