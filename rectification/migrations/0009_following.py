"""The triggers that follow what is owed, and the ladder that every installation starts with."""

from datetime import date
from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"

CASE_FACTS = "单位：{unit}（{township}，{address}）\n隐患：{category}{part}\n情况：{description}\n事项：{what}，{due_on}（{when}）\n案件编号：{number}　主办检查员：{inspector}"
UNIT_FACTS = "单位：{unit}（{township}，{address}）\n事项：{what}，{due_on}（{when}）"
CASE_LINE = "{when}：{what} · {unit}（{number}）"
UNIT_LINE = "{when}：{what} · {unit}"
ON_CASES = ["C2", "C4", "C6", "C7", "C15", "C19"]
ON_UNITS = ["C9", "C12", "C12-2", "C13", "C13-2", "C14", "C14-2"]


def rung(code, watched, offset, recipients, name, name_en, words, **more):
    case = watched not in ("patrol",) and not more.get("of_unit")
    more.pop("of_unit", None)
    return {
        "code": code,
        "watched": watched,
        "offset": offset,
        "recipients": recipients,
        "name": name,
        "name_en": name_en,
        "subject": CASE_LINE if case else UNIT_LINE,
        "body": (CASE_FACTS if case else UNIT_FACTS) + f"\n{words}\n{{why}}",
        **more,
    }


