"""docs/moments.md says what docs/moments.json and moments.csv say."""

import re
from pathlib import Path

import pytest

from pipelines.moments.page import fill, load_results, refill, write_page
from pipelines.moments.table import TRUST, Row, load_table

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE = (DOCS / "moments.md").read_text(encoding="utf-8")


def row(**changes: object) -> Row:
    base = Row("wave", "a over b", None, 1.3, 4.0, 2.04, 1.9, 2.2, 0.1, 90, "inside")
    return base._replace(**changes)


def results(*rows: Row) -> dict:
    return {"firms": 1234, "seeds": [5, 6], "rows": list(rows)}


def test_the_page_is_what_the_json_and_the_table_say():
    assert fill(PAGE, load_results(DOCS)) == PAGE


def test_every_moment_stands_on_the_page_with_its_tolerance():
    shown = {name for names in re.findall(r"<!-- moments: ([^>]*?) -->", PAGE) for name in names.split("|")}
    explained = {
        name for names in re.findall(r"<!-- tolerances: ([^>]*?) -->", PAGE) for name in names.split("|")
    }
    table = load_table()
    assert shown == set(table["moment"])
    assert explained == set(table["moment"]) - {"share of score 2", "share of score 4"}  # without a tolerance


def test_the_page_explains_every_mark_of_trust():
    for mark, meaning in TRUST.items():
        assert f"- *{mark}*: {meaning}" in PAGE


def test_the_sizes_are_those_of_the_run():
    assert "1,234 firms" in fill("<!-- sizes -->\n<!-- end -->", results())
    assert "seeds 5, 6." in fill("<!-- sizes -->\n<!-- end -->", results())


def test_several_moments_in_one_table_are_told_apart():
    rows = [row(), row(moment="default rate", scope="2019", mean=1.5, low=1.0, high=2.5)]
    lines = fill("<!-- moments: default rate|wave -->\n<!-- end -->", results(*rows)).splitlines()
    assert lines[2].startswith("| moment | scope |")
    assert lines[4] == "| default rate | 2019 | 1.50 | 1.90 to 2.20 | 1 to 2.5 | – | inside |"
    assert lines[5].startswith("| wave | a over b |")


def test_what_is_not_inside_is_listed_and_what_is_shown_is_not():
    rows = [row(), row(status="shown"), row(status="near", mean=1.25), row(status="absent", mean=None)]
    page = fill("<!-- not inside -->\n<!-- end -->", results(*rows))
    assert page.count("| wave |") == 2
    assert "| near |" in page
    assert "| absent |" in page
    calm = fill("<!-- not inside -->\n<!-- end -->", results(row(), row(status="shown")))
    assert "Every row with a tolerance is inside it." in calm


def test_a_moment_that_was_not_measured_is_refused():
    with pytest.raises(ValueError, match="no moment 'tide' was measured"):
        fill("<!-- tolerances: tide -->\n<!-- end -->", results(row()))


def test_writing_fills_the_page_and_filling_again_changes_nothing(tmp_path):
    page = tmp_path / "moments.md"
    page.write_text("before\n<!-- moments: wave -->\nold\n<!-- end -->\nafter", encoding="utf-8")

    write_page(tmp_path, [row()], firms=7, seeds=[3])
    once = page.read_text(encoding="utf-8")
    refill(tmp_path)

    assert "| a over b | 2.04 |" in once
    assert "old" not in once
    assert once.startswith("before\n")
    assert once.endswith("\nafter")
    assert page.read_text(encoding="utf-8") == once
    assert load_results(tmp_path)["rows"] == [row()]
