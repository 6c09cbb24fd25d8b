"""A stop (三停) that is not obeyed: found, demanded, heard, decided, executed; or obeyed, which ends it.

Three working days to the demand (催告书) and three more from the decision to the service of 强制执行决定书 (Order 120,
Art. 27); what each asks for is in the Administrative Compulsion Law, ch. 4.
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts import roles
from common.errors import AlreadyDone, RuleBroken
from documents.models import Document, Form
from hazards import clocks
from hazards.clock_rules import DEMAND, SERVE_ENFORCEMENT
from rectification.models import Enforcement, EnforcementOfficer, Plea, Suspension, WatchLook
from rectification.services import papers
from rectification.services.teams import refuse_team
from rectification.services.telling import tell
from reference.selectors import day_words

FOUND, DEMANDED, DECIDED = (
    Enforcement.Status.FOUND,
    Enforcement.Status.DEMANDED,
    Enforcement.Status.DECIDED,
)
EXECUTED, COMPLIED = Enforcement.Status.EXECUTED, Enforcement.Status.COMPLIED
ORDER = (FOUND, DEMANDED, DECIDED, EXECUTED)
Act = EnforcementOfficer.Act

MOST_DAYS = 365
"""A demand that leaves more is a slip of the pen."""


@transaction.atomic
def find(
    suspension: Suspension, *, words: str, officers, by, at: datetime, found_on: date | None = None
) -> Enforcement:
    """Record that two officers saw the unit at work after the period of performance; the demand is due from its end.

    What a watch saw alone is confirmed by it. Raises RuleBroken for one officer, before the period ended, or
    where the stop was never served; AlreadyDone where it stands recorded.
    """
    roles.need(by, "enforcement.find", suspension.unit.region_id)
    on = localdate(at)
    found_on = found_on or on
    if not words.strip():
        raise RuleBroken(_("Say what was seen at work."), field="words")
    if found_on > on:
        raise RuleBroken(_("The day lies in the future."), field="found_on")
    team = refuse_team(officers, found_on)
    if by not in team:
        raise RuleBroken(_("Only a member of the team records it."), field="officers")
    current = Suspension.objects.select_for_update(of=("self",)).get(pk=suspension.pk)
    refuse_period(current, found_on)
    enforcement = confirm(current, words.strip(), by=by, at=at, found_on=found_on)
    if enforcement is None:
        enforcement = begin(current, words.strip(), by=by, at=at, found_on=found_on)
    sign(enforcement, team, Act.FIND)
    return enforcement


def confirm(suspension: Suspension, words: str, *, by, at: datetime, found_on: date) -> Enforcement | None:
    """What a watch saw, in the words of two officers; None where nothing stands. The clock goes on as it is."""
    standing = suspension.enforcements.open().first()
    if standing is None:
        return None
    if standing.status != FOUND or standing.officers.exists():
        raise AlreadyDone(_("That the stop is not obeyed is recorded already."))
    if found_on < standing.found_on:
        raise RuleBroken(_("That is earlier than the watch that saw it at work."), field="found_on")
    take(standing, FOUND, found_on=found_on, found_words=words, found_by=by, found_at=at)
    standing.refresh_from_db()
    return standing


def begin(
    suspension: Suspension, words: str, *, by, at: datetime, found_on: date, look: WatchLook | None = None
) -> Enforcement:
    """The row, and the clock of the demand: from the end of the period, or from today where it was obeyed first."""
    ended_on = suspension.period_ends_on
    again = was_obeyed(suspension, ended_on, found_on)
    try:
        with transaction.atomic():
            made = Enforcement.objects.create(
                suspension=suspension,
                look=look,
                period_ended_on=ended_on,
                found_on=found_on,
                found_words=words,
                found_by=by,
                found_at=at,
            )
    except IntegrityError as error:
        raise AlreadyDone(_("That the stop is not obeyed is recorded already.")) from error
    clocks.begin(
        DEMAND,
        unit=suspension.unit,
        subject=suspension.clock_subject,
        at=at,
        on=found_on if again else ended_on,
        by=clocks.FOUND_AGAIN if again else "find",
    )
    return made


def was_obeyed(suspension: Suspension, ended_on: date, found_on: date) -> bool:
    """Whether it stood still between the end of the period and now: seen by a watch, or after an earlier demand."""
    looks = WatchLook.objects.filter(
        watch__suspension=suspension, outcome="stopped", held_on__gt=ended_on, held_on__lte=found_on
    )
    return looks.exists() or suspension.enforcements.exists()


def follow_look(seen: WatchLook, *, by, at: datetime) -> Enforcement | None:
    """A watch saw the unit at work: the clock of the demand runs; two officers have still to record it.

    Nothing follows while the decision binds nobody, within the period of performance, or where it stands recorded.
    """
    suspension = seen.watch.suspension
    if suspension is None or suspension.status != Suspension.Status.IN_FORCE:
        return None
    ended_on = suspension.period_ends_on
    if ended_on is None or seen.held_on <= ended_on or suspension.enforcements.open().exists():
        return None
    return begin(suspension, seen.note, by=by, at=at, found_on=seen.held_on, look=seen)


@transaction.atomic
def demand(enforcement: Enforcement, *, perform_days: int, by, at: datetime) -> Enforcement:
    """Issue the demand (催告书): the unit obeys within so many calendar days from its service.

    Raises RuleBroken where only a watch saw it, or where whoever found it decides as well.
    """
    need(enforcement, "enforcement.demand", by)
    refuse_state(enforcement, FOUND)
    if not 1 <= perform_days <= MOST_DAYS:
        raise RuleBroken(_("Give between 1 and %(most)d days.") % {"most": MOST_DAYS}, field="perform_days")
    refuse_unsigned(enforcement)
    refuse_own(enforcement, by)
    take(enforcement, FOUND, status=DEMANDED, perform_days=perform_days, demanded_by=by, demanded_at=at)
    paper = issue(enforcement, Form.DEMAND, {"perform_days": perform_days}, by=by, at=at)
    Enforcement.objects.filter(pk=enforcement.pk).update(demand=paper)
    clocks.meet(enforcement.suspension.clock_subject, DEMAND, at=at, by="demand")
    tell_step(enforcement, "demand", f"催告书已制作：{paper.number}，请送达", by=by, on=localdate(at))
    enforcement.refresh_from_db()
    return enforcement


@transaction.atomic
def hear(
    enforcement: Enforcement,
    *,
    said_by: str,
    words: str,
    by,
    at: datetime,
    heard_on: date | None = None,
    client_id=None,
) -> Plea:
    """Record what the unit stated (陈述申辩) after it received the demand (Administrative Compulsion Law, Art. 36)."""
    client_id = client_id or uuid.uuid4()
    if done := Plea.objects.filter(client_id=client_id).first():
        return done
    need(enforcement, "enforcement.hear", by)
    heard_on = heard_on or localdate(at)
    if not said_by.strip():
        raise RuleBroken(_("Say who stated it."), field="said_by")
    if not words.strip():
        raise RuleBroken(_("Write what was stated."), field="words")
    if heard_on > localdate(at):
        raise RuleBroken(_("The day lies in the future."), field="heard_on")
    # Nobody decides while the statement is written.
    current = (
        Enforcement.objects.select_for_update(of=("self",)).select_related("demand").get(pk=enforcement.pk)
    )
    refuse_state(current, DEMANDED)
    if heard_on < localdate(current.demanded_at):
        raise RuleBroken(_("That is earlier than the demand."), field="heard_on")
    return Plea.objects.create(
        client_id=client_id,
        enforcement=current,
        said_by=said_by.strip(),
        words=words.strip(),
        heard_on=heard_on,
        recorded_by=by,
        recorded_at=at,
    )


@dataclass(frozen=True)
class Execution:
    """What the decision says: why, how and on which day it is executed, and what is held of the unit's statement."""

    reason: str
    way: str
    on: date
    view: str = ""


