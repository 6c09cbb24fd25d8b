"""What every page's frame needs: navigation by role, theme, language, counts. Lazy, so a fragment pays nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from django.conf import settings
from django.urls import NoReverseMatch, get_urlconf, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

INSPECTOR, ASSISTANT, TOWNSHIP = "inspector", "assistant", "township_officer"
OFFICE, LEADER, AUDITOR, ADMIN = "county_office", "leader", "auditor", "admin"
FIELD = frozenset({INSPECTOR, ASSISTANT})
ALL = frozenset({INSPECTOR, ASSISTANT, TOWNSHIP, OFFICE, LEADER, AUDITOR, ADMIN})


@dataclass(frozen=True)
class Entry:
    """One place of the navigation. `counter` names a provider (see `provide`) whose number is shown beside it."""

    url_name: str
    label: str
    icon: str
    roles: frozenset[str] = ALL
    group: str = ""
    counter: str = ""
    short: str = ""  # the label of the bottom bar, where four characters are too many


WORK, LOOK, SYSTEM = _("Work"), _("Look up"), _("Settings and help")

# The one list. An entry whose URL name does not resolve is left out.
NAVIGATION = (
    Entry("inspections:today", _("Today"), "calendar", FIELD, WORK, "today"),
    Entry("rectification:mine", _("My hazards"), "list-check", frozenset({TOWNSHIP}), WORK, "mine"),
    Entry(
        "rectification:approvals",
        _("Awaiting my decision"),
        "stamp",
        frozenset({OFFICE}),
        WORK,
        "approvals",
        _("Decide"),
    ),
    Entry(
        "dashboards:leader",
        _("Overview"),
        "dashboard",
        frozenset({LEADER, OFFICE, AUDITOR, TOWNSHIP, ADMIN}),
        WORK,
    ),
    Entry(
        "rectification:instructions",
        _("Instructions"),
        "flag",
        frozenset({INSPECTOR, TOWNSHIP, OFFICE, LEADER}),
        WORK,
        "instructions",
    ),
    Entry(
        "rectification:chase_runs",
        _("Chase"),
        "megaphone",
        frozenset({OFFICE, LEADER, AUDITOR, ADMIN}),
        WORK,
    ),
    Entry("hazards:list", _("Hazards"), "flame", ALL, LOOK),
    Entry("units:list", _("Units"), "unit", ALL, LOOK),
    Entry("inspections:list", _("Inspections"), "check-list", ALL, LOOK, short=_("Inspect")),
    Entry(
        "documents:list",
        _("Papers"),
        "file",
        frozenset({TOWNSHIP, OFFICE, LEADER, AUDITOR, INSPECTOR}),
        LOOK,
    ),
    Entry(
        "rectification:suspensions",
        _("Suspensions"),
        "barrier",
        frozenset({TOWNSHIP, OFFICE, LEADER, AUDITOR, INSPECTOR}),
        LOOK,
        short=_("Stopped"),
    ),
    Entry(
        "rectification:seals",
        _("Temporary seals"),
        "lock",
        frozenset({TOWNSHIP, OFFICE, LEADER, AUDITOR, INSPECTOR}),
        LOOK,
        short=_("Sealed"),
    ),
    Entry(
        "rectification:complaints",
        _("Complaints"),
        "mail",
        frozenset({TOWNSHIP, OFFICE, LEADER, AUDITOR, INSPECTOR}),
        LOOK,
    ),
    Entry(
        "rectification:referrals",
        _("Referrals"),
        "transfer",
        frozenset({TOWNSHIP, OFFICE, LEADER, AUDITOR, INSPECTOR}),
        LOOK,
    ),
    Entry("handovers:start", _("Hand-over"), "users", frozenset({INSPECTOR, TOWNSHIP, OFFICE}), LOOK),
    Entry("reference:catalogue", _("Hazard catalogue"), "book", ALL, SYSTEM),
    Entry("units:import", _("Import units"), "upload", frozenset({INSPECTOR, TOWNSHIP, OFFICE}), SYSTEM),
    Entry("accounts:people", _("Accounts"), "users", frozenset({ADMIN}), SYSTEM),
    Entry("accounts:sign_ins", _("Sign-ins"), "shield-lock", frozenset({AUDITOR, ADMIN}), SYSTEM),
    Entry(
        "notifications:dead_letters",
        _("Undeliverable messages"),
        "mail",
        frozenset({AUDITOR, ADMIN}),
        SYSTEM,
    ),
    Entry(
        "operations:status", _("State of the system"), "device", frozenset({OFFICE, AUDITOR, ADMIN}), SYSTEM
    ),
    Entry("admin:index", _("Code tables"), "database", frozenset({ADMIN}), SYSTEM),
    Entry("api-docs", _("API"), "api", frozenset({ADMIN}), SYSTEM),
    Entry("styleguide", _("Style guide"), "palette", frozenset({ADMIN}), SYSTEM),
)

START = Entry("inspections:start", _("Start inspection"), "qr", frozenset({INSPECTOR}), short=_("Inspect"))
ME = Entry("accounts:me", _("Me"), "user-circle", ALL)
INBOX = Entry("notifications:inbox", _("Inbox"), "bell", ALL, counter="inbox_unread")

# The phone's bar: five at most. The first role that a person has decides; START is the big one in the middle.
PHONE = (
    (FIELD, ("inspections:today", "units:list", "inspections:start", "hazards:list", "accounts:me")),
    (
        frozenset({TOWNSHIP}),
        ("rectification:mine", "hazards:list", "units:list", "notifications:inbox", "accounts:me"),
    ),
    (
        frozenset({OFFICE}),
        ("rectification:approvals", "hazards:list", "dashboards:leader", "units:list", "accounts:me"),
    ),
    (
        frozenset({ADMIN}),
        ("accounts:people", "units:list", "hazards:list", "notifications:inbox", "accounts:me"),
    ),
    (ALL, ("dashboards:leader", "hazards:list", "units:list", "notifications:inbox", "accounts:me")),
)

_providers: dict[str, Callable] = {}


def provide(name: str, count: Callable) -> None:
    """Let an app above this one put a number into the frame: `provide("inbox_unread", unread_of)` in its `ready`.

    `count(user)` returns a whole number; it is asked once per page, and only where the number is shown. "alarm" is
    the one that returns a list instead.
    """
    _providers[name] = count


@lru_cache(maxsize=256)
def _address(url_name: str, _urlconf) -> str:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def address(url_name: str) -> str:
    """The URL of a name without arguments, or "" where it does not exist."""
    return _address(url_name, get_urlconf())


class Place:
    """An entry as one request sees it."""

    __slots__ = ("count", "current", "entry", "url")

    def __init__(self, entry: Entry, url: str, current: bool, count):
        self.entry, self.url, self.current, self.count = entry, url, current, count

    @property
    def label(self):
        return self.entry.label

    @property
    def short(self):
        return self.entry.short or self.entry.label

    @property
    def icon(self):
        return self.entry.icon

    @property
    def big(self):
        return self.entry is START


class Shell:
    """The frame around a page. Everything is worked out on first use."""

    def __init__(self, request):
        self.request = request

    @cached_property
    def user(self):
        return getattr(self.request, "user", None)

    @cached_property
    def signed_in(self) -> bool:
        return bool(self.user and self.user.is_authenticated)

    @cached_property
    def roles(self) -> frozenset[str]:
        if not self.signed_in:
            return frozenset()
        roles = frozenset(getattr(self.user, "roles", ()) or ())
        return roles | {ADMIN} if getattr(self.user, "is_superuser", False) else roles

    @cached_property
    def here(self) -> str:
        """The longest address of the navigation that the present page lies under."""
        places = [*NAVIGATION, START, ME, INBOX]
        return max(
            (
                url
                for entry in places
                if (url := address(entry.url_name)) and self.request.path.startswith(url)
            ),
            key=len,
            default="",
        )

    def place(self, entry: Entry) -> Place | None:
        url = address(entry.url_name)
        if not url or not (self.roles & entry.roles):
            return None
        return Place(entry, url, url == self.here, self.count(entry.counter))

    def count(self, name: str):
        """The number that an app provides under this name, asked when it is shown; 0 where nobody does."""
        if not name or name not in _providers or not self.signed_in:
            return 0
        return SimpleLazyObject(lambda: self._counts(name))

    def _counts(self, name: str) -> int:
        known = self.__dict__.setdefault("_known", {})
        if name not in known:
            known[name] = _providers[name](self.user)
        return known[name]

    @cached_property
    def groups(self) -> list[tuple[str, list[Place]]]:
        """The side bar: (heading, places), without empty groups."""
        groups: dict = {}
        for entry in NAVIGATION:
            if place := self.place(entry):
                groups.setdefault(str(entry.group), []).append(place)
        return list(groups.items())

    @cached_property
    def phone(self) -> list[Place]:
        """The bottom bar of the first role that the person has."""
        by_name = {entry.url_name: entry for entry in [*NAVIGATION, START, ME, INBOX]}
        for roles, names in PHONE:
            if self.roles & roles:
                return [place for name in names if (place := self.place(by_name[name]))]
        return []

    @cached_property
    def alarm(self) -> list:
        """What of the product does not work, for those who can do something about it; see `operations`."""
        if not self.signed_in or "alarm" not in _providers:
            return []
        return _providers["alarm"](self.user)

    @cached_property
    def inbox(self) -> Place | None:
        return self.place(INBOX)

    @cached_property
    def me(self) -> Place | None:
        return self.place(ME)

    @cached_property
    def urls(self) -> dict[str, str]:
        """Addresses of the frame's own doors, "" where they do not exist."""
        names = {
            "home": "home",
            "search": "search",
            "units": "units:list",
            "cases": "hazards:list",
            "logout": "accounts:logout",
            "password": "accounts:password",
            "set_language": "set_language",
            "admin": "admin:index",
        }
        return {short: address(name) for short, name in names.items()}

    @property
    def q(self) -> str:
        """What was searched for; unlike `request.GET.q` it may be missing: `{{ name|highlight:shell.q }}`."""
        return self.request.GET.get("q", "")

    @cached_property
    def theme(self) -> str:
        """ "light", "dark" or "auto" (what the device prefers)."""
        chosen = self.request.COOKIES.get("theme", "auto")
        return chosen if chosen in {"light", "dark"} else "auto"

    @cached_property
    def narrow(self) -> bool:
        """Whether the person folded the side bar."""
        return self.request.COOKIES.get("rail") == "1"

    @cached_property
    def languages(self) -> list[tuple[str, str, bool]]:
        now = get_language()
        return [(code, name, code == now) for code, name in settings.LANGUAGES]


def shell(request) -> dict:
    """Context processor: `shell` (the frame) and `today` (the day in Asia/Shanghai)."""
    return {"shell": Shell(request), "today": SimpleLazyObject(timezone.localdate)}
