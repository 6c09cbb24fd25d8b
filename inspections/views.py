"""The day, finding a unit, the visit from begin to last step, and the record afterwards."""

import uuid
from decimal import Decimal, InvalidOperation

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.days import day_of, now, today
from common.errors import AlreadyDone, NotAllowed, RuleBroken
from common.files import serve_private
from common.forms import put_refusal
from common.listing import Listing, key_in
from inspections import agenda, outcome, rules, selectors, services
from inspections.filters import ORDERINGS, InspectionFilter
from inspections.forms import DiscardForm, FindingForm, FinishForm, StartForm, findings_forms, kinds_for
from inspections.models import ENFORCEMENT_KINDS, Finding, Inspection, Photo, Result, Status
from reference.models import HazardCategory
from units.selectors import combined_use_panel

SHOWN = {"overdue": 40, "reinspect": 40, "due": 40, "inspect": 60, "drafts": 40}


def is_fragment(request) -> bool:
    """Whether htmx asks for a part of the page."""
    return bool(request.htmx) and not request.htmx.boosted


def may_begin(user) -> bool:
    """Whether the person begins visits somewhere."""
    return user.may("inspection.file") or user.may("inspection.self_check")


# --- the day ---------------------------------------------------------------------------------------


@require_GET
def today_page(request):
    """What is to be done today, the worst first; one section alone with ?show=."""
    day = agenda.Day(request.user, today())
    show = request.GET.get("show") if request.GET.get("show") in SHOWN else ""
    most = SHOWN if show else {"overdue": 4, "reinspect": 4, "due": 4, "inspect": 6, "drafts": 3}
    sections = {
        "drafts": lambda: list(day.drafts[: most["drafts"]]),
        "overdue": lambda: day.overdue_visits(most["overdue"]),
        "reinspect": lambda: day.reinspect_visits(most["reinspect"]),
        "due": lambda: day.due_visits(most["due"]),
        "inspect": lambda: day.inspect_visits(most["inspect"]),
    }
    context = {name: read() for name, read in sections.items() if show in ("", name)}
    context |= {"counts": day.counts, "show": show, "today": day.on, "cap": agenda.CAP}
    context |= {"may_begin": may_begin(request.user), "may_review": request.user.may("case.review")}
    if not show:
        context["unserved"] = day.counts["unserved"]
    return render(request, "inspections/today.html", context)


# --- finding the unit, and beginning ---------------------------------------------------------------


@require_GET
def find(request):
    """Units by words, by place on the map, or of one's area; with htmx the list alone."""
    text, on = request.GET.get("q", ""), today()
    here = place_of(request.GET)
    if here and not text.strip():
        units = selectors.nearest(request.user, *here, on)
    else:
        units = selectors.units_to_find(request.user, text, on, region=request.GET.get("region", ""))
    context = {"units": units, "q": text, "near": bool(here), "today": on}
    if is_fragment(request):
        return render(request, "inspections/_found.html", context)
    return render(
        request, "inspections/find.html", context | {"regions": selectors.own_regions(request.user)}
    )


def place_of(data) -> tuple[float, float] | None:
    """Latitude and longitude of a query string; None where they are missing or nonsense."""
    try:
        latitude, longitude = Decimal(data["latitude"]), Decimal(data["longitude"])
    except (KeyError, InvalidOperation):
        return None
    if not (
        latitude.is_finite() and longitude.is_finite() and -90 <= latitude <= 90 and -180 <= longitude <= 180
    ):
        return None
    return float(latitude), float(longitude)


@require_http_methods(["GET", "POST"])
def start(request):
    """Choose kind and team at one unit, and begin. Without a unit: find one first."""
    wanted = request.POST.get("unit") or request.GET.get("unit") or ""
    if not wanted:
        return find(request)
    unit = get_object_or_404(selectors.unit_by(request.user, wanted))
    if not kinds_for(request.user, unit):
        raise NotAllowed(_("Inspections here are begun by inspectors, patrols by township officers."))
    on = today()
    initial = {"kind": request.GET.get("kind", "")}
    form = StartForm(request.POST or None, initial=initial, user=request.user, unit=unit, on=on)
    if request.method == "POST" and form.is_valid():
        try:
            visit = services.start(unit=unit, by=request.user, at=now(), **started_with(form))
        except RuleBroken as refusal:
            put_refusal(form, refusal)
        else:
            return redirect("inspections:edit", visit.pk)
    context = {
        "unit": selectors.with_cases([unit], on)[0],
        "form": form,
        "drafts": list(Inspection.objects.drafts_of(request.user).filter(unit=unit)),
        "enforcing": form["kind"].value() in ENFORCEMENT_KINDS,
    }
    template = "inspections/_start_form.html" if is_fragment(request) else "inspections/start.html"
    return render(request, template, context, status=422 if form.errors else 200)


