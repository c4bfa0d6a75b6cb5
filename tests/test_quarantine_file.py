import pandas as pd

from intake.contracts import contract
from intake.quarantine import screen_rows
from intake.quarantine_file import QuarantineFile
from intake.store import read_table


def rejected(amount: str, file: int, row: int) -> pd.DataFrame:
    cells = {
        "firm_id": "A",
        "kind": "tax",
        "from_date": "2024-03-31",
        "known_date": "2024-04-30",
        "amount": amount,
    }
    frame = pd.DataFrame([cells | {"cleared_date": None, "source_file": file, "source_row": row}])
    return screen_rows("arrears", frame).rejected


def test_rejected_rows_are_written_with_the_file_and_row_they_came_from(tmp_path):
    path = tmp_path / "quarantine" / "arrears.parquet"
    with QuarantineFile(path, "arrears", ["arrears/part-a.csv", "arrears/part-b.csv"]) as quarantine:
        quarantine.put(rejected("x", file=1, row=4))
        quarantine.put(rejected("100", file=0, row=1))  # nothing wrong: no row
        quarantine.put(rejected("-1", file=0, row=9))
    written = read_table(path)
    columns = [*contract("arrears").columns, "reason", "detail", "source_file", "source_row"]
    assert list(written) == columns
    assert written["amount"].tolist() == ["x", "-1"]
    assert written["reason"].tolist() == ["amount: not a number", "amount: out of range"]
    assert written["source_file"].tolist() == ["arrears/part-b.csv", "arrears/part-a.csv"]
    assert written["source_row"].tolist() == [4, 9]
    assert quarantine.counts == {"amount: not a number": 1, "amount: out of range": 1}
    assert quarantine.first["amount"].tolist() == ["x"]


def test_without_rejected_rows_there_is_no_file(tmp_path):
    with QuarantineFile(
        tmp_path / "quarantine" / "arrears.parquet", "arrears", ["arrears.csv"]
    ) as quarantine:
        quarantine.put(rejected("100", file=0, row=1))
    assert list(tmp_path.iterdir()) == []
    assert quarantine.counts.total() == 0
