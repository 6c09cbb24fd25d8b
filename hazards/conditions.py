"""What each status of a case means, given once: lists, tiles, figures, exports and filters all take it from here."""

from datetime import date

from django.db.models import F, Q

from hazards import states


def live() -> Q:
    """The hazard stands and somebody here must act."""
    return Q(state__in=sorted(states.LIVE))


def counted() -> Q:
    """What figures call found: everything but void."""
    # The negation reads better as a list, but one comparison is cheaper than six over a hundred thousand rows.
    return ~Q(state=states.VOID)


def closed() -> Q:
    return Q(state=states.CLOSED)


def overdue(on: date) -> Q:
    """A deadline means the end of its day: overdue begins the day after. No deadline, never overdue."""
    return live() & Q(due_on__lt=on)


def closed_on_time() -> Q:
    """Closed by the end of the *original* deadline, or corrected on the spot: extensions do not help."""
    return closed() & (Q(original_due_on=None) | Q(closed_on__lte=F("original_due_on")))


def closed_late() -> Q:
    return closed() & Q(closed_on__gt=F("original_due_on"))


def between(field: str, first: date | None, last: date | None) -> Q:
    """`field` lies in the period, both days included; an open end is None."""
    return (Q(**{f"{field}__gte": first}) if first else Q()) & (Q(**{f"{field}__lte": last}) if last else Q())