def started_with(form: StartForm) -> dict:
    """The arguments of the service."""
    names = ("kind", "officers", "assistants", "client_id", "longitude", "latitude")
    return {name: form.cleaned_data[name] for name in names}


# --- the visit -------------------------------------------------------------------------------------


def visits_with_unit(user):
    """What a person sees of visits, with what the head of the page shows."""
    visits = Inspection.objects.visible_to(user)
    return visits.select_related("unit__region", "unit__place_type", "checklist")


def draft_of(request, pk: int) -> Inspection:
    """The person's draft, or 404; one that is completed meanwhile is refused with a sentence."""
    visit = get_object_or_404(visits_with_unit(request.user), pk=pk)
    if visit.is_locked:
        raise services.already_completed(visit)
    return visit


@require_GET
def edit(request, pk: int):
    """The filing page. A completed visit shows its record instead."""
    visit = get_object_or_404(visits_with_unit(request.user), pk=pk)
    if visit.is_locked:
        return redirect(visit)
    return render(request, "inspections/edit.html", page_context(visit))


def page_context(visit: Inspection) -> dict:
    """What the filing page shows."""
    on = day_of(visit.started_at)
    sheet = selectors.sheet_of(visit)
    enforcing = visit.kind in ENFORCEMENT_KINDS
    return {
        "visit": visit,
        "unit": selectors.with_cases([visit.unit], today())[0],
        "sheet": sheet,
        "progress": sheet.progress,
        "forms": findings_forms(sheet.findings, enforcing=enforcing, on=on),
        "enforcing": enforcing,
        "combined_use": combined_use_panel(visit.unit),
        "team": list(visit.team.select_related("user")),
    }


@require_POST
def answer(request, pk: int, answer_pk: int):
    """One tap on one question: saved at once; the row and the bar come back."""
    visit = draft_of(request, pk)
    asked = get_object_or_404(visit.answers, pk=answer_pk)
    refusal = None
    try:
        asked = services.answer(visit, asked, request.POST.get("result", ""), by=request.user)
    except AlreadyDone:
        raise
    except RuleBroken as broken:
        if not is_fragment(request):
            raise
        refusal, asked = broken, visit.answers.select_related("category", "item__group").get(pk=asked.pk)
        asked.inspection = visit
    if not is_fragment(request):
        return redirect(f"{reverse('inspections:edit', args=[visit.pk])}#question-{asked.number}")
    return render_row(request, visit, asked, refusal=refusal)


def render_row(request, visit: Inspection, asked, *, refusal=None, status: int | None = None):
    """A question with its findings, and the counts of the bar out of band."""
    enforcing = visit.kind in ENFORCEMENT_KINDS
    row = selectors.row_of(asked)
    context = {
        "visit": visit,
        "row": row,
        "forms": findings_forms(row.findings, enforcing=enforcing, on=day_of(visit.started_at)),
        "enforcing": enforcing,
        "progress": selectors.progress_of(visit),
        "refusal": refusal,
        "oob": True,
    }
    return render(
        request, "inspections/_row_and_bar.html", context, status=status or (409 if refusal else 200)
    )


@require_POST
def all_ok(request, pk: int):
    """Everything not yet answered passes."""
    visit = draft_of(request, pk)
    services.answer_all_ok(visit, by=request.user)
    if is_fragment(request):
        return render(request, "inspections/_sheet_and_bar.html", page_context(visit) | {"oob": True})
    return redirect("inspections:edit", visit.pk)


def finding_of(request, pk: int) -> Finding:
    """A finding of one's own draft, or 404."""
    findings = Finding.objects.visible_to(request.user).select_related(
        "category", "category__group", "inspection__unit", "answer"
    )
    return get_object_or_404(findings, pk=pk)


@require_POST
def finding(request, pk: int):
    """Save one finding as it is typed. 422 with the form where it contradicts itself."""
    found = finding_of(request, pk)
    visit = found.inspection
    enforcing = visit.kind in ENFORCEMENT_KINDS
    form = FindingForm(request.POST, finding=found, enforcing=enforcing, on=day_of(visit.started_at))
    if form.is_valid():
        try:
            services.change_finding(found, by=request.user, **form.facts)
        except rules.Incomplete as refusal:
            for mistake in refusal.mistakes:
                form.add_error(field_of(form, mistake.field), str(mistake))
    if form.errors:
        context = {"finding": found, "form": form, "enforcing": enforcing, "visit": visit}
        if is_fragment(request):
            return render(request, "inspections/_finding_form.html", context, status=422)
        return render(request, "inspections/finding.html", context, status=422)
    if is_fragment(request):
        return mended(request, found, enforcing) if request.POST.get("was_refused") else saved(request, found)
    return redirect(f"{reverse('inspections:edit', args=[visit.pk])}#finding-{found.pk}")


