"""What a projection has to beat: the last balance carried forward, and a firm's seasonal mean."""

import numpy as np

from features.cash_flow.axis import AXIS, FIRST, HORIZON, calendar_months
from features.cash_flow.books import YEAR
from features.cash_flow.projection import Projection


def last_balance(projection: Projection) -> np.ndarray:
    """Return the last known cash, carried forward twelve months (F, 12), yen."""
    return np.repeat(projection.last_cash[:, None], HORIZON, axis=1)


def seasonal_mean(projection: Projection, cash: np.ndarray) -> np.ndarray:
    """Return the last known cash and, added up, each later month's usual change (F, 12), yen.

    Parameters
    ----------
    projection : Projection
        Of F firms.
    cash : (F, WIDTH) float64, yen
        Known cash, of the same source as the last balance.

    Returns
    -------
    (F, 12) float64
        A month's usual change is the mean of the firm's own changes in that calendar month; of months never
        seen, the mean of all its changes; where none is known 0.

    Raises
    ------
    ValueError
        If `cash` is of other firms or months.

    Examples
    --------
    >>> from features.cash_flow.projection import project
    >>> from features.panel import Panel
    >>> nothing = project(Panel.empty(["a"], "2025-03-31"))
    >>> seasonal_mean(nothing, np.full((1, len(AXIS)), np.nan)).shape
    (1, 12)
    >>> seasonal_mean(nothing, np.zeros((2, 3)))
    Traceback (most recent call last):
    ValueError: cash of 49 months of 1 firms is wanted, not (2, 3)
    """
    if cash.shape != (len(projection), len(AXIS)):
        raise ValueError(f"cash of {len(AXIS)} months of {len(projection)} firms is wanted, not {cash.shape}")
    change = np.diff(cash, axis=1)
    calendar = calendar_months(projection.as_of_date)
    usual = np.nan_to_num(_mean(change))[:, None] * np.ones(YEAR)
    for month in range(YEAR):
        own = _mean(change[:, calendar[1:] == month])
        usual[:, month] = np.where(np.isnan(own), usual[:, month], own)
    age = np.nan_to_num(projection.opening_age_months)
    counts = AXIS[None, :] > -age[:, None]
    path = np.cumsum(np.where(counts, usual[:, calendar], 0.0), axis=1)
    return projection.last_cash[:, None] + path[:, 1 - FIRST :]


def _mean(values: np.ndarray) -> np.ndarray:
    """Return the mean (n,) of the values known; NaN where none is."""
    known = ~np.isnan(values)
    count = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0)
