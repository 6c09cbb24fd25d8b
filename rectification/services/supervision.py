"""What a listing is held to: its plan and interval, the six things in place, milestones, progress reports.

Each act leaves its event on the case. All of them end when the hazard is closed or the board has come down.
"""

import uuid
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from common.errors import AlreadyDone, RuleBroken
from hazards.services import record
from rectification import reporting
from rectification.models import Flag, FlagEntry, Listing, Milestone, ProgressReport, ReportEvery
from rectification.models.chase import FollowUp
from rectification.services import suggestions
from reference.selectors import day_words

MOST_FUNDS = Decimal("999999999.999")


def hold(listing: Listing) -> Listing:
    """The listing as it is now, locked until the transaction ends. Refused once its board has come down."""
    row = Listing.objects.select_for_update(of=("self",)).select_related("case__unit").get(pk=listing.pk)
    if row.delisted_on is not None:
        raise RuleBroken(_("The board came down already."), code="delisted")
    return row


def note(listing: Listing, act: str, words: str, *, by, at: datetime, **data) -> None:
    record(listing.case, act, by=by, at=at, reason=words, data={"level": listing.level, **data})


# --- the plan: decided by the office ----------------------------------------------------------------------
@transaction.atomic
def set_interval(listing: Listing, *, every: str, reason: str, by, at: datetime) -> Listing:
    """Report `every` so often from today on. A report that is owed already stays owed."""
    if every not in ReportEvery.values:
        raise RuleBroken(_("Choose how often it is reported on."), field="every")
    on, row = localdate(at), hold(listing)
    if every == row.report_every:
        raise AlreadyDone(_("It is reported on so often already."))
    is_owed = row.report_due_on is not None and row.report_due_on < on
    row.report_every, row.report_from = every, on
    if not is_owed:
        row.report_due_on = reporting.next_due(every, on, on)
    row.save(update_fields=["report_every", "report_from", "report_due_on"])
    note(row, "plan", reason or row.get_report_every_display(), by=by, at=at, report_every=every)
    return row


@transaction.atomic
def add_milestone(
    listing: Listing, *, title: str, due_on: date, by, at: datetime, client_id=None
) -> Milestone:
    """Put one dated step into the plan. The same `client_id` again returns what was planned before."""
    if client_id and (done := Milestone.objects.filter(client_id=client_id).first()):
        return done
    row = hold(listing)
    if len(title.strip()) < 2:
        raise RuleBroken(_("Say what is to be reached."), field="title")
    refuse_due_day(row, due_on, localdate(at))
    made = Milestone.objects.create(
        client_id=client_id or uuid.uuid4(),
        listing=row,
        title=title.strip(),
        due_on=due_on,
        original_due_on=due_on,
        set_by=by,
        set_at=at,
    )
    words = _("%(title)s, by %(day)s") % {"title": made.title, "day": day_words(due_on)}
    note(row, "plan", words, by=by, at=at, milestone=made.pk, due_on=due_on.isoformat())
    return made


@transaction.atomic
def move_milestone(milestone: Milestone, *, due_on: date, reason: str, by, at: datetime) -> Milestone:
    """Give an open milestone another day, with the reason; its first day is kept."""
    listing, row = hold_open(milestone)
    if not reason.strip():
        raise RuleBroken(_("Say why."), field="reason")
    if due_on == row.due_on:
        raise RuleBroken(_("That is its day already."), field="due_on")
    refuse_due_day(listing, due_on, localdate(at))
    before, row.due_on = row.due_on, due_on
    row.save(update_fields=["due_on"])
    data = {"milestone": row.pk, "from": before.isoformat(), "due_on": due_on.isoformat()}
    note(listing, "plan", f"{row.title}：{reason.strip()}", by=by, at=at, **data)
    return row


@transaction.atomic
def drop_milestone(milestone: Milestone, *, reason: str, by, at: datetime) -> Milestone:
    """Take an open milestone out of the plan, with the reason; it stays to be seen."""
    listing, row = hold_open(milestone)
    if not reason.strip():
        raise RuleBroken(_("Say why."), field="reason")
    row.dropped_at, row.note = at, reason.strip()[:300]
    row.save(update_fields=["dropped_at", "note"])
    note(listing, "plan", f"{row.title}：{reason.strip()}", by=by, at=at, dropped=row.pk)
    return row


def hold_open(milestone: Milestone) -> tuple[Listing, Milestone]:
    """Listing first, then the milestone: one order of locks."""
    listing = hold(milestone.listing)
    row = Milestone.objects.select_for_update().get(pk=milestone.pk)
    if not row.is_open:
        raise AlreadyDone(_("This milestone is reached or dropped already."))
    return listing, row


def refuse_due_day(listing: Listing, due_on: date, on: date) -> None:
    if due_on < on:
        raise RuleBroken(_("The day of the milestone lies in the past."), field="due_on")
    if due_on < listing.listed_on:
        raise RuleBroken(_("The milestone is earlier than the listing."), field="due_on")


