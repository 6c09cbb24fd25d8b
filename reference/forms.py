"""A form field that picks a region by cascading selects or by name."""

from django import forms
from django.utils.translation import gettext_lazy as _

from common.days import today
from reference.models import Region
from reference.picker import chosen_of, picker


class RegionSelect(forms.Widget):
    """County, township, village as selects that refill each other, and a search by name or initials."""

    template_name = "reference/_region_select.html"

    def __init__(self, attrs=None, *, under: str = "", until: str = "village"):
        super().__init__(attrs)
        self.under, self.until = under, until

    def get_context(self, name, value, attrs):
        """The picker beside what every widget has."""
        code = value.pk if isinstance(value, Region) else value or ""
        context = super().get_context(name, value, attrs)
        context["picker"] = picker(name=name, on=today(), chosen=code, under=self.under, until=self.until)
        return context

    def value_from_datadict(self, data, files, name):
        """What was picked by name, else what the selects add up to."""
        return data.get(f"{name}_found") or chosen_of(data, name) or data.get(name)

    def value_omitted_from_data(self, data, files, name):
        """False where any part of the picker was sent."""
        return not any(key == name or key.startswith(f"{name}_") for key in data)


class RegionField(forms.ModelChoiceField):
    """A region that exists today, inside `under`; `levels` says how deep it must be."""

    def __init__(self, *, under: str = "", until: str = "village", levels: tuple[str, ...] = (), **kwargs):
        kwargs.setdefault("widget", RegionSelect(under=under, until=until))
        kwargs.setdefault("label", _("Region"))
        super().__init__(Region.objects.all(), **kwargs)
        self.levels, self.under = levels, under

    def to_python(self, value):
        """The region. Refuses one outside, ended or not deep enough."""
        region = super().to_python(value)
        if region is None:
            return None
        if not Region.objects.under(self.under).current(today()).filter(pk=region.pk).exists():
            raise forms.ValidationError(_("This region lies outside your area or has ended."), code="outside")
        if self.levels and region.level not in self.levels:
            raise forms.ValidationError(_("Choose on: down to the village."), code="level")
        return region
