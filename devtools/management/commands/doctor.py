"""`manage.py doctor`: what is wrong with this installation, in words that say what to do."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection
from django.utils import timezone
from django.utils.translation import gettext as _

from common import days
from config import health
from documents import checkup, glyphs
from hazards import tally
from notifications.gateways.mailbox import Closed, mailbox
from operations import selectors as operations
from operations import telling
from operations.words import effect

GOOD, WARNING, BAD = "ok", "!", "x"
LEAST_SPACE = 2 * 1024**3
# Without one row of these the screens that need them are empty.
NEEDED = ("Region", "PlaceType", "Clause", "HazardCategory", "Checklist", "RuleSet", "CombinedUseLimit")
Line = tuple[str, str]


class Command(BaseCommand):
    help = "Look at every part of this installation and say what is wrong; exit 1 if anything is."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "--without-jobs",
            action="store_true",
            help="do not ask after worker, beat and chase (nothing runs yet)",
        )

    def handle(self, *args, without_jobs=False, **options):
        lines = list(examine(jobs=not without_jobs))
        for sign, text in lines:
            self.stdout.write(f"[{sign:^2}] {text}", self.style_of(sign))
        bad = sum(sign == BAD for sign, text in lines)
        if bad:
            self.stdout.write(_("%(count)s things are wrong.") % {"count": bad})
            raise SystemExit(1)
        self.stdout.write(_("Nothing is wrong."))

    def style_of(self, sign):
        return {GOOD: None, WARNING: self.style.WARNING, BAD: self.style.ERROR}[sign]


def examine(jobs: bool = True) -> Iterator[Line]:
    """Each part in turn. Without a database nothing that lives in it is asked."""
    yield from database()
    if health.examine((health.database,))["database"]["ok"]:
        yield from migrations()
        yield from reference_data()
        yield from calendar()
        yield from running_sums()
        yield from characters()
    yield from broker()
    if jobs:
        yield from processes()
        yield from watchdog()
    yield from disk()
    yield from paper_faults()
    yield from mail()
    yield from bounces()


def database() -> Iterator[Line]:
    if not health.examine((health.database,))["database"]["ok"]:
        yield BAD, _("The database does not answer. Look at DATABASE_URL and at PostgreSQL's log.")
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('server_encoding')")
        version, encoding = cursor.fetchone()
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        is_superuser = cursor.fetchone()[0]
        # Where this is empty, search by Chinese words never uses its index.
        has_trigrams = _ask("SELECT show_trgm('消防') <> '{}'")
    yield GOOD, _("PostgreSQL %(version)s answers.") % {"version": version}
    if encoding != "UTF8":
        yield (
            BAD,
            _("The database stores %(encoding)s, not UTF-8. Make it anew with ENCODING 'UTF8'.")
            % {"encoding": encoding},
        )
    if is_superuser:
        yield (
            WARNING,
            _(
                "The program signs in as a database superuser, whom no trigger binds. Give it a role of its own."
            ),
        )
    if has_trigrams is False:
        yield (
            WARNING,
            _(
                "The database's character type does not know Chinese: searching is slow. Use LC_CTYPE C.UTF-8."
            ),
        )


def _ask(sql: str):
    """The one value of a statement, or None when the database does not know it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0]
    except DatabaseError:
        return None


def migrations() -> Iterator[Line]:
    found = health.examine((health.migrations,))["migrations"]
    if found["ok"]:
        yield GOOD, _("The tables are up to date.")
    else:
        yield BAD, _("The tables are not up to date. Run: manage.py migrate")


def reference_data() -> Iterator[Line]:
    empty = []
    for name in NEEDED:
        try:
            model = apps.get_model("reference", name)
            if not model._default_manager.exists():
                empty.append(str(model._meta.verbose_name_plural))
        except (LookupError, DatabaseError):
            empty.append(name)
    if empty:
        yield BAD, _("Not loaded: %(tables)s. Run: manage.py load_reference") % {"tables": ", ".join(empty)}
    else:
        yield GOOD, _("Divisions and code tables are loaded.")


def calendar() -> Iterator[Line]:
    """This year must be there; the next one is announced every November."""
    today = days.today()
    if not _is_loaded(today.year):
        yield (
            BAD,
            _("The working days of %(year)s are not loaded: deadlines cannot be set. Load the calendar.")
            % {"year": today.year},
        )
    elif today.month >= 11 and not _is_loaded(today.year + 1):
        yield (
            WARNING,
            _(
                "The working days of %(year)s are not loaded yet. Load them when the State Council's notice is out."
            )
            % {"year": today.year + 1},
        )
    else:
        yield GOOD, _("The working days of %(year)s are loaded.") % {"year": today.year}


def _is_loaded(year: int) -> bool:
    """A year counts when its last day is there."""
    try:
        return apps.get_model("reference", "CalendarDay").objects.filter(date__year=year).count() >= 365
    except DatabaseError:
        return False


def running_sums() -> Iterator[Line]:
    wrong = tally.differences()
    if not wrong:
        yield GOOD, _("The running sums agree with the cases.")
        return
    kind, township, day = wrong[0]
    yield (
        BAD,
        _(
            "%(count)s running sums do not agree with the cases, the first for %(township)s on %(day)s (%(kind)s)."
        )
        % {"count": len(wrong), "township": township, "day": day or "—", "kind": kind},
    )


