"""What stands on the papers: the facts of the day, frozen into the document's content."""

from datetime import date

from django.utils.translation import gettext as _

from accounts.models import Office
from common.errors import RuleBroken
from documents import services as documents
from documents.models import Document


def issuing_office(person, region_id: str, on: date) -> Office:
    """The office in whose name `person` issues papers for `region_id`; its short name stands in their numbers."""
    posts = [post for post in person.office_posts if post.is_current(on)]
    for post in sorted(posts, key=lambda post: -len(post.region_id)):
        if region_id.startswith(post.region_id):
            return post.office
    raise RuleBroken(_("Your post belongs to no office that may issue papers here."), code="no_office")


def unit_facts(unit) -> dict:
    """The addressee as the register has it today."""
    return {"number": unit.number, "name": unit.name, "address": unit.address}


def case_facts(case, **more) -> dict:
    return {
        "number": case.number,
        "category": case.category.name,
        "description": case.description,
        "part": case.part,
        **more,
    }


def issue(form: str, *, unit, by, at, on: date, content: dict) -> Document:
    """Issue one paper to `unit` in the name of the office of `by`."""
    office = issuing_office(by, unit.region_id, on)
    return documents.issue(
        form=form,
        body=office.short_name,
        region_id=unit.region_id,
        about=unit.name,
        subject=f"unit:{unit.pk}",
        content={
            "office": office.name,
            "unit": unit_facts(unit),
            "on": on.isoformat(),
            "by": by.name,
            **content,
        },
        by=by,
        at=at,
    )