# --- what is done ----------------------------------------------------------------------------------------
@transaction.atomic
def achieve(
    milestone: Milestone, *, by, at: datetime, done_on: date | None = None, words: str = ""
) -> Milestone:
    """The milestone is reached, once."""
    on = localdate(at)
    done_on = done_on or on
    listing, row = hold_open(milestone)
    if done_on > on:
        raise RuleBroken(_("That day lies in the future."), field="done_on")
    if done_on < listing.listed_on:
        raise RuleBroken(_("That day is earlier than the listing."), field="done_on")
    row.done_on, row.done_by, row.note = done_on, by, words.strip()
    row.save(update_fields=["done_on", "done_by", "note"])
    said = f"{row.title}：{row.note}" if row.note else row.title
    note(listing, "achieve", said, by=by, at=at, milestone=row.pk, done_on=done_on.isoformat())
    return row


@transaction.atomic
def assure(
    listing: Listing, *, flag: str, is_met: bool, by, at: datetime, on: date | None = None, words: str = ""
) -> FlagEntry:
    """Note whether one of the six things is in place, since when; what was noted before stays."""
    today = localdate(at)
    on = on or today
    row = hold(listing)
    if flag not in Flag.values:
        raise RuleBroken(_("Choose what is in place."), field="flag")
    if on > today:
        raise RuleBroken(_("That day lies in the future."), field="on")
    if on < row.case.opened_on:
        raise RuleBroken(_("That day is earlier than the finding."), field="on")
    if not is_met and not words.strip():
        raise RuleBroken(_("Say what is missing."), field="words")
    entry = FlagEntry.objects.create(
        listing=row, flag=flag, is_met=is_met, on=on, note=words.strip(), set_by=by, set_at=at
    )
    verdict = _("yes") if is_met else _("not yet")
    said = f"{Flag(flag).label}：{verdict} {entry.note}".strip()
    note(row, "assure", said, by=by, at=at, flag=flag, is_met=is_met, on=on.isoformat())
    return entry


@transaction.atomic
def report(
    listing: Listing, *, words: str, percent: int, by, at: datetime, funds=Decimal(0), client_id=None
) -> ProgressReport:
    """Say how far it has come; `funds` are 万元 spent so far. The next day for a report moves on.

    The same `client_id` again returns the report made before.
    """
    if client_id and (done := ProgressReport.objects.filter(client_id=client_id).first()):
        return done
    row, on = hold(listing), localdate(at)
    # Two clicks arrive together: the second waited above and finds what the first left.
    if client_id and (done := ProgressReport.objects.filter(client_id=client_id).first()):
        return done
    funds = refuse_report(words, percent, funds)
    last = row.reports.order_by("period_to").last()
    period = period_of(row, last, on)
    made = ProgressReport.objects.create(
        client_id=client_id or uuid.uuid4(),
        listing=row,
        period_from=period.first,
        period_to=period.last,
        due_on=period.due_on,
        words=words.strip(),
        percent=percent,
        funds=funds,
        reported_on=on,
        reported_by=by,
        reported_at=at,
    )
    if row.report_every:
        row.report_due_on = reporting.next_due(row.report_every, row.report_from, period.last)
        row.save(update_fields=["report_due_on"])
    data = {"report": made.pk, "percent": percent, "funds": str(funds), "late": made.is_late}
    note(row, "report", words, by=by, at=at, **data)
    return made


def refuse_report(words: str, percent: int, funds) -> Decimal:
    """The funds as 万元 with three decimals, where everything holds."""
    if len(words.strip()) < 2:
        raise RuleBroken(_("Say what was done."), field="words")
    if not 0 <= percent <= 100:
        raise RuleBroken(_("Per cent lie between 0 and 100."), field="percent")
    amount = Decimal(funds or 0)
    if not 0 <= amount <= MOST_FUNDS:
        raise RuleBroken(_("Give the funds in 10,000 yuan, not less than 0."), field="funds")
    if amount != amount.quantize(Decimal("0.001")):
        raise RuleBroken(_("Funds have at most three decimals."), field="funds")
    return amount.quantize(Decimal("0.001"))


def period_of(listing: Listing, last: ProgressReport | None, on: date) -> reporting.Period:
    """What a report of today speaks of; one more in a period already reported on is owed by nobody."""
    if last and on <= last.period_to:
        return reporting.Period(last.period_from, last.period_to, None)
    since = listing.report_from or listing.listed_on
    covered = last.period_to if last else since - timedelta(days=1)
    if not listing.report_every:
        return reporting.Period(covered + timedelta(days=1), on, None)
    owed = listing.report_due_on or reporting.next_due(listing.report_every, since, covered)
    return reporting.period_of(listing.report_every, since, covered=covered, owed=owed, on=on)


@transaction.atomic
def call_in(listing: Listing, *, words: str, by, at: datetime, on: date | None = None) -> Listing:
    """Note the talk (约谈) that the office had with those who answer for the unit or the place."""
    today = localdate(at)
    on, row = on or today, hold(listing)
    if len(words.strip()) < 2:
        raise RuleBroken(_("Write down what was said."), field="words")
    if on > today:
        raise RuleBroken(_("That day lies in the future."), field="on")
    if on < row.listed_on:
        raise RuleBroken(_("That day is earlier than the listing."), field="on")
    row.interviewed_on, row.interview_note = on, words.strip()
    row.save(update_fields=["interviewed_on", "interview_note"])
    note(row, "plan", _("Called in: %(words)s") % {"words": words.strip()}, by=by, at=at, on=on.isoformat())
    suggestions.taken(row.case, FollowUp.INTERVIEW, by=by, at=at)
    return row
