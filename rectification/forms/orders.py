"""Orders, their handing over, and the correction of a deadline."""

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from common.days import today
from hazards.models import Grade
from rectification.forms.base import ActForm
from rectification.forms.fields import deadline, words
from rectification.services.orders import Kind


class OrderForm(ActForm):
    """Without `kind` the kind follows from the hazard and its deadline; a major hazard may get its own notice."""

    show_when: ClassVar = {
        "interim": ("kind", "major"),
        "due_on": ("kind", "by major"),
        "working_days": ("kind", "by major"),
    }
    needed: ClassVar = frozenset({"due_on", "working_days", "interim"})

    kind = forms.ChoiceField(
        label=_("Kind of order"),
        choices=Kind.choices,
        required=False,
        initial=Kind.BY,
        widget=forms.RadioSelect,
    )
    due_on = deadline(_("Rectification deadline"), required=False, help_text=_("The end of that day."))
    working_days = forms.IntegerField(
        label=_("Or: number of working days"),
        required=False,
        min_value=1,
        max_value=500,
        help_text=_("Counted from the day after service; the day is worked out and shown with its reason."),
    )
    breach_due_on = deadline(_("Deadline for the breach, where it differs"), required=False)
    measure = forms.CharField(label=_("What must be done"), max_length=500, required=False)
    interim = words(_("Measures that keep people safe until then"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.case is not None:
            for name in ("due_on", "breach_due_on"):
                self.fields[name].widget.attrs["min"] = today().isoformat()
            if self.case.grade == Grade.MAJOR:
                self.fields["kind"].initial = Kind.MAJOR
            else:
                self.fields["kind"].choices = [one for one in Kind.choices if one[0] != Kind.MAJOR]
                del self.fields["interim"]

    def clean(self):
        """At once means today; every other kind needs its day, or a number of working days."""
        facts = super().clean()
        if {"due_on", "working_days"} & self.errors.keys():
            return facts
        if facts.get("kind") == Kind.NOW:
            facts["due_on"] = facts.get("due_on") or today()
        if not facts.get("due_on") and not facts.get("working_days"):
            self.add_error("due_on", self.fields["due_on"].error_messages["required"])
        elif facts.get("due_on") and facts.get("working_days"):
            self.add_error("working_days", _("Give a day or a number of working days, not both."))
        return facts


class HandingForm(forms.Form):
    """How the order of a visit is handed over, as the last page of the visit sends it on."""

    hand_over = forms.CharField(max_length=10, required=False)
    receiver = forms.CharField(max_length=60, required=False)
    relation = forms.CharField(max_length=8, required=False)
    refusal_reason = forms.CharField(max_length=500, required=False)
    witness_1 = forms.CharField(max_length=60, required=False)
    witness_2 = forms.CharField(max_length=60, required=False)


class CorrectDeadlineForm(ActForm):
    due_on = deadline(_("Correct deadline"), help_text=_("The end of that day."))
    reason = words(_("Why it is corrected"), rows=2, most=500)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.case is not None:
            self.initial.setdefault("due_on", self.case.due_on)
            self.fields["due_on"].widget.attrs["min"] = self.case.opened_on.isoformat()