def mended(request, found: Finding, enforcing: bool):
    """The form again without the sentences of its last refusal."""
    form = FindingForm(finding=found, enforcing=enforcing, on=day_of(found.inspection.started_at))
    context = {"finding": found, "form": form, "enforcing": enforcing, "saved_at": now()}
    return render(request, "inspections/_finding_form.html", context)


def saved(request, found: Finding):
    """The receipt alone: nobody is interrupted while typing."""
    response = render(request, "inspections/_saved.html", {"finding": found, "at": now()})
    response["HX-Retarget"] = f"#saved-{found.pk}"
    return response


def field_of(form, name: str) -> str | None:
    """The field of a form that a mistake speaks of."""
    name = {"corrected_on_site": "remedy"}.get(name, name)
    return name if name in form.fields else None


@require_POST
def remove_finding(request, pk: int):
    """Take a finding out; the question it stood at is asked again."""
    found = finding_of(request, pk)
    asked, visit = found.answer, found.inspection
    services.remove_finding(found, by=request.user)
    if not is_fragment(request):
        return redirect("inspections:edit", visit.pk)
    if asked is None:
        return render(
            request,
            "inspections/_bar.html",
            {"progress": selectors.progress_of(visit), "visit": visit, "oob": True},
        )
    asked = visit.answers.select_related("category", "item__group").get(pk=asked.pk)
    asked.inspection = visit
    return render_row(request, visit, asked)


@require_http_methods(["GET", "POST"])
def catalogue(request, pk: int):
    """The hazard catalogue by words: for a finding outside the list, or another category for one."""
    visit = draft_of(request, pk)
    changed = key_in(request.POST.get("finding") or request.GET.get("finding") or "")
    found = None if changed is None else get_object_or_404(visit.findings, pk=changed)
    if request.method == "POST":
        category = get_object_or_404(
            HazardCategory.objects.current(today()), pk=request.POST.get("category", "")
        )
        found = choose(request, visit, category, found)
        return redirect(f"{reverse('inspections:edit', args=[visit.pk])}#finding-{found.pk}")
    text = request.GET.get("q", "")
    context = {
        "visit": visit,
        "finding": found,
        "q": text,
        "client_id": uuid.uuid4(),
        "categories": selectors.categories_matching(text, today(), most=30 if text.strip() else 200),
    }
    template = "inspections/_categories.html" if is_fragment(request) else "inspections/catalogue.html"
    return render(request, template, context)


def choose(request, visit: Inspection, category: HazardCategory, found: Finding | None) -> Finding:
    """A new finding of the category, or the same finding under another one."""
    on = day_of(visit.started_at)
    due_on = selectors.suggested_deadline(category, on) if visit.kind in ENFORCEMENT_KINDS else None
    if found is None:
        return services.add_finding(
            visit,
            category=category,
            due_on=due_on,
            by=request.user,
            client_id=request.POST.get("client_id") or None,
        )
    corrected = found.corrected_on_site and category.on_site
    return services.change_finding(
        found,
        by=request.user,
        category=category,
        corrected_on_site=corrected,
        due_on=None if corrected else due_on,
    )


@require_POST
def discard(request, pk: int):
    """Put a draft away with a reason."""
    visit = draft_of(request, pk)
    form = DiscardForm(request.POST)
    services.discard(visit, by=request.user, reason=form.data.get("reason", ""))
    return redirect("inspections:today")


# --- photos ----------------------------------------------------------------------------------------


@require_POST
def finding_photos(request, pk: int):
    """Receive one photo; the receipt is its id. A picture that is none is told at its place."""
    found = finding_of(request, pk)
    wants_json = "application/json" in request.headers.get("Accept", "") or request.htmx
    try:
        shots = [keep(request, found, upload) for upload in request.FILES.getlist("photo")]
    except RuleBroken as refusal:
        if wants_json:
            return JsonResponse({"code": refusal.code, "detail": str(refusal)}, status=409)
        raise
    if not shots:
        return JsonResponse({"code": "no_file", "detail": _("No photo arrived. Take it again.")}, status=400)
    if wants_json:
        shot = shots[0]
        return JsonResponse({"id": shot.pk, "url": reverse("inspections:photo", args=[shot.pk])}, status=201)
    return redirect(f"{reverse('inspections:edit', args=[found.inspection_id])}#finding-{pk}")


def keep(request, found: Finding, upload) -> Photo:
    """One uploaded file as a photo of the finding."""
    several = len(request.FILES.getlist("photo")) > 1
    client_id = None if several else request.POST.get("client_id") or None
    return services.attach_photo(found, upload=upload, by=request.user, at=now(), client_id=client_id)[0]


