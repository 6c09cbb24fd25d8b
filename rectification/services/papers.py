"""What stands on the papers: the facts of the day, frozen into the document's content."""

from datetime import date

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from accounts.models import Office
from common.errors import RuleBroken
from documents import services as documents
from documents import wording
from documents.models import Document, Form


def issuing_office(person, region_id: str, on: date) -> Office:
    """The office in whose name `person` issues papers for `region_id`; its short name stands in their numbers."""
    posts = [post for post in person.office_posts if post.is_current(on)]
    for post in sorted(posts, key=lambda post: -len(post.region_id)):
        if region_id.startswith(post.region_id):
            return post.office
    raise RuleBroken(_("Your post belongs to no office that may issue papers here."), code="no_office")


KINDS = {
    "spot": "监督抽查",
    "preopen": "公众聚集场所投入使用、营业前检查",
    "complaint": "举报投诉核查",
    "event": "大型群众性活动举办前检查",
    "special": "专项检查",
    "recheck": "复查",
    "release": "恢复生产经营检查验收",
    "lookback": "回头看检查",
    "police": "公安派出所日常消防监督检查",
}
"""Kinds of inspection as papers name them: Chinese whatever the reader's language."""

INTO_ADVICE = {Form.CORRECT_NOW: Form.ADVICE, Form.CORRECT_BY: Form.ADVICE}
"""What an office that may only advise writes instead of an order."""
DECISIONS = frozenset(
    {
        Form.MAJOR,
        Form.SUSPENSION,
        Form.RESUMPTION,
        Form.RESUMPTION_REFUSED,
        Form.SEAL,
        Form.UNSEAL,
        Form.UNSEAL_REFUSED,
        Form.DEMAND,
        Form.ENFORCEMENT,
    }
)
"""What such an office cannot write at all."""


def form_for(office: Office, form: str) -> str:
    """The form that `office` may issue where `form` is wanted, or a sentence why it may not."""
    if not office.is_advice_only:
        return form
    if form in DECISIONS:
        raise RuleBroken(
            _("%(office)s may only advise: the brigade has to decide this.") % {"office": office.name},
            code="advice_only",
        )
    return INTO_ADVICE.get(form, form)


def right_of(office: Office) -> str:
    """The line that says by what right the paper was made; nothing for a body in its own name."""
    mode = Office.Enforcement
    basis = f"（{office.enforcement_basis}）" if office.enforcement_basis else ""
    return {
        mode.DELEGATED: wording.DELEGATED.format(
            agent=office.name, principal=office.speaks_for.name, basis=basis
        ),
        mode.EMPOWERED: wording.EMPOWERED.format(agent=office.name, basis=basis),
        mode.ADVICE: wording.NO_LEGAL_DOCUMENT,
    }.get(office.enforcement, "")


def read_clauses(cases) -> None:
    """Fetch the clauses behind the categories of `cases` in one go, before their facts are frozen."""
    prefetch_related_objects(list(cases), "category__clauses")


def clause_facts(category) -> list[dict]:
    return [{"name": clause.name, "text": clause.text} for clause in category.clauses.all()]


def signer(person) -> dict:
    return {"name": person.name, "card": person.card_number}


def officers_of(inspection) -> list[dict]:
    """The officers of a visit with the cards they showed."""
    team = inspection.team.select_related("user").filter(is_officer=True) if inspection else ()
    return [{"name": member.user.name, "card": member.card_number} for member in team]


def unit_facts(unit) -> dict:
    """The addressee as the register has it today."""
    return {"number": unit.number, "name": unit.name, "address": unit.address}


def people_facts(unit) -> dict:
    """Who answers for fire safety at the unit today; records of inspections name them."""
    serving = dict(unit.people.filter(ends_on=None).values_list("duty", "name"))
    return {"responsible": serving.get("responsible") or serving.get("legal") or ""}


def case_facts(case, **more) -> dict:
    return {
        "number": case.number,
        "category": case.category.name,
        "description": case.description,
        "part": case.part,
        "clauses": clause_facts(case.category),
        **more,
    }


def issue(form: str, *, unit, by, at, on: date, content: dict) -> Document:
    """Issue one paper to `unit` in the name of the office of `by`, or of the body that it acts for."""
    office = issuing_office(by, unit.region_id, on)
    form = form_for(office, form)
    head = office.speaks_for
    facts = {
        "office": head.name,
        "unit": unit_facts(unit),
        "on": on.isoformat(),
        "by": by.name,
        "mode": office.enforcement,
        "mode_line": right_of(office),
        **content,
    }
    return documents.issue(
        form=form,
        body=head.short_name,
        region_id=unit.region_id,
        about=unit.name,
        subject=f"unit:{unit.pk}",
        content=facts | {"words": wording.frozen(form, facts)},
        by=by,
        at=at,
    )


def issue_if_able(form: str, *, unit, by, at, on: date, content: dict) -> Document | None:
    """`issue` where the office of `by` numbers papers; None where the act stands on the government's own letter."""
    try:
        issuing_office(by, unit.region_id, on)
    except RuleBroken:
        return None
    return issue(form, unit=unit, by=by, at=at, on=on, content=content)
