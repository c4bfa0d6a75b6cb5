"""What a column of a raw table may hold: the kinds of cells that the contracts are made of."""

from collections.abc import Mapping, Sequence

import pandas as pd
import pandera.pandas as pa

# what a cell holds → the pandas type that holds it; a missing amount stays NaN, so amounts are float64
DTYPES: Mapping[str, str] = {
    "text": "str",
    "date": "datetime64[ms]",  # midnight, no time zone
    "yen": "float64",
    "number": "float64",
    "flag": "bool",
}

LARGEST_YEN = 2.0**53  # float64 counts whole yen one by one below this
FIRST_DAY = pd.Timestamp("1868-01-25")  # Meiji begins: no register of firms reaches further back
LAST_DAY = pd.Timestamp("2199-12-31")


def _column(kind: str, *checks: pa.Check, nullable: bool, required: bool = True) -> pa.Column:
    # pandera takes datetime64[ms] for [ns]: the exact type is in DTYPES, under the kind
    return pa.Column(
        DTYPES[kind], list(checks), nullable=nullable, required=required, metadata={"type": kind}
    )


def text(*, nullable: bool = False, isin: Sequence[str] | None = None) -> pa.Column:
    """Give the column of a text, of a list of codes where `isin` is given."""
    checks = [] if isin is None else [pa.Check.isin(list(isin), error="not one of the codes")]
    return _column("text", *checks, nullable=nullable)


def _has_no_space(values: pd.Series) -> pd.Series:
    spaced = pd.Series(False, index=values.index)
    for space in " \t\u3000":  # plain look-ups: a pattern would leave Arrow and cost ten times as much
        spaced |= values.str.contains(space, regex=False)
    return ~spaced


def identifier() -> pa.Column:
    """Give the column of a text without spaces: a number with one at its end would silently be another."""
    return _column(
        "text", pa.Check(_has_no_space, name="has_no_space", error="has a space in it"), nullable=False
    )


def _is_month_end(values: pd.Series) -> pd.Series:
    return values.dt.is_month_end


def date(*, nullable: bool = False, month_end: bool = False) -> pa.Column:
    """Give the column of a day, the last of its month where `month_end`."""
    checks = [pa.Check.in_range(FIRST_DAY, LAST_DAY, error="out of range")]
    if month_end:
        checks.append(pa.Check(_is_month_end, name="is_month_end", error="not a month's end"))
    return _column("date", *checks, nullable=nullable)


def _is_whole_yen(values: pd.Series) -> pd.Series:
    return (values == values.round()) & (values.abs() < LARGEST_YEN)


def yen(*, nullable: bool = False, required: bool = True, minimum: float | None = None) -> pa.Column:
    """Give the column of an amount in whole yen."""
    checks = [pa.Check(_is_whole_yen, name="is_whole_yen", error="not whole yen")]
    if minimum is not None:
        checks.append(pa.Check.ge(minimum, error="out of range"))
    return _column("yen", *checks, nullable=nullable, required=required)


def number(low: float, high: float, *, nullable: bool = False) -> pa.Column:
    """Give the column of a number between `low` and `high`, both included."""
    return _column("number", pa.Check.in_range(low, high, error="out of range"), nullable=nullable)


def flag() -> pa.Column:
    """Give the column of a true or false that is always known."""
    return _column("flag", nullable=False)