# What is printed of the register: names and addresses, each character once.
PRINTED = """
    SELECT string_agg(DISTINCT one, '') FROM (
        SELECT string_to_table(name || address, NULL) AS one FROM units_unit
        UNION SELECT string_to_table(name, NULL) FROM units_unitperson
        UNION SELECT string_to_table(name, NULL) FROM accounts_user
    ) AS characters
"""


def characters() -> Iterator[Line]:
    """A name with a character that no font holds would print as a box."""
    unknown = glyphs.missing(_ask(PRINTED) or "")
    if unknown:
        yield (
            WARNING,
            _(
                "No font holds these characters of names and addresses: %(characters)s. Put one into PAPER_FONT_DIR."
            )
            % {"characters": " ".join(unknown[:40])},
        )


def paper_faults() -> Iterator[Line]:
    """Papers must print: fonts and templates, a county's own included."""
    faults = list(checkup.faults())
    yield from ((BAD, fault) for fault in faults)
    if not faults:
        yield GOOD, _("Papers can be printed.")


def broker() -> Iterator[Line]:
    if health.examine((health.broker,))["broker"]["ok"]:
        yield GOOD, _("Redis answers.")
    else:
        yield BAD, _("Redis does not answer. Look at REDIS_URL and at Redis' log.")


def processes() -> Iterator[Line]:
    found = health.examine((health.worker, health.beat, health.delivery, health.chase))
    words = {
        "worker": (
            _("The worker works."),
            _("No worker has reported lately: messages stay in the outbox. Start one."),
        ),
        "beat": (
            _("Beat keeps the time."),
            _("Beat has not reported lately: nothing starts by itself. Start it."),
        ),
        "delivery": (
            _("Messages are delivered."),
            _("The outbox has not been gone through lately. Read the worker's log, then restart the worker."),
        ),
        "chase": (
            _("The chase is on time."),
            _("The chase is late. Look at the worker's log, or run: manage.py chase"),
        ),
    }
    for name, part in found.items():
        good, bad = words[name]
        yield (GOOD, good) if part["ok"] else (BAD, f"{bad} {effect(name)}")
    if health.examine((health.database,))["database"]["ok"]:
        yield from ((BAD, trouble) for trouble in chase_troubles())


def watchdog() -> Iterator[Line]:
    """Somebody must look when nobody does, and somebody must be there to be told."""
    if not health.examine((health.database,))["database"]["ok"]:
        return
    try:
        sleeps, told = operations.watchdog_sleeps(timezone.now()), telling.addresses(days.today())
    except DatabaseError:
        return
    if sleeps:
        yield (
            WARNING,
            _(
                "The watchdog does not look: nobody is told of an outage. Start: manage.py watchdog --every 60"
            ),
        )
    else:
        yield GOOD, _("The watchdog looks.")
    if not told and not settings.WATCHDOG_WEBHOOK:
        yield WARNING, _("Nobody would be told of an outage. Name somebody in WATCHDOG_TELL.")


def chase_troubles() -> list[str]:
    """What the last run of the chase could not do; none where its tables are not there yet."""
    from rectification.chase.selectors import troubles

    try:
        return troubles()
    except DatabaseError:
        return []


def disk() -> Iterator[Line]:
    folder = Path(settings.MEDIA_ROOT)
    while not folder.exists():
        folder = folder.parent
    try:
        probe = folder / ".doctor"
        probe.touch()
        probe.unlink()
    except OSError as error:
        yield (
            BAD,
            _("Photos cannot be stored in %(folder)s: %(why)s.") % {"folder": folder, "why": error.strerror},
        )
        return
    free = shutil.disk_usage(folder).free
    amounts = {"folder": folder, "free": f"{free / 1024**3:.1f}"}
    if free < LEAST_SPACE:
        yield BAD, _("Only %(free)s GB are free in %(folder)s. Make room before photos are lost.") % amounts
    else:
        yield GOOD, _("%(free)s GB are free in %(folder)s.") % amounts


def mail() -> Iterator[Line]:
    backend = settings.EMAIL_BACKEND.rsplit(".", 2)[-2]
    if backend == "smtp":
        yield GOOD, _("Mail goes out through %(host)s.") % {"host": settings.EMAIL_HOST}
    elif backend == "filebased":
        yield (
            WARNING,
            _("Mail is written to %(folder)s and sent to nobody.") % {"folder": settings.EMAIL_FILE_PATH},
        )
    else:
        yield WARNING, _("No mail goes out: messages reach the inbox only. Set EMAIL_HOST.")


def bounces() -> Iterator[Line]:
    """The mailbox to which undeliverable mail comes back, where there is one."""
    if not settings.BOUNCES_URL:
        return
    try:
        with mailbox(change=False) as box:
            count = len(box.sizes())
    except Closed as error:
        yield BAD, _("Nobody learns which mail comes back undelivered. %(why)s") % {"why": error}
        return
    words = _("The mailbox for undelivered mail can be read; it holds %(count)s mails.")
    yield GOOD, words % {"count": count}
