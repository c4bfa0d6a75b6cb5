"""The months that a projection speaks of, counted from the as-of month: 0 is that month, 1 the next.

An as-of date counts as its month's end. Months up to 0 are needed where the last known balance is older than
the as-of date, and where what was sold before is collected afterwards.
"""

import numpy as np
import pandas as pd

from features.layout import months
from features.panel import MONTHS

HORIZON = 12
MOST_LAG = 6  # months after which a claim is no longer counted on, and most that trade credit is looked back
PAST = 24  # a balance may be this old and still be rolled forward
FIRST = -MONTHS  # room for all that the panel holds, and for what was sold 7 months before the oldest balance
AXIS = np.arange(FIRST, HORIZON + 1)
WIDTH = len(AXIS)
AHEAD = slice(WIDTH - HORIZON, WIDTH)  # columns of months 1 to 12
EARLIEST, LATEST = -60, 24  # months further away are all alike
NEVER = LATEST + 1


def month_of(as_of_date: pd.Timestamp) -> int:
    """Return the as-of date's month since January 1970."""
    return int(months(np.array([as_of_date], dtype="datetime64[D]"))[0])


def calendar_months(as_of_date: pd.Timestamp) -> np.ndarray:
    """Return the calendar month (WIDTH,) of each column, 0 for January.

    Examples
    --------
    >>> calendar_months(pd.Timestamp("2025-03-31"))[AHEAD].tolist()
    [3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2]
    """
    return (month_of(as_of_date) + AXIS) % 12


def relative_months(days: np.ndarray, as_of_date: pd.Timestamp) -> np.ndarray:
    """Return the month of each day (k,) int64, counted from the as-of month; `NEVER` for NaT.

    Clipped to five years back and two ahead. A table of days is three times as fast as dates are.

    Examples
    --------
    >>> days = np.array(["2025-04-01", "2024-12-31", "NaT", "1990-01-01"], dtype="datetime64[D]")
    >>> relative_months(days, pd.Timestamp("2025-03-31")).tolist()
    [1, -3, 25, -60]
    """
    now = month_of(as_of_date)
    span = np.array([now + EARLIEST, now + NEVER], dtype="datetime64[M]").astype("datetime64[D]")
    first, last = span.astype(np.int64)
    table = months(np.arange(first, last)) - now
    number = np.asarray(days).astype("datetime64[D]")
    place = np.clip(number.astype(np.int64), first, last - 1) - first
    return np.where(np.isnat(number), NEVER, table[place])


def lay_on_axis(monthly: np.ndarray, age_months: np.ndarray) -> np.ndarray:
    """Move each firm's months from the panel's columns to the axis.

    Parameters
    ----------
    monthly : (F, 36) float64
        Column -1 is the firm's latest known month, as in `Panel.monthly`.
    age_months : (F,) float64
        Months from that one to the as-of month; NaN: nothing is known.

    Returns
    -------
    (F, WIDTH) float64
        NaN where nothing is known, so in every month ahead.

    Examples
    --------
    >>> monthly = np.arange(36.0)[None, :]
    >>> lay_on_axis(monthly, np.array([1.0]))[0, WIDTH - HORIZON - 3 : WIDTH - HORIZON].tolist()
    [34.0, 35.0, nan]
    >>> lay_on_axis(monthly[:, :2], np.array([1.0]))
    Traceback (most recent call last):
    ValueError: 36 months a firm are wanted, not 2
    """
    width = monthly.shape[1]
    if width != MONTHS:
        raise ValueError(f"{MONTHS} months a firm are wanted, not {width}")
    place = AXIS[None, :] + np.where(np.isnan(age_months), width, age_months).astype(np.int64)[:, None]
    place += width - 1
    there = (place >= 0) & (place < width)
    return np.where(there, np.take_along_axis(monthly, np.where(there, place, 0), axis=1), np.nan)


def add_rows(values: np.ndarray, row: np.ndarray, n: int) -> np.ndarray:
    """Return the sum (n, width) of the rows of values (k, width) that belong to each of n firms.

    Examples
    --------
    >>> add_rows(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1, 1]), 2).tolist()
    [[0.0, 0.0], [4.0, 6.0]]
    """
    width = values.shape[1]
    cell = row[:, None] * width + np.arange(width)
    found = np.bincount(cell.ravel(), weights=values.ravel(), minlength=n * width)
    return found.astype(np.float64).reshape(n, width)  # of nothing: ints
