"""The report's stage: of tables in chunks it holds the firms that are drawn, and no others."""

from pathlib import Path

import pandas as pd

from intake.store import write_table
from pipelines.report import read_firms


def test_rows_of_some_firms_come_from_every_chunk(tmp_path: Path) -> None:
    rows = pd.DataFrame({"firm_id": ["a", "b", "b", "c"], "note_id": ["1", "2", "3", "4"]})
    write_table(rows.head(2), tmp_path / "part-00000.parquet")
    write_table(rows.tail(2), tmp_path / "part-00001.parquet")
    assert read_firms(tmp_path, {"b", "d"})["note_id"].tolist() == ["2", "3"]
    nobody = read_firms(tmp_path, set())
    assert (len(nobody), list(nobody)) == (0, ["firm_id", "note_id"])


def test_a_table_that_is_not_there_is_none(tmp_path: Path) -> None:
    assert read_firms(tmp_path / "note_signals", {"a"}) is None
