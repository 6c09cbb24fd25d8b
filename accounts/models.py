"""People, their offices and the dated posts that say what each may do where."""

import unicodedata

import pgtrigger
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role, may
from accounts.scope import NOTHING, Scope, within
from common.days import today

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class Office(models.Model):
    """A body that people serve in; its short name stands in the numbers of its papers."""

    class Kind(models.TextChoices):
        BRIGADE = "brigade", _("Fire-and-rescue brigade")
        COMMITTEE = "committee", _("Fire-safety committee office")
        TOWNSHIP = "township", _("Township government")
        DEPARTMENT = "department", _("Government department")
        GOVERNMENT = "government", _("Government")

    class Enforcement(models.TextChoices):
        """By what right its people issue papers; townships differ from county to county."""

        OWN = "own", _("In its own name")
        DELEGATED = "delegated", _("By delegation, in the name of the body that delegates")
        EMPOWERED = "empowered", _("Empowered, in its own name")
        ADVICE = "advice", _("Advice only: its papers are no legal documents")

    name = models.CharField(_("name"), max_length=100, unique=True)
    short_name = models.CharField(
        _("short name"),
        max_length=20,
        blank=True,
        help_text=_("As it stands in document numbers, e.g. 枣消."),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    region = models.ForeignKey(
        "reference.Region", models.PROTECT, related_name="offices", verbose_name=_("region")
    )
    enforcement = models.CharField(
        _("how it issues papers"), max_length=10, choices=Enforcement, default=Enforcement.OWN
    )
    principal = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="agents",
        verbose_name=_("body that delegates"),
    )
    enforcement_basis = models.CharField(
        _("document of the delegation or empowerment"), max_length=120, blank=True
    )

    class Meta:
        ordering = ["region_id", "kind", "name"]
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        constraints = [
            models.CheckConstraint(
                condition=~Q(enforcement="delegated") | Q(principal__isnull=False),
                name="office_delegation_names_principal",
                violation_error_message=_("Name the body that delegates."),
            ),
            models.CheckConstraint(
                condition=Q(principal=None) | ~Q(principal=F("pk")),
                name="office_principal_is_another",
                violation_error_message=_("An office cannot delegate to itself."),
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def is_advice_only(self) -> bool:
        """Whether what its people write is advice and no legal document."""
        return self.enforcement == self.Enforcement.ADVICE

    @property
    def speaks_for(self) -> "Office":
        """The body in whose name its papers stand."""
        delegated = self.enforcement == self.Enforcement.DELEGATED and self.principal
        return self.principal if delegated else self


class UserQuerySet(models.QuerySet):
    """Accounts, picked by what their posts say."""

    def visible_to(self, user):
        """Whom a person may look up: themselves, and everybody with a post where theirs reach."""
        posts = Post.objects.filter(user.scope.q("region_id"))
        return self.filter(Q(pk=user.pk) | Q(pk__in=posts.values("user_id")))

    def serving(self, on):
        """People who can act on a day: active, with a post in force."""
        return self.filter(is_active=True, pk__in=Post.objects.current(on).values("user_id"))

    def certificated(self, on):
        """People whose law-enforcement card is valid on a day."""
        return self.exclude(card_number="").filter(Q(card_valid_to__isnull=True) | Q(card_valid_to__gte=on))


class People(UserManager.from_queryset(UserQuerySet)):
    """Django's account manager with our adjectives."""

    use_in_migrations = False


class PersonManager(UserManager.from_queryset(UserQuerySet)):
    """Makes accounts; a class of its own because migrations name it."""


class User(AbstractUser):
    """A person who signs in. What they may do hangs on their posts, never on the account."""

    first_name = None
    last_name = None
    name = models.CharField(_("name"), max_length=50)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    card_number = models.CharField(_("law-enforcement card number"), max_length=40, blank=True)
    card_valid_to = models.DateField(_("card valid to"), null=True, blank=True)
    language = models.CharField(
        _("language"), max_length=8, choices=[("zh-hans", "简体中文"), ("en", "English")], default="zh-hans"
    )
    must_change_password = models.BooleanField(_("must choose a new password"), default=False)
    # Part of what a session is signed with: one more, and every other session of the person is over.
    session_generation = models.PositiveIntegerField(default=0, editable=False)

    REQUIRED_FIELDS = ["name"]
    objects = People()

    class Meta:
        ordering = ["username"]
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self):
        return self.name or self.username

    def get_full_name(self):
        """The name, as Django asks for it."""
        return self.name

    def get_short_name(self):
        """The name, as Django asks for it."""
        return self.name

    @staticmethod
    def normalize_username(username):
        """Full-width letters as typed by a Chinese input method are the same letters."""
        return unicodedata.normalize("NFKC", username).strip() if isinstance(username, str) else username

    def _get_session_auth_hash(self, secret=None):
        value = f"{self.password}:{self.session_generation}"
        return salted_hmac("accounts.User.session", value, secret=secret, algorithm="sha256").hexdigest()

    def is_certificated(self, on) -> bool:
        """Whether the person may sign an enforcement record on a day (Order 120 Art. 14: showing a card)."""
        return bool(self.card_number) and (self.card_valid_to is None or on <= self.card_valid_to)

    @cached_property
    def scope(self) -> Scope:
        """What the posts of today give, read once per request."""
        return self.scope_on(today())

    def scope_on(self, on) -> Scope:
        """What the posts in force on a day give, those held as a deputy included."""
        if not self.is_active or self.pk is None:
            return NOTHING
        return Scope(tuple(Post.objects.current(on).held_by(self, on).values_list("role", "region_id")))

    @cached_property
    def office_posts(self) -> list["Post"]:
        """The posts in an office whose name papers may carry, of all times; read once per request."""
        held = self.posts.filter(office__isnull=False).exclude(office__short_name="")
        return list(held.select_related("office__principal").order_by("pk"))

    @property
    def roles(self) -> frozenset[str]:
        """The roles held today."""
        return self.scope.roles

    def may(self, permission: str, region_code: str | None = None) -> bool:
        """`accounts.roles.may`, in the words of a template or a condition."""
        return may(self, permission, region_code)


class PostQuerySet(models.QuerySet):
    """Posts, picked by day, holder and place."""

    def current(self, on):
        """In force on a day, both ends included."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), starts_on__lte=on)

    def held_by(self, user, on):
        """One's own, and those in which one stands in on the day."""
        deputy = Q(deputy=user, deputy_from__lte=on) & (Q(deputy_to__isnull=True) | Q(deputy_to__gte=on))
        return self.filter(Q(user=user) | deputy)

    def over(self, code):
        """Posts whose region contains `code`, the nearest first."""
        prefixes = [code[:length] for length in range(2, len(code) + 1)]
        return self.filter(region_id__in=prefixes).order_by("-region_id", "pk")

    def visible_to(self, user):
        """Posts in the regions that the person's own posts reach, and one's own."""
        return self.filter(user.scope.q("region_id") | Q(user=user) | Q(deputy=user))


class Post(models.Model):
    """A person in a role for a region, from a day to a day; while somebody stands in, both may act."""

    user = models.ForeignKey(User, models.PROTECT, related_name="posts", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=20, choices=Role)
    region = models.ForeignKey(
        "reference.Region", models.PROTECT, related_name="posts", verbose_name=_("region")
    )
    office = models.ForeignKey(
        Office, models.PROTECT, null=True, blank=True, related_name="posts", verbose_name=_("office")
    )
    title = models.CharField(_("title"), max_length=50, blank=True)
    is_head = models.BooleanField(_("head of the township"), default=False)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)
    deputy = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="deputy_posts", verbose_name=_("deputy")
    )
    deputy_from = models.DateField(_("deputy from"), null=True, blank=True)
    deputy_to = models.DateField(_("deputy to"), null=True, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering = ["region_id", "role", "-starts_on"]
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        indexes = [models.Index(fields=["region", "role"], name="post_region_role")]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "region", "starts_on"],
                name="post_once",
                violation_error_message=_("This person already holds this post from that day."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="post_ends_after_start",
                violation_error_message=_("The last day lies before the first."),
            ),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | Q(deputy_from__isnull=False),
                name="post_deputy_has_a_start",
                violation_error_message=_("Say from which day the deputy stands in."),
            ),
            models.CheckConstraint(
                condition=Q(deputy_to__isnull=True) | Q(deputy_to__gte=F("deputy_from")),
                name="post_deputy_ends_after_start",
                violation_error_message=_("The deputy's last day lies before the first."),
            ),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | ~Q(deputy=F("user")),
                name="post_deputy_is_another",
                violation_error_message=_("Nobody can be their own deputy."),
            ),
        ]

    def __str__(self):
        return f"{self.user} · {self.get_role_display()} · {self.region}"

    def is_current(self, on) -> bool:
        """In force on a day."""
        return self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)

    def has_deputy(self, on) -> bool:
        """Whether somebody stands in on a day."""
        if self.deputy_id is None or self.deputy_from is None:
            return False
        return self.deputy_from <= on and (self.deputy_to is None or on <= self.deputy_to)


