"""How the list of letters that did not arrive is narrowed."""

import django_filters as df
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from notifications.models import Delivery


class DeliveryFilter(df.FilterSet):
    q = df.CharFilter(label=_("Search"), method="search")
    channel = df.ChoiceFilter(label=_("channel"), choices=Delivery.Channel.choices)
    fault = df.CharFilter(label=_("kind of error"), widget=forms.HiddenInput)
    state = df.CharFilter(method="leave", widget=forms.HiddenInput)

    class Meta:
        model = Delivery
        fields: list[str] = []

    def search(self, queryset, name, value):
        """By subject or by person."""
        value = value.strip()
        person = Q(message__recipient__name__icontains=value) | Q(message__to_name__icontains=value)
        return queryset.filter(person | Q(message__subject__icontains=value))

    def leave(self, queryset, name, value):
        """The tab has chosen already."""
        return queryset
