"""What of a run concerns one reader: a run goes through the whole installation, a reader sees the own area of it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.core.cache import cache
from django.db.models import Count, F

from accounts.scope import Scope
from rectification.chase import ledger
from rectification.models import ChaseClaim, ChaseRun

KEPT = 30 * 24 * 3600


@dataclass(frozen=True)
class Share:
    """The numbers of a run in one area, and in sentences what was left out there."""

    things: int = 0
    """Things (a deadline, a clock, a report) about which somebody was told."""
    lines: int = 0
    """One person told of one thing."""
    letters: int = 0
    missed: int = 0
    """Letters that reached nobody."""
    left_out: tuple[str, ...] = ()


def shares(runs: Iterable[ChaseRun], user) -> dict[int, Share]:
    """The share of each run by its key; the numbers of all runs cost one statement.

    What a finished run said does not change, so it is counted once for an area and kept.
    """
    runs, scope = list(runs), user.scope
    area = ".".join(sorted(scope.codes_for(ledger.PERMISSION)))
    names = {
        run.pk: f"chase-share:{run.pk}:{run.finished_at.timestamp()}:{area}"
        for run in runs
        if run.finished_at
    }
    kept = cache.get_many(names.values())
    told = {pk: kept[name] for pk, name in names.items() if name in kept}
    counted = told_in([run for run in runs if run.pk not in told], user)
    cache.set_many(
        {name: counted.get(pk, Share()) for pk, name in names.items() if name not in kept}, timeout=KEPT
    )
    told |= counted
    return {run.pk: with_reasons(told.get(run.pk, Share()), run.notes, scope) for run in runs}


def with_reasons(share: Share, notes: dict, scope: Scope) -> Share:
    """What was left out names places and counts letters there: only those of the reader's area."""
    nobody = {key: n for key, n in notes.get("nobody", {}).items() if is_inside(key.split(" ", 1)[1], scope)}
    left_out = ledger.noted({**notes, "nobody": nobody})
    return replace(share, missed=sum(nobody.values()), left_out=tuple(left_out))


def is_inside(code: str, scope: Scope) -> bool:
    """Whether a division lies where the reader may read the ledger."""
    return any(code.startswith(own) for own in scope.codes_for(ledger.PERMISSION))


def told_in(runs: list[ChaseRun], user) -> dict[int, Share]:
    """How many things, lines and letters of each run lie in the reader's area."""
    if not runs:
        return {}
    claims = ledger.seen_by(ChaseClaim.objects.filter(run__in=runs).told(), user).order_by()
    rows = (
        claims.annotate(letter=F("letter_key"), thing=ledger.Joined(F("watched"), F("subject")))
        .values("run")
        .annotate(
            things=Count("thing", distinct=True),
            lines=Count("pk"),
            letters=Count("letter", distinct=True),
        )
    )
    return {row["run"]: Share(row["things"], row["lines"], row["letters"]) for row in rows}
