"""What the API's lists of reference data can be narrowed by; a bad value answers 400 with its name."""

import django_filters as filters
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from reference.models import HazardCategory, HazardGroup, PlaceType, Region

_digits = RegexValidator(r"^[0-9]{1,24}$", _("A region code consists of digits."))


class RegionFilter(filters.FilterSet):
    parent = filters.CharFilter("parent_id", label=_("Part of"), validators=[_digits])
    under = filters.CharFilter(method="lying_under", label=_("Anywhere inside"), validators=[_digits])
    level = filters.MultipleChoiceFilter(choices=Region.Level.choices, label=_("Level"))
    q = filters.CharFilter(method="named", label=_("Name or pinyin initials"), max_length=50)

    class Meta:
        model = Region
        fields = ()

    def lying_under(self, regions, name, code):
        return regions.under(code)

    def named(self, regions, name, text):
        return regions.search(text)


class CategoryFilter(filters.FilterSet):
    group = filters.ModelChoiceFilter(queryset=HazardGroup.objects.all(), label=_("Chapter"))
    q = filters.CharFilter("name", "contains", label=_("Words"), max_length=50)

    class Meta:
        model = HazardCategory
        fields = ()


class PlaceTypeFilter(filters.FilterSet):
    parent = filters.ModelChoiceFilter(queryset=PlaceType.objects.filter(parent=None), label=_("Kind of"))

    class Meta:
        model = PlaceType
        fields = ()
