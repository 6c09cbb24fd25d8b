"""The pages of the register, as their readers meet them."""

import io
from uuid import uuid4

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from common.days import today
from reference.models import PlaceType
from units import services
from units.models import PhoneView, Unit

pytestmark = pytest.mark.django_db
PEOPLE = [{"duty": "responsible", "name": "钱某", "phone": "13800000001"}]


def fields(**changed):
    """What the form of a new unit sends."""
    sent = {
        "client_id": str(uuid4()),
        "name": "马屯兴旺百货店",
        "place_type": "shop-street",
        "supervision_class": "small",
        "township": "131121104",
        "village": "131121104201",
        "address": "马屯镇东街1号",
        "flags": ["small_place"],
        "operating_status": "operating",
        "responsible_name": "钱某",
        "responsible_phone": "１３８００００００01、0318-8220119",
    }
    return sent | changed


def test_a_unit_is_registered_in_the_village(as_user, officer_east, tables):
    answer = as_user(officer_east).post(reverse("units:register"), fields())
    unit = Unit.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"/units/{unit.pk}/"
    assert (unit.region_id, unit.flags, unit.created_by) == ("131121104201", ["small_place"], officer_east)
    assert unit.people.get().phone == "13800000001 / 0318-8220119"


def test_without_a_village_it_is_registered_in_the_township(as_user, officer_east, tables):
    as_user(officer_east).post(reverse("units:register"), fields(village=""))
    assert Unit.objects.get().region_id == "131121104"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"place_type": "nonsense"}, "place_type"),
        ({"township": "131121101", "village": ""}, "township"),
        ({"village": "131121101201"}, "village"),
        ({"responsible_phone": "12"}, "responsible_phone"),
        ({"responsible_name": ""}, "responsible_name"),
        ({"credit_code": "91131121MA07XYWT53"}, "credit_code"),
        ({"flags": ["gas_giant"]}, "flags"),
        ({"storeys": "zwei"}, "storeys"),
        ({"longitude": "37.5", "latitude": "115.7"}, "__all__"),
        ({"longitude": "115.7"}, "__all__"),
    ],
)
def test_bad_input_comes_back_filled_and_writes_nothing(as_user, officer_east, tables, changed, field):
    answer = as_user(officer_east).post(reverse("units:register"), fields(**changed))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert "马屯镇东街1号" in answer.content.decode()
    assert Unit.objects.count() == 0


def test_two_presses_register_one_unit(as_user, officer_east, tables):
    sent, browser = fields(), as_user(officer_east)
    first = browser.post(reverse("units:register"), sent)
    second = browser.post(reverse("units:register"), sent)
    assert first["Location"] == second["Location"]
    assert Unit.objects.count() == 1


def test_duplicates_are_shown_before_saving_and_can_be_denied(as_user, officer_east, make_unit):
    make_unit()
    browser = as_user(officer_east)
    answer = browser.post(reverse("units:register"), fields())
    assert answer.status_code == 422
    assert "131121-000001" in answer.content.decode()
    assert browser.post(reverse("units:register"), fields(confirmed="on")).status_code == 302
    assert Unit.objects.count() == 2


def test_duplicates_are_shown_while_typing(as_user, officer_east, make_unit):
    make_unit()
    answer = as_user(officer_east).get(
        reverse("units:duplicates"), {"name": "马屯兴旺百货", "township": "131121104"}
    )
    assert "马屯兴旺百货店" in answer.content.decode()