@transaction.atomic
def decide(enforcement: Enforcement, execution: Execution, *, by, at: datetime) -> Enforcement:
    """Decide on compulsory execution (强制执行决定书), to be served within three working days (Order 120, Art. 27).

    Only after a demand that was served and whose days are over, with a view on what the unit stated.
    """
    need(enforcement, "enforcement.decide", by)
    current = Enforcement.objects.select_for_update(of=("self",)).get(pk=enforcement.pk)
    refuse_state(current, DEMANDED)
    on = localdate(at)
    refuse_decision(current, execution, by, on)
    take(
        current,
        DEMANDED,
        status=DECIDED,
        reason=execution.reason.strip(),
        way=execution.way.strip(),
        execute_on=execution.on,
        view=execution.view.strip(),
        decided_by=by,
        decided_at=at,
    )
    facts = {
        "demand": current.demand.number,
        "demand_served_on": localdate(current.demand.served_at).isoformat(),
        "demand_ended_on": current.demand_ends_on.isoformat(),
        "pleas": [
            {"on": plea.heard_on.isoformat(), "by": plea.said_by, "words": plea.words}
            for plea in current.pleas.all()
        ],
        "view": execution.view.strip(),
        "way": execution.way.strip(),
        "execute_on": execution.on.isoformat(),
        "reason": execution.reason.strip(),
    }
    paper = issue(current, Form.ENFORCEMENT, facts, by=by, at=at)
    Enforcement.objects.filter(pk=current.pk).update(document=paper)
    subject = current.suspension.clock_subject
    clocks.begin(SERVE_ENFORCEMENT, unit=current.suspension.unit, subject=subject, at=at, by="enforce")
    tell_step(current, "enforce", f"强制执行决定书已制作：{paper.number}，请送达", by=by, on=on)
    enforcement.refresh_from_db()
    return enforcement


