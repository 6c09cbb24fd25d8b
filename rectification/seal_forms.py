"""What proposing a seal and each of its steps asks for."""

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from common.days import now, today
from documents.forms import MomentInput
from hazards.models import HazardCase
from rectification import limits
from rectification.forms import ActForm, OfficersField, day, words
from rectification.models import Circumstance, UnsealRequest


class CasesField(forms.ModelMultipleChoiceField):
    """Standing hazards of one unit."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs):
        super().__init__(queryset=HazardCase.objects.none(), **kwargs)

    def label_from_instance(self, case):
        return f"{case.category.label}：{case.description[:40]}（{case.number}）"


def moment(label, *, required: bool = True, help_text="") -> forms.DateTimeField:
    return forms.DateTimeField(label=label, required=required, help_text=help_text, widget=MomentInput())


def names_in(text: str) -> list[str]:
    """Names, one a line or with commas between them."""
    for mark in "、，,;；\n":
        text = text.replace(mark, "\n")
    return [name.strip() for name in text.split("\n") if name.strip()]


class ProposeSealForm(ActForm):
    show_when: ClassVar = dict.fromkeys(("consent_by", "sealed_at", "officers"), ("urgent", "yes"))

    part = forms.CharField(label=_("Part to be sealed"), max_length=200)
    circumstance = forms.ChoiceField(
        label=_("Circumstance (Order 120, Art. 22)"), choices=Circumstance.choices, widget=forms.RadioSelect
    )
    reason = words(_("Reason"))
    cases = CasesField(label=_("Hazards behind it"), required=False)
    urgent = forms.ChoiceField(
        label=_("How it is decided"),
        choices=[
            ("no", _("After collective study: the office decides")),
            ("yes", _("Urgent: sealed already on oral consent, studied within 24 hours")),
        ],
        initial="no",
        required=False,
        widget=forms.RadioSelect,
    )
    consent_by = forms.CharField(label=_("Who consented orally"), max_length=60, required=False)
    sealed_at = moment(_("Sealed at"), required=False)
    officers = OfficersField(label=_("Officers"), required=False)

    def __init__(self, *args, unit=None, again_of=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("sealed_at", now())
        if unit is not None:
            self.fields["cases"].queryset = (
                HazardCase.objects.filter(unit=unit).live().select_related("category")
            )
            if not self.fields["cases"].queryset.exists():
                del self.fields["cases"]
        if again_of is not None:
            for name in ("urgent", "consent_by", "sealed_at", "officers", "part"):
                del self.fields[name]
            self.initial |= {"circumstance": again_of.circumstance, "reason": again_of.reason}

    def clean(self):
        sent = super().clean()
        if sent.get("urgent") == "yes" and not sent.get("sealed_at"):
            self.add_error("sealed_at", _("Say when it was sealed."))
        if "cases" not in self.fields and self.data.get("cases"):
            self.add_error(None, _("No hazard stands at this unit: name none."))
        return sent


class DecideSealForm(ActForm):
    names = words(
        _("People at the collective study"), rows=2, help_text=_("At least three, one name a line.")
    )
    held_at = moment(_("Collective study held at"))
    ends_on = day(_("Sealed until"), help_text=_("At most 30 calendar days; the end of that day."))
    note = words(_("Note to the decision"), most=500, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("held_at", now())
        self.initial.setdefault("ends_on", limits.seal_last_day(today()))
        self.fields["ends_on"].widget.attrs["min"] = today().isoformat()

    def clean_names(self):
        return names_in(self.cleaned_data["names"])


class DeclineSealForm(ActForm):
    note = words(_("Why nothing is sealed"), most=500)


class ExecuteSealForm(ActForm):
    officers = OfficersField(label=_("Officers"))
    executed_at = moment(_("Put up at"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("executed_at", now())


class AskToLiftForm(ActForm):
    words = words(_("What was done"))


class InspectSealForm(ActForm):
    outcome = forms.ChoiceField(
        label=_("Result"), choices=UnsealRequest.Outcome.choices, widget=forms.RadioSelect
    )
    note = words(_("What was seen"))
    officers = OfficersField(label=_("Officers"))


class LiftSealForm(ActForm):
    note = words(
        _("Note to the decision"),
        most=500,
        required=False,
        help_text=_("Needed where the seal has run out or was not studied in time."),
    )


class KeepSealForm(ActForm):
    reason = words(_("Why the seal stays"), most=500)
