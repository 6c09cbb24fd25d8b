"""How lists of cases are narrowed: one FilterSet for the page, the API, the export and every number's link."""

import django_filters as df
from django import forms
from django.utils.translation import gettext_lazy as _

from common.days import today
from hazards import states
from hazards.models import Grade, HazardCase, Level, Source, State

LISTED = [*Level.choices, ("any", _("Listed at any level")), ("none", _("Not listed"))]
BOARDS = [*Level.choices, ("any", _("Listed at some time")), ("none", _("Never listed"))]
YES_NO = [("true", _("Yes")), ("false", _("No"))]
STATES = [("live", _("Standing")), ("counted", _("All but void")), *State.choices]

WORST_FIRST = ("-grade", "due_on")
"""Major before general, then the longest overdue; deadlines in the future follow, none at all come last."""

ORDERINGS = {
    "worst": (_("Worst first"), WORST_FIRST),
    "due_on": (_("Deadline, earliest first"), ("due_on",)),
    "-due_on": (_("Deadline, latest first"), ("-due_on",)),
    "-opened_on": (_("Found, latest first"), ("-opened_on", "-pk")),
    "opened_on": (_("Found, earliest first"), ("opened_on",)),
    "-closed_on": (_("Closed, latest first"), ("-closed_on", "-pk")),
    "closed_on": (_("Closed, earliest first"), ("closed_on",)),
    "number": (_("Number"), ("number",)),
    "-number": (_("Number, latest first"), ("-number",)),
}


def region_code(value: str) -> str:
    """A region code: digits, as many as the code table knows."""
    if not (value.isascii() and value.isdigit() and 2 <= len(value) <= 24):
        raise forms.ValidationError(_("A region code consists of digits, for example 131121."))
    return value


class NamedOrdering(df.ChoiceFilter):
    """Orders by one of the named orderings; every one ends on the key, so that pages never overlap."""

    def filter(self, qs, value):
        return qs.order_by(*ORDERINGS[value][1], "pk") if value else qs


class CaseFilter(df.FilterSet):
    q = df.CharFilter(label=_("Search"), method="search")
    state = df.MultipleChoiceFilter(label=_("State"), choices=STATES, method="in_states")
    region = df.CharFilter(label=_("Region"), method="in_region", validators=[region_code])
    only_here = df.BooleanFilter(
        label=_("Lower division not recorded"), method="exactly_here", widget=forms.HiddenInput
    )
    unit = df.NumberFilter(label=_("Unit"), field_name="unit_id", widget=forms.HiddenInput)
    grade = df.ChoiceFilter(label=_("Grade"), choices=Grade.choices)
    listed = df.ChoiceFilter(label=_("Listing"), choices=LISTED, method="by_listing")
    overdue = df.ChoiceFilter(label=_("Overdue"), choices=YES_NO, method="by_overdue")
    on_time = df.ChoiceFilter(label=_("Closed on time"), choices=YES_NO, method="by_punctuality")
    recurrence = df.ChoiceFilter(
        label=_("Found again within 12 months"), choices=YES_NO, method="by_recurrence"
    )
    orphan = df.ChoiceFilter(label=_("Nobody answers for it"), choices=YES_NO, method="by_orphan")
    board = df.ChoiceFilter(label=_("Ever listed"), choices=BOARDS, method="by_board")
    group = df.CharFilter(label=_("Hazard group"), field_name="category__group_id")
    category = df.CharFilter(label=_("Hazard"), field_name="category_id")
    place_type = df.CharFilter(label=_("Kind of place"), field_name="unit__place_type_id")
    flag = df.CharFilter(
        label=_("Unit flag"), field_name="unit__flags", lookup_expr="contains", method="by_flag"
    )
    source = df.ChoiceFilter(label=_("Source"), choices=Source.choices)
    due_after = df.DateFilter(label=_("Due from"), field_name="due_on", lookup_expr="gte")
    due_before = df.DateFilter(label=_("Due until"), field_name="due_on", lookup_expr="lte")
    original_after = df.DateFilter(
        label=_("Originally due from"), field_name="original_due_on", lookup_expr="gte"
    )
    original_before = df.DateFilter(
        label=_("Originally due until"), field_name="original_due_on", lookup_expr="lte"
    )
    opened_after = df.DateFilter(label=_("Found from"), field_name="opened_on", lookup_expr="gte")
    opened_before = df.DateFilter(label=_("Found until"), field_name="opened_on", lookup_expr="lte")
    closed_after = df.DateFilter(label=_("Closed from"), field_name="closed_on", lookup_expr="gte")
    closed_before = df.DateFilter(label=_("Closed until"), field_name="closed_on", lookup_expr="lte")
    ordering = NamedOrdering(
        label=_("Order"), choices=[(name, label) for name, (label, _f) in ORDERINGS.items()]
    )

    class Meta:
        model = HazardCase
        fields: list[str] = []

    def __init__(self, *args, on=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.on = on or today()

    def in_states(self, queryset, name, values):
        wanted = set(values)
        if "live" in wanted:
            wanted = wanted - {"live"} | states.LIVE
        if "counted" in wanted:
            wanted = wanted - {"counted"} | states.COUNTED
        return queryset.filter(state__in=sorted(wanted)) if wanted else queryset

    def in_region(self, queryset, name, value):
        return queryset.under(value)

    def exactly_here(self, queryset, name, value):
        """Cases whose division is the asked one itself, none of its parts."""
        here = self.form.cleaned_data.get("region")
        return queryset.filter(region_id=here) if value and here else queryset

    def by_board(self, queryset, name, value):
        return queryset.on_board(value)

    def by_orphan(self, queryset, name, value):
        if value == "true":
            return queryset.orphaned(self.on)
        return queryset.exclude(pk__in=HazardCase.objects.orphaned(self.on).order_by().values("pk"))

    def by_recurrence(self, queryset, name, value):
        return queryset.recurring() if value == "true" else queryset.not_recurring()

    def by_punctuality(self, queryset, name, value):
        return queryset.closed_on_time() if value == "true" else queryset.closed_late()

    def by_listing(self, queryset, name, value):
        return queryset.listed(value)

    def by_overdue(self, queryset, name, value):
        if value == "true":
            return queryset.overdue(self.on)
        return queryset.exclude(state__in=states.LIVE, due_on__lt=self.on)

    def by_flag(self, queryset, name, value):
        return queryset.filter(unit__flags__contains=[value])

    def search(self, queryset, name, value):
        """By case number, unit (its search text knows names, people, initials) or the words of the finding."""
        return queryset.search(value)
