"""Looking again: look-backs, draws by lot, units that are watched."""

from decimal import Decimal
from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.roles import roles_of
from rectification.forms.base import ActForm
from rectification.forms.fields import OfficersField, PhotosField, day, words
from rectification.models import LookBack, WatchLook
from reference.models import Region


class LookBackForm(ActForm):
    GONE_BY: ClassVar = "held_on"

    outcome = forms.ChoiceField(label=_("Result"), choices=LookBack.Outcome.choices, widget=forms.RadioSelect)
    note = words(
        _("What was seen"), most=500, required=False, help_text=_("Needed where the hazard is back.")
    )
    officers = OfficersField(label=_("Officers"))
    held_on = day(_("Looked back on"), required=False)
    photos = PhotosField(label=_("Photos"), required=False)


class WatchLookForm(ActForm):
    GONE_BY: ClassVar = "held_on"

    outcome = forms.ChoiceField(
        label=_("Result"), choices=WatchLook.Outcome.choices, widget=forms.RadioSelect
    )
    note = words(
        _("What was seen"), most=500, required=False, help_text=_("Needed where the unit produces again.")
    )
    held_on = day(_("Looked on"), required=False)


class DrawForm(forms.Form):
    """What a draw is made from: where, which quarter, what share, which seed."""

    region = forms.ModelChoiceField(label=_("Region"), queryset=Region.objects.none(), empty_label=None)
    quarter = forms.CharField(label=_("Quarter"), max_length=6, help_text=_("For example 2026Q3."))
    percent = forms.DecimalField(
        label=_("Percent of each township"),
        max_digits=5,
        decimal_places=2,
        min_value=Decimal("0.01"),
        max_value=100,
    )
    seed = forms.IntegerField(
        label=_("Seed"),
        min_value=0,
        max_value=2**63 - 1,
        help_text=_("The same seed draws the same cases, so that anybody can check the draw."),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        codes = [code for role, code in user.scope.grants if role in roles_of("lookback.draw")]
        self.fields["region"].queryset = Region.objects.filter(code__in=codes).order_by("code")

    def clean_quarter(self):
        return self.cleaned_data["quarter"].strip().upper()
