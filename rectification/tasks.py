"""The doors through which beat and a starting worker have the chase run."""

import logging
from datetime import timedelta

from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings

from common import days
from common.workdays import YearNotLoaded
from rectification.chase import engine
from rectification.models import ChaseRun
from rectification.services import holding
from reference.selectors import calendar

log = logging.getLogger(__name__)

MORNING = 8  # o'clock, as in config.schedule


@shared_task
def chase() -> dict:
    """Tells everybody who is owed a letter today. On a day off it only shows that it would have run."""
    today, now = days.today(), days.now()
    if not people_work(today):
        return engine.rest(on=today, at=now).counts()
    return morning(guard=engine.Guard(settings.CHASE_HOLD_ABOVE, settings.CHASE_HOLD_FIRST_ABOVE))


def morning(guard: engine.Guard | None) -> dict:
    """One run; held where it would say more than the guard lets through, and then somebody is told."""
    today, now = days.today(), days.now()
    tally = engine.run(on=today, at=now, guard=guard)
    if tally.held:
        holding.tell(on=today, lines=tally.claimed, letters=tally.messages)
    for reason in tally.reasons():
        log.warning("chase: %s", reason)
    log.info("chase %s", tally.counts())
    return tally.counts()


@shared_task
def chase_hourly() -> dict:
    """Looks at the clocks counted in hours: they end at any time of the day and night."""
    return engine.run_hourly(at=days.now()).counts()


@shared_task
def catch_up() -> dict | None:
    """Runs the chase where this morning's run is missing: nobody was there at eight, it was cut off, or released."""
    now, today = days.now(), days.today()
    if now.hour < MORNING:
        return None
    if holding.released(today):
        return morning(guard=None)
    if (
        ChaseRun.objects.finished().filter(on=today).exists()
        or ChaseRun.objects.waiting().filter(on=today).exists()
    ):
        return None
    return chase()


@worker_ready.connect
def _catch_up_at_start(sender=None, **kwargs):
    """A worker that was away at eight makes up for it, once it has settled."""
    catch_up.apply_async(expires=timedelta(hours=1).total_seconds())


def people_work(day) -> bool:
    """Whether offices are open. Where the year is not loaded, Monday to Friday: better a letter than silence."""
    try:
        return calendar().is_workday(day)
    except YearNotLoaded as unknown:
        log.error("chase: %s", unknown)
        return day.weekday() < 5
