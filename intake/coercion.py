"""Cells as they arrive (text from CSV, whole numbers, dates in words) to the types of the contracts."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

Coerced = tuple[pd.Series, np.ndarray]  # values in the new type, and (n,) bool: the cell could not be read

DAY_FORMATS = ("%Y-%m-%d", "%Y/%m/%d")
MIDNIGHT = r"[ T]00:00:00(\.0+)?$"  # what exports hang onto a day
FLAGS = {"true": 1.0, "1": 1.0, "false": 0.0, "0": 0.0}


def to_text(cells: pd.Series) -> Coerced:
    """Read text; whole numbers lose their ``.0``, blank cells are missing, lists and the like are unreadable.

    Examples
    --------
    >>> to_text(pd.Series([17.0, None, " ", "A1"], dtype=object))[0].tolist()
    ['17', nan, nan, 'A1']
    """
    unreadable = _none(cells)
    if pd.api.types.is_float_dtype(cells.dtype):
        numbers = cells.to_numpy(dtype="float64", na_value=np.nan)
        whole = (numbers == np.round(numbers)) & (np.abs(numbers) < 2.0**63)
        text = cells.mask(whole).astype("str")
        text[whole] = numbers[whole].astype("int64").astype(str)
        return text, unreadable
    if cells.dtype == object:
        unreadable = cells.map(
            lambda cell: isinstance(cell, list | tuple | dict | set | np.ndarray)
        ).to_numpy(bool)
        cells = cells.mask(unreadable).map(lambda cell: int(cell) if _is_whole_float(cell) else cell)
    text = cells.astype("str")
    blank = (text.str.strip() == "").to_numpy(dtype=bool)
    return (text.mask(blank) if blank.any() else text), unreadable


def _is_whole_float(cell: object) -> bool:
    return isinstance(cell, float) and cell.is_integer()


def to_number(cells: pd.Series) -> Coerced:
    """Read plain decimal numbers as float64; blank is missing, anything else that is no number is unreadable.

    Thousands separators and signs like △ are the business of the readers of accounting exports.

    Examples
    --------
    >>> values, unreadable = to_number(pd.Series(["12", " ", "1,200", "nan"]))
    >>> values.tolist(), unreadable.tolist()
    ([12.0, nan, nan, nan], [False, False, True, True])
    """
    if pd.api.types.is_bool_dtype(cells.dtype) or cells.dtype.kind in "mM":
        return pd.Series(np.nan, index=cells.index), cells.notna().to_numpy()
    if pd.api.types.is_numeric_dtype(cells.dtype) and cells.dtype.kind != "c":
        return pd.Series(cells.to_numpy(dtype="float64", na_value=np.nan), index=cells.index), _none(cells)
    text, unreadable = to_text(cells)
    values = pd.to_numeric(text, errors="coerce").astype("float64")
    return values, unreadable | (text.notna() & values.isna()).to_numpy()


def to_date(cells: pd.Series) -> Coerced:
    """Read days as datetime64[ms]; text as YYYY-MM-DD or YYYY/MM/DD, no time of day, no time zone.

    Examples
    --------
    >>> values, unreadable = to_date(pd.Series(["2024-03-31", "2024-02-30", "31.3.2024", None]))
    >>> values.astype("str").tolist(), unreadable.tolist()
    (['2024-03-31', nan, nan, nan], [False, True, True, False])
    """
    if isinstance(cells.dtype, np.dtype) and cells.dtype.kind == "M":
        days = cells.astype("datetime64[ms]")
        late = (days.notna() & (cells != days.dt.normalize())).to_numpy()
        return days.mask(late) if late.any() else days, late
    if isinstance(cells.dtype, pd.DatetimeTZDtype) or pd.api.types.is_numeric_dtype(cells.dtype):
        return pd.Series(pd.NaT, index=cells.index, dtype="datetime64[ms]"), cells.notna().to_numpy()
    text, unreadable = to_text(cells)
    days = _parse(text, DAY_FORMATS[0])
    rest = days.isna() & text.notna()
    if rest.any():  # rarely: the others are tried on what the first could not read
        tidied = text[rest].str.strip().str.replace(MIDNIGHT, "", regex=True)
        for form in DAY_FORMATS:
            days = days.fillna(_parse(tidied, form))
    return days, unreadable | (text.notna() & days.isna()).to_numpy()


def _parse(text: pd.Series, form: str) -> pd.Series:
    return pd.to_datetime(text, format=form, errors="coerce").astype("datetime64[ms]")


def to_flag(cells: pd.Series) -> Coerced:
    """Read true/false, 1/0 as float 1, 0 (NaN where missing: bool has no room for it).

    Examples
    --------
    >>> values, unreadable = to_flag(pd.Series(["TRUE", 0, None, "yes"], dtype=object))
    >>> values.tolist(), unreadable.tolist()
    ([1.0, 0.0, nan, nan], [False, False, False, True])
    """
    if cells.dtype == bool:
        return cells.astype("float64"), _none(cells)
    text, unreadable = to_text(cells)
    values = text.str.strip().str.lower().map(FLAGS).astype("float64")
    return values, unreadable | (text.notna() & values.isna()).to_numpy()


def _none(cells: pd.Series) -> np.ndarray:
    return np.zeros(len(cells), dtype=bool)


COERCE: Mapping[str, tuple[Callable[[pd.Series], Coerced], str]] = {
    "text": (to_text, "not text"),
    "date": (to_date, "not a day"),
    "yen": (to_number, "not a number"),
    "number": (to_number, "not a number"),
    "flag": (to_flag, "not true or false"),
}
