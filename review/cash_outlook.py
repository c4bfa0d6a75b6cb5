"""A firm's projected cash: when it runs out, said in words, and the 資金繰り表 behind it."""

import math

import numpy as np
import pandas as pd

from alerts.quantities import CURRENCIES, money_scale, quantity
from features.cash_flow.projection import LINES
from features.cash_flow.table import add_sums, read_lines
from review.formats import number
from review.grid import Grid, Row
from review.labels import Words, label

PLAN, CENTRE, LOW, HIGH = "closing_yen", "closing_p50_yen", "closing_p10_yen", "closing_p90_yen"
SUMS = frozenset(read_lines()["part_of"].dropna())
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def projected(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the months ahead of one firm's rows of `projections`, in their order."""
    return rows[rows["is_projected"].astype(bool)].sort_values("month", ignore_index=True)


def month_end(day: pd.Timestamp) -> Words:
    """Return how a month's end is called in a sentence.

    Examples
    --------
    >>> month_end(pd.Timestamp("2026-03-31"))
    Words(ja='2026年3月末', en='the end of March 2026')
    """
    return Words(f"{day.year}年{day.month}月末", f"the end of {_MONTHS[day.month - 1]} {day.year}")


def money_unit(scale: float, currency: str) -> Words:
    """Return what figures divided by `scale` are in.

    Examples
    --------
    >>> money_unit(1e6, "yen")
    Words(ja='百万円', en='JPY million')
    """
    money, million = CURRENCIES[currency], scale == 1e6
    return Words(
        f"{'百万' if million else '千'}{money.ja}", f"{money.en} {'million' if million else 'thousand'}"
    )


def shortfall(cash: np.ndarray) -> int | None:
    """Return the place of the first month that ends below 0; None where none does.

    Examples
    --------
    >>> shortfall(np.array([np.nan, 3.0, -1.0, 2.0, -5.0])), shortfall(np.array([3.0, 0.0]))
    (2, None)
    """
    short = np.flatnonzero(np.asarray(cash) < 0)
    return int(short[0]) if len(short) else None


def outlook(rows: pd.DataFrame, *, currency: str = "yen") -> Words:
    """Return in words when a firm's cash runs out, as planned and as expected, and what that rests on.

    Parameters
    ----------
    rows : DataFrame
        One firm's rows of `projections`: ``month``, ``level``, ``is_projected``, ``closing_yen``,
        ``closing_p10_yen``, ``closing_p50_yen``; expected paths that are not known are not spoken of.
    currency : str

    Returns
    -------
    Words
        The plan (loans repaid as agreed, nothing borrowed), the middle and the low path, the basis.

    Raises
    ------
    ValueError
        No month of the firm is projected.
    """
    ahead = projected(rows)
    if ahead.empty:
        raise ValueError("projections: no month ahead to speak of")
    scale = chart_scale(rows)  # the chart's, beside which it stands
    rest = label("cash_level", ahead["level"].iloc[0])
    basis = Words(f"見通しは{rest.ja}。", f"The projection is {rest.en}.")
    as_planned = Words(
        "予定（約定どおり返済し、新たに借りない場合）",
        "As planned (loans repaid as agreed, nothing borrowed)",
    )
    parts = [_path(ahead, PLAN, as_planned, scale, currency)]
    if ahead[CENTRE].notna().any():
        middle = Words(
            "実際の推移を踏まえた中央の見通し（P50）", "In the middle path (P50), as such plans turn out,"
        )
        parts.append(_path(ahead, CENTRE, middle, scale, currency))
        parts.append(_low_path(ahead, shortfall(ahead[CENTRE]), shortfall(ahead[LOW])))
    parts.append(basis)
    return Words("".join(part.ja for part in parts), " ".join(part.en for part in parts if part.en))


def _path(ahead: pd.DataFrame, column: str, name: Words, scale: float, currency: str) -> Words:
    """Return when a path first ends a month below 0, or where it is lowest."""
    short = shortfall(ahead[column])
    at = short if short is not None else int(np.nanargmin(ahead[column]))
    month = month_end(ahead["month"].iloc[at])
    ja, en = (
        quantity(ahead[column].iloc[at], "yen", lang, currency=currency, scale=scale) for lang in ("ja", "en")
    )
    if short is not None:
        return Words(
            f"{name.ja}では{month.ja}に資金が不足する（現預金{ja}）。",
            f"{name.en} cash runs short by {month.en} ({en}).",
        )
    count = len(ahead)
    return Words(
        f"{name.ja}では{count}か月以内に資金は不足しない（最も少ないのは{month.ja}の{ja}）。",
        f"{name.en} cash lasts for {count} months (lowest at {month.en}: {en}).",
    )


def _low_path(ahead: pd.DataFrame, short: int | None, low: int | None) -> Words:
    """Return what the low path adds to the middle one: nothing where it says the same or is not known."""
    if ahead[LOW].isna().all() or (short is not None and (low is None or low >= short)):
        return Words("", "")
    if low is None:
        return Words("低めの見通し（P10）でも不足しない。", "It lasts in the low path (P10) too.")
    month = month_end(ahead["month"].iloc[low])
    return Words(
        f"{'' if short is not None else 'ただし'}低めの見通し（P10）では{month.ja}に不足する。",
        f"{'In' if short is not None else 'But in'} the low path (P10) it runs short by {month.en}.",
    )


def cash_table(rows: pd.DataFrame, scale: float) -> Grid:
    """Return one firm's 資金繰り表 of the months ahead.

    Parameters
    ----------
    rows : DataFrame
        One firm's rows of `projections`: ``month``, ``is_projected``, and cash brought and carried forward
        and the other lines with ``_yen`` behind their names.
    scale : float
        What amounts are divided by.

    Returns
    -------
    Grid
        A row for each line, sums with style ``total``, and beneath them the middle and the low path: these
        carry what past projections missed, so they need not be the sum of the lines.
    """
    ahead = projected(rows)
    parts = {name: ahead[f"{name}_yen"].to_numpy(dtype=np.float64) for name in (*LINES, "opening", "closing")}
    words = read_lines().set_index("line")
    found = [
        Row(
            Words(*words.loc[name, ["label_ja", "label_en"]]),
            _cells(values, scale),
            "total" if name in SUMS else "",
        )
        for name, values in add_sums(parts).items()
    ]
    found += [
        Row(words, _cells(ahead[column].to_numpy(), scale), "path")
        for words, column in (
            (Words("翌月繰越・中央の見通し（P50）", "Cash carried forward, middle path (P50)"), CENTRE),
            (Words("翌月繰越・低めの見通し（P10）", "Cash carried forward, low path (P10)"), LOW),
        )
        if ahead[column].notna().any()
    ]
    return Grid([f"{day:%Y-%m}" for day in ahead["month"]], found)


def _cells(values: np.ndarray, scale: float) -> list[str]:
    texts = [number(float(value) / scale) for value in values]
    return [text.removeprefix("−") if set(text) <= set("−0") else text for text in texts]  # −0 is 0


def chart_scale(rows: pd.DataFrame) -> float:
    """Return 1e3 or 1e6 by the largest amount of cash that a firm's rows show."""
    shown = rows[["closing_yen", CENTRE, LOW, HIGH]].to_numpy(dtype=np.float64).ravel()
    return money_scale(value for value in shown if not math.isnan(value))