MAJOR = {"grades": ["major"]}
RUNGS = [
    # The owner's deadline of a major hazard, beside the rungs that every hazard climbs.
    rung("major-before-7", "deadline", -7, ["inspector", "officer", "township_head"], "重大隐患到期前七个工作日提醒", "Major hazard: seven working days before", "重大火灾隐患期限将至，请核对整改进度和临时措施。", **MAJOR),
    rung("major-after-1", "deadline", 1, ["township_head", "office"], "重大隐患逾期报乡镇长和办公室", "Major hazard overdue: township head and office", "重大火灾隐患逾期未整改，请立即核查，研究挂牌督办。", follow_ups=["list"], **MAJOR),
    rung("major-after-3", "deadline", 3, ["leader"], "重大隐患逾期报县领导", "Major hazard overdue: county leader", "重大火灾隐患逾期三个工作日，请督办。", follow_ups=["suspend", "instruct"], **MAJOR),
    rung("after-12-talk", "deadline", 12, ["office"], "逾期较久：建议约谈", "Long overdue: suggest a talk", "逾期已超过十二个工作日，建议约谈单位消防安全责任人。", follow_ups=["interview"]),
    # The authority's own clocks.
    rung("clock-before-1", "clock", -1, ["responsible", "inspector"], "法定时限前一个工作日提醒", "Statutory clock: one working day before", "法定时限将至，请按时办结。", clocks=ON_CASES),
    rung("clock-late", "clock", 1, ["inspector", "office"], "法定时限超期催办", "Statutory clock run out", "法定时限已过，请立即补办并说明原因。", clocks=ON_CASES, repeat_every=3),
    rung("unit-clock-before-1", "clock", -1, ["responsible", "office"], "法定时限前一个工作日提醒（单位）", "Statutory clock of a unit: one working day before", "法定时限将至，请按时办结。", clocks=ON_UNITS, of_unit=True),
    rung("unit-clock-late", "clock", 1, ["responsible", "office"], "法定时限超期催办（单位）", "Statutory clock of a unit run out", "法定时限已过，请立即补办并说明原因。", clocks=ON_UNITS, repeat_every=2, of_unit=True),
    rung("seal-before-3", "clock", -3, ["responsible", "office"], "临时查封即将到期", "A seal is about to lapse", "隐患未消除的，应当在到期前重新作出查封决定；已消除的，应当解除查封（《消防监督检查规定》第二十二条、第二十五条）。", clocks=["C11"], urgent=True, of_unit=True),
    rung("seal-over", "clock", 1, ["responsible", "office"], "临时查封已经到期", "A seal has lapsed", "查封期限已过，请立即解除或者重新作出查封决定。", clocks=["C11"], urgent=True, repeat_every=1, of_unit=True),
    rung("urgent-seal-6h", "clock", -6, ["responsible", "office"], "紧急查封：集体研究时限还剩六小时", "Urgent seal: six hours left", "紧急查封应当在二十四小时内集体研究并送达决定书（《消防监督检查规定》第二十三条）。", clocks=["C10"], measure="hours", urgent=True, of_unit=True),
    rung("urgent-seal-over", "clock", 0, ["responsible", "office", "leader"], "紧急查封：满二十四小时未集体研究", "Urgent seal not studied within 24 hours", "紧急查封满二十四小时未集体研究，应当立即解除。", clocks=["C10"], measure="hours", urgent=True, repeat_every=6, of_unit=True),
    # Listings.
    rung("milestone-before-3", "milestone", -3, ["officer", "inspector"], "整改方案节点前三个工作日提醒", "Milestone: three working days before", "请核对该节点能否按期完成。"),
    rung("milestone-late", "milestone", 1, ["officer", "inspector", "supervisor"], "整改方案节点逾期催办", "Milestone late", "整改方案节点已逾期，请督促落实并报告原因。", repeat_every=5),
    rung("report-before-1", "report", -1, ["officer"], "挂牌进展报告前一个工作日提醒", "Progress report: one working day before", "请按时报送整改进展。"),
    rung("report-late", "report", 1, ["officer", "inspector", "supervisor"], "挂牌进展报告逾期催办", "Progress report late", "整改进展报告已逾期，请立即报送。", repeat_every=3),
    # What somebody waits for.
    rung("extension-1", "extension", 1, ["office"], "延期申请待决定", "Extension waits for a decision", "请在期限届满前作出决定；未作决定的，原期限不变。", repeat_every=1),
    rung("extension-3", "extension", 3, ["leader"], "延期申请三个工作日未决定", "Extension undecided for three working days", "延期申请三个工作日未作决定，请督促。"),
    rung("instruction-before-1", "instruction", -1, ["responsible"], "督办回复前一个工作日提醒", "Instruction: one working day before", "请按时回复。"),
    rung("instruction-late", "instruction", 1, ["responsible", "asker"], "督办逾期未回复", "Answer to an instruction late", "督办逾期未回复，请立即办理并回复。", repeat_every=2),
    rung("instruction-late-3", "instruction", 3, ["township_head", "office"], "督办逾期三个工作日未回复", "Answer to an instruction three working days late", "督办逾期三个工作日未回复，请督促。"),
    rung("referral-late", "referral", 1, ["asker", "department"], "移送逾期未回复", "Reply to a referral late", "移送逾期未回复，请与受移送部门联系。", repeat_every=5),
    rung("referral-late-5", "referral", 5, ["office"], "移送逾期五个工作日未回复", "Reply to a referral five working days late", "移送逾期五个工作日未回复，请协调。"),
    # Looking again.
    rung("lookback-before-3", "look_back", -3, ["inspector"], "回头看前三个工作日提醒", "Look-back: three working days before", "请安排回头看。"),
    rung("lookback-late", "look_back", 1, ["inspector", "office"], "回头看逾期催办", "Look-back late", "回头看已逾期，请尽快安排。", repeat_every=5),
    rung("patrol-day", "patrol", 0, ["officer"], "停产停业、关停单位今日巡查", "Patrol due today", "请到场查看是否擅自恢复生产经营。"),
    rung("patrol-late", "patrol", 1, ["officer"], "停产停业、关停单位巡查逾期", "Patrol late", "巡查已逾期，请尽快到场查看。", repeat_every=3),
    rung("patrol-late-3", "patrol", 3, ["township_head", "office"], "巡查逾期三个工作日", "Patrol three working days late", "巡查逾期三个工作日，请督促。"),
    # Nobody there.
    rung("orphan", "orphan", 0, ["office"], "案件无人负责", "Nobody answers for the case", "请办理工作交接，指定新的主办检查员。", repeat_every=2),
    rung("orphan-5", "orphan", 5, ["leader"], "案件五个工作日无人负责", "Nobody has answered for the case for five working days", "案件五个工作日无人负责，请督促办理交接。"),
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
    dependencies = [("rectification", "0008_ladder_for_every_clock")]
    operations = [
        migrations.RunPython(load, unload),
        # A run that was cut off before runs could be taken up again is over.
        migrations.RunSQL(
            "UPDATE rectification_chaserun SET finished_at = started_at WHERE finished_at IS NULL",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            (SQL / "0009_following.sql").read_text(encoding="utf-8"),
            (SQL / "0009_undo.sql").read_text(encoding="utf-8"),
        ),
    ]
