"""The ladder (催办阶梯): read as sentences, changed by new versions, with a preview before anything is saved."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.roles import need
from common import days
from common.errors import RuleBroken
from common.forms import put_refusal
from common.templatetags.face import day_words
from rectification.chase import rung_words, sample
from rectification.chase.realign import touched
from rectification.chase_forms import EndRungForm, RungForm
from rectification.models import Rung
from rectification.services import ladder
from rectification.views import answer_done


@require_GET
def ladder_page(request):
    """The rungs in force and to come, by what they watch."""
    need(request.user, ladder.PERMISSION)
    return render(request, "rectification/chase/ladder.html", {"groups": rung_words.groups(days.today())})


@require_GET
def rung_page(request, code: str):
    """One rung with all its versions: who changed it, when."""
    need(request.user, ladder.PERMISSION)
    versions = list(
        Rung.objects.filter(code=code).select_related("changed_by", "ended_by").order_by("-valid_from", "-pk")
    )
    if not versions:
        raise Http404
    context = {
        "rung": versions[0],
        "versions": [rung_words.Spoken(rung, days.today()) for rung in versions],
        "is_open": versions[0].valid_to is None,
    }
    return render(request, "rectification/chase/rung.html", context)


@require_http_methods(["GET", "POST"])
def rung_add(request):
    """A new rung."""
    need(request.user, ladder.PERMISSION)
    watched = request.GET.get("watched", "deadline")
    return rung_form(request, None, initial={"watched": watched})


@require_http_methods(["GET", "POST"])
def rung_change(request, pk: int):
    """A new version of a rung."""
    need(request.user, ladder.PERMISSION)
    return rung_form(request, get_object_or_404(Rung, pk=pk))


def rung_form(request, old: Rung | None, initial: dict | None = None):
    """The form; once it holds, what it would change; once that was seen, the change itself."""
    form = RungForm(request.POST if request.method == "POST" else None, old=old, initial=initial or {})
    context = {"form": form, "old": rung_words.Spoken(old, days.today()) if old else None}
    if request.method == "POST" and form.is_valid():
        try:
            if "save" in request.POST and form.cleaned_data["seen"] == form.mark:
                return saved(request, form)
            ladder.refuse_change(form.draft, old, on=days.today())
            context["preview"] = preview(form, request.user)
        except RuleBroken as refusal:
            put_refusal(form, refusal)
    return render(request, "rectification/chase/rung_form.html", context, status=422 if form.errors else 200)


def saved(request, form: RungForm):
    facts = {
        "facts": form.facts,
        "valid_from": form.cleaned_data["valid_from"],
        "by": request.user,
        "at": timezone.now(),
    }
    code = form.cleaned_data.get("code")
    rung = ladder.change(form.old, **facts) if form.old else ladder.add(code=code, **facts)
    words = _("Saved: “%(name)s” holds from %(day)s.") % {
        "name": rung.label,
        "day": day_words(rung.valid_from, weekday=False),
    }
    return answer_done(request, reverse("rectification:rung", args=[rung.code]), words)


def preview(form: RungForm, user) -> dict:
    """What the change would touch, how its letter reads, and whom it would reach today."""
    draft, on = form.draft, days.today()
    reached, nobody = sample.reached_by(draft, on)
    return {
        "spoken": rung_words.Spoken(draft, on),
        "touched": touched(form.old, draft),
        "letter": sample.letter_for(draft, user, on=on, at=timezone.now()),
        "reached": reached[: sample.SHOWN_PEOPLE],
        "more": max(len(reached) - sample.SHOWN_PEOPLE, 0),
        "people": len(reached),
        "nobody": nobody,
        "mark": form.mark,
    }


@require_http_methods(["GET", "POST"])
def rung_end(request, pk: int):
    """The last day of a rung."""
    need(request.user, ladder.PERMISSION)
    rung = get_object_or_404(Rung, pk=pk)
    form = EndRungForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            ladder.end(rung, last_day=form.cleaned_data["last_day"], by=request.user, at=timezone.now())
        except RuleBroken as refusal:
            put_refusal(form, refusal)
        else:
            words = _("Saved: “%(name)s” ends.") % {"name": rung.label}
            return answer_done(request, reverse("rectification:rung", args=[rung.code]), words)
    context = {"form": form, "rung": rung_words.Spoken(rung, days.today()), "touched": touched(rung, None)}
    return render(request, "rectification/chase/rung_end.html", context, status=422 if form.errors else 200)
