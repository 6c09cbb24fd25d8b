"""Loading versions of the rules on major hazards: repeatable, signed off, all or nothing, never changed."""

import csv
import shutil
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, transaction
from django.utils import translation

from common.errors import BadFile
from hazards.proposals import rulebook
from reference.models import PlaceFlag, RuleElement, RuleSet
from reference.services.rule_sets import DATA, load_shipped, read
from units.flags import Flag

pytestmark = pytest.mark.django_db
SHIPPED = DATA / "rule_sets"


@pytest.fixture
def copy(tmp_path):
    """A copy of the 2017 set to spoil."""
    return shutil.copy(SHIPPED / "GB35181-2017.csv", tmp_path / "set.csv")


@pytest.fixture
def typed_2025(copy):
    """A set as an administrator might type it: the 2025 code in force from November 2025."""
    spoil(copy, "GB35181-2017", code="GB35181-2025", valid_from="2025-11-01", valid_to="")
    return copy


def load(file, name="王核对", on="2026-01-15"):
    out = StringIO()
    with translation.override("en"):
        call_command("load_rule_set", str(file), signed_off_by=name, on=on, stdout=out)
    return out.getvalue().strip()


def spoil(path, code, /, **cells):
    with open(path, encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    [row for row in rows if row["code"] == code][-1].update(cells)
    with open(path, "w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def test_loading_twice_changes_nothing():
    first, second = load_shipped(), load_shipped()
    assert (first.new, second.new, second.changed) == (first.rows, 0, 0)
    assert [str(one) for one in RuleSet.objects.all()] == ["GB35181-2025 v1", "GB35181-2017 v1"]
    assert RuleElement.objects.count() == 49


def test_the_2025_set_is_empty_and_nobody_has_signed_it():
    load_shipped()
    newer = RuleSet.objects.get(code="GB35181-2025")
    assert not newer.verified and not newer.elements.exists()
    assert (newer.valid_from, newer.valid_to) == (date(2025, 11, 1), None)
    assert RuleSet.objects.in_force(date(2025, 11, 1)) == newer
    assert RuleSet.objects.in_force(date(2025, 10, 31)).code == "GB35181-2017"


def test_each_row_carries_how_sure_we_are():
    load_shipped()
    sure = dict(RuleElement.objects.values_list("code", "confidence"))
    assert (sure["7.2.1"], sure["7.3.6"], sure["7.3.8"]) == ("medium", "read", "high")
    assert not RuleElement.objects.filter(source="").exists()


def test_the_chapters_group_the_elements():
    load_shipped()
    chapters = rulebook(RuleSet.objects.get(code="GB35181-2017")).chapters
    sizes = [10, 4, 3, 12, 6, 1, 3, 3, 2, 5]
    assert [len(chapter.elements) for chapter in chapters] == sizes
    assert chapters[0].elements[-1].clause == "6.10"
    assert (chapters[5].name, chapters[5].elements[0].clause) == ("7.5 防烟排烟设施", "7.5")


def test_the_places_know_every_flag_of_the_register():
    assert set(Flag.values) <= set(PlaceFlag.values)


def test_a_signed_set_becomes_the_next_version_and_gives_verdicts(typed_2025):
    load_shipped()
    assert load(typed_2025) == "GB35181-2025 v2 is loaded, signed off by 王核对 on 2026-01-15."
    held = RuleSet.objects.in_force(date(2026, 2, 1))
    assert (held.version, held.verified, held.elements.count()) == (2, True, 49)
    assert load(typed_2025, name="别人").endswith(
        "signed off by 王核对 on 2026-01-15 already; nothing changed."
    )
    assert load_shipped().new == 0
    assert RuleSet.objects.in_force(date(2026, 2, 1)) == held


def test_signing_the_shipped_text_signs_the_version_in_place():
    load_shipped()
    assert "v1 is loaded" in load(SHIPPED / "GB35181-2017.csv")
    signed = RuleSet.objects.get(code="GB35181-2017")
    assert (signed.version, signed.signed_off_by) == (1, "王核对")


def test_an_empty_set_cannot_be_signed_off():
    load_shipped()
    with pytest.raises(CommandError, match="an empty set cannot be signed off"):
        load(SHIPPED / "GB35181-2025.csv")


@pytest.mark.parametrize(
    ("name", "on", "words"),
    [
        (" ", "2026-01-15", "name of the person"),
        ("王核对", "2099-01-01", "in the future"),
        ("王核对", "15/1/2026", "not a day"),
    ],
)
def test_a_sign_off_has_a_name_and_a_day_that_has_come(copy, name, on, words):
    with pytest.raises(CommandError, match=words):
        load(copy, name=name, on=on)
    assert not RuleSet.objects.exists()


@pytest.mark.parametrize(
    ("code", "cells", "words"),
    [
        ("7.3.6", {"limits": "≥0.30"}, "column limits"),
        ("7.3.6", {"limits": ">0.3.0"}, "column limits"),
        ("7.3.6", {"limits": ""}, "column limits"),
        ("7.1.1", {"limits": ">0.5"}, "column limits"),
        ("7.3.6", {"limits": "moon:>0.5"}, "column limits: moon"),
        ("7.5", {"applies_to": "crowded|tall"}, "column applies_to: tall"),
        ("7.1.1", {"kind": "huge"}, "column kind"),
        ("7.1.1", {"parameter": ""}, "column parameter"),
        ("7.1.1", {"confidence": "sure"}, "column confidence"),
        ("7.1.1", {"source": ""}, "column source: empty"),
        ("7.1.1", {"name": ""}, "column name: empty"),
        ("7.1.1", {"name": "长" * 201}, "column name: too long"),
        ("7.1.1", {"row": "thing"}, "column row"),
        ("7.1.1", {"bare": "yes"}, "column bare"),
        ("7.1.1", {"code": "7.1.2"}, "7.1.2 occurs twice"),
        ("7.1.1", {"code": "第7条"}, "column code"),
        ("7.1.1", {"counts_for": "b|z"}, "7.1.1 refers to z"),
        ("7.3.3", {"yields_to": "6.99"}, "7.3.3 refers to 6.99"),
        ("a", {"at_least": "0"}, "column at_least"),
        ("a", {"at_least": "three"}, "column at_least"),
        ("GB35181-2017", {"valid_from": ""}, "column valid_from: empty"),
        ("GB35181-2017", {"valid_from": "2018/7/1"}, "column valid_from"),
        ("GB35181-2017", {"valid_to": "2017-01-01"}, "last day lies before the first"),
        ("GB35181-2017", {"row": "chapter"}, "describes no set"),
        ("6", {"row": "set"}, "line 3"),
        ("7.3.6", {"most": "1e9"}, "column most"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_written(copy, code, cells, words):
    spoil(copy, code, **cells)
    with pytest.raises(CommandError, match=words):
        load(copy)
    assert not RuleSet.objects.exists()


def test_without_any_rules_the_engine_says_what_to_run(tmp_path):
    asked = tmp_path / "asked.json"
    asked.write_text("{}")
    with translation.override("en"), pytest.raises(CommandError, match="load_reference"):
        call_command("determine", str(asked))


def test_every_bad_row_is_named_at_once(copy):
    spoil(copy, "7.1.1", kind="huge")
    spoil(copy, "7.9.5", parameter="guess")
    with translation.override("en"), pytest.raises(BadFile) as refusal:
        read(copy)
    assert "line 30: column kind" in str(refusal.value) and "line 68: column parameter" in str(refusal.value)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"row,code\n", b"\x00\x01"])
def test_a_file_that_is_no_such_table_is_refused(tmp_path, content):
    bad = tmp_path / "bad.csv"
    bad.write_bytes(content)
    with pytest.raises(CommandError, match=r"bad\.csv"):
        load(bad)


def test_a_version_never_changes():
    load_shipped()
    for change in (
        lambda: RuleElement.objects.filter(code="7.3.6").update(limits=[]),
        lambda: RuleElement.objects.all().delete(),
        lambda: RuleSet.objects.filter(code="GB35181-2025").delete(),
    ):
        with pytest.raises(InternalError), transaction.atomic():
            change()


def test_the_administrator_reads_the_sets_with_their_sign_off(as_user, admin_user):
    load_shipped()
    browser = as_user(admin_user)
    page = browser.get("/admin/reference/ruleset/")
    assert page.status_code == 200
    assert "GB35181-2025" in page.content.decode()
    one = RuleSet.objects.get(code="GB35181-2017")
    assert browser.get(f"/admin/reference/ruleset/{one.pk}/change/").status_code == 200
    assert browser.get("/admin/reference/ruleset/add/").status_code == 403
