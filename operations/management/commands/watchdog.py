"""`manage.py watchdog`: one look for cron or a timer, or one every so many seconds."""

import json
import logging
import signal
import threading

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from operations import watchdog

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Look at every part of the product and tell the duty administrators what is down, by mail, else by webhook, "
        "without the help of the product. One JSON line; exit 1 where something is down and nobody could be told."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "--every", type=int, metavar="SECONDS", help="go on looking, at least 5 seconds apart"
        )

    def handle(self, *args, every=None, **options):
        # An address where nobody answers must not hold the watchdog for minutes.
        connection.settings_dict.setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
        if every is None:
            if self.look_once():
                raise SystemExit(1)
            return
        if every < 5:
            raise CommandError("--every takes 5 seconds or more.")
        self.go_on(every)

    def look_once(self) -> bool:
        """One look, printed; whether somebody should have been told and was not."""
        report = watchdog.look()
        self.stdout.write(json.dumps(report.counts(), ensure_ascii=False))
        self.stdout.flush()  # a log that is read while the loop goes on
        return bool(report.failures and not report.roads)

    def go_on(self, every: int) -> None:
        """Look again and again until somebody asks for the end. The first look waits: the others start just now."""
        asked = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: asked.set())
        while not asked.wait(every):
            try:
                self.look_once()
            except Exception:
                # Whatever it is, the next look may see more; a watchdog that dies is worse than one that errs.
                log.exception("watchdog: a look went wrong")
