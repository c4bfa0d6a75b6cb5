"""Arrays by columns: what a column holds of all firms lies side by side in memory.

A chunk has thousands of firms and rows of three to fourteen numbers. numpy adds such rows up one at a time;
laid out by columns it adds column to column, five to ten times as fast.
"""

from dataclasses import fields, replace
from typing import TypeVar

import numpy as np

State = TypeVar("State")


def across(values: np.ndarray) -> np.ndarray:
    """Sum rows (n, 2 to 15) of any numbers; whole yen may be summed in any order, these may not.

    The order is that of numpy for rows that lie together in memory: eight in pairs, the rest one by one.
    `sum(axis=1)` takes one order or another by layout, and a single row has both layouts: a firm would
    differ, in its last digit, by who is simulated beside it.

    Examples
    --------
    >>> rows = np.exp(np.arange(24.0).reshape(2, 12))
    >>> bool((across(np.asfortranarray(rows)) == rows.sum(axis=1)).all())
    True
    """
    column = values.T
    if len(column) < 8:
        total, rest = column[0], column[1:]
    else:
        a, b, c, d, e, f, g, h = column[:8]
        total, rest = ((a + b) + (c + d)) + ((e + f) + (g + h)), column[8:]
    for more in rest:
        total = total + more
    return total


def running(values: np.ndarray) -> np.ndarray:
    """Return sums from the first month to each one (n, months).

    A month of all firms is added to the one before; `cumsum` goes along each firm, five times as slow.

    Examples
    --------
    >>> running(np.array([[1.0, 2.0, 4.0]])).tolist()
    [[1.0, 3.0, 7.0]]
    """
    sums = np.array(values.T, order="C")
    for month in range(1, len(sums)):
        sums[month] += sums[month - 1]
    return sums.T


def in_months(values: np.ndarray, firm: np.ndarray, k: np.ndarray, months: int) -> np.ndarray:
    """Return sums of values (n, all months) over the `months` months that end with `k` (m,); fewer at first.

    Examples
    --------
    >>> in_months(np.array([[1.0, 2.0, 4.0]]), np.array([0, 0]), np.array([1, 2]), 2).tolist()
    [3.0, 6.0]
    """
    sums = running(values)
    return sums[firm, k] - np.where(k >= months, sums[firm, np.maximum(k - months, 0)], 0.0)


def by_columns(state: State, rows: np.ndarray | slice = slice(None)) -> State:
    """Return a dataclass of arrays (n, …) with some rows of each, laid out by columns.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass
    ... class Pair:
    ...     some: np.ndarray
    >>> by_columns(Pair(np.arange(6).reshape(3, 2)), np.array([0, 2])).some.T
    array([[0, 4],
           [1, 5]])
    """
    arrays = {field.name: getattr(state, field.name) for field in fields(state)}
    return replace(state, **{name: np.asfortranarray(array[rows]) for name, array in arrays.items()})
