"""The table of moments: what is published, what tolerance was fixed beforehand, whether we are inside."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
import pandas as pd

from pipelines.moments.figures import Figure

TEXT = ("moment", "scope", "unit", "trust", "source", "reason", "open")
TRUST = {
    "published": "the figure stands in the source",
    "derived": "worked out from published figures",
    "measured": "our own measurement on public data",
    "project": "no published figure: the project's own choice, for the reason given",
}
# outside: not within the tolerance; near: neither, but within sampling error of it; open: not inside, and
# moments.csv says why; shown: has no tolerance; absent: there was nothing to measure
INSIDE, OUTSIDE, NEAR, OPEN, SHOWN, ABSENT = "inside", "outside", "near", "open", "shown", "absent"
ERRORS = 2.0  # standard errors that a seed may lie outside, while the mean is inside


class Row(NamedTuple):
    """One moment over all seeds, beside what is known and what is allowed."""

    moment: str
    scope: str
    published: float | None
    low: float | None
    high: float | None
    mean: float | None
    least: float | None
    most: float | None
    error: float | None  # standard error of one seed, the largest
    n: int  # of one seed, the smallest
    status: str


@cache
def load_table() -> pd.DataFrame:
    """Return moments.csv: `TEXT` columns as text, and published, low and high as numbers (NaN: none)."""
    numbers = ("published", "low", "high")
    table = pd.read_csv(
        files("pipelines.moments") / "moments.csv",
        dtype=dict.fromkeys(TEXT, "str"),
        keep_default_na=False,
        na_values={name: [""] for name in numbers},
    )
    if unknown := sorted(set(table["trust"]) - set(TRUST)):
        raise ValueError(f"moments.csv: trust {unknown} is none of {', '.join(TRUST)}")
    return table


def rule_of(moment: str, scope: str, table: pd.DataFrame) -> int:
    """Return the place of the first row of the table that speaks of a moment and scope.

    Raises
    ------
    KeyError
        If none does: whatever is measured has a tolerance, or a reason to have none.
    """
    for place, (name, of) in enumerate(zip(table["moment"], table["scope"], strict=True)):
        if name == moment and fnmatchcase(scope, of):
            return place
    raise KeyError(f"moments.csv has no row for {moment!r}, {scope!r}")


def judge(runs: Sequence[Sequence[Figure]], table: pd.DataFrame | None = None) -> list[Row]:
    """Hold the figures of several seeds against the table.

    Parameters
    ----------
    runs : one sequence of Figure for each seed
        A moment that a seed lacks is judged by the others.
    table : DataFrame, optional
        As `load_table` returns it, which is the default.

    Returns
    -------
    list of Row
        `status` is "inside" when the mean lies within low and high and no seed lies outside by more than
        `ERRORS` of its own standard errors. What is not is "near" if every seed is within its errors of the
        tolerance, else "outside"; or "open" where the table says why.

    Raises
    ------
    KeyError
        If the table has no row for a figure.

    Examples
    --------
    >>> low, near, high = (Figure("wave", "x", value, 0.1, 9) for value in (0.9, 1.2, 2.0))
    >>> [judge([[one], [other]])[0].status for one, other in ((near, high), (near, near), (low, high))]
    ['inside', 'near', 'outside']
    >>> judge([[Figure("moon", "full", 1.0, 0.0, 1)]])
    Traceback (most recent call last):
    KeyError: "moments.csv has no row for 'moon', 'full'"
    """
    table = load_table() if table is None else table
    found: dict[tuple[str, str], list[Figure]] = {}
    for figures in runs:
        for figure in figures:
            found.setdefault((figure.moment, figure.scope), []).append(figure)
    return [_row(figures, table.iloc[rule_of(*key, table)]) for key, figures in found.items()]


def _row(figures: list[Figure], rule: pd.Series) -> Row:
    moment, scope = figures[0].moment, figures[0].scope
    values = np.array([figure.value for figure in figures])
    known = ~np.isnan(values)
    errors = np.nan_to_num(np.array([figure.error for figure in figures]))
    own = [figure.published for figure in figures if figure.published is not None]
    published = float(np.mean(own)) if own else _number(rule["published"])
    low, high = _number(rule["low"]), _number(rule["high"])
    least = min(figure.n for figure in figures)
    if not known.any():
        return Row(moment, scope, published, low, high, None, None, None, None, least, ABSENT)
    values, errors = values[known], errors[known]
    status = _status(values, errors, low, high, bool(rule["open"]))
    summary = (values.mean(), values.min(), values.max(), errors.max())
    return Row(moment, scope, published, low, high, *map(_number, summary), least, status)


def _status(
    values: np.ndarray, errors: np.ndarray, low: float | None, high: float | None, is_open: bool
) -> str:
    if low is None or high is None:
        return SHOWN
    is_near = bool(((values >= low - ERRORS * errors) & (values <= high + ERRORS * errors)).all())
    if is_near and low <= values.mean() <= high:
        return INSIDE
    if is_open:
        return OPEN
    return NEAR if is_near else OUTSIDE


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def is_passed(rows: Sequence[Row]) -> bool:
    """Return whether every row with a tolerance is inside it, or is named as open."""
    return all(row.status in (INSIDE, OPEN, SHOWN) for row in rows)


def short(value: float | None) -> str:
    """Return a number with about three digits; an en dash where there is none.

    Examples
    --------
    >>> [short(value) for value in (None, 0.0123, 12.345, 408123.0)]
    ['–', '0.012', '12.3', '408,123']
    """
    if value is None:
        return "–"
    size = abs(value)
    for least, digits in ((100, 0), (10, 1), (1, 2)):
        if size >= least:
            return f"{value:,.{digits}f}"
    return f"{value:.3f}"


def allowed(low: float | None, high: float | None) -> str:
    """Return a tolerance in words, as it stands in moments.csv; an en dash where there is none.

    Examples
    --------
    >>> allowed(0.75, 0.9), allowed(3.0, 9.0), allowed(None, None)
    ('0.75 to 0.9', '3 to 9', '–')
    """
    return "–" if low is None or high is None else f"{low:g} to {high:g}"


def lines(rows: Sequence[Row]) -> list[str]:
    """Return the rows as lines for a terminal, a mark before what is not inside."""
    found = [
        f"{'':8}{'moment':34}{'scope':34}{'simulated':>10}{'least':>9}{'most':>9}{'error':>8}"
        f"{'allowed':>17}{'published':>11}"
    ]
    for row in rows:
        mark = "" if row.status in (INSIDE, SHOWN) else row.status.upper()
        found.append(
            f"{mark:8}{row.moment:34}{row.scope:34}{short(row.mean):>10}{short(row.least):>9}"
            f"{short(row.most):>9}{short(row.error):>8}"
            f"{allowed(row.low, row.high):>17}{short(row.published):>11}"
        )
    return found
