"""Fields that know the calendar: a day, and a day by which somebody must have done something."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from common.days import today
from common.workdays import YearNotLoaded
from reference.selectors import calendar, day_words


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
