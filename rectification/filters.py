"""How lists of measures on units are narrowed over the API: suspensions, seals, look-backs, watches, orders."""

import django_filters as df
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import within
from common.days import end_of, now, today
from hazards.filters import YES_NO, region_code
from rectification.models import Complaint, LookBack, Seal, Suspension, Watch


class AtUnit(df.FilterSet):
    """What stands at one unit, or at the units of a region."""

    unit = df.NumberFilter(label=_("Unit"), method="at_unit")
    region = df.CharFilter(label=_("Region"), method="in_region", validators=[region_code])

    THE_UNIT = "unit"
    """Where the row finds its unit."""

    def at_unit(self, queryset, name, value):
        return queryset.filter(**{f"{self.THE_UNIT}_id": int(value)})

    def in_region(self, queryset, name, value):
        return queryset.filter(within(f"{self.THE_UNIT}__region_id", [value]))


def one_or_the_other(queryset, condition: Q, value: str):
    """The rows of which a claim is true, or those of which it is not."""
    return queryset.filter(condition) if value == "true" else queryset.exclude(condition)


class SuspensionFilter(AtUnit):
    status = df.ChoiceFilter(label=_("Status"), choices=Suspension.Status.choices)
    kind = df.ChoiceFilter(label=_("What is stopped"), choices=Suspension.Kind.choices)
    asked = df.ChoiceFilter(label=_("Asked to resume, not decided"), choices=YES_NO, method="by_request")

    def by_request(self, queryset, name, value):
        waits = Suspension.objects.filter(resumptions__decision="").values("pk")
        return one_or_the_other(queryset, Q(pk__in=waits), value)


class SealFilter(AtUnit):
    status = df.ChoiceFilter(label=_("Status"), choices=Seal.Status.choices)
    urgent = df.ChoiceFilter(label=_("Sealed on oral consent"), choices=YES_NO, method="by_urgency")
    unstudied = df.ChoiceFilter(label=_("Study still owed"), choices=YES_NO, method="by_study")
    ends_before = df.DateFilter(label=_("In force, and ending until"), method="ending")
    asked = df.ChoiceFilter(label=_("Asked to lift, not decided"), choices=YES_NO, method="by_request")

    def by_urgency(self, queryset, name, value):
        return queryset.filter(urgent=value == "true")

    def by_study(self, queryset, name, value):
        return one_or_the_other(queryset, Q(pk__in=Seal.objects.unstudied().values("pk")), value)

    def ending(self, queryset, name, value):
        return queryset.ending(now(), end_of(value))

    def by_request(self, queryset, name, value):
        waits = Seal.objects.filter(requests__decision="").values("pk")
        return one_or_the_other(queryset, Q(pk__in=waits), value)


class LookBackFilter(AtUnit):
    THE_UNIT = "case__unit"

    case = df.NumberFilter(label=_("Case"), method="of_case")
    outcome = df.ChoiceFilter(label=_("Result"), choices=LookBack.Outcome.choices)
    why = df.ChoiceFilter(label=_("Why"), choices=LookBack.Why.choices)
    pending = df.ChoiceFilter(label=_("Waiting to be made"), choices=YES_NO, method="by_waiting")
    late = df.ChoiceFilter(label=_("Overdue"), choices=YES_NO, method="by_lateness")
    due_after = df.DateFilter(label=_("Due from"), field_name="due_on", lookup_expr="gte")
    due_before = df.DateFilter(label=_("Due until"), field_name="due_on", lookup_expr="lte")

    def of_case(self, queryset, name, value):
        return queryset.filter(case_id=int(value))

    def by_waiting(self, queryset, name, value):
        return one_or_the_other(queryset, Q(pk__in=LookBack.objects.pending().values("pk")), value)

    def by_lateness(self, queryset, name, value):
        return one_or_the_other(queryset, Q(pk__in=LookBack.objects.late(today()).values("pk")), value)


class WatchFilter(AtUnit):
    why = df.ChoiceFilter(label=_("Why"), choices=Watch.Why.choices)
    standing = df.ChoiceFilter(label=_("Watched today"), choices=YES_NO, method="by_standing")
    due = df.ChoiceFilter(label=_("To be looked at by today"), choices=YES_NO, method="by_due")

    def by_standing(self, queryset, name, value):
        return one_or_the_other(queryset, Q(pk__in=Watch.objects.standing(today()).values("pk")), value)

    def by_due(self, queryset, name, value):
        return one_or_the_other(queryset, Q(pk__in=Watch.objects.due(today()).values("pk")), value)


class OrderFilter(AtUnit):
    case = df.NumberFilter(label=_("Case"), method="of_case")
    served = df.ChoiceFilter(label=_("Served"), choices=YES_NO, method="by_service")
    void = df.ChoiceFilter(label=_("Void"), choices=YES_NO, method="by_void")
    issued_after = df.DateFilter(label=_("Issued from"), field_name="issued_at__date", lookup_expr="gte")
    issued_before = df.DateFilter(label=_("Issued until"), field_name="issued_at__date", lookup_expr="lte")

    def of_case(self, queryset, name, value):
        return queryset.filter(items__case_id=int(value))

    def by_service(self, queryset, name, value):
        return one_or_the_other(queryset, Q(served_on__isnull=False), value)

    def by_void(self, queryset, name, value):
        return one_or_the_other(queryset, Q(document__voided_at__isnull=False), value)


class ComplaintFilter(AtUnit):
    matter = df.ChoiceFilter(label=_("What it is about"), choices=Complaint.Matter.choices)
    checked = df.ChoiceFilter(label=_("Checked on the spot"), choices=YES_NO, method="by_check")

    def by_check(self, queryset, name, value):
        return one_or_the_other(queryset, Q(checked_at__isnull=False), value)
