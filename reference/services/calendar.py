"""Loads the working days that the State Council's yearly notices give, as far as the package knows them."""

from collections.abc import Callable
from datetime import date, timedelta

from chinese_calendar import constants, get_holiday_detail
from django.db import transaction

from reference.models import CalendarDay
from reference.selectors import forget_calendar
from reference.services.loaded import Loaded

FIRST_YEAR = 2024
MAKE_UP = "补班"
NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
}

when_changed: list[Callable[[], None]] = []
"""What upper apps do when a day was loaded or corrected; an app adds its own in its `ready`."""


def tell_changed() -> None:
    """The calendar is another than before: let those who count by it look again."""
    forget_calendar()
    for look in when_changed:
        look()


def last_known_year() -> int:
    """The last year whose notice the package holds whole: a year's last holiday is the National Day."""
    return max(day.year for day, name in constants.holidays.items() if name == "National Day")


@transaction.atomic
def load_calendar() -> Loaded:
    """Every day from 2024 on. Days that an administrator corrected by hand are set back to the notice."""
    wanted = {day.date: day for day in _days(FIRST_YEAR, last_known_year())}
    known = CalendarDay.objects.in_bulk(list(wanted))
    new = [day for date_, day in wanted.items() if date_ not in known]
    changed = [
        day
        for date_, day in wanted.items()
        if date_ in known and (known[date_].is_workday, known[date_].note) != (day.is_workday, day.note)
    ]
    CalendarDay.objects.bulk_create(
        new + changed,
        update_conflicts=True,
        unique_fields=["date"],
        update_fields=["is_workday", "note", "changed_at"],
    )
    forget_calendar()
    transaction.on_commit(forget_calendar)
    if new or changed:
        tell_changed()
    return Loaded("calendar", len(wanted), len(new), len(changed))


def _days(first_year: int, last_year: int):
    day = date(first_year, 1, 1)
    while day.year <= last_year:
        off, name = get_holiday_detail(day)
        made_up = MAKE_UP if day.weekday() >= 5 else ""
        note = NAMES.get(name, name or "") if off else made_up
        yield CalendarDay(date=day, is_workday=not off, note=note)
        day += timedelta(days=1)
