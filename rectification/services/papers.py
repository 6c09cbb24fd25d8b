"""What stands on the papers: the facts of the day, frozen into the document's content."""

from datetime import date

from django.utils.translation import gettext as _

from accounts.models import Post
from common.errors import RuleBroken
from documents import services as documents
from documents.models import Document


def issuing_body(person, region_id: str, on: date) -> str:
    """The short name of the office in whose name `person` issues papers for `region_id`, e.g. 枣消."""
    posts = (
        Post.objects.current(on)
        .filter(user=person, office__isnull=False)
        .exclude(office__short_name="")
        .select_related("office")
    )
    for post in sorted(posts, key=lambda post: -len(post.region_id)):
        if region_id.startswith(post.region_id):
            return post.office.short_name
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
    return documents.issue(
        form=form,
        body=issuing_body(by, unit.region_id, on),
        region_id=unit.region_id,
        about=unit.name,
        content={"unit": unit_facts(unit), "on": on.isoformat(), "by": by.name, **content},
        by=by,
        at=at,
    )
