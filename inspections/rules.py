"""What a record of an inspection must have before it counts: plain questions about plain facts, no database.

The page that fills a draft step by step and the API that files a whole visit ask the same questions. Each
answer is a list of `Mistake`: a sentence for the person, the field it belongs to, a code for machines.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.errors import RuleBroken

LONGEST_DEADLINE = timedelta(days=731)  # longer is a slip of the pen
NAMED_AT_ONCE = 5


@dataclass(frozen=True)
class Mistake:
    """One thing that is wrong or missing. `anchor` is the id of its place on the filing page."""

    field: str
    message: str
    code: str = "refused"
    anchor: str = ""

    def __str__(self):
        return self.message


class Incomplete(RuleBroken):
    """Everything that keeps a visit from being completed, said at once."""

    code = "incomplete"

    def __init__(self, mistakes: Iterable[Mistake]):
        self.mistakes = tuple(mistakes)
        first = self.mistakes[0]
        code = first.code if len(self.mistakes) == 1 else self.code
        super().__init__(" ".join(str(mistake) for mistake in self.mistakes), code=code, field=first.field)


@dataclass(frozen=True)
class Person:
    """A member of the team as the rules see them on the day of the visit."""

    key: int
    name: str
    certificated: bool


@dataclass(frozen=True)
class Question:
    """One line of the checklist: what was answered, and whether a finding says what is wrong."""

    number: int
    result: str
    findings: int = 0


@dataclass(frozen=True)
class Hazard:
    """A finding as the rules see it. `key` is its place on the page."""

    key: str
    label: str
    description: str
    corrected_on_site: bool
    due_on: date | None
    on_site_allowed: bool
    photo_needed: bool = False
    photos: int = 0


def check_team(
    officers: Sequence[Person], assistants: Sequence[Person] = (), *, enforcing: bool
) -> list[Mistake]:
    """Order 120, Art. 14: not fewer than two officers, showing cards. A patrol needs one person, no card."""
    mistakes = check_team_names(officers, assistants)
    if enforcing:
        mistakes += check_cards(officers)
    if enforcing and len({person.key for person in officers}) < 2:
        mistakes.append(
            Mistake(
                "officers",
                _("At least two different officers with a card are needed; assistants do not count."),
                "team_too_small",
                "team",
            )
        )
    if not enforcing and not officers:
        mistakes.append(Mistake("officers", _("Say who made the patrol."), "team_too_small", "team"))
    return mistakes


def check_team_names(officers: Sequence[Person], assistants: Sequence[Person] = ()) -> list[Mistake]:
    """Nobody stands on the team twice, neither as officer nor as officer and assistant."""
    counts = Counter(person.key for person in [*officers, *assistants])
    twice = {person.key: person.name for person in [*officers, *assistants] if counts[person.key] > 1}
    return [
        Mistake("officers", _("%(name)s is on the team twice.") % {"name": name}, "officer_twice", "team")
        for name in twice.values()
    ]


def check_cards(officers: Sequence[Person]) -> list[Mistake]:
    """Who has no card that is valid on the day may help, and is listed apart."""
    return [
        Mistake(
            "officers",
            _("%(name)s has no law-enforcement card valid on that day: list them as an assistant.")
            % {"name": person.name},
            "no_card",
            "team",
        )
        for person in dict.fromkeys(officers)
        if not person.certificated
    ]


def check_times(started_at: datetime, ended_at: datetime | None, now: datetime) -> list[Mistake]:
    """A visit lies in the past and ends after it began."""
    mistakes = []
    if started_at > now:
        mistakes.append(
            Mistake("started_at", _("The inspection begins in the future."), "in_future", "times")
        )
    if ended_at and ended_at > now:
        mistakes.append(Mistake("ended_at", _("The inspection ends in the future."), "in_future", "times"))
    if ended_at and ended_at < started_at:
        mistakes.append(
            Mistake("ended_at", _("The inspection ends before it begins."), "ends_before_start", "times")
        )
    return mistakes


def check_questions(questions: Iterable[Question]) -> list[Mistake]:
    """Every question is answered; each that fails has a finding, and only those."""
    questions = list(questions)
    mistakes = []
    if open_ones := [question.number for question in questions if not question.result]:
        mistakes.append(
            Mistake(
                "answers",
                ngettext(
                    "%(n)s question is not answered yet: %(which)s.",
                    "%(n)s questions are not answered yet: %(which)s.",
                    len(open_ones),
                )
                % {"n": len(open_ones), "which": _listed(open_ones)},
                "unanswered",
                f"question-{open_ones[0]}",
            )
        )
    for question in questions:
        if question.result == "fail" and not question.findings:
            mistakes.append(
                Mistake(
                    "findings",
                    _("Question %(number)s fails: say what was found.") % {"number": question.number},
                    "fail_without_finding",
                    f"question-{question.number}",
                )
            )
    return mistakes


def wrong_in(hazard: Hazard, on: date, *, enforcing: bool = True) -> list[Mistake]:
    """What contradicts itself in a finding, however unfinished it is. A patrol closes nothing by itself."""
    mistakes = []
    if not enforcing and (hazard.corrected_on_site or hazard.due_on):
        mistakes.append(
            Mistake(
                "corrected_on_site",
                _("A patrol reports: deadlines and corrections on the spot are recorded by inspectors."),
                "patrol_reports",
                hazard.key,
            )
        )
    if hazard.corrected_on_site and hazard.due_on:
        mistakes.append(
            Mistake("due_on", _("Corrected on the spot, or a deadline: not both."), "both", hazard.key)
        )
    if hazard.corrected_on_site and not hazard.on_site_allowed:
        mistakes.append(
            Mistake(
                "corrected_on_site",
                _("“%(what)s” cannot be corrected on the spot: set a deadline.") % {"what": hazard.label},
                "not_on_site",
                hazard.key,
            )
        )
    if hazard.due_on and hazard.due_on < on:
        mistakes.append(
            Mistake(
                "due_on",
                _("The deadline %(day)s is earlier than the inspection.")
                % {"day": hazard.due_on.isoformat()},
                "deadline_too_early",
                hazard.key,
            )
        )
    if hazard.due_on and hazard.due_on - on > LONGEST_DEADLINE:
        mistakes.append(
            Mistake("due_on", _("The deadline is more than two years away."), "deadline_too_late", hazard.key)
        )
    return mistakes


def missing_in(hazard: Hazard, *, enforcing: bool, photos_follow: bool = False) -> list[Mistake]:
    """What a finding still needs before the visit is completed. A patrol reports; it sets no deadline."""
    mistakes = []
    if not hazard.description.strip():
        mistakes.append(
            Mistake(
                "description",
                _("“%(what)s”: write down what was found.") % {"what": hazard.label},
                "no_words",
                hazard.key,
            )
        )
    if enforcing and not hazard.corrected_on_site and hazard.due_on is None:
        mistakes.append(
            Mistake(
                "due_on",
                _("“%(what)s”: corrected on the spot, or a deadline.") % {"what": hazard.label},
                "no_deadline",
                hazard.key,
            )
        )
    if hazard.corrected_on_site and hazard.photo_needed and not hazard.photos and not photos_follow:
        mistakes.append(
            Mistake(
                "photo",
                _("“%(what)s” may be part of a major hazard: a photo must show that it was corrected.")
                % {"what": hazard.label},
                "no_photo",
                hazard.key,
            )
        )
    return mistakes


def refuse(mistakes: Iterable[Mistake]) -> None:
    """Passes where nothing is wrong, else says everything at once."""
    mistakes = list(mistakes)
    if mistakes:
        raise Incomplete(mistakes)


def _listed(numbers: Sequence[int]) -> str:
    """The first few numbers of a long list: 3、5、9…"""
    words = _(", ").join(str(number) for number in numbers[:NAMED_AT_ONCE])
    return words if len(numbers) <= NAMED_AT_ONCE else _("%(first)s and more") % {"first": words}
