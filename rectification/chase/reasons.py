"""Why a run left things out, from the notes it keeps, in sentences for the person on duty."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from rectification.chase.sound import fault_sentences


def sentences(notes: dict) -> Iterator[str]:
    """One sentence for each thing that somebody has to do. Letters passed over need nobody's care."""
    if notes.get("busy"):
        yield _("Another run is at work; this one left it to that.")
    if lines := notes.get("held"):
        yield _(
            "%(lines)d lines at once are more than a run may say without a person: it is held. Look at it under"
            " “Chase” and release it, or run: manage.py chase"
        ) % {"lines": lines}
    for year, cases in notes.get("years", {}).items():
        yield _(
            "%(cases)d cases wait: the working days of %(year)d are not loaded. Load that year's calendar."
        ) % {"cases": cases, "year": int(year)}
    for place, letters in notes.get("nobody", {}).items():
        rung, township = place.split(" ", 1)
        yield _(
            "%(letters)d letters of rung %(rung)s reach nobody in %(township)s: no holder of the post, no deputy,"
            " no office. Fill the post; the letters go out with the next run."
        ) % {"letters": letters, "rung": rung, "township": township}
    for rung, wrong in notes.get("faulty", {}).items():
        for what in fault_sentences(wrong):
            yield _("Rung %(rung)s: %(what)s. Save a new version of it under “Ladder”.") % {
                "rung": rung,
                "what": what,
            }
    if cases := notes.get("locked"):
        yield _("%(cases)d cases were being changed the whole time; the next run has them.") % {
            "cases": cases
        }
