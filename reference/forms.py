"""Form fields that know the reference data: a region, by cascading selects or by name; a day that is no holiday."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.days import today
from common.workdays import YearNotLoaded
from reference.models import Region
from reference.picker import chosen_of, picker
from reference.selectors import calendar, day_words


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
        kwargs.setdefault("label", gettext_lazy("Region"))
        super().__init__(Region.objects.all(), **kwargs)
        self.levels, self.under = levels, under

    def to_python(self, value):
        """The region. Refuses one outside, ended or not deep enough."""
        region = super().to_python(value)
        if region is None:
            return None
        if not Region.objects.under(self.under).current(today()).filter(pk=region.pk).exists():
            raise ValidationError(_("This region lies outside your area or has ended."), code="outside")
        if self.levels and region.level not in self.levels:
            raise ValidationError(_("Choose on: down to the village."), code="level")
        return region


# --- days -----------------------------------------------------------------------------------------------
class DayInput(forms.DateInput):
    """The browser's own date picker."""

    input_type = "date"

    def __init__(self, **attrs):
        super().__init__(attrs=attrs, format="%Y-%m-%d")


def refuse_holiday(day: date | None) -> None:
    """Refuse a day to come that is a public holiday, naming the day after it.

    Days gone by, ordinary weekends and years that are not loaded are let pass. Raises ValidationError.
    """
    if day and day > today() and (holiday := calendar().holiday(day)):
        raise ValidationError(
            _(
                "%(day)s is a public holiday (%(holiday)s): a period that ends on one ends on the first day after"
                " it (Civil Procedure Law, Art. 85). Name a working day%(next)s."
            ),
            code="holiday",
            params={"day": day_words(day), "holiday": holiday, "next": day_after(day)},
        )


def day_after(day: date) -> str:
    """The first working day after a holiday, in brackets; "" where its year is not loaded."""
    try:
        return _(" (%(day)s)") % {"day": day_words(calendar().shift(day, 1))}
    except YearNotLoaded:
        return ""


class DeadlineField(forms.DateField):
    """A day by which a unit rectifies: see `refuse_holiday`."""

    widget = DayInput

    def clean(self, value):
        day = super().clean(value)
        refuse_holiday(day)
        return day
