"""The last days of the demo: townships urge what is late, the leader and the office ask, some have answered."""

from datetime import timedelta

from devtools.demo import people
from devtools.demo.clock import Times, at, clock_at
from hazards.models import HazardCase
from rectification.services import instructions, urging
from rectification.services.urging import How

AGREED = (
    "已电话联系负责人，承诺本周内整改到位",
    "上门督促，配件已订购，预计三日内更换",
    "负责人外出，已约定后天上午现场督促",
    "已告知逾期后果，要求安排专人值守",
)
ASKED = (
    ("逾期时间较长，请说明原因并于期限前整改到位", "已约谈负责人，施工队明日进场，周五前完成"),
    ("请镇主要负责同志现场督办", ""),
    ("查明未整改原因，书面回复", "经营户资金紧张，已协调分期更换，先落实看护措施"),
    ("确保销号前不得恢复经营", ""),
    ("请核实整改进度", ""),
)


def press(cast: people.Cast, times: Times) -> None:
    """Urge the worst of each township, and let leader and office ask about the worst of the county."""
    late = HazardCase.objects.under(people.COUNTY).overdue(times.today).filter(state="ordered")
    worst = list(late.select_related("unit").order_by("due_on", "pk")[:40])
    for number, case in enumerate(worst[:24]):
        officer = cast.officers.get(case.region_id[:9])
        moment = at(times.working_day(times.today - timedelta(days=1 + number % 5)), 10, number)
        if officer and moment < times.now:
            words, how = AGREED[number % len(AGREED)], How.values[number % 2]
            with clock_at(moment):
                urging.urge(case, how=how, words=words, by=officer, at=moment)
    for number, ((words, answer), case) in enumerate(zip(ASKED, worst[::7], strict=False)):
        officer = cast.officers.get(case.region_id[:9])
        giver = cast.office if number % 3 == 2 else cast.leader
        moment = at(times.working_day(times.today - timedelta(days=6 - number)), 15, number)
        due_on = times.today + timedelta(days=2) if number % 2 else times.today - timedelta(days=1)
        if officer is None or moment >= times.now or due_on < moment.date():
            continue
        with clock_at(moment):
            asked = instructions.give(
                case, words=words, addressee=officer, due_on=due_on, by=giver, at=moment
            )
        answered = moment + timedelta(days=1, hours=1)
        if answer and answered < times.now:
            with clock_at(answered):
                instructions.reply(asked, words=answer, by=officer, at=answered)
