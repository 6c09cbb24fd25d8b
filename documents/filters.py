"""How the list of papers is narrowed."""

import django_filters as df
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from documents.models import Document, Form


class DocumentFilter(df.FilterSet):
    q = df.CharFilter(label=_("Search"), method="search")
    form = df.ChoiceFilter(label=_("form"), choices=Form.choices)
    service = df.ChoiceFilter(
        label=_("Service"),
        method="of_service",
        choices=[("awaiting", _("Not yet served")), ("served", _("Served"))],
    )
    unit = df.NumberFilter(method="of_unit", widget=forms.HiddenInput)
    issued_after = df.DateFilter(label=_("Issued from"), field_name="issued_at__date", lookup_expr="gte")
    issued_before = df.DateFilter(label=_("Issued until"), field_name="issued_at__date", lookup_expr="lte")

    class Meta:
        model = Document
        fields: list[str] = []

    def search(self, queryset, name, value):
        """By number or by addressee."""
        return queryset.filter(Q(number__icontains=value.strip()) | Q(about__icontains=value.strip()))

    def of_unit(self, queryset, name, value):
        return queryset.filter(subject=f"unit:{int(value)}")

    def of_service(self, queryset, name, value):
        return queryset.awaiting_service() if value == "awaiting" else queryset.exclude(served_at=None)


class DayFilter(df.FilterSet):
    """The papers of one day in Shanghai."""

    on = df.DateFilter(label=_("Day"), field_name="issued_at__date", required=True)
    form = df.ChoiceFilter(label=_("form"), choices=Form.choices)

    class Meta:
        model = Document
        fields: list[str] = []
