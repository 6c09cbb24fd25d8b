"""The questions that the lists of look-backs, draws and watches ask."""

from datetime import timedelta

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import gettext as _

from common.listing import capped_counts, tabs_of
from rectification.models import Draw, LookBack, Watch, WatchLook
from reference.models import Region

SOON_DAYS = 7
"""Calendar days ahead that the list of look-backs calls due: what an inspector can take along this week."""


def look_back_desk(user, tab: str, on, unit: int | None = None):
    """The tab shown, its look-backs and all tabs with their counts; those of one unit where one is named."""
    rows = LookBack.objects.visible_to(user).select_related(
        "case__unit", "case__region", "case__category", "draw", "recorded_by"
    )
    if unit:
        rows = rows.filter(case__unit_id=unit)
    parts = {
        "due": rows.pending().filter(due_on__lte=on + timedelta(days=SOON_DAYS)),
        "late": rows.late(on),
        "coming": rows.pending().filter(due_on__gt=on + timedelta(days=SOON_DAYS)),
        "drawn": rows.pending().exclude(draw=None),
        "held": rows.filter(outcome=LookBack.Outcome.HOLDS).order_by("-held_on", "-pk"),
        "relapsed": rows.relapsed().order_by("-held_on", "-pk"),
    }
    if unit:
        parts["all"] = rows
    tab = tab if tab in parts else "all" if unit else "due"
    return tab, parts[tab], look_back_tabs(capped_counts(**parts), tab, unit)


def look_back_tabs(counts: dict[str, int], current: str, unit: int | None) -> list[dict]:
    labels = {
        "due": _("To look back"),
        "late": _("Look-back overdue"),
        "coming": _("Look-backs to come"),
        "drawn": _("Drawn by lot"),
        "held": _("Holds"),
        "relapsed": _("Relapse"),
        "all": _("All"),
    }
    more = f"&unit={unit}" if unit else ""
    return tabs_of(
        reverse("rectification:lookbacks"),
        labels,
        counts,
        current,
        tones={"late": "danger", "relapsed": "danger"},
        more=more,
    )


def watch_desk(user, tab: str, on):
    """The tab shown, its watches with what was seen last, and all tabs with their counts."""
    rows = Watch.objects.visible_to(user).select_related("unit__region", "suspension__document")
    looks = WatchLook.objects.select_related("seen_by")
    parts = {
        "due": rows.due(on),
        "standing": rows.standing(on),
        "producing": rows.standing(on).filter(looks__outcome=WatchLook.Outcome.PRODUCING).distinct(),
        "ended": rows.exclude(pk__in=Watch.objects.standing(on).values("pk")).order_by("-ended_on", "-pk"),
    }
    tab = tab if tab in parts else "due"
    shown = parts[tab].prefetch_related(Prefetch("looks", looks))
    return tab, shown, watch_tabs(capped_counts(**parts), tab)


def watches_of(unit_id: int, user):
    """What was watched at one unit and what was seen, for its file."""
    rows = Watch.objects.visible_to(user).filter(unit_id=unit_id).select_related("suspension__document")
    looks = WatchLook.objects.select_related("seen_by")
    return rows.prefetch_related(Prefetch("looks", looks)).order_by("-since", "-pk")


def watch_tabs(counts: dict[str, int], current: str) -> list[dict]:
    labels = {
        "due": _("To look at now"),
        "standing": _("Watched"),
        "producing": _("Found producing"),
        "ended": _("Ended"),
    }
    return tabs_of(reverse("rectification:watches"), labels, counts, current, tones={"producing": "danger"})


def draws_of(user):
    """The draws made for one's area, the latest first."""
    return Draw.objects.filter(user.scope.q("region_id")).select_related("region", "drawn_by")


def lines_of(pool: dict, drawn: dict) -> list[dict]:
    """One line per township: its name, how many were in the drum, which were drawn."""
    names = dict(Region.objects.filter(code__in=list(pool)).values_list("code", "name"))
    return [
        {"name": names.get(code, code), "closed": len(pool[code]), "drawn": drawn.get(code, [])}
        for code in sorted(pool)
    ]
