"""`manage.py chase --on YYYY-MM-DD [--dry-run]`: one run of the chase by hand; prints one JSON line of counts."""

import json
from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from common import days
from rectification.chase import engine


class Command(BaseCommand):
    help = "Tell everybody who is owed a letter up to a day. Running it again, or twice at once, changes nothing more."

    def add_arguments(self, parser):
        parser.add_argument("--on", metavar="YYYY-MM-DD", help="the day of the run (default: today)")
        parser.add_argument("--dry-run", action="store_true", help="count, write nothing")

    def handle(self, *, on, dry_run, **options):
        tally = engine.run(on=days.today() if on is None else day(on), at=days.now(), dry_run=dry_run)
        self.stdout.write(json.dumps(tally.counts()))
        for reason in tally.reasons():
            self.stderr.write(reason)


def day(text: str) -> date:
    """A day as it is typed; CommandError with a sentence where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(_("“%(text)s” is not a day. Write it as 2026-02-14.") % {"text": text}) from error
