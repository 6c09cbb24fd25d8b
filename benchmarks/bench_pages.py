"""Pages of a running server, each against the frame as the same person, request by request in turn."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore
from django.core.cache import cache
from django.urls import reverse

from accounts.models import User
from benchmarks.frame import ASKED, TOLD
from benchmarks.report import Figure, figure
from benchmarks.stage import CannotMeasure, Stage
from hazards.models import HazardCase
from units.models import Unit

WARM_UP = 6
COUNTY = "131121"


@dataclass
class Page:
    """One address as one person sees it, and what was measured."""

    name: str
    who: str
    address: str
    kind: str = "page"
    before: Callable[[], None] | None = None
    times: list[float] = field(default_factory=list)
    frames: list[float] = field(default_factory=list)
    statements: int = 0


def pages(filed: int) -> list[Page]:
    """What people open most; `filed` is a case with its papers."""
    town = busiest_town()
    name = Unit.objects.visible_to(person("scale-office")).order_by("number").values_list("name", flat=True)
    unit = name[name.count() // 2]
    cases, units = reverse("hazards:list"), reverse("units:list")
    listed = HazardCase.objects.live().listed("any").order_by("pk").values_list("pk", flat=True).first()

    def at(path: str, **query) -> str:
        return f"{path}?{urlencode(query)}" if query else path

    found = [
        Page("case list, first page", "scale-office", cases),
        Page("case list, township and overdue", "scale-office", at(cases, region=town, overdue="true")),
        Page("case list, search by unit name", "scale-office", at(cases, q=unit)),
        Page("case list, search by two characters", "scale-office", at(cases, q=unit[2:4], state="live")),
        Page("case list, search by number", "scale-office", at(cases, q=f"{COUNTY}-")),
        Page("case list, nothing found", "scale-office", at(cases, q="查无此处")),
        Page("case list, all, page 200", "scale-office", at(cases, state="counted", page=200)),
        Page("case list, closed", "scale-office", at(cases, state="closed", ordering="-closed_on")),
        Page("case list, township officer", f"scale-officer-{town}", cases),
        Page("case detail, with papers", "scale-inspector-1", reverse("hazards:detail", args=[filed])),
        Page("unit list, first page", "scale-office", units),
        Page("unit search, one character", "scale-office", at(units, q=unit[-1])),
        Page("unit search, initials", "scale-office", at(units, q=initials_of(unit))),
        Page("unit search, name", "scale-office", at(units, q=unit)),
        Page("leader's page", "scale-leader", reverse("dashboards:leader"), "leader"),
        Page(
            "leader's page, counted anew",
            "scale-leader",
            reverse("dashboards:leader"),
            "leader",
            before=forget_figures,
        ),
        Page("township worklist", f"scale-officer-{town}", reverse("rectification:mine")),
        Page("inspector's day", "scale-inspector-1", reverse("inspections:today")),
    ]
    if listed:
        found.append(Page("case detail, listed", "scale-leader", reverse("hazards:detail", args=[listed])))
    return found


def initials_of(name: str) -> str:
    return Unit.objects.filter(name=name).values_list("name_initials", flat=True)[0][:4]


def busiest_town() -> str:
    """The township with the most standing cases: the worst case of its officer."""
    codes = HazardCase.objects.live().values_list("region_id", flat=True)
    towns: dict[str, int] = {}
    for code in codes.iterator():
        towns[code[:9]] = towns.get(code[:9], 0) + 1
    return max(towns, key=towns.get)


def forget_figures() -> None:
    """Drop the kept counts and nothing else: sessions live in the same Redis."""
    line = cache._cache.get_client()
    for key in line.scan_iter("*:leader:*"):
        line.delete(key)


def person(username: str) -> User:
    return User.objects.get(username=username)


def sign_in(username: str) -> dict[str, str]:
    """The headers of somebody with a session; the accounts of the seed have no password."""
    user = person(username)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    cookies = SimpleCookie({settings.SESSION_COOKIE_NAME: session.session_key})
    return {"Cookie": cookies.output(header="", sep=";").strip()}


def run(stage: Stage, cases: int, *, filed: int, rounds: int) -> list[Figure]:
    """Every page `rounds` times after a warm-up, the frame before each, so that drift cancels."""
    wanted = pages(filed)
    signed = {page.who: sign_in(page.who) for page in wanted}
    frame = reverse("frame")

    def ask(address: str, who: str, **headers) -> tuple[dict, float]:
        status, told, seconds = stage.get(address, {**signed[who], **headers})
        if status != 200:
            raise CannotMeasure(f"{address} answered {status} to {who} {told.get('Location', '')}")
        return told, seconds

    for page in wanted:
        for _ in range(WARM_UP):
            ask(frame, page.who)
            ask(page.address, page.who)
        if page.before:
            page.before()
        page.statements = int(ask(page.address, page.who, **{ASKED: "1"})[0][TOLD])
    empty = int(ask(frame, wanted[0].who, **{ASKED: "1"})[0][TOLD])
    for _ in range(rounds):
        for page in wanted:
            page.frames.append(ask(frame, page.who)[1])
            if page.before:
                page.before()
            page.times.append(ask(page.address, page.who)[1])
    return [*figures(wanted, cases, empty)]


def figures(wanted: list[Page], cases: int, empty: int):
    every = [seconds for page in wanted for seconds in page.frames]
    yield figure("frame", statistics.median(every), "s", cases)
    for page in wanted:
        value, floor = statistics.median(page.times), statistics.median(page.frames)
        yield figure(page.name, value, "s", cases, floor=floor, kind=page.kind)
    yield figure("frame, statements", empty, "statements", cases, kind="statements")
    for page in wanted:
        yield figure(f"{page.name}, statements", page.statements, "statements", cases, kind="statements")
