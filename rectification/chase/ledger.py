"""The ledger of the chase: who was told what, by which rung, when, through what, and why not.

A line is one claim: one person and one thing. What brought it is the letter with the key of the claim, a letter of its
own or the digest of the run; what it is about is the case or the matter that the claim names.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    Case,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Left
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.scope import within
from common.templatetags.face import day_words
from hazards.models import HazardCase
from notifications.models import Delivery, Message
from rectification.chase import selectors
from rectification.chase.reasons import sentences
from rectification.models import ChaseClaim, ChaseRun, Matter, Rung
from rectification.models.chase import Recipient
from rectification.watched import WAITING, Watched
from reference.models import Region
from units.models import Unit

PERMISSION = "chase.ledger"
Outcome, Via = ChaseClaim.Outcome, ChaseClaim.Via
State = Delivery.State
TOWNSHIP = 9  # digits of a township's code

STATE_TONES = {
    State.SENT: ("success", "ok"),
    State.PENDING: ("info", "hourglass"),
    State.FAILED: ("warning", "refresh"),
    State.DEAD: ("danger", "alert-circle"),
    State.IMPOSSIBLE: ("danger", "ban"),
    State.DROPPED: ("muted", "close"),
    State.EXPIRED: ("warning", "clock"),
}


# --- lines as rows of the database -----------------------------------------------------------------------
class Joined(Func):
    """Text pieces with colons between them."""

    function = "concat_ws"
    output_field = TextField()

    def __init__(self, *pieces):
        super().__init__(Value(":"), *(Cast(piece, TextField()) for piece in pieces))


LETTER_KEY = Case(
    When(
        Q(rung__urgent=True) | Q(recipient=Recipient.OWNER),
        then=Joined(
            Value("chase"),
            F("watched"),
            F("subject"),
            F("version"),
            F("rung_id"),
            F("cycle"),
            Coalesce(Cast("person_id", TextField()), Value("owner")),
        ),
    ),
    default=Joined(Value("digest"), F("run_id"), F("person_id")),
    output_field=TextField(),
)
"""selectors.letter_key for many claims, inside the database."""


def placed(claims: QuerySet) -> QuerySet:
    """The claims, each with `place` (code of the division of its thing) and `letter_key`."""
    matter = Matter.objects.filter(watched=OuterRef("watched"), subject=OuterRef("subject"))
    return claims.alias(
        place=Subquery(matter.values("region_id")[:1]),
        letter_key=LETTER_KEY,
    )


def seen_by(claims: QuerySet, user) -> QuerySet:
    """The lines of one's area, for those who may read the ledger there."""
    return placed(claims).filter(within("place", user.scope.codes_for(PERMISSION)))


def of_person(person: User, reader: User) -> QuerySet:
    """All that one person was told: one's own to everybody, of others what lies in the reader's area."""
    claims = ChaseClaim.objects.filter(person=person)
    return placed(claims) if person.pk == reader.pk else seen_by(claims, reader)


def between(claims: QuerySet, first: date, last: date) -> QuerySet:
    """The lines of the runs of these days. Claims are found through their run, which is what is indexed."""
    runs = ChaseRun.objects.filter(on__range=(first, last))
    return claims.filter(run__in=runs.values("pk"))


def of_case(case: HazardCase) -> QuerySet:
    """Every line about a case: whatever was or is owed about it."""
    about = Q(pk__in=[])
    for watched, subject in Matter.objects.filter(case=case).values_list("watched", "subject"):
        about |= Q(watched=watched, subject=subject)
    return placed(ChaseClaim.objects.filter(about))


def in_order(claims: QuerySet) -> QuerySet:
    """The newest first."""
    return claims.order_by("-claimed_at", "-pk")


