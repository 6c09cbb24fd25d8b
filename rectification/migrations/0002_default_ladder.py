"""The ladder that every installation starts with; later changes are made to the rows."""

from datetime import date

from django.db import migrations

FACTS = "单位：{unit}（{township}，{address}）\n隐患：{category}{part}\n情况：{description}\n整改期限：{due_on}（{when}）\n案件编号：{number}　主办检查员：{inspector}"

RUNGS = [
    {
        "code": "before-3",
        "name": "到期前三个工作日提醒",
        "name_en": "Three working days before the deadline",
        "offset": -3,
        "recipients": ["officer", "inspector"],
        "subject": "{when}：{unit} · {category}（{number}）",
        "body": FACTS + "\n请督促单位抓紧整改并提交整改情况；期限未到而确有困难的，可说明理由申请延期。\n{why}",
    },
    {
        "code": "after-1",
        "name": "逾期一个工作日催办",
        "name_en": "One working day after the deadline",
        "offset": 1,
        "recipients": ["officer", "inspector"],
        "subject": "{when}：{unit} · {category}（{number}）",
        "body": FACTS + "\n整改期限已过，隐患尚未销号。请乡镇到场督促，请主办检查员在期满后三个工作日内复查（《消防监督检查规定》第二十条）。\n{why}",
    },
    {
        "code": "after-3",
        "name": "报乡镇长",
        "name_en": "To the township head",
        "offset": 3,
        "recipients": ["township_head"],
        "subject": "报乡镇长 · {when}：{unit} · {category}（{number}）",
        "body": FACTS + "\n乡镇干部和主办检查员均已催办，隐患仍未销号。请指定专人，明确措施和时限。\n{why}",
    },
    {
        "code": "after-7",
        "name": "报县领导",
        "name_en": "To the county leader",
        "offset": 7,
        "recipients": ["leader"],
        "subject": "报县领导 · {when}：{unit} · {category}（{number}）",
        "body": FACTS + "\n{township}逾期未整改到位，特此报告。请督办；符合条件的，可研究挂牌督办或者责令停产停业。\n{why}",
    },
    {
        "code": "again-5",
        "name": "每五个工作日再次催办",
        "name_en": "Again every five working days",
        "offset": 12,
        "repeat_every": 5,
        "recipients": ["leader", "township_head", "officer"],
        "subject": "再次催办 · {when}：{unit} · {category}（{number}）",
        "body": FACTS + "\n该隐患经多次催办仍未销号。在销号之前，每五个工作日催办一次。\n{why}",
    },
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
    dependencies = [("rectification", "0001_initial")]
    operations = [migrations.RunPython(load, unload)]
