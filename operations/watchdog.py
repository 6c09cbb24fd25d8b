"""One look of the watchdog: ask every part, tell the duty administrators what is down, once, and when it is over.

An outage is told once, again every WATCHDOG_REPEAT_HOURS while it lasts, and once more when it is over. What could not
be told is told at the next look. Killed between sending and remembering, it tells again: an alarm twice is better than
none.
"""

from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from config import health
from operations import asking, memory, telling
from operations.memory import Memory, Standing
from operations.words import advice, effect, label

OUTAGE, OVER = "outage", "over"


@dataclass
class Report:
    """What one look found and did."""

    found: dict[str, dict]
    told: list[str] = field(default_factory=list)
    over: list[str] = field(default_factory=list)
    roads: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    busy: bool = False
    """Another watchdog looks just now, and this one has left everything to it."""

    @property
    def down(self) -> list[str]:
        """The parts that do not work."""
        return list(health.troubles(self.found))

    def counts(self) -> dict:
        """The line that the command prints."""
        names = ("down", "told", "over", "roads", "failures")
        return {name: getattr(self, name) for name in names} | ({"busy": True} if self.busy else {})


def look(*, now: datetime | None = None) -> Report:
    """One look. Whatever is down, it comes to its end and says what it could."""
    now = now or timezone.now()
    report = Report(asking.ask_twice())
    answers = report.found["database"]["ok"]
    try:
        with memory.alone() if answers else nullcontext(True) as alone:
            if not alone:
                report.busy = True
                return report
            judge(report, recall(answers, now), now, answers)
    except DatabaseError:
        # It went down between the question and now; the next look finds it so.
        judge(report, recall(False, now), now, False)
    finally:
        connection.close()
    return report


def recall(answers: bool, now: datetime) -> Memory:
    """What is known, and who is to be told."""
    known = memory.read_file()
    if answers:
        known = memory.merge(known)
        known.addresses = telling.addresses(timezone.localdate(now))
    known.addresses = list(dict.fromkeys(telling.fixed_addresses() + known.addresses))
    return known


def judge(report: Report, known: Memory, now: datetime, answers: bool) -> None:
    """Compare what was found with what is known, tell what is due, and remember."""
    resting = asking.being_restarted(report.found)
    troubles = {part: one for part, one in health.troubles(report.found).items() if part not in resting}
    for part, trouble in troubles.items():
        note(known, part, trouble, now)
    tell_outage(report, known, [known.standing[part] for part in troubles], now)
    ended = tell_end(report, known, now)
    for one in ended:
        del known.standing[one.part]
    remember(known, ended, now, answers)


def tell_outage(report: Report, known: Memory, standing: list[Standing], now: datetime) -> None:
    """Where one part is due to be told, whoever hears of it hears of all that are down."""
    if not any(is_due(one, now) for one in standing):
        return
    if say(report, letter_of_outage(standing), known.addresses):
        mark_told(standing, report, now)
        report.told += [one.part for one in standing]


def tell_end(report: Report, known: Memory, now: datetime) -> list[Standing]:
    """What has ended: told where anybody had heard that it was down; untold it waits for the next look."""
    over = [one for part, one in known.standing.items() if report.found.get(part, {}).get("ok")]
    ended = [one for one in over if not one.times]  # nobody ever heard that it was down
    heard = [one for one in over if one.times]
    if heard and say(report, letter_of_end(heard, now), known.addresses):
        report.over += [one.part for one in heard]
        ended += heard
    return ended


def note(known: Memory, part: str, trouble: dict, now: datetime) -> None:
    """An outage met anew begins when the part last worked, where that is known; its reason is always the latest."""
    since = datetime.fromisoformat(trouble["since"]) if trouble["since"] else now
    one = known.standing.setdefault(part, Standing(part, "", min(since, now)))
    one.reason = trouble["detail"]


def is_due(one: Standing, now: datetime) -> bool:
    """Never told yet, or so long ago that it is to be said again."""
    if one.told_at is None:
        return True
    hours = settings.WATCHDOG_REPEAT_HOURS
    return hours > 0 and now - one.told_at >= timedelta(hours=hours)


def say(report: Report, letter: telling.Letter, addresses: list[str]) -> bool:
    """Tell it; whether anybody was reached."""
    told = telling.tell(letter, addresses)
    report.roads += told.roads
    report.failures += told.failures
    return bool(told.roads)


def mark_told(standing: list[Standing], report: Report, now: datetime) -> None:
    for one in standing:
        one.told_at, one.times, one.told_by = now, one.times + 1, "; ".join(report.roads)


def remember(known: Memory, ended: list[Standing], now: datetime, answers: bool) -> None:
    """The rows first: only what they took is marked in the file as theirs."""
    if answers:
        try:
            memory.write_rows(known, ended, now)
        except DatabaseError as error:
            memory.log.error("watchdog: not kept in the database: %s", type(error).__name__)
    memory.write_file(known)


# --- the letters ---------------------------------------------------------------------------------------
def letter_of_outage(standing: list[Standing]) -> telling.Letter:
    """What is down, since when, what it means and what to do."""
    with translation.override(settings.LANGUAGE_CODE):
        names = _(", ").join(label(one.part) for one in standing)
        subject = _("Xiaohuan: not working: %(parts)s") % {"parts": names}
        paragraphs = [paragraph(one) for one in standing]
        last = _("The state of all parts: %(url)s") % {"url": f"{settings.PUBLIC_URL}/status/"}
    return telling.Letter(subject, "\n\n".join([*paragraphs, last]), OUTAGE, [one.part for one in standing])


def paragraph(one: Standing) -> str:
    lines = [
        _("%(part)s has not worked since %(since)s.")
        % {"part": label(one.part), "since": moment(one.began_at)},
        effect(one.part),
        _("What to do: %(advice)s") % {"advice": advice(one.part)},
        _("Found: %(reason)s") % {"reason": one.reason},
    ]
    if one.times:
        lines.append(_("This is reminder %(n)s.") % {"n": one.times})
    return "\n".join(lines)


def letter_of_end(over: list[Standing], now: datetime) -> telling.Letter:
    """What works again, and from when to when it did not."""
    with translation.override(settings.LANGUAGE_CODE):
        names = _(", ").join(label(one.part) for one in over)
        subject = _("Xiaohuan: working again: %(parts)s") % {"parts": names}
        lines = [
            _("%(part)s did not work from %(since)s on and works again at %(now)s.")
            % {"part": label(one.part), "since": moment(one.began_at), "now": moment(now)}
            for one in over
        ]
    return telling.Letter(subject, "\n".join(lines), OVER, [one.part for one in over])


def moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