def narrowed(claims: QuerySet, facts: dict) -> QuerySet:
    """Lines by what a filter asks for; `claims` as `placed` gives them."""
    if rung := facts.get("rung"):
        claims = claims.filter(rung=rung)
    if code := facts.get("rung_code"):
        claims = claims.filter(rung__code=code)
    if township := facts.get("township"):
        claims = claims.filter(within("place", [township]))
    if person := facts.get("person"):
        claims = claims.filter(person=person)
    if outcome := facts.get("outcome"):
        claims = claims.filter(outcome=outcome)
    ways = {name: facts[name] for name in ("channel", "state") if facts.get(name)}
    if ways:
        found = Delivery.objects.filter(message__key=OuterRef("letter_key"), **ways)
        claims = claims.filter(Exists(found), outcome=Outcome.TOLD)
    if facts.get("unread"):
        letters = Message.objects.unread().filter(key=OuterRef("letter_key"), recipient=OuterRef("person"))
        claims = claims.filter(Exists(letters), outcome=Outcome.TOLD)
    return claims


# --- lines as they are shown -----------------------------------------------------------------------------
@dataclass
class Line:
    """One line of the ledger with everything that its row shows."""

    claim: ChaseClaim
    title: str
    case: HazardCase | None
    unit: Unit | None
    letter: Message | None
    now: datetime
    deliveries: list[Delivery] = field(default_factory=list)

    @property
    def days(self) -> int:
        """Days past the day on the day of the run; negative before it."""
        return (self.claim.on - self.claim.due_on).days

    @property
    def days_words(self) -> str:
        if self.claim.watched in WAITING:
            return ngettext("waiting for %(n)d day", "waiting for %(n)d days", self.days) % {"n": self.days}
        if not self.days:
            return _("on the day itself")
        if self.days > 0:
            return ngettext("%(n)d day late", "%(n)d days late", self.days) % {"n": self.days}
        return ngettext("%(n)d day before", "%(n)d days before", -self.days) % {"n": -self.days}

    @property
    def is_late(self) -> bool:
        return self.days > 0 and self.claim.watched not in WAITING

    @property
    def href(self) -> str:
        thing = self.case or self.unit
        return thing.get_absolute_url() if thing else ""

    @property
    def whom(self) -> str:
        """Who was told; of a line that told nobody, nobody."""
        if self.claim.person:
            return str(self.claim.person)
        return self.letter.to_name if self.letter and self.letter.to_name else "—"

    @property
    def role(self) -> str:
        return self.claim.get_recipient_display() if self.claim.recipient else ""

    @property
    def stands_in(self) -> str:
        """In whose place the person was told, and since when."""
        claim, post = self.claim, self.claim.post
        if claim.via == Via.OFFICE:
            return str(_("The post is vacant: the office is told in its stead"))
        if claim.via != Via.DEPUTY:
            return ""
        if post is None or post.deputy_id != claim.person_id or not post.deputy_from:
            return str(_("Stands in as the deputy"))
        return _("deputy of %(name)s since %(day)s") % {
            "name": post.user.name,
            "day": day_words(post.deputy_from, claim.on, weekday=False),
        }

    @property
    def read_at(self) -> datetime | None:
        return self.letter.read_at if self.letter else None

    @property
    def why_not(self) -> list[str]:
        """What kept the line from being heard, or still keeps it; empty where it arrived everywhere."""
        return list(why_not(self))


def why_not(line: Line) -> Iterator[str]:
    """One sentence for each reason."""
    claim = line.claim
    if claim.outcome != Outcome.TOLD:
        yield str(claim.get_outcome_display())
        return
    if line.letter is None:
        unfinished = claim.run.finished_at is None
        yield (
            _("The digest is written when the run ends.") if unfinished else _("No letter is kept any more.")
        )
        return
    if line.letter.not_before and line.letter.not_before > line.now:
        yield _("Quiet hours: shown from %(moment)s.") % {"moment": moment_words(line.letter.not_before)}
    for delivery in line.deliveries:
        if words := hindrance(delivery, line.now):
            yield _("%(what)s: %(words)s") % {"what": delivery.get_channel_display(), "words": words}


