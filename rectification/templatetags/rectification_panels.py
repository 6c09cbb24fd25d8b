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
        "may_reply": bool(user) and roles.may(user, "instruction.reply", case.region_id),
    }


@register.inclusion_tag("rectification/_case_photos.html", takes_context=True)
def case_photos(context, case):
    """Photos before and after."""
    return panels.photo_pair(case, context.get("acts")) | {"request": context.get("request")}
