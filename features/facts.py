"""What was known when: the last known version of every fact on a day, from tables that are sorted once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from intake.contracts import TableError

_SPAN = (
    2**18
)  # days: more than lie between 1868 and 2199 (see intake.contracts); firm * _SPAN + day is one sort key
_SHIFT = 2**16  # days: makes those before 1970 positive
NAT = np.iinfo("int64").min  # what numpy makes of NaT


@dataclass(frozen=True, eq=False)
class Facts:
    """The n rows of one table in the order of firm, fact, version.

    Attributes
    ----------
    frame : DataFrame
        The table as it came: sorting its columns would cost more than it saves.
    order : (n,) int64
        Positions of the sorted rows in `frame`. Rows of firms outside the chunk are left out.
    firm, fact, known : (n,) int64
        Index of the row's firm, ascending; number of the fact that it is a version of, ascending; days since
        1970 of `known_date`.
    start, first_known : (facts,) int64
        For each fact where its versions start and the day the first of them came to be known.
    """

    frame: pd.DataFrame
    order: np.ndarray
    firm: np.ndarray
    fact: np.ndarray
    known: np.ndarray
    start: np.ndarray
    first_known: np.ndarray

    def latest(self, day: int) -> np.ndarray:
        """Return where, in the sorted order, the last version known by `day` of each fact stands."""
        visible = np.flatnonzero(self.known <= day)
        is_last = np.ones(len(visible), dtype=bool)
        is_last[:-1] = np.diff(self.fact[visible]) != 0
        return visible[is_last]


class LatestDay:
    """Finds the last of a firm's days that is not after a given one, by binary search.

    Parameters
    ----------
    firm, day : (n,) int64
        Index of the firm and days since 1970, in any order.

    Examples
    --------
    >>> reports = LatestDay(firm=np.array([0, 0, 2]), day=np.array([30, 10, 20]))
    >>> reports.find(np.array([0, 0, 1, 2]), np.array([29, 30, 30, 19])).tolist()
    [1, 0, -1, -1]
    """

    def __init__(self, firm: np.ndarray, day: np.ndarray) -> None:
        self.firm = firm
        self.day = day
        keys = firm * _SPAN + day + _SHIFT
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]

    def find(self, firm: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Return the index in the arrays given of each firm's last day not after `day`; -1: none, or NaT."""
        wanted = firm * _SPAN + np.maximum(day, -_SHIFT) + _SHIFT
        found = np.searchsorted(self._keys, wanted, side="right") - 1
        is_found = (found >= 0) & (day != NAT)
        index = np.full(wanted.shape, -1)
        index[is_found] = self._order[found[is_found]]
        is_found[is_found] = self.firm[index[is_found]] == np.broadcast_to(firm, wanted.shape)[is_found]
        return np.where(is_found, index, -1)


def days(dates: np.ndarray) -> np.ndarray:
    """Return days since 1970 as int64; NaT becomes the least int64.

    Examples
    --------
    >>> days(np.array(["1970-01-02", "NaT"], dtype="datetime64[ms]")).tolist()
    [1, -9223372036854775808]
    """
    return dates.astype("datetime64[D]").astype("int64")


def sort_facts(
    table: str,
    frame: pd.DataFrame,
    firm_ids: np.ndarray,
    *,
    fact_key: Sequence[str],
    version_key: Sequence[str] = ("known_date",),
) -> Facts:
    """Sort the rows of one table so that asking what was known on a day costs one pass.

    Parameters
    ----------
    table : str
        Its name, for errors.
    frame : DataFrame
        Rows in any order.
    firm_ids : (F,) object
        The chunk's firms, sorted. Rows of other firms are left out: nobody knows whom they speak of.
    fact_key : sequence of str
        Columns that, beside firm_id, say which fact a row is a version of.
    version_key : sequence of str
        Columns that order the versions of a fact: the last one that is visible wins. Holds `known_date`.

    Returns
    -------
    Facts

    Raises
    ------
    TableError
        If a key column is missing, or two rows have the same key.

    Examples
    --------
    >>> rows = pd.DataFrame({
    ...     "firm_id": ["a", "a"], "graded_on": pd.to_datetime(["2024-03-31"] * 2),
    ...     "known_date": pd.to_datetime(["2024-06-30", "2024-05-31"]), "grade": [3.0, 5.0],
    ... })
    >>> facts = sort_facts("crd_grades", rows, np.array(["a"], dtype=object), fact_key=["graded_on"])
    >>> mid_june = np.datetime64("2024-06-15").astype(int)
    >>> rows["grade"].iloc[facts.order[facts.latest(mid_june)]].tolist()
    [5.0]
    >>> sort_facts("crd_grades", rows, np.array(["a"], dtype=object), fact_key=["scored_on"])
    Traceback (most recent call last):
    intake.contracts.TableError: table crd_grades, column scored_on: the column is missing
    """
    key = ("firm_id", *fact_key, *version_key)
    for name in key:
        if name not in frame:
            raise TableError(table, "the column is missing", column=name)
    firm = pd.Index(firm_ids).get_indexer(frame["firm_id"])
    kept = np.flatnonzero(firm >= 0)
    codes = {"firm_id": firm[kept].astype("int64")} | {name: _codes(frame[name])[kept] for name in key[1:]}
    order = np.lexsort([codes[name] for name in reversed(key)])
    codes = {name: column[order] for name, column in codes.items()}
    order = kept[order]
    again = np.flatnonzero(~_changes([codes[name] for name in key]))
    if len(again):
        row = frame.iloc[order[again[0]]]
        raise TableError(
            table, "two rows have this key", key=", ".join(f"{name}={row[name]}" for name in key)
        )
    is_start = _changes([codes[name] for name in ("firm_id", *fact_key)])
    start = np.flatnonzero(is_start)
    known = codes["known_date"]
    return Facts(
        frame=frame,
        order=order,
        firm=codes["firm_id"],
        fact=np.cumsum(is_start) - 1,
        known=known,
        start=start,
        first_known=np.minimum.reduceat(known, start) if len(start) else known,
    )


def _codes(values: pd.Series) -> np.ndarray:
    """Return numbers that sort as the values do."""
    if values.dtype.kind == "M":
        return days(values.to_numpy())
    if values.dtype.kind in "biuf":
        return values.to_numpy()
    return pd.factorize(values, sort=True)[0]


def _changes(columns: Sequence[np.ndarray]) -> np.ndarray:
    """Return whether each row differs from the one before in any column; the first one does."""
    changes = np.zeros(len(columns[0]), dtype=bool)
    changes[:1] = True
    for column in columns:
        changes[1:] |= column[1:] != column[:-1]
    return changes
