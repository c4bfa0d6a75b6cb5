"""The projection as a 資金繰り表: a row for each firm, month and line, with the sums between them."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from features.cash_flow.axis import HORIZON
from features.cash_flow.projection import Projection

COLUMNS = ("as_of_date", "firm_id", "month", "line", "yen")


@cache
def _lines() -> pd.DataFrame:
    return pd.read_csv(Path(__file__).with_name("lines.csv"), dtype={"sign": "Int64"})


def read_lines() -> pd.DataFrame:
    """Return the lines of the 資金繰り表 in their order.

    Returns
    -------
    DataFrame
        `line`, `part_of` (the sum that it goes into; missing for the last), `sign` (1, or −1 where it is
        taken off there), `label_ja`, `label_en`.

    Examples
    --------
    >>> lines = read_lines().set_index("line")
    >>> lines.loc["collections", "label_ja"], lines.loc["collections", "part_of"]
    ('売上債権回収', 'operating_receipts')
    >>> lines.loc["lottery", "label_ja"]
    Traceback (most recent call last):
    KeyError: 'lottery'
    """
    return _lines().copy()


def with_sums(projection: Projection) -> dict[str, np.ndarray]:
    """Return every line of the 資金繰り表, (F, 12) yen, in its order."""
    return fill_in(projection.lines, projection.opening, projection.closing)


def fill_in(
    parts: Mapping[str, np.ndarray], opening: np.ndarray, closing: np.ndarray
) -> dict[str, np.ndarray]:
    """Return every line of the 資金繰り表 in its order: the parts as given, and the sums between them.

    Parameters
    ----------
    parts : mapping of the names of `projection.LINES` -> (F, M) float64
        Receipts and payments of M months, both positive.
    opening : (F,) float64
        Cash before the first month.
    closing : (F, M) float64
        Cash at each month's end, taken as it is; a test holds it to be the sum of its parts.

    Raises
    ------
    KeyError
        If a part is missing.

    Examples
    --------
    >>> from features.cash_flow.projection import LINES
    >>> parts = {name: np.array([[2.0]]) for name in LINES}
    >>> found = fill_in(parts, np.array([9.0]), np.array([[1.0]]))
    >>> found["operating_balance"].tolist(), found["opening"].tolist()  # 2 × 2 − 5 × 2
    ([[-6.0]], [[9.0]])
    >>> fill_in({}, np.array([9.0]), np.array([[1.0]]))
    Traceback (most recent call last):
    KeyError: 'no line cash_sales among the parts'
    """
    lines = read_lines()
    found = dict(parts)
    found["opening"] = np.concatenate([opening[:, None], closing[:, :-1]], axis=1)
    found["closing"] = closing
    for name in lines["line"]:  # the parts of a sum stand before it
        if name not in found:
            own = lines[lines["part_of"] == name]
            if own.empty:
                raise KeyError(f"no line {name} among the parts")
            found[name] = sum(sign * found[part] for part, sign in zip(own["line"], own["sign"], strict=True))
    return {name: found[name] for name in lines["line"]}


def lay_out_table(projection: Projection) -> pd.DataFrame:
    """Return the projections as a table, firms of level "none" left out.

    Parameters
    ----------
    projection : Projection
        Of F firms, f of them with a projection.

    Returns
    -------
    DataFrame (f × 12 × 17 rows)
        `as_of_date`, `firm_id`, `month` (its last day), `line` (see `read_lines`), `yen` (not rounded), in
        the order of firms, months and the 資金繰り表.

    Examples
    --------
    >>> from features.cash_flow.projection import project
    >>> from features.panel import Panel
    >>> lay_out_table(project(Panel.empty(["a"], "2025-03-31"))).columns.tolist()
    ['as_of_date', 'firm_id', 'month', 'line', 'yen']
    >>> lay_out_table("a")
    Traceback (most recent call last):
    AttributeError: 'str' object has no attribute 'is_known'
    """
    known = np.flatnonzero(projection.is_known)
    lines = with_sums(projection)
    ends = projection.as_of_date + pd.offsets.MonthEnd(0)
    months = pd.DatetimeIndex([ends + pd.offsets.MonthEnd(ahead) for ahead in range(1, HORIZON + 1)])
    amounts = np.stack([values[known] for values in lines.values()], axis=2)  # (f, 12, lines)
    count = len(lines)
    return pd.DataFrame({
        "as_of_date": np.full(amounts.size, projection.as_of_date.to_datetime64()).astype("datetime64[ms]"),
        "firm_id": pd.Series(np.repeat(projection.firm_ids[known], HORIZON * count), dtype="str"),
        "month": np.tile(np.repeat(months.to_numpy().astype("datetime64[ms]"), count), len(known)),
        "line": pd.Series(np.tile(np.array(list(lines), dtype=object), HORIZON * len(known)), dtype="str"),
        "yen": amounts.ravel(),
    })  # fmt: skip