def refuse_decision(current: Enforcement, execution: Execution, by, on: date) -> None:
    refuse_own(current, by)
    ends_on = current.demand_ends_on
    if ends_on is None:
        raise RuleBroken(
            _(
                "The demand was not served yet:"
                " nothing is enforced without it (Administrative Compulsion Law, Art. 35)."
            ),
            code="not_served",
        )
    if on <= ends_on:
        raise RuleBroken(
            _("The unit may still obey until the end of %(day)s (Administrative Compulsion Law, Art. 37).")
            % {"day": day_words(ends_on)},
            code="too_early",
        )
    if not execution.reason.strip():
        raise RuleBroken(_("Say what was seen after the demand."), field="reason")
    if not execution.way.strip():
        raise RuleBroken(_("Say how it is executed."), field="way")
    if execution.on < on:
        raise RuleBroken(_("The day lies in the past."), field="execute_on")
    if current.pleas.exists() and not execution.view.strip():
        raise RuleBroken(
            _("The unit made a statement: say what is held of it (Administrative Compulsion Law, Art. 36)."),
            field="view",
        )


@transaction.atomic
def execute(
    enforcement: Enforcement, *, words: str, officers, by, at: datetime, held_on: date | None = None
) -> Enforcement:
    """Record that two officers executed the decision, after its service."""
    need(enforcement, "enforcement.execute", by)
    on = localdate(at)
    held_on = held_on or on
    team = refuse_end(words, officers, held_on, by, on)
    current = Enforcement.objects.select_for_update(of=("self",)).get(pk=enforcement.pk)
    refuse_state(current, DECIDED)
    if current.document.served_at is None or held_on < localdate(current.document.served_at):
        raise RuleBroken(
            _("The decision is served before it is executed (Administrative Compulsion Law, Art. 38)."),
            code="not_served",
            field="held_on",
        )
    return end(enforcement, EXECUTED, Act.EXECUTE, words, team, by=by, at=at, held_on=held_on)


@transaction.atomic
def comply(
    enforcement: Enforcement, *, words: str, officers, by, at: datetime, held_on: date | None = None
) -> Enforcement:
    """Record that two officers saw the unit obey: nothing is demanded or enforced any longer."""
    need(enforcement, "enforcement.comply", by)
    on = localdate(at)
    held_on = held_on or on
    team = refuse_end(words, officers, held_on, by, on)
    current = Enforcement.objects.select_for_update(of=("self",)).get(pk=enforcement.pk)
    refuse_state(current, FOUND, DEMANDED, DECIDED)
    if held_on < current.found_on:
        raise RuleBroken(_("That is earlier than the finding."), field="held_on")
    return end(enforcement, COMPLIED, Act.COMPLY, words, team, by=by, at=at, held_on=held_on)


def end(
    enforcement: Enforcement,
    status: str,
    act: str,
    words: str,
    team: list,
    *,
    by,
    at: datetime,
    held_on: date,
) -> Enforcement:
    Enforcement.objects.filter(pk=enforcement.pk).update(
        status=status, ended_on=held_on, ended_words=words.strip(), ended_by=by, ended_at=at
    )
    sign(enforcement, team, act)
    clocks.stop(enforcement.suspension.clock_subject, DEMAND, SERVE_ENFORCEMENT, at=at, by=str(act))
    enforcement.refresh_from_db()
    return enforcement


def note_service(document: Document, *, on: date, by, at: datetime) -> None:
    """The decision on compulsory execution is served: nothing waits for that any longer (Order 120, Art. 27)."""
    for row in Enforcement.objects.filter(document=document).select_related("suspension"):
        clocks.meet(row.suspension.clock_subject, SERVE_ENFORCEMENT, at=at, by="serve", on=on)


# --- what all steps share ----------------------------------------------------------------------------------


def latest(suspension: Suspension) -> Enforcement:
    """The last time the stop was not obeyed; refused where it always was."""
    rows = suspension.enforcements.select_related("suspension__unit", "demand", "document")
    found = rows.order_by("-found_at", "-pk").first()
    if found is None:
        raise RuleBroken(
            _("Nobody has recorded that the stop is not obeyed (Order 120, Art. 27)."), code="wrong_state"
        )
    return found


def need(enforcement: Enforcement, permission: str, by) -> None:
    roles.need(by, permission, enforcement.suspension.unit.region_id)


