from collections import Counter

import pandas as pd

from intake.ingest_report import MOST_CODES, IngestReport, TableReport
from intake.store import write_json


def days(*texts: str) -> pd.Series:
    return pd.Series(pd.to_datetime(list(texts))).astype("datetime64[ms]")


def test_kept_rows_widen_the_range_of_known_dates():
    report = TableReport(rows_in=4)
    report.add_kept(days("2024-03-31", "2024-02-01"))
    report.add_kept(days())
    report.add_kept(days("2024-02-29"))
    told = report.to_dict()
    assert (told["kept"], told["first_known_date"], told["last_known_date"]) == (
        3,
        "2024-02-01",
        "2024-03-31",
    )


def test_reasons_and_codes_stand_most_frequent_first():
    report = TableReport(rows_in=9, reasons=Counter({"b": 1, "a": 1, "c": 5}))
    report.add_unknown({"industry": Counter({"9999": 1})})
    report.add_unknown({"industry": Counter({"9999": 1, "missing": 3})})
    told = report.to_dict()
    assert list(told["reasons"].items()) == [("c", 5), ("a", 1), ("b", 1)]
    assert told["quarantined"] == 7
    assert told["unknown_levels"] == {"industry": {"rows": 5, "codes": {"missing": 3, "9999": 2}}}


def test_of_many_unknown_codes_the_report_names_some_and_counts_all():
    report = TableReport()
    report.add_unknown({"prefecture": Counter({f"{number:03d}": 1 for number in range(MOST_CODES + 30)})})
    told = report.to_dict()["unknown_levels"]["prefecture"]
    assert told["rows"] == MOST_CODES + 30
    assert len(told["codes"]) == MOST_CODES


def test_a_report_is_plain_data_and_lines_for_a_log(tmp_path):
    firms = TableReport(files=1, rows_in=2, kept=2, unknown_levels={"industry": Counter({"x": 2})})
    notes = TableReport(files=1, absent_columns=("land",), ignored_columns=("remarks",))
    report = IngestReport(2, 100, 1, {"firms": firms, "notes": notes, "loans": TableReport(present=False)})
    write_json(report.to_dict(), tmp_path / "report.json")
    assert report.to_dict()["tables"]["loans"]["present"] is False
    assert report.to_dict()["tables"]["notes"]["first_known_date"] is None
    assert report.summary() == [
        "2 firms in 1 chunks of up to 100",
        "firms: 2 rows in, 2 kept, 0 quarantined",
        "firms: 2 rows of unknown industry",
        "notes: 0 rows in, 0 kept, 0 quarantined",
        "notes: no column land",
        "notes: ignored column remarks",
        "loans: absent, taken as empty",
    ]
