"""Registering, correcting, moving, retiring: what is written, what is refused, what the history says."""

from datetime import date
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import InternalError, transaction

from common.errors import AlreadyDone, NotAllowed, RuleBroken, StaleForm
from common.versions import version_of
from reference.models import PlaceType
from units import guards, services
from units.models import Unit, UnitChange, UnitPerson

pytestmark = pytest.mark.django_db


def test_register_numbers_the_units_of_a_county_one_after_the_other(make_unit):
    assert make_unit().number == "131121-000001"
    assert make_unit(name="马屯永顺饭馆").number == "131121-000002"


def test_register_writes_people_initials_and_the_first_line_of_the_history(make_unit, inspector_a):
    unit = make_unit(people=[{"duty": "responsible", "name": "钱某", "phone": "13800000001"}])
    assert unit.name_initials == "mtxwbhd"
    assert [(p.duty, p.name, p.phone) for p in unit.people.all()] == [("responsible", "钱某", "13800000001")]
    change = unit.changes.get()
    assert (change.act, change.by) == ("registered", inspector_a)


def test_the_same_client_id_registers_one_unit(make_unit):
    client_id = uuid4()
    assert make_unit(client_id=client_id) == make_unit(client_id=client_id)
    assert Unit.objects.count() == 1


def test_nobody_registers_outside_their_area(make_unit, officer_east, west_village):
    with pytest.raises(NotAllowed):
        make_unit(region=west_village, by=officer_east)
    assert Unit.objects.count() == 0


def test_a_leader_registers_nothing(make_unit, leader):
    with pytest.raises(NotAllowed, match=r"Inspector|监督|检查"):
        make_unit(by=leader)


def test_a_county_is_no_place_for_a_unit(make_unit, county):
    with pytest.raises(RuleBroken) as refusal:
        make_unit(region=county)
    assert refusal.value.field == "region"


def test_a_credit_code_stands_once_among_the_current_units(make_unit, inspector_a, on):
    code = "91131121MA07XYWT5D"
    first = make_unit(credit_code=code)
    with pytest.raises(ValidationError):
        make_unit(name="马屯永顺饭馆", credit_code=code)
    services.retire(first, status="closed", by=inspector_a, on=on, reason="歇业")
    assert make_unit(name="马屯永顺饭馆", credit_code=code).pk


def test_coordinates_outside_china_are_refused_with_a_sentence(make_unit):
    with pytest.raises(ValidationError) as mistake:
        make_unit(longitude=37, latitude=115)
    assert "WGS-84" in str(mistake.value)


def test_correct_logs_each_field_before_and_after(make_unit, inspector_b, on):
    unit = make_unit(flags=["small_place"], lodgers=0)
    services.correct(
        unit, by=inspector_b, on=on, reason="现场核实", lodgers=4, flags=["combined_use", "small_place"]
    )
    change = unit.changes.filter(act="corrected").get()
    assert change.changes == {"lodgers": [0, 4], "flags": [["small_place"], ["combined_use", "small_place"]]}
    assert (change.by, change.reason) == (inspector_b, "现场核实")


def test_correct_without_a_difference_writes_nothing(make_unit, inspector_a, on):
    unit = make_unit(lodgers=3)
    services.correct(unit, by=inspector_a, on=on, lodgers=3, name="马屯兴旺百货店")
    assert list(unit.changes.values_list("act", flat=True)) == ["registered"]


def test_a_stale_form_is_refused_and_says_who_was_faster(make_unit, inspector_a, inspector_b, on):
    unit = make_unit()
    opened = version_of(unit)
    services.correct(unit, by=inspector_b, on=on, storeys=3)
    with pytest.raises(StaleForm, match="吴平"):
        services.correct(unit, by=inspector_a, on=on, version=opened, storeys=2)
    assert Unit.objects.get().storeys == 3


def test_correct_takes_no_headline(make_unit, inspector_a, on):
    with pytest.raises(TypeError):
        services.correct(make_unit(), by=inspector_a, on=on, suspended_since=date(2026, 1, 1))


def test_move_takes_number_and_history_along(make_unit, inspector_a, west_village, on):
    unit = make_unit(longitude="115.720000", latitude="37.510000")
    moved = services.move(
        unit, region=west_village, address="恩察镇西街2号", by=inspector_a, on=on, reason="搬迁"
    )
    assert (moved.number, moved.region_id, moved.address) == (
        "131121-000001",
        "131121101201",
        "恩察镇西街2号",
    )
    assert moved.longitude is None
    change = moved.changes.filter(act="moved").get()
    assert change.changes["region"] == ["131121104201", "131121101201"]


def test_a_township_officer_moves_nothing_out_of_the_township(make_unit, officer_east, west_village, on):
    with pytest.raises(NotAllowed):
        services.move(make_unit(), region=west_village, address="恩察", by=officer_east, on=on)


def test_a_move_to_the_same_place_is_refused(make_unit, inspector_a, east_village, on):
    unit = make_unit()
    with pytest.raises(RuleBroken, match=r"same|相同"):
        services.move(unit, region=east_village, address=unit.address, by=inspector_a, on=on)


