"""The page of one listing: what it is held to, what is late, and the steps that one's post allows."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import roles
from common.days import today
from common.errors import RuleBroken
from common.forms import put_refusal
from rectification import forms, receipts, supervised
from rectification.models import Listing, ReviewItem
from rectification.selectors import Step, with_forms
from rectification.services import supervision
from rectification.views import answer_done

FORMS = {
    "report": forms.ReportForm,
    "achieve": forms.AchieveForm,
    "assure": forms.AssureForm,
    "add": forms.MilestoneForm,
    "move": forms.MoveForm,
    "drop": forms.DropForm,
    "interval": forms.IntervalForm,
    "call-in": forms.CallInForm,
}


def step_label(step: str) -> str:
    return {
        "report": _("Report progress"),
        "achieve": _("Reach a milestone"),
        "assure": _("Note what is in place"),
        "add": _("Add a milestone"),
        "move": _("Move a milestone"),
        "drop": _("Drop a milestone"),
        "interval": _("Change how often it is reported on"),
        "call-in": _("Note a talk"),
    }[step]


@require_GET
def listing(request, pk: int):
    """One listing: the document, the six things in place, the plan, the reports, closing and delisting."""
    return listing_page(request, get_object_or_404(supervised.find(request.user), pk=pk))


def form_for(step: str, row: Listing, user, data=None):
    extra = {"listing": row} if step in supervised.ON_MILESTONES else {}
    form = FORMS[step](data, case=row.case, user=user, auto_id=f"{step}-%s", **extra)
    if step == "report":
        # The page is that of one listing already.
        form.fields["level"].widget = form.fields["level"].hidden_widget()
        form.initial["level"] = row.level
    return form


def listing_page(request, row: Listing, *, bound=None, step: str = "", status: int = 200):
    (board,) = supervised.boards([row], today())
    steps = with_forms(
        [Step(name, step_label(name)) for name in supervised.steps(board, request.user)],
        lambda name: form_for(name, row, request.user),
        bound=bound,
        step=step,
        label=step_label,
    )
    context = {
        "board": board,
        "listing": row,
        "case": row.case,
        "steps": steps,
        "first": next(iter(steps), None),
        "closing": closing_of(row.case),
        "rehung": list(row.rehung.select_related("reversal__reversed_by", "reversal__document")),
        "today": board.on,
    }
    return render(request, "rectification/listing.html", context, status=status)


def closing_of(case) -> ReviewItem | None:
    """The re-inspection that closed the case: the brigade's act and paper, apart from the government's."""
    if case.closed_on is None:
        return None
    passed = ReviewItem.objects.filter(case=case, outcome=ReviewItem.Outcome.PASS)
    return passed.select_related("review__document", "review__recorded_by").order_by("sequence").last()


@require_POST
def listing_step(request, pk: int, step: str):
    """One step on one listing. A refused form comes back filled, with its sentence."""
    if step not in FORMS:
        raise Http404
    row = get_object_or_404(supervised.find(request.user), pk=pk)
    roles.need(request.user, supervised.PERMISSIONS[step], row.case.region_id)
    form = form_for(step, row, request.user, request.POST)
    if form.is_valid():
        try:
            take_step(row, step, form.cleaned_data, by=request.user, at=timezone.now())
        except RuleBroken as refusal:
            put_refusal(form, refusal)
        else:
            return answer_done(request, row.get_absolute_url(), receipts.of_supervision(step, row))
    return listing_page(request, row, bound=form, step=step, status=422)


def take_step(row: Listing, step: str, facts: dict, *, by, at):
    """Call the service of the step with what its form asked for."""
    who = {"by": by, "at": at}

    def pick(*names: str) -> dict:
        return {name: facts[name] for name in names} | who

    match step:
        case "report":
            return supervision.report(row, **pick("words", "percent", "funds", "client_id"))
        case "achieve":
            return supervision.achieve(facts["milestone"], **pick("done_on", "words"))
        case "assure":
            return supervision.assure(row, **pick("flag", "is_met", "on", "words"))
        case "add":
            return supervision.add_milestone(row, **pick("title", "due_on", "client_id"))
        case "move":
            return supervision.move_milestone(facts["milestone"], **pick("due_on", "reason"))
        case "drop":
            return supervision.drop_milestone(facts["milestone"], **pick("reason"))
        case "interval":
            return supervision.set_interval(row, **pick("every", "reason"))
    return supervision.call_in(row, **pick("on", "words"))
