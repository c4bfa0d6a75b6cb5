import pandas as pd
import pytest

from intake.contracts import TableError
from intake.raw_tables import find_table, pieces
from intake.store import write_table

EVENTS = pd.DataFrame(
    {
        "firm_id": ["001", "002", "003"],
        "kind": "bankruptcy",
        "event_date": pd.Timestamp("2024-03-31"),
        "known_date": pd.Timestamp("2024-04-10"),
    }
)
HEAD = "firm_id,kind,event_date,known_date\n"
LINE = "001,bankruptcy,2024-03-31,2024-04-10\n"


def all_rows(raw, table="events", piece_rows=2) -> list[tuple]:
    rows = [
        piece[["firm_id", "source_file", "source_row"]]
        for piece in pieces(find_table(raw, table), piece_rows)
    ]
    assert all(len(piece) <= piece_rows for piece in rows)
    return list(pd.concat(rows).itertuples(index=False, name=None))


def test_a_table_is_a_file_or_a_folder_and_its_rows_come_in_order(tmp_path):
    write_table(EVENTS, tmp_path / "one" / "events.parquet")
    assert all_rows(tmp_path / "one") == [("001", 0, 1), ("002", 0, 2), ("003", 0, 3)]
    write_table(EVENTS.iloc[:2], tmp_path / "many" / "events" / "part-00001.parquet")
    write_table(EVENTS.iloc[2:], tmp_path / "many" / "events" / "part-00000.parquet")
    assert all_rows(tmp_path / "many") == [("003", 0, 1), ("001", 1, 1), ("002", 1, 2)]
    source = find_table(tmp_path / "many", "events")
    assert source.names == ("events/part-00000.parquet", "events/part-00001.parquet")
    assert source.rows == 3
    assert find_table(tmp_path / "many", "loans") is None


def test_csv_is_read_as_text_with_or_without_byte_order_mark(tmp_path):
    text = '"firm_id",kind,event_date,known_date\n007,"a,\nb",,2024-04-10\n'
    (tmp_path / "events.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    (piece,) = pieces(find_table(tmp_path, "events"), 10)
    assert piece["firm_id"].tolist() == ["007"]  # a number would have lost its zeros
    assert piece["kind"].tolist() == ["a,\nb"]
    assert piece["event_date"].isna().all()
    assert piece["known_date"].tolist() == ["2024-04-10"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"events\.csv is empty: it has not even a line of column names"),
        ((HEAD + LINE + "倒産,x\n").encode("cp932"), r"events\.csv cannot be read as CSV in UTF-8"),
        (
            (HEAD + LINE + "002,bankruptcy,2024").encode(),
            r"events\.csv cannot be read as CSV .*Expected 4 columns, got 3",
        ),
        ((HEAD.replace("kind", "sort") + LINE).encode(), r"column kind: .*events\.csv has no such column"),
    ],
)
def test_a_csv_file_that_cannot_be_read_is_one_clear_error(tmp_path, content, message):
    (tmp_path / "events.csv").write_bytes(content)
    with pytest.raises(TableError, match=rf"table events.*{message}"):
        all_rows(tmp_path)


def test_a_truncated_parquet_file_is_one_clear_error(tmp_path):
    path = tmp_path / "events" / "part-00000.parquet"
    write_table(EVENTS, path)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(TableError, match=r"table events: .*part-00000\.parquet cannot be read as Parquet"):
        find_table(tmp_path, "events")


def test_a_table_that_stands_twice_or_a_folder_without_files_is_refused(tmp_path):
    write_table(EVENTS, tmp_path / "events.parquet")
    (tmp_path / "events.csv").write_text(HEAD + LINE)
    with pytest.raises(TableError, match=r"has it twice, as events\.parquet and events\.csv; keep one"):
        find_table(tmp_path, "events")
    (tmp_path / "loans").mkdir()
    with pytest.raises(TableError, match=r"table loans: the folder .* has no Parquet or CSV file"):
        find_table(tmp_path, "loans")


def test_each_file_of_a_table_needs_the_required_columns(tmp_path):
    write_table(EVENTS, tmp_path / "events" / "part-0.parquet")
    write_table(EVENTS.drop(columns="kind"), tmp_path / "events" / "part-1.parquet")
    with pytest.raises(TableError, match=r"column kind: .*part-1\.parquet has no such column"):
        find_table(tmp_path, "events")
