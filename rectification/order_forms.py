"""One order over several hazards of one unit: which of them, each with its own deadline."""

from datetime import date
from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from common.days import today
from hazards.models import Grade
from rectification.forms import ActForm, DayInput, DeadlineField, words
from rectification.services import orders


class UnitOrderForm(ActForm):
    """Per hazard four fields, named by its key; `lines` puts them back together for the page."""

    show_when: ClassVar = {"interim": ("kind", "major")}

    kind = forms.ChoiceField(label=_("Kind of order"), choices=orders.Kind.choices, widget=forms.RadioSelect)
    interim = words(_("Measures that keep people safe until then"), required=False)

    def __init__(self, *args, cases, **kwargs):
        super().__init__(*args, **kwargs)
        self.cases = list(cases)
        self.needed = frozenset({"interim", *(f"due-{case.pk}" for case in self.cases)})
        all_major = bool(self.cases) and all(case.grade == Grade.MAJOR for case in self.cases)
        self.initial.setdefault("kind", orders.Kind.MAJOR if all_major else orders.Kind.BY)
        if not any(case.grade == Grade.MAJOR for case in self.cases):
            self.fields["kind"].choices = [one for one in orders.Kind.choices if one[0] != orders.Kind.MAJOR]
        for case in self.cases:
            self.fields[f"take-{case.pk}"] = forms.BooleanField(
                label=case.category.label,
                required=False,
                initial=case.state == "registered" or len(self.cases) == 1,
            )
            self.fields[f"due-{case.pk}"] = _day(_("Rectification deadline"))
            self.fields[f"breach-{case.pk}"] = _day(_("Deadline for the breach, where it differs"))
            self.fields[f"measure-{case.pk}"] = forms.CharField(
                label=_("What must be done"), max_length=500, required=False
            )

    @property
    def lines(self) -> list[dict]:
        """Each hazard with its fields."""
        parts = ("take", "due", "breach", "measure")
        return [{"case": case} | {part: self[f"{part}-{case.pk}"] for part in parts} for case in self.cases]

    def clean(self):
        sent = super().clean()
        chosen = [case for case in self.cases if sent.get(f"take-{case.pk}")]
        if not chosen:
            self.add_error(None, _("Choose at least one hazard."))
        for case in chosen:
            name = f"due-{case.pk}"
            if sent.get("kind") != orders.Kind.NOW and not sent.get(name) and name not in self.errors:
                self.add_error(name, _("Set a deadline."))
        return sent

    def items(self, on: date) -> list[orders.Item]:
        """What goes on the notice; what is to be corrected at once is due today."""
        facts = self.cleaned_data
        now = facts["kind"] == orders.Kind.NOW
        return [
            orders.Item(
                case,
                on if now else facts[f"due-{case.pk}"],
                facts[f"measure-{case.pk}"],
                breach_due_on=facts[f"breach-{case.pk}"],
            )
            for case in self.cases
            if facts.get(f"take-{case.pk}")
        ]


def _day(label) -> DeadlineField:
    return DeadlineField(label=label, required=False, widget=DayInput(min=today().isoformat()))
