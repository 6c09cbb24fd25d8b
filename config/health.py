"""Two questions a balancer asks: is the process alive, and does everything it needs work."""

from datetime import datetime, timedelta

from django.apps import apps
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from common import heartbeat
from config.celery import app
from reference.selectors import people_work


class Unwell(Exception):
    """A part does not work; the text is for the person on duty. `since` is when it last did, where that is known."""

    def __init__(self, message: str, *, since: datetime | None = None):
        super().__init__(message)
        self.since = since


def database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "answers"


def migrations() -> str:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        raise Unwell(f"{len(missing)} migrations are not applied: run manage.py migrate")
    return "all applied"


def broker() -> str:
    with app.connection_for_write(connect_timeout=3) as line:
        line.ensure_connection(max_retries=0, timeout=3)
    cache.set("readyz", 1, timeout=10)
    if cache.get("readyz") != 1:
        raise Unwell("Redis takes values but does not keep them: look at its memory limit")
    return "answers"


def _alive(who: str) -> str:
    age = heartbeat.age(who)
    if age is None:
        raise Unwell(f"no {who} has reported: start one", since=_ago(heartbeat.stopped(who)))
    if age > heartbeat.MAX_AGE:
        raise Unwell(f"the {who} last reported {age:.0f} seconds ago", since=_ago(age))
    return f"{age:.0f} s ago"


def _ago(seconds: float | None) -> datetime | None:
    return None if seconds is None else timezone.now() - timedelta(seconds=seconds)


def worker() -> str:
    return _alive("worker")


def beat() -> str:
    return _alive("beat")


def delivery() -> str:
    """The outbox was gone through to its end lately, or a worker has only just begun."""
    limit = settings.DELIVERY_GRACE_MINUTES * 60
    age, begun = heartbeat.age("delivery"), heartbeat.begun("delivery")
    if age is not None and age <= limit:
        return f"{age:.0f} s ago"
    if begun is not None and begun <= limit and (age is None or begun < age):
        return "first one is still to come"
    if age is None:
        raise Unwell("no delivery has come to its end: look at the worker's log", since=_ago(begun))
    raise Unwell(f"the last delivery came to its end {age:.0f} seconds ago", since=_ago(age))


def last_due_chase(now):
    """When the chase should last have run: 08:00 of the latest working day before `now`."""
    local = timezone.localtime(now)
    due = local.replace(hour=8, minute=0, second=0, microsecond=0)
    if due > local:
        due -= timedelta(days=1)
    while not people_work(due.date()):
        due -= timedelta(days=1)
    return due


def chase() -> str:
    """The run that was due last took place: on its day or later, and not only for a past or a future one."""
    try:
        run = apps.get_model("rectification", "ChaseRun")
    except LookupError:
        return "not installed"
    now = timezone.now()
    due = last_due_chase(now)
    finished = run.objects.mornings().filter(finished_at__isnull=False).order_by("-finished_at")
    days = (due.date(), timezone.localdate(now))
    if met := finished.filter(finished_at__gte=due, on__range=days).first():
        return f"ran {timezone.localtime(met.finished_at):%Y-%m-%d %H:%M}{_left_out(met)}"
    if now - due <= timedelta(minutes=settings.CHASE_GRACE_MINUTES):
        return f"due since {due:%H:%M}"
    if last := finished.first():
        raise Unwell(
            f"the run of {due:%Y-%m-%d %H:%M} is missing; the last one ended "
            f"{timezone.localtime(last.finished_at):%Y-%m-%d %H:%M}",
            since=due,
        )
    return _first_chase_waits(due)


def _left_out(run) -> str:
    """What the run could not do; no reason to take the web away, but not to be hidden either."""
    years = [
        f"{cases} cases wait for the calendar of {year}" for year, cases in run.notes.get("years", {}).items()
    ]
    letters = run.notes.get("orphans", 0)
    if run.held and run.released_at is None:
        # The page on which it is released must stay within reach.
        years.append(f"held: {run.claimed} lines wait until somebody releases them")
    parts = years + ([f"{letters} letters reach nobody: see doctor"] if letters else [])
    return "".join(f"; {part}" for part in parts)


def _first_chase_waits(due) -> str:
    """A fresh installation has no run yet; that is fine until one was due after it was made."""
    installed = MigrationRecorder.Migration.objects.filter(app="rectification").order_by("applied").first()
    if installed and installed.applied < due:
        raise Unwell(f"the chase has never run; it was due {due:%Y-%m-%d %H:%M}", since=due)
    return "first run is still to come"


CHECKS = (database, broker, worker, beat, delivery, chase)
BEHIND_BROKER = (worker, beat, delivery)
"""Their signs of life lie in Redis: without it nobody can say how they are."""


def examine(checks=CHECKS) -> dict[str, dict]:
    """Every part with its state; one that fails keeps no other from being asked."""
    found = {}
    for check in checks:
        try:
            found[check.__name__] = {"ok": True, "detail": check()}
        except Unwell as error:
            since = error.since and timezone.localtime(error.since).isoformat(timespec="seconds")
            found[check.__name__] = {"ok": False, "detail": str(error), "since": since}
        except Exception as error:
            # The address may hold a password, so only the kind of failure goes out.
            words = f"does not answer ({type(error).__name__})"
            found[check.__name__] = {"ok": False, "detail": words, "since": None}
    return found


def troubles(found: dict[str, dict]) -> dict[str, dict]:
    """What does not work, without what merely cannot be seen because something below it does not answer."""
    hidden = set()
    if not found.get("database", {"ok": True})["ok"]:
        hidden.add("chase")
    if not found.get("broker", {"ok": True})["ok"]:
        hidden.update(check.__name__ for check in BEHIND_BROKER)
    hidden.update(name for name in FED_BY_BEAT if fell_silent_with_beat(name, found))
    return {name: part for name, part in found.items() if not part["ok"] and name not in hidden}


FED_BY_BEAT = ("worker", "delivery")
"""Beat hands them the jobs by which they are seen to live: without it they have nothing to show."""
TOGETHER = timedelta(minutes=1)


def fell_silent_with_beat(name: str, found: dict[str, dict]) -> bool:
    """Whether beat is down and this part was well until then: mending beat will show how it is."""
    parts = [found.get(who, {"ok": True}) for who in (name, "beat")]
    if any(part["ok"] or not part["since"] for part in parts):
        return False
    since, silence = (datetime.fromisoformat(part["since"]) for part in parts)
    return since >= silence - TOGETHER


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked, so that a dead database does not restart every web process."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when every part works, otherwise 503 with the reasons."""
    found = examine()
    ok = all(part["ok"] for part in found.values())
    return JsonResponse({"ready": ok, "checks": found}, status=200 if ok else 503)