def test_a_leader_finds_no_form(as_user, leader, make_unit):
    unit, browser = make_unit(), as_user(leader)
    for name in ("correct", "move", "retire", "restore"):
        assert browser.get(reverse(f"units:{name}", args=[unit.pk])).status_code == 404
    for name in ("register", "import"):
        assert browser.get(reverse(f"units:{name}")).status_code == 404
    assert browser.get(unit.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("name", ["dossier", "correct", "move", "retire", "restore", "plate"])
def test_a_unit_outside_ones_area_is_not_there(as_user, officer_west, make_unit, name):
    unit = make_unit()
    browser = as_user(officer_west)
    assert browser.get(reverse(f"units:{name}", args=[unit.pk])).status_code == 404
    assert browser.get(reverse("door", args=[unit.number])).status_code == 404


def test_the_list_holds_ones_own_area(as_user, officer_east, make_unit, west_village):
    make_unit()
    make_unit(name="恩察饭馆", region=west_village)
    text = as_user(officer_east).get(reverse("units:list")).content.decode()
    assert "马屯兴旺百货店" in text
    assert "恩察饭馆" not in text


def test_filters_narrow_the_list(as_user, inspector_a, make_unit, west_village, on):
    make_unit(flags=["small_place"])
    fur = PlaceType.objects.get(code="work-fur")
    two = make_unit(name="恩察裘皮加工点", region=west_village, flags=["combined_use"], place_type=fur)
    services.mark_suspended(two, since=on, by=inspector_a)
    browser = as_user(inspector_a)
    for query in (
        "flag=combined_use",
        "region=131121101",
        "place_type=work",
        "suspended=true",
        "q=裘",
        "q=ecqp",
    ):
        rows = browser.get(f"{reverse('units:list')}?{query}").context["units"]
        assert [unit.name for unit in rows] == ["恩察裘皮加工点"], query


@pytest.mark.parametrize(
    "query", ["page=abc", "size=100000", "region=x", "flag=x", "place_type=x", "unseen_since=x"]
)
def test_nonsense_in_the_address_breaks_no_list(as_user, inspector_a, make_unit, query):
    make_unit()
    assert as_user(inspector_a).get(f"{reverse('units:list')}?{query}").status_code == 200


def test_retired_units_leave_the_list_and_are_found_by_the_filter(as_user, inspector_a, make_unit, on):
    services.retire(make_unit(), status="closed", by=inspector_a, on=on)
    browser = as_user(inspector_a)
    assert browser.get(reverse("units:list")).context["units"] == []
    assert len(browser.get(reverse("units:list") + "?status=retired").context["units"]) == 1


def test_thirty_rows_cost_as_many_queries_as_three(as_user, inspector_a, make_unit):
    browser = as_user(inspector_a)

    def cost():
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(reverse("units:list") + "?size=20").status_code == 200
        return len(asked)

    for i in range(3):
        make_unit(name=f"马屯店{i}", people=PEOPLE)
    cost()  # what is remembered per process is remembered now
    three = cost()
    for i in range(30):
        make_unit(name=f"马屯铺{i}", people=PEOPLE)
    assert cost() == three + 1  # a second page is counted
    assert three + 1 <= 12


def test_a_dossier_stays_within_its_budget(as_user, inspector_a, make_unit, django_assert_max_num_queries):
    unit = make_unit(people=PEOPLE)
    browser = as_user(inspector_a)
    browser.get(unit.get_absolute_url())
    with django_assert_max_num_queries(12):
        browser.get(unit.get_absolute_url())


@pytest.mark.parametrize("tab", ["overview", "cases", "facts", "changes"])
def test_the_tabs_of_the_file_open(as_user, inspector_a, make_unit, tab):
    unit = make_unit(people=PEOPLE, longitude="115.72", latitude="37.51", storeys=2)
    answer = as_user(inspector_a).get(unit.get_absolute_url(), {"tab": tab})
    assert answer.status_code == 200


def test_a_tab_that_is_not_there_is_404(as_user, inspector_a, make_unit):
    assert as_user(inspector_a).get(make_unit().get_absolute_url(), {"tab": "x"}).status_code == 404


def test_phones_are_masked_for_those_who_need_none(as_user, leader, officer_east, make_unit):
    unit = make_unit(people=PEOPLE)
    masked = as_user(leader).get(unit.get_absolute_url()).content.decode()
    assert "13800000001" not in masked
    assert "138****0001" in masked
    assert "13800000001" in as_user(officer_east).get(unit.get_absolute_url()).content.decode()


def test_a_masked_phone_is_shown_for_a_reason_that_is_kept(as_user, leader, make_unit):
    unit = make_unit(people=PEOPLE)
    address = reverse("units:reveal_phone", args=[unit.pk, unit.people.get().pk])
    browser = as_user(leader)
    assert browser.post(address, {"reason": " "}).status_code == 422
    assert PhoneView.objects.count() == 0
    answer = browser.post(address, {"reason": "通知复工验收"}, headers={"HX-Request": "true"})
    assert "13800000001" in answer.content.decode()
    look = PhoneView.objects.get()
    assert (look.by, look.reason) == (leader, "通知复工验收")


def test_the_phone_of_a_unit_elsewhere_is_not_there(as_user, officer_west, make_unit):
    unit = make_unit(people=PEOPLE)
    address = reverse("units:reveal_phone", args=[unit.pk, unit.people.get().pk])
    assert as_user(officer_west).post(address, {"reason": "好奇"}).status_code == 404


def test_an_assistant_corrects_a_file_without_wiping_out_the_masked_phone(as_user, clerk, make_unit):
    unit = make_unit(people=PEOPLE)
    browser = as_user(clerk)
    page = browser.get(reverse("units:correct", args=[unit.pk]))
    assert "13800000001" not in page.content.decode()
    sent = fields(
        version=page.context["form"].initial["version"], responsible_phone="138****0001", storeys="2"
    )
    assert browser.post(reverse("units:correct", args=[unit.pk]), sent).status_code == 302
    unit.refresh_from_db()
    assert (unit.storeys, unit.people.get().phone) == (2, "13800000001")


def test_a_stale_form_says_what_changed_and_keeps_what_was_typed(
    as_user, inspector_a, inspector_b, make_unit
):
    unit = make_unit(people=PEOPLE)
    browser = as_user(inspector_a)
    page = browser.get(reverse("units:correct", args=[unit.pk]))
    services.correct(unit, by=inspector_b, on=today(), storeys=3)
    sent = fields(
        version=page.context["form"].initial["version"],
        address="马屯镇南街8号",
        responsible_phone="13800000001",
    )
    answer = browser.post(reverse("units:correct", args=[unit.pk]), sent)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "吴平" in text
    assert "马屯镇南街8号" in text
    assert Unit.objects.get().address == "马屯镇东街1号"


def test_move_retire_and_restore_by_their_pages(as_user, inspector_a, make_unit):
    unit, browser = make_unit(), as_user(inspector_a)
    place = {"township": "131121101", "village": "131121101201", "address": "恩察镇西街2号"}
    assert browser.post(reverse("units:move", args=[unit.pk]), place).status_code == 302
    assert Unit.objects.get().region_id == "131121101201"
    assert browser.post(reverse("units:retire", args=[unit.pk]), {"status": "merged"}).status_code == 422
    assert browser.post(reverse("units:retire", args=[unit.pk]), {"status": "closed"}).status_code == 302
    assert Unit.objects.get().is_retired
    assert (
        browser.post(reverse("units:restore", args=[unit.pk]), {"reason": "复核仍在经营"}).status_code == 302
    )
    assert not Unit.objects.get().is_retired


def test_an_open_hazard_speaks_against_a_retirement(as_user, inspector_a, make_unit, monkeypatch):
    from units import guards

    monkeypatch.setattr(guards, "before_retire", [lambda unit, on: "还有 1 处隐患未销号。"])
    unit, browser = make_unit(), as_user(inspector_a)
    answer = browser.post(reverse("units:retire", args=[unit.pk]), {"status": "closed"})
    assert answer.status_code == 409
    assert "还有 1 处隐患未销号" in answer.content.decode()
    assert not Unit.objects.get().is_retired


def test_the_door_leads_an_inspector_with_a_phone_to_an_inspection(as_user, inspector_a, leader, make_unit):
    unit = make_unit()
    door = reverse("door", args=[unit.number])
    phone = {"User-Agent": "Mozilla/5.0 (Linux; Android 12) Mobile Safari/537.36"}
    assert f"unit={unit.pk}" in as_user(inspector_a).get(door, headers=phone)["Location"]
    assert as_user(inspector_a).get(door)["Location"] == unit.get_absolute_url()
    assert as_user(leader).get(door, headers=phone)["Location"] == unit.get_absolute_url()


def test_the_door_plate_carries_number_name_and_code(as_user, officer_east, make_unit):
    unit = make_unit()
    text = as_user(officer_east).get(reverse("units:plate", args=[unit.pk])).content.decode()
    assert unit.number in text
    assert "<svg" in text
    assert 'style="' not in text


def test_a_stranger_to_the_system_signs_in_first(client, make_unit):
    answer = client.get(reverse("door", args=[make_unit().number]))
    assert answer.status_code == 302
    assert "login" in answer["Location"]


def test_the_export_masks_phones_and_holds_no_formula(as_user, office, make_unit):
    make_unit(name="=HYPERLINK(1)", people=PEOPLE, flags=["combined_use"])
    answer = as_user(office).get(reverse("units:export"))
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert rows[1][1] == "'=HYPERLINK(1)"
    assert "138****0001" in rows[1]
    assert "三合一" in rows[1]
    assert len(rows) == 2


def test_an_assistant_exports_nothing(as_user, clerk, make_unit):
    make_unit()
    assert as_user(clerk).get(reverse("units:export")).status_code == 403
