"""The last days of the demo: what the public reported, urgent, ordinary and past its limit; nobody went yet."""

from datetime import timedelta

from devtools.demo import people
from devtools.demo.clock import Times, at, clock_at
from rectification.services import complaints
from units.models import Unit

REPORTED = (
    # Days ago (0: five hours ago), what it is about, the words.
    (0, "exits", "二楼安全出口上锁，夜间有工人住宿"),
    (1, "other", "楼道内停放电动自行车并飞线充电"),
    (8, "other", "仓库内堆放纸箱，消火栓被遮挡"),
)


def complain(cast: people.Cast, times: Times) -> None:
    """Receive a few complaints by the office of the county; an inspector is sent to each."""
    units = Unit.objects.under(people.COUNTY).filter(cases__state="ordered").distinct().order_by("pk")
    for number, (unit, (days, matter, words)) in enumerate(zip(units, REPORTED, strict=False)):
        day = times.working_day(times.today - timedelta(days=days))
        moment = at(day, 9 + number, 20) if days else times.now - timedelta(hours=5)
        if moment >= times.now:
            continue
        with clock_at(moment):
            complaints.receive(
                unit,
                received_at=moment - timedelta(minutes=10),
                matter=matter,
                words=words,
                inspector=cast.inspectors[number],
                by=cast.office,
                at=moment,
            )
