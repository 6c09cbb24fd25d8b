"""Joint enforcement (联合执法): the other departments on one visit, and how a form writes them. Plain Python."""

import re

MOST_PARTIES = 12
MOST_PEOPLE = 20
LONGEST_NAME = 60
LONGEST_DEPARTMENT = 120

SEPARATORS = re.compile(r"[、，,;；\s]+")


def parse(text: str) -> list[dict]:
    """One department a line, its people after a colon: "住建局：张三、李四" -> {"department", "people"}."""
    parties = []
    for line in text.replace("\x00", "").splitlines():
        department, _colon, people = line.replace(":", "：").partition("：")
        if line.strip():
            names = [name for name in SEPARATORS.split(people.strip()) if name]
            parties.append({"department": department.strip(), "people": names})
    return parties


def text_of(parties: list[dict]) -> str:
    """The same the other way round: what stands in the form."""
    return "\n".join(f"{party['department']}：{'、'.join(party['people'])}" for party in parties)


def cleaned(parties: list[dict]) -> list[dict]:
    """The parties without blanks and repetitions, in their order."""
    rows = []
    for party in parties:
        names = list(
            dict.fromkeys(str(name).strip() for name in party.get("people") or () if str(name).strip())
        )
        rows.append({"department": str(party.get("department") or "").strip(), "people": names})
    return rows


def wrong_in(parties: list[dict]) -> str:
    """Which rule the parties break: "" where none, else unnamed, nobody, twice, long or many."""
    departments = [party["department"] for party in parties]
    if any(not name for name in departments):
        return "unnamed"
    if any(not party["people"] for party in parties):
        return "nobody"
    if len(set(departments)) != len(departments):
        return "twice"
    names = [name for party in parties for name in party["people"]]
    if any(len(name) > LONGEST_DEPARTMENT for name in departments) or any(
        len(n) > LONGEST_NAME for n in names
    ):
        return "long"
    too_many = len(parties) > MOST_PARTIES or any(len(party["people"]) > MOST_PEOPLE for party in parties)
    return "many" if too_many else ""
