"""The loader over all tables, and what the shipped catalogue, law and checklists must hold."""

import csv
import shutil
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, transaction
from django.utils import translation

from common.errors import BadFile
from common.workdays import YearNotLoaded
from reference.models import (
    CalendarDay,
    Checklist,
    ChecklistItem,
    Clause,
    HazardCategory,
    HazardGroup,
    PlaceType,
    SmallKind,
)
from reference.selectors import calendar, checklist_for, forget_calendar, small_kinds
from reference.services.calendar import load_calendar
from reference.services.checklists import mark_used
from reference.services.tables import DATA, TABLES, load_checklist_items, load_table, load_tables

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 10)
FLAGS = {
    "combined_use",
    "multi_use",
    "small_place",
    "key_unit",
    "crowded",
    "flammable",
    "high_rise",
    "underground",
    "children",
    "elderly",
    "labour_intensive",
    "mixed_business",
}


@pytest.fixture
def tables(db):
    load_tables()


@pytest.fixture
def data(tmp_path):
    """A copy of the shipped files to spoil."""
    return shutil.copytree(DATA, tmp_path / "data")


def run(**options):
    out = StringIO()
    with translation.override("en"):
        call_command("load_reference", stdout=out, **options)
    return out.getvalue().splitlines()


def test_the_command_loads_everything_and_a_second_run_changes_nothing():
    first = run()
    assert "regions: 2547 rows, 2547 new, 0 changed" in first
    assert "calendar: 1096 rows, 1096 new, 0 changed" in first
    second = run()
    assert all(line.endswith("0 new, 0 changed") for line in second[:-1])
    assert second[-1] == "Everything was loaded already; nothing changed."


