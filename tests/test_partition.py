import json
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.contracts import OPTIONAL_TABLES, TABLES, TableError, contract, empty_table
from intake.partition import ingest
from intake.store import chunk_names, read_chunk, read_table, write_table

REQUIRED = tuple(table for table in TABLES if table not in OPTIONAL_TABLES)
FIRMS = [f"{number:03d}" for number in range(7)]


def sample(table: str, firms: list[str] = FIRMS) -> pd.DataFrame:
    """Two versions of one fact a firm that keep the contract: first codes of a list, lowest numbers."""
    rule = contract(table)
    frame = pd.DataFrame({"firm_id": pd.Series(firms, dtype="str").repeat(2)}).reset_index(drop=True)
    for name, column in rule.schema.columns.items():
        said = {key: value for check in column.checks for key, value in (check.statistics or {}).items()}
        kind = rule.types[name]
        if name in ("firm_id", "known_date") or not column.required:
            continue
        if kind == "text":
            text = said.get("allowed_values", [None])[0]
            frame[name] = text or (name + "-" + frame["firm_id"])
        elif kind == "date":
            frame[name] = pd.Timestamp("2024-03-31")
        else:
            frame[name] = {"flag": False, "yen": 5_000_000, "number": said.get("min_value")}[kind]
    frame["known_date"] = [pd.Timestamp("2024-04-20"), pd.Timestamp("2024-05-20")] * len(firms)
    if table == "statements":
        frame = frame.assign(total_assets=50e6, total_liabilities=30e6, net_assets=20e6)
    return frame


def write_raw(raw: Path, *tables: str, **changed: pd.DataFrame) -> Path:
    """The required tables' samples and those of `tables`, one file each, or what they are changed to."""
    for table in {*REQUIRED, *tables, *changed}:
        frame = changed[table] if table in changed else sample(table)
        write_table(frame, raw / f"{table}.parquet")
    return raw


def parts(interim: Path) -> dict[str, bytes]:
    return {
        path.relative_to(interim).as_posix(): path.read_bytes() for path in sorted(interim.glob("*/part-*"))
    }


def test_every_table_is_laid_out_in_chunks_of_the_same_firms(tmp_path):
    seen = []
    report = ingest(
        write_raw(tmp_path / "raw", *TABLES),
        tmp_path / "interim",
        chunk_firms=3,
        progress=lambda done, total, what: seen.append((done, total, what)),
    )
    assert (report.firms, report.chunks) == (7, 3)  # 3 + 3 + 1
    assert chunk_names(tmp_path / "interim") == ["part-00000", "part-00001", "part-00002"]
    for number, firms in enumerate([FIRMS[:3], FIRMS[3:6], FIRMS[6:]]):
        for table, frame in read_chunk(tmp_path / "interim", f"part-{number:05d}").items():
            rule = contract(table)
            assert sorted(set(frame["firm_id"])) == firms
            assert len(frame) == 2 * len(firms)
            assert frame.dtypes.astype(str).to_dict() == rule.dtypes
            assert frame.equals(frame.sort_values(list(rule.key), ignore_index=True))
    assert all(table.rows_in == table.kept == 14 for table in report.tables.values())
    assert seen[-1] == (14 * len(TABLES), 14 * len(TABLES), "rows screened")
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)


def test_the_report_lies_beside_the_tables(tmp_path):
    report = ingest(write_raw(tmp_path / "raw"), tmp_path / "interim", chunk_firms=100)
    written = json.loads((tmp_path / "interim" / "ingest_report.json").read_text(encoding="utf-8"))
    assert written == report.to_dict()
    assert written["tables"]["notes"]["present"] is False
    assert "notes: absent, taken as empty" in report.summary()
    assert written["tables"]["events"]["last_known_date"] == "2024-05-20"
    pd.testing.assert_frame_equal(
        read_chunk(tmp_path / "interim", "part-00000")["notes"], empty_table("notes")
    )


def test_quarantined_rows_are_written_with_their_source_and_counted(tmp_path):
    loans = sample("loans").astype({"amount": "str"})
    loans.loc[3, "amount"] = "5百万"
    loans.loc[4, "firm_id"] = "999"
    report = ingest(write_raw(tmp_path / "raw", loans=loans), tmp_path / "interim", chunk_firms=4)
    counted = report.tables["loans"]
    assert counted.reasons == {"amount: not a number": 1, "firm_id: not in table firms": 1}
    assert (counted.rows_in, counted.kept, counted.quarantined) == (14, 12, 2)
    rejected = read_table(tmp_path / "interim" / "quarantine" / "loans.parquet")
    assert rejected[["source_file", "source_row"]].to_numpy().tolist() == [
        ["loans.parquet", 4],
        ["loans.parquet", 5],
    ]
    assert rejected["amount"].tolist() == ["5百万", "5000000"]
    assert sorted(path.name for path in (tmp_path / "interim" / "quarantine").iterdir()) == ["loans.parquet"]


