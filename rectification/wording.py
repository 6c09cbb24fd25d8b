"""The words of the letters: templates with named facts, checked when they are saved and compiled into SQL once a run.

The letters go to Chinese offices and name things as the field does, so they are data in Chinese, kept with the rung.
"""

from collections.abc import Callable, Mapping
from string import Formatter

FACTS = {
    "what": "what is owed: 整改期限, 复查, 挂牌督办进展报告",
    "when": "how its day stands: 还剩 4 天到期, 今天到期, 逾期 12 天; by the hour: 还剩 5 小时, 超过 2 小时",
    "days": "the number of days to the day or past it",
    "due_on": "the day, 2026年2月14日",
    "number": "the case number, or nothing where the thing concerns a unit",
    "unit": "the unit's name",
    "address": "the unit's address",
    "township": "the township's short name",
    "category": "the hazard as the catalogue names it",
    "part": "the part of the premises in brackets, or nothing",
    "description": "what was found",
    "inspector": "the inspector in charge, or 未指定",
    "why": "why this person gets the letter",
}


def names_in(template: str) -> list[str]:
    """The facts that a template asks for, in order. Raises ValueError where the braces do not match up or hold more."""
    found = []
    for _text, name, spec, conversion in Formatter().parse(template):
        if name is None:
            continue
        if spec or conversion or not name.isidentifier():
            raise ValueError("{" + name + "}")
        found.append(name)
    return found


def unknown_names(template: str) -> list[str]:
    """The names in a template that are no facts of a case. ValueError as names_in."""
    return [name for name in names_in(template) if name not in FACTS]


def compile_to_sql(template: str, expressions: Mapping[str, str], literal: Callable[[str], str]) -> str:
    """An SQL expression that writes the letter.

    `expressions` gives the SQL of each fact, `literal` a placeholder for a piece of text. Raises KeyError for a
    name that is no fact.
    """
    names_in(template)
    parts = []
    for text, name, _spec, _conversion in Formatter().parse(template):
        if text:
            parts.append(literal(text))
        if name is not None:
            parts.append(f"({expressions[name]})")
    return f"concat({', '.join(parts)})" if parts else "''"
