"""Several hazards of one unit on one page: what is common to all, and one small form for each."""

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from common.days import today
from rectification.forms import NO_PHOTO, ActForm, OfficersField, PhotosField, day, deadline, words
from rectification.models import ReviewItem


class SeveralForm(ActForm):
    """The submission of several hazards: nothing is common to them but that they are sent together."""


class SeveralReviewForm(SeveralForm):
    """Who re-inspected, and when."""

    GONE_BY: ClassVar = "held_on"

    officers = OfficersField(label=_("Officers"))
    held_on = day(_("Re-inspected on"), required=False)


class ItemForm(forms.Form):
    """One hazard of the page; what was not chosen is not looked at."""

    chosen = forms.BooleanField(label=_("Include this hazard"), required=False)

    def __init__(self, *args, case, photos, **kwargs):
        super().__init__(*args, prefix=f"c{case.pk}", **kwargs)
        self.case, self.before = case, photos["before"]

    @property
    def is_chosen(self) -> bool:
        return bool(self["chosen"].value())


class ReportItemForm(ItemForm):
    words = words(_("What was done"), most=2000)
    photos = PhotosField(label=_("Photos after rectification"), required=False)


class VerdictItemForm(ItemForm):
    sequence = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=32_000)
    outcome = forms.ChoiceField(
        label=_("Result"), choices=ReviewItem.Outcome.choices, widget=forms.RadioSelect
    )
    note = words(_("What was seen"), rows=2, most=500, required=False)
    due_on = deadline(_("New deadline"), required=False, help_text=_("The end of that day."))
    photos = PhotosField(label=_("Photos"), required=False)
    no_photo = forms.ChoiceField(label=_("Closed without a photo, because"), choices=NO_PHOTO, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["due_on"].widget.attrs["min"] = today().isoformat()