def test_a_firm_that_is_quarantined_takes_its_rows_with_it(tmp_path):
    firms = sample("firms")
    firms.loc[firms["firm_id"] == "002", "consent_scope"] = "perhaps"
    report = ingest(write_raw(tmp_path / "raw", "loans", firms=firms), tmp_path / "interim", chunk_firms=4)
    assert report.firms == 6
    assert report.tables["loans"].reasons == {"firm_id: not in table firms": 2}


def test_duplicates_in_different_files_are_found(tmp_path):
    raw = write_raw(tmp_path / "raw")
    write_table(sample("loans"), raw / "loans" / "part-00000.parquet")
    write_table(
        sample("loans").iloc[:3].assign(balance=[5e6, 5e6, 1e6]), raw / "loans" / "part-00001.parquet"
    )
    report = ingest(raw, tmp_path / "interim", chunk_firms=4, piece_rows=5)
    assert report.tables["loans"].reasons == {"duplicate": 2, "conflicting duplicate key": 1}


def test_csv_and_parquet_give_the_same_bytes(tmp_path):
    ingest(write_raw(tmp_path / "raw", *TABLES), tmp_path / "interim", chunk_firms=3)
    (tmp_path / "csv").mkdir()
    for table in TABLES:
        sample(table).to_csv(tmp_path / "csv" / f"{table}.csv", index=False)
    ingest(tmp_path / "csv", tmp_path / "from_csv", chunk_firms=3)
    assert parts(tmp_path / "from_csv") == parts(tmp_path / "interim")


@settings(max_examples=3, deadline=None)
@given(data=st.data())
def test_chunks_do_not_depend_on_how_the_raw_rows_lie_in_files(data):
    tables = REQUIRED
    with tempfile.TemporaryDirectory() as folder:
        whole, split = Path(folder) / "whole", Path(folder) / "split"
        for table in tables:
            frame = pd.concat([sample(table), sample(table).iloc[:2]], ignore_index=True)  # with duplicates
            write_table(frame, whole / f"{table}.parquet")
            shuffled = frame.iloc[data.draw(st.permutations(range(len(frame))))]
            cut = data.draw(st.integers(0, len(frame)))
            for number, part in enumerate((shuffled.iloc[:cut], shuffled.iloc[cut:])):
                write_table(part, split / table / f"part-{number:05d}.parquet")
        one = ingest(whole, Path(folder) / "a", chunk_firms=3)
        other = ingest(split, Path(folder) / "b", chunk_firms=3, piece_rows=data.draw(st.integers(4, 20)))
        assert parts(Path(folder) / "a") == parts(Path(folder) / "b")
        for table in tables:
            assert one.tables[table].reasons == other.tables[table].reasons
            counted = other.tables[table]
            assert counted.rows_in == counted.kept + counted.quarantined == 16


def text_in_a_number(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    numbers = [
        name for name, kind in contract(table).types.items() if kind in ("yen", "number") and name in frame
    ]
    column = numbers[0] if numbers else "known_date"  # tables of text and dates have no number to spoil
    frame = frame.astype({column: "str"})
    frame.loc[1, column] = "abc"
    return frame


BROKEN_ROWS = {
    "text in a number": text_in_a_number,
    "duplicate key": lambda _, frame: pd.concat([frame, frame.iloc[[1]]], ignore_index=True),
    "orphan": lambda _, frame: frame.assign(firm_id=frame["firm_id"].where(frame.index != 1, "999")),
    "no date known": lambda _, frame: frame.assign(known_date=frame["known_date"].where(frame.index != 1)),
    "known too early": lambda _, frame: frame.assign(
        known_date=frame["known_date"].where(frame.index != 1, pd.Timestamp("2024-03-30"))
    ),
}


@pytest.mark.parametrize("breakage", BROKEN_ROWS)
def test_breaking_a_row_of_any_table_quarantines_it_and_the_rest_goes_on(tmp_path, breakage):
    broken = {table: BROKEN_ROWS[breakage](table, sample(table)) for table in TABLES}
    if breakage == "orphan":
        broken["firms"] = sample("firms")  # what is not in firms is an orphan; firms has none
    report = ingest(write_raw(tmp_path / "raw", **broken), tmp_path / "interim", chunk_firms=4)
    for table, counted in report.tables.items():
        assert counted.quarantined == (0 if (breakage, table) == ("orphan", "firms") else 1), table
        assert counted.rows_in == len(broken[table]) == counted.kept + counted.quarantined


def drop_last_column(path: Path) -> None:
    write_table(read_table(path).drop(columns=list(contract(path.stem).required)[-1]), path)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-30])