def test_retire_keeps_the_file_and_restore_brings_it_back(make_unit, inspector_a, on):
    unit = services.retire(make_unit(), status="demolished", by=inspector_a, on=on, reason="")
    assert (unit.retired_on, unit.operating_status) == (on, "demolished")
    assert not Unit.objects.current().exists()
    unit = services.restore(unit, by=inspector_a, on=on, reason="登记有误")
    assert (unit.retired_on, unit.operating_status) == (None, "operating")
    assert list(unit.changes.values_list("act", flat=True)) == ["restored", "retired", "registered"]


def test_retiring_twice_is_already_done(make_unit, inspector_a, on):
    unit = make_unit()
    services.retire(unit, status="closed", by=inspector_a, on=on)
    with pytest.raises(AlreadyDone):
        services.retire(unit, status="closed", by=inspector_a, on=on)


def test_open_ends_stop_a_retirement_until_somebody_says_why(make_unit, inspector_a, on, monkeypatch):
    monkeypatch.setattr(guards, "before_retire", [lambda unit, on: "还有 2 处隐患未销号。"])
    unit = make_unit()
    with pytest.raises(RuleBroken, match="还有 2 处隐患未销号"):
        services.retire(unit, status="closed", by=inspector_a, on=on)
    assert services.retire(unit, status="closed", by=inspector_a, on=on, reason="已移交法院").is_retired


def test_a_double_entry_is_merged_into_the_one_that_stays(make_unit, inspector_a, on):
    stays, double = make_unit(), make_unit(name="马屯兴旺百货商店")
    with pytest.raises(RuleBroken) as refusal:
        services.retire(double, status="merged", by=inspector_a, on=on)
    assert refusal.value.field == "merged_into"
    assert (
        services.retire(double, status="merged", merged_into=stays, by=inspector_a, on=on).merged_into
        == stays
    )


def test_nothing_is_corrected_on_a_retired_unit(make_unit, inspector_a, on):
    unit = make_unit()
    services.retire(unit, status="closed", by=inspector_a, on=on)
    with pytest.raises(RuleBroken):
        services.correct(unit, by=inspector_a, on=on, storeys=2)


def test_the_history_cannot_be_rewritten(make_unit):
    unit = make_unit()
    for write in (lambda: UnitChange.objects.update(reason="x"), lambda: UnitChange.objects.all().delete()):
        with pytest.raises(InternalError), transaction.atomic():
            write()
    assert unit.changes.get().reason == ""


def test_a_new_person_in_a_duty_follows_the_old_one(make_unit, inspector_a, on):
    unit = make_unit(people=[{"duty": "responsible", "name": "钱某", "phone": "13800000001"}])
    services.set_people(
        unit, [{"duty": "responsible", "name": "李某", "phone": "13800000002"}], by=inspector_a, on=on
    )
    assert list(UnitPerson.objects.current().values_list("name", flat=True)) == ["李某"]
    assert UnitPerson.objects.get(name="钱某").ends_on == on
    assert "李某" in Unit.objects.get().search_text
    assert "钱某" not in Unit.objects.get().search_text


def test_a_new_phone_is_a_correction_of_the_same_person(make_unit, inspector_a, on):
    unit = make_unit(people=[{"duty": "responsible", "name": "钱某", "phone": "13800000001"}])
    services.set_people(
        unit, [{"duty": "responsible", "name": "钱某", "phone": "13800000009"}], by=inspector_a, on=on
    )
    assert list(unit.people.values_list("name", "phone", "ends_on")) == [("钱某", "13800000009", None)]


def test_suspension_is_a_headline_with_two_lines_of_history(make_unit, office, on):
    unit = make_unit()
    services.mark_suspended(unit, since=on, note="枣消停字〔2026〕第0001号", by=office)
    services.mark_suspended(unit, since=on, note="枣消停字〔2026〕第0001号", by=office)
    assert Unit.objects.suspended().get().suspension_note == "枣消停字〔2026〕第0001号"
    services.mark_suspended(unit, since=None, by=office)
    assert not Unit.objects.suspended().exists()
    assert list(unit.changes.values_list("act", flat=True)) == ["resumed", "suspended", "registered"]


def test_a_late_inspection_never_moves_the_day_back(make_unit):
    unit = make_unit()
    services.mark_inspected(unit, on=date(2026, 3, 20))
    services.mark_inspected(unit, on=date(2026, 2, 1))
    assert Unit.objects.get().last_inspected_on == date(2026, 3, 20)


def test_a_headline_makes_no_form_stale(make_unit, inspector_a, on):
    unit = make_unit()
    opened = version_of(unit)
    services.mark_inspected(unit, on=on)
    services.mark_suspended(unit, since=on, by=inspector_a)
    services.correct(unit, by=inspector_a, on=on, version=opened, storeys=2)


def test_place_types_are_codes_not_numbers(make_unit):
    assert make_unit(place_type=PlaceType.objects.get(code="work-fur")).place_type.label == "皮毛加工作坊"
