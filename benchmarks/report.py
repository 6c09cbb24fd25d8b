"""What was measured, as a table for people and as a list for programs, and which targets it meets."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

LATEST = Path(__file__).resolve().parent / "out" / "latest.json"
STATEMENTS = 12
LARGE = 1_000_000


@dataclass(frozen=True)
class Figure:
    """One line: a value, the floor it is compared with, and their ratio."""

    name: str
    value: float
    unit: str
    floor: float | None
    ratio: float | None
    cases: int
    kind: str = ""  # which target holds for it: page, leader, filing, chase, statements

    @property
    def target(self) -> float | None:
        """The most that the ratio (for statements: the value) may be."""
        page = 6 if self.cases >= LARGE else 5
        targets = {"page": page, "leader": 5, "filing": 25, "chase": 2, "statements": STATEMENTS}
        return targets.get(self.kind)

    @property
    def misses(self) -> bool:
        measured = self.value if self.kind == "statements" else self.ratio
        return self.target is not None and measured is not None and measured > self.target


def figure(
    name: str, value: float, unit: str, cases: int, *, floor: float | None = None, kind: str = ""
) -> Figure:
    """A figure with rounded numbers and its ratio to the floor."""
    return Figure(
        name,
        round(value, 4),
        unit,
        None if floor is None else round(floor, 4),
        None if not floor else round(value / floor, 2),
        cases,
        kind,
    )


def write(figures: Iterable[Figure], path: Path = LATEST) -> None:
    """The list for programs: {name, value, unit, floor, ratio, cases, target, misses}."""
    rows = []
    for one in figures:
        row = asdict(one) | {"target": one.target, "misses": one.misses}
        del row["kind"]
        rows.append(row)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def table(figures: Iterable[Figure]) -> str:
    """The same for people; what misses its target is marked."""
    lines = [("", "value", "floor", "ratio", "target", "")]
    for one in figures:
        lines.append(
            (
                one.name,
                shown(one.value, one.unit),
                "" if one.floor is None else shown(one.floor, one.unit),
                "" if one.ratio is None else f"{one.ratio:.2f}",
                "" if one.target is None else f"<= {one.target:g}",
                "MISSED" if one.misses else "",
            )
        )
    widths = [max(len(line[at]) for line in lines) for at in range(6)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if at else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def shown(value: float, unit: str) -> str:
    if unit == "s":
        return f"{value * 1000:,.1f} ms" if value < 10 else f"{value:,.1f} s"
    if unit == "statements":
        return f"{value:g} stmts"
    return f"{value:,.4g} {unit}"
