"""Builds both scenarios: people, register, a year, the listed units, the chase of the last weeks."""

import random
import sys
import time
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation

from devtools.demo import people, premises, quzhou
from devtools.demo.year import Temper, Year, at, clock_at
from rectification.chase import engine
from reference.models import Region
from units import workbook
from units.models import Unit
from units.services import imports

SAMPLE = Path(settings.BASE_DIR) / "units" / "data" / "sample-register.xlsx"
COMPOSED = 420
CITY_UNITS = 60
FUR_TOWN = "131121102"
CHASE_WEEKS = 5

# Two townships that lag, one that is exemplary; the rest lie between.
WEAK = Temper(0.38, 30, 3.2)
POOR = Temper(0.52, 20, 2.9)
FINE = Temper(0.93, 4, 2.0)


class Build:
    """One run, repeatable by its seed; `scale` shrinks it for tests."""

    def __init__(self, *, password: str, on: date, seed: int = 131121, scale: float = 1.0, out=sys.stderr):
        self.dice = random.Random(seed)
        self.hiring = people.Hiring(password)
        self.today, self.scale, self.out = on, scale, out
        self.first = on - timedelta(days=365)
        self.clock = time.monotonic()

    def say(self, words: str) -> None:
        self.out.write(f"  {time.monotonic() - self.clock:5.1f} s  {words}\n")
        self.out.flush()

    def run(self) -> None:
        with translation.override("zh-hans"):
            with connection.cursor() as cursor:
                cursor.execute("SET synchronous_commit = off")
            with transaction.atomic():
                self.county = people.zaoqiang(self.hiring)
                self.city, self.counties = people.quzhou(self.hiring)
            self.say(f"{self.hiring.made} people and their posts")
            self.register()
            self.play_county()
            self.play_city()
            with transaction.atomic():
                people.administrator(self.hiring)
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")

    # --- the register -----------------------------------------------------------------------------

    def register(self) -> None:
        start = at(self.first - timedelta(days=20), 9)
        with clock_at(start), transaction.atomic():
            if self.scale >= 1:
                self.import_sample(start.date())
            self.compose(start.date())
        self.say(f"{Unit.objects.count()} units on the register")

    def import_sample(self, on: date) -> None:
        """The sample workbook, through the importer."""
        table = workbook.read(SAMPLE.read_bytes(), SAMPLE.name)
        batch = imports.stage(table, by=self.county.office, on=on)
        imports.commit(batch, by=self.county.office, on=on)

    def compose(self, on: date) -> None:
        """Premises of every kind, spread over the villages; furs in 大营, fibreglass around 枣强."""
        builder = premises.Builder(self.dice, people.COUNTY, self.county.office, on)
        villages = list(
            Region.objects.filter(code__startswith=people.COUNTY, level="village").select_related("parent")
        )
        trades, weights = premises.COUNTY_TRADES, [trade.weight for trade in premises.COUNTY_TRADES]
        fur = [village for village in villages if village.parent.short_name.startswith("大营")] or villages
        for number in range(int(COMPOSED * self.scale)):
            trade = trades[number] if number < len(trades) else self.dice.choices(trades, weights)[0]
            of_fur = trade.place_type in ("work-fur", "combined-three")
            village = self.dice.choice(fur if of_fur and self.dice.random() < 0.7 else villages)
            builder.compose(trade, village, village.parent)

    # --- Zaoqiang ---------------------------------------------------------------------------------

    def play_county(self) -> None:
        tempers = self.tempers()
        year = Year(self.dice, self.county, tempers, self.today)
        units = list(Unit.objects.filter(region__code__startswith=people.COUNTY).order_by("pk"))
        tiny = sorted(tempers)[-1]
        for unit in units:
            if unit.region_id.startswith(tiny) and self.dice.random() < 0.85:
                continue  # hardly anybody goes there: its small number must not lead a ranking
            for day in self.visit_days(unit):
                year.plan(day, self.dice.randint(8, 16), year.visit(unit))
        self.plan_fur_workshops(year, units)
        self.plan_chase(year)
        year.play()
        self.say(f"a year in Zaoqiang ({len(year.refused)} acts refused)")
        self.refused = year.refused

    def tempers(self) -> dict[str, Temper]:
        codes = list(self.county.officers)
        tempers = {code: Temper(self.dice.uniform(0.68, 0.88), 10, 2.5) for code in codes}
        tempers[codes[1]], tempers[codes[4]], tempers[codes[6]] = WEAK, POOR, FINE
        return tempers

    def visit_days(self, unit: Unit) -> list[date]:
        """When a unit is visited in the year: dangerous places more often, many not at all."""
        grave = {"combined_use", "key_unit", "flammable", "crowded"} & set(unit.flags)
        chances = (0.95, 0.55, 0.15) if grave else (0.82, 0.3)
        return [
            self.first + timedelta(days=self.dice.randint(0, 364))
            for chance in chances
            if self.dice.random() < chance
        ]

    def plan_fur_workshops(self, year: Year, units: list[Unit]) -> None:
        """Three 三合一 fur workshops that stand suspended today, and some that resumed long ago."""
        sites = [unit for unit in units if "combined_use" in unit.flags and unit.place_type_id == "combined-three"]
        for number, unit in enumerate(sites[:3]):
            day = self.today - timedelta(days=20 + 9 * number)
            year.plan(day, 9, year.visit(unit, findings=3, only=("901", "904", "905")))

    def plan_chase(self, year: Year) -> None:
        """Weekly through the year, every working day of the last weeks: the inboxes are as they would be."""
        day = self.first
        while day <= self.today:
            recent = (self.today - day).days <= CHASE_WEEKS * 7
            if (recent and year.works(day)) or (not recent and day.weekday() == 0):
                year.plan(day, 8, self.chase)
            day += timedelta(days=1)

    def chase(self, moment) -> None:
        if moment.year in engine.loaded_calendar().loaded_years:
            engine.run(on=moment.date(), at=moment)

    # --- Quzhou -----------------------------------------------------------------------------------

    def play_city(self) -> None:
        for code, cast in self.counties.items():
            year = Year(self.dice, cast, {}, self.today)
            with clock_at(at(self.first, 9)), transaction.atomic():
                units = self.compose_city(code, cast)
            for unit in units:
                year.plan(self.first + timedelta(days=self.dice.randint(0, 360)), 10, year.visit(unit))
            year.play()
        year = Year(self.dice, self.city, {}, self.today)
        quzhou.ListedUnits(self.dice, self.city, self.counties, self.today, year).plan()
        year.play()
        with clock_at(at(self.today, 8)):
            self.chase(at(self.today, 8))
        self.say(f"Quzhou with its thirteen listed units ({len(year.refused)} acts refused)")
        self.refused += year.refused

    def compose_city(self, code: str, cast: people.Cast) -> list[Unit]:
        builder = premises.Builder(self.dice, code, cast.office, self.first)
        trades = [trade for trade in premises.COUNTY_TRADES if trade.place_type not in ("work-fur", "combined-three")]
        townships = list(Region.objects.filter(code__in=cast.officers))
        made = []
        for _number in range(int(CITY_UNITS * self.scale / len(self.counties)) + 1):
            township = self.dice.choice(townships)
            village = township.children.order_by("code").first() or township
            made.append(builder.compose(self.dice.choice(trades), village, township))
        return made
