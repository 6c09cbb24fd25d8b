"""Watching units that must not produce (偷开): who is stopped or closed down is looked at every so many days."""

import uuid
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts import roles
from accounts.models import Post, User
from accounts.roles import Role
from common.errors import RuleBroken
from notifications.services import write_to
from rectification.limits import watch_days, watch_ends_after
from rectification.models import Suspension, Watch, WatchLook
from rectification.services import enforcements
from rectification.services.telling import day_words
from units.models import OperatingStatus
from units.services import mark_producing

WATCHED = frozenset({OperatingStatus.CLOSED, OperatingStatus.DEREGISTERED})
"""Off the register because the business ended: the place still stands, and may open again behind closed doors."""

COUNTY_DIGITS = 6


def begin(suspension: Suspension, *, on: date) -> Watch:
    """Watch a unit from the day on which its suspension came into force."""
    return Watch.objects.create(
        unit=suspension.unit,
        why="suspended",
        suspension=suspension,
        since=on,
        next_on=on + timedelta(days=watch_days(on)),
    )


def end(suspension: Suspension, *, on: date) -> None:
    """Stop watching: the suspension is lifted."""
    Watch.objects.filter(suspension=suspension, ended_on=None).update(ended_on=on)


def follow_retirement(unit, *, by, on: date) -> None:
    """A unit that closed down is watched for a time."""
    if unit.operating_status in WATCHED:
        Watch.objects.get_or_create(
            unit=unit,
            why="retired",
            ended_on=None,
            defaults={
                "since": on,
                "next_on": on + timedelta(days=watch_days(on)),
                "until": on + timedelta(days=watch_ends_after(on)),
            },
        )


def follow_restoring(unit, *, by, on: date) -> None:
    """Back on the register: it is inspected as others are."""
    Watch.objects.filter(unit=unit, why="retired", ended_on=None).update(ended_on=on)


@transaction.atomic
def look(
    watch: Watch,
    *,
    outcome: str,
    by,
    at: datetime,
    held_on: date | None = None,
    note: str = "",
    client_id=None,
) -> WatchLook:
    """Note what was seen. A unit found at work is told to the office and the leader, and stands in its history."""
    client_id = client_id or uuid.uuid4()
    if done := WatchLook.objects.filter(client_id=client_id).first():
        return done
    roles.need(by, "watch.look", watch.unit.region_id)
    on = localdate(at)
    held_on = held_on or on
    # The suspension before its watch, as whoever lifts it locks them.
    if watch.suspension_id:
        Suspension.objects.select_for_update().get(pk=watch.suspension_id)
    # Two looks at once must not both move the next day from the same one.
    current = Watch.objects.select_for_update().get(pk=watch.pk)
    refuse_look(current, outcome, held_on, note, on)
    seen = WatchLook.objects.create(
        client_id=client_id,
        watch=current,
        outcome=outcome,
        held_on=held_on,
        note=note.strip(),
        seen_by=by,
        recorded_at=at,
    )
    # A look that was noted late never moves the next one back.
    current.next_on = max(current.next_on, held_on + timedelta(days=watch_days(held_on)))
    current.save(update_fields=["next_on"])
    if outcome == WatchLook.Outcome.PRODUCING:
        mark_producing(watch.unit, by=by, note=note.strip())
        enforcements.follow_look(seen, by=by, at=at)
        tell(seen, watch.unit, by=by, on=on)
    return seen


def refuse_look(watch: Watch, outcome: str, held_on: date, note: str, on: date) -> None:
    if not watch.stands(on):
        raise RuleBroken(_("This unit is not watched any longer."), code="wrong_state")
    if outcome not in WatchLook.Outcome.values:
        raise RuleBroken(_("The unit either stands still or produces again."), field="outcome")
    if held_on > on:
        raise RuleBroken(_("The day lies in the future."), field="held_on")
    if held_on < watch.since:
        raise RuleBroken(_("The day is earlier than the stop."), field="held_on")
    if outcome == WatchLook.Outcome.PRODUCING and len(note.strip()) < 2:
        raise RuleBroken(_("Say what was seen at work."), field="note")


def tell(seen: WatchLook, unit, *, by, on: date) -> None:
    """Letters to the office and the leader of the county; they go to Chinese offices, as those of the chase do."""
    posts = Post.objects.current(on).over(unit.region_id[:COUNTY_DIGITS])
    here = posts.filter(role__in=[Role.COUNTY_OFFICE, Role.LEADER], region_id=unit.region_id[:COUNTY_DIGITS])
    state = "停产停业" if seen.watch.why == Watch.Why.SUSPENDED else "已关闭"
    for person in User.objects.filter(pk__in=here.order_by().values("user")).serving(on).order_by("pk"):
        write_to(
            person,
            kind="watch",
            subject=f"擅自恢复生产经营：{unit.name}",
            body=f"{unit.number} {unit.name}（{state}）\n{by.name}于{day_words(seen.held_on)}发现：{seen.note}",
            link=unit.get_absolute_url(),
            about=f"unit:{unit.pk}",
            key=f"watch:{seen.pk}:{person.pk}",
            on=on,
        )
