"""Every page that a role reaches from its navigation: on the phone and on the desk, in Chinese, light and dark.

Each page answers 200, breaks no rule of accessibility gravely, fits its screen, and says nothing in English.
One world and one browser page per role and size, so that the audit stays quick; all faults are told at the end.
"""

import os
import re
from datetime import timedelta

import pytest

from common.days import now, today
from tests import journeys
from tests.cast import CAST
from tests.e2e.rest import AT_REST
from tests.factories import at, plus

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]

ROLES = ["inspector_a", "clerk", "officer_east", "office", "leader", "auditor", "admin_user"]

# Django's own pages; the API's description and the style guide have tests of their own.
ELSEWHERE = ("/admin/", "/api/", "/styleguide/")

ALLOWED = re.compile(
    r"\b(?:GB\d*|XF|XJ|FL|DB|GA|QR|PDF|API|KTV|LED|PVC|ABS|HEIC|JPEG|JPG|PNG|CSV|MB|KB|WPS|Word|Excel|xlsx?|et|SHA|EN|kW|m|mm|AK|JK"
    r"|J\d{4}|IP|English)\b|https?://\S+|[\w.+-]+@[\w.-]+|[0-9a-f]{12,}|\b(?:" + "|".join(CAST) + r")\b"
)
WORD = re.compile(r"[A-Za-z]{2,}")

# What is seen of the page, and what is read out or stands in empty fields.
WORDS_SEEN = """() => {
    const main = document.querySelector('main');
    const said = [...main.querySelectorAll('[placeholder], [aria-label], [title]')]
        .filter((one) => one.checkVisibility())
        .flatMap((one) => ['placeholder', 'aria-label', 'title'].map((name) => one.getAttribute(name) || ''));
    return [main.innerText, ...said].join('\\n');
}"""
TOO_WIDE = """() => {
    const page = document.scrollingElement;
    if (page.scrollWidth <= page.clientWidth) return '';
    const wide = [...document.querySelectorAll('main *')].filter((one) =>
        one.getBoundingClientRect().right > page.clientWidth + 1
        && !one.closest('.is-wide, .tabs, svg, .visually-hidden'));
    const which = wide.slice(0, 3).map((one) => one.outerHTML.slice(0, 90)).join(' | ');
    return `${page.scrollWidth} > ${page.clientWidth}: ${which}`;
}"""


@pytest.fixture
def world(cast, make_unit, make_case, west_village, media):
    """Units, cases in every state, suspensions, a listing, an extension, visits and letters."""
    from hazards.models import HazardCase
    from inspections import services as visits
    from notifications import services as letters
    from rectification.services import extensions, filing, seals, suspensions
    from reference.models import PlaceType
    from reference.services.calendar import load_calendar
    from reference.services.tables import load_tables

    load_tables()
    load_calendar()
    a, b, officer, office = (cast[name] for name in ("inspector_a", "inspector_b", "officer_east", "office"))
    begun = plus(-40, today())
    shop, workshop, inn, mill = (
        make_unit(name, place_type=PlaceType.objects.get(code=kind), flags=flags)
        for name, kind, flags in (
            ("兴旺百货店", "shop-street", []),
            ("顺达裘皮加工厂", "work-fur", ["combined_use"]),
            ("如归小旅馆", "hotel-inn", ["crowded"]),
            ("永利木材加工厂", "work-small", ["combined_use", "flammable"]),
        )
    )
    make_unit("西街饭店", region=west_village)

    def case(state, unit=shop, **more):
        return journeys.reach(make_case(unit=unit, day=begun, **more), state, cast)

    cases = {
        state: case(state)
        for state in ("registered", "ordered", "submitted", "closed", "transferred", "suspended", "void")
    }
    soon = make_case(unit=inn, day=plus(-5, today()))
    journeys.order(soon, by=a, due_on=plus(2, today()))
    extensions.ask(
        soon, until=plus(20, today()), reason="防火门到货延迟", interim="专人值守", by=officer, at=now()
    )
    listed = case("ordered", inn, category="lodging", description="宿舍与车间未做防火分隔")
    journeys.make_major(listed, by=office, day=plus(1, begun))
    journeys.list_(listed, by=office, day=plus(1, begun))

    # One stopped, one to be stopped, and one that may resume.
    stopped = suspensions.propose(shop, reason="车间住人", by=a, at=at(begun), cases=[cases["ordered"]])
    suspensions.decide(stopped, by=office, at=at(plus(1, begun)))
    over = case("closed", mill)
    accepted = suspensions.propose(mill, reason="三合一场所", by=a, at=at(begun), cases=[over])
    suspensions.decide(accepted, by=office, at=at(plus(1, begun)))
    suspensions.accept(
        accepted, outcome="pass", note="无人住宿", officers=[a, b], by=a, at=at(plus(9, begun))
    )

    # A filed visit with an order and a proposal, and a draft.
    def begin(unit):
        visit = visits.start(unit=unit, kind="spot", by=a, at=now() - timedelta(hours=1), officers=[a, b])
        asked = next(one for one in visit.answers.order_by("number") if one.category_id)
        found = visits.answer(visit, asked, "fail", by=a).findings.get()
        visits.change_finding(found, by=a, description="车间二层住人", due_on=plus(3, today()))
        visits.answer_all_ok(visit, by=a)
        return visit

    filed = filing.complete(begin(workshop), by=a, at=now())
    draft = begin(inn)
    for person in cast.values():
        letters.post(
            recipient=person,
            kind="reminder",
            subject="逾期 25 天：兴旺百货店 · 安全出口上锁",
            body="整改期限已过，请督促单位整改。",
            key=f"letter-{person.pk}",
            on=today(),
            about=f"case:{cases['ordered'].pk}",
        )
    assert HazardCase.objects.count() == 11
    return {
        "cases": cases,
        "listed": listed,
        "soon": soon,
        "stopped": stopped,
        "accepted": accepted,
        "filed": filed,
        "draft": draft,
        "seal": seals.seal_at_once(
            inn,
            seals.Cause("一层仓库", "exits", "安全出口封堵"),
            consent_by="大队长",
            officers=[a, b],
            sealed_at=now(),
            by=a,
            at=now(),
        ),
        "unit": shop,
    }


