"""Merging duplicates, deciding a voiding, reversing a closing."""

from django import forms
from django.utils.translation import gettext_lazy as _

from hazards.models import HazardCase
from rectification.forms.base import ActForm
from rectification.forms.fields import words
from rectification.models import VoidRequest


class CaseChoice(forms.ModelChoiceField):
    """A case, told apart from its neighbours at the same unit."""

    def label_from_instance(self, case):
        return f"{case.number} · {case.category.label} · {case.description[:30]}"


class MergeForm(ActForm):
    into = CaseChoice(
        label=_("The case that stays"),
        queryset=HazardCase.objects.none(),
        empty_label=_("Choose the other case"),
        help_text=_("Another standing case of the same unit. This one becomes void."),
    )
    reason = words(_("Reason"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.case is not None:
            same = HazardCase.objects.live().filter(unit=self.case.unit_id, void_asked_on=None)
            self.fields["into"].queryset = (
                same.exclude(pk=self.case.pk).select_related("category").order_by("-opened_on", "-pk")
            )


class DecideVoidForm(ActForm):
    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            (VoidRequest.Decision.GRANTED, _("Grant")),
            (VoidRequest.Decision.REFUSED, _("Refuse")),
        ],
        widget=forms.RadioSelect,
    )
    note = words(_("Note to the decision"), most=500, required=False)


class ReverseForm(ActForm):
    reason = words(_("Why the closing was wrong"))
