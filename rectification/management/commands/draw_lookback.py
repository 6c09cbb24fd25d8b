"""`manage.py draw_lookback --region CODE --quarter 2026Q3 --percent 5 --seed N [--commit]`: draws look-backs by lot."""

import json
from decimal import Decimal, InvalidOperation

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.models import User
from common import days
from common.errors import RuleBroken
from rectification.services import draws
from reference.models import Region


class Command(BaseCommand):
    help = "Show which closed cases a draw takes, by township, as one JSON line; with --commit make it."

    def add_arguments(self, parser):
        parser.add_argument("--region", required=True, metavar="CODE")
        parser.add_argument("--quarter", required=True, metavar="2026Q3")
        parser.add_argument("--percent", required=True, metavar="X")
        parser.add_argument("--seed", required=True, type=int, metavar="N")
        parser.add_argument(
            "--by", metavar="USER", help="draw as this person, inside that person's area only"
        )
        parser.add_argument("--commit", action="store_true", help="write the draw (default: show it)")

    def handle(self, *, region, quarter, percent, seed, by, commit, **options):
        asked = {
            "region": found(Region, code=region),
            "quarter": quarter.strip().upper(),
            "percent": number(percent),
            "seed": seed,
            "by": found(User, username=by) if by else None,
        }
        try:
            answer = made(asked) if commit else shown(asked)
        except RuleBroken as refusal:
            raise CommandError(str(refusal)) from refusal
        facts = {"region": region, "quarter": asked["quarter"], "percent": percent, "seed": seed}
        self.stdout.write(json.dumps(facts | answer, ensure_ascii=False))


def shown(asked: dict) -> dict:
    lots = draws.preview(**asked, on=days.today())
    return {"committed": False, "closed": lots.closed, "count": lots.count, "drawn": lots.drawn}


def made(asked: dict) -> dict:
    """The draw as it was written, now or by an earlier run with the same seed."""
    draw = draws.draw(**asked, at=days.now())
    drawn = draws.lots_of(draw)
    return {
        "committed": True,
        "draw": draw.pk,
        "closed": drawn.closed,
        "count": drawn.count,
        "drawn": drawn.drawn,
    }


def found(model, **key):
    row = model.objects.filter(**key).first()
    if row is None:
        raise CommandError(_("“%(what)s” is not known.") % {"what": next(iter(key.values()))})
    return row


def number(text: str) -> Decimal:
    """A percentage as it is typed, kept with two places as the draw is."""
    try:
        value = Decimal(text)
        if not value.is_finite() or value != value.quantize(Decimal("0.01")):
            raise InvalidOperation
    except InvalidOperation as error:
        raise CommandError(
            _("“%(text)s” is not a percentage. Write it as 5 or 2.5.") % {"text": text}
        ) from error
    return value
