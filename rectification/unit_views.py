"""Several hazards of one unit at once: the owner's reply, and the re-inspection with its result."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts import roles
from common.days import today
from common.errors import RuleBroken
from common.forms import put_refusal
from hazards import states
from hazards.models import HazardCase
from rectification import panels, selectors, unit_forms
from rectification.models import Review
from rectification.services import reviews, submissions
from rectification.views import answer_done
from units.models import Unit

MOST = 40  # hazards on one page


class Sheet:
    """The page of several hazards: the common form, and one form for each hazard that can be dealt with."""

    def __init__(self, request, pk: int, *, states_of, common, item, permission: str):
        self.request, self.states_of = request, states_of
        self.unit = get_object_or_404(Unit.objects.visible_to(request.user).select_related("region"), pk=pk)
        if not roles.may(request.user, permission, self.unit.region_id):
            raise Http404(_("This page is not part of your post."))
        cases = HazardCase.objects.visible_to(request.user).filter(unit=self.unit, state__in=states_of)
        self.cases = list(cases.for_rows().order_by("due_on", "pk")[:MOST])
        self.form = common(request.POST or None, user=request.user)
        self.items = self.forms_of(item)

    def forms_of(self, item) -> list:
        """The form of each hazard; those named by ?case= are chosen beforehand, or those that are most likely meant."""
        photos = panels.photos_of(self.cases)
        held = selectors.reviews_held(self.cases)
        wanted = set(self.request.GET.getlist("case"))
        data, files = self.request.POST or None, self.request.FILES or None
        return [
            item(
                data,
                files,
                case=case,
                photos=photos[case.pk],
                initial={
                    "chosen": str(case.pk) in wanted if wanted else self.is_likely(case),
                    "sequence": held.get(case.pk, 0) + 1,
                },
            )
            for case in self.cases
        ]

    def is_likely(self, case) -> bool:
        """The only one, one that was reported as rectified, or one whose deadline has passed for the inspector."""
        waits = states.SUBMITTED in self.states_of
        return len(self.cases) == 1 or (
            waits and (case.state == states.SUBMITTED or case.is_overdue(today()))
        )

    @property
    def chosen(self) -> list:
        return [item for item in self.items if item.is_chosen]

    def is_valid(self) -> bool:
        """Whether the common form and those of the chosen hazards are right; all are asked, so that all complain."""
        return all([self.form.is_valid(), *[item.is_valid() for item in self.chosen]])

    def refuse(self, refusal: RuleBroken) -> None:
        """The sentence at the hazard that it speaks of, or above all."""
        case = getattr(refusal, "case", None)
        item = next((item for item in self.items if case is not None and item.case.pk == case.pk), None)
        put_refusal(item or self.form, refusal)

    @property
    def status(self) -> int:
        return 422 if self.form.errors or any(item.errors for item in self.chosen) else 200


@require_http_methods(["GET", "POST"])
def submit(request, unit_id: int):
    """整改复函: what was done about each hazard, the photo after beside the photo before."""
    sheet = Sheet(
        request,
        unit_id,
        states_of=[states.ORDERED],
        common=unit_forms.SeveralForm,
        item=unit_forms.ReportItemForm,
        permission="case.submit",
    )
    if request.method == "POST" and sheet.is_valid():
        reports = [
            submissions.Report(item.case, item.cleaned_data["words"], tuple(item.cleaned_data["photos"]))
            for item in sheet.chosen
        ]
        try:
            done = submissions.submit_several(
                sheet.unit,
                reports,
                by=request.user,
                at=timezone.now(),
                client_id=sheet.form.cleaned_data["client_id"],
            )
        except RuleBroken as refusal:
            sheet.refuse(refusal)
        else:
            return answer_done(request, sheet.unit.get_absolute_url(), told(len(done)))
    return render(request, "rectification/unit_submit.html", {"sheet": sheet}, status=sheet.status)


def told(count: int) -> str:
    words = ngettext(
        "%(n)s hazard is reported as rectified; the inspector re-inspects.",
        "%(n)s hazards are reported as rectified; the inspector re-inspects.",
        count,
    )
    return words % {"n": count}


@require_http_methods(["GET", "POST"])
def review(request, unit_id: int):
    """One re-inspection of several hazards: a result for each, with its photos."""
    sheet = Sheet(
        request,
        unit_id,
        states_of=[states.ORDERED, states.SUBMITTED],
        common=unit_forms.SeveralReviewForm,
        item=unit_forms.VerdictItemForm,
        permission="case.review",
    )
    if request.method == "POST" and sheet.is_valid():
        facts = sheet.form.cleaned_data
        try:
            done = reviews.review(
                unit=sheet.unit,
                verdicts=[verdict_of(item) for item in sheet.chosen],
                officers=facts["officers"],
                held_on=facts["held_on"],
                by=request.user,
                at=timezone.now(),
                client_id=facts["client_id"],
            )
        except RuleBroken as refusal:
            sheet.refuse(refusal)
        else:
            return answer_done(request, done.get_absolute_url(), _("The re-inspection is recorded."))
    return render(request, "rectification/unit_review.html", {"sheet": sheet}, status=sheet.status)


def verdict_of(item) -> reviews.Verdict:
    """What the form of one hazard says."""
    facts = item.cleaned_data
    return reviews.Verdict(
        item.case,
        facts["outcome"],
        facts["note"],
        facts["due_on"],
        photos=tuple(facts["photos"]),
        no_photo=facts["no_photo"],
        sequence=facts["sequence"],
    )


@require_GET
def review_result(request, pk: int):
    """What a re-inspection decided, item by item, and what may follow where it was not passed."""
    rows = Review.objects.visible_to(request.user).select_related("unit", "document", "recorded_by")
    sitting = get_object_or_404(rows, pk=pk)
    context = {
        "review": sitting,
        "items": selectors.review_items(sitting, today()),
        "officers": list(sitting.officers.select_related("user")),
        "today": today(),
    }
    return render(request, "rectification/review.html", context)
