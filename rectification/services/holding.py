"""Runs of the chase that would say too much at once: held, told to those who may release them, released by a person."""

from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts.models import Post
from accounts.roles import need, roles_of
from common import days
from common.errors import AlreadyDone
from notifications.services import Letter, post_many
from rectification.models import ChaseRun

PERMISSION = "chase.release"


def tell(*, on: date, lines: int, letters: int) -> int:
    """Write to everybody who may release it, once a day. How many letters were new."""
    people = Post.objects.current(on).filter(role__in=roles_of(PERMISSION)).values_list("user_id", flat=True)
    return post_many(
        (
            Letter(
                recipient_id=person,
                kind="chase",
                subject=f"催办待放行：本次将告知 {lines} 件事项、发出 {letters} 封通知",
                body="数量超过设定值，系统只作了统计，尚未发出。请核对后放行；在放行之前，不会有人收到催办。",
                link=reverse("rectification:chase_runs"),
                about="chase:held",
                key=f"chase-held:{on:%Y%m%d}:{person}",
                on=on,
            )
            for person in sorted(set(people))
        ),
        now=days.now(),
    )


@transaction.atomic
def release(run: ChaseRun, *, by, at: datetime) -> ChaseRun:
    """Let a held run go ahead; the next look of beat does it. Decided once."""
    need(by, PERMISSION)
    done = ChaseRun.objects.waiting().filter(pk=run.pk).update(released_by=by, released_at=at)
    if not done:
        raise AlreadyDone(_("This run was released already."))
    run.refresh_from_db()
    return run


def released(on: date) -> bool:
    """Whether a run was released that nothing has followed yet."""
    run = ChaseRun.objects.filter(held=True, released_at__isnull=False).order_by("-released_at").first()
    if run is None or localdate(run.released_at) > on:
        return False
    later = ChaseRun.objects.finished().filter(finished_at__gte=run.released_at)
    return not later.exists()
