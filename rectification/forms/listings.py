"""Boards: listing, delisting, progress, and the plan of a listed hazard."""

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from common.days import today
from hazards.models import Level
from rectification.forms.base import ActForm
from rectification.forms.fields import day, words
from rectification.models import Flag, Milestone, ReportEvery


def own_level(user) -> str:
    """The level at which the person's own government lists; below the county, and for a stranger, the county's."""
    widest = min((len(code) for code in user.scope.codes), default=6)
    return {2: Level.PROVINCE, 4: Level.CITY}.get(widest, Level.COUNTY)


class ListForm(ActForm):
    level = forms.ChoiceField(label=_("Level"), choices=Level.choices, widget=forms.RadioSelect)
    paper_number = forms.CharField(label=_("Government document number"), max_length=80)
    leader_name = forms.CharField(label=_("Supervising leader"), max_length=60)
    department = forms.CharField(label=_("Supervising department"), max_length=120, required=False)
    responsible = forms.CharField(
        label=_("Person responsible for rectification"), max_length=60, required=False
    )
    requirement = words(_("What is required"), required=False)
    listed_on = day(_("Listed on"), required=False)
    report_every = forms.ChoiceField(
        label=_("Progress is reported"),
        choices=ReportEvery.choices,
        initial=ReportEvery.MONTHLY,
        required=False,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("listed_on", today())
        self.fields["listed_on"].widget.attrs["max"] = today().isoformat()
        if self.user is not None:
            self.initial.setdefault("level", own_level(self.user))

    def clean_report_every(self):
        return self.cleaned_data["report_every"] or ReportEvery.MONTHLY


class DelistForm(ActForm):
    level = forms.ChoiceField(label=_("Level"), choices=Level.choices)
    paper_number = forms.CharField(label=_("Document number of the delisting"), max_length=80)
    delisted_on = day(_("Board taken down on"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.case is not None:
            labels = dict(Level.choices)
            self.fields["level"].choices = [(level, labels[level]) for level in self.case.listed_levels]
            if len(self.case.listed_levels) == 1:
                self.fields["level"].widget = forms.HiddenInput()
                self.initial.setdefault("level", self.case.main_level)
        self.initial.setdefault("delisted_on", today())
        self.fields["delisted_on"].widget.attrs["max"] = today().isoformat()


class ReportForm(ActForm):
    """Progress of a listed hazard, to the main listing unless another level is named."""

    level = forms.ChoiceField(label=_("To the board of"), choices=Level.choices, required=False)
    words = words(_("Progress"), most=2000)
    percent = forms.IntegerField(label=_("Per cent done"), min_value=0, max_value=100)
    funds = forms.DecimalField(
        label=_("Funds spent so far (10,000 yuan)"),
        max_digits=12,
        decimal_places=3,
        min_value=0,
        required=False,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.case is not None:
            labels = dict(Level.choices)
            self.fields["level"].choices = [(level, labels[level]) for level in self.case.listed_levels]
            if len(self.case.listed_levels) == 1:
                self.fields["level"].widget = forms.HiddenInput()
            self.initial.setdefault("level", self.case.main_level)


class AssureForm(ActForm):
    GONE_BY: ClassVar = "on"

    flag = forms.ChoiceField(label=_("What"), choices=Flag.choices)
    is_met = forms.ChoiceField(
        label=_("In place"), choices=[("yes", _("Yes")), ("no", _("Not yet"))], widget=forms.RadioSelect
    )
    on = day(_("In place since, or looked at on"), required=False)
    words = forms.CharField(
        label=_("Note"),
        max_length=300,
        required=False,
        help_text=_("What is missing, where it is not in place."),
    )

    def clean_is_met(self):
        return self.cleaned_data["is_met"] == "yes"


class IntervalForm(ActForm):
    every = forms.ChoiceField(label=_("Progress is reported"), choices=ReportEvery.choices)
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)


class MilestoneForm(ActForm):
    title = forms.CharField(label=_("What is to be reached"), max_length=120)
    due_on = day(_("By"), help_text=_("The end of that day."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["due_on"].widget.attrs["min"] = today().isoformat()


class OpenMilestoneForm(ActForm):
    """About one milestone of the listing that is still open."""

    milestone = forms.ModelChoiceField(label=_("Milestone"), queryset=Milestone.objects.none())

    def __init__(self, *args, listing=None, **kwargs):
        super().__init__(*args, **kwargs)
        if listing is not None:
            self.fields["milestone"].queryset = listing.milestones.open()


class AchieveForm(OpenMilestoneForm):
    GONE_BY: ClassVar = "done_on"

    done_on = day(_("Reached on"), required=False)
    words = forms.CharField(label=_("Note"), max_length=300, required=False)


class MoveForm(OpenMilestoneForm):
    due_on = day(_("New day"), help_text=_("The first day stays to be seen."))
    reason = forms.CharField(label=_("Reason"), max_length=300)


class DropForm(OpenMilestoneForm):
    reason = forms.CharField(label=_("Reason"), max_length=300)


class CallInForm(ActForm):
    on = day(_("Called in on"), required=False)
    words = words(_("What was said"))
