"""Who may do what: the one policy table, and the one question asked of it."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.errors import NotAllowed


class Role(models.TextChoices):
    """What a post makes of the person who holds it."""

    INSPECTOR = "inspector", _("Inspector")
    ASSISTANT = "assistant", _("Assistant")
    TOWNSHIP_OFFICER = "township_officer", _("Township officer")
    COUNTY_OFFICE = "county_office", _("Fire-safety committee office")
    LEADER = "leader", _("Leader")
    AUDITOR = "auditor", _("Auditor")
    ADMIN = "admin", _("Administrator")


I, A, T, C, L, AUD, ADM = Role  # noqa: E741 - one letter per column keeps the table readable

# Who may do it. A row is a right to the act, not to every object: jurisdiction is asked for as well.
POLICY = {
    "unit.view": {I, A, T, C, L, AUD, ADM},
    "unit.register": {I, A, T, C},
    "unit.correct": {I, A, T, C},
    "unit.retire": {I, T, C},
    "unit.import": {I, T, C},
    "unit.see_phones": {I, T, C},
    "inspection.view": {I, A, T, C, L, AUD, ADM},
    "inspection.plan": {I, C},
    "inspection.file": {I},
    "inspection.assist": {A},
    "inspection.self_check": {T},
    "case.view": {I, A, T, C, L, AUD, ADM},
    "case.open": {I, T, C},
    "case.order": {I},
    "case.submit": {I, T},
    "case.urge": {I, T},
    "case.review": {I},
    "case.ask_extension": {I, T},
    "case.decide_extension": {C},
    "case.correct_deadline": {C},
    "case.hand_over": {I, C},
    "case.hand_over_others": {C},
    "case.transfer": {I, C},
    "case.suspend": {C},
    "case.determine": {I, C},
    "case.ask_void": {I, C},
    "case.void": {C},
    "case.look_back": {I},
    "lookback.draw": {C},
    "watch.look": {I, T},
    "case.reopen": {I, C},
    "case.list": {C, L},
    "case.delist": {C, L},
    "case.reverse": {I, C},
    "chase.release": {C, ADM},
    "chase.ladder": {C, ADM},
    "chase.ledger": {C, L, AUD, ADM},
    "suggestion.settle": {I, T, C},
    "listing.plan": {C},
    "listing.assure": {I, C},
    "listing.report": {I, T},
    "complaint.receive": {I, T, C},
    "complaint.answer": {I, C},
    "complaint.drop": {C},
    "suspension.propose": {I},
    "suspension.decide": {C},
    "suspension.ask_to_resume": {I, T},
    "suspension.lift": {C},
    "acceptance.record": {I},
    "enforcement.find": {I},
    "enforcement.demand": {C},
    "enforcement.hear": {I, C},
    "enforcement.decide": {C},
    "enforcement.execute": {I},
    "enforcement.comply": {I},
    "seal.propose": {I},
    "seal.decide": {C},
    "seal.execute": {I},
    "seal.ask_to_lift": {I, T},
    "seal.inspect": {I},
    "seal.lift": {C},
    "figures.view": {I, A, T, C, L, AUD, ADM},
    "figures.export": {C, L, AUD},
    "instruction.give": {C, L},
    "instruction.reply": {I, T, C},
    "document.view": {I, A, T, C, L, AUD},
    "document.serve": {I},
    "document.void": {C},
    "message.dead_letters": {ADM, AUD},
    "message.mend": {ADM},
    "account.manage": {ADM},
    "reference.manage": {ADM},
    "audit.view": {AUD, ADM},
    "status.view": {C, AUD, ADM},
}


def roles_of(permission: str) -> set[Role]:
    """The roles that carry a permission. KeyError for a name that the table does not know: a typo must not pass."""
    return POLICY[permission]


def may(user, permission: str, region_code: str | None = None) -> bool:
    """Whether one of the person's posts in force carries the permission, there where it is asked for."""
    roles = roles_of(permission)
    codes = [code for role, code in user.scope.grants if role in roles]
    if region_code is None:
        return bool(codes)
    return any(str(region_code).startswith(code) for code in codes)


def need(user, permission: str, region_code: str | None = None) -> None:
    """Passes, or NotAllowed with a sentence that names who may."""
    if may(user, permission, region_code):
        return
    names = gettext(", ").join(str(role.label) for role in Role if role in roles_of(permission))
    raise NotAllowed(gettext("Your post does not allow this. It is done by: %(roles)s.") % {"roles": names})
