"""`manage.py determine FILE.json [--on DATE]`: the engine's proposal on whether hazards are major ones, as JSON."""

import json
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from common import days
from common.errors import RuleBroken
from hazards.proposals import propose


class Command(BaseCommand):
    help = "Say what the rules on major fire hazards propose for one question, or for a list. It decides nothing."

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE.json", help="one question or a list of them; - for stdin")
        parser.add_argument("--on", metavar="YYYY-MM-DD", help="the day of the decision (default: today)")

    def handle(self, *, file, on, **options):
        on = days.today() if on is None else day(on)
        asked = parsed(file)
        try:
            answer = (
                [entry(raw, at, on) for at, raw in enumerate(asked)]
                if isinstance(asked, list)
                else propose(asked, on=on)
            )
        except RuleBroken as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))


def entry(raw, at: int, on: date) -> dict:
    """One question of a list; a refusal says which."""
    try:
        return propose(raw, on=on)
    except RuleBroken as refusal:
        words = _("Question %(number)d: %(what)s") % {"number": at + 1, "what": refusal}
        raise RuleBroken(words, code=refusal.code, field=refusal.field) from refusal


def parsed(file: str):
    """The JSON of the file. Numbers stay exact. CommandError with a sentence."""
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
        return json.loads(text, parse_float=Decimal)
    except (OSError, ValueError, RecursionError) as error:
        raise CommandError(
            _("%(file)s cannot be read: %(error)s") % {"file": file, "error": error}
        ) from error


def day(text: str) -> date:
    """A day as it is typed; CommandError with a sentence where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(_("“%(text)s” is not a day. Write it as 2026-02-14.") % {"text": text}) from error
