"""How lists of inspections are narrowed: one FilterSet for the page and the API."""

import django_filters as df
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from accounts.scope import within
from hazards.filters import region_code
from inspections.models import Finding, Inspection, Kind, TeamMember

YES_NO = [("true", _("Yes")), ("false", _("No"))]

ORDERINGS = {
    "-started_at": (_("Latest first"), ("-started_at",)),
    "started_at": (_("Earliest first"), ("started_at",)),
}


class InspectionFilter(df.FilterSet):
    q = df.CharFilter(label=_("Search"), method="search")
    region = df.CharFilter(label=_("Region"), method="in_region", validators=[region_code])
    kind = df.ChoiceFilter(label=_("Kind of inspection"), choices=Kind.choices, empty_label=_("Every kind"))
    officer = df.CharFilter(label=_("Officer"), method="by_officer")
    unit = df.NumberFilter(label=_("Unit"), field_name="unit_id")
    started_after = df.DateFilter(label=_("From"), field_name="started_at", lookup_expr="date__gte")
    started_before = df.DateFilter(label=_("Until"), field_name="started_at", lookup_expr="date__lte")
    findings = df.ChoiceFilter(label=_("With findings"), choices=YES_NO, method="with_findings")

    joint = df.ChoiceFilter(label=_("Joint enforcement"), choices=YES_NO, method="with_others")

    class Meta:
        model = Inspection
        fields: list[str] = []

    def search(self, queryset, name, value):
        """By number, or by the unit in any of the ways units are found."""
        text = value.strip()
        if not text:
            return queryset
        return queryset.filter(number__icontains=text) | queryset.filter(
            unit__search_text__contains=text.lower()
        )

    def in_region(self, queryset, name, value):
        return queryset.filter(within("region_id", [value]))

    def by_officer(self, queryset, name, value):
        """By name or user name of anybody on the team."""
        members = TeamMember.objects.filter(inspection=OuterRef("pk"))
        named = members.filter(user__name__contains=value) | members.filter(user__username=value)
        return queryset.filter(Exists(named))

    def with_others(self, queryset, name, value):
        """With other departments, or without; one visit is one row, however many took part."""
        return queryset.exclude(joint=[]) if value == "true" else queryset.filter(joint=[])

    def with_findings(self, queryset, name, value):
        found = Exists(Finding.objects.filter(inspection=OuterRef("pk")))
        return queryset.filter(found) if value == "true" else queryset.filter(~found)
