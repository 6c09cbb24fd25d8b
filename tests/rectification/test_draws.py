"""Draws: previewed, confirmed, kept with what was in the drum, the same again for the same seed."""

import io
import json
from datetime import date
from decimal import Decimal
from itertools import chain

import pytest
from django.core.management import CommandError, call_command

from common.errors import NotAllowed, RuleBroken
from hazards.services import record
from rectification import drawing
from rectification.models import Draw, LookBack
from rectification.services import draws
from tests import journeys
from tests.factories import at, plus

pytestmark = pytest.mark.django_db

AFTER = date(2026, 4, 10)  # the first quarter of 2026 is over
FACTS = {"quarter": "2026Q1", "percent": Decimal(40), "seed": 7}


@pytest.fixture
def closed(make_case, make_unit, west_village, inspector_a):
    """Five corrected on the spot in East, one in West, all in March; one in East in April."""
    west = make_unit("西街饭店", region=west_village)
    cases = [make_case(day=plus(n)) for n in range(5)] + [
        make_case(unit=west),
        make_case(day=date(2026, 4, 2)),
    ]
    for case in cases:
        record(case, "correct_on_site", by=inspector_a, at=at(case.opened_on, 11))
    return cases


def draw(county, by, **more):
    return draws.draw(county, **{**FACTS, **more}, by=by, at=at(AFTER))


def test_a_preview_writes_nothing(closed, county, office):
    lots = draws.preview(county, **FACTS, by=office, on=AFTER)
    assert {code: len(part) for code, part in lots.pool.items()} == {"131121104": 5, "131121101": 1}
    assert {code: len(part) for code, part in lots.drawn.items()} == {"131121101": 1, "131121104": 2}
    assert (lots.closed, lots.count) == (6, 3)
    assert not Draw.objects.exists() and not LookBack.objects.exists()


def test_a_draw_keeps_who_when_seed_and_drum(closed, county, office):
    lots = draws.preview(county, **FACTS, by=office, on=AFTER)
    made = draw(county, office)
    assert (made.seed, made.percent, made.drawn_by, made.drawn_at) == (7, Decimal(40), office, at(AFTER))
    kept = LookBack.objects.filter(draw=made)
    assert sorted(kept.values_list("case__number", flat=True)) == sorted(chain(*lots.drawn.values()))
    assert set(kept.values_list("why", "due_on")) == {("draw", date(2026, 5, 10))}
    assert draws.is_true(made)


def test_the_same_seed_again_is_the_same_draw(closed, county, office):
    made = draw(county, office)
    assert draw(county, office) == made
    assert (Draw.objects.count(), LookBack.objects.count()) == (1, 3)


def test_it_can_be_checked_after_the_look_backs_were_made(closed, county, office, inspector_a, inspector_b):
    made = draw(county, office)
    for look in made.look_backs.all():
        journeys.look_back(look.case, officers=[inspector_a, inspector_b], day=date(2026, 4, 20))
    assert draws.is_true(made)
    made.seed = 8
    again = drawing.draw_all(made.pool, made.percent, 8)
    kept = sorted(made.look_backs.values_list("case__number", flat=True))
    assert draws.is_true(made) is (sorted(chain(*again.values())) == kept)


def test_another_draw_takes_only_what_is_left(closed, county, office):
    first = draw(county, office)
    second = draw(county, office, percent=Decimal(100), seed=8)
    assert second.look_backs.count() == 3
    assert not set(first.look_backs.values_list("case")) & set(second.look_backs.values_list("case"))
    with pytest.raises(RuleBroken) as refusal:
        draw(county, office, seed=9)
    assert refusal.value.field == "quarter"


def test_one_that_waits_already_comes_earlier_never_later(
    make_case, county, office, inspector_a, inspector_b
):
    case = make_case()
    journeys.order(case, by=inspector_a)
    journeys.review(case, officers=[inspector_a, inspector_b])  # closed on 15 March, look back by 13 June
    made = draw(county, office)
    assert list(LookBack.objects.values_list("why", "due_on", "draw")) == [
        ("closed", date(2026, 5, 10), made.pk)
    ]


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("quarter", {"quarter": "2026Q2"}),
        ("quarter", {"quarter": "2026Q9"}),
        ("quarter", {"quarter": "2025Q1"}),
        ("percent", {"percent": Decimal(0)}),
        ("percent", {"percent": Decimal("100.01")}),
        ("seed", {"seed": -1}),
        ("seed", {"seed": 2**63}),
    ],
)
def test_a_mistake_is_said_at_its_field(field, facts, closed, county, office):
    with pytest.raises(RuleBroken) as refusal:
        draw(county, office, **facts)
    assert refusal.value.field == field
    assert not Draw.objects.exists()


def test_only_the_office_draws(closed, county, inspector_a, leader):
    for person in (inspector_a, leader):
        with pytest.raises(NotAllowed):
            draw(county, person)


def test_the_page_previews_confirms_and_shows_the_check(closed, as_user, office, inspector_a):
    client = as_user(office)
    url = "/rectification/lookbacks/draw/"
    assert client.get(url).status_code == 200
    sent = {"region": "131121", "quarter": "2026q1", "percent": "40", "seed": "7"}
    assert "将从 6 件中抽取 3 件" in client.post(url, sent).content.decode()
    assert not Draw.objects.exists()
    answer = client.post(url, sent | {"confirm": "yes"}, follow=True)
    body = answer.content.decode()
    assert "复核一致" in body and Draw.objects.count() == 1
    assert client.post(url, sent | {"percent": "abc"}).status_code == 422
    assert client.post(url, sent | {"region": "3308"}).status_code == 422
    assert as_user(inspector_a).get(url).status_code == 403


def test_the_command_shows_then_draws_the_same(closed, county):
    def run(*more):
        out = io.StringIO()
        arguments = ["--region=131121", "--quarter=2026Q1", "--percent=40", "--seed=7", *more]
        call_command("draw_lookback", *arguments, stdout=out)
        return json.loads(out.getvalue())

    shown = run()
    assert (shown["committed"], shown["closed"], shown["count"]) == (
        False,
        6,
        3,
    ) and not Draw.objects.exists()
    made = run("--commit")
    assert made["drawn"] == shown["drawn"] and Draw.objects.get().drawn_by is None
    assert run("--commit") == made
    assert (Draw.objects.count(), LookBack.objects.count()) == (1, 3)


@pytest.mark.parametrize(
    "wrong",
    [
        "--region=999999",
        "--quarter=2026",
        "--percent=abc",
        "--percent=0",
        "--percent=NaN",
        "--percent=1.234",
        "--by=nobody",
    ],
)
def test_the_command_says_what_is_wrong(wrong, county):
    right = {"--region": "131121", "--quarter": "2026Q1", "--percent": "5", "--seed": "7"}
    name, value = wrong.split("=")
    arguments = [f"{key}={word}" for key, word in (right | {name: value}).items()]
    with pytest.raises(CommandError):
        call_command("draw_lookback", *arguments, stdout=io.StringIO())
