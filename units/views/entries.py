"""Registering, correcting, moving, retiring and restoring a unit."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.roles import may
from common.days import today
from common.errors import RuleBroken, StaleForm
from common.forms import put_refusal
from reference.models import Region
from units import guards, selectors, services
from units.cells import SEPARATORS, clean
from units.forms import MoveForm, RestoreForm, RetireForm, UnitForm
from units.models import Unit, UnitPerson
from units.views.shared import allowed_or_404, refused, unit_or_404

both = require_http_methods(["GET", "HEAD", "POST"])


@both
def register(request):
    """A new unit; possible duplicates are shown before it is written."""
    allowed_or_404(request.user, "unit.register")
    form = UnitForm(request.POST or None, user=request.user, initial=_first_guess(request))
    context = {"form": form, "duplicates": []}
    if request.method != "POST":
        return render(request, "units/register.html", context)
    if not form.is_valid():
        return refused(request, "units/register.html", context)
    if not form.cleaned_data["confirmed"] and not _made_before(form, request.user):
        context["duplicates"] = _duplicates_of(form, request.user)
        if context["duplicates"]:
            return refused(request, "units/register.html", context)
    unit = _try(form, lambda: _register(form, request.user))
    if unit is None:
        return refused(request, "units/register.html", context, status=409)
    messages.success(request, _("Registered under %(number)s.") % {"number": unit.number})
    return redirect(unit)


def _register(form, user) -> Unit:
    return services.register(
        region=form.region,
        by=user,
        on=today(),
        people=form.people,
        client_id=form.cleaned_data["client_id"],
        **form.facts,
    )


def _made_before(form, user) -> bool:
    """The second of two presses must not meet its own unit as a duplicate."""
    return Unit.objects.filter(client_id=form.cleaned_data["client_id"], created_by=user).exists()


def _first_guess(request) -> dict:
    """What the address of the page may say beforehand: a name that was searched for in vain."""
    return {"name": request.GET.get("name", "")[:120]} if request.GET.get("name") else {}


def _duplicates_of(form, user):
    phones = [phone for person in form.people for phone in person["phone"].split(" / ")]
    return selectors.possible_duplicates(
        user=user,
        name=form.cleaned_data["name"],
        region_code=form.region.code,
        address=form.cleaned_data["address"],
        phones=phones,
        credit_code=form.cleaned_data["credit_code"],
    )


def _try(form, act):
    """The act's result, or None with the refusal put where it belongs in the form."""
    try:
        return act()
    except StaleForm as error:
        form.stale = str(error)
    except RuleBroken as error:
        put_refusal(form, error)
    except ValidationError as error:
        form._update_errors(error) if hasattr(form, "_update_errors") else form.add_error(None, error)
    return None


@require_safe
def duplicates(request):
    """Asked while somebody types a new unit: those in sight that may be the same."""
    allowed_or_404(request.user, "unit.register")
    ask = request.GET
    phones = [
        clean(part) for duty in UnitPerson.Duty for part in SEPARATORS.split(ask.get(f"{duty}_phone", ""))
    ]
    found = selectors.possible_duplicates(
        user=request.user,
        name=ask.get("name", "")[:120],
        region_code=(ask.get("village") or ask.get("township") or "")[:24],
        address=ask.get("address", "")[:200],
        phones=phones[:12],
        credit_code=clean(ask.get("credit_code", "")).upper()[:18],
    )
    return render(request, "units/_duplicates.html", {"duplicates": found})


@require_safe
def villages(request):
    """The select of villages below a township, for the form that asks for it."""
    permission = "unit.correct" if request.GET.get("for") == "move" else "unit.register"
    allowed_or_404(request.user, permission)
    town = request.GET.get("township", "")[:24]
    regions = Region.objects.current(today()).filter(level="village", parent_id=town)
    regions = regions.filter(request.user.scope.q("code", permission)).order_by("code")
    return render(request, "units/_villages.html", {"villages": regions})


