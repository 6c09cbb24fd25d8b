"""Reversing a wrong closing (反销号): the case stands again as if it had never been closed, boards and all.

Not a relapse: there the hazard came back and a new round begins with a new deadline.
"""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts import roles
from common.errors import NotAllowed, RuleBroken
from documents.models import Form
from hazards import states
from hazards.models import CaseEvent, Level
from hazards.services import lock, record
from rectification import reporting
from rectification.models import Listing, RehungBoard, Reversal, ReviewItem
from rectification.services import papers
from rectification.services.listings import crown


@transaction.atomic
def reverse(case, *, reason: str, by, at: datetime, client_id=None) -> Reversal:
    """Put `case` back to where its order left it; the boards that came down since the closing hang again.

    Raises RuleBroken where whoever closed it reverses it, and where a board of a level that `by` does not
    command has come down: only whoever took it down hangs it up again.
    """
    if client_id and (done := Reversal.objects.filter(client_id=client_id).first()):
        return done
    lock([case])  # before reading its last closing: two reversals must not undo the same one
    if client_id and (done := Reversal.objects.filter(client_id=client_id).first()):
        return done
    case.refresh_from_db()
    if len(reason.strip()) < 2:
        raise RuleBroken(_("Say why the closing was wrong."), field="reason")
    closing = last_closing(case)
    if closing is None or case.state != states.CLOSED or not states.condition_holds("reverse", case):
        record(case, "reverse", by=by, at=at, reason=reason)  # refuses, in the words of the table
    refuse_own_closing(closing, by)
    down = boards_down_since(closing)
    refuse_other_levels(down, by)
    document = papers.issue(
        Form.REVERSAL,
        unit=case.unit,
        by=by,
        at=at,
        on=localdate(at),
        content={
            "items": [papers.case_facts(case, due_on=case.due_on.isoformat())],
            "closed_on": closing.on.isoformat(),
            "reason": reason.strip(),
        },
    )
    reversal = Reversal.objects.create(
        client_id=client_id or uuid.uuid4(),
        case=case,
        closed_on=closing.on,
        closed_by=closing.by,
        reason=reason.strip(),
        reversed_by=by,
        reversed_at=at,
        document=document,
    )
    for listing in down:
        hang_again(listing, reversal)
    start_reports_again(case, localdate(at))
    levels = crown(case)
    record(
        case,
        "reverse",
        by=by,
        at=at,
        reason=reason,
        document=document,
        listed_levels=levels,
        main_level=levels[0] if levels else "",
        data={"reversal": reversal.pk, "closed_on": closing.on.isoformat(), "levels": levels},
    )
    return reversal


def last_closing(case) -> CaseEvent | None:
    """The event that closed the case as it is now."""
    closings = case.events.filter(to_state=states.CLOSED).exclude(from_state=states.CLOSED)
    return closings.order_by("pk").last()


def refuse_own_closing(closing: CaseEvent, by) -> None:
    """Neither who recorded the closing nor who signed its re-inspection takes it back."""
    hands = {closing.by_id}
    if review := closing.data.get("review"):
        items = ReviewItem.objects.filter(review=review, case=closing.case_id)
        hands |= set(items.values_list("review__officers__user", flat=True))
    if by.pk in hands:
        raise NotAllowed(_("Whoever closed the case does not reverse its closing; somebody else must."))


def boards_down_since(closing: CaseEvent) -> list[Listing]:
    """The listings taken down after this closing, the newest of each level."""
    later = closing.case.events.filter(act="delist", pk__gt=closing.pk)
    levels = set(later.values_list("data__level", flat=True))
    rows = Listing.objects.select_for_update().filter(case=closing.case_id, level__in=levels)
    newest = {row.level: row for row in rows.order_by("listed_on", "pk") if row.delisted_on is not None}
    return sorted(newest.values(), key=lambda row: Level.values.index(row.level))


def refuse_other_levels(listings: list[Listing], by) -> None:
    for listing in listings:
        if not roles.may(by, "case.delist", listing.registrar_code):
            raise RuleBroken(
                _(
                    "The board came down already (%(level)s): only that level's office reverses the closing now."
                )
                % {"level": listing.get_level_display()},
                code="other_level",
            )


def hang_again(listing: Listing, reversal: Reversal) -> None:
    """The listing stands; what its delisting was stays with the reversal."""
    RehungBoard.objects.create(
        reversal=reversal,
        listing=listing,
        delisted_on=listing.delisted_on,
        delisted_by=listing.delisted_by,
        delisting_paper=listing.delisting_paper,
        delisting_document=listing.delisting_document,
    )
    Listing.objects.filter(pk=listing.pk).update(
        delisted_on=None, delisted_by=None, delisting_paper="", delisting_document=None, is_main=False
    )


def start_reports_again(case, on) -> None:
    """Nobody owed a report while the case was closed: the next one is due after today."""
    for listing in Listing.objects.standing().filter(case=case).exclude(report_every=""):
        since = listing.report_from or listing.listed_on
        due_on = reporting.next_due(listing.report_every, since, on)
        Listing.objects.filter(pk=listing.pk, report_due_on__lt=due_on).update(report_due_on=due_on)
