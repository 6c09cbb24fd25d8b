"""The last days of the demo: one inspector leaves the brigade. Most of the work is handed over; the rest waits."""

from datetime import timedelta

from accounts.models import Post
from devtools.demo import people
from devtools.demo.clock import Times, at, clock_at
from hazards.models import HazardCase
from rectification.models import Instruction, LookBack
from rectification.services import handovers

WAIT = 3
"""Standing cases kept back, beside those that moved since: the office sees them as cases that nobody answers for."""


def hand_over(cast: people.Cast, times: Times) -> None:
    """The sixth inspector goes; the fourth takes over, and the post ends that day."""
    leaver, heir = cast.inspectors[5], cast.inspectors[3]
    moment = at(times.working_day(times.today - timedelta(days=2)), 16)
    if moment >= times.now:
        return
    standing = HazardCase.objects.under(people.COUNTY).live().filter(inspector=leaver)
    # What was done to a case since then was done by somebody who still served.
    quiet = list(standing.exclude(events__at__gte=moment).select_related("unit").order_by("pk"))
    asked = Instruction.objects.unanswered().addressed_to(leaver).filter(given_at__lt=moment)
    owed = LookBack.objects.owed_by(leaver).filter(made_at__lt=moment)
    wait = min(WAIT, len(quiet) // 3)
    with clock_at(moment):
        if quiet[wait:]:
            handovers.hand_over_all(
                leaver,
                to=heir,
                reason="调离大队，名下在办工作移交",
                by=cast.office,
                at=moment,
                cases=quiet[wait:],
                instructions=asked.select_related("case"),
                look_backs=owed.select_related("case"),
            )
    Post.objects.filter(user=leaver).update(ends_on=moment.date())
