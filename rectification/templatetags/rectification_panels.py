"""Panels that the pages of cases and units place: papers, photos, the chase."""

from django import template

from accounts import roles
from common.days import today
from hazards import selectors as case_selectors
from hazards.models import HazardCase
from rectification import handing_over, panels, suggested
from rectification.unit_now import now as unit_steps

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
    """What this person may start against the unit: an order, a stop, a seal; or receive a complaint."""
    user = context["request"].user
    may = {
        "may_order": "case.order",
        "may_stop": "suspension.propose",
        "may_seal": "seal.propose",
        "may_receive": "complaint.receive",
    }
    on_register = not unit.is_retired
    return {"unit": unit} | {
        name: on_register and roles.may(user, permission, unit.region_id) for name, permission in may.items()
    }


@register.inclusion_tag("rectification/_unit_now.html", takes_context=True)
def unit_now(context, unit):
    """What stands on a unit and what comes next."""
    on, user = today(), context.get("user")
    return {
        "now": unit_steps(unit, on),
        "unit": unit,
        "today": on,
        "may_submit": bool(user) and roles.may(user, "case.submit", unit.region_id),
        "may_review": bool(user) and roles.may(user, "case.review", unit.region_id),
    }


@register.inclusion_tag("rectification/_left_behind.html", takes_context=True)
def left_behind(context, person):
    """What a person whose post has ended, or whose account is locked, still has in hand."""
    user = context["request"].user
    gone = not person.is_active or not person.scope
    return {
        "person": person,
        "left": handing_over.in_hand(person) if gone else {},
        "may_hand_over": roles.may(user, "case.hand_over_others"),
    }


@register.inclusion_tag("rectification/_case_photos.html", takes_context=True)
def case_photos(context, case):
    """Photos before and after."""
    return panels.photo_pair(case, context.get("acts")) | {"request": context.get("request")}


@register.simple_tag(takes_context=True)
def suggestions_open(context) -> int:
    """How many suggestions of the chase wait in the reader's area."""
    return suggested.open_for(context["request"].user)


@register.inclusion_tag("rectification/chase/_case_suggestions.html", takes_context=True)
def case_suggestions(context, case):
    """What the chase suggests for a case, with the acts that take it up."""
    user = context.get("user")
    return {"rows": suggested.of_case(case, user) if user else []}


ABOUT_CASE = "case:"
MOST_ACTS = 2


@register.simple_tag(takes_context=True)
def acts_of_letters(context, letters):
    """{message id: the case it is about, with its likeliest acts} for one page of the inbox, in one query."""
    user = context["request"].user
    asked = {
        one.pk: one.about.removeprefix(ABOUT_CASE) for one in letters if one.about.startswith(ABOUT_CASE)
    }
    ids = {int(pk) for pk in asked.values() if pk.isdigit()}
    cases = HazardCase.objects.visible_to(user).for_rows().in_bulk(ids) if ids else {}
    acts = {pk: case_selectors.likeliest(case, user, MOST_ACTS) for pk, case in cases.items()}
    return {
        letter: {"case": cases[int(pk)], "acts": acts[int(pk)]}
        for letter, pk in asked.items()
        if pk.isdigit() and int(pk) in cases
    }
