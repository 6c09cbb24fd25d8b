"""Writes docs/states.md from the table in hazards/states.py: `python -m devtools.states_doc`; a test compares."""

import os
import sys
from pathlib import Path

PATH = Path(__file__).resolve().parent.parent / "docs" / "states.md"


def text() -> str:
    """The page, in Chinese words beside the identifiers."""
    from django.utils import translation

    from accounts.roles import Role, roles_of
    from hazards import states
    from hazards.models import State
    from hazards.words import act_label

    with translation.override("zh-hans"):
        lines = [
            "# The life of a case",
            "",
            "Made from `hazards/states.py` by `python -m devtools.states_doc`; do not edit.",
            "",
            "Overdue (逾期), listed (挂牌), extended (延期), stopped (停产停业) and look-back (回头看) are not states:",
            "see `architecture.md`.",
            "",
            "## States",
            "",
            "| state | 名称 | the hazard stands | counted as found |",
            "|---|---|---|---|",
        ]
        lines += [
            f"| `{state}` | {State(state).label} | {'yes' if state in states.LIVE else 'no'}"
            f" | {'yes' if state in states.COUNTED else 'no'} |"
            for state in states.STATES
        ]
        lines += [
            "",
            "## Acts",
            "",
            "| act | 名称 | from | to | needs | permission | who |",
            "|---|---|---|---|---|---|---|",
        ]
        for act in states.ACTS.values():
            froms = ", ".join(f"`{state}`" for state in states.STATES if state in act.froms)
            who = "、".join(str(role.label) for role in Role if role in roles_of(act.permission))
            needs = ", ".join(f"`{need}`" for need in act.needs) or "—"
            to = f"`{act.to}`" if act.to else "stays"
            lines.append(
                f"| `{act.name}` | {act_label(act.name)} | {froms} | {to} | {needs} | `{act.permission}` | {who} |"
            )
    return "\n".join(lines) + "\n"


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    django.setup()
    PATH.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"{PATH}\n")


if __name__ == "__main__":
    main()
