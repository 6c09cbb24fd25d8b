"""The short form of `make faults`: a dozen mishaps with a fixed seed, on parts of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


def faults(**environment: str):
    given = {name: value for name, value in os.environ.items() if not name.startswith("XIAOHUAN_TEST")}
    return subprocess.run(
        [sys.executable, "-m", "faults"],
        cwd=ROOT,
        env=given | environment,
        capture_output=True,
        text=True,
        timeout=400,
    )


@pytest.mark.stack
@pytest.mark.django_db
def test_a_dozen_mishaps_lose_nothing_and_say_nothing_twice(servers):
    base, _, _ = servers["DATABASE_URL"].rpartition("/")
    tables = f"{base}/{connection.settings_dict['NAME']}"

    done = faults(SEED="4911", FAULTS="12", CASES="60", WORKERS="1", SCHEMA_FROM=tables)

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    assert "Every letter owed arrived, none was said twice" in done.stdout
    for mishap in ("worker killed", "PostgreSQL crashed", "statement of the chase cut"):
        assert f" {mishap}" in done.stdout, done.stdout


def test_a_number_that_makes_no_sense_is_an_error_and_a_sentence():
    done = faults(FAULTS="many")

    assert done.returncode == 1
    assert done.stdout == "FAULTS=many: give a whole number of at least 0.\n"