def spoil_every_row(path: Path) -> None:
    write_table(read_table(path).assign(known_date="soon"), path)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (drop_last_column, "has no such column"),
        (truncate, "cannot be read as Parquet"),
        (lambda path: path.write_bytes(b""), "cannot be read as Parquet"),
        (
            spoil_every_row,
            "every one of the 14 rows breaks the contract; the first: .* value 'soon': not a day",
        ),
    ],
    ids=["missing column", "truncated", "empty file", "every row"],
)
def test_breaking_any_table_as_a_whole_is_one_clear_error_and_leaves_nothing(tmp_path, damage, message):
    for table in TABLES:
        raw = write_raw(tmp_path / "raw", table)
        damage(raw / f"{table}.parquet")
        with pytest.raises(TableError, match=f"^table {table}.*{message}"):
            ingest(raw, tmp_path / "interim", chunk_firms=4)
        shutil.rmtree(raw)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("table", "column"), [("statements", "total_assets"), ("loans", "amount"), ("guarantees", "amount")]
)
def test_a_table_in_thousand_yen_is_refused(tmp_path, table, column):
    frame = sample(table)
    amounts = [name for name in frame if contract(table).types[name] == "yen"]
    frame[amounts] = frame[amounts] / 1000
    with pytest.raises(TableError, match=f"table {table}, column {column}: .*in thousand yen"):
        ingest(write_raw(tmp_path / "raw", **{table: frame}), tmp_path / "interim", chunk_firms=4)
    assert not (tmp_path / "interim").exists()


@pytest.mark.parametrize("table", REQUIRED)
def test_a_required_table_that_is_absent_is_one_clear_error(tmp_path, table):
    raw = write_raw(tmp_path / "raw")
    (raw / f"{table}.parquet").unlink()
    with pytest.raises(TableError, match=rf"table {table}: .*raw has no {table}\.parquet"):
        ingest(raw, tmp_path / "interim", chunk_firms=9)


def test_optional_tables_that_are_absent_are_taken_as_empty_and_said_so(tmp_path):
    report = ingest(write_raw(tmp_path / "raw"), tmp_path / "interim", chunk_firms=9)
    for table in OPTIONAL_TABLES:
        assert not report.tables[table].present
        assert f"{table}: absent, taken as empty" in report.summary()


def test_rows_of_none_are_an_error_for_firms_and_statements_only(tmp_path):
    none = {table: sample(table).iloc[:0] for table in set(TABLES) - {"firms", "statements"}}
    report = ingest(write_raw(tmp_path / "raw", **none), tmp_path / "interim", chunk_firms=4)
    assert report.tables["events"].rows_in == 0
    for table in ("firms", "statements"):
        raw = write_raw(tmp_path / f"no_{table}", **{table: sample(table).iloc[:0]})
        with pytest.raises(TableError, match=f"table {table}: the table is there but has no rows"):
            ingest(raw, tmp_path / "interim", chunk_firms=4)


def test_a_folder_that_holds_something_else_is_not_overwritten(tmp_path):
    (tmp_path / "interim").mkdir()
    (tmp_path / "interim" / "thesis.txt").write_text("years of work")
    with pytest.raises(ValueError, match="holds files that no ingest wrote"):
        ingest(write_raw(tmp_path / "raw"), tmp_path / "interim", chunk_firms=4)
    assert (tmp_path / "interim" / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize("options", [{"chunk_firms": 0}, {"chunk_firms": 4, "piece_rows": 0}])
def test_sizes_below_one_are_refused(tmp_path, options):
    with pytest.raises(ValueError, match="must be 1 or more"):
        ingest(tmp_path, tmp_path / "interim", **options)


KILLED_HALF_WAY = """
import os, signal, sys
from pathlib import Path
from intake.partition import ingest
def kill_half_way(done, total, what):
    if done > total / 2:
        os.kill(os.getpid(), signal.SIGKILL)
ingest(Path(sys.argv[1]), Path(sys.argv[2]), chunk_firms=3, progress=kill_half_way)
"""


def test_a_killed_ingest_leaves_no_half_and_the_next_one_gives_the_same_bytes(tmp_path):
    raw = write_raw(tmp_path / "raw")
    done = subprocess.run(
        [sys.executable, "-c", KILLED_HALF_WAY, str(raw), str(tmp_path / "interim")], check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert not (tmp_path / "interim").exists()
    ingest(raw, tmp_path / "interim", chunk_firms=3)
    ingest(raw, tmp_path / "undisturbed", chunk_firms=3)
    assert parts(tmp_path / "interim") == parts(tmp_path / "undisturbed")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["interim", "raw", "undisturbed"]


def test_an_ingest_that_fails_keeps_the_chunks_of_the_last_one(tmp_path):
    ingest(write_raw(tmp_path / "raw"), tmp_path / "interim", chunk_firms=3)
    before = parts(tmp_path / "interim")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest(tmp_path / "raw", tmp_path / "interim", chunk_firms=2, progress=stop)
    assert parts(tmp_path / "interim") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["interim", "raw"]
