"""Closing cash month by month as it came to be known: what a projection starts from and is judged by."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from features.cash_flow.axis import FIRST, HORIZON, NEVER, WIDTH, lay_on_axis, month_of, relative_months
from features.panel import Panel

FEWEST_CHANGES = 6  # month-to-month changes that tell a firm's own swing
SWING_MONTHS = 24
YEAR = 12


class Observed(NamedTuple):
    """Cash at each month's end (F, WIDTH) in yen, NaN where not known: by account flows, and by the books."""

    flows: np.ndarray
    books: np.ndarray

    def of(self, from_flows: np.ndarray) -> np.ndarray:
        """Return each firm's from one source (F, WIDTH): banks seldom see all cash, so sources don't mix."""
        return np.where(from_flows[:, None], self.flows, self.books)


def observed_cash(panel: Panel) -> Observed:
    """Return what is known of each firm's cash; of the books trial balances, else closings.

    Examples
    --------
    >>> from dataclasses import replace
    >>> panel = Panel.empty(["a"], "2025-03-31")
    >>> cash = np.full((1, 36), 70.0)
    >>> panel = replace(panel, monthly={"cash_deposits": cash}, monthly_age_months=np.array([1.0]))
    >>> observed_cash(panel).books[0, -14:-11].tolist()  # February, March, April
    [70.0, nan, nan]
    >>> observed_cash(replace(panel, closings={}))
    Traceback (most recent call last):
    KeyError: 'cash_deposits'
    """
    flows = lay_on_axis(panel.flows["end_balance"], panel.flows_age_months)
    books = lay_on_axis(panel.monthly["cash_deposits"], panel.monthly_age_months)
    cash = panel.closings["cash_deposits"]
    month = relative_months(panel.closing_end.ravel(), panel.as_of_date).reshape(cash.shape)
    there = (month != NEVER) & (month >= FIRST) & (month <= 0)
    row, column = np.nonzero(there)
    at = month[row, column] - FIRST
    books[row, at] = np.where(np.isnan(books[row, at]), cash[row, column], books[row, at])
    return Observed(flows, books)


def cash_swing(panel: Panel, from_flows: np.ndarray) -> np.ndarray:
    """Return how far each firm's cash moves in a month, up or down (F,) yen.

    The mean size of the changes of the latest 24 months, with 6 or more; of a firm with closings alone, the
    mean size of the yearly changes over √12, as independent months would add up. NaN where neither is known.

    Examples
    --------
    >>> from dataclasses import replace
    >>> panel = Panel.empty(["a", "b"], "2025-03-31")
    >>> cash = np.tile([10.0, 13.0], (2, 18))
    >>> cash[1] = np.nan
    >>> closings = {"cash_deposits": np.array([[np.nan] * 4, [np.nan, np.nan, 0.0, 12.0]])}
    >>> panel = replace(panel, monthly={"cash_deposits": cash}, closings=closings)
    >>> cash_swing(panel, np.array([False, False])).round(3).tolist()
    [3.0, 3.464]
    >>> cash_swing(panel, np.array([True, True])).round(3).tolist()
    [nan, 3.464]
    """
    flows, books = panel.flows["end_balance"], panel.monthly["cash_deposits"]
    monthly = np.where(from_flows[:, None], flows, books)[:, -SWING_MONTHS - 1 :]
    of_months = _mean_size(np.diff(monthly, axis=1), FEWEST_CHANGES)
    of_years = _mean_size(np.diff(panel.closings["cash_deposits"], axis=1), 1) / np.sqrt(YEAR)
    return np.where(np.isnan(of_months), of_years, of_months)


def _mean_size(changes: np.ndarray, at_least: int) -> np.ndarray:
    known = ~np.isnan(changes)
    count = known.sum(axis=1)
    mean = np.where(known, np.abs(changes), 0.0).sum(axis=1) / np.maximum(count, 1)
    return np.where(count >= at_least, mean, np.nan)


def became(
    firm_ids: np.ndarray, from_flows: np.ndarray, as_of_date: pd.Timestamp, later: Panel
) -> np.ndarray:
    """Return what cash came to in the twelve months after a date, as far as a later panel knows.

    Parameters
    ----------
    firm_ids : (F,) object
    from_flows : (F,) bool
        The source that each firm's cash was last known from: what is compared comes from the same.
    as_of_date : Timestamp
    later : Panel
        Of the same day or up to 36 months later.

    Returns
    -------
    (F, 12) float64, yen
        NaN where not known by then, or where the later panel does not have the firm.

    Raises
    ------
    ValueError
        If the later panel is an earlier one.

    Examples
    --------
    >>> later = Panel.empty(["a"], "2025-03-31")
    >>> no = np.array([False])
    >>> became(np.array(["a"]), no, pd.Timestamp("2024-12-31"), later).shape
    (1, 12)
    >>> became(np.array(["a"]), no, pd.Timestamp("2025-06-30"), later)
    Traceback (most recent call last):
    ValueError: what became of 2025-06-30 cannot be known on 2025-03-31
    """
    past = month_of(later.as_of_date) - month_of(as_of_date)
    if past < 0:
        raise ValueError(f"what became of {as_of_date.date()} cannot be known on {later.as_of_date.date()}")
    place = pd.Index(later.firm_ids).get_indexer(firm_ids)
    row = np.maximum(place, 0)
    column = np.arange(1, HORIZON + 1) - past - FIRST
    inside = (place >= 0)[:, None] & (column >= 0) & (column <= -FIRST)
    if not inside.any():
        return np.full(inside.shape, np.nan)
    known = Observed(*(cash[row] for cash in observed_cash(later))).of(from_flows)
    return np.where(inside, known[:, np.clip(column, 0, WIDTH - 1)], np.nan)
