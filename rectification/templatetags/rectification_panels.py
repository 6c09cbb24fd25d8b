"""Panels that the pages of cases and units place: papers, photos, the chase."""

from django import template

from rectification import panels

register = template.Library()


@register.inclusion_tag("rectification/_case_papers.html", takes_context=True)
def case_papers(context, case):
    """Submissions, extensions, listings and the suspension behind a case."""
    return panels.case_papers(case, context.get("acts")) | {
        "case": case,
        "today": context.get("today"),
        "request": context.get("request"),
    }


@register.inclusion_tag("rectification/_case_photos.html")
def case_photos(case):
    """Photos before and after."""
    return panels.photo_pair(case)
