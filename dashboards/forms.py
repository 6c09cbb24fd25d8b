"""What may be asked of figures: one set of fields for the pages and the API."""

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboards import periods
from dashboards.periods import Period
from dashboards.selectors.figures import BY, COHORTS

PERIODS = [
    (periods.MONTH, _("This month")),
    (periods.QUARTER, _("This quarter")),
    (periods.YEAR, _("This year")),
    (periods.ALL, _("All years")),
    (periods.OWN, _("Own dates")),
]
BY_LABELS = dict(zip(BY, (_("Region"), _("Kind of place"), _("Grade"), _("Listing")), strict=True))
COHORT_LABELS = dict(zip(COHORTS, (_("Found in the period"), _("Due in the period")), strict=True))


class DaysForm(forms.Form):
    """A stretch of days. `from` is a word of Python, so the field is added by name."""

    region = forms.CharField(required=False, widget=forms.HiddenInput, max_length=24)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        iso = {"input_formats": ["%Y-%m-%d"], "required": False}
        self.fields["from"] = forms.DateField(label=_("From"), **iso)
        self.fields["to"] = forms.DateField(label=_("To"), **iso)

    def clean_region(self):
        """Digits, as region codes are."""
        code = self.cleaned_data["region"]
        if code and not (code.isascii() and code.isdigit() and len(code) >= 2):
            raise forms.ValidationError(_("A region code consists of digits, for example 131121."))
        return code

    def clean(self):
        first, last = self.cleaned_data.get("from"), self.cleaned_data.get("to")
        if first and last and last < first:
            self.add_error("to", _("The last day lies before the first."))
        return self.cleaned_data


class PeriodForm(DaysForm):
    """The period of a page: one of the running ones, or own days."""

    period = forms.ChoiceField(label=_("Period"), choices=PERIODS, required=False)

    def __init__(self, data=None, *args, **kwargs):
        if data is not None and not data.get("period"):
            # The select shows what the figures show: days alone mean own days, nothing means this year.
            data = data.copy()
            data["period"] = periods.OWN if data.get("from") or data.get("to") else periods.YEAR
        super().__init__(data, *args, **kwargs)

    def stretch(self, on) -> Period:
        """The period asked for; this year where nothing or nonsense was asked."""
        if not self.is_valid():
            return periods.running(periods.YEAR, on)
        first, last = self.cleaned_data["from"], self.cleaned_data["to"]
        kind = self.cleaned_data["period"]
        if kind == periods.OWN and (first or last):
            return Period(first, last)
        return periods.running(periods.YEAR if kind == periods.OWN else kind, on)


class QuestionMixin(forms.Form):
    """How a table is broken down, and which hazards it is about."""

    by = forms.ChoiceField(label=_("By"), choices=list(BY_LABELS.items()), required=False)
    cohort = forms.ChoiceField(label=_("Which hazards"), choices=list(COHORT_LABELS.items()), required=False)

    def clean_by(self):
        return self.cleaned_data["by"] or BY[0]

    def clean_cohort(self):
        return self.cleaned_data["cohort"] or COHORTS[0]


class FiguresForm(PeriodForm, QuestionMixin):
    """The question of the figures page."""

    @property
    def answers(self) -> dict:
        """`by` and `cohort`, as asked or as they are by default."""
        good = self.cleaned_data if self.is_valid() else {}
        return {"by": good.get("by") or BY[0], "cohort": good.get("cohort") or COHORTS[0]}


class ApiForm(DaysForm, QuestionMixin):
    """The question of the API: no running periods, an open end is all there is."""