def refuse_state(enforcement: Enforcement, *expected: str) -> None:
    """A step out of order, twice, or after the end, with the article that orders them."""
    status = Enforcement.objects.values_list("status", flat=True).get(pk=enforcement.pk)
    if status in expected:
        return
    if status == COMPLIED:
        raise AlreadyDone(
            _("The unit has obeyed: nothing is demanded or enforced any longer (Order 120, Art. 27).")
        )
    if ORDER.index(status) < ORDER.index(expected[0]):
        raise RuleBroken(missing_before(status), code="wrong_state")
    raise AlreadyDone(
        {
            DEMANDED: _("The demand was issued already (Order 120, Art. 27)."),
            DECIDED: _("Execution was decided already (Order 120, Art. 27)."),
            EXECUTED: _("It was executed already (Order 120, Art. 27)."),
        }[status]
    )


def missing_before(status: str) -> str:
    if status == FOUND:
        return _("No demand was issued yet: demand first (Administrative Compulsion Law, Art. 35).")
    return _("Execution was not decided yet (Administrative Compulsion Law, Art. 37).")


def refuse_period(suspension: Suspension, found_on: date) -> None:
    """Whether the stop could be disobeyed at all on that day."""
    if suspension.status != Suspension.Status.IN_FORCE:
        raise RuleBroken(_("The suspension is not in force."), code="wrong_state")
    ended_on = suspension.period_ends_on
    if ended_on is None:
        raise RuleBroken(
            _("The decision was not served: it binds nobody yet (Order 120, Art. 27)."), code="not_served"
        )
    if found_on <= ended_on:
        raise RuleBroken(
            _(
                "The period of performance runs until the end of %(day)s:"
                " nothing is demanded before (Order 120, Art. 27)."
            )
            % {"day": day_words(ended_on)},
            field="found_on",
        )


def refuse_unsigned(enforcement: Enforcement) -> None:
    if not enforcement.officers.filter(act=Act.FIND).exists():
        raise RuleBroken(
            _("Only a watch saw it: two officers have to record it first (Order 120, Art. 14)."),
            code="unsigned",
        )


def refuse_own(enforcement: Enforcement, by) -> None:
    own = enforcement.found_by_id == by.pk or enforcement.officers.filter(user=by).exists()
    if own:
        raise RuleBroken(_("Whoever found it does not decide about it."), code="own_work")


def refuse_end(words: str, officers, held_on: date, by, on: date) -> list:
    """The team of an execution, or of a look at a unit that obeys."""
    if not words.strip():
        raise RuleBroken(_("Write what was seen."), field="words")
    if held_on > on:
        raise RuleBroken(_("The day lies in the future."), field="held_on")
    team = refuse_team(officers, held_on)
    if by not in team:
        raise RuleBroken(_("Only a member of the team records it."), field="officers")
    return team


def take(enforcement: Enforcement, expected: str, **changes) -> None:
    """Change it once: an update that still expects the status it was read with."""
    if not Enforcement.objects.filter(pk=enforcement.pk, status=expected).update(**changes):
        raise AlreadyDone(_("Somebody decided this already. Reload to see it."))


def sign(enforcement: Enforcement, team: list, act: str) -> None:
    EnforcementOfficer.objects.bulk_create(
        EnforcementOfficer(enforcement=enforcement, act=act, user=person, card_number=person.card_number)
        for person in team
    )


def issue(enforcement: Enforcement, form: str, facts: dict, *, by, at: datetime) -> Document:
    """One of the two papers: what both say of the stop that was not obeyed, and its own facts."""
    suspension = enforcement.suspension
    found = enforcement.officers.filter(act=Act.FIND).select_related("user")
    return papers.issue(
        form,
        unit=suspension.unit,
        by=by,
        at=at,
        on=localdate(at),
        content={
            "stop": suspension.kind,
            "suspension": suspension.document.number,
            "suspension_served_on": localdate(suspension.document.served_at).isoformat(),
            "period_ended_on": enforcement.period_ended_on.isoformat(),
            "found_on": enforcement.found_on.isoformat(),
            "found_words": enforcement.found_words,
            "officers": [{"name": one.user.name, "card": one.card_number} for one in found],
        }
        | facts,
    )


def tell_step(enforcement: Enforcement, step: str, words: str, *, by, on: date) -> None:
    """A letter to whoever found it, once for each step."""
    suspension = enforcement.suspension
    tell(
        enforcement.found_by,
        key=f"enforcement:{enforcement.pk}:{step}:{enforcement.found_by_id}",
        on=on,
        subject=f"{suspension.unit.name}：{words}",
        body=enforcement.found_words,
        link=reverse("rectification:suspension", args=[suspension.pk]),
        about=f"suspension:{suspension.pk}",
        by=by,
    )
