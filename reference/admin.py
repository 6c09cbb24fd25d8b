"""The code tables and the calendar for an administrator: read, add, correct; never delete."""

from django import forms
from django.contrib import admin
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from common.days import today
from reference.models import (
    CalendarDay,
    Checklist,
    ChecklistItem,
    Clause,
    CombinedUseLimit,
    HazardCategory,
    HazardGroup,
    Limit,
    PlaceType,
    Region,
    RegionMembership,
    Regulator,
    RuleElement,
    RuleSet,
    SmallKind,
)
from reference.selectors import day_words
from reference.services.calendar import tell_changed


class KeptAdmin(admin.ModelAdmin):
    """Rows that old cases refer to are never deleted: their last day is set."""

    def has_delete_permission(self, request, obj=None):
        return False


class CodeAdmin(KeptAdmin):
    list_display = ("code", "name", "name_en", "confidence", "valid_from", "valid_to")
    list_filter = ("confidence",)
    search_fields = ("code", "name", "name_en")
    list_per_page = 100

    def get_readonly_fields(self, request, obj=None):
        return ("code",) if obj else ()


admin.site.register([Regulator, HazardGroup], CodeAdmin)


@admin.register(PlaceType)
class PlaceTypeAdmin(CodeAdmin):
    list_display = ("code", "name", "parent", "checklist_code", "regulator")
    list_select_related = ("parent", "regulator")


@admin.register(SmallKind)
class SmallKindAdmin(CodeAdmin):
    list_display = ("code", "name", "region_code", "thresholds", "source")
    filter_horizontal = ("place_types",)


@admin.register(Clause)
class ClauseAdmin(CodeAdmin):
    list_display = ("code", "name", "text", "confidence", "valid_from", "valid_to")
    list_filter = ("law", "confidence")
    search_fields = ("code", "name", "text")


@admin.register(CombinedUseLimit)
class CombinedUseLimitAdmin(CodeAdmin):
    list_display = ("code", "name", "clause", "op", "value", "confidence", "valid_from", "valid_to")


@admin.register(HazardCategory)
class HazardCategoryAdmin(CodeAdmin):
    list_display = ("code", "name", "group", "default_grade", "on_site", "default_days", "for_suspension")
    list_filter = ("group", "default_grade", "on_site", "for_suspension")
    list_select_related = ("group",)
    filter_horizontal = ("clauses",)


@admin.register(Region)
class RegionAdmin(KeptAdmin):
    """Read only: divisions come from a file, moves go through `move_region`."""

    list_display = ("code", "name", "path_name", "level", "valid_from", "valid_to")
    list_filter = ("level",)
    search_fields = ("code__startswith", "name")
    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(RegionMembership)
class RegionMembershipAdmin(RegionAdmin):
    list_display = ("region", "parent", "starts_on", "ends_on")
    list_filter = ()
    list_select_related = ("region", "parent")
    search_fields = ("region__code__startswith", "region__name")


@admin.register(CalendarDay)
class CalendarDayAdmin(KeptAdmin):
    list_display = ("date", "is_workday", "note")
    list_filter = ("is_workday",)
    date_hierarchy = "date"
    search_fields = ("note",)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        tell_changed()


class ItemInline(admin.TabularInline):
    model = ChecklistItem
    extra = 0
    raw_id_fields = ("category",)

    def has_add_permission(self, request, obj=None):
        return not (obj and obj.first_used_on)

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(Checklist)
class ChecklistAdmin(KeptAdmin):
    list_display = ("code", "version", "name", "audience", "valid_from", "valid_to", "first_used_on")
    list_filter = ("audience",)
    inlines = (ItemInline,)
    filter_horizontal = ("place_types",)
    readonly_fields = ("first_used_on",)


class ElementInline(admin.TabularInline):
    """The elements of a set, to read."""

    model = RuleElement
    fields = ("code", "name", "kind", "parameter", "limits", "applies_to", "counts_for", "confidence")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False


@admin.register(RuleSet)
class RuleSetAdmin(KeptAdmin):
    """Read only: a version comes from a file with `load_rule_set`, signed off, and never changes."""

    list_display = ("code", "version", "name", "valid_from", "valid_to", "element_count", "is_signed_off",
                    "signed_off_by", "signed_off_on", "confidence")  # fmt: skip
    list_filter = ("code",)
    inlines = (ElementInline,)

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(element_count=Count("elements"))

    @admin.display(description=_("elements"))
    def element_count(self, rule_set):
        return rule_set.element_count

    @admin.display(description=_("signed off"), boolean=True)
    def is_signed_off(self, rule_set):
        return rule_set.verified

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class LimitForm(forms.ModelForm):
    """A new rule is a new row of a limit that is there; it begins today at the earliest, so that nothing past changes.

    The number, the unit and the first day of a row that stands are not on offer; the database refuses them as well.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            for name in COPIED:
                self.fields[name].required = False

    def clean_code(self):
        code = self.cleaned_data["code"].strip().upper()
        if not Limit.objects.filter(code=code).exists():
            raise forms.ValidationError(_("No limit has this code: nothing would ask for it."))
        return code

    def clean_valid_from(self):
        day = self.cleaned_data["valid_from"]
        if not self.instance.pk and day < today():
            raise forms.ValidationError(
                _("A new row begins today at the earliest: clocks that run keep theirs.")
            )
        return day

    def clean_valid_to(self):
        day = self.cleaned_data["valid_to"]
        if day and day != self.instance.valid_to and day < today():
            raise forms.ValidationError(_("The last day is today at the earliest: what was in force stays."))
        return day

    def clean(self):
        """Rows do not overlap; what is left empty is as in the row before."""
        sent = super().clean()
        code = sent.get("code") or self.instance.code
        first = sent.get("valid_from") or self.instance.valid_from
        if code and first:
            self.refuse_overlap(code, first, sent.get("valid_to"))
            before = Limit.objects.filter(code=code, valid_from__lt=first).order_by("-valid_from").first()
            if before and not self.instance.pk:
                sent |= {name: sent.get(name) or getattr(before, name) for name in COPIED}
        return sent

    def refuse_overlap(self, code: str, first, last) -> None:
        newer = Limit.objects.filter(code=code, valid_from__gt=first).order_by("valid_from").first()
        if newer and last and last >= newer.valid_from:
            words = _("A newer row begins on %(day)s and ends this one the day before.")
            self.add_error("valid_to", words % {"day": day_words(newer.valid_from)})


COPIED = ("name", "name_en", "event", "event_en")
"""Words of a limit that a new row takes from the one before where nobody gives others."""


@admin.register(Limit)
class LimitAdmin(KeptAdmin):
    form = LimitForm
    list_display = ("code", "name", "amount", "unit", "article", "confidence", "valid_from", "valid_to")
    list_filter = ("unit", "confidence", "whose")
    search_fields = ("code", "name", "name_en")

    def get_readonly_fields(self, request, obj=None):
        return ("code", "amount", "unit", "rolls", "valid_from") if obj else ()
