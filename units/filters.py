"""How the register is narrowed: one FilterSet for the page, the API, the export and every number's link."""

import django_filters as df
from django import forms
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reference.models import PlaceType, Region, Regulator, SmallKind
from units.flags import Flag
from units.models import SupervisionClass, Unit

YES_NO = [("true", _("Yes")), ("false", _("No"))]
STATUS = [("current", _("On the register")), ("retired", _("Off the register")), ("all", _("Both"))]

ORDERINGS = {
    "unseen": (_("Longest not inspected first"), (F("last_inspected_on").asc(nulls_first=True), "number")),
    "-updated_at": (_("Changed last"), ("-updated_at",)),
    "number": (_("Register number"), ("number",)),
    "-number": (_("Registered last"), ("-number",)),
    "name": (_("Pinyin of the name"), ("name_initials", "number")),
}


def region_code(value: str) -> None:
    """A region code: digits, as many as the code table knows."""
    if not (value.isascii() and value.isdigit() and 2 <= len(value) <= 24):
        raise forms.ValidationError(_("A region code consists of digits, for example 131121."))


class RegionField(forms.CharField):
    """Any region code; the page offers those of `choices`."""

    choices: list = []

    def offer(self, choices) -> None:
        """Shows a select with these codes and names."""
        self.choices = choices
        self.widget = forms.Select(choices=[("", "---------"), *choices])


class RegionFilter(df.CharFilter):
    field_class = RegionField


class UnitFilter(df.FilterSet):
    q = df.CharFilter(label=_("Search"), method="search")
    region = RegionFilter(label=_("Region"), method="in_region", validators=[region_code])
    flag = df.MultipleChoiceFilter(
        label=_("Flags"), choices=Flag.choices, method="flagged", widget=forms.CheckboxSelectMultiple
    )
    supervision_class = df.ChoiceFilter(label=_("Supervision class"), choices=SupervisionClass.choices)
    place_type = df.ModelChoiceFilter(
        label=_("Place type"), queryset=PlaceType.objects.order_by("position", "code"), method="of_type"
    )
    small_kind = df.ModelChoiceFilter(
        label=_("Kind of small place"), queryset=SmallKind.objects.order_by("position")
    )
    regulator = df.ModelChoiceFilter(
        label=_("Sector regulator"), queryset=Regulator.objects.order_by("position")
    )
    suspended = df.ChoiceFilter(label=_("Suspended from business"), choices=YES_NO, method="under_order")
    sealed = df.ChoiceFilter(label=_("Part under seal"), choices=YES_NO, method="under_seal")
    unseen_since = df.DateFilter(label=_("Not inspected since"), method="not_seen")
    status = df.ChoiceFilter(
        label=_("On the register?"), choices=STATUS, method="by_status", empty_label=None
    )
    ordering = df.ChoiceFilter(
        label=_("Order"), choices=[(name, label) for name, (label, _f) in ORDERINGS.items()], method="ordered"
    )

    class Meta:
        model = Unit
        fields: list[str] = []

    def __init__(self, data=None, *args, **kwargs):
        if data is not None and not data.get("status"):
            data = data.copy()
            data["status"] = "current"
        super().__init__(data, *args, **kwargs)

    def offer_regions(self, user) -> None:
        """The townships of the person's area, the villages too where it is one township; and the one asked for."""
        codes = user.scope.codes
        regions = Region.objects.filter(user.scope.q("code")).order_by("code")
        asked = str(self.data.get("region", "")) if self.data else ""
        town = (
            codes[0][:9] if len(codes) == 1 and len(codes[0]) >= 9 else asked[:9] if len(asked) >= 9 else ""
        )
        levels = Q(level="township")
        if codes and all(len(code) <= 4 for code in codes):
            levels = Q(level="county") | (
                Q(level="township", code__startswith=asked[:6]) if asked else Q(pk="")
            )
        if town:
            levels |= Q(level="village", code__startswith=town)
        # A village stands behind its township, set in by one character.
        self.form.fields["region"].offer(
            [
                (code, f"\u3000{name}" if level == "village" and len(codes[0]) < 9 else name)
                for code, name, level in regions.filter(levels).values_list("code", "short_name", "level")[
                    :600
                ]
            ]
        )

    def search(self, queryset, name, value):
        return queryset.search(value)

    def in_region(self, queryset, name, value):
        return queryset.under(value)

    def flagged(self, queryset, name, values):
        return queryset.flagged(*values) if values else queryset

    def of_type(self, queryset, name, value):
        """A kind of place, and the kinds below it."""
        return queryset.filter(Q(place_type=value) | Q(place_type__parent=value))

    def under_order(self, queryset, name, value):
        return queryset.suspended() if value == "true" else queryset.filter(suspended_since=None)

    def under_seal(self, queryset, name, value):
        return queryset.sealed() if value == "true" else queryset.filter(sealed_since=None)

    def not_seen(self, queryset, name, value):
        return queryset.not_inspected_since(value)

    def by_status(self, queryset, name, value):
        return {"current": queryset.current, "retired": queryset.retired}.get(value, queryset.all)()

    def ordered(self, queryset, name, value):
        return queryset.order_by(*ORDERINGS[value][1], "pk")
