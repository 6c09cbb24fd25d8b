"""Builds both scenarios: people, register, a year, the listed units, the chase, and a visit begun this morning."""

import random
import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone, translation

from devtools.demo import again, complaining, disobeyed, handing, people, premises, pressing, sealed
from devtools.demo.clock import Times, at, clock_at, light_transactions
from devtools.demo.desk import STANDS, WAITS, Desk, Temper
from devtools.demo.field import MOST_FINDINGS, Field
from devtools.demo.listed import FOUR, THIRTEEN, Board
from devtools.demo.year import Here, Worker, can_divide, play, weeks
from inspections import services as visits
from reference.models import Region
from units import workbook
from units.flags import Flag
from units.models import Unit
from units.services import imports

SAMPLE = Path(settings.BASE_DIR) / "units" / "data" / "sample-register.xlsx"
COMPOSED, CASES = 430, 2420
CITY_UNITS, CITY_CASES = 60, 90
FUR_TOWN = "131121102"
SLEEPING = ("901", "904", "905")

# Two townships that lag, one that is exemplary; the rest lie between.
WEAK = Temper(0.68, 14, 0.15, 0.025)
POOR = Temper(0.76, 10, 0.12, 0.015)
FINE = Temper(0.97, 2, 0.03, 0.0)


class Build:
    """One run, repeatable by its seed; `scale` shrinks it for tests."""

    def __init__(
        self,
        *,
        password: str,
        on: date,
        now: datetime | None = None,
        seed: int = 131121,
        scale: float = 1.0,
        out=None,
    ):
        self.seed, self.scale, self.out = seed, scale, out or sys.stderr
        self.hiring = people.Hiring(password)
        self.times = Times(on, now or timezone.now())
        self.refused: list[str] = []
        self.clock = time.monotonic()

    @property
    def today(self) -> date:
        return self.times.today

    def say(self, words: str) -> None:
        self.out.write(f"  {time.monotonic() - self.clock:5.1f} s  {words}\n")
        self.out.flush()

    def dice(self, what: str) -> random.Random:
        """Each part throws its own dice, so that what runs beside it changes nothing."""
        return random.Random(f"{self.seed} {what}")

    def run(self) -> None:
        with translation.override("zh-hans"):
            start = at(self.times.first - timedelta(days=20), 9)
            with clock_at(start), transaction.atomic():
                self.county = people.zaoqiang(self.hiring, self.today)
                self.city, self.counties = people.quzhou(self.hiring)
            self.say(f"{self.hiring.made} people and their posts")
            codes = sorted(self.counties)
            # Two at once beside the register of Zaoqiang: no county shares a number with another.
            city = [Worker(self.play_city_apart, codes[n::2]) for n in (0, 1)] if can_divide() else []
            self.register(start)
            self.say(f"{Unit.objects.under(people.COUNTY).count()} units on the register of Zaoqiang")
            for worker in city:
                self.refused += worker.hear()
                worker.end()
            if not city:
                self.refused += self.play_city(codes)
            self.say("Quzhou with its thirteen listed units")
            self.play_county()
            self.say("a year in Zaoqiang")
            self.look_again()
            self.say("look-backs, a quarter drawn by lot")
            with transaction.atomic():
                pressing.press(self.county, self.times)
                complaining.complain(self.county, self.times)
                handing.hand_over(self.county, self.times)
                self.begin_visit()
                people.administrator(self.hiring)
                people.number_papers_of_the_city()
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")

    # --- the register -----------------------------------------------------------------------------

    def register(self, start: datetime) -> None:
        """Two ledgers through the importer: the sample workbook, and premises composed like it."""
        with light_transactions(), clock_at(start), transaction.atomic():
            if self.scale >= 1:
                self.load(workbook.read(SAMPLE.read_bytes(), SAMPLE.name), start.date())
            self.load(self.composed(start.date()), start.date())

    def load(self, table: workbook.Table, on: date, by=None) -> None:
        by = by or self.county.office
        counts = imports.commit(imports.stage(table, by=by, on=on), by=by, on=on)
        if counts["bad"]:
            self.refused.append(f"{counts['bad']} lines of the ledger {table.filename}")

    def composed(self, on: date) -> workbook.Table:
        """Premises of every kind, spread over the villages; furs in 大营 above all."""
        dice = self.dice("register")
        villages = list(
            Region.objects.filter(code__startswith=people.COUNTY, level="village").select_related("parent")
        )
        fur = [village for village in villages if village.parent_id == FUR_TOWN]
        trades, weights = premises.COUNTY_TRADES, [trade.weight for trade in premises.COUNTY_TRADES]
        count = max(len(trades) + 6, int(COMPOSED * self.scale))
        wanted = []
        for number in range(count):
            # One of each kind, six fur workshops where people sleep, and then as the county is.
            of_each = (*trades, *[FUR_WORKSHOP] * 6)
            trade = of_each[number] if number < len(of_each) else dice.choices(trades, weights)[0]
            at_home = trade == FUR_WORKSHOP and number < len(of_each)
            if at_home or ("裘皮" in trade.words and dice.random() < 0.7):
                village = dice.choice(fur)
            else:
                village = dice.choice(villages)
            wanted.append((trade, village, village.parent))
        return premises.Builder(dice, people.COUNTY, self.county.office, on).ledger(wanted)

    # --- Zaoqiang ---------------------------------------------------------------------------------

    def play_county(self) -> None:
        field = Field(self.dice("field"), self.county, self.times, photos=int(40 * self.scale) + 2)
        desk = Desk(self.dice("desk"), self.county, self.times, self.tempers())
        units = list(Unit.objects.under(people.COUNTY).defer("search_text", "grams").order_by("number"))
        dice = self.dice("plan")
        in_fur_town = [unit for unit in units if unit.region_id.startswith(FUR_TOWN)]
        workshops = [unit for unit in in_fur_town if unit.name.endswith(FUR_WORKSHOP.words)]
        stopped, rest = workshops[:3], [one for one in units if one not in workshops[:3]]
        sleeping = [one for one in rest if Flag.COMBINED_USE in one.flags]
        self.plan_stops(field, dice, stopped, sleeping)
        self.plan_visits(field, dice, [one for one in rest if one not in sleeping])
        self.plan_boards(field, desk, rest)
        sealed.plan(desk)
        disobeyed.Disobeyed(desk).plan()
        play(field, desk, self.times, self.say)
        self.refused += field.queue.refused + desk.queue.refused

    def look_again(self) -> None:
        dice = self.dice("again")
        with light_transactions():
            again.look_again(self.county, self.times, dice)
            again.draw_quarter(self.county, self.times, dice)
            again.watch_stopped(self.county, self.times)
            again.void_some(self.county, self.times)

    def tempers(self) -> dict[str, Temper]:
        codes, dice = list(self.county.officers), self.dice("tempers")
        tempers = {code: Temper(dice.uniform(0.90, 0.97), dice.uniform(3, 6), never=0.004) for code in codes}
        tempers[codes[1]], tempers[codes[4]], tempers[codes[6]] = WEAK, POOR, FINE
        return tempers

    def plan_stops(
        self, field: Field, dice: random.Random, stopped: list[Unit], sleeping: list[Unit]
    ) -> None:
        """三合一 sites: three stand suspended, two wait for the office, those found earlier have resumed."""
        back = lambda days: self.today - timedelta(days=days)  # noqa: E731
        for number, unit in enumerate(stopped):
            field.visit(unit, back(24 + 9 * number), 3 + number % 2, only=SLEEPING, days=30, story=STANDS)
        yesterday = self.today - timedelta(days=1)
        while not self.times.works(yesterday):
            yesterday -= timedelta(days=1)
        for unit in sleeping[:2]:
            field.visit(unit, yesterday, 3, only=SLEEPING[:2], days=10, story=WAITS)
        for unit in sleeping[2:]:
            if dice.random() < 0.8:
                field.visit(unit, back(dice.randint(75, 360)), dice.randint(2, 5), only=SLEEPING[1:2])

    def plan_visits(self, field: Field, dice: random.Random, units: list[Unit]) -> None:
        """Visits until the year has its number of hazards: dangerous places more often, some offenders again and
        again, more of everything in the winter campaign of the last weeks."""
        tiny = max(self.county.officers)
        few = [unit for unit in units if unit.region_id.startswith(tiny)][:2]
        units = [unit for unit in units if not unit.region_id.startswith(tiny)]
        offenders = set(dice.sample(range(len(units)), max(2, int(12 * self.scale))))
        weights = [
            6
            if n in offenders
            else 2
            if {Flag.KEY_UNIT, Flag.CROWDED, Flag.FLAMMABLE} & set(unit.flags)
            else 1
            for n, unit in enumerate(units)
        ]
        seen: dict[int, list[date]] = {}
        left = CASES * self.scale * 0.94  # the rest are those of 三合一 sites and of the boards
        for unit in few:
            field.visit(unit, self.today - timedelta(days=dice.randint(20, 200)), 2)
        while left > 0:
            unit = dice.choices(units, weights)[0]
            ago = dice.randint(1, 30) if dice.random() < 0.30 else dice.randint(1, 364)
            day = self.times.working_day(self.today - timedelta(days=ago))
            if len(seen.get(unit.pk, ())) > 5 or any(
                abs((day - other).days) < 20 for other in seen.get(unit.pk, ())
            ):
                continue
            seen.setdefault(unit.pk, []).append(day)
            findings = 0 if dice.random() < 0.08 else min(MOST_FINDINGS, 2 + int(dice.expovariate(1 / 2.9)))
            field.visit(unit, day, findings)
            left -= findings

    def plan_boards(self, field: Field, desk: Desk, units: list[Unit]) -> None:
        """What Zaoqiang's government lists, at places of the register that fit."""
        board, taken = Board(field, desk, paper="枣政函"), set()
        for number, listed in enumerate(FOUR):
            fitting = [unit for unit in units if Flag.CROWDED in unit.flags and unit.pk not in taken]
            same = [unit for unit in fitting if unit.place_type_id == listed.trade.place_type] or fitting
            taken.add(same[0].pk)
            board.plan(number, listed, same[0])

    # --- Quzhou -----------------------------------------------------------------------------------

    def play_city_apart(self, line, codes: list[str]) -> None:
        line.send(self.play_city(codes))

    def play_city(self, codes: list[str]) -> list[str]:
        """Each county its own year; no chase of its own: the county's runs speak for everybody."""
        refused = []
        listed = list(enumerate(THIRTEEN))
        for code in codes:
            place = sorted(self.counties).index(code)
            cast, dice = self.counties[code], self.dice(code)
            start = at(self.times.first - timedelta(days=20), 9)
            with light_transactions(), clock_at(start), transaction.atomic():
                mine = [one for one in listed if one[0] % len(self.counties) == place]
                boards, units = self.compose_city(code, cast, dice, mine, start.date(), place)
            field = Field(dice, cast, self.times, photos=2)
            desk = Desk(self.dice(f"{code} desk"), cast, self.times, {})
            board = Board(
                field, desk, paper=f"{Region.objects.get(pk=code).short_name[:1]}政函", city=self.city
            )
            for (number, one), unit in zip(mine, boards, strict=True):
                board.plan(number, one, unit)
            for unit in units:
                day = self.times.working_day(self.times.first + timedelta(days=dice.randint(0, 355)))
                field.visit(unit, day, dice.randint(1, 2))
            with light_transactions():
                self.play_here(field, desk)
            refused += field.queue.refused + desk.queue.refused
        return refused

    def play_here(self, field: Field, desk: Desk) -> None:
        hands = Here(field)
        for stretch in weeks(self.times):
            hands.begin(desk.give())
            for day in stretch:
                desk.play(day)
                desk.receive(hands.day(day))

    def compose_city(
        self, code: str, cast: people.Cast, dice: random.Random, listed: list, on: date, place: int
    ):
        """The listed units of one county, and others around them: (listed, others)."""
        builder = premises.Builder(dice, code, cast.office, on, serial=2000 + 200 * place)
        townships = list(Region.objects.filter(code__in=cast.officers).order_by("code"))
        trades = [
            trade
            for trade in premises.COUNTY_TRADES
            if trade.place_type not in ("work-fur", "combined-three")
        ]

        def somewhere():
            township = dice.choice(townships)
            return township.children.order_by("code").first() or township, township

        boards = []
        for number, one in listed:
            village, township = somewhere()
            name = f"{township.short_name}{'金龙富华新凯'[number % 6]}{'盛达'[number % 2]}{one.trade.words}"
            boards.append(builder.compose(one.trade, village, township, name=name))
        count = max(2, int(CITY_UNITS * self.scale / len(self.counties)))
        table = builder.ledger([(dice.choice(trades), *somewhere()) for _ in range(count)])
        self.load(table, on, by=cast.office)
        known = {unit.pk for unit in boards}
        return boards, [one for one in Unit.objects.under(code).order_by("number") if one.pk not in known]

    # --- this morning -----------------------------------------------------------------------------

    def begin_visit(self) -> None:
        """A visit of inspector1 that is half filled in: what the person who opens the demo goes on with."""
        by, partner = self.county.inspectors[:2]
        moment = min(at(self.today, 9, 10), self.times.now - timedelta(minutes=25))
        unit = (
            Unit.objects.under(people.COUNTY)
            .current()
            .filter(place_type="hotel-inn")
            .order_by("number")
            .last()
        )
        with clock_at(moment):
            draft = visits.start(unit=unit, kind="spot", by=by, at=moment, officers=[by, partner])
            answers = list(draft.answers.order_by("number"))
            for number, answer in enumerate(answers[: len(answers) // 2]):
                visits.answer(draft, answer, "fail" if number == 3 else "ok", by=by)
            finding = draft.findings.select_related("category").first()
            if finding:
                words = (finding.category.phrases or [finding.category.name])[0]
                visits.change_finding(finding, by=by, description=words, part="一层")


FUR_WORKSHOP = next(trade for trade in premises.COUNTY_TRADES if trade.words == "裘皮作坊")
