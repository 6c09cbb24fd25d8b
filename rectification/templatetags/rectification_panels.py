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


@register.inclusion_tag("rectification/_asked_extension.html")
def asked_extension(case):
    """What whoever decides an extension must know: until when, why, what keeps people safe, who asks."""
    asked = case.extensions.undecided().select_related("asked_by").first()
    return {"extension": asked, "case": case}


@register.inclusion_tag("rectification/_case_photos.html")
def case_photos(case):
    """Photos before and after."""
    return panels.photo_pair(case)
