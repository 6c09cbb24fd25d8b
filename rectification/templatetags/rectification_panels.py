"""Panels that the pages of cases and units place: papers, photos, the chase."""

from django import template

from accounts import roles
from rectification import panels

register = template.Library()


@register.inclusion_tag("rectification/_case_papers.html", takes_context=True)
def case_papers(context, case):
    """Submissions, extensions, listings and the suspension behind a case."""
    user = context.get("user")
    return panels.case_papers(case, context.get("acts")) | {
        "case": case,
        "today": context.get("today"),
        "request": context.get("request"),
        "user": user,
        "may_order": bool(user) and roles.may(user, "case.order", case.region_id),
        "may_reply": bool(user) and roles.may(user, "instruction.reply", case.region_id),
    }


@register.inclusion_tag("rectification/_unit_measures.html", takes_context=True)
def unit_measures(context, unit):
    """What this person may start against the unit: an order, a stop, a seal."""
    user = context["request"].user
    may = {"may_order": "case.order", "may_stop": "suspension.propose", "may_seal": "seal.propose"}
    on_register = not unit.is_retired
    return {"unit": unit} | {
        name: on_register and roles.may(user, permission, unit.region_id) for name, permission in may.items()
    }


@register.inclusion_tag("rectification/_case_photos.html")
def case_photos(case):
    """Photos before and after."""
    return panels.photo_pair(case)
