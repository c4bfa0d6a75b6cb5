"""Berka's accounts before their loans, as months of account flows counted back from the day of the loan.

Traps of the set: dates are yymmdd; rows of one day stand in no order, so only balances at a day's end are
sure; a withdrawal has two types; the month before the loan is cut off by it, so months are counted back from
the loan's day and not by the calendar.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from features.panel import MONTHS
from intake.contracts import TableError

SET = "berka"
TRANSACTIONS, LOANS = "preloan_transactions_354.parquet", "loans_354_with_labels.csv"
SIGNS = {"credit": 1.0, "withdrawal": -1.0, "withdrawal in cash": -1.0}


@dataclass(frozen=True)
class Accounts:
    """The months of n accounts before their loans.

    Attributes
    ----------
    account_ids : (n,) object
        Sorted text.
    bad : (n,) float64
        1 where the loan was not paid (B) or runs in debt (D).
    status : (n,) object
    lowest : (n,) float64
        Lowest balance of all rows before the loan, in crowns.
    flows : mapping inflow | outflow | end_balance | lowest_balance -> (n, 36) float64
        Column -1 ends on the day before the loan; NaN before the account's first whole month. The lowest
        balance is of days' ends, that of the day before the month among them.
    """

    account_ids: np.ndarray
    bad: np.ndarray
    status: np.ndarray
    lowest: np.ndarray
    flows: dict[str, np.ndarray]


def read_accounts(data: Path) -> Accounts:
    """Read the 354 accounts.

    Raises
    ------
    TableError
        If a file is not there, a column is missing, a type is unknown, or a row is not before its loan.
    """
    rows = _read(data, TRANSACTIONS, ("account_id", "date", "type", "amount", "balance"))
    loans = _read(data, LOANS, ("account_id", "date", "status", "bad"))
    for unknown in sorted(set(rows["type"]) - set(SIGNS)):
        raise TableError(SET, "the type is not known", column="type", value=unknown)
    loans = loans.assign(account_id=[f"{one:06d}" for one in loans["account_id"]])
    loans = loans.sort_values("account_id", ignore_index=True)
    account = pd.Index(loans["account_id"]).get_indexer([f"{one:06d}" for one in rows["account_id"]])
    rows = rows.assign(account=account)[account >= 0]
    day, granted = _days(rows["date"]), _days(loans["date"])
    for at in np.flatnonzero(day >= granted[rows["account"]])[:1]:
        which = f"account_id={rows['account_id'].iloc[at]}"
        raise TableError(SET, "is not before the loan", column="date", key=which, value=rows["date"].iloc[at])
    net = rows["amount"].to_numpy(dtype=np.float64) * rows["type"].map(SIGNS).to_numpy()
    return Accounts(
        account_ids=loans["account_id"].to_numpy(dtype=object),
        bad=loans["bad"].to_numpy(dtype=np.float64),
        status=loans["status"].to_numpy(dtype=object),
        lowest=rows.groupby("account")["balance"].min().reindex(range(len(loans))).to_numpy(dtype=np.float64),
        flows=months_before(rows["account"].to_numpy(), day, net, granted),
    )


def _read(data: Path, name: str, columns: tuple[str, ...]) -> pd.DataFrame:
    path = Path(data) / SET / name
    if not path.is_file():
        raise TableError(SET, f"no file {path}")
    frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    for missing in [column for column in columns if column not in frame]:
        raise TableError(SET, "the column is missing", column=missing)
    return frame


def _days(dates: pd.Series) -> np.ndarray:
    """Return yymmdd numbers as datetime64[D]."""
    return pd.to_datetime(dates.astype("str"), format="%y%m%d").to_numpy().astype("datetime64[D]")


def months_before(
    account: np.ndarray, day: np.ndarray, net: np.ndarray, granted: np.ndarray
) -> dict[str, np.ndarray]:
    """Return the flows of the 36 months before each account's loan.

    Parameters
    ----------
    account : (k,) int64
        0 to n − 1.
    day : (k,) datetime64[D]
    net : (k,) float64
        What came in, above 0, or went out; the first row of an account is what it was opened with.
    granted : (n,) datetime64[D]
        Days of the loans.

    Examples
    --------
    >>> day = np.array(["1997-01-10", "1997-02-20", "1997-03-01", "1997-03-15"], dtype="datetime64[D]")
    >>> loan = np.array(["1997-04-05"], dtype="datetime64[D]")
    >>> flows = months_before(np.zeros(4, dtype=int), day, np.array([90.0, 10.0, -70.0, 5.0]), loan)
    >>> {name: values[0, -3:].tolist() for name, values in flows.items() if name != "outflow"}
    {'inflow': [nan, 10.0, 5.0], 'end_balance': [nan, 30.0, 35.0], 'lowest_balance': [nan, 30.0, 30.0]}
    """
    n = len(granted)
    order = np.lexsort((day, account))
    account, day, net = account[order], day[order], net[order]
    first = np.full(n, np.datetime64("2100-01-01", "D"))
    np.minimum.at(first, account, day)
    shape = (n, MONTHS)
    flows = {name: np.full(shape, np.nan) for name in ("inflow", "outflow", "end_balance", "lowest_balance")}
    # the balance at each day's end stands in the day's last row
    balance = pd.Series(net).groupby(account).cumsum().to_numpy()
    is_last = np.ones(len(day), dtype=bool)
    is_last[:-1] = (account[1:] != account[:-1]) | (day[1:] != day[:-1])
    edges = [_months_earlier(granted, back) for back in range(MONTHS + 1)]
    for back in range(MONTHS):
        begin, end, column = edges[back + 1], edges[back], MONTHS - 1 - back
        whole = first <= begin
        inside = (day >= begin[account]) & (day < end[account])
        before = np.where(day < begin[account], net, 0.0)
        came, went = inside & (net > 0), inside & (net < 0)
        amounts = {
            "inflow": np.bincount(account[came], weights=net[came], minlength=n),
            "outflow": -np.bincount(account[went], weights=net[went], minlength=n),
        }
        lowest = np.bincount(account, weights=before, minlength=n).astype(np.float64)
        amounts["end_balance"] = lowest + amounts["inflow"] - amounts["outflow"]
        np.minimum.at(lowest, account[inside & is_last], balance[inside & is_last])
        amounts["lowest_balance"] = lowest
        for name, values in amounts.items():
            flows[name][whole, column] = values[whole]
    return flows


def _months_earlier(days: np.ndarray, months: int) -> np.ndarray:
    """Return the same days so many months earlier, or the last day of a shorter month."""
    shifted = pd.DatetimeIndex(days) - pd.DateOffset(months=months)
    return shifted.to_numpy().astype("datetime64[D]")