class SignInQuerySet(models.QuerySet):
    """Attempts to sign in."""

    def visible_to(self, user):
        """One's own; auditors and administrators also those of the people where their posts reach."""
        codes = user.scope.codes_for("audit.view")
        posts = Post.objects.filter(within("region_id", codes))
        return self.filter(Q(user=user) | Q(user_id__in=posts.values("user_id")))


class SignIn(models.Model):
    """One attempt to sign in: kept at least six months (cyber-security law), never changed."""

    user = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="sign_ins", verbose_name=_("person")
    )
    username = models.CharField(_("user name"), max_length=150)
    at = models.DateTimeField(_("when"))
    ip = models.GenericIPAddressField(_("address"), null=True)
    ok = models.BooleanField(_("let in"))
    door = models.CharField(_("door"), max_length=10, default="page")

    objects = SignInQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")
        indexes = [models.Index(fields=["user", "-at"], name="signin_user_at")]
        triggers = [APPEND_ONLY]

    def __str__(self):
        return f"{self.username} {self.at:%Y-%m-%d %H:%M}"


class AccountEventQuerySet(models.QuerySet):
    """What was done to accounts."""

    def visible_to(self, user):
        """Events of the people where one's posts let one read the audit."""
        posts = Post.objects.filter(within("region_id", user.scope.codes_for("audit.view")))
        return self.filter(about_id__in=posts.values("user_id"))


class AccountEvent(models.Model):
    """One act on an account: who did what to whom, when. Never changed."""

    class Act(models.TextChoices):
        CREATED = "created", _("Account opened")
        CHANGED = "changed", _("Facts corrected")
        LOCKED = "locked", _("Account locked")
        UNLOCKED = "unlocked", _("Account unlocked")
        PASSWORD_RESET = "password_reset", _("New first password")
        PASSWORD_CHOSEN = "password_chosen", _("Password changed")
        POST_GIVEN = "post_given", _("Post given")
        POST_ENDED = "post_ended", _("Post ended")
        DEPUTY_NAMED = "deputy_named", _("Deputy named")
        SIGNED_OUT = "signed_out", _("Other sessions ended")

    about = models.ForeignKey(User, models.PROTECT, related_name="account_events", verbose_name=_("person"))
    act = models.CharField(_("act"), max_length=20, choices=Act)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"))
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = AccountEventQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("act on an account")
        verbose_name_plural = _("acts on accounts")
        indexes = [models.Index(fields=["about", "-at"], name="accountevent_about_at")]
        triggers = [APPEND_ONLY]

    def __str__(self):
        return f"{self.get_act_display()} {self.about}"