def deeper(role: str, world) -> list[str]:
    """Pages behind the lists: the ones this role works on."""
    case = {state: f"/cases/{one.pk}/" for state, one in world["cases"].items()}
    act = {state: f"/rectification/cases/{one.pk}/" for state, one in world["cases"].items()}
    unit, visit, filed = f"/units/{world['unit'].pk}/", world["filed"].inspection, world["filed"]
    stop = {name: f"/rectification/suspensions/{world[name].pk}/" for name in ("stopped", "accepted")}
    listed = f"/cases/{world['listed'].pk}/"
    proposed = f"/rectification/suspensions/{filed.suspension.pk}/"
    return {
        "inspector_a": [
            *case.values(),
            act["registered"] + "order/",
            act["submitted"] + "review/",
            act["ordered"] + "transfer/",
            act["ordered"] + "determine/",
            act["ordered"] + "outlook/",
            stop["stopped"],
            f"/rectification/units/{world['unit'].pk}/stop/",
            f"/rectification/units/{world['unit'].pk}/seal/",
            f"/rectification/units/{world['unit'].pk}/order/",
            world["seal"].get_absolute_url(),
            "/rectification/seals/",
            "/documents/?service=awaiting",
            visit.get_absolute_url(),
            f"/rectification/inspections/{visit.pk}/filed/",
            visit.document.get_absolute_url(),
            filed.order.document.get_absolute_url(),
            world["stopped"].document.get_absolute_url(),
            f"/inspections/{world['draft'].pk}/edit/",
            f"/inspections/{world['draft'].pk}/finish/",
            f"/inspections/{world['draft'].pk}/catalogue/",
            f"/inspections/start/?unit={world['unit'].pk}",
            "/inspections/start/",
            unit,
            unit + "correct/",
            unit + "move/",
            unit + "retire/",
            unit + "plate/",
            "/units/register/",
            "/units/?q=裘",
            "/rectification/lookbacks/?tab=late",
            act["closed"] + "look-back/",
            act["registered"] + "merge/",
            case["registered"],
        ],
        "clerk": [unit, case["ordered"], "/units/?q=没有这家"],
        "officer_east": [
            *(
                f"/rectification/mine/?tab={tab}"
                for tab in ("overdue", "soon", "submitted", "listed", "stopped", "all")
            ),
            act["ordered"] + "submit/",
            act["ordered"] + "ask-extension/",
            stop["stopped"],
            "/rectification/watches/?tab=due",
            case["ordered"],
            "/units/register/",
        ],
        "office": [
            "/office/",
            f"/rectification/cases/{world['soon'].pk}/decide-extension/",
            act["registered"] + "void/",
            "/rectification/lookbacks/draw/",
            "/cases/?recurrence=true&state=counted",
            act["suspended"] + "resume/",
            listed,
            proposed,
            stop["accepted"],
            world["seal"].get_absolute_url(),
            "/rectification/approvals/",
            "/figures/",
            "/units/import/",
        ],
        "leader": [
            "/figures/",
            "/leader/listings/",
            "/leader/combined/",
            listed,
            "/cases/?overdue=true&ordering=worst",
            "/cases/?q=没有这样的隐患",
            f"/rectification/cases/{world['listed'].pk}/list/",
        ],
        "auditor": [case["void"], case["transferred"], "/figures/"],
        "admin_user": ["/accounts/people/new/", unit],
    }[role]


