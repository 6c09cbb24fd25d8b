"""When a hazard is found again: at the same unit, under the same clause, within so many months. Expressions of a query.

A fact of a case is OuterRef inside a query, or its value for one case; `inner` takes it one query deeper.
"""

from django.db.models import DateField, F, Func, IntegerField, OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import Coalesce, Concat
from django.db.models.lookups import In

from reference.models import HazardCategory, Limit

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
    rows = Limit.objects.filter(code="RECURRENCE").in_force(inner(found_on))
    months = Coalesce(Subquery(rows.values("amount")[:1]), MONTHS, output_field=IntegerField())
    return MonthsBefore(found_on, months)


def same_clause(category) -> Q:
    """The same hazard of the catalogue, or another that rests on one of its clauses.

    The pairs of such hazards are few and asked of nobody, so the database reads them once for a whole list.
    """
    pairs = HazardCategory.objects.values_list(pair("code", F("clauses__categories")))
    return Q(category=category) | Q(In(pair("category_id", category), pairs.order_by()))


def pair(one: str, other) -> Concat:
    return Concat(F(one), Value("|"), other, output_field=TextField())
