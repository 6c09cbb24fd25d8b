"""`manage.py seed_scale --cases N [--units M]`: a county of any size, for benchmarks."""

import time
from datetime import date

from django.core.management.base import BaseCommand, CommandError

from common import days
from common.errors import RuleBroken
from devtools import scale


class Command(BaseCommand):
    help = "Write a county of any size straight into the tables, the same for the same seed. For benchmarks alone."

    def add_arguments(self, parser):
        parser.add_argument("--cases", type=int, required=True, help="how many hazard cases")
        parser.add_argument("--units", type=int, help="how many units (default: one for ten cases)")
        parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same county")
        parser.add_argument("--county", default=scale.COUNTY, help="its six-digit code")
        parser.add_argument(
            "--on", type=date.fromisoformat, default=None, help="the day as of which cases stand"
        )

    def handle(self, *, cases, units, seed, county, on, **options):
        began = time.monotonic()
        try:
            sown = scale.sow(cases=cases, units=units, seed=seed, county=county, on=on or days.today())
        except RuleBroken as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{sown.units} units, {sown.cases} cases in {time.monotonic() - began:.1f} s")
