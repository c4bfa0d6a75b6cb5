"""Amounts off by a thousand: one statement among a firm's others, or a whole table kept in thousand yen."""

import numpy as np
import pandas as pd

# A row typed in thousand yen lies a factor of 1000 from the firm's others; 300 leaves the firm room to have
# shrunk or grown threefold meanwhile.
JUMP = 300.0
FEWEST_OTHERS = 2  # with one other row nobody can say which of the two is off
_BINS_PER_DECADE = 100


def median_of_others(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return for each value the median of its group's other values.

    Parameters
    ----------
    values : (n,) float64
        NaN is left out, and gets NaN.
    groups : (n,) int64
        Number of the group each value belongs to.

    Returns
    -------
    (n,) float64
        NaN where the group has fewer than two other values.

    Examples
    --------
    >>> median_of_others(np.array([1.0, 5.0, 3.0, 9.0]), np.array([7, 7, 7, 8])).tolist()
    [4.0, 2.0, 3.0, nan]
    """
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.lexsort((values[known], groups[known]))]
    ordered = values[order]
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1) != 0) if len(order) else known
    counts = np.diff(starts, append=len(order))
    start, others = np.repeat(starts, counts), np.repeat(counts - 1, counts)
    position = np.arange(len(order)) - start

    def at(
        rank: np.ndarray,
    ) -> np.ndarray:  # the rank-th of the others: they close up where the row is taken out
        return ordered[np.minimum(start + rank + (rank >= position), len(order) - 1)]

    medians = np.full(len(values), np.nan)
    halves = (at(np.maximum(others - 1, 0) // 2) + at(others // 2)) / 2
    medians[order] = np.where(others >= FEWEST_OTHERS, halves, np.nan)
    return medians


def unit_jumps(statements: pd.DataFrame) -> np.ndarray:
    """Say which statements lie a factor of about 1000 from their firm's others.

    Total assets and total liabilities are each compared with the median of the firm's other rows, and a
    row is off when all it has of the two lie off by more than `JUMP` in the same direction: a business
    that starts in a shell, or ends as one, keeps its debts. Sales a month are compared where a row has
    no total assets; they swing too much with the season to have a say beside them.

    Parameters
    ----------
    statements : DataFrame (n, ...)
        With firm_id, period_months, total_assets, total_liabilities and sales (yen); all rows of the
        firms in it.

    Returns
    -------
    (n,) bool
    """
    firms = pd.factorize(statements["firm_id"])[0]
    assets = _direction(statements["total_assets"], firms)
    debts = _direction(statements["total_liabilities"], firms)
    sales = _direction(statements["sales"] / statements["period_months"], firms)
    first = np.where(np.isnan(assets), sales, assets)
    second = np.where(np.isnan(debts), first, debts)
    return (first == second) & (np.abs(first) == 1)


def _direction(amounts: pd.Series, firms: np.ndarray) -> np.ndarray:
    """Return 1 where an amount is far above the firm's others, -1 far below, 0 neither, NaN unknown."""
    size = amounts.abs().to_numpy(dtype="float64", copy=True)
    size[size == 0] = np.nan  # nothing to compare: nothing owned or owed is no matter of units
    ratio = size / median_of_others(size, firms)
    return np.select([np.isnan(ratio), ratio > JUMP, ratio < 1 / JUMP], [np.nan, 1.0, -1.0], 0.0)


class Magnitudes:
    """How large a table's amounts are: their median to within 1.2 %, in memory that does not grow."""

    def __init__(self) -> None:
        self._bins = np.zeros(16 * _BINS_PER_DECADE, dtype="int64")  # yen below 2**53 have up to 16 digits

    def add(self, values: pd.Series) -> None:
        """Count amounts (yen); zero and missing ones say nothing about the unit."""
        size = values.abs().to_numpy(dtype="float64")
        size = size[size >= 1]
        bins = np.minimum(np.log10(size) * _BINS_PER_DECADE, len(self._bins) - 1).astype("int64")
        self._bins += np.bincount(bins, minlength=len(self._bins))

    def median(self) -> float:
        """Return the median amount (yen), NaN if none was added."""
        total = self._bins.sum()
        if not total:
            return float("nan")
        middle = np.searchsorted(np.cumsum(self._bins), (total + 1) // 2)
        return float(10 ** ((middle + 0.5) / _BINS_PER_DECADE))
