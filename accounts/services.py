"""Acts on accounts and posts. Each leaves an AccountEvent; none is done by a person to their own rights."""

import secrets
from datetime import timedelta

from django.apps import apps
from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import followers, selectors
from accounts.models import AccountEvent, Post, SignIn, User
from accounts.roles import need
from common.errors import AlreadyDone, NotAllowed, RuleBroken

# No 0/O, 1/l/I: a first password is read out over the telephone.
READABLE = "abcdefghijkmnpqrstuvwxyz23456789"
Act = AccountEvent.Act


def first_password() -> str:
    """A password to be told once and changed at the first sign-in, e.g. kx3m-9dpt-w2hf."""
    return "-".join("".join(secrets.choice(READABLE) for _n in range(4)) for _group in range(3))


@transaction.atomic
def create_account(*, by, username, name, role, region, on, office=None, title="", is_head=False, **facts):
    """Opens an account with its first post; returns (user, first password). The password is kept nowhere."""
    need(by, "account.manage", region.code)
    username = User.normalize_username(username)
    password = first_password()
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                username, password=password, name=name, must_change_password=True, **facts
            )
    except IntegrityError as error:
        raise RuleBroken(_("This user name is taken."), code="taken", field="username") from error
    note(user, Act.CREATED, by=by)
    give_post(user, by=by, role=role, region=region, on=on, office=office, title=title, is_head=is_head)
    return user, password


def correct_account(user, *, by, **facts) -> User:
    """Changes name, phone, e-mail or card."""
    _need_over(by, user)
    for field, value in facts.items():
        setattr(user, field, value)
    user.save(update_fields=list(facts))
    note(user, Act.CHANGED, by=by, text=", ".join(facts))
    return user


@transaction.atomic
def reset_password(user, *, by) -> str:
    """A new first password, told once; every session and token of the person ends."""
    _need_over(by, user)
    password = first_password()
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    _end_doors(user)
    note(user, Act.PASSWORD_RESET, by=by)
    return password


@transaction.atomic
def choose_password(user, *, password) -> None:
    """The person's own new password. ValidationError where it is too weak, RuleBroken where it is the old one."""
    if user.check_password(password):
        raise RuleBroken(_("Choose a password other than the present one."), field="new_password1")
    validate_password(password, user)
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    _end_tokens(user)
    note(user, Act.PASSWORD_CHOSEN, by=user)


@transaction.atomic
def end_other_sessions(user) -> None:
    """Ends every session and token of the person; the door renews the one that asked."""
    _end_doors(user)
    note(user, Act.SIGNED_OUT, by=user)


@transaction.atomic
def lock(user, *, by) -> None:
    """Nobody signs in with this account any more, from this moment."""
    _need_over(by, user)
    if user == by:
        raise RuleBroken(_("You cannot lock your own account."), code="own_account")
    if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
        raise AlreadyDone(_("The account is locked already."))
    user.is_active = False
    _end_doors(user)
    note(user, Act.LOCKED, by=by)


@transaction.atomic
def unlock(user, *, by) -> None:
    """Opens a locked account again."""
    _need_over(by, user)
    if not User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
        raise AlreadyDone(_("The account is open already."))
    user.is_active = True
    note(user, Act.UNLOCKED, by=by)


@transaction.atomic
def give_post(user, *, by, role, region, on, office=None, title="", is_head=False, until=None) -> Post:
    """Ties a person to a region in a role from a day on."""
    need(by, "account.manage", region.code)
    if user == by:
        raise RuleBroken(_("Somebody else must give you a post."), code="own_account")
    post = Post(
        user=user, role=role, region=region, office=office, title=title,
        is_head=is_head, starts_on=on, ends_on=until,
    )  # fmt: skip
    post.full_clean()
    post.save()
    note(user, Act.POST_GIVEN, by=by, text=str(post))
    return post


@transaction.atomic
def end_post(post, *, by, on) -> None:
    """The post holds up to and including the day `on`."""
    need(by, "account.manage", post.region_id)
    if post.user_id == by.pk:
        raise RuleBroken(_("Somebody else must end your post."), code="own_account")
    if on < post.starts_on:
        raise RuleBroken(_("The last day lies before the first."), field="ends_on")
    if not Post.objects.filter(pk=post.pk, ends_on=post.ends_on).update(ends_on=on):
        raise AlreadyDone(_("The post was changed meanwhile; look at it again."))
    post.ends_on = on
    note(post.user, Act.POST_ENDED, by=by, text=str(post))


