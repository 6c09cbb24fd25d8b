"""Every act that the table offers to anybody, opened on the phone and on the desk, and fit to be filled in there."""

import os

import pytest

from common.days import now, today
from hazards import selectors
from rectification.acts import DOINGS
from rectification.panels import before_act
from tests import journeys
from tests.e2e.test_pages import ALLOWED, TOO_WIDE, WORD, WORDS_SEEN
from tests.factories import plus

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]

PEOPLE = ("office", "inspector_a", "officer_east", "leader")

# What a person with a thumb, or with a screen reader, would stumble over in a form.
AWKWARD = """(small) => {
    const seen = (one) => one.checkVisibility() && !one.closest('.visually-hidden');
    const form = document.querySelector('form#act');
    if (!form) return ['no form'];
    const faults = [];
    const send = [...document.querySelectorAll('button:not([type=button])')]
        .filter((one) => one.form === form && !one.name && seen(one));
    if (!send.length) faults.push('no button to send it');
    const fields = [...form.querySelectorAll('input:not([type=hidden]), select, textarea')].filter(seen);
    for (const one of fields) {
        const named = [...one.labels].some((label) => label.innerText.trim());
        if (!named && !one.ariaLabel) faults.push(`no label: ${one.name}`);
        const place = one.type === 'checkbox' || one.type === 'radio' || one.type === 'file'
            ? one.closest('label') || one : one;
        const high = place.getBoundingClientRect().height;
        if (high < small) faults.push(`${one.name} is ${Math.round(high)} px high`);
    }
    for (const one of document.querySelectorAll('main :is(button, a.btn, summary), #sticky-bar :is(button, a.btn)')) {
        const high = one.getBoundingClientRect().height;
        if (seen(one) && high < small) faults.push(`“${one.innerText.trim()}” is ${Math.round(high)} px high`);
    }
    return faults;
}"""
# A thumb wants 40 px; the mouse does with 28.
SMALLEST = {"phone": 40, "desktop": 28}


@pytest.fixture
def cases(cast, make_case, media):
    """A case in each situation in which the table offers something."""
    from rectification.services import extensions, instructions, transfers, voids
    from reference.services.calendar import load_calendar
    from reference.services.rule_sets import load_shipped
    from reference.services.tables import load_tables

    load_tables()
    load_calendar()
    load_shipped()
    begun = plus(-12, today())
    inspector, officer, office = (cast[name] for name in ("inspector_a", "officer_east", "office"))

    def case(state, *, listed=False):
        made = make_case(day=begun, category="lodging")
        if listed:
            journeys.make_major(made, by=office)
            journeys.list_(made, by=office)
        return journeys.reach(made, state, cast)

    states = ("registered", "ordered", "submitted", "closed", "transferred", "suspended")
    plain = {state: case(state) for state in states}
    major = {f"listed {state}": case(state, listed=True) for state in ("registered", "ordered", "closed")}
    waiting, doubtful, at_work, answered = map(case, ("ordered", "registered", "transferred", "transferred"))
    asked = {"until": plus(30, today()), "reason": "防火门到货延迟", "interim": "专人值守"}
    extensions.ask(waiting, **asked, by=officer, at=now())
    voids.ask(doubtful, reason="误报", by=inspector, at=now())
    transfers.accept(at_work, accepted_on=today(), accepted_by="住建局王科长", by=office, at=now())
    transfers.answer(answered, result="已责令拆除", answered_on=today(), by=office, at=now())
    instructions.give(
        plain["ordered"],
        words="月底前办结",
        addressee=officer,
        due_on=plus(9, today()),
        by=cast["leader"],
        at=now(),
    )
    referred = {"accepted": at_work, "answered": answered}
    return {**plain, **major, **referred, "extension asked": waiting, "void asked": doubtful}


def offered(cases, cast) -> dict[tuple, tuple[str, str]]:
    """Who opens which page: {(slug, its fields): (person, address)}, from the table itself; each form once."""
    found = {}
    for case in cases.values():
        case.refresh_from_db()
        for person in PEOPLE:
            for act in DOINGS.values():
                if not selectors.offer(case, cast[person], act.name).allowed:
                    continue
                if before_act(case, act.name, cast[person]).get("nothing"):
                    continue
                fields = tuple(act.form(case=case, user=cast[person]).fields)
                found.setdefault((act.slug, fields), (person, f"/rectification/cases/{case.pk}/{act.slug}/"))
    assert {slug for slug, _fields in found} == set(DOINGS), "an act without a case in which it is offered"
    return found


def faults_of(page, address: str, size: str) -> list[str]:
    answer = page.goto(address, wait_until="load")
    if answer.status != 200:
        return [str(answer.status)]
    words = page.evaluate(WORDS_SEEN)
    faults = page.evaluate(AWKWARD, SMALLEST[size])
    if wide := page.evaluate(TOO_WIDE):
        faults.append(f"wider than the screen: {wide}")
    if english := sorted(set(WORD.findall(ALLOWED.sub("", words)))):
        faults.append(f"in English: {', '.join(english)[:200]}")
    return faults + ["a character without a glyph"] * ("□" in words or "\ufffd" in words)


def test_every_act_can_be_done_on_phone_and_desk(new_page, sign_in, cast, cases):
    places, faults = offered(cases, cast), []
    for size in SMALLEST:
        pages = {person: sign_in(new_page(size), cast[person]) for person in PEOPLE}
        for person, address in places.values():
            page = pages[person]
            faults += [f"{size} {address}: {fault}" for fault in faults_of(page, address, size)]
            if folder := os.environ.get("SHOTS"):
                page.screenshot(path=f"{folder}/act{address.replace('/', '-')}{size}.png", full_page=True)
    assert not faults, f"{len(faults)} faults\n" + "\n".join(faults)
