"""The importer: ledgers as clerks keep them, read by hand-written expectation."""

import io
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import openpyxl
import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from common.errors import AlreadyDone, BadFile, NotAllowed, RuleBroken
from units import services
from units.models import ImportBatch, ImportRow, Unit
from units.services import imports
from units.workbook import read

pytestmark = pytest.mark.django_db
SAMPLE = Path("units/data/sample-register.xlsx")
HEADINGS = ["序号", "所属乡镇", "村（社区）", "单位名称", "场所类型", "详细地址", "负责人", "联系电话"]
GOOD = [1, "马屯镇", "张仓口村", "马屯兴旺百货店", "小商店", "马屯镇东街1号", "钱某", "13800000001"]


def book(*rows, headings=HEADINGS, above=(), merge=None):
    """A workbook with one sheet."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as workbook:
        sheet = workbook.add_worksheet("台账")
        for line, row in enumerate([*above, headings, *rows]):
            for column, value in enumerate(row):
                sheet.write(line, column, value)
        if merge:
            sheet.merge_range(*merge)
    return out.getvalue()


def row(**changed):
    """A good row with some cells changed, by column number written as c1, c2 ..."""
    cells = list(GOOD)
    for column, value in changed.items():
        cells[int(column[1:])] = value
    return cells


@pytest.fixture
def stage(tables, office, on):
    """`stage(row(), ...)`: the staged lines of a workbook sent by the county office."""

    def staged(*rows, by=office, **options):
        table = read(book(*rows, **options), "台账.xlsx")
        return imports.stage(table, by=by, on=on)

    return staged


@pytest.fixture
def only(stage):
    """The one line of a workbook."""
    return lambda *rows, **options: stage(*rows, **options).rows.get()


def wrong(line):
    return [(error["field"], error["message"]) for error in line.errors]


# --- the sample ----------------------------------------------------------------------------------------


def test_the_sample_adds_234_units_and_nothing_the_second_time(county_regions, office, on):
    first = imports.stage(read(SAMPLE.read_bytes(), "sample.xlsx"), by=office, on=on)
    assert Unit.objects.count() == 0
    assert imports.commit(first, by=office, on=on) == {"new": 234, "update": 0, "unchanged": 0, "bad": 0}
    assert Unit.objects.flagged("combined_use").count() == 22
    assert Unit.objects.under("131121102").count() == Unit.objects.under("131121103").count() == 27
    unit = Unit.objects.get(name="枣强兴旺百货店")
    assert (unit.region_id, unit.place_type_id, unit.small_kind_id) == ("131121100", "shop-street", "model-1")
    assert (unit.floor_area, unit.storeys, unit.employees, unit.lodgers) == (185, 1, 7, 1)
    assert unit.flags == ["combined_use", "small_place"]
    assert [(p.name, p.phone) for p in unit.people.all()] == [("钱某", "13800000001")]
    second = imports.stage(read(SAMPLE.read_bytes(), "sample.xlsx"), by=office, on=on)
    assert imports.commit(second, by=office, on=on) == {"new": 0, "update": 0, "unchanged": 234, "bad": 0}
    assert Unit.objects.count() == 234


def test_the_command_previews_by_default_and_writes_with_commit(county_regions, capsys):
    call_command("import_units", SAMPLE)
    assert "new=234" in capsys.readouterr().out
    assert Unit.objects.count() == ImportBatch.objects.count() == 0
    call_command("import_units", SAMPLE, "--commit")
    assert Unit.objects.count() == 234


def test_the_command_ends_with_1_and_a_table_where_rows_are_bad(tables, tmp_path, capsys):
    file = tmp_path / "ledger.xlsx"
    file.write_bytes(book(row(), row(c3="")))
    with pytest.raises(SystemExit) as end:
        call_command("import_units", file, "--commit")
    assert end.value.code == 1
    assert "3 | 单位名称 | 缺少单位名称。" in capsys.readouterr().out
    assert Unit.objects.count() == 1


def test_the_command_says_when_there_is_no_such_file(tables, tmp_path):
    with pytest.raises(CommandError, match=r"none\.xlsx"):
        call_command("import_units", tmp_path / "none.xlsx")


# --- what clerks write ------------------------------------------------------------------------------------


def test_titles_above_totals_below_and_empty_rows_are_no_units(stage):
    batch = stage(
        row(), [], ["合计", "", "", "1家"], ["填表人：王某"], above=[["某镇单位台账"], ["2026年3月"]]
    )
    assert batch.header_line == 3
    assert [line.line for line in batch.rows.all()] == [4]
    assert [(left["line"], left["why"]) for left in batch.ignored_lines] == [(6, "total"), (7, "remark")]


def test_headings_that_repeat_on_each_page_are_left_out(stage):
    assert stage(row(), HEADINGS, row(c3="马屯饭馆", c5="东街2号")).rows.count() == 2


@pytest.mark.parametrize("town", ["马屯镇", "马屯", "马屯镇人民政府", " 马屯镇 "])
@pytest.mark.parametrize("village", ["张仓口村", "张仓口", "张仓口村委会", "张仓口村民委员会"])
def test_townships_and_villages_are_known_by_their_short_and_long_names(only, town, village):
    line = only(row(c1=town, c2=village))
    assert (wrong(line), line.data["region"]) == ([], "131121104201")


def test_an_old_spelling_of_a_township_is_known(county_regions, only):
    assert only(row(c1="加会镇", c2="")).data["region"] == "131121103"


def test_an_unknown_village_is_refused_with_the_name_that_may_be_meant(only):
    line = only(row(c2="张仓囗村"))
    assert wrong(line) == [("village", "马屯镇没有“张仓囗村”，是否为“张仓口村”？")]


def test_merged_townships_hold_for_every_row_below(stage):
    batch = stage(row(c1=""), row(c1="", c3="马屯饭馆", c5="东街2号"), merge=(1, 1, 2, 1, "马屯镇"))
    assert [line.data["region"] for line in batch.rows.all()] == ["131121104201"] * 2


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("１３８００００００１２", "13800000012"),
        (13800000012, "13800000012"),
        ("13800000012/13800000013", "13800000012 / 13800000013"),
        ("13800000012、0318-8220119", "13800000012 / 0318-8220119"),
        ("138 0000 0012", "13800000012"),
        ("13800000012 13800000013", "13800000012 / 13800000013"),
        ("+86 13800000012", "13800000012"),
        ("", ""),
    ],
)
def test_phones_as_they_are_typed(only, typed, kept):
    line = only(row(c7=typed))
    assert (wrong(line), line.data["people"]) == ([], [["responsible", "钱某", kept]])


@pytest.mark.parametrize("typed", ["1380000001", "无电话", "138000000123"])
def test_what_is_no_phone_is_refused_at_its_cell(only, typed):
    line = only(row(c7=typed))
    assert [field for field, _message in wrong(line)] == (["responsible_phone"] if typed != "无电话" else [])


EXTRA = [*HEADINGS, "建筑面积(㎡)", "层数", "是否三合一", "统一社会信用代码", "监管类别", "九小类型"]


@pytest.mark.parametrize(
    ("column", "typed", "field", "value"),
    [
        (8, "约185㎡", "floor_area", "185"),
        (8, "１８５.5", "floor_area", "185.5"),
        (9, "２层", "storeys", 2),
        (10, "√", "flags_on", ["combined_use"]),
        (10, "否", "flags_off", ["combined_use"]),
        (11, "91131121ma07xywt5d", "credit_code", "91131121MA07XYWT5D"),
        (12, "消防安全重点单位", "supervision_class", "key"),
        (13, "小餐饮", "small_kind", "model-2"),
    ],
)
def test_facts_are_read_from_their_words(only, column, typed, field, value):
    cells = [*GOOD, "", "", "", "", "", ""]
    cells[column] = typed
    line = only(cells, headings=EXTRA)
    assert (wrong(line), line.data[field]) == ([], value)


@pytest.mark.parametrize(
    ("column", "typed", "field"),
    [
        (8, "很大", "floor_area"),
        (9, "2.5", "storeys"),
        (9, "-1", "storeys"),
        (10, "也许", "combined_use"),
        (11, "12345", "credit_code"),
        (11, 911311210000000000, "credit_code"),  # Excel kept fifteen digits
        (12, "特级单位", "supervision_class"),
        (13, "小飞机场", "small_kind"),
        (4, "飞机场", "place_type"),
        (3, "", "name"),
        (1, "不存在镇", "township"),
        (1, "", "township"),
        (5, "", "address"),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_cell(only, column, typed, field):
    cells = [*GOOD, "", "", "", "", "", ""]
    cells[column] = typed
    if column == 1:
        cells[2] = ""
        cells[5] = "东街1号"
    line = only(cells, headings=EXTRA)
    assert [name for name, _message in wrong(line)] == [field]
    assert line.verdict == "bad"


def test_the_kind_of_a_small_place_and_the_name_give_the_place_type(only):
    cells = [*row(c3="马屯永顺幼儿园", c4="小学校"), "", "", "", "", "九小场所", "小学校"]
    data = only(cells, headings=EXTRA).data
    assert (data["place_type"], data["small_kind"], data["flags_on"]) == (
        "edu-kinder",
        "model-7",
        ["small_place"],
    )


def test_unknown_columns_are_named_not_swallowed(as_user, office, stage):
    batch = stage([*GOOD, "甲"], headings=[*HEADINGS, "网红指数"])
    assert "网红指数" in as_user(office).get(batch.get_absolute_url()).content.decode()


# --- against the register and within the file ----------------------------------------------------------------


def test_the_same_unit_twice_in_a_file_is_written_once(stage, office, on):
    batch = stage(row(), row(c0=2))
    assert wrong(batch.rows.last()) == [("name", "与第 2 行名称、地址相同。")]
    assert imports.commit(batch, by=office, on=on)["new"] == 1


def test_a_known_unit_is_updated_and_empty_cells_wipe_out_nothing(stage, make_unit, office, on):
    unit = make_unit(storeys=3, people=[{"duty": "responsible", "name": "钱某", "phone": "13800000001"}])
    batch = stage(row(c5="马屯镇北街7号", c7=""))
    line = batch.rows.get()
    assert (line.verdict, line.changes) == ("update", {"address": ["马屯镇东街1号", "马屯镇北街7号"]})
    imports.commit(batch, by=office, on=on)
    unit.refresh_from_db()
    assert (unit.address, unit.storeys, unit.people.get().phone) == ("马屯镇北街7号", 3, "13800000001")
    assert unit.changes.first().act == "imported"
    assert "北街7号" in unit.search_text


def test_a_ledger_that_knows_only_the_township_keeps_the_village(only, make_unit):
    make_unit(people=[{"duty": "responsible", "name": "钱某", "phone": "13800000001"}])
    assert only(row(c2="")).verdict == "unchanged"


def test_two_namesakes_in_one_township_are_told_apart_by_address(stage, office, on):
    batch = stage(row(), row(c5="马屯镇西街3号", c7="13800000002"))
    assert imports.commit(batch, by=office, on=on)["new"] == 2


def test_a_retired_unit_is_not_brought_back_by_a_ledger(only, make_unit, office, on):
    services.retire(make_unit(), status="closed", by=office, on=on)
    assert [field for field, _message in wrong(only(row()))] == ["name"]


def test_a_township_officer_imports_into_the_own_township_alone(stage, officer_east):
    batch = stage(row(), row(c1="恩察镇", c2="", c3="恩察饭馆"), by=officer_east)
    assert [line.verdict for line in batch.rows.all()] == ["new", "bad"]


def test_a_township_officer_needs_no_column_for_the_township(only, officer_east):
    cells = [cell for column, cell in enumerate(GOOD) if column != 1]
    headings = [cell for column, cell in enumerate(HEADINGS) if column != 1]
    assert only(cells, headings=headings, by=officer_east).data["region"] == "131121104201"


def test_a_leader_imports_nothing(stage, leader):
    with pytest.raises(NotAllowed):
        stage(row(), by=leader)


def test_an_import_is_written_once(stage, office, on):
    batch = stage(row())
    imports.commit(batch, by=office, on=on)
    with pytest.raises(AlreadyDone):
        imports.commit(batch, by=office, on=on)


def test_the_register_may_have_moved_on_before_the_confirmation(stage, office, on, make_unit):
    batch = stage(row())
    make_unit(people=[{"duty": "responsible", "name": "钱某", "phone": "13800000001"}])
    assert imports.commit(batch, by=office, on=on) == {"new": 0, "update": 0, "unchanged": 1, "bad": 0}


# --- take back -------------------------------------------------------------------------------------------------


def test_an_import_is_taken_back_within_the_hour(stage, office, on, make_unit):
    known = make_unit(people=[{"duty": "responsible", "name": "钱某", "phone": "13800000001"}])
    batch = stage(row(c5="马屯镇北街7号"), row(c3="马屯饭馆", c4="小餐饮", c5="东街2号"))
    imports.commit(batch, by=office, on=on)
    assert imports.undo(batch, by=office, on=on) == {"undone": 2, "kept": 0}
    known.refresh_from_db()
    assert known.address == "马屯镇东街1号"
    assert list(Unit.objects.current()) == [known]
    again = stage(row(c3="马屯饭馆", c4="小餐饮", c5="东街2号"))
    assert again.rows.get().verdict == "new"


def test_what_was_worked_on_since_stays(stage, office, on):
    batch = stage(row())
    imports.commit(batch, by=office, on=on)
    services.correct(Unit.objects.get(), by=office, on=on, storeys=2)
    assert imports.undo(batch, by=office, on=on) == {"undone": 0, "kept": 1}
    assert Unit.objects.current().count() == 1


def test_after_an_hour_it_is_too_late(stage, office, on):
    batch = stage(row())
    imports.commit(batch, by=office, on=on)
    ImportBatch.objects.update(committed_at=timezone.now() - timedelta(minutes=61))
    with pytest.raises(RuleBroken):
        imports.undo(batch, by=office, on=on)


# --- the page ------------------------------------------------------------------------------------------------------


def send(browser, content, name="台账.xlsx"):
    return browser.post(reverse("units:import"), {"file": SimpleUploadedFile(name, content)})


def test_preview_confirm_and_take_back_by_the_page(as_user, office, tables):
    browser = as_user(office)
    answer = send(browser, book(row(), row(c3="")))
    assert answer.status_code == 302
    assert Unit.objects.count() == 0
    page = browser.get(answer["Location"])
    assert page.context["counts"] == {"new": 1, "changed": 0, "same": 0, "bad": 1}
    batch = ImportBatch.objects.get()
    browser.post(reverse("units:import_confirm", args=[batch.pk]))
    assert Unit.objects.get().name == "马屯兴旺百货店"
    browser.post(reverse("units:import_undo", args=[batch.pk]))
    assert not Unit.objects.current().exists()


def test_the_faulty_rows_can_be_corrected_and_sent_again(as_user, office, tables):
    browser = as_user(office)
    send(browser, book(row(), row(c3="马屯饭馆", c5="东街2号", c7="123456789")))
    batch = ImportBatch.objects.get()
    content = browser.get(reverse("units:import_faulty", args=[batch.pk])).content
    workbook = openpyxl.load_workbook(io.BytesIO(content))
    sheet = workbook.active
    assert [cell.value for cell in sheet[1]][-1] == "错误说明"
    assert "不是有效的电话号码" in sheet[2][8].value
    sheet["H2"] = "13800000009"
    out = io.BytesIO()
    workbook.save(out)
    answer = send(browser, out.getvalue())
    again = ImportBatch.objects.first()
    assert answer["Location"] == again.get_absolute_url()
    assert again.rows.get().verdict == "new"


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"not a workbook", "a.xlsx"), (b"", "b.xlsx"), (b"PK\x03\x04junk", "c.xlsx"), (b"%PDF-1.7", "d.pdf")],
)
def test_what_is_no_workbook_is_refused_at_the_field(as_user, office, tables, content, name):
    answer = send(as_user(office), content, name)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["file"]
    assert ImportRow.objects.count() == 0


def test_a_workbook_without_headings_says_what_is_missing(tables):
    with pytest.raises(BadFile, match="单位名称"):
        read(book(headings=["甲", "乙"]), "x.xlsx")


def test_somebody_elses_import_is_not_there(as_user, office, officer_east, stage):
    batch = stage(row())
    browser = as_user(officer_east)
    assert browser.get(batch.get_absolute_url()).status_code == 404
    assert browser.post(reverse("units:import_confirm", args=[batch.pk])).status_code == 404
    assert Unit.objects.count() == 0


def test_an_unknown_batch_is_404(as_user, office):
    assert (
        as_user(office).get(reverse("units:import_batch", args=[int(uuid4().int % 1000) + 1])).status_code
        == 404
    )
