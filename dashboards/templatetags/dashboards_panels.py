"""Figures that the pages of other apps place."""

from django import template

from common.days import today
from dashboards.selectors import own

register = template.Library()


@register.inclusion_tag("dashboards/_own_rate.html", takes_context=True)
def own_rate(context):
    """The share put right in the person's own township beside that of the whole county."""
    return {"own": own.own_rate(context["user"], today())}
