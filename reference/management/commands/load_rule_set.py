"""`manage.py load_rule_set FILE.csv --signed-off-by NAME --on DATE`: one checked version of the rules."""

from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from common import days
from common.errors import RuleBroken
from reference.services.rule_sets import load_signed_off


class Command(BaseCommand):
    help = (
        "Load a set of rules on major fire hazards that somebody compared with the printed standard. "
        "Bad rows are listed and nothing is written; older versions stay for the determinations that used them."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE.csv", type=Path)
        parser.add_argument("--signed-off-by", required=True, metavar="NAME")
        parser.add_argument("--on", required=True, metavar="YYYY-MM-DD", help="the day of the sign-off")

    def handle(self, *, file, signed_off_by, on, **options):
        try:
            rule_set, changed = load_signed_off(file, by=signed_off_by, on=day(on), today=days.today())
        except RuleBroken as refusal:
            raise CommandError(str(refusal)) from refusal
        facts = {"set": rule_set, "by": rule_set.signed_off_by, "on": rule_set.signed_off_on.isoformat()}
        if changed:
            self.stdout.write(_("%(set)s is loaded, signed off by %(by)s on %(on)s.") % facts)
        else:
            self.stdout.write(
                _("%(set)s was signed off by %(by)s on %(on)s already; nothing changed.") % facts
            )


def day(text: str) -> date:
    """A day as it is typed; CommandError with a sentence where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(_("“%(text)s” is not a day. Write it as 2026-02-14.") % {"text": text}) from error
