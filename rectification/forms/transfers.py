"""Referrals to other departments."""

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from common.days import today
from rectification.forms.base import ActForm
from rectification.forms.fields import day, words
from rectification.models import Transfer
from rectification.services.transfers import reply_due
from reference.models import Regulator


class TransferForm(ActForm):
    # One of the two names the department.
    needed: ClassVar = frozenset({"regulator", "department"})

    kind = forms.ChoiceField(
        label=_("Kind of referral"),
        choices=Transfer.Kind.choices,
        widget=forms.RadioSelect,
        initial=Transfer.Kind.DEPARTMENT,
        required=False,
    )
    regulator = forms.ModelChoiceField(
        label=_("Department"),
        queryset=Regulator.objects.none(),
        required=False,
        empty_label=_("Another, named below"),
    )
    department = forms.CharField(
        label=_("Name of the department"),
        max_length=120,
        required=False,
        help_text=_("As it stands on the paper; empty: the name from the list."),
    )
    clause = forms.CharField(label=_("Under which clause"), max_length=200, required=False)
    reason = words(_("Reason"))
    reply_due_on = day(
        _("Reply by"), required=False, help_text=_("The end of that day; ten working days unless changed.")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        on = today()
        self.fields["regulator"].queryset = Regulator.objects.current(on)
        self.fields["regulator"].label_from_instance = lambda regulator: regulator.label
        self.fields["reply_due_on"].widget.attrs["min"] = on.isoformat()
        if not self.is_bound:
            self.initial.setdefault("reply_due_on", reply_due(on))

    def clean_kind(self):
        """Another program that names no kind means the department in charge."""
        return self.cleaned_data["kind"] or Transfer.Kind.DEPARTMENT


class AcceptReferralForm(ActForm):
    GONE_BY: ClassVar = "accepted_on"

    accepted_on = day(_("Accepted on"))
    accepted_by = forms.CharField(label=_("Accepted there by"), max_length=60)
    their_number = forms.CharField(label=_("Their number"), max_length=80, required=False)


class AnswerReferralForm(ActForm):
    GONE_BY: ClassVar = "answered_on"

    result = words(_("What the department did"))
    answered_on = day(_("Done on"))
