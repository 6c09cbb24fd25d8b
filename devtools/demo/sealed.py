"""Temporary seals of the demo: one stands and ends within the week, one was lifted after its inspection."""

from datetime import timedelta

from devtools.demo import people
from devtools.demo.clock import Times, at, clock_at
from documents.services import Delivery, serve
from rectification.services import seals
from units.models import Unit

STUDIED = ("王某", "李某", "张某")
STANDS = (26, "一层东侧仓库", "exits", "安全出口被货物严重封堵，不具备疏散条件")
LIFTED = (60, "二层加工间", "facilities", "自动消防设施严重损坏，不再具备防火灭火功能")


def seal(cast: people.Cast, times: Times) -> None:
    """Two places of the register that are not stopped, each with its seal played to the end."""
    places = (
        Unit.objects.under(people.COUNTY)
        .current()
        .filter(suspended_since=None, place_type__code="shop-market")
    )
    others = Unit.objects.under(people.COUNTY).current().filter(suspended_since=None)
    found = [*places.order_by("number")[:2], *others.order_by("-number")[:2]]
    # Papers are numbered by the hour: the older seal first.
    done = put_up(cast, times, found[1], LIFTED)
    take_off(cast, times, done, LIFTED[0] - 12)
    put_up(cast, times, found[0], STANDS)


def put_up(cast: people.Cast, times: Times, unit: Unit, what: tuple) -> seals.Seal:
    ago, part, circumstance, reason = what
    day = times.working_day(times.today - timedelta(days=ago))
    pair = cast.inspectors[:2]
    with clock_at(at(day, 9)):
        made = seals.propose(unit, seals.Cause(part, circumstance, reason), by=pair[0], at=at(day, 9))
    with clock_at(at(day, 11)):
        study = seals.Study(STUDIED, at(day, 10))
        seals.decide(made, study, ends_on=day + timedelta(days=30), by=cast.office, at=at(day, 11))
    with clock_at(at(day, 14)):
        seals.execute(made, officers=pair, by=pair[0], at=at(day, 14))
        delivery = Delivery(receiver="负责人", relation="head")
        serve(made.document, delivery, served_at=at(day, 14), by=pair[0], at=at(day, 14))
    return made


def take_off(cast: people.Cast, times: Times, made: seals.Seal, ago: int) -> None:
    day = times.working_day(times.today - timedelta(days=ago))
    pair = cast.inspectors[:2]
    officer = cast.officers.get(made.unit.region_id[:9]) or pair[1]
    with clock_at(at(day, 9)):
        seals.ask_to_lift(made, words="已修复并经检测合格，申请解除", by=officer, at=at(day, 9))
    with clock_at(at(day, 15)):
        note = "现场测试，设施恢复正常"
        seals.inspect(made, outcome="pass", note=note, officers=pair, by=pair[0], at=at(day, 15))
        seals.lift(made, by=cast.office, at=at(day, 16))
    with clock_at(at(day, 17)):
        delivery = Delivery(receiver="负责人", relation="head")
        serve(made.lifting_document, delivery, served_at=at(day, 17), by=pair[0], at=at(day, 17))
