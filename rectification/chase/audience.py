"""Who hears the rungs of a run at the places of its things; each question is answered once."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from rectification.chase.people import Directory, Place
from rectification.chase.sql import Told
from rectification.models import ChaseClaim, Rung
from rectification.models.chase import Recipient

Outcome = ChaseClaim.Outcome


class Audience:
    """The people of a day, by place and rung. A place is a row of `sources.Taken.places`."""

    def __init__(self, rungs: dict[int, Rung], on: date):
        self.rungs, self.directory = rungs, Directory(on)
        self._told: dict[tuple, list[Told]] = {}
        self._whys: dict[tuple, str] = {}

    def at(self, places: list[tuple], rungs: set[int]) -> list[Told]:
        """Everybody who is told by one of the rungs at one of the places, which are named by their number."""
        self._read(places)
        return [
            replace(one, place=number)
            for number, place in enumerate(places)
            for rung in sorted(rungs)
            for one in self._told_at(place, rung)
        ]

    def missing(self, places: list[tuple], rungs: Iterable[int]) -> list[tuple]:
        """(number of the place, rung) of every rung with a role that nobody holds, and no office in its stead."""
        self._read(places)
        return [
            (number, rung)
            for number, place in enumerate(places)
            for rung in rungs
            if {one.kind for one in self._told_at(place, rung)} != set(self.rungs[rung].recipients)
        ]

    def whys(self, rungs: set[int]) -> list[tuple]:
        """(rung, role, person, why that person hears it) of those met so far."""
        return [(*key, why) for key, why in self._whys.items() if key[0] in rungs]

    def _read(self, places: list[tuple]) -> None:
        """The people named by the things themselves, in one look."""
        self.directory.read(
            user_id for _town, *users, _level, _department in places for user_id in users if user_id
        )

    def _told_at(self, place: tuple, rung: int) -> list[Told]:
        key = (place, rung)
        if key not in self._told:
            self._told[key] = list(self._find(place_of(place), self.rungs[rung]))
        return self._told[key]

    def _find(self, place: Place, rung: Rung) -> Iterator[Told]:
        seen: set[int] = set()
        for kind in rung.recipients:
            if kind == Recipient.OWNER:
                yield Told(0, rung.pk, kind, None, ChaseClaim.Via.PHONE, None, Outcome.TOLD, True)
                continue
            for number, person in enumerate(self.directory.told(kind, place)):
                self._whys[rung.pk, kind, person.user_id] = person.why
                outcome = Outcome.ALSO if person.user_id in seen else Outcome.TOLD
                seen.add(person.user_id)
                first = number == 0
                yield Told(0, rung.pk, kind, person.user_id, person.via, person.post_id, outcome, first)


def place_of(place: tuple) -> Place:
    township, inspector, person, asker, level, department = place
    return Place(township, inspector or None, person or None, asker or None, level, department)
