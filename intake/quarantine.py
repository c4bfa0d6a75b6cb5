"""Which rows keep their table's contract, and why the others do not."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pyarrow
import pyarrow.compute as pc

from intake.accounts import ACCOUNTS, unbalanced
from intake.coercion import COERCE, to_text
from intake.contracts import UNKNOWN, Contract, TableError, contract
from intake.units import Magnitudes, unit_jumps

SOURCE = ("source_file", "source_row")  # carried along when present: where a row came from
MAY_NOT_BE_EMPTY = ("firms", "statements")  # events may: nothing has happened yet


@dataclass(frozen=True)
class Screened:
    """The rows that keep the contract, typed, and the others as text with the reason.

    Attributes
    ----------
    good : DataFrame
        All columns of the contract in its types.
    rejected : DataFrame
        The same columns as text, ``reason`` (one of few) and ``detail`` (names column, row and value).
    counts : Counter
        Rejected rows by reason; each row counts once, under the first of its reasons.
    unknown_levels : dict of str to Counter
        Column → code that arrived ("missing" if none) → rows given the level ``unknown``.
    """

    good: pd.DataFrame
    rejected: pd.DataFrame
    counts: Counter = field(default_factory=Counter)
    unknown_levels: dict[str, Counter] = field(default_factory=dict)


class _Faults:
    """The first thing wrong with each of n rows."""

    def __init__(self, n: int):
        self.first = np.zeros(n, dtype="int16")  # 0: nothing
        self.found: list[tuple[str, str]] = [("", "")]

    def add(self, wrong: np.ndarray | pd.Series, column: str, message: str) -> None:
        new = np.asarray(wrong, dtype=bool) & (self.first == 0)
        if new.any():
            self.found.append((column, message))
            self.first[new] = len(self.found) - 1


def screen(table: str, frame: pd.DataFrame, *, firm_ids: Iterable[str] | None = None) -> Screened:
    """Screen a whole table: every cell, row, key and firm in it.

    Parameters
    ----------
    table : str
        Name of the table's contract.
    frame : DataFrame
        As it arrived. Columns unknown to the contract are left out; accounts that a statement table
        does not have are missing in all its rows.
    firm_ids : iterable of str, optional
        The firms there are: rows of others are orphans.

    Returns
    -------
    Screened
        ``len(frame) == len(good) + len(rejected)``; `good` is sorted by key.

    Raises
    ------
    TableError
        If a required column or every row is missing, every row breaks the contract, or the table as a
        whole is not in yen.

    Examples
    --------
    >>> day = "2024-06-30"
    >>> rows = pd.DataFrame({"firm_id": ["A", "B"], "period_end": day, "known_date": day})
    >>> rows["employees"] = ["7", "x"]
    >>> screened = screen("headcounts", rows)
    >>> screened.good["employees"].tolist(), dict(screened.counts)
    ([7.0], {'employees: not a number': 1})
    >>> print(screened.rejected["detail"][0])  # doctest: +ELLIPSIS
    table headcounts, column employees, row firm_id=B period_end=2024-06-30 ..., value 'x': not a number
    >>> screen("headcounts", rows.drop(columns="known_date"))
    Traceback (most recent call last):
    intake.contracts.TableError: table headcounts, column known_date: the table has no such column
    """
    check_columns(table, list(frame.columns))
    rows = screen_rows(table, frame, firm_ids=None if firm_ids is None else pd.Index(firm_ids, dtype="str"))
    firms = screen_firms(table, rows.good)
    rejected = pd.concat([rows.rejected, firms.rejected], ignore_index=True)
    check_whole(table, len(frame), len(firms.good), rejected)
    magnitudes = Magnitudes()
    if contract(table).unit_floor:
        magnitudes.add(rows.good[contract(table).unit_floor[0]])
    check_unit(table, magnitudes)
    return Screened(firms.good, rejected, rows.counts + firms.counts, rows.unknown_levels)


def check_columns(table: str, columns: Sequence[str], where: str = "the table") -> None:
    """Refuse a table without a required column, without any amount, or with a column that stands twice."""
    for column, times in Counter(columns).items():
        if times > 1:
            raise TableError(table, f"{where} has {times} columns of this name", column=column)
    for column in contract(table).required:
        if column not in columns:
            raise TableError(table, f"{where} has no such column", column=column)
    if table == "statements" and not set(columns) & set(ACCOUNTS):
        raise TableError(table, f"{where} has no column of the chart of accounts (intake/accounts.csv)")


def check_whole(table: str, rows_in: int, kept: int, rejected: pd.DataFrame) -> None:
    """Refuse a table that may not be empty and is, or all of whose rows break the contract."""
    if rows_in and not kept:
        first = rejected["detail"].iloc[0]
        raise TableError(table, f"every one of the {rows_in:,} rows breaks the contract; the first: {first}")
    if not rows_in and table in MAY_NOT_BE_EMPTY:
        raise TableError(table, "the table is there but has no rows")


def check_unit(table: str, magnitudes: Magnitudes) -> None:
    """Refuse a table whose amounts are, as a whole, far too small to be yen."""
    column, floor = contract(table).unit_floor or ("", 0.0)
    median = magnitudes.median()
    if median < floor:
        about = round(median, 1 - int(np.floor(np.log10(median))))  # two digits: the median is one of bins
        message = (
            f"amounts must be in yen, and their median is about {about:,.0f}: the whole table seems to be "
            "in thousand yen (千円); multiply its amounts by 1000"
        )
        raise TableError(table, message, column=column)


def screen_rows(table: str, frame: pd.DataFrame, *, firm_ids: pd.Index | None = None) -> Screened:
    """Screen what a row shows by itself: types, missing cells, ranges, codes, dates, sums, and its firm.

    Any piece of a table will do; the parameters are those of `screen`. ``source_file`` and
    ``source_row`` are carried through where present. The order of rows is kept.
    """
    rule = contract(table)
    frame = frame.reset_index(drop=True)
    faults = _Faults(len(frame))
    typed: dict[str, pd.Series] = {}
    for column, kind in rule.types.items():
        if column in frame:
            coerce, message = COERCE[kind]
            typed[column], unreadable = coerce(frame[column])
            faults.add(unreadable, column, message)
        else:
            typed[column] = pd.Series(np.nan, index=frame.index)
    arrived = {column: _swap_unknown(typed, column, codes) for column, codes in rule.levels.items()}
    for column in (name for name in rule.columns if name in frame):
        _check_column(faults, typed[column], rule.schema.columns[column])
    for column in rule.speaks_of:
        faults.add(typed[column] > typed["known_date"], column, "after known_date")
    cells = pd.DataFrame(typed)
    if table == "statements":
        _check_statements(faults, cells)
    if firm_ids is not None:
        faults.add(~cells["firm_id"].isin(firm_ids), "firm_id", "not in table firms")
    keep = faults.first == 0
    carried = [name for name in SOURCE if name in frame]
    cells[carried] = frame[carried]
    good = (cells if keep.all() else cells[keep]).astype(rule.dtypes).reset_index(drop=True)
    rejected, counts = _reject(rule, frame.reindex(columns=[*rule.columns, *carried]), faults)
    levels = {column: Counter(codes[keep].dropna().tolist()) for column, codes in arrived.items()}
    return Screened(good, rejected, counts, {column: codes for column, codes in levels.items() if codes})


def _swap_unknown(typed: dict[str, pd.Series], column: str, codes: Sequence[str]) -> pd.Series:
    """Give codes that are not in the list the level `UNKNOWN`; return what arrived there, NaN elsewhere."""
    arrived = values = typed[column].astype("str")
    if codes[0].isdigit():
        values = arrived.str.zfill(len(codes[0]))  # spreadsheets drop the zero of 0201
    unknown = ~values.isin(codes)
    typed[column] = values.mask(unknown, UNKNOWN)
    return arrived.fillna("missing").where(unknown)


def _check_column(faults: _Faults, values: pd.Series, schema: pa.Column) -> None:
    if not schema.nullable:
        faults.add(values.isna(), schema.name, "missing")
    for check in schema.checks:
        passed = check(values).check_output  # of the cells that are there
        if not passed.all():
            wrong = np.zeros(len(values), dtype=bool)
            wrong[passed.index[~passed.to_numpy(dtype=bool)]] = True
            faults.add(wrong, schema.name, check.error)


def _check_statements(faults: _Faults, cells: pd.DataFrame) -> None:
    faults.add(cells[list(ACCOUNTS)].isna().all(axis=1), "", "no amount in any account")
    trial = cells["kind"].eq("trial") & cells["period_months"].ne(1)
    faults.add(trial, "period_months", "a trial balance is of one month")
    totals = unbalanced(cells)
    for total in totals.dropna().unique():
        if total == "balance":
            faults.add(totals == total, "total_assets", "not liabilities and net assets")
        else:
            faults.add(totals == total, total, "not the sum of its parts")


def screen_firms(table: str, good: pd.DataFrame) -> Screened:
    """Screen what rows show side by side: keys that stand twice, statements off by a thousand.

    Parameters
    ----------
    table : str
        Name of the table's contract.
    good : DataFrame
        What `screen_rows` let through: all rows of the firms in it.

    Returns
    -------
    Screened
        `good` sorted by key. Of rows with one key the first in order of their cells stays, so that the
        choice does not depend on the order of files; the others go, as a plain duplicate or in conflict.
    """
    rule = contract(table)
    key = list(rule.key)
    good = _sorted_by(key, good)
    faults = _Faults(len(good))
    as_before = np.logical_and.reduce([good[column].eq(good[column].shift()) for column in key])
    if as_before.any():
        twice = good[as_before | np.append(as_before[1:], False)]
        others = [column for column in twice if column not in key]
        twice = twice.sort_values([*key, *others])
        copies = twice.duplicated([column for column in twice if column not in SOURCE])
        again = twice.duplicated(key)
        for rows, message in ((copies, "duplicate"), (again & ~copies, "conflicting duplicate key")):
            faults.add(good.index.isin(rows.index[rows]), "", message)
    if table == "statements":
        jumps = (faults.first == 0).astype(bool)
        jumps[jumps] = unit_jumps(good[jumps])
        for column in ("total_assets", "sales"):
            faults.add(jumps & good[column].notna(), column, "off by about 1000 from the firm's others")
    rejected, counts = _reject(rule, good, faults)
    keep = faults.first == 0
    return Screened(good if keep.all() else good[keep].reset_index(drop=True), rejected, counts)


def _sorted_by(key: list[str], frame: pd.DataFrame) -> pd.DataFrame:
    keys = pyarrow.Table.from_pandas(frame[key], preserve_index=False)
    order = pc.sort_indices(keys, sort_keys=[(column, "ascending") for column in key])
    return frame.take(order.to_numpy()).reset_index(drop=True)


def _reject(rule: Contract, raw: pd.DataFrame, faults: _Faults) -> tuple[pd.DataFrame, Counter]:
    """Return the rows with a fault as text, with reason and detail, and their number by reason."""
    bad = np.flatnonzero(faults.first)
    carried = [column for column in raw if column in SOURCE]
    if not len(bad):
        none = pd.DataFrame(columns=[*rule.columns, "reason", "detail"], dtype="str")
        return none.assign(**{column: raw[column].iloc[:0] for column in carried}), Counter()
    rows = raw.take(bad).reset_index(drop=True)
    text = {column: _as_text(rows[column]) for column in rule.columns}
    reasons, details = [], []
    keys = zip(*(text[column].fillna("") for column in rule.key), strict=True)
    for row, (code, key) in enumerate(zip(faults.first[bad], keys, strict=True)):
        column, message = faults.found[code]
        where = " ".join(f"{name}={cell}" for name, cell in zip(rule.key, key, strict=True))
        value = text[column].iloc[row] if column and text[column].notna().iloc[row] else None
        reasons.append(f"{column}: {message}" if column else message)
        details.append(str(TableError(rule.table, message, column=column, key=where, value=value)))
    said = {"reason": pd.Series(reasons, dtype="str"), "detail": pd.Series(details, dtype="str")}
    return pd.DataFrame(text | said | {column: rows[column] for column in carried}), Counter(reasons)


def _as_text(cells: pd.Series) -> pd.Series:
    if cells.dtype == object:
        return cells.map(str, na_action="ignore").astype("str")
    return to_text(cells)[0].astype("str")
