"""docs/requirements.csv names every requirement once, and what it names as meeting one exists."""

import csv
from pathlib import Path

import pytest
from typer.main import get_command

from pipelines.cli import app

ROOT = Path(__file__).resolve().parent.parent
ROWS = list(csv.DictReader((ROOT / "docs" / "requirements.csv").open(encoding="utf-8")))


def test_every_requirement_stands_once_in_order():
    assert [row["id"] for row in ROWS] == [f"S{number}" for number in range(1, 126)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_what_meets_a_requirement_exists(row):
    assert row["status"] in {"met", "partly", "open"}
    if row["status"] == "open":
        assert row["met_by"] == ""
        return
    program, _, command = row["met_by"].partition(" ")
    if program == "yocho":
        assert command in get_command(app).commands
    else:
        file, _, test = row["met_by"].partition("::")
        assert file.startswith("tests/test_")
        assert f"def {test or 'test_'}" in (ROOT / file).read_text(encoding="utf-8")
