import pandas as pd
import pyarrow.parquet as pq
import pytest

from intake.contracts import TableError, contract
from intake.partition import ingest
from intake.public_sets import AMERICAN_ACCOUNTS, CONVERTERS, american_tables, convert_american
from intake.quarantine import screen
from intake.store import read_chunk, read_table

ITEMS = dict.fromkeys(AMERICAN_ACCOUNTS.values(), 1.0)


def windows(
    firm_id: str = "F1", years: tuple[int, ...] = (2003, 2004), status: int = 0, **items: float
) -> pd.DataFrame:
    frame = pd.DataFrame(
        {"firm_id": firm_id, "fyear": years, "window": 3, "split": "train", "status": status}
    )
    return frame.assign(**ITEMS | items)


def told(frame: pd.DataFrame, *columns: str) -> list[tuple]:
    return list(frame[list(columns)].astype("str").itertuples(index=False, name=None))


def test_a_year_ends_in_december_and_is_known_ninety_days_later():
    statements = american_tables(windows())["statements"]
    assert told(statements, "firm_id", "period_end", "known_date", "kind", "period_months") == [
        ("F1", "2003-12-31", "2004-03-30", "annual", "12.0"),  # 31 + 29 + 30 days: a leap year
        ("F1", "2004-12-31", "2005-03-31", "annual", "12.0"),
    ]


def test_a_failed_firm_is_bankrupt_in_the_year_after_its_last():
    events = american_tables(windows(status=1))["events"]
    assert told(events, *events) == [("F1", "bankruptcy", "2005-12-31", "2005-12-31")]


def test_a_survivor_leaves_a_day_after_its_last_cohort_is_complete():
    # last year 2004, known on 31 March 2005; twelve months of that cohort end on 31 March 2006
    events = american_tables(windows())["events"]
    assert told(events, *events) == [("F1", "paid_off", "2006-04-01", "2006-04-01")]


def test_a_firm_is_known_from_its_first_statement_on():
    firms = american_tables(pd.concat([windows("F2"), windows("F1", (2001,))], ignore_index=True))["firms"]
    assert told(firms, "firm_id", "known_date", "industry") == [
        ("F1", "2002-03-31", "unknown"),
        ("F2", "2004-03-31", "unknown"),
    ]


def test_amounts_are_whole_dollars_and_the_rest_follows_from_them():
    items = {"total_assets": 342.352, "total_liabilities": 249.847, "gross_profit": 44.361, "ebit": -144.374}
    row = american_tables(windows(years=(2003,), **items))["statements"].iloc[0]
    assert row["total_assets"] == 342_352_000
    assert row["net_assets"] == 92_505_000  # 342.352 - 249.847
    assert row["selling_general_admin"] == 188_735_000  # 44.361 + 144.374
    assert row["operating_profit"] == -144_374_000


def test_windows_of_one_firm_are_one_row_a_year_and_nothing_tells_the_split_or_the_year():
    both = pd.concat(
        [windows(years=(2003, 2004, 2005)), windows(years=(2002, 2003, 2004, 2005)).assign(window=4)]
    )
    statements = american_tables(both)["statements"]
    assert statements["period_end"].dt.year.tolist() == [2002, 2003, 2004, 2005]
    assert set(statements) <= set(contract("statements").columns)


def test_the_tables_keep_their_contracts():
    items = {"total_assets": 9.0, "net_sales": 2.0, "cost_of_goods_sold": 1.0}
    tables = american_tables(
        pd.concat([windows(**items), windows("F2", status=1, **items)], ignore_index=True)
    )
    for table, frame in tables.items():
        screened = screen(table, frame, firm_ids=["F1", "F2"])
        assert screened.rejected.empty, screened.rejected["detail"].tolist()
        assert len(screened.good) == len(frame)


def test_a_firm_with_both_statuses_is_refused():
    with pytest.raises(TableError, match="table events, column status, row firm_id=F1: both 0 and 1"):
        american_tables(windows().assign(status=[0, 1]))


def test_test_windows_are_taken_where_they_are(tmp_path):
    folder = tmp_path / "data" / "american_bankruptcy"
    folder.mkdir(parents=True)
    windows("F1").to_parquet(folder / "windows_train_validation.parquet")
    CONVERTERS["american"](tmp_path / "data", tmp_path / "without")
    assert read_table(tmp_path / "without" / "firms.parquet")["firm_id"].tolist() == ["F1"]
    windows("F2", status=1).to_parquet(folder / "windows_test.parquet")
    CONVERTERS["american"](folder, tmp_path / "with")
    assert read_table(tmp_path / "with" / "firms.parquet")["firm_id"].tolist() == ["F1", "F2"]


def test_a_folder_without_the_set_is_one_clear_error(tmp_path):
    with pytest.raises(TableError, match=r"there is no .*windows_train_validation\.parquet"):
        convert_american(tmp_path, tmp_path / "raw")


def test_the_public_set_goes_through_ingest(public_data, tmp_path):
    convert_american(public_data, tmp_path / "raw")
    report = ingest(tmp_path / "raw", tmp_path / "interim", chunk_firms=2000)
    source = pq.read_table(
        public_data / "american_bankruptcy" / "windows_train_validation.parquet"
    ).to_pandas()
    assert report.firms >= source["firm_id"].nunique() == 3528
    assert report.tables["events"].kept == report.firms
    # one firm-year breaks the arithmetic: F01161 in 2000 has sales - cost of sales 8 million off gross profit
    statements = report.tables["statements"]
    assert statements.rows_in >= source.drop_duplicates(["firm_id", "fyear"]).shape[0] == 16133
    assert statements.quarantined <= statements.rows_in / 1000
    events = read_chunk(tmp_path / "interim", "part-00000")["events"].set_index("firm_id")
    failed = source.drop_duplicates("firm_id").set_index("firm_id")["status"].eq(1)
    known = events.index.intersection(failed.index)
    assert (events.loc[known, "kind"].eq("bankruptcy") == failed[known]).all()
