"""Pages of the chase: its ledger for a case, a person and the county's day, the runs, and one person's digest."""

from datetime import date
from functools import cached_property

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from accounts.roles import may, need
from common import days
from common.listing import Listing
from common.templatetags.face import day_words
from hazards import selectors as case_selectors
from hazards.models import HazardCase
from notifications.models import Message
from notifications.services import mark_read
from rectification import chase_exports
from rectification.chase import ledger, shares
from rectification.chase import selectors as chase
from rectification.chase_forms import LedgerFilter
from rectification.models import ChaseClaim, ChaseRun
from rectification.services import holding
from rectification.views import answer_done

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ACTS_SHOWN = 2


class Lines(Listing):
    """A page of the ledger: its rows are lines."""

    @cached_property
    def rows(self) -> list:
        return ledger.lines(super().rows, now=timezone.now())


def lines_of(request, claims, filterset=None, hidden=()) -> Lines:
    rows = ledger.with_people(ledger.in_order(claims))
    return Lines(request, rows, filterset=filterset, hidden=hidden)


def workbook(claims, request, title: str, name: str) -> HttpResponse:
    content = chase_exports.workbook(claims, title=title, by=request.user, now=timezone.now())
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.xlsx")
    return response


# --- the ledger of a case -----------------------------------------------------------------------------------
@require_GET
def case_ledger(request, pk: int):
    """Who was told of one case by which rung, when, through what; and why not."""
    case = get_object_or_404(HazardCase.objects.visible_to(request.user).for_rows(), pk=pk)
    claims = ledger.of_case(case)
    if "export" in request.GET:
        return workbook(
            claims,
            request,
            _("%(number)s: who was told") % {"number": case.number},
            f"催办台账-{case.number}",
        )
    context = {
        "case": case,
        "listing": lines_of(request, claims),
        "waits": ledger.waits_for(case, chase.preview(case, days.today())) if case.is_live else [],
    }
    return render(request, "rectification/chase/case.html", context)


# --- the ledger of a person ---------------------------------------------------------------------------------
@require_GET
def person_ledger(request, pk: int | None = None):
    """All that one person was told: one's own to everybody, that of others where the post allows it."""
    person = request.user if pk is None else find_person(request.user, pk)
    filters = LedgerFilter(request.GET, fields=("day_from", "day_to", "rung_code", "outcome", "unread"))
    claims = ledger.of_person(person, request.user)
    claims = ledger.narrowed(ledger.between(claims, *filters.days), filters.facts)
    if "export" in request.GET:
        return workbook(
            claims,
            request,
            _("%(name)s: what the chase said") % {"name": person.name},
            f"催办台账-{person.name}",
        )
    context = {
        "person": person,
        "is_own": person.pk == request.user.pk,
        "listing": lines_of(request, claims, filters, hidden=("export",)),
        "filter": filters,
        "days": filters.days,
        "export_query": export_query(request),
    }
    return render(request, "rectification/chase/person.html", context)


def find_person(reader: User, pk: int) -> User:
    """Somebody with a post, or who stands in for one, in the reader's area; to others the person does not exist."""
    if pk == reader.pk:
        return reader
    need(reader, ledger.PERMISSION)
    return get_object_or_404(people_of(reader), pk=pk)


def people_of(reader: User):
    """Those whose ledgers the reader may open."""
    fields = ("posts__region_id", "deputy_posts__region_id")
    own, stood_in_for = (reader.scope.q(field, ledger.PERMISSION) for field in fields)
    return User.objects.filter(own | stood_in_for).distinct()


def export_query(request) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    query["export"] = "xlsx"
    return query.urlencode()


# --- the county's day ---------------------------------------------------------------------------------------
@require_GET
def run_page(request, pk: int):
    """One run in numbers, each of which lists its lines."""
    need(request.user, ledger.PERMISSION)
    run = get_object_or_404(ChaseRun.objects.select_related("released_by"), pk=pk)
    return day_in_numbers(request, [run], run.on, run=run)