def hindrance(delivery: Delivery, now: datetime) -> str:
    """Why one way has not brought the letter; "" where it has, or is just about to."""
    facts = {
        "moment": moment_words(delivery.next_attempt_at),
        "error": delivery.last_error or delivery.fault or "—",
        "n": delivery.attempts,
        "reason": delivery.drop_reason,
        "name": delivery.dropped_by or "—",
    }
    match delivery.state:
        case State.PENDING if delivery.next_attempt_at > now:
            return _("waits until %(moment)s (quiet hours or digest)") % facts
        case State.PENDING:
            return _("is on its way")
        case State.FAILED:
            return _("tried %(n)d times, again at %(moment)s: %(error)s") % facts
        case State.DEAD:
            return _("given up after %(n)d attempts: %(error)s") % facts
        case State.DROPPED:
            return _("dropped by %(name)s: %(reason)s") % facts
        case State.IMPOSSIBLE:
            return _("no way to the person: %(error)s") % facts
        case State.EXPIRED:
            return _("expired before it could be sent")
        case State.SENT if delivery.fault:
            # Taken by the mail server, which has told of a delay since.
            return delivery.last_error
    return ""


def moment_words(moment: datetime) -> str:
    moment = localtime(moment)
    return _("%(day)s %(time)s") % {
        "day": day_words(moment.date(), weekday=False),
        "time": f"{moment:%H:%M}",
    }


def lines(claims: Iterable[ChaseClaim], *, now: datetime) -> list[Line]:
    """The rows of one page: six statements, whatever their number."""
    claims = selectors.with_letters(claims)
    matters = matters_of(claims)
    cases = HazardCase.objects.for_rows().in_bulk(
        {matter.case_id for matter in matters.values() if matter.case_id}
    )
    units = {matter.unit_id for matter in matters.values() if not matter.case_id}
    units = Unit.objects.select_related("region").in_bulk(units) if units else {}
    return [line_of(claim, matters, cases, units, now) for claim in claims]


def matters_of(claims: list[ChaseClaim]) -> dict[tuple, Matter]:
    """By (watched, subject)."""
    subjects = defaultdict(set)
    for claim in claims:
        subjects[claim.watched].add(claim.subject)
    wanted = Q(pk__in=[])
    for watched, ids in subjects.items():
        wanted |= Q(watched=watched, subject__in=ids)
    return {(one.watched, one.subject): one for one in Matter.objects.filter(wanted)} if subjects else {}


def line_of(claim: ChaseClaim, matters: dict, cases: dict, units: dict, now: datetime) -> Line:
    matter = matters[claim.watched, claim.subject]
    case = cases.get(matter.case_id)
    unit = case.unit if case else units[matter.unit_id]
    title = str(_("Rectification deadline")) if claim.watched == Watched.DEADLINE else matter.title
    deliveries = list(claim.letter.deliveries.all()) if claim.letter else []
    for delivery in deliveries:
        delivery.tone, delivery.icon = STATE_TONES.get(delivery.state, ("muted", "circle"))
    return Line(claim, title, case, unit, claim.letter, now, sorted(deliveries, key=lambda one: one.channel))


def with_people(claims: QuerySet) -> QuerySet:
    """What a row shows, joined."""
    return claims.select_related("rung", "person", "run", "post__user")


# --- the county's day ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Group:
    """One number of a run: what it counts, how many lines, and the filter that lists them."""

    label: str
    number: int
    query: str
    tone: str = "muted"
    icon: str = ""


MOST_GROUPS = 50


