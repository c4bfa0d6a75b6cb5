"""A firm's figures over time as charts draw them: one value a day, month or closing, in yen or months."""

import pandas as pd

from features.account_sums import payables, receivables, sum_of
from review.life_frames import Frames, latest

YEAR = 12
TOLD_DAYS = 15  # balances reach the institution within about two weeks of the month's end
MISSING = 2  # months of a year that may be missing: firms skip some, and with none allowed little is left
DEBT = ("short_term_loans", "current_long_term_loans", "long_term_loans")


def account(books: pd.DataFrame, name: str) -> pd.Series:
    """Return one account by period end; NaN where the books do not have it."""
    return books[name] if name in books else pd.Series(float("nan"), index=books.index)


def by_month(values: pd.Series) -> pd.Series:
    """Return the values at every month's end from the first to the last, NaN where none came.

    Examples
    --------
    >>> ends = pd.to_datetime(["2020-01-31", "2020-03-31"])
    >>> by_month(pd.Series([1.0, 3.0], index=ends)).tolist()
    [1.0, nan, 3.0]
    """
    if values.empty:
        return values
    return values.reindex(pd.date_range(values.index.min(), values.index.max(), freq="ME"))


def year_sum(values: pd.Series) -> pd.Series:
    """Return the sum of twelve months, up to two missing ones taken as the mean of the others; else NaN.

    Examples
    --------
    >>> ends = pd.date_range("2020-01-31", periods=13, freq="ME")
    >>> year_sum(pd.Series(1.0, index=ends)).dropna().tolist()
    [12.0, 12.0, 12.0, 12.0]
    >>> year_sum(pd.Series(1.0, index=ends[[0, 3, 6, 9, 12]])).dropna().tolist()
    []
    """
    window = by_month(values).rolling(YEAR, min_periods=YEAR - MISSING)
    return window.mean() * YEAR


def turnover(books: pd.DataFrame, sales_a_year: pd.Series) -> dict[str, pd.Series]:
    """Return receivables, stock and payables in months of sales.

    Parameters
    ----------
    books : DataFrame by period end
    sales_a_year : Series by period end, yen
        Of the twelve months up to each period end.
    """
    monthly = (sales_a_year.reindex(books.index) / YEAR).where(lambda sales: sales > 0)
    sums = {"receivables": receivables(books), "inventories": account(books, "inventories"),
            "payables": payables(books)}  # fmt: skip
    return {name: pd.Series(value, index=books.index) / monthly for name, value in sums.items()}


def debt(books: pd.DataFrame) -> pd.Series:
    """Return what is owed to banks by the books."""
    return pd.Series(sum_of(books, DEBT), index=books.index)


def flows(frames: Frames) -> pd.DataFrame:
    """Return inflow, outflow, end and lowest balance a month, over all banks that are seen."""
    rows = latest(frames["account_flows"], "month", "bank")
    return rows.groupby("month")[["inflow", "outflow", "end_balance", "lowest_balance"]].sum()


def balances(loans: pd.DataFrame) -> pd.Series:
    """Return the sum of loans by the month's end that their rows speak of.

    A row speaks of the last month's end that was over, or nearly, `TOLD_DAYS` before it became known: so a
    loan that replaces another does not stand beside it for the days between two letters.

    Examples
    --------
    >>> days = pd.to_datetime(["2020-01-08", "2020-01-12", "2020-04-15"])
    >>> rows = pd.DataFrame({"loan_id": ["A", "B", "A"], "known_date": days, "balance": [9.0, 5.0, 8.0]})
    >>> balances(rows).to_dict()
    {Timestamp('2019-12-31 00:00:00'): 14.0, Timestamp('2020-03-31 00:00:00'): 13.0}
    """
    return balances_by_loan(loans).sum(axis=1)


def balances_by_loan(loans: pd.DataFrame) -> pd.DataFrame:
    """Return each loan's balance in a column by the month's end that rows speak of; see `balances`."""
    wide = loans.pivot_table(index="known_date", columns="loan_id", values="balance", aggfunc="last").ffill()
    ends = wide.index - pd.Timedelta(days=TOLD_DAYS) + pd.offsets.MonthEnd(0)
    return wide.groupby(ends).last()


def grace_spans(loans: pd.DataFrame) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Return the spans in which some loan is in its grace period, merged where they touch."""
    rows = latest(loans, "loan_id")
    rows = rows[rows["grace_until"].notna().to_numpy()].sort_values("executed")
    spans: list[tuple[pd.Timestamp, pd.Timestamp]] = []
    for begin, end in zip(rows["executed"], rows["grace_until"], strict=True):
        if spans and begin <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((begin, end))
    return spans


def arrears_spans(arrears: pd.DataFrame, last: pd.Timestamp) -> list[tuple[str, pd.Timestamp, pd.Timestamp]]:
    """Return (kind, from, until) of each spell of arrears; one that was not cleared lasts until `last`."""
    rows = latest(arrears, "kind", "from_date")
    until = rows["cleared_date"].fillna(last)
    return list(zip(rows["kind"], rows["from_date"], until, strict=True))


def arrears_amounts(arrears: pd.DataFrame, until: pd.Timestamp) -> pd.Series:
    """Return what is owed in arrears by the day on which it became known, nil from the day it is cleared.

    The last amount stands until `until`.
    """
    rows = arrears.assign(
        day=arrears["cleared_date"].fillna(arrears["known_date"]),
        amount=arrears["amount"].where(arrears["cleared_date"].isna(), 0.0),
        spell=arrears["kind"] + arrears["from_date"].astype("str"),
    )
    wide = rows.pivot_table(index="day", columns="spell", values="amount", aggfunc="last")
    sums = wide.ffill().sum(axis=1)
    if len(sums) and sums.index[-1] < until:
        sums.loc[until] = sums.iloc[-1]
    return sums


def late_share(items: pd.DataFrame, side: str) -> pd.Series:
    """Return the share of what fell due in each month that was not paid by then, by amount.

    An item still open at the last day any item became known is late if it was due before.
    """
    last = items["known_date"].max()
    rows = latest(items, "item_id")
    rows = rows[((rows["side"] == side) & (rows["due"] < last) & (rows["amount"] > 0)).to_numpy()]
    late = rows["amount"].where((rows["settled_date"].fillna(last) > rows["due"]), 0.0)
    month = rows["due"] + pd.offsets.MonthEnd(0)
    due = rows["amount"].groupby(month).sum()
    return late.groupby(month).sum() / due.where(due > 0)
