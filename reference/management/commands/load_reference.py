"""Loads or refreshes code tables, calendar and divisions; prints what each table gained."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from common.errors import RuleBroken
from reference.services.calendar import load_calendar
from reference.services.loaded import sum_of
from reference.services.regions import load_regions
from reference.services.rule_sets import load_shipped
from reference.services.tables import DATA, load_tables


class Command(BaseCommand):
    help = "Load or refresh code tables, working days and divisions. A second run changes nothing."

    def add_arguments(self, parser):
        parser.add_argument(
            "--regions",
            metavar="FILE",
            type=Path,
            action="append",
            help="CSV (or .csv.gz) of divisions with the header code,name,level,parent_code; may be repeated",
        )

    def handle(self, *, regions, **options):
        files = regions or sorted((DATA / "regions").glob("*.csv"))
        try:
            with transaction.atomic():
                done = [
                    *load_tables(),
                    load_shipped(),
                    load_calendar(),
                    sum_of([load_regions(path) for path in files]),
                ]
        except RuleBroken as refusal:
            raise CommandError(str(refusal)) from refusal
        for loaded in done:
            self.stdout.write(str(loaded))
        if not any(loaded.new or loaded.changed for loaded in done):
            self.stdout.write(_("Everything was loaded already; nothing changed."))