COUNTED = f"""
    WITH l AS MATERIALIZED ({{lines}})
    SELECT 'rung', rung_id::text, '', count(*) FROM l WHERE outcome = '{Outcome.TOLD}' GROUP BY 2
    UNION ALL
    SELECT 'town', town, '', count(*) FROM l WHERE outcome = '{Outcome.TOLD}' GROUP BY 2
    UNION ALL
    SELECT 'person', person_id::text, '', count(*) FROM l
    WHERE outcome = '{Outcome.TOLD}' AND person_id IS NOT NULL GROUP BY 2
    UNION ALL
    SELECT 'outcome', outcome, '', count(*) FROM l GROUP BY 2
    UNION ALL
    SELECT 'way', d.channel, d.state, count(*)
    FROM l JOIN {Message._meta.db_table} m ON m.key = l.key JOIN {Delivery._meta.db_table} d ON d.message_id = m.id
    WHERE l.outcome = '{Outcome.TOLD}' GROUP BY 2, 3
    UNION ALL
    SELECT 'unread', '', '', count(*)
    FROM l JOIN {Message._meta.db_table} m ON m.key = l.key AND m.recipient_id = l.person_id
    WHERE l.outcome = '{Outcome.TOLD}' AND m.read_at IS NULL
"""


def counts(claims: QuerySet) -> dict[str, list[Group]]:
    """How many lines by rung, by township, by person, by outcome and by delivery; `claims` as `placed` gives them.

    The lines are read once, whatever is counted.
    """
    found = counted(claims)
    return {
        "rungs": by_rung(found["rung"]),
        "townships": by_township(found["town"]),
        "people": by_person(found["person"]),
        "outcomes": by_outcome(found["outcome"]),
        "ways": by_way(found["way"], found["unread"]),
    }


def counted(claims: QuerySet) -> dict[str, dict]:
    """{what: {(value, second value): lines}}."""
    found: dict[str, dict] = {name: {} for name in ("rung", "town", "person", "outcome", "way", "unread")}
    rows = claims.order_by().annotate(key=F("letter_key"), town=Left("place", TOWNSHIP))
    try:
        lines, params = rows.values("rung_id", "town", "person_id", "outcome", "key").query.sql_with_params()
    except EmptyResultSet:
        return found
    with connection.cursor() as cursor:
        cursor.execute(COUNTED.format(lines=lines), params)
        for what, value, second, number in cursor.fetchall():
            if number:
                found[what][value or "", second] = number
    return found


def most_first(found: dict) -> list[tuple[str, int]]:
    return largest({value: number for (value, _second), number in found.items()})


