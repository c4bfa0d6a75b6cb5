"""From facts, many rows a firm, to one number a firm."""

import numpy as np
import pandas as pd

DAYS_PER_MONTH = 365.25 / 12
DAY = "datetime64[D]"


def days(dates: pd.Series) -> np.ndarray:
    """Return dates as datetime64[D] (k,), NaT where there is none."""
    return dates.to_numpy(dtype=DAY)


def days_between(earlier: np.ndarray | np.datetime64, later: np.ndarray | np.datetime64) -> np.ndarray:
    """Return the days from one date to another as float64; NaN where either is NaT.

    Examples
    --------
    >>> dates = np.array(["2025-03-01", "NaT"], dtype="datetime64[D]")
    >>> days_between(dates, np.datetime64("2025-03-31")).tolist()
    [30.0, nan]
    """
    gap = np.asarray(later, dtype=DAY) - np.asarray(earlier, dtype=DAY)
    return np.where(np.isnat(gap), np.nan, gap.astype(np.float64))


def months_between(earlier: np.ndarray | np.datetime64, later: np.ndarray | np.datetime64) -> np.ndarray:
    """Return the months (of 30.44 days) from one date to another; NaN where either is NaT."""
    return days_between(earlier, later) / DAYS_PER_MONTH


def months_back(as_of_date: pd.Timestamp, months: int) -> np.datetime64:
    """Return the same day `months` earlier, and the month's end for a month's end.

    Examples
    --------
    >>> months_back(pd.Timestamp("2025-02-28"), 6)
    np.datetime64('2024-08-31')
    """
    if as_of_date.is_month_end:
        day = as_of_date + pd.offsets.MonthEnd(-months)
    else:
        day = as_of_date - pd.DateOffset(months=months)
    return np.datetime64(day, "D")


def count(row: np.ndarray, n: int) -> np.ndarray:
    """Return how many of the facts each of n firms has (n,), 0 where none.

    Examples
    --------
    >>> count(np.array([0, 2, 2]), 3).tolist()
    [1.0, 0.0, 2.0]
    """
    return np.bincount(row, minlength=n).astype(np.float64)


def total(row: np.ndarray, amount: np.ndarray, n: int) -> np.ndarray:
    """Return the sum of the facts' amounts for each of n firms (n,), 0 where it has none.

    Examples
    --------
    >>> total(np.array([0, 2, 2]), np.array([5.0, 1.0, 2.0]), 3).tolist()
    [5.0, 0.0, 3.0]
    """
    return np.bincount(row, weights=amount, minlength=n)


def mean(row: np.ndarray, value: np.ndarray, n: int, weight: np.ndarray | None = None) -> np.ndarray:
    """Return the (weighted) mean of the facts' values for each of n firms (n,); NaN where nothing weighs.

    Examples
    --------
    >>> mean(np.array([0, 0, 1]), np.array([1.0, 4.0, 9.0]), 3, np.array([1.0, 2.0, 0.0])).tolist()
    [3.0, nan, nan]
    """
    weight = np.ones(len(row)) if weight is None else weight
    weights = total(row, weight, n)
    return np.divide(total(row, value * weight, n), weights, out=np.full(n, np.nan), where=weights > 0)


def largest(row: np.ndarray, value: np.ndarray, n: int) -> np.ndarray:
    """Return the largest of the facts' values for each of n firms (n,); NaN where it has none.

    Examples
    --------
    >>> largest(np.array([0, 0, 2]), np.array([1.0, 4.0, -9.0]), 3).tolist()
    [4.0, nan, -9.0]
    """
    found = np.full(n, -np.inf)
    np.maximum.at(found, row, value)
    return np.where(np.isneginf(found), np.nan, found)


def last_of_each(
    row: np.ndarray, order: np.ndarray, value: np.ndarray, n: int, *, back: int = 0
) -> np.ndarray:
    """Return the value (n,) of each firm's fact that is `back` before its last by `order`; NaN where none.

    Examples
    --------
    >>> row, when, value = np.array([0, 0, 1]), np.array([2, 1, 1]), np.array([7.0, 8.0, 9.0])
    >>> last_of_each(row, when, value, 2).tolist(), last_of_each(row, when, value, 2, back=1).tolist()
    ([7.0, 9.0], [8.0, nan])
    """
    by = np.lexsort((order, row))
    ends = np.searchsorted(row[by], np.arange(n), side="right") - 1 - back
    starts = np.searchsorted(row[by], np.arange(n), side="left")
    there = ends >= starts
    found = np.full(n, np.nan)
    found[there] = value[by][ends[there]]
    return found
