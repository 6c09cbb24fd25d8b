"""What receiving a complaint, answering it and setting it aside ask for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from common.days import now
from documents.forms import MomentInput
from rectification.forms.base import ActForm
from rectification.forms.fields import words
from rectification.forms.handovers import successors
from rectification.forms.instructions import PersonChoice
from rectification.models import Complaint


class ComplaintForm(ActForm):
    received_at = forms.DateTimeField(label=_("Received at"), widget=MomentInput())
    matter = forms.ChoiceField(
        label=_("What it is about"), choices=Complaint.Matter.choices, widget=forms.RadioSelect
    )
    words = words(
        _("What was reported"),
        help_text=_("Nothing about who complained: that is kept confidential (Order 120, Art. 18)."),
    )
    inspector = PersonChoice(label=_("Who checks it"), empty_label=_("Choose a person"))

    def __init__(self, *args, unit=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("received_at", now())
        if unit is not None:
            people = self.fields["inspector"].queryset = successors([unit.region_id])
            if self.user is not None and people.filter(pk=self.user.pk).exists():
                self.initial.setdefault("inspector", self.user.username)


class AnswerComplaintForm(ActForm):
    told = forms.ChoiceField(label=_("Answer"), choices=Complaint.Told.choices, widget=forms.RadioSelect)
    words = words(_("What was told, or why not"), most=500)


class DropComplaintForm(ActForm):
    reason = words(_("Reason"), most=500)
