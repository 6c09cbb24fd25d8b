"""When a hazard is found again: at the same unit, under the same clause, within so many months. Expressions of a query.

A fact of a case is OuterRef inside a query, or its value for one case; `inner` takes it one query deeper.
"""

from django.db.models import DateField, F, Func, IntegerField, OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import Coalesce, Concat
from django.db.models.lookups import In

from reference.models import HazardCategory, Limit

PUNISHES = r"^FL-(5[89]|6[0-9]|7[0-2])(-|$)"
"""Fire Law ch. 6 (Art. 58-72) says what a breach costs, not what was breached; half of the catalogue cites one."""

MONTHS = 12
"""What holds where the table has no such row."""


class MonthsBefore(Func):
    """The same day so many months before; the last of that month where it has no such day."""

    template = "(%(expressions)s))::date"
    arg_joiner = " - make_interval(months => "
    output_field = DateField()


def inner(fact):
    """The same fact, asked from a query inside the query."""
    return OuterRef(fact) if isinstance(fact, F) else fact


def since(found_on) -> MonthsBefore:
    """The first day a finding of which makes one of `found_on` a recurrence: the row in force on that day says."""
    begun = Limit.objects.filter(code="RECURRENCE", valid_from__lte=inner(found_on)).order_by("-valid_from")
    months = Coalesce(Subquery(begun.values("amount")[:1]), MONTHS, output_field=IntegerField())
    return MonthsBefore(found_on, months)


def same_clause(category) -> Q:
    """The same hazard of the catalogue, or another that rests on one of its clauses.

    The pairs of such hazards are few and asked of nobody, so the database reads them once for a whole list.
    """
    duties = HazardCategory.objects.annotate(duty=F("clauses__code")).exclude(duty__regex=PUNISHES)
    pairs = duties.values_list(pair("code", F("clauses__categories")))
    return Q(category=category) | Q(In(pair("category_id", category), pairs.order_by()))


def pair(one: str, other) -> Concat:
    return Concat(F(one), Value("|"), other, output_field=TextField())
