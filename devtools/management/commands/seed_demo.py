"""`seed_demo`: the demo county and city, built once; a second run changes nothing and says so."""

import os
from datetime import date

from django.core.management.base import BaseCommand, CommandError

from common.days import today
from devtools.demo import people
from devtools.demo.build import Build
from hazards.models import HazardCase
from reference.models import HazardCategory
from units.models import Unit


class Command(BaseCommand):
    help = "Builds the demo: Zaoqiang county with a year of work, and Quzhou city with its listed units."

    def add_arguments(self, parser):
        parser.add_argument("--on", type=date.fromisoformat, help="the day that the demo calls today")
        parser.add_argument("--seed", type=int, default=131121, help="another number, another year")
        parser.add_argument("--scale", type=float, default=1.0, help="a share of the full size, for tests")

    def handle(self, *args, on, seed, scale, **options):
        if people.is_complete():
            self.stdout.write("The demo is there already; nothing was changed.")
            return
        if people.is_begun():
            raise CommandError(
                "A demo was begun in this database and not finished. Empty the database (with the embedded "
                "servers: remove the data folder), run `migrate` and `load_reference`, and start again."
            )
        if not HazardCategory.objects.exists():
            raise CommandError("The reference data are missing. Run `python manage.py load_reference` first.")
        password = os.environ.get("DEMO_PASSWORD")
        if not password:
            raise CommandError("Set DEMO_PASSWORD: the password that all demo accounts share.")
        build = Build(password=password, on=on or today(), seed=seed, scale=scale, out=self.stderr._out)
        build.run()
        for line in build.refused[:5]:
            self.stderr.write(f"  refused: {line}")
        self.stdout.write(
            f"The demo is ready: {Unit.objects.count()} units, {HazardCase.objects.count()} cases."
        )
