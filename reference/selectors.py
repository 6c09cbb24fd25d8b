"""The questions that screens and services ask of the reference tables."""

import threading
import time
from datetime import date

from django.db.models import Count, F, Max, Q, QuerySet
from django.db.models.signals import post_delete, post_save
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from common.workdays import Calendar, Day, Explanation, YearNotLoaded
from reference.models import (
    CalendarDay,
    Checklist,
    CombinedUseLimit,
    HazardCategory,
    PlaceType,
    Region,
    SmallKind,
    in_chinese,
)

# How long another process may go on with a calendar that an administrator has just corrected here.
CALENDAR_SECONDS = 30

_kept = threading.local()


def calendar() -> Calendar:
    """The working days as loaded. Kept in the process and compared with the table every half minute."""
    now = time.monotonic()
    kept = getattr(_kept, "calendar", None)
    if kept and now < _kept.check_at and _kept.generation == _generation:
        return kept
    stamp = tuple(CalendarDay.objects.aggregate(rows=Count("pk"), last=Max("changed_at")).values())
    if not kept or stamp != _kept.stamp:
        rows = CalendarDay.objects.values_list("date", "is_workday", "note")
        _kept.calendar = Calendar((Day(*row) for row in rows), wording=why, refusal=year_refusal)
        _kept.stamp = stamp
    # An empty table is about to be filled: ask again next time.
    _kept.check_at = now + CALENDAR_SECONDS if stamp[0] else now
    _kept.generation = _generation
    return _kept.calendar


def people_work(day: date, known: Calendar | None = None) -> bool:
    """Whether offices are open on a day, by the official calendar; Monday to Friday in a year that is not loaded.

    `known` is the calendar, where many days are asked of it.
    """
    try:
        return (known or calendar()).is_workday(day)
    except YearNotLoaded:
        return day.weekday() < 5


_generation = 0


def forget_calendar(**_signal) -> None:
    """Make the next `calendar()` look at the table again, in every thread of this process."""
    global _generation
    _generation += 1


post_save.connect(forget_calendar, CalendarDay, dispatch_uid="forget_calendar_on_save")
post_delete.connect(forget_calendar, CalendarDay, dispatch_uid="forget_calendar_on_delete")


def why(explanation: Explanation) -> str:
    """The sentence behind a date: which days off were skipped and which weekends were worked."""
    end = {"days": explanation.days, "start": day_words(explanation.start), "due": day_words(explanation.due)}
    if not explanation.days:
        return _("The day itself: %(due)s.") % end
    if explanation.days > 0:
        told = _("%(days)d working days after %(start)s end on %(due)s.") % end
    else:
        told = _("%(days)d working days before %(start)s begin on %(due)s.") % (
            end | {"days": -explanation.days}
        )
    facts = [
        _("%(stretch)s off (%(names)s)")
        % {"stretch": stretch_words(off.first, off.last), "names": _list(off.notes)}
        for off in explanation.off
        if off.is_holiday
    ]
    facts += [
        _("%(day)s is a make-up working day") % {"day": stretch_words(day, day)}
        for day in explanation.made_up
    ]
    if facts:
        return _("%(sentence)s %(facts)s.") % {"sentence": told, "facts": _joined(facts)}
    if explanation.off:
        return _("%(sentence)s Weekends are not counted.") % {"sentence": told}
    return told


def year_refusal(year: int) -> str:
    """What to do when a computation leaves the loaded years."""
    return _(
        "The working days of %(year)d are not loaded, so the day cannot be computed."
        " Load the holiday notice of %(year)d first."
    ) % {"year": year}


def parent_on(region: Region, on: date) -> Region | None:
    """What the region was part of on a day, under whatever code it had then."""
    region = region_on(region, on)
    rows = region.memberships.filter(starts_on__lte=on) | region.memberships.filter(starts_on__isnull=True)
    row = rows.exclude(ends_on__lt=on).select_related("parent").first()
    return row.parent if row else region.parent


def region_on(region: Region, on: date) -> Region:
    """The row that stood for the region on a day: itself, a predecessor or a successor."""
    while region.valid_from and on < region.valid_from:
        before = region.predecessors.order_by("code").first()
        if before is None:
            break
        region = before
    while region.valid_to and on > region.valid_to and region.successor_id:
        region = region.successor
    return region


def regions_for_picker(*, parent: str, q: str = "", on: date) -> QuerySet:
    """What a select below `parent` offers: its parts, or with `q` everything below it that fits."""
    regions = Region.objects.current(on)
    if q.strip():
        return regions.under(parent).exclude(code=parent).search(q)
    return regions.filter(parent_id=parent or None)


def small_kinds(region_code: str, on: date) -> QuerySet:
    """The nine-small kinds that hold in a region: its own list, the nearest above, or the model list."""
    kinds = SmallKind.objects.current(on)
    jurisdictions = set(kinds.values_list("region_code", flat=True))
    fitting = [code for code in jurisdictions if region_code.startswith(code)]
    return kinds.filter(region_code=max(fitting, key=len, default=""))


def checklist_for(place_type: PlaceType | None, *, audience: str, on: date) -> Checklist:
    """The newest checklist for a place and an audience: of its type, the type's parent, or the general one.

    Raises Checklist.DoesNotExist where none is loaded.
    """
    lists = Checklist.objects.current(on).filter(audience=audience).order_by("-version")
    types = [place_type, place_type.parent] if place_type else []
    for kind in filter(None, types):
        if found := lists.filter(place_types=kind).first():
            return found
        if kind.checklist_code and (found := lists.filter(code=kind.checklist_code).first()):
            return found
    if found := lists.filter(code__in=("general", "grid")).first():
        return found
    raise Checklist.DoesNotExist


def categories(on: date) -> QuerySet:
    """The hazard catalogue of a day, in its order, with groups."""
    return (
        HazardCategory.objects.current(on)
        .select_related("group")
        .prefetch_related("clauses")
        .order_by("group__position", "position", "code")
    )


def catalogue(on: date, *, q: str = "", group: str = "") -> QuerySet:
    """The entries of the catalogue that hold the words, in their name, phrases, code or legal basis."""
    entries = categories(on)
    if group:
        entries = entries.filter(group=group)
    if q:
        basis = HazardCategory.objects.filter(clauses__name__icontains=q).values("pk")
        words = Q(name__icontains=q) | Q(name_en__icontains=q) | Q(phrases__icontains=q) | Q(code=q)
        entries = entries.filter(words | Q(pk__in=basis))
    return entries


def day_words(day: date) -> str:
    """A day with its year, in the language of the reader."""
    return date_format(day, "Y年n月j日" if in_chinese() else "j M Y")


def stretch_words(first: date, last: date) -> str:
    """From a day to a day, as short as the language allows."""
    if not in_chinese():
        return f"{day_words(first)} – {day_words(last)}" if first != last else day_words(first)
    begin = date_format(first, "n月j日")
    if first == last:
        return begin
    return begin + "至" + date_format(last, "n月j日" if first.month != last.month else "j日")


def _list(names: tuple[str, ...]) -> str:
    return "、".join(names) if in_chinese() else ", ".join(names)


def _joined(facts: list[str]) -> str:
    return ("；" if in_chinese() else "; ").join(facts)


def combined_use_limits(on: date) -> dict[str, CombinedUseLimit]:
    """The numbers of XF 703 that hold on a day, by their name.

    A later row for the same number is called `height_over@2027`; the one that began last holds.
    """
    rows = CombinedUseLimit.objects.current(on).order_by(F("valid_from").asc(nulls_first=True), "code")
    return {row.code.partition("@")[0]: row for row in rows}
