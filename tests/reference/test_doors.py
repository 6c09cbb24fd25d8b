"""The catalogue page, the region picker and the API of reference data."""

from datetime import date

import pytest
from django import forms

from reference.forms import RegionField
from reference.models import Checklist, HazardCategory, Region
from reference.picker import chosen_of, picker
from reference.services.regions import load_regions
from reference.services.tables import DATA, load_tables

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 10)


@pytest.fixture
def zaoqiang(db):
    load_regions(DATA / "regions" / "zaoqiang-131121.csv")


@pytest.fixture
def tables(db):
    load_tables()


@pytest.fixture
def signed_in(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("reader"))
    return client


def test_regions_by_parent_and_level(zaoqiang, signed_in):
    answer = signed_in.get("/api/v1/regions/", {"parent": "131121", "level": "township"}).json()
    assert answer["count"] == 11
    assert set(answer) == {"count", "next", "previous", "results"}
    first = answer["results"][0]
    assert (first["code"], first["parent"], first["path"]) == ("131121100", "131121", "枣强县 枣强镇")


def test_villages_anywhere_inside_a_county_by_initials(zaoqiang, signed_in):
    everywhere = signed_in.get("/api/v1/regions/", {"under": "131121", "level": "village"}).json()
    assert everywhere["count"] == 560
    found = signed_in.get("/api/v1/regions/", {"under": "131121", "q": "dyz"}).json()["results"]
    assert "131121102" in [region["code"] for region in found]


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"level": "town"}, "level"), ({"parent": "枣强"}, "parent"), ({"page_size": "100000"}, "page_size")],
)
def test_a_bad_value_answers_400_with_its_field(zaoqiang, signed_in, asked, field):
    answer = signed_in.get("/api/v1/regions/", asked)
    assert answer.status_code == 400
    assert field in answer.json()


def test_an_ended_region_leaves_the_list_but_is_found_by_code(zaoqiang, signed_in):
    Region.objects.filter(code="131121100").update(valid_to=date(2020, 1, 1))
    assert signed_in.get("/api/v1/regions/", {"parent": "131121"}).json()["count"] == 10
    assert signed_in.get("/api/v1/regions/131121100/").status_code == 200
    assert signed_in.get("/api/v1/regions/999/").status_code == 404


def test_the_catalogue_in_the_api_costs_the_same_for_few_and_many(
    tables, signed_in, django_assert_max_num_queries
):
    with django_assert_max_num_queries(7):
        answer = signed_in.get("/api/v1/categories/", {"page_size": 200}).json()
    assert answer["count"] == HazardCategory.objects.count()
    lodging = next(row for row in answer["results"] if row["id"] == "901")
    assert lodging["for_suspension"] is True
    assert "FL-19-2" in [clause["code"] for clause in lodging["basis"]]
    assert signed_in.get("/api/v1/categories/901/").json()["code"] == "901"


def test_checklists_come_with_their_questions_one_by_one(tables, signed_in):
    assert signed_in.get("/api/v1/checklists/", {"audience": "grid"}).json()["count"] == 1
    grid = Checklist.objects.get(code="grid")
    items = signed_in.get(f"/api/v1/checklists/{grid.pk}/").json()["items"]
    assert [item["number"] for item in items] == [1, 2, 3, 4, 5]
    assert signed_in.get("/api/v1/place-types/", {"parent": "fun"}).json()["count"] == 6


@pytest.mark.parametrize("path", ["regions", "categories", "place-types", "checklists"])
def test_a_stranger_gets_nothing_and_nobody_writes(client, signed_in, path):
    assert signed_in.post(f"/api/v1/{path}/", {}).status_code == 405
    client.logout()
    assert client.get(f"/api/v1/{path}/").status_code in {401, 403}


def test_the_catalogue_page_shows_every_group_and_finds_by_words(tables, signed_in):
    page = signed_in.get("/reference/catalogue/")
    assert page.status_code == 200
    assert page.context["count"] == HazardCategory.objects.count()
    assert len(page.context["groups"]) == 12
    found = signed_in.get("/reference/catalogue/", {"q": "三合一"})
    assert [entry.code for _, rows in found.context["groups"] for entry in rows] == ["901"]
    by_law = signed_in.get("/reference/catalogue/", {"q": "第十九条"})
    assert by_law.context["count"] > 5
    assert signed_in.get("/reference/catalogue/", {"q": "没有这样的隐患"}).context["count"] == 0


def test_the_picker_goes_from_the_county_down_step_by_step(zaoqiang):
    start = picker(name="region", on=TODAY, under="131121")
    assert [step.level for step in start.steps] == ["township"]
    township = picker(name="region", on=TODAY, under="131121", chosen="131121102")
    assert [(step.level, step.chosen) for step in township.steps] == [
        ("township", "131121102"),
        ("village", ""),
    ]
    village = Region.objects.filter(parent="131121102").first()
    whole = picker(name="region", on=TODAY, chosen=village.code)
    assert [step.level for step in whole.steps] == ["province", "city", "county", "township", "village"]
    assert whole.chosen == village
    assert [s.level for s in picker(name="r", on=TODAY, under="131121", until="township").steps] == [
        "township"
    ]


def test_a_choice_outside_the_area_is_no_choice(zaoqiang):
    assert picker(name="region", on=TODAY, under="131121102", chosen="131121100").chosen is None


def test_changing_the_township_forgets_the_village():
    sent = {"region_county": "131121", "region_township": "131121100", "region_village": "131121102201"}
    assert chosen_of(sent, "region") == "131121100"
    assert chosen_of({"region_township": "", "region_village": "131121102201"}, "region") == ""
    assert chosen_of({}, "region") == ""


def test_the_select_is_swapped_as_a_whole(zaoqiang, signed_in):
    at = "/reference/regions/select/"
    page = signed_in.get(at, {"picker": "region", "under": "131121", "region_township": "131121102"})
    assert page.status_code == 200
    html = page.content.decode()
    assert html.count("<select") == 2
    assert 'name="region" value="131121102"' in html
    found = signed_in.get(at, {"picker": "region", "under": "131121", "region_q": "dyz"}).content.decode()
    assert "枣强县 大营镇" in found
    assert signed_in.get(at, {"picker": "x y"}).status_code == 400
    assert signed_in.get(at, {"until": "moon"}).status_code == 400
    assert signed_in.get(at, {"under": "'--"}).status_code == 400


class Form(forms.Form):
    region = RegionField(under="131121", levels=("village", "grid"))


def test_the_form_field_takes_a_village_inside_the_area_and_nothing_else(zaoqiang):
    village = Region.objects.filter(parent="131121102").first()
    assert Form({"region": village.code}).is_valid()
    assert Form({"region_township": "131121102", "region_village": village.code}).is_valid()
    for wrong in ("131121102", "33", "abc", ""):
        assert "region" in Form({"region": wrong}).errors
    assert "region-select-region" in Form().as_div()
