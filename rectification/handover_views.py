"""Handing over: choose a person, see what is in hand, give it to somebody, print the sheet (交接清单)."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.roles import Role
from common.days import today
from common.errors import RuleBroken
from common.forms import put_refusal
from common.listing import Listing
from hazards.filters import WORST_FIRST
from rectification import forms, handing_over
from rectification.services import handovers

ANSWERING = (Role.INSPECTOR, Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICE)
WORST = {"worst": (gettext_lazy("Worst first"), WORST_FIRST)}


@require_GET
def start(request):
    """Whose work: the office sees everybody with open cases, others their own; and the sheets so far."""
    words = request.GET.get("q", "")
    chooses = handing_over.may_choose(request.user)
    context = {
        "chooses": chooses,
        "holders": handing_over.holders(request.user, today()) if chooses else [],
        "own": handing_over.in_hand(request.user),
        "q": words,
        "found": handing_over.look_up(request.user, words) if chooses else [],
        "listing": Listing(request, handing_over.sheets(request.user)),
    }
    return render(request, "rectification/handovers.html", context)


@require_http_methods(["GET", "POST"])
def person(request, pk: int):
    """Everything a person has in hand, and to whom it goes."""
    person = handing_over.find_person(request.user, pk)
    if person is None:
        raise Http404
    township = code_of(request.GET.get("township", ""))
    cases = handing_over.cases_of(person, request.user, township)
    instructions = list(handing_over.instructions_of(person, request.user))
    look_backs = list(handing_over.look_backs_of(person, request.user))
    # An instruction may go to whoever answers for it; a case or a look-back to an inspector alone.
    takers = ANSWERING if instructions else (Role.INSPECTOR,)
    form = forms.HandOverAllForm(request.POST or None, people=people_for(request.user, person, takers))
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            sheet = handovers.hand_over_all(
                person,
                to=facts["to"],
                reason=facts["reason"],
                by=request.user,
                at=timezone.now(),
                cases=chosen(cases, facts["which"], request.POST.getlist("case")),
                instructions=instructions if facts["instructions"] else (),
                look_backs=look_backs if facts["look_backs"] else (),
                client_id=facts["client_id"],
            )
        except RuleBroken as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("Handed over to %(name)s.") % {"name": sheet.to.name})
            return redirect(sheet)
    everything = handing_over.cases_of(person, request.user)
    context = {
        "person": person,
        "form": form,
        "listing": Listing(request, cases.for_rows(), orderings=WORST, sizes=(50, 100, 20), keys_first=True),
        "townships": handing_over.by_township(everything),
        "township": township,
        "instructions": instructions,
        "look_backs": look_backs,
        "drafts": handing_over.drafts_of(person),
        "most": handovers.MOST,
        "ticked": request.POST.getlist("case"),
        "today": today(),
    }
    return render(request, "rectification/handover.html", context, status=422 if form.errors else 200)


def code_of(text: str) -> str:
    """The code of a township, or "" where the address names none."""
    return text if text.isascii() and text.isdigit() and 2 <= len(text) <= 24 else ""


def people_for(user, person, roles):
    """Who may take something over, among those who serve where the user does; never the person."""
    return forms.successors(list(user.scope.codes), *roles).exclude(pk=person.pk)


def chosen(cases, which: str, ticked: list[str]) -> list:
    """The cases that go: one more than the most is enough to be refused."""
    if which == "none":
        return []
    if which == "chosen":
        keys = {int(key) for key in ticked if key.isascii() and key.isdigit() and len(key) < 19}
        return list(cases.filter(pk__in=keys).select_related("unit"))
    return list(cases.order_by("pk")[: handovers.MOST + 1])


@require_GET
def sheet(request, pk: int):
    """The sheet with both names and every line, for printing and signing."""
    sheet = get_object_or_404(handing_over.sheets(request.user), pk=pk)
    context = {"sheet": sheet} | handing_over.lines_of(sheet)
    return render(request, "rectification/handover_sheet.html", context)
