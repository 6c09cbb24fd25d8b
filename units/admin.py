"""The register in Django's admin: to look, never to write; acts go through the pages and their services."""

from django.contrib import admin

from units.models import ImportBatch, LodgingSurvey, PhoneView, Unit, UnitChange


class ReadOnly(admin.ModelAdmin):
    """Nothing is added, changed or deleted here."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Unit)
class UnitAdmin(ReadOnly):
    list_display = ("number", "name", "region", "place_type", "operating_status")
    list_select_related = ("region", "place_type")
    search_fields = ("number", "name", "credit_code")
    show_full_result_count = False
    exclude = ("grams", "search_text")

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)


@admin.register(UnitChange)
class UnitChangeAdmin(ReadOnly):
    list_display = ("at", "unit", "act", "by")
    list_select_related = ("unit", "by")
    show_full_result_count = False

    def get_queryset(self, request):
        return super().get_queryset(request).filter(request.user.scope.q("unit__region_id"))


@admin.register(PhoneView)
class PhoneViewAdmin(ReadOnly):
    list_display = ("at", "person", "by", "reason")
    list_select_related = ("person", "by")

    def get_queryset(self, request):
        return super().get_queryset(request).filter(request.user.scope.q("person__unit__region_id"))


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnly):
    list_display = ("created_at", "filename", "status", "by")
    list_select_related = ("by",)

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)


@admin.register(LodgingSurvey)
class LodgingSurveyAdmin(ReadOnly):
    list_display = ("unit", "made_by", "made_at")
    list_select_related = ("unit", "made_by")

    def get_queryset(self, request):
        return super().get_queryset(request).filter(request.user.scope.q("unit__region_id"))
