"""The measures that may follow a failed re-inspection, in words and with the pages where they begin."""

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from rectification import measures
from rectification.models import ReviewItem

SEAL_PAGE = "rectification:propose-seal"


def standing_of(case, on) -> measures.Standing:
    """The facts of a case that order its measures; it is overdue by the deadline before the re-inspection moved it."""
    items = ReviewItem.objects.filter(case=case).exclude(outcome=ReviewItem.Outcome.PASS)
    began = case.events.filter(act="reopen").order_by("-pk").values_list("at", flat=True).first()
    if began:
        items = items.filter(review__recorded_at__gte=began)
    deadline = case.deadlines.order_by("-version").first()
    before = deadline.previous if deadline and deadline.act in ("fail", "partly") else case.due_on
    return measures.Standing(
        is_major=case.grade == "major",
        is_listed=bool(case.listed_levels),
        is_stopped=case.unit.suspended_since is not None,
        round=case.round,
        failed=max(items.count(), 1),
        overdue=max((on - before).days, 0) if before else 0,
    )


def after_failing(case, on) -> list[dict]:
    """What to do next with a case that did not pass, the likeliest first: name, words, basis, page."""
    return [
        {"measure": name, "label": label_of(name), "basis": measures.BASIS[name], "url": page_of(name, case)}
        for name in measures.ranked(standing_of(case, on))
    ]


def label_of(name: str) -> str:
    return {
        measures.PENALTY: _("Hand over for a penalty: not removed in time after notice"),
        measures.SEAL: _("Temporary seal of the dangerous part"),
        measures.SUSPEND: _("Propose to stop production or business"),
        measures.LIST: _("Propose the listing by a government"),
        measures.INSTRUCT: _("Instruction by the leader or the office"),
    }[name]


def page_of(name: str, case) -> str:
    """Where the measure begins, or "" where the product has no page for it."""
    pages = {
        measures.SEAL: (SEAL_PAGE, [case.unit_id]),
        measures.SUSPEND: ("rectification:propose", [case.unit_id]),
        measures.LIST: ("rectification:act", [case.pk, "list"]),
        measures.INSTRUCT: ("rectification:act", [case.pk, "instruct"]),
    }
    if name not in pages:
        return ""
    url_name, args = pages[name]
    try:
        return reverse(url_name, args=args)
    except NoReverseMatch:
        return ""
