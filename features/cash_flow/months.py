"""Projections month by month, with the year that led there: what a fan chart is drawn from."""

import numpy as np
import pandas as pd

from features.cash_flow.axis import FIRST, HORIZON
from features.cash_flow.bands import QUANTILES, expected_cash
from features.cash_flow.observed import Observed
from features.cash_flow.projection import LINES, Projection

PAST_MONTHS = 12
YEN = (
    *(f"{name}_yen" for name in ("opening", *LINES, "closing")),
    *(f"closing_{name}_yen" for name in QUANTILES),
)
COLUMNS = ("as_of_date", "firm_id", "month", "level", "is_projected", *YEN)


def lay_out_months(projection: Projection, observed: Observed, bands: pd.DataFrame | None) -> pd.DataFrame:
    """Return a row for each firm with a projection and each of 24 months.

    Parameters
    ----------
    projection : Projection
        Of F firms, f of them with a projection.
    observed : Observed
        Their known cash, from the same panel.
    bands : DataFrame or None
        From `bands.fit_bands`; None: expected cash is NaN.

    Returns
    -------
    DataFrame (f × 24 rows)
        `as_of_date`, `firm_id`, `month` (its last day), `level`, `is_projected`; in yen, not rounded:
        `opening_yen`, the lines of the 資金繰り表 (receipts and payments both positive), `closing_yen`,
        `closing_p10_yen`, `closing_p50_yen`, `closing_p90_yen`. Of the twelve months up to the as-of month
        `closing_yen` alone, where it is known.

    Examples
    --------
    >>> from features.cash_flow.observed import observed_cash
    >>> from features.cash_flow.projection import project
    >>> from features.panel import Panel
    >>> panel = Panel.empty(["a"], "2025-03-31")
    >>> lay_out_months(project(panel), observed_cash(panel), None).columns.tolist()[:6]
    ['as_of_date', 'firm_id', 'month', 'level', 'is_projected', 'opening_yen']
    >>> lay_out_months(project(panel), None, None)
    Traceback (most recent call last):
    AttributeError: 'NoneType' object has no attribute 'of'
    """
    known = np.flatnonzero(projection.is_known)
    count = PAST_MONTHS + HORIZON
    past = observed.of(projection.from_flows)[known, 1 - FIRST - PAST_MONTHS : 1 - FIRST]
    ahead = {
        "opening": np.concatenate([projection.opening[:, None], projection.closing[:, :-1]], axis=1),
        **projection.lines,
        "closing": projection.closing,
    } | {f"closing_{name}": values for name, values in expected_cash(projection, bands).items()}
    nothing = np.full(past.shape, np.nan)
    yen = {
        f"{name}_yen": np.concatenate([past if name == "closing" else nothing, values[known]], axis=1).ravel()
        for name, values in ahead.items()
    }
    month = projection.as_of_date + pd.offsets.MonthEnd(0)
    ends = pd.DatetimeIndex(
        [month + pd.offsets.MonthEnd(ahead) for ahead in range(1 - PAST_MONTHS, HORIZON + 1)]
    )
    as_of = projection.as_of_date.to_datetime64()
    found = pd.DataFrame({
        "as_of_date": np.full(len(known) * count, as_of).astype("datetime64[ms]"),
        "firm_id": pd.Series(np.repeat(projection.firm_ids[known], count), dtype="str"),
        "month": np.tile(ends.to_numpy().astype("datetime64[ms]"), len(known)),
        "level": pd.Series(np.repeat(projection.level[known], count), dtype="str"),
        "is_projected": np.tile(np.arange(count) >= PAST_MONTHS, len(known)),
        **yen,
    })  # fmt: skip
    return found[list(COLUMNS)]
