"""Answers when a clock ends and why, as one JSON line."""

import json
from datetime import date, datetime

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from common import clocks
from common.errors import RuleBroken
from reference import limits
from reference.selectors import calendar

LONGEST = 5000
"""What a person may ask for; the sentence for more is better than an overflow."""


class Command(BaseCommand):
    help = "When a clock ends and why: one JSON line {due, why}. The day of the event is not counted."

    def add_arguments(self, parser):
        parser.add_argument(
            "--from", dest="start", metavar="DATE[THH:MM]", required=True, help="the event, in Asia/Shanghai"
        )
        kinds = parser.add_mutually_exclusive_group(required=True)
        kinds.add_argument("--working-days", metavar="N", help="working days of the official calendar")
        kinds.add_argument("--hours", metavar="N", help="clock hours, nights and holidays included")
        kinds.add_argument("--days", metavar="N", help="calendar days")
        kinds.add_argument("--clock", metavar="CODE", help="a row of the limits table, such as C4")
        parser.add_argument("--lang", choices=["zh-hans", "en"], default="zh-hans", help="language of `why`")

    def handle(self, *, start, working_days, hours, days, clock, lang, **options):
        with translation.override(lang):
            try:
                given = {clocks.WORKING_DAYS: working_days, clocks.HOURS: hours, clocks.DAYS: days}
                ending, event = (
                    self.by_clock(clock, start) if clock is not None else self.by_number(given, start)
                )
            except RuleBroken as refusal:
                raise CommandError(str(refusal)) from refusal
            except OverflowError as error:
                raise CommandError(_("The end lies beyond the year 9999.")) from error
            due = ending.due
            said = due.isoformat(timespec="minutes") if isinstance(due, datetime) else due.isoformat()
            line = {"due": said, "why": limits.why(ending, event)}
        self.stdout.write(json.dumps(line, ensure_ascii=False))

    def by_clock(self, code: str, start: str):
        begun = moment(start)
        limit = limits.in_force(code.strip().upper(), clocks.day_of(begun))
        if not limit.is_clock:
            raise CommandError(
                _("%(code)s is no clock: it counts something else than time.") % {"code": code}
            )
        refuse_day_for_hours(limit.unit, start)
        return limits.end(limit, begun), limit.event_label

    def by_number(self, given: dict, start: str):
        kind, words = next((kind, words) for kind, words in given.items() if words is not None)
        n = number(words)
        begun = moment(start)
        refuse_day_for_hours(kind, start)
        return clocks.end(kind, begun, n, calendar=calendar()), _("service") if kind != clocks.HOURS else ""


def moment(words: str) -> datetime:
    """A day or an instant in Shanghai, or CommandError with a sentence."""
    try:
        if len(words) == len("2025-09-30"):
            day = date.fromisoformat(words)
            return datetime(day.year, day.month, day.day, tzinfo=clocks.SHANGHAI)
        found = datetime.fromisoformat(words)
    except ValueError as error:
        raise CommandError(
            _("“%(words)s” is no day: write 2025-09-30 or 2025-09-30T17:30.") % {"words": words}
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=clocks.SHANGHAI)


def refuse_day_for_hours(kind: str, start: str) -> None:
    if kind == clocks.HOURS and len(start) == len("2025-09-30"):
        raise CommandError(_("An hour clock begins on an instant: write 2025-09-30T17:30."))


def number(words: str) -> int:
    """A whole number from 0 on, or CommandError with a sentence."""
    try:
        n = int(words)
    except ValueError:
        n = -1
    if not 0 <= n <= LONGEST:
        raise CommandError(
            _("“%(words)s” is no number: give a whole number from 0 to %(most)d.")
            % {"words": words, "most": LONGEST}
        )
    return n
