"""Loading divisions, refusing bad files by line, moving villages with their history."""

import gzip
import time
from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from common.errors import BadFile, RuleBroken
from reference import region_file
from reference.models import Region, RegionMembership
from reference.selectors import parent_on, region_on
from reference.services.regions import add_grid, load_regions, move_region
from reference.services.tables import DATA

pytestmark = pytest.mark.django_db
HEAD = "code,name,level,parent_code\n"
SMALL = HEAD + "13,河北省,province,\n1311,衡水市,city,13\n131121,枣强县,county,1311\n"
ZAOQIANG = DATA / "regions" / "zaoqiang-131121.csv"


@pytest.fixture
def write(tmp_path):
    def write(text, *, encoding="utf-8", name="regions.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return write


@pytest.fixture
def zaoqiang(db):
    load_regions(ZAOQIANG)


def test_the_county_has_its_11_townships_and_560_villages(zaoqiang):
    inside = Region.objects.under("131121")
    assert inside.level("township").count() == 11
    assert inside.level("village").count() == 560
    village = Region.objects.get(name="陈吕木村民委员会") if inside.filter(name="陈吕木村民委员会") else None
    village = village or inside.level("village").first()
    assert village.path_names.split()[0] == "枣强县"
    assert village.path_names.split()[-1] == village.short_name
    assert "委员会" not in village.short_name
    assert Region.objects.get(code="131121").initials == "zqx"


def test_a_second_load_changes_nothing(zaoqiang):
    again = load_regions(ZAOQIANG)
    assert (again.rows, again.new, again.changed) == (574, 0, 0)


def test_a_corrected_name_is_one_change_and_reaches_the_paths_below(zaoqiang, write):
    township = Region.objects.under("131121").level("township").first()
    grid = add_grid(
        parent=Region.objects.filter(parent=township).first(), name="第一网格", on=date(2025, 1, 1)
    )
    line = f"{township.code},新名镇,township,131121\n"
    loaded = load_regions(write(HEAD + line))
    assert (loaded.new, loaded.changed) == (0, 1)
    grid.refresh_from_db()
    assert grid.path_names.startswith("枣强县 新名镇 ")
    # Villages are put below the new name too, and the city's own path stays its name.
    assert not Region.objects.under(township.code).exclude(path_name__contains="新名镇").exists()
    assert Region.objects.get(code="1311").path_name == "衡水市"


def test_gbk_and_gzip_are_read(write):
    assert load_regions(write(SMALL, encoding="gbk")).new == 3
    assert load_regions(write(gzip.compress(SMALL.encode()), name="r.csv.gz")).new == 0
    assert load_regions(write("\ufeff" + SMALL)).new == 0


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (SMALL + "131121100,枣强镇,town,131121\n", 5, "“town”"),
        (SMALL + "131999100,某镇,township,131999\n", 5, "131999"),
        (SMALL + "131121,枣强县,county,1311\n", 5, "131121"),
        (SMALL + "131121100,枣强镇,township,1311\n" + "131121100,枣强镇,township,1311\n", 6, "131121100"),
        (SMALL + "330802,柯城区,county,1311\n", 5, "1311"),
        (SMALL + "13112a,某县,county,1311\n", 5, "13112a"),
        (SMALL + "1311211,某县,county,1311\n", 5, "1311211"),
        (SMALL + "131122,,county,1311\n", 5, ""),
        (SMALL + "131122,武邑县,county,\n", 5, ""),
        (SMALL + "131122,武邑县,county\n", 5, "3"),
        (SMALL + '131122,"武邑县,county,1311\n', 5, ""),
        ("code;name;level;parent_code\n", 1, "code;name"),
        ("", 1, ""),
        (HEAD, None, ""),
        (SMALL.encode() + b"131122,\xff\xff\xff,county,1311\n", 5, "UTF-8"),
        (b"\x1f\x8b\x08broken", None, ""),
    ],
)
def test_a_bad_file_is_refused_by_line_and_nothing_is_written(write, text, line, words):
    with translation.override("en"), pytest.raises(BadFile) as refusal:
        load_regions(write(text))
    assert words in str(refusal.value)
    assert (f"Line {line}:" in str(refusal.value)) == (line is not None)
    assert not Region.objects.exists()


def test_a_missing_file_is_refused():
    with pytest.raises(BadFile):
        load_regions(Path("nowhere.csv"))


def test_a_file_may_lean_on_regions_loaded_before(zaoqiang, write):
    assert load_regions(write(HEAD + "131121999,新镇,township,131121\n")).new == 1
    assert Region.objects.get(code="131121999").path_names == "枣强县 新镇"


