"""Offices in Django's administration. Accounts and posts have pages of their own, which go through the services."""

from django.contrib import admin

from accounts.models import Office


@admin.register(Office)
class OfficeAdmin(admin.ModelAdmin):
    """Name, kind, region, the short name that stands in document numbers, and by what right papers are issued."""

    list_display = ("name", "short_name", "kind", "region", "enforcement")
    list_filter = ("kind", "enforcement")
    search_fields = ("name", "short_name")
    raw_id_fields = ("region", "principal")
