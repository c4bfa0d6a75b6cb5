import re
from pathlib import Path

import numpy as np
import pytest

from benchmarks import BENCHMARKS, run
from benchmarks.differences import difference_records
from benchmarks.page import fill, load_results, load_tried
from benchmarks.published import load_published
from benchmarks.records_table import COLUMNS, cells, markdown_table, records_table
from models.records import FIELDS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"


def row(**values: object) -> dict:
    base = {
        "benchmark": "spain",
        "data": "both",
        "split": "test",
        "model": "yocho",
        "metric": "auc",
        "value": 0.5,
        "low": 0.4,
        "high": 0.6,
        "n": 1000,
        "positives": 33,
        "reference": None,
    }
    return base | values


def test_the_page_is_what_the_records_say() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert fill(page, load_results()) == page


def test_every_benchmark_has_results_and_a_table_on_the_page() -> None:
    assert set(load_results()) == set(BENCHMARKS)
    for name, records in load_results().items():
        assert all(tuple(record) == FIELDS and record["benchmark"] == name for record in records)
    page = PAGE.read_text(encoding="utf-8")
    assert set(re.findall(r"<!-- table: (\w+)", page)) == set(BENCHMARKS)


def test_a_table_is_replaced_and_the_rest_of_the_page_stays() -> None:
    page = "before\n<!-- table: spain; model=yocho -->\nold\n<!-- end -->\nafter"
    found = fill(page, {"spain": [row(), row(model="logistic")]})
    assert found.startswith("before\n<!-- table: spain; model=yocho -->\n")
    assert found.endswith("<!-- end -->\nafter")
    assert "old" not in found
    assert "| both | test | auc | 0.500 | 0.400 to 0.600 | 1,000 | 33 | 3.3 % |" in found
    assert fill(found, {"spain": [row(), row(model="logistic")]}) == found


def test_tables_of_what_was_published_and_tried() -> None:
    page = fill("<!-- published: polish -->\n<!-- end -->\n<!-- tried: sba -->\n<!-- end -->", {})
    assert "Amini (exsy.13599): CatBoost" in page
    assert "leaks: a failed loan's term" in page


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ("spain; colour=red", "no field 'colour'"),
        ("spain; model=oracle", "no record has model=oracle"),
        ("polish", "'polish' has no results yet"),
    ],
)
def test_a_table_that_cannot_be_made_is_an_error(request_: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fill(f"<!-- table: {request_} -->\n<!-- end -->", {"spain": [row()]})


def test_columns_stand_under_their_names() -> None:
    lines = records_table([row(), row(value=-0.0004, low=-0.1, high=0.0, reference="worse")]).splitlines()
    assert lines[0].split("  ")[0] == "data"
    assert lines[2].rstrip().endswith("worse")
    assert "-0.00040" in lines[2]  # not rounded to nothing
    starts = [lines[0].index(name) for name in ("data", "split", "model", "metric")]
    assert [lines[1][start:].split()[0] for start in starts] == ["both", "test", "yocho", "auc"]
    assert len(cells(row())) == len(COLUMNS)
    assert markdown_table([row()], without=COLUMNS[1:]).splitlines() == ["| data |", "| --- |", "| both |"]


def test_verdicts_need_the_whole_interval() -> None:
    y = np.tile([0.0, 1.0], 100)
    rest = {"benchmark": "toy", "data": "x", "split": "all", "n_resamples": 50, "seed": 1}
    good, noise = y + np.linspace(0, 0.5, 200), np.linspace(0, 1, 200)
    better = difference_records(y, ("a", good), ("b", noise), np.arange(200), ("auc",), **rest)[0]
    worse = difference_records(y, ("b", noise), ("a", good), np.arange(200), ("auc",), **rest)[0]
    same = difference_records(y, ("a", good), ("c", good), np.arange(200), ("auc",), **rest)[0]
    assert [record["reference"] for record in (better, worse, same)] == [
        "better",
        "worse",
        "no difference shown",
    ]
    assert better["model"] == "a less b"


def test_published_and_tried_speak_of_known_benchmarks() -> None:
    published = load_published()
    assert set(published["benchmark"]) <= set(BENCHMARKS)
    assert published["value"].between(0, 1).all()
    assert (published["source"] != "").all()
    tried = load_tried()
    assert set(tried["benchmark"]) == set(BENCHMARKS)
    assert (tried != "").all().all()


def test_a_benchmark_that_is_not_there() -> None:
    with pytest.raises(KeyError, match="no benchmark 'fraud'"):
        run("fraud", Path(), seed=1)
