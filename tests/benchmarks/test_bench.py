"""The benchmarks themselves: a small run from bare servers to the report, and what counts as missed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import report

ROOT = Path(__file__).resolve().parents[2]


def bench(*arguments: str, **environment: str):
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.mark.stack
def test_a_small_run_measures_everything(tmp_path):
    out = tmp_path / "latest.json"

    done = bench("--out", str(out), CASES="2000", ROUNDS="1")

    assert done.returncode == 0, done.stdout + done.stderr
    rows = {row["name"]: row for row in json.loads(out.read_text("utf-8"))}
    assert all({"name", "value", "unit", "floor", "ratio", "cases"} <= set(row) for row in rows.values())
    assert {row["cases"] for row in rows.values()} == {2000}
    for name in ("case list, first page", "unit search, initials", "leader's page", "inspector's day"):
        assert rows[name]["unit"] == "s"
        assert rows[name]["ratio"] > 0
        assert rows[f"{name}, statements"]["value"] > 0
    (filing,) = (row for name, row in rows.items() if name.startswith("filing, 5 findings"))
    assert filing["target"] == 25
    (chase,) = (row for name, row in rows.items() if name.startswith("chase, 200 due"))
    assert chase["target"] == 2
    assert rows["delivery, 2000 e-mails"]["ratio"] > 0
    assert rows["delivery, 2000 webhooks"]["ratio"] > 0


def test_a_size_that_makes_no_sense_is_an_error_and_a_sentence():
    done = bench(CASES="many")

    assert done.returncode == 1
    assert "CASES=many: give a whole number of at least 2000." in done.stdout


@pytest.mark.parametrize(
    ("kind", "cases", "most"),
    [
        ("page", 100_000, 5),
        ("page", 1_000_000, 6),
        ("leader", 1_000_000, 5),
        ("filing", 2_000, 25),
        ("chase", 2_000, 2),
    ],
)
def test_a_ratio_above_its_target_is_missed(kind, cases, most):
    assert not report.figure("x", most, "s", cases, floor=1, kind=kind).misses
    assert report.figure("x", most + 0.1, "s", cases, floor=1, kind=kind).misses


def test_more_than_twelve_statements_are_missed():
    assert not report.figure("x", 12, "statements", 2_000, kind="statements").misses
    assert report.figure("x", 13, "statements", 2_000, kind="statements").misses


def test_a_figure_without_a_target_misses_nothing():
    assert not report.figure("x", 1_000, "s", 2_000, floor=1).misses
