"""Re-inspections: the outcome, the evidence, the team."""

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from common.days import today
from rectification.forms.base import ActForm
from rectification.forms.fields import OfficersField, PhotosField, day, deadline, words
from rectification.models import ReviewItem

NO_PHOTO = [("", _("Choose a reason")), *ReviewItem.NoPhoto.choices]


class LookForm(ActForm):
    """What every look at a case has: what was seen, by whom, when, and the evidence."""

    GONE_BY: ClassVar = "held_on"

    sequence = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=1, max_value=32_000, localize=False
    )
    note = words(_("What was seen"), most=500, required=False)
    photos = PhotosField(label=_("Photos"), required=False)
    no_photo = forms.ChoiceField(
        label=_("Closed without a photo, because"),
        choices=NO_PHOTO,
        required=False,
        help_text=_("Only where no photo can be taken; then say in words what was seen."),
    )
    officers = OfficersField(label=_("Officers"))
    held_on = day(_("Re-inspected on"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.case is not None and not self.is_bound:
            self.initial["sequence"] = self.case.review_items.count() + 1


class ReviewForm(LookForm):
    show_when: ClassVar = {"due_on": ("outcome", "partly fail"), "no_photo": ("outcome", "pass")}
    needed: ClassVar = frozenset({"due_on"})
    field_order: ClassVar = ["outcome", "note", "due_on", "photos", "no_photo", "officers", "held_on"]

    outcome = forms.ChoiceField(
        label=_("Result"), choices=ReviewItem.Outcome.choices, widget=forms.RadioSelect
    )
    due_on = deadline(_("New deadline"), required=False, help_text=_("The end of that day."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["due_on"].widget.attrs["min"] = today().isoformat()


class VerifyForm(LookForm):
    """The look at what a department reported as dealt with."""
