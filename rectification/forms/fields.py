"""The fields that acts ask for: a day, words, photos, officers."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from common.days import today
from common.workdays import YearNotLoaded
from reference.models import CalendarDay
from reference.selectors import calendar, day_words


class DayInput(forms.DateInput):
    """The browser's own date picker."""

    input_type = "date"

    def __init__(self, **attrs):
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class Photos(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several files under one name; each is checked by the service that stores it."""

    widget = Photos(attrs={"accept": "image/*"})

    def clean(self, data, initial=None):
        files = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(PhotosField, self).clean(file, initial) for file in files]


def words(label, *, rows: int = 3, most: int = 1000, required: bool = True, help_text="") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=most,
        required=required,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def day(label, *, required: bool = True, help_text="") -> forms.DateField:
    return forms.DateField(label=label, required=required, help_text=help_text, widget=DayInput())


class DeadlineField(forms.DateField):
    """A day by which a unit rectifies. One to come that is a public holiday is refused, naming the day after it."""

    widget = DayInput

    def clean(self, value):
        day = super().clean(value)
        if day and day > today() and (holiday := public_holiday(day)):
            raise ValidationError(
                _(
                    "%(day)s is a public holiday (%(holiday)s): a period that ends on one ends on the first day after"
                    " it (Civil Procedure Law, Art. 85). Name a working day%(next)s."
                ),
                code="holiday",
                params={"day": day_words(day), "holiday": holiday, "next": day_after(day)},
            )
        return day


def public_holiday(day: date) -> str:
    """The name of the holiday on `day`; "" for other days, ordinary weekends, and years that are not loaded."""
    named = CalendarDay.objects.filter(date=day, is_workday=False).exclude(note="")
    return named.values_list("note", flat=True).first() or ""


def day_after(day: date) -> str:
    """The first working day after a holiday, in brackets; "" where its year is not loaded."""
    try:
        return _(" (%(day)s)") % {"day": day_words(calendar().shift(day, 1))}
    except YearNotLoaded:
        return ""


def deadline(label, *, required: bool = True, help_text="") -> DeadlineField:
    return DeadlineField(label=label, required=required, help_text=help_text)


class OfficersField(forms.ModelMultipleChoiceField):
    """Officers with a valid card, by user name."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs):
        super().__init__(queryset=User.objects.none(), to_field_name="username", **kwargs)

    def label_from_instance(self, person):
        return f"{person.name} {person.card_number}"