@require_GET
def day_page(request, day: str):
    """All runs of one day together, those by the hour included."""
    need(request.user, ledger.PERMISSION)
    try:
        on = date.fromisoformat(day)
    except ValueError as bad:
        raise Http404 from bad
    return day_in_numbers(request, list(ChaseRun.objects.telling().filter(on=on)), on)


def day_in_numbers(request, runs: list[ChaseRun], on: date, run: ChaseRun | None = None):
    fields = ("rung", "township", "person", "outcome", "channel", "state", "unread")
    filters = LedgerFilter(request.GET, fields=fields)
    claims = ledger.seen_by(ChaseClaim.objects.filter(run__in=runs), request.user)
    chosen = ledger.narrowed(claims, filters.facts)
    if "export" in request.GET:
        return workbook(
            chosen,
            request,
            _("%(day)s: the run of the chase") % {"day": day_words(on)},
            f"催办台账-{on:%Y%m%d}",
        )
    mine = shares.shares(runs, request.user)
    listing = lines_of(request, chosen, filters, hidden=("export",))
    named = {line.claim.person_id for line in listing.rows}
    context = {
        "run": run,
        "runs": runs,
        "openable": set(people_of(request.user).filter(pk__in=named).values_list("pk", flat=True)),
        "on": on,
        "counts": ledger.counts(claims),
        "listing": listing,
        "share": mine[run.pk] if run else None,
        "left_out": list(dict.fromkeys(words for share in mine.values() for words in share.left_out)),
        "filter": filters,
        "may_release": request.user.may(holding.PERMISSION),
        "foreseen": ledger.foreseen(run) if run and run.held else None,
        "export_query": export_query(request),
    }
    return render(request, "rectification/chase/run.html", context)


# --- the runs -----------------------------------------------------------------------------------------------
@require_GET
def runs(request):
    """The runs, the latest first, with what of each lies in the reader's area; a held one waits for a person."""
    need(request.user, ledger.PERMISSION)
    listing = Listing(request, ChaseRun.objects.telling().select_related("released_by"))
    mine = shares.shares(listing.rows, request.user)
    for run in listing.rows:
        run.share = mine[run.pk]
    context = {
        "listing": listing,
        "held": chase.held_run(),
        "may_release": request.user.may(holding.PERMISSION),
        "may_change": request.user.may("chase.ladder"),
    }
    return render(request, "rectification/chase/runs.html", context)


@require_POST
def release(request, pk: int):
    """Let a held run go ahead."""
    need(request.user, holding.PERMISSION)
    run = get_object_or_404(ChaseRun.objects.filter(held=True), pk=pk)
    holding.release(run, by=request.user, at=timezone.now())
    words = _("The run is released: the letters go out within a few minutes.")
    return answer_done(request, reverse("rectification:chase_runs"), words)


# --- one person's morning -----------------------------------------------------------------------------------
@require_GET
def digest(request, pk: int):
    """Everything that one morning's digest was about, worst first, each with the acts that are possible now."""
    run = get_object_or_404(ChaseRun, pk=pk)
    claims = ledger.digest_of(run, request.user)
    listing = Lines(request, ledger.with_people(claims))
    letter = ledger.digest_letter(run, request.user)
    if letter is None and not listing:
        raise Http404
    if letter and letter.read_at is None:
        mark_read(Message.objects.filter(pk=letter.pk), at=timezone.now())
    for line in listing.rows:
        line.acts = acts_on(line.case, request.user)
    return render(
        request, "rectification/chase/digest.html", {"run": run, "listing": listing, "letter": letter}
    )


def acts_on(case: HazardCase | None, user) -> list:
    """The likeliest acts that `user` may do to `case` now; none where it lies outside the person's area."""
    if case is None or not may(user, "case.view", case.region_id):
        return []
    return case_selectors.likeliest(case, user, ACTS_SHOWN)
