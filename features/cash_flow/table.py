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
    """Return every line of the 資金繰り表, (F, 12) yen, in its order.

    The sums follow from the parts; cash carried forward is the projection's own, which a test holds to be
    the sum of its parts.
    """
    opening = np.concatenate([projection.opening[:, None], projection.closing[:, :-1]], axis=1)
    return add_sums({**projection.lines, "opening": opening, "closing": projection.closing})


def add_sums(amounts: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return every line of the 資金繰り表 in its order, from those that are no sums of others.

    Parameters
    ----------
    amounts : mapping line -> array, yen
        All of one shape; cash brought and carried forward among them.

    Raises
    ------
    KeyError
        If a line is missing.

    Examples
    --------
    >>> names = ("cash_sales", "collections", "suppliers", "personnel", "other_costs", "interest")
    >>> more = ("taxes_and_social", "equipment_and_other", "new_loans", "repayments", "opening", "closing")
    >>> found = add_sums(dict.fromkeys((*names, *more), np.array([2.0])))
    >>> found["operating_payments"].tolist(), found["operating_balance"].tolist()
    ([10.0], [-6.0])
    >>> add_sums({"opening": np.array([2.0])})
    Traceback (most recent call last):
    KeyError: 'cash_sales'
    """
    lines, found = read_lines(), dict(amounts)
    for name in lines["line"]:  # the parts of a sum stand before it
        parts = lines[lines["part_of"] == name]
        if name not in found and len(parts):
            found[name] = sum(
                sign * found[part] for part, sign in zip(parts["line"], parts["sign"], strict=True)
            )
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
