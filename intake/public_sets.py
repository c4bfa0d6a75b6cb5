"""Public data sets as raw tables, so that real firms go the same way as a portfolio."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from intake.contracts import UNKNOWN, TableError, empty_table
from intake.store import read_table, write_table

AMERICAN_FILES = ("windows_train_validation.parquet", "windows_test.parquet")  # the second where it is there
DELAY = pd.Timedelta(days=90)
DOLLARS = 1e6  # amounts come in millions of US dollars, to the thousand

# canonical account ← item. Left out: total_revenue (the same as net_sales), ebitda and
# total_operating_expenses (they follow from the others), market_value (no account: listed firms only).
AMERICAN_ACCOUNTS: Mapping[str, str] = {
    "accounts_receivable": "total_receivables",
    "inventories": "inventory",
    "current_assets": "current_assets",
    "total_assets": "total_assets",
    "current_liabilities": "total_current_liabilities",
    "long_term_loans": "total_long_term_debt",
    "total_liabilities": "total_liabilities",
    "retained_earnings": "retained_earnings",
    "sales": "net_sales",
    "cost_of_sales": "cost_of_goods_sold",
    "gross_profit": "gross_profit",
    "operating_profit": "ebit",
    "net_profit": "net_income",
    "depreciation": "depreciation_and_amortization",
}


def convert_american(folder: Path, raw: Path) -> None:
    """Write the American bankruptcy set as raw tables firms, statements and events.

    Parameters
    ----------
    folder : Path
        Holds ``windows_train_validation.parquet`` and perhaps ``windows_test.parquet`` (Lombardo et al.
        2022, Pellegrino et al. 2024), or a folder ``american_bankruptcy`` with them.
    raw : Path
        Gets ``firms.parquet``, ``statements.parquet`` and ``events.parquet``. See `american_tables` for
        the dates and units.

    Notes
    -----
    A firm joins the portfolio with the last year of its window. In the years before, nobody in the set fails,
    because windows end with the failure: cohorts of those years would teach that a firm with few
    closings is safe. So each firm is judged once, as the set means it.

    Raises
    ------
    TableError
        If the set is not there, or misses a column.
    """
    folder = Path(folder)
    if (folder / "american_bankruptcy").is_dir():
        folder = folder / "american_bankruptcy"
    columns = ["firm_id", "fyear", "status", *AMERICAN_ACCOUNTS.values()]
    files = [folder / AMERICAN_FILES[0]]
    files += [folder / name for name in AMERICAN_FILES[1:] if (folder / name).exists()]
    windows = pd.concat([read_table(file, columns) for file in files], ignore_index=True)
    tables = american_tables(windows)
    last_known = tables["statements"].groupby("firm_id")["known_date"].max()
    tables["firms"] = tables["firms"].assign(known_date=tables["firms"]["firm_id"].map(last_known))
    for table, frame in tables.items():
        write_table(frame, Path(raw) / f"{table}.parquet")


def american_tables(windows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Turn windows of fiscal years into raw tables.

    The set has years and no days. These conventions give it days, and no fact is known before it can be:

    - a fiscal year ends on 31 December, and is known 90 days after, by 31 March (a 10-K is due within three
      months; always 90, or the delay would tell leap years from others);
    - a firm with status 1 filed for bankruptcy in the year after its last: an event on the 31 December of
      that year, known the same day. Of the three windows of a firm all end in the same year;
    - a firm with status 0 was watched for that year and leaves (``paid_off``) on 1 April after it, one day
      after the twelve months of the cohort of 31 March that its last statement belongs to. That cohort
      is thus complete, and later ones are censored;
    - a firm is known from its first statement on; industry, size and prefecture are ``unknown``.

    Amounts are whole US dollars. ``net_assets`` is assets less liabilities; ``selling_general_admin`` is
    gross profit less EBIT, so depreciation and amortisation are in it. The set's own split into train,
    validation and test stays out of the tables, and so does the year as a figure.

    Parameters
    ----------
    windows : DataFrame
        One row per window, firm and year: firm_id, fyear, status (0, 1) and the items of
        `AMERICAN_ACCOUNTS` (millions of dollars).

    Returns
    -------
    dict of str to DataFrame
        firms (one row per firm), statements (one per firm and year), events (one per firm).

    Raises
    ------
    TableError
        If a firm has both statuses.

    Examples
    --------
    >>> windows = pd.DataFrame({"firm_id": "F1", "fyear": [2003, 2004], "status": 1})
    >>> windows = windows.assign(**dict.fromkeys(AMERICAN_ACCOUNTS.values(), 1.5))
    >>> tables = american_tables(windows)
    >>> tables["events"].iloc[0].astype(str).to_list()
    ['F1', 'bankruptcy', '2005-12-31 00:00:00', '2005-12-31 00:00:00']
    >>> american_tables(windows.assign(status=[0, 1]))
    Traceback (most recent call last):
    intake.contracts.TableError: table events, column status, row firm_id=F1: both 0 and 1 for one firm
    """
    both = windows.groupby("firm_id")["status"].nunique().gt(1)
    if both.any():
        key = f"firm_id={both.idxmax()}"
        raise TableError("events", "both 0 and 1 for one firm", column="status", key=key)
    years = windows.drop_duplicates(["firm_id", "fyear"]).sort_values(["firm_id", "fyear"], ignore_index=True)
    last = years.drop_duplicates("firm_id", keep="last")
    failed = last["status"].eq(1)
    left = _day(last["fyear"] + 1, "12-31").where(failed, _day(last["fyear"] + 2, "04-01"))
    events = pd.DataFrame(
        {
            "firm_id": last["firm_id"],
            "kind": failed.map({True: "bankruptcy", False: "paid_off"}).astype("str"),
            "event_date": left,
            "known_date": left,
        }
    ).reset_index(drop=True)
    return {"firms": _american_firms(years), "statements": _american_statements(years), "events": events}


def _day(years: pd.Series, month_day: str) -> pd.Series:
    return pd.to_datetime(years.astype("str") + "-" + month_day, format="%Y-%m-%d").astype("datetime64[ms]")


def _american_firms(years: pd.DataFrame) -> pd.DataFrame:
    first = years.drop_duplicates("firm_id").reset_index(drop=True)
    firms = empty_table("firms").reindex(first.index)
    firms["firm_id"] = first["firm_id"]
    firms["known_date"] = _day(first["fyear"] + 1, "03-31")
    for column in ("industry", "size_class", "prefecture", "association", "main_bank"):
        firms[column] = UNKNOWN
    firms["consent_scope"] = "all"  # published
    return firms


def _american_statements(years: pd.DataFrame) -> pd.DataFrame:
    period_end = _day(years["fyear"], "12-31")
    facts = {
        "firm_id": years["firm_id"],
        "period_end": period_end,
        "kind": "annual",
        "source_actor": "firm",
        "known_date": period_end + DELAY,
        "period_months": 12.0,
    }
    amounts = {account: (years[item] * DOLLARS).round() for account, item in AMERICAN_ACCOUNTS.items()}
    amounts["net_assets"] = amounts["total_assets"] - amounts["total_liabilities"]
    amounts["selling_general_admin"] = amounts["gross_profit"] - amounts["operating_profit"]
    return pd.DataFrame(facts | amounts)


CONVERTERS: Mapping[str, Callable[[Path, Path], None]] = {"american": convert_american}
