"""What may follow a re-inspection that was not passed: the measures, the likeliest first. Plain arithmetic.

The order is a proposal of ours, drawn from practice (graver, again, oftener, longer: higher up); which measure
is taken is decided by people in the measure's own procedure. No Django in here.
"""

from dataclasses import dataclass

PENALTY, SEAL, SUSPEND, LIST, INSTRUCT = "penalty", "seal", "suspend", "list", "instruct"

BASIS = {
    PENALTY: "《中华人民共和国消防法》第六十条第一款第七项",
    SEAL: "《中华人民共和国消防法》第五十四条；《消防监督检查规定》第二十二条",
    SUSPEND: "《中华人民共和国消防法》第七十条",
    LIST: "《中华人民共和国消防法》第五十五条",
    INSTRUCT: "",
}
"""The clause that each measure stands on; an instruction needs none."""


@dataclass(frozen=True)
class Standing:
    """What of a case counts for the order: grade, listing, its round, times not passed in it, calendar days overdue."""

    is_major: bool = False
    is_listed: bool = False
    is_stopped: bool = False
    round: int = 1
    failed: int = 1
    overdue: int = 0


def weights(case: Standing) -> dict[str, int]:
    """How much speaks for each measure that is possible; a greater number comes first.

    A stopped unit is not stopped again; only a major hazard that hangs on no board is listed.
    """
    again = 10 * (case.failed - 1) + 10 * (case.round - 1)
    late = min(case.overdue, 60) // 3
    found = {
        PENALTY: 40 + again + late,
        SEAL: (45 if case.is_major else 10) + again,
        INSTRUCT: 20 + late,
    }
    if not case.is_stopped:
        found[SUSPEND] = (42 if case.is_major else 8) + again + late
    if case.is_major and not case.is_listed:
        found[LIST] = 50 + again
    return found


def ranked(case: Standing) -> list[str]:
    """The possible measures, the likeliest first; equal ones in the order of their names above."""
    order = [PENALTY, SEAL, SUSPEND, LIST, INSTRUCT]
    found = weights(case)
    return sorted(found, key=lambda name: (-found[name], order.index(name)))