def shot(page, name):
    """A picture for whoever asks for one with SHOTS=folder."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/pages-{name}.png", full_page=True)


class Audit:
    """Looks at pages one after the other and keeps what is wrong with them."""

    def __init__(self, page, axe, label):
        self.page, self.axe, self.label = page, axe, label
        self.faults: list[str] = []

    def ask(self, address: str) -> None:
        """Only whether it is there for this role."""
        if (status := self.page.request.get(address).status) != 200:
            self.faults.append(f"{self.label} {address}: {status}")

    def look(self, address: str) -> None:
        """The whole audit of one page."""
        answer = self.page.goto(address)
        where = f"{self.label} {address}"
        if answer.status != 200:
            self.faults.append(f"{where}: {answer.status}")
            return
        self.page.wait_for_function(AT_REST)
        if wide := self.page.evaluate(TOO_WIDE):
            self.faults.append(f"{where}: wider than the screen: {wide}")
        text = ALLOWED.sub("", self.page.evaluate(WORDS_SEEN))
        if english := sorted(set(WORD.findall(text))):
            self.faults.append(f"{where}: in English: {', '.join(english)[:200]}")
        try:
            self.axe(self.page, opened=True)
        except AssertionError as fault:
            self.faults.append(f"{where}: {fault}")
        shot(self.page, re.sub(r"\W+", "-", f"{self.label} {address}"))

    def reachable(self) -> list[str]:
        """The addresses of the navigation: side bar, bottom bar, account and inbox."""
        self.page.goto("/")
        links = self.page.locator("#sidebar a.side-link, #bottombar a, #inbox-bell, .menu-body a").all()
        return list(dict.fromkeys(link.get_attribute("href") for link in links))


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_every_page_of_every_role(new_page, sign_in, axe, cast, world, size):
    faults, checked = [], set()
    for role in ROLES:
        audit = Audit(sign_in(new_page(size), cast[role]), axe, f"{size} {role}")
        places = audit.reachable()
        assert len(places) >= 5, role
        for address in [*places, *deeper(role, world)]:
            # The same address looks nearly the same to all: it is drawn once, and asked for by everybody.
            if address in checked or address.startswith(ELSEWHERE):
                audit.ask(address)
            else:
                audit.look(address)
            checked.add(address)
        faults += audit.faults
        audit.page.context.close()
    assert not faults, f"{len(faults)} faults\n" + "\n".join(faults)


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_dark_theme_keeps_its_contrast(new_page, sign_in, axe, cast, world, size):
    faults = []
    case, stop = world["cases"]["ordered"], world["stopped"]
    for role, addresses in {
        "inspector_a": [
            "/inspections/today/",
            f"/cases/{case.pk}/",
            f"/rectification/cases/{world['cases']['submitted'].pk}/review/",
        ],
        "officer_east": ["/rectification/mine/", f"/rectification/cases/{case.pk}/submit/"],
        "office": [
            "/rectification/approvals/",
            f"/rectification/suspensions/{stop.pk}/",
            stop.document.get_absolute_url(),
        ],
        "leader": ["/leader/", "/cases/"],
    }.items():
        audit = Audit(sign_in(new_page(size, theme="dark"), cast[role]), axe, f"dark {size} {role}")
        for address in addresses:
            audit.look(address)
        faults += audit.faults
        audit.page.context.close()
    assert not faults, "\n".join(faults)