def test_a_bad_file_stops_the_command_with_its_line_and_nothing_is_loaded(tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text("code,name,level,parent_code\n13,河北省,shire,\n", encoding="utf-8")
    with pytest.raises(CommandError, match="Line 2"), translation.override("en"):
        run(regions=[bad])
    assert not HazardCategory.objects.exists()


def test_the_catalogue_is_large_and_every_entry_is_complete(tables):
    entries = HazardCategory.objects.prefetch_related("clauses")
    assert len(entries) >= 100
    for entry in entries:
        assert entry.clauses.all(), entry.code
        assert any(clause.valid_to is None for clause in entry.clauses.all()), entry.code
        assert 2 <= len(entry.phrases) <= 4, entry.code
        assert entry.default_days >= 1
        assert entry.parts and entry.name_en
        assert not (entry.on_site and entry.default_days > 3), entry.code


def test_no_group_is_empty_and_the_groups_are_the_fields_own(tables):
    names = [group.name for group in HazardGroup.objects.all()]
    assert names == [
        "总平面布局",
        "防火分隔",
        "安全疏散",
        "消防设施",
        "消防供电与电气",
        "用火用气",
        "易燃可燃物",
        "装修材料",
        "合用场所/住宿",
        "电动自行车",
        "消防安全管理",
        "其他",
    ]
    assert all(group.categories.exists() for group in HazardGroup.objects.all())


def test_lodging_in_a_workshop_proposes_stopping_work(tables):
    lodging = HazardCategory.objects.get(code="901")
    assert lodging.for_suspension and lodging.default_grade == "element"
    assert {"FL-19-2", "XF703-4.3", "GB35181-7.1.3"} == {clause.code for clause in lodging.clauses.all()}


def test_only_elements_cite_the_standard_on_major_hazards(tables):
    cited = HazardCategory.objects.filter(clauses__code__startswith="GB35181").distinct()
    assert not cited.exclude(default_grade="element").exists()
    # Ch. 6 has ten direct elements, ch. 7 thirty-nine comprehensive ones.
    assert Clause.objects.filter(code__startswith="GB35181-6").count() == 10
    assert Clause.objects.filter(code__startswith="GB35181-7").count() == 39
    assert set(Clause.objects.filter(code__startswith="GB35181").values_list("valid_to", flat=True)) == {
        date(2025, 10, 31)
    }


def test_a_clause_says_what_it_is_in_both_languages(tables):
    clause = Clause.objects.get(code="FL-60-1-3")
    with translation.override("zh-hans"):
        assert clause.label == "《消防法》第六十条第一款第（三）项"
    with translation.override("en"):
        assert clause.label == "Fire Law Art. 60 ¶1 (3)"
    assert set(Clause.objects.values_list("confidence", flat=True)) == {"read", "high"}


def test_place_types_carry_known_flags_and_a_checklist(tables):
    lists = set(Checklist.objects.values_list("code", flat=True))
    for kind in PlaceType.objects.all():
        assert set(kind.default_flags) <= FLAGS, kind.code
        assert kind.checklist_code in lists, kind.code
        assert kind.parent is None or kind.parent.parent is None


def test_the_operator_of_a_threshold_is_data(tables):
    assert SmallKind.objects.get(code="37-1").thresholds == [{"measure": "area_m2", "op": "<", "value": 300}]
    assert SmallKind.objects.get(code="model-4").thresholds[1] == {
        "measure": "area_m2",
        "op": "<=",
        "value": 300,
    }


def test_small_kinds_are_those_of_the_province_or_the_model_list(tables):
    assert {kind.region_code for kind in small_kinds("370102", TODAY)} == {"37"}
    assert {kind.region_code for kind in small_kinds("131121", TODAY)} == {""}


@pytest.mark.parametrize(
    ("place_type", "audience", "code"),
    [
        ("combined-three", "officer", "lodging"),
        ("work-fur", "officer", "workshop"),
        ("other", "officer", "general"),
        (None, "officer", "general"),
        ("work-fur", "grid", "grid"),
        ("edu-kinder", "officer", "kindergarten"),
    ],
)
def test_the_checklist_fits_the_place_and_the_audience(tables, place_type, audience, code):
    kind = PlaceType.objects.get(code=place_type) if place_type else None
    assert checklist_for(kind, audience=audience, on=TODAY).code == code


def test_the_newest_version_of_a_checklist_is_taken(tables):
    kind = PlaceType.objects.get(code="work-fur")
    newer = Checklist.objects.create(code="workshop", version=2, name="新", name_en="New", audience="officer")
    newer.place_types.add(kind)
    assert checklist_for(kind, audience="officer", on=TODAY) == newer


def test_the_general_list_has_27_items_and_the_grid_list_5(tables):
    counts = {c.code: c.items.count() for c in Checklist.objects.all()}
    assert counts.pop("general") == 27
    assert counts.pop("grid") == 5
    assert all(count >= 14 for count in counts.values())


def test_a_used_checklist_is_frozen_by_the_loader_and_by_the_database(tables, data):
    grid = Checklist.objects.get(code="grid")
    mark_used(grid, on=TODAY)
    mark_used(grid, on=date(2026, 4, 1))
    grid.refresh_from_db()
    assert grid.first_used_on == TODAY

    assert load_checklist_items().changed == 0
    _spoil(data / "checklist_items.csv", "grid", "question", "换了的问题")
    with pytest.raises(BadFile, match="version 2"), translation.override("en"):
        load_checklist_items(data)
    for act in (
        lambda: grid.items.update(question="换了"),
        lambda: grid.items.all().delete(),
        lambda: ChecklistItem.objects.create(
            checklist=grid, number=6, group_id="300", category_id="301", question="多一问", question_en="x"
        ),
    ):
        with pytest.raises(InternalError), transaction.atomic():
            act()


def test_a_changed_row_is_reported_and_written(tables, data):
    _spoil(data / "hazard_categories.csv", "301", "default_days", "2")
    table = next(t for t in TABLES if t.name == "hazard_categories")
    loaded = load_table(table, data)
    assert (loaded.new, loaded.changed) == (0, 1)
    assert HazardCategory.objects.get(code="301").default_days == 2


def test_a_row_added_by_hand_stays(tables):
    HazardCategory.objects.create(code="1298", name="本地", name_en="Local", group_id="1200", default_days=5)
    assert not any(loaded.changed or loaded.new for loaded in load_tables())
    assert HazardCategory.objects.filter(code="1298").exists()


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("group", "999"),
        ("clauses", "FL-999"),
        ("default_days", "soon"),
        ("on_site", "yes"),
        ("valid_from", "3月5日"),
        ("default_grade", "major"),
    ],
)
def test_a_bad_cell_is_refused_with_file_line_and_column(tables, data, column, cell):
    _spoil(data / "hazard_categories.csv", "301", column, cell)
    table = next(t for t in TABLES if t.name == "hazard_categories")
    place = rf"hazard_categories.csv, line \d+: column {column}"
    with translation.override("en"), pytest.raises(BadFile, match=place):
        load_table(table, data)


def test_three_working_days_after_30_september_2025_with_the_reason():
    load_calendar()
    with translation.override("zh-hans"):
        assert calendar().shift(date(2025, 9, 30), 3) == date(2025, 10, 11)
        why = calendar().explain(date(2025, 9, 30), 3)
    assert "2025年10月11日" in why
    assert "10月1日至8日放假" in why
    assert "10月11日为补班工作日" in why


def test_the_refusal_says_which_year_to_load_and_never_passes_2026():
    load_calendar()
    assert calendar().loaded_years == (2024, 2025, 2026)
    with translation.override("en"), pytest.raises(YearNotLoaded, match="2027"):
        calendar().shift(date(2026, 12, 30), 5)


def test_a_corrected_day_is_seen_at_once():
    load_calendar()
    assert calendar().is_workday(date(2026, 6, 10))
    CalendarDay(date=date(2026, 6, 10), is_workday=False, note="本地放假").save()
    assert not calendar().is_workday(date(2026, 6, 10))
    assert load_calendar().changed == 1
    assert calendar().is_workday(date(2026, 6, 10))


def test_the_calendar_is_read_once(django_assert_max_num_queries):
    load_calendar()
    forget_calendar()
    with django_assert_max_num_queries(2):
        calendar()
        calendar()
        calendar()


def _spoil(path, code, column, cell):
    """Put `cell` into `column` of the first row of `code`."""
    with path.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    row = next(r for r in rows if code in (r.get("code"), r.get("checklist")))
    row[column] = cell
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, rows[0])
        writer.writeheader()
        writer.writerows(rows)
