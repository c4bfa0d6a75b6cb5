"""Where known rows go in the panel: months and closings as columns, the latest one last."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

import numpy as np

Value = TypeVar("Value")


class Lazy(Mapping[str, Value]):
    """A mapping that works a value out when it is first asked for, and keeps it.

    Examples
    --------
    >>> squares = Lazy(["2", "3"], lambda name: int(name) ** 2)
    >>> list(squares), squares["3"]
    (['2', '3'], 9)
    >>> squares["4"]
    Traceback (most recent call last):
    KeyError: "'4' is not in the panel; known: 2, 3"
    """

    def __init__(self, names: Iterable[str], make: Callable[[str], Value]) -> None:
        self._names = tuple(names)
        self._make = make
        self._made: dict[str, Value] = {}

    def __getitem__(self, name: str) -> Value:
        if name not in self._made:
            if name not in self._names:
                raise KeyError(f"{name!r} is not in the panel; known: {', '.join(self._names[:5])}")
            self._made[name] = self._make(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def months(days: np.ndarray) -> np.ndarray:
    """Return months since January 1970 of days since 1970.

    Examples
    --------
    >>> months(np.array([0, 31, -1])).tolist()
    [0, 1, -1]
    """
    return days.astype("datetime64[D]").astype("datetime64[M]").astype("int64")


def align_months(
    row: np.ndarray, month: np.ndarray, *, rows: int, last: int, width: int
) -> tuple[np.ndarray, np.ndarray]:
    """Give each of n facts a column such that a row's latest month comes last.

    Parameters
    ----------
    row, month : (n,) int64
        Row of the panel and month since 1970, in any order.
    rows, width : int
        Shape of the panel.
    last : int
        Month of the as-of date; only months in (last - width, last] count.

    Returns
    -------
    column : (n,) int64
        -1 where the month lies outside the panel.
    age : (rows,) float64
        Months from the row's latest month to `last`; NaN where no month counts.

    Examples
    --------
    >>> align_months(np.array([0, 0, 1]), np.array([7, 9, 5]), rows=2, last=10, width=4)
    (array([ 1,  3, -1]), array([ 1., nan]))
    """
    counts = (month <= last) & (month > last - width)
    latest = np.full(rows, last - width)
    np.maximum.at(latest, row[counts], month[counts])
    column = month - latest[row] + width - 1
    column[~counts] = -1
    return column, np.where(latest > last - width, last - latest, np.nan)


def align_last(row: np.ndarray, *, width: int) -> np.ndarray:
    """Give each of n facts, in order of row and time, a column such that a row's last comes last.

    Returns
    -------
    (n,) int64
        -1 for facts before the last `width` of their row.

    Examples
    --------
    >>> align_last(np.array([0, 0, 0, 2]), width=2).tolist()
    [-1, 0, 1, 1]
    """
    after = np.searchsorted(row, row, side="right") - 1 - np.arange(len(row))
    return np.maximum(width - 1 - after, -1)


def place(row: np.ndarray, column: np.ndarray, index: np.ndarray, *, shape: tuple[int, int]) -> np.ndarray:
    """Return cells of `shape` holding the index that goes there, -1 where none does; of several the last.

    Examples
    --------
    >>> place(np.array([0, 0]), np.array([1, -1]), np.array([8, 9]), shape=(1, 2))
    array([[-1,  8]])
    """
    cells = np.full(shape, -1)
    inside = column >= 0
    cells[row[inside], column[inside]] = index[inside]
    return cells


def lay_out(values: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Return the values whose index stands in the cells; NaN, or NaT for dates, where it is -1.

    Examples
    --------
    >>> lay_out(np.array([5.0, 7.0]), np.array([[-1, 1]]))
    array([[nan,  7.]])
    >>> lay_out(np.array(["2024-03-31"], dtype="datetime64[ms]"), np.array([[-1, 0]]))
    array([[       'NaT', '2024-03-31']], dtype='datetime64[D]')
    """
    is_date = values.dtype.kind == "M"
    laid = np.full(
        cells.shape, np.datetime64("NaT") if is_date else np.nan, dtype="datetime64[D]" if is_date else float
    )
    filled = cells >= 0
    laid[filled] = values[cells[filled]]
    return laid


def add_up(values: np.ndarray, row: np.ndarray, column: np.ndarray, *, shape: tuple[int, int]) -> np.ndarray:
    """Return the sum of the values that go to each cell, NaN where none does.

    Examples
    --------
    >>> add_up(np.array([1.0, 2.0, 4.0]), np.array([0, 0, 0]), np.array([1, 1, -1]), shape=(1, 2))
    array([[nan,  3.]])
    """
    inside = column >= 0
    cell = row[inside] * shape[1] + column[inside]
    size = shape[0] * shape[1]
    total = np.bincount(cell, weights=values[inside], minlength=size).astype("float64")  # of nothing: ints
    total[np.bincount(cell, minlength=size) == 0] = np.nan
    return total.reshape(shape)
