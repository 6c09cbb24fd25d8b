"""Listing by a government (挂牌督办) and taking the board down (摘牌), two acts with their own papers."""

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts import roles
from common.errors import AlreadyDone, RuleBroken
from documents.models import Form
from hazards.models import Grade, HazardCase, Level
from hazards.services import record
from rectification import reporting
from rectification.models import Listing, ReportEvery
from rectification.services import papers

LEVEL_DIGITS = {Level.PROVINCE: 2, Level.CITY: 4, Level.COUNTY: 6}
"""How long the region code of the government of each level is (GB/T 2260)."""


@transaction.atomic
def list_case(
    case: HazardCase,
    *,
    level: str,
    paper_number: str,
    leader_name: str,
    by,
    at: datetime,
    listed_on: date | None = None,
    department: str = "",
    responsible: str = "",
    requirement: str = "",
    report_every: str = ReportEvery.MONTHLY,
) -> Listing:
    """List `case` at `level`. The highest level standing is the main listing; reports count from today."""
    on = localdate(at)
    listed_on = listed_on or on
    locked = HazardCase.objects.select_for_update(no_key=True).get(pk=case.pk)
    refuse_listing(locked, level, paper_number, leader_name, listed_on, on)
    registrar = registrar_code(by, locked.region_id)
    refuse_level(level, registrar)
    if report_every not in ReportEvery.values:
        raise RuleBroken(_("Choose how often it is reported on."), field="report_every")
    listing = Listing(
        case=locked,
        level=level,
        paper_number=paper_number.strip(),
        leader_name=leader_name.strip(),
        department=department.strip(),
        responsible=responsible.strip(),
        requirement=requirement.strip(),
        listed_on=listed_on,
        listed_by=by,
        registrar_code=registrar,
        report_every=report_every,
        report_from=on,
        report_due_on=reporting.next_due(report_every, on, on),
    )
    listing.document = papers.issue_if_able(
        Form.LISTING, unit=case.unit, by=by, at=at, on=on, content=facts_of(listing)
    )
    listing.save()
    levels = crown(locked)
    record(
        case,
        "list",
        by=by,
        at=at,
        listed_levels=levels,
        main_level=levels[0],
        reason=paper_number,
        document=listing.document,
        data={"level": level, "leader": leader_name},
    )
    return Listing.objects.standing().get(case=case, level=level)


def facts_of(listing: Listing) -> dict:
    """What the paper says of a listing: by which document, who leads, what is asked, until when."""
    case = listing.case
    return {
        "case": papers.case_facts(case),
        "level": listing.level,
        "paper_number": listing.paper_number,
        "leader_name": listing.leader_name,
        "responsible_department": listing.department,
        "responsible": listing.responsible,
        "requirement": listing.requirement,
        "listed_on": listing.listed_on.isoformat(),
        "due_on": case.due_on.isoformat() if case.due_on else "",
    }


def registrar_code(by, region_id: str) -> str:
    """The widest region for which `by` may list: nobody of a narrower one takes the board down."""
    codes = [code for code in by.scope.codes_for("case.list") if region_id.startswith(code)]
    if not codes:
        roles.need(by, "case.list", region_id)
    return min(codes, key=len)


def refuse_level(level: str, registrar: str) -> None:
    """Nobody lists in the name of a higher government: it lists by itself, at its own level (Fire Law, Art. 55)."""
    if len(registrar) > LEVEL_DIGITS[level]:
        raise RuleBroken(
            _(
                "A higher government lists by itself: your post lists at the level of its own government only"
                " (Fire Law, Art. 55)."
            ),
            field="level",
            code="other_level",
        )


def refuse_listing(
    case: HazardCase, level: str, paper_number: str, leader_name: str, listed_on: date, on: date
) -> None:
    if level not in Level.values:
        raise RuleBroken(_("Choose the level: province, city or county."), field="level")
    if case.grade != Grade.MAJOR:
        raise RuleBroken(
            _("Only a major fire hazard is listed. Record the meeting that found it major first."),
            code="not_now",
        )
    if not paper_number.strip():
        raise RuleBroken(_("Give the number of the government's document."), field="paper_number")
    if not leader_name.strip():
        raise RuleBroken(_("Name the leader who supervises it."), field="leader_name")
    if listed_on > on:
        raise RuleBroken(_("The day of listing lies in the future."), field="listed_on")
    if listed_on < case.opened_on:
        raise RuleBroken(_("The day of listing is earlier than the finding."), field="listed_on")
    if Listing.objects.standing().filter(case=case, level=level).exists():
        raise AlreadyDone(_("This level has listed the case already."))


@transaction.atomic
def delist(
    listing: Listing, *, paper_number: str, by, at: datetime, delisted_on: date | None = None
) -> Listing:
    """Take the board down. Only the level that listed does it, and only once the case stands no longer."""
    on = localdate(at)
    delisted_on = delisted_on or on
    if not paper_number.strip():
        raise RuleBroken(_("Give the number of the document on the delisting."), field="paper_number")
    if delisted_on > on:
        raise RuleBroken(_("The day of delisting lies in the future."), field="delisted_on")
    if delisted_on < listing.listed_on:
        raise RuleBroken(_("The delisting is earlier than the listing."), field="delisted_on")
    case = listing.case
    if case.closed_on and delisted_on < case.closed_on:
        raise RuleBroken(_("The delisting is earlier than the closing of the case."), field="delisted_on")
    if not roles.may(by, "case.delist", listing.registrar_code):
        raise RuleBroken(_("Only the level that listed it takes the board down."), code="other_level")
    changed = Listing.objects.filter(pk=listing.pk, delisted_on=None).update(
        delisted_on=delisted_on, delisted_by=by, delisting_paper=paper_number.strip()
    )
    if not changed:
        raise AlreadyDone(_("The board came down already."))
    document = papers.issue_if_able(
        Form.DELISTING,
        unit=case.unit,
        by=by,
        at=at,
        on=on,
        content=facts_of(listing)
        | {
            "due_on": "",
            "delisting_paper": paper_number.strip(),
            "closed_on": case.closed_on.isoformat() if case.closed_on else "",
            "delisted_on": delisted_on.isoformat(),
        },
    )
    Listing.objects.filter(pk=listing.pk).update(delisting_document=document)
    levels = crown(case)
    record(
        case,
        "delist",
        by=by,
        at=at,
        listed_levels=levels,
        main_level=levels[0] if levels else "",
        reason=paper_number,
        document=document,
        data={"level": listing.level, "left": others_on_board(listing)},
    )
    listing.refresh_from_db()
    return listing


def others_on_board(listing: Listing) -> int:
    """Cases of the same unit that this level still lists: the unit's board comes down with the last of them."""
    same = Listing.objects.standing().filter(case__unit=listing.case.unit_id, level=listing.level)
    return same.exclude(case=listing.case_id).count()


def crown(case: HazardCase) -> list[str]:
    """Make the highest standing listing the main one; the standing levels, highest first."""
    standing = Listing.objects.standing().filter(case=case)
    levels = sorted(standing.values_list("level", flat=True), key=Level.values.index)
    standing.update(is_main=False)
    if levels:
        standing.filter(level=levels[0]).update(is_main=True)
    return levels