def test_twenty_thousand_rows_load_within_seconds_and_again_without_change(write):
    lines = [SMALL]
    for town in range(100, 120):
        lines.append(f"131121{town},第{town}镇,township,131121\n")
        lines += [f"131121{town}{n:03},第{n}村民委员会,village,131121{town}\n" for n in range(1, 1000)]
    path = write("".join(lines))
    start = time.monotonic()
    assert load_regions(path).new == 20_003
    first = time.monotonic() - start
    start = time.monotonic()
    assert load_regions(path).changed == 0
    assert first < 20
    assert time.monotonic() - start < 5


@pytest.mark.parametrize(
    ("name", "level", "short"),
    [
        ("陈吕木村民委员会", "village", "陈吕木村"),
        ("东村村民委员会", "village", "东村"),
        ("张家庄村委会", "village", "张家庄村"),
        ("杨村村委会", "village", "杨村"),
        ("富强社区居民委员会", "village", "富强社区"),
        ("白云社区居委会", "village", "白云社区"),
        ("第一居委会", "village", "第一居委会"),
        ("大营镇", "township", "大营镇"),
        ("村民委员会", "village", "村民委员会"),
    ],
)
def test_names_are_shortened_as_people_say_them(name, level, short):
    assert region_file.short_name(name, level) == short


def test_regions_are_found_by_name_and_by_initials_and_by_place(zaoqiang):
    assert Region.objects.search("大营").level("township").get().code == "131121102"
    assert "131121102" in [r.code for r in Region.objects.search("dyz")]
    assert Region.objects.under("131121102").count() == 1 + Region.objects.filter(parent="131121102").count()
    assert [r.level for r in Region.objects.above("131121102")] == ["province", "city", "county"]


def test_grids_go_any_depth_and_count_as_part_of_their_village(zaoqiang):
    village = Region.objects.filter(parent="131121102").first()
    outer = add_grid(parent=village, name="东片", on=date(2025, 1, 1))
    inner = add_grid(parent=outer, name="一组", on=date(2025, 1, 1))
    assert inner.code == village.code + "001001"
    assert inner.path_names == f"{village.path_names} 东片 一组"
    assert inner in Region.objects.under("131121102")
    with pytest.raises(RuleBroken):
        add_grid(parent=outer, name="一组", on=date(2025, 1, 1))
    with pytest.raises(RuleBroken):
        add_grid(parent=Region.objects.get(code="131121"), name="县里", on=date(2025, 1, 1))


def test_a_moved_village_keeps_its_past_and_takes_its_grids_along(zaoqiang):
    village = Region.objects.filter(parent="131121102").first()
    grid = add_grid(parent=village, name="东片", on=date(2025, 1, 1))
    target = Region.objects.get(code="131121100")
    codes = move_region(region=village, to=target, on=date(2026, 3, 1))

    new = Region.objects.get(code=codes[village.code])
    assert new.code.startswith("131121100") and len(new.code) == 12
    assert new.path_names == f"枣强县 {target.short_name} {village.short_name}"
    moved_grid = Region.objects.get(code=codes[grid.code])
    assert moved_grid.parent == new
    assert moved_grid.path_names == f"{new.path_names} 东片"

    village.refresh_from_db()
    assert village.valid_to == date(2026, 2, 28)
    assert village.successor == new
    assert parent_on(new, date(2026, 2, 28)).code == "131121102"
    assert parent_on(village, date(2026, 3, 1)).code == "131121100"
    assert region_on(village, date(2026, 3, 1)) == new
    assert village not in Region.objects.under("131121102").current(date(2026, 3, 1))


@pytest.mark.parametrize(
    "broken",
    [
        {"to": "131121102"},  # where it lies already
        {"to": "131121"},  # a village belongs to a township
        {"on": date(2026, 3, 1), "region": "131121102", "to": "131121100"},  # a township is not moved
        {"code": "131121102999"},  # not below the target
        {"code": "131121100"},  # the target itself
    ],
)
def test_an_impossible_move_is_refused(zaoqiang, broken):
    village = Region.objects.filter(parent="131121102").first()
    asked = {"region": village.code, "to": "131121100", "on": date(2026, 3, 1), "code": None} | broken
    asked |= {name: Region.objects.get(code=asked[name]) for name in ("region", "to")}
    with pytest.raises(RuleBroken):
        move_region(**asked)
    assert not RegionMembership.objects.exists()


def test_a_region_cannot_be_moved_twice(zaoqiang):
    village = Region.objects.filter(parent="131121102").first()
    move_region(region=village, to=Region.objects.get(code="131121100"), on=date(2026, 3, 1))
    with pytest.raises(RuleBroken):
        move_region(region=village, to=Region.objects.get(code="131121101"), on=date(2026, 4, 1))


def test_two_memberships_never_overlap(zaoqiang):
    village = Region.objects.filter(parent="131121102").first()
    member = RegionMembership.objects.create
    member(region=village, parent_id="131121102", starts_on=None, ends_on=date(2025, 6, 30))
    member(region=village, parent_id="131121100", starts_on=date(2025, 7, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        member(region=village, parent_id="131121101", starts_on=date(2025, 6, 30), ends_on=date(2025, 6, 30))