@require_GET
def photo(request, pk: int):
    """A photo, for those who see its visit."""
    shot = get_object_or_404(Photo.objects.visible_to(request.user), pk=pk)
    return serve_private(shot.file.name)


@require_POST
def remove_photo(request, pk: int):
    """Take a photo out of a draft."""
    shots = Photo.objects.visible_to(request.user).select_related("finding__inspection")
    shot = get_object_or_404(shots, pk=pk)
    services.remove_photo(shot, by=request.user)
    if "application/json" in request.headers.get("Accept", ""):
        return HttpResponse(status=204)
    return redirect(
        f"{reverse('inspections:edit', args=[shot.finding.inspection_id])}#finding-{shot.finding_id}"
    )


# --- the last step ---------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def finish(request, pk: int):
    """Team, person on site, what will be issued. Saved first, then handed on to be completed."""
    visit = draft_of(request, pk)
    if request.method == "GET":
        return finish_page(request, visit)
    form = finish_form(request, visit, data=request.POST)
    if not form.is_valid():
        return finish_page(request, visit, form=form, status=422)
    try:
        services.set_around(
            visit,
            by=request.user,
            officers=form.cleaned_data["officers"],
            assistants=form.cleaned_data["assistants"],
            **form.details,
        )
    except AlreadyDone:
        raise
    except RuleBroken as refusal:
        return finish_page(request, visit, form=form, refusal=refusal, status=422)
    if "save" in request.POST:
        return redirect("inspections:edit", visit.pk)
    return hand_on(visit)


class SamePost(HttpResponseRedirect):
    """A redirect that keeps method and body."""

    status_code = 307


def hand_on(visit: Inspection) -> HttpResponse:
    """The same POST to the door that completes and issues."""
    try:
        url = reverse("rectification:file", args=[visit.pk])
    except NoReverseMatch:
        url = reverse("inspections:finish", args=[visit.pk])
        return redirect(url)
    return SamePost(url)


def finish_form(request, visit: Inspection, *, data=None) -> FinishForm:
    """The last form, offering the colleagues of the day of the visit."""
    return FinishForm(
        data,
        inspection=visit,
        user=request.user,
        on=day_of(visit.started_at),
        proposes_stop=outcome.proposes_stop(visit),
        now=now(),
    )


def finish_page(
    request, visit: Inspection, *, form=None, refusal: RuleBroken | None = None, status: int = 200
):
    """The last page of a visit: also the answer to a refused completion, with everything that is missing."""
    if visit.status != Status.DRAFT:
        raise services.already_completed(visit)
    at_a_field = refusal is not None and not isinstance(refusal, rules.Incomplete)
    # A refusal is shown at its field, and only a form that was filled in has room for it.
    sent = request.method == "POST" and ("officers" in request.POST or at_a_field)
    form = form or finish_form(request, visit, data=request.POST if sent else None)
    if at_a_field:
        put_refusal(form, refusal)
    mistakes = getattr(refusal, "mistakes", None)
    context = page_context(visit) | {
        "form": form,
        "papers": outcome.papers_of(visit),
        "mistakes": mistakes if mistakes is not None else services.mistakes_of(visit, at=now()),
        "refused": mistakes is not None,
    }
    return render(request, "inspections/finish.html", context, status=status)


# --- the record ------------------------------------------------------------------------------------


@require_GET
def inspection_list(request):
    """Completed inspections of one's area, the latest first."""
    visits = Inspection.objects.visible_to(request.user).completed()
    chosen = InspectionFilter(request.GET, queryset=visits, request=request)
    rows = chosen.qs if chosen.is_valid() else visits.none()
    listing = Listing(request, selectors.for_list(rows), orderings=ORDERINGS, filterset=chosen)
    template = "inspections/_rows.html" if is_fragment(request) else "inspections/list.html"
    context = {"filter": chosen, "listing": listing, "may_begin": may_begin(request.user)}
    return render(request, template, context, status=200 if chosen.is_valid() else 400)


@require_GET
def detail(request, pk: int):
    """The locked record; a draft goes on being filled in."""
    visits = Inspection.objects.visible_to(request.user).select_related(
        "unit__region", "unit__place_type", "checklist", "document", "started_by"
    )
    visit = get_object_or_404(visits, pk=pk)
    if visit.status == Status.DRAFT:
        return redirect("inspections:edit", visit.pk)
    sheet = selectors.sheet_of(visit, cases=True)
    context = {
        "visit": visit,
        "unit": visit.unit,
        "sheet": sheet,
        "team": list(visit.team.select_related("user")),
        "enforcing": visit.kind in ENFORCEMENT_KINDS,
        "failed": Result.FAIL,
        "sees_phones": request.user.may("unit.see_phones", visit.region_id),
    }
    return render(request, "inspections/detail.html", context)
