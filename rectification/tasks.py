"""The doors through which beat and a starting worker have the chase run."""

import logging
from datetime import timedelta

from celery import shared_task
from celery.signals import worker_ready

from common import days
from common.workdays import YearNotLoaded
from rectification.chase import boards, engine, seals
from rectification.models import ChaseRun
from rectification.services import instructions, transfers
from reference.selectors import calendar

log = logging.getLogger(__name__)

MORNING = 8  # o'clock, as in config.schedule


@shared_task
def chase() -> dict:
    """Tells everybody who is owed a letter today. On a day off it only shows that it would have run."""
    today, now = days.today(), days.now()
    instructions.press(on=today)
    boards.press(on=today)
    seals.press(on=today, now=now)
    transfers.press(on=today)
    tally = engine.run(on=today, at=now) if people_work(today) else engine.rest(on=today, at=now)
    for reason in tally.reasons():
        log.warning("chase: %s", reason)
    log.info("chase %s", tally.counts())
    return tally.counts()


@shared_task
def press_seals() -> int:
    """Looks at the seals: the 24 hours of an urgent one end at any time of the day and night."""
    return seals.press(on=days.today(), now=days.now())


@shared_task
def catch_up() -> dict | None:
    """Runs the chase where this morning's run is missing: nobody was there at eight, or it was cut off."""
    now = days.now()
    if now.hour < MORNING or ChaseRun.objects.finished().filter(on=days.today()).exists():
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
