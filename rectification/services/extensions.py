"""Extensions: asking moves nothing; somebody else decides, once."""

import uuid
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from common.errors import AlreadyDone, NotAllowed, RuleBroken
from documents.models import Form
from hazards.services import lock, record
from rectification.models import Extension
from rectification.services import papers
from rectification.services.orders import refuse_deadline
from rectification.services.telling import day_words, tell_about
from reference import limits


def most_granted(on: date) -> int | None:
    """How often the deadline of one case may be extended, by the rules of day `on`; None where none says.

    Practice, not law: Order 120 knows no extension. The rule of the day on which the case was opened counts.
    """
    return limits.amount("EXTENSIONS", on)


LONG = 2
"""Granting more than this many times the original length is warned of."""


@transaction.atomic
def ask(case, *, until: date, reason: str, interim: str, by, at: datetime, client_id=None) -> Extension:
    """Ask for a later deadline. Moves nothing; a request after the deadline is marked as late."""
    client_id = client_id or uuid.uuid4()
    if done := Extension.objects.filter(client_id=client_id).first():
        return done
    on = localdate(at)
    refuse_deadline(until, on)
    if case.due_on and until <= case.due_on:
        raise RuleBroken(_("The new deadline must be later than the present one."), field="until")
    if not reason.strip():
        raise RuleBroken(_("Say why more time is needed."), field="reason")
    if not interim.strip():
        raise RuleBroken(_("Say which measures keep people safe until then."), field="interim")
    most = most_granted(case.opened_on)
    if most is not None and times_granted(case) >= most:
        raise RuleBroken(
            _("The deadline was extended before, %(most)s times at most; it is not extended again.")
            % {"most": most},
            code="too_many",
        )
    if case.extensions.undecided().exists():
        raise RuleBroken(_("A request for this case waits for its decision."), code="undecided")
    extension = Extension.objects.create(
        client_id=client_id,
        case=case,
        until=until,
        reason=reason.strip(),
        interim=interim.strip(),
        asked_by=by,
        asked_at=at,
        is_late=case.due_on is not None and case.due_on < on,
    )
    record(
        case,
        "ask_extension",
        by=by,
        at=at,
        reason=reason,
        asked_until=until,
        data={"until": until.isoformat()},
    )
    return extension


def times_granted(case) -> int:
    """How often the deadline was extended already."""
    return case.extensions.filter(decision="granted").count()


def warnings(extension: Extension) -> list[str]:
    """What whoever decides should know before granting."""
    said = []
    if extension.is_late:
        said.append(_("Asked after the deadline had passed."))
    case = extension.case
    begun = case.deadlines.filter(previous=None, due_on__isnull=False).order_by("-version").first()
    if begun is None or case.original_due_on is None:
        return said
    start = localdate(begun.at)
    original, asked = (case.original_due_on - start).days, (extension.until - start).days
    if asked > LONG * max(original, 1):
        said.append(
            _(
                "Granted, the deadline would be %(asked)s days after the order, more than twice the original %(days)s."
            )
            % {"asked": asked, "days": original}
        )
    return said


@transaction.atomic
def grant(extension: Extension, *, by, at: datetime, note: str = "") -> Extension:
    """Grant it: the deadline moves, the original stays where it was."""
    take(extension, "granted", by=by, at=at, note=note)
    case = extension.case
    refuse_deadline(extension.until, localdate(at))
    said = warnings(extension)
    document = papers.issue(
        Form.EXTENSION,
        unit=case.unit,
        by=by,
        at=at,
        on=localdate(at),
        content={
            "case": papers.case_facts(case),
            "from": case.due_on.isoformat(),
            "until": extension.until.isoformat(),
            "reason": extension.reason,
            "interim": extension.interim,
            "note": note.strip(),
        },
    )
    Extension.objects.filter(pk=extension.pk).update(document=document)
    record(
        case,
        "grant_extension",
        by=by,
        at=at,
        due_on=extension.until,
        reason=note or extension.reason,
        document=document,
        data={"late": extension.is_late, "warnings": said},
    )
    extension.refresh_from_db()
    tell_asker(extension, f"同意延期至{day_words(extension.until)}", by=by, on=localdate(at))
    return extension


@transaction.atomic
def refuse(extension: Extension, *, by, at: datetime, note: str) -> Extension:
    """Refuse it with a reason: nothing moves."""
    if not note.strip():
        raise RuleBroken(_("Say why it is refused."), field="note")
    take(extension, "refused", by=by, at=at, note=note)
    record(extension.case, "refuse_extension", by=by, at=at, reason=note)
    extension.refresh_from_db()
    tell_asker(extension, "不同意延期，期限不变", by=by, on=localdate(at))
    return extension


def tell_asker(extension: Extension, answer: str, *, by, on: date) -> None:
    note = f"意见：{extension.decision_note}" if extension.decision_note else ""
    tell_about(
        extension.case,
        extension.asked_by,
        key=f"extension:{extension.pk}:decided",
        on=on,
        what=answer,
        body=f"{by.name}：{answer}。{note}",
        by=by,
    )


def take(extension: Extension, decision: str, *, by, at: datetime, note: str) -> None:
    """Decide the request once: an update that still expects it undecided."""
    if extension.asked_by_id == by.pk:
        raise NotAllowed(_("Nobody decides his own request."))
    # The case before its request, as a re-inspection locks them: two orders would wait for each other in a ring.
    lock([extension.case])
    changed = Extension.objects.filter(pk=extension.pk, decision="").update(
        decision=decision, decided_by=by, decided_at=at, decision_note=note.strip()
    )
    if not changed:
        raise AlreadyDone(_("This request was decided already."))