def largest(numbers: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(numbers.items(), key=lambda item: (-item[1], item[0]))


def town_names(codes: Iterable[str]) -> dict[str, str]:
    """By code; one that is no township any more is not among them."""
    return {code: town.short_name for code, town in Region.objects.in_bulk(list(codes)).items()}


def rung_labels(codes: Iterable[str]) -> dict[str, str]:
    """By code, as the latest version has it."""
    return {one.code: one.label for one in Rung.objects.filter(code__in=codes).order_by("valid_from")}


def by_rung(found: dict) -> list[Group]:
    rungs = Rung.objects.in_bulk([int(pk) for pk, _second in found])
    return [Group(rungs[int(pk)].label, number, f"rung={pk}") for pk, number in most_first(found)]


def by_township(found: dict) -> list[Group]:
    towns = town_names(code for code, _second in found if code)
    return [
        Group(towns.get(code, code or "—"), number, f"township={code}") for code, number in most_first(found)
    ]


def by_person(found: dict) -> list[Group]:
    """Those with the most lines."""
    shown = most_first(found)[:MOST_GROUPS]
    people = User.objects.in_bulk([int(pk) for pk, _number in shown])
    return [Group(str(people[int(pk)]), number, f"person={pk}") for pk, number in shown]


def by_outcome(found: dict) -> list[Group]:
    return [
        Group(str(outcome.label), found[outcome, ""], f"outcome={outcome}")
        for outcome in Outcome
        if (outcome, "") in found
    ]


def by_way(ways: dict, unread: dict) -> list[Group]:
    """Lines by what became of their letters: each way counts for itself; then those that nobody has opened yet."""
    groups = [
        Group(
            f"{channel.label} · {state.label}",
            ways[channel, state],
            f"channel={channel}&state={state}",
            *STATE_TONES[state],
        )
        for channel in Delivery.Channel
        for state in State
        if (channel, state) in ways
    ]
    return groups + [
        Group(str(_("Unread")), number, "unread=on", "warning", "eye-off") for number in unread.values()
    ]


# --- one person's morning ------------------------------------------------------------------------------------
def digest_of(run, user) -> QuerySet:
    """What one run told one person in the digest, each thing once by its highest rung, the worst first.

    As chase.digest orders it: what stands before what is closed, then major hazards, listed ones, the longest overdue.
    """
    claims = ChaseClaim.objects.filter(run=run, person=user, outcome=Outcome.TOLD, rung__urgent=False)
    once = claims.order_by("watched", "subject", "-rung__offset", "-rung").distinct("watched", "subject")
    matter = Matter.objects.filter(watched=OuterRef("watched"), subject=OuterRef("subject"))
    case = HazardCase.objects.filter(pk=OuterRef("case_id"))
    found = ChaseClaim.objects.filter(pk__in=once.values("pk")).alias(
        case_id=Subquery(matter.values("case_id")[:1])
    )
    return found.alias(
        is_closed=Exists(case.filter(state="closed")),
        is_major=Exists(case.filter(grade="major")),
        is_listed=Exists(case.exclude(main_level="")),
    ).order_by("is_closed", "-is_major", "-is_listed", "due_on", "watched", "subject")


def digest_letter(run, user) -> Message | None:
    return Message.objects.filter(key=f"digest:{run.pk}:{user.pk}", recipient=user).first()


# --- the runs ---------------------------------------------------------------------------------------------------
def left_out(run: ChaseRun) -> list[str]:
    """What a run could not do and why, in sentences that say what to do about it; places and rungs by name."""
    return noted(run.notes)


def noted(notes: dict) -> list[str]:
    """`left_out`, of the notes of a run or of a part of them."""
    nobody = notes.get("nobody", {})
    return list(sentences({**notes, "nobody": named(nobody)} if nobody else notes))


def named(nobody: dict[str, int]) -> dict[str, int]:
    """The notes of what reached nobody, "rung township", with the names in the place of the codes."""
    pairs = {key: key.split(" ", 1) for key in nobody}
    labels = rung_labels([code for code, _town in pairs.values()])
    towns = town_names(town for _code, town in pairs.values())
    return {
        # The first space parts the two.
        f"“{labels.get(code, code)}”".replace(" ", "\u00a0") + f" {towns.get(town, town)}": nobody[key]
        for key, (code, town) in pairs.items()
    }


def foreseen(run: ChaseRun) -> dict[str, list[tuple[str, int]]]:
    """What a held run would say, lines by rung and by township, the most first."""
    rungs, places = run.notes.get("rungs", {}), run.notes.get("townships", {})
    labels, towns = rung_labels(rungs), town_names(places)
    return {
        "rungs": [(labels.get(code, code), lines) for code, lines in largest(rungs)],
        "townships": [(towns.get(code, code), lines) for code, lines in largest(places)],
    }


def waits_for(case: HazardCase, outlook) -> list[str]:
    """Why something about a case has not been said although its day has come; `outlook` as chase.preview gives it."""
    found = []
    if held := selectors.held_run():
        found.append(
            _("The run of %(day)s is held: nobody is told until somebody releases it.")
            % {"day": day_words(held.on)}
        )
    for coming in outlook:
        if coming.reaches_nobody and Recipient.OWNER not in coming.rung.recipients:
            found.append(
                _("“%(rung)s” reaches nobody: no holder of the post, no deputy, no office.")
                % {"rung": coming.rung.label}
            )
    if outlook.missing_year:
        found.append(
            _("The working days of %(year)d are not loaded: rungs beyond them wait.")
            % {"year": outlook.missing_year}
        )
    return list(dict.fromkeys(found))