@transaction.atomic
def name_deputy(post, *, by, deputy, starts_on, ends_on=None) -> None:
    """Somebody stands in from a day to a day, with all that the post may do. `deputy=None` takes it back."""
    need(by, "account.manage", post.region_id)
    if deputy is not None and deputy == by:
        raise RuleBroken(_("Somebody else must make you a deputy."), code="own_account", field="deputy")
    before = post.deputy
    post.deputy = deputy
    post.deputy_from = starts_on if deputy else None
    post.deputy_to = ends_on if deputy else None
    post.full_clean()
    post.save(update_fields=["deputy", "deputy_from", "deputy_to"])
    note(post.user, Act.DEPUTY_NAMED, by=by, text=str(deputy or ""))
    for follow in followers.after_deputy:
        follow(post, by=by, before=before)


LONGEST_LEAVE = timedelta(days=366)
"""How long a person may have somebody stand in without asking anybody; who is away for longer hands over."""


@transaction.atomic
def go_on_leave(post, *, by, deputy, starts_on, ends_on, on) -> None:
    """The holder names who stands in from a day to a day; `deputy=None` comes back. Both are told.

    The deputy holds a post in the same role in the same county, so that the role is known to them.
    Raises NotAllowed for somebody else's post, RuleBroken with the field.
    """
    row = Post.objects.select_for_update().select_related("user", "region").get(pk=post.pk)
    if row.user_id != by.pk:
        raise NotAllowed(
            _("Only the holder of a post goes on leave; for others the administrator names a deputy.")
        )
    if not row.is_current(on):
        raise RuleBroken(_("This post is not in force today."))
    before = row.deputy if row.has_deputy(on) or (row.deputy_from and row.deputy_from > on) else None
    if deputy is None and row.deputy_id is None:
        raise AlreadyDone(_("Nobody stands in for you."))
    if deputy is not None:
        refuse_leave(row, deputy, starts_on, ends_on, on)
    row.deputy = deputy
    row.deputy_from, row.deputy_to = (starts_on, ends_on) if deputy else (None, None)
    row.save(update_fields=["deputy", "deputy_from", "deputy_to"])
    note(row.user, Act.DEPUTY_NAMED, by=by, text=str(deputy or ""))
    for follow in followers.after_deputy:
        follow(row, by=by, before=before)


def refuse_leave(post, deputy, starts_on, ends_on, on) -> None:
    if deputy.pk == post.user_id:
        raise RuleBroken(_("Nobody can be their own deputy."), field="deputy")
    if not deputy.is_active or not selectors.colleagues_of(post, on).filter(pk=deputy.pk).exists():
        raise RuleBroken(
            _("%(name)s holds no post of this kind here.") % {"name": deputy.name}, field="deputy"
        )
    if starts_on < on:
        raise RuleBroken(_("The first day lies in the past."), field="starts_on")
    if ends_on < starts_on:
        raise RuleBroken(_("The last day lies before the first."), field="ends_on")
    if ends_on - starts_on > LONGEST_LEAVE:
        raise RuleBroken(_("At most a year; who is away for longer hands over."), field="ends_on")
    if post.ends_on and ends_on > post.ends_on:
        raise RuleBroken(_("The post ends before that day."), field="ends_on")


def note(about, act, *, by, text="") -> AccountEvent:
    """Writes one line of the account's history."""
    return AccountEvent.objects.create(about=about, act=act, by=by, at=timezone.now(), note=text[:300])


def note_sign_in(*, username, ip, ok, user=None, door="page") -> SignIn:
    """Writes one line of the sign-in log. A name that is no account is cut short: it may be a mistyped password."""
    user = user or User.objects.filter(username=username).first()
    shown = username if user else f"{username[:3]}…"
    return SignIn.objects.create(user=user, username=shown, at=timezone.now(), ip=ip, ok=ok, door=door)


def _need_over(by, user) -> None:
    """The right to manage accounts, in a region where the person has, or had, a post."""
    codes = by.scope.codes_for("account.manage")
    regions = Post.objects.filter(user=user).values_list("region_id", flat=True)
    if not any(region.startswith(code) for region in regions for code in codes):
        need(by, "account.manage", "-")


def _end_doors(user) -> None:
    user.session_generation += 1
    user.save(update_fields=["session_generation"])
    _end_tokens(user)


def _end_tokens(user) -> None:
    apps.get_model("authtoken", "Token").objects.filter(user=user).delete()
