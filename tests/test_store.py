import datetime
import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from intake.contracts import TABLES, TableError, empty_table
from intake.store import (
    chunk_names,
    fresh_folder,
    read_chunk,
    read_table,
    write_json,
    write_table,
    write_text,
)


def small() -> pd.DataFrame:
    days = pd.to_datetime(["2024-03-31", None]).astype("datetime64[ms]")
    frame = pd.DataFrame(
        {"firm_id": ["A", None], "day": days, "amount": [1.5, np.nan], "is_open": [True, False]}
    )
    return frame.astype({"firm_id": "str"})


def everything_under(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_a_frame_comes_back_as_it_was(tmp_path):
    write_table(small(), tmp_path / "deep" / "scores.parquet")
    pd.testing.assert_frame_equal(read_table(tmp_path / "deep" / "scores.parquet"), small())


def test_days_of_any_kind_come_back_as_milliseconds_and_text_as_str(tmp_path):
    table = pa.table(
        {
            "date32": pa.array([datetime.date(2024, 3, 31), None]),
            "nanoseconds": pa.array([pd.Timestamp("2024-03-31"), None], pa.timestamp("ns")),
            "text": pa.array(["漢字", None], pa.string()),
            "nothing_known": pa.array([None, None], pa.large_string()),
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    frame = read_table(tmp_path / "t.parquet")
    assert [str(dtype) for dtype in frame.dtypes] == ["datetime64[ms]", "datetime64[ms]", "str", "str"]
    assert frame["date32"].tolist() == frame["nanoseconds"].tolist() == [pd.Timestamp("2024-03-31"), pd.NaT]


def test_a_folder_is_read_in_order_of_its_parts_and_columns_as_asked(tmp_path):
    for number in (1, 0, 10):
        part = pd.DataFrame({"number": [number], "other": ["x"], "third": [0.0]})
        write_table(part, tmp_path / "rows" / f"part-{number:05d}.parquet")
    (tmp_path / "rows" / "notes.txt").write_text("not a part")
    frame = read_table(tmp_path / "rows", ["third", "number"])
    assert list(frame) == ["third", "number"]
    assert frame["number"].tolist() == [0, 1, 10]
    assert frame.index.tolist() == [0, 1, 2]


def truncate(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[:-20])
    return path


def test_one_clear_error_names_the_file_that_cannot_be_read(tmp_path):
    write_table(small(), tmp_path / "scores.parquet")
    truncated = truncate(tmp_path / "scores.parquet")
    with pytest.raises(TableError, match=r"table scores: .*scores\.parquet cannot be read as Parquet"):
        read_table(truncated)
    (tmp_path / "empty.parquet").touch()
    with pytest.raises(TableError, match=r"empty\.parquet cannot be read as Parquet"):
        read_table(tmp_path / "empty.parquet")
    with pytest.raises(TableError, match="there is no"):
        read_table(tmp_path / "absent.parquet")
    (tmp_path / "rows").mkdir()
    with pytest.raises(TableError, match=r"table rows: .* has no part-"):
        read_table(tmp_path / "rows")


def test_damage_in_the_middle_of_a_file_is_found_too(tmp_path):
    path = tmp_path / "scores.parquet"
    write_table(pd.DataFrame({"x": np.random.default_rng(1).normal(size=10_000)}), path)
    content = bytearray(path.read_bytes())
    content[1000:1400] = bytes(400)
    path.write_bytes(content)
    with pytest.raises(TableError, match="cannot be read as Parquet"):
        read_table(path)


def test_a_missing_column_is_named_with_the_file_and_what_it_has(tmp_path):
    write_table(small(), tmp_path / "scores.parquet")
    with pytest.raises(
        TableError, match=r"column margin: .*scores\.parquet has no such column; it has firm_id, day"
    ):
        read_table(tmp_path / "scores.parquet", ["firm_id", "margin"])


def test_equal_frames_give_equal_bytes(tmp_path):
    shuffled_index = small().set_index(pd.Index([5, 3]))
    write_table(small(), tmp_path / "a.parquet")
    write_table(shuffled_index, tmp_path / "b.parquet")
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "scores.parquet"
    write_table(small(), path)
    before = path.read_bytes()

    def half_written(_table, partial, **_options):
        Path(partial).write_bytes(b"PAR1 and then the disk was full")
        raise OSError("no space left on device")

    monkeypatch.setattr(pq, "write_table", half_written)
    with pytest.raises(OSError, match="no space left"):
        write_table(small(), path)
    assert path.read_bytes() == before
    assert everything_under(tmp_path) == ["scores.parquet"]


KILLED_WHILE_WRITING = """
import os, signal, sys
from pathlib import Path
from intake.store import write_text
os.fsync = lambda file: os.kill(os.getpid(), signal.SIGKILL)  # all is written, but not yet in place
write_text("new " * 1000, Path(sys.argv[1]))
"""


def test_a_killed_write_leaves_the_old_file_and_the_next_one_ends_well(tmp_path):
    path = tmp_path / "report.html"
    write_text("old", path)
    done = subprocess.run([sys.executable, "-c", KILLED_WHILE_WRITING, str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert path.read_text(encoding="utf-8") == "old"
    write_text("new", path)
    assert path.read_text(encoding="utf-8") == "new"
    assert everything_under(tmp_path) == ["report.html"]


def test_json_is_plain_in_order_and_utf8(tmp_path):
    given = {
        "b": np.float64(0.5),
        "a": [np.int64(2), True, None],
        "days": (pd.Timestamp("2024-03-31"), datetime.date(2024, 4, 1), pd.Timestamp("2024-03-31 10:00")),
        "業種": np.array([1.0, 2.0]),
        "path": Path("data/raw"),
        7: "key",
    }
    write_json(given, tmp_path / "x.json")
    text = (tmp_path / "x.json").read_text(encoding="utf-8")
    assert "業種" in text
    assert text.endswith("}\n")
    read = json.loads(text)
    assert list(read) == ["b", "a", "days", "業種", "path", "7"]
    assert read["a"] == [2, True, None]
    assert read["days"] == ["2024-03-31", "2024-04-01", "2024-03-31T10:00:00"]
    assert read["業種"] == [1.0, 2.0]
    assert read["path"] == "data/raw"


@pytest.mark.parametrize("value", [float("nan"), np.float32("inf"), np.array([1.0, np.nan]), pd.NaT, {1, 2}])
def test_json_refuses_what_it_has_no_form_for_with_its_place(tmp_path, value):
    with pytest.raises(ValueError, match=r"x\.json: .* at metrics\[1\]\.auc.* has no form in JSON"):
        write_json({"metrics": [0, {"auc": value}]}, tmp_path / "x.json")
    assert everything_under(tmp_path) == []


def test_a_fresh_folder_takes_the_place_of_the_old_one_whole(tmp_path):
    with fresh_folder(tmp_path / "models") as models:
        write_text("1", models / "a.txt")
        assert not (tmp_path / "models").exists()
    with fresh_folder(tmp_path / "models") as models:
        assert everything_under(models) == []
        write_text("2", models / "b.txt")
    assert everything_under(tmp_path) == ["models", "models/b.txt"]


def test_a_fresh_folder_that_fails_leaves_the_old_one(tmp_path):
    with fresh_folder(tmp_path / "models") as models:
        write_text("1", models / "a.txt")

    def fail_half_way() -> None:
        with fresh_folder(tmp_path / "models") as models:
            write_text("2", models / "b.txt")
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        fail_half_way()
    assert everything_under(tmp_path) == ["models", "models/a.txt"]


def test_a_run_killed_between_the_two_renamings_loses_nothing(tmp_path):
    write_text("1", tmp_path / ".models.old" / "a.txt")

    def fail() -> None:
        with fresh_folder(tmp_path / "models"):
            raise RuntimeError("again")

    with pytest.raises(RuntimeError, match="again"):
        fail()
    assert everything_under(tmp_path) == ["models", "models/a.txt"]


def test_what_a_killed_run_left_of_a_fresh_folder_is_cleared(tmp_path):
    for left in (".models.partial", ".models.old"):
        write_text("left", tmp_path / left / "x.txt")
    with fresh_folder(tmp_path / "models") as models:
        write_text("1", models / "a.txt")
    with fresh_folder(tmp_path / "models") as models:
        write_text("2", models / "a.txt")
    assert everything_under(tmp_path) == ["models", "models/a.txt"]


def test_a_chunk_has_every_table_and_absent_ones_are_empty(tmp_path):
    firms = empty_table("firms").reindex([0]).assign(firm_id="A").astype({"firm_id": "str"})
    write_table(firms, tmp_path / "firms" / "part-00001.parquet")
    write_table(firms, tmp_path / "firms" / "part-00000.parquet")
    assert chunk_names(tmp_path) == ["part-00000", "part-00001"]
    tables = read_chunk(tmp_path, "part-00001")
    assert list(tables) == list(TABLES)
    assert tables["firms"]["firm_id"].tolist() == ["A"]
    for table in set(TABLES) - {"firms"}:
        pd.testing.assert_frame_equal(tables[table], empty_table(table))
    assert list(read_chunk(tmp_path, "part-00001", tables=("firms", "events"))) == ["firms", "events"]


def test_no_chunk_is_one_clear_error(tmp_path):
    with pytest.raises(TableError, match="ingest has not been run"):
        chunk_names(tmp_path)
    with pytest.raises(TableError, match="has no chunk 'part-00009'"):
        read_chunk(tmp_path, "part-00009")
