"""The questions that screens and services ask about people and posts."""

from datetime import timedelta

from axes.models import AccessAttempt
from django.apps import apps
from django.conf import settings
from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Post, User
from accounts.roles import Role, roles_of
from accounts.scope import within


def people(*, by, q="", role="", state=""):
    """The accounts that a person manages, narrowed by name, role and whether they are locked."""
    codes = by.scope.codes_for("account.manage")
    inside = Post.objects.filter(within("region_id", codes))
    if role:
        inside = inside.filter(role=role)
    rows = User.objects.filter(pk__in=inside.values("user_id"))
    if q:
        rows = rows.filter(Q(username__icontains=q) | Q(name__icontains=q) | Q(phone__contains=q))
    if state in {"open", "locked"}:
        rows = rows.filter(is_active=state == "open")
    posts = Post.objects.select_related("region", "office", "deputy").order_by("-starts_on")
    return rows.order_by("name", "username").prefetch_related(Prefetch("posts", queryset=posts))


def region_by_text(text, *, codes):
    """The region with this code or (if only one has it) name, inside the given prefixes; else None."""
    regions = apps.get_model("reference", "Region").objects.filter(within("code", codes))
    text = text.strip().split(" ")[0]
    found = list(regions.filter(Q(code=text) | Q(name=text) | Q(short_name=text))[:2])
    return found[0] if len(found) == 1 else None


def region_choices(*, codes):
    """Regions down to the township inside the prefixes, for a list of suggestions."""
    regions = apps.get_model("reference", "Region").objects.filter(within("code", codes))
    return regions.filter(level__in=["province", "city", "county", "township"]).order_by("code")[:300]


def inspectors(*, code, on, certificated=True):
    """Those who may sign an enforcement record for a region on a day."""
    rows = holders("inspection.file", code=code, on=on)
    return rows.certificated(on) if certificated else rows


def assistants(*, code, on):
    """Those who may help at an inspection of a region on a day, and sign nothing."""
    return holders("inspection.assist", code=code, on=on)


def holders(permission, *, code, on):
    """The active people whose post in force over `code` carries a permission, deputies included."""
    return _people_of(Post.objects.current(on).over(code).filter(role__in=roles_of(permission)), on)


def holders_of(role, *, code, on, heads=False):
    """The active people in a role over `code`, deputies included; `heads` for the head of the township alone."""
    posts = Post.objects.current(on).over(code).filter(role=role)
    return _people_of(posts.filter(is_head=True) if heads else posts, on)


def _people_of(posts, on):
    posts = posts.order_by()
    standing_in = posts.filter(
        Q(deputy_to__isnull=True) | Q(deputy_to__gte=on), deputy__isnull=False, deputy_from__lte=on
    )
    ids = Q(pk__in=posts.values("user_id")) | Q(pk__in=standing_in.values("deputy_id"))
    return User.objects.filter(ids, is_active=True).order_by("name")


COUNTY_DIGITS = 6


def colleagues_of(post, on):
    """Who can stand in for the holder: others who hold a post of their own in the same role in the same county.

    An inspector needs a card besides: a deputy without one could sign nothing.
    """
    county = post.region_id[:COUNTY_DIGITS]
    posts = Post.objects.current(on).filter(within("region_id", [county]), role=post.role).order_by()
    people = User.objects.filter(pk__in=posts.values("user_id"), is_active=True).exclude(pk=post.user_id)
    if post.role == Role.INSPECTOR:
        people = people.certificated(on)
    return people.order_by("name", "pk")


def locked_until(*, username, ip):
    """When a locked door opens again: counted from the last attempt that was counted."""
    cool_off = settings.AXES_COOLOFF_TIME
    attempts = AccessAttempt.objects.filter(username=username, ip_address=ip)
    last = attempts.order_by("-attempt_time").values_list("attempt_time", flat=True).first()
    until = (last or timezone.now()) + cool_off
    return timezone.localtime(until + timedelta(minutes=1)).replace(second=0, microsecond=0)


def demo_accounts() -> tuple[tuple[str, str], ...]:
    """The accounts that a demonstration offers at the door: user name, and who that is."""
    return (
        ("inspector1", _("Inspector of Zaoqiang: visits, orders, re-inspects")),
        ("inspector2", _("The second inspector of the team")),
        ("clerk1", _("Assistant without a card: registers and helps")),
        ("officer-131121104", _("Township officer of Matun: sees to the rectification")),
        ("office", _("County fire-safety office: decides suspensions and extensions")),
        ("leader", _("County leader of Zaoqiang: figures and lists")),
        ("leader-quzhou", _("City leader of Quzhou: thirteen listed units")),
        ("auditor", _("Auditor: reads everything, changes nothing")),
        ("admin", _("Administrator: accounts and code tables")),
    )
