"""Suspensions of a unit, the acceptance check and the way back to work."""

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from common.days import today
from rectification.forms.base import ActForm
from rectification.forms.fields import OfficersField, day, words
from rectification.models import AcceptanceCheck, Suspension


class ProposeStopForm(ActForm):
    kind = forms.ChoiceField(
        label=_("What is stopped"),
        choices=Suspension.Kind.choices,
        initial=Suspension.Kind.BUSINESS,
        required=False,
        widget=forms.RadioSelect,
    )
    reason = words(_("Reason"))

    def clean_kind(self):
        return self.cleaned_data["kind"] or Suspension.Kind.BUSINESS


class DecideStopForm(ActForm):
    show_when: ClassVar = {"government_number": ("large_effect", "on")}
    needed: ClassVar = frozenset({"government_number"})

    note = words(_("Note to the decision"), most=500, required=False)
    large_effect = forms.BooleanField(
        label=_("Weighs heavily on economy and daily life: the government decides"), required=False
    )
    government_number = forms.CharField(label=_("Government document number"), max_length=80, required=False)
    perform_by = day(
        _("Obey by"), required=False, help_text=_("The end of that day; empty: from the service on.")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["perform_by"].widget.attrs["min"] = today().isoformat()


class DeclineForm(ActForm):
    note = words(_("Why the unit may go on"), most=500)


class WordsForm(ActForm):
    words = words(_("What was done"))


class AcceptanceForm(ActForm):
    GONE_BY: ClassVar = "held_on"

    outcome = forms.ChoiceField(
        label=_("Result"), choices=AcceptanceCheck.Outcome.choices, widget=forms.RadioSelect
    )
    note = words(_("What was seen"))
    officers = OfficersField(label=_("Officers"))
    held_on = day(_("Checked on"), required=False)


class RefuseForm(ActForm):
    reason = words(_("Why the unit may not resume"), most=500)
