"""The panel of clocks on the page of a case."""

from django import template

from common.days import now
from hazards import clock_panel

register = template.Library()


@register.inclusion_tag("hazards/_clocks.html")
def case_clocks(case, deadlines=None):
    """Whose clock runs until when, and why; `deadlines` where the page has read the ledger already."""
    return {"clocks": clock_panel.rows(case, at=now(), entries=deadlines)}


@register.inclusion_tag("hazards/_clocks.html")
def measure_clocks(subject: str):
    """The same about one measure on a unit, such as suspension:7."""
    return {"clocks": clock_panel.rows_about(subject, at=now())}


@register.simple_tag
def deadline_why(deadlines) -> str:
    """Why the owner's deadline is the day it is; empty without one."""
    standing = clock_panel.standing_entry(deadlines)
    return clock_panel.owner_why(standing) if standing else ""


@register.filter
def due_words(row) -> str:
    """A day, or the instant of an hour clock."""
    return clock_panel.limits.due_words(row.due)


@register.filter
def is_estimated(entry) -> bool:
    """Whether a line of the deadline ledger is 预估."""
    return clock_panel.is_estimated(entry)
