"""The clock, for the doors: everything below a door is given its day."""

from datetime import date, datetime, time

from django.utils import timezone

END_OF_DAY = time(23, 59, 59)


def now() -> datetime:
    """This instant, in the zone of the county (Asia/Shanghai)."""
    return timezone.localtime()


def today() -> date:
    """Today in Asia/Shanghai."""
    return timezone.localdate()


def day_of(moment: datetime) -> date:
    """The day in Asia/Shanghai on which an instant falls."""
    return timezone.localdate(moment)


def begin_of(day: date) -> datetime:
    """The first instant of a day."""
    return timezone.make_aware(datetime.combine(day, time.min))


def end_of(day: date) -> datetime:
    """The last second of a day: a deadline means the end of its day."""
    return timezone.make_aware(datetime.combine(day, END_OF_DAY))