@both
def correct(request, pk):
    """The facts and people of a unit; a form that somebody overtook shows what changed and by whom."""
    unit = unit_or_404(request, pk)
    allowed_or_404(request.user, "unit.correct", unit.region_id)
    clear = may(request.user, "unit.see_phones", unit.region_id)
    form = UnitForm(request.POST or None, instance=_again(unit), user=request.user, clear_phones=clear)
    context = {"form": form, "unit": unit}
    if request.method != "POST":
        return render(request, "units/correct.html", context)
    if not form.is_valid():
        return refused(request, "units/correct.html", context)
    done = _try(form, lambda: _correct(form, unit, request.user))
    if done is None:
        if getattr(form, "stale", ""):
            context["since"] = selectors.history(unit, clear=clear)[:1]
            form.data = form.data.copy()
            form.data["version"] = form.initial["version"]
        return refused(request, "units/correct.html", context, status=409)
    messages.success(request, _("Corrected."))
    return redirect(done)


def _again(unit: Unit) -> Unit:
    """A second copy: a ModelForm writes what was typed into its instance, and the page must not show that."""
    return Unit.objects.select_related("region").get(pk=unit.pk)


def _correct(form, unit, user) -> Unit:
    return services.correct(
        unit,
        by=user,
        on=today(),
        reason=form.cleaned_data["reason"],
        version=form.cleaned_data["version"],
        people=form.people,
        **form.facts,
    )


@both
def move(request, pk):
    """To another village or township."""
    unit = unit_or_404(request, pk)
    allowed_or_404(request.user, "unit.correct", unit.region_id)
    form = MoveForm(request.POST or None, user=request.user, row=unit)
    context = {"form": form, "unit": unit}
    if request.method != "POST":
        return render(request, "units/move.html", context)
    if not form.is_valid():
        return refused(request, "units/move.html", context)
    facts = {
        name: form.cleaned_data[name] for name in ("address", "longitude", "latitude", "reason", "version")
    }
    moved = _try(form, lambda: services.move(unit, region=form.region, by=request.user, on=today(), **facts))
    if moved is None:
        return refused(request, "units/move.html", context, status=409)
    messages.success(request, _("Moved to %(place)s.") % {"place": moved.region.path_names})
    return redirect(moved)


@both
def retire(request, pk):
    """Off the register, with a reason; what still stands open on the unit is said first."""
    unit = unit_or_404(request, pk)
    allowed_or_404(request.user, "unit.retire", unit.region_id)
    if unit.is_retired:
        return redirect(unit)
    form = RetireForm(request.POST or None, user=request.user, unit=unit)
    context = {"form": form, "unit": unit, "objections": guards.objections(unit, today())}
    if request.method != "POST":
        return render(request, "units/retire.html", context)
    if not form.is_valid():
        return refused(request, "units/retire.html", context)
    asked = form.cleaned_data
    words = {"status": asked["status"], "reason": asked["reason"], "merged_into": asked["stays"]}
    if _try(form, lambda: services.retire(unit, by=request.user, on=today(), **words)) is None:
        return refused(request, "units/retire.html", context, status=409)
    messages.success(request, _("Taken off the register. The household file stays and can be restored."))
    return redirect(unit)


@both
def restore(request, pk):
    """Back on the register."""
    unit = unit_or_404(request, pk)
    allowed_or_404(request.user, "unit.retire", unit.region_id)
    if not unit.is_retired:
        return redirect(unit)
    form = RestoreForm(request.POST or None)
    context = {"form": form, "unit": unit}
    if request.method != "POST":
        return render(request, "units/restore.html", context)
    if not form.is_valid():
        return refused(request, "units/restore.html", context)
    reason = form.cleaned_data["reason"]
    if _try(form, lambda: services.restore(unit, by=request.user, on=today(), reason=reason)) is None:
        return refused(request, "units/restore.html", context, status=409)
    messages.success(request, _("Back on the register."))
    return redirect(unit)
