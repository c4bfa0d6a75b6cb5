"""What became of projections: closing cash as it is to be expected, P10, P50 and P90, fitted in training.

A projection says what happens if nobody acts. Owners and lenders act: they put money in, borrow, wait with
purchases, repay. So of a projected change in cash only a part comes true, less the further ahead, and the
rest is spread. Both are read off errors: projections of earlier days against the cash that came to be known.
"""

import numpy as np
import pandas as pd

from features.cash_flow.axis import HORIZON
from features.cash_flow.level import LEVELS
from features.cash_flow.projection import Projection
from features.tier import NONE

QUANTILES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
COLUMNS = (
    *("level", "month", "typical_swing", "carry", "cash_share", *QUANTILES),
    *("n_errors", "n_firms", "fitted_on"),
)
# project default: of 200 errors some 20 lie below P10. A level and month with fewer takes those of all
# levels, and where these are too few as well there is no band
FEWEST_ERRORS = 200
CASH_SHARES = (0.0, 0.05, 0.1, 0.2, 0.3)  # tried for the width downwards
ROUNDS = 50  # of reweighting: far more than carry's third decimal takes


def forecast_errors(projection: Projection, cash: np.ndarray) -> pd.DataFrame:
    """Lay out projections beside what cash came to.

    Parameters
    ----------
    projection : Projection
        Of F firms.
    cash : (F, 12) float64, yen
        What closing cash came to (`observed.became`), NaN where not known.

    Returns
    -------
    DataFrame
        A row for each firm and month known, of firms with sales: `firm_id`, `level`, `month` (1 to 12), and
        in months of sales `swing` (NaN where not known), `cash` (the last balance, at least 0), `operating`
        (the projected change since) and `change` (the real one).

    Examples
    --------
    >>> from features.cash_flow.projection import project
    >>> from features.panel import Panel
    >>> nothing = project(Panel.empty(["a"], "2025-03-31"))
    >>> forecast_errors(nothing, np.full((1, 12), 5.0)).columns.tolist()[2:]
    ['month', 'swing', 'cash', 'operating', 'change']
    >>> forecast_errors(nothing, np.full((1, 11), 5.0))
    Traceback (most recent call last):
    ValueError: cash of 12 months of 1 firms is wanted, not (1, 11)
    """
    if cash.shape != projection.closing.shape:
        raise ValueError(f"cash of {HORIZON} months of {len(projection)} firms is wanted, not {cash.shape}")
    row, column = np.nonzero(
        (projection.is_known & (projection.monthly_sales > 0))[:, None] & ~np.isnan(cash)
    )
    sales, last = projection.monthly_sales[row], projection.last_cash[row]
    return pd.DataFrame({
        "firm_id": pd.Series(projection.firm_ids[row], dtype="str"),
        "level": pd.Series(projection.level[row], dtype="str"),
        "month": column + 1,
        "swing": projection.swing[row] / sales,
        "cash": np.maximum(last, 0.0) / sales,
        "operating": projection.operating[row, column] / sales,
        "change": (cash[row, column] - last) / sales,
    })  # fmt: skip


def fit_bands(errors: pd.DataFrame, *, fewest: int = FEWEST_ERRORS) -> pd.DataFrame:
    """Fit the bands of every level and month.

    Parameters
    ----------
    errors : DataFrame
        From `forecast_errors`, of as many as-of dates as there are.
    fewest : int
        Errors that a level and month must have to be fitted by itself.

    Returns
    -------
    DataFrame (36 rows)
        `level`, `month`; `typical_swing`, the level's median swing in months of sales; `carry`, the part of a
        projected change that comes true, from 0 to 1; `cash_share`, by how much of the last balance P10 is
        wider; `p10`, `p50`, `p90` in units of the width (see `expected_cash`); `n_errors` and `n_firms` that
        it was fitted on; `fitted_on`: "level", "all" (all levels together) or "none", where all is NaN.

    Raises
    ------
    ValueError
        If `fewest` is below 10, of which none would lie below P10.

    Notes
    -----
    Own design. The width of a firm is the mean of its own swing and what is typical: its own alone is too
    narrow for the calmest firms and too wide for the wildest. `carry` by least absolute deviations in units
    of the width, which is least disturbed by the few firms whose cash multiplies.

    Examples
    --------
    >>> names = ["firm_id", "level", "month", "swing", "cash", "operating", "change"]
    >>> found = fit_bands(pd.DataFrame(columns=names))
    >>> len(found), set(found["fitted_on"])
    (36, {'none'})
    >>> fit_bands(found, fewest=5)
    Traceback (most recent call last):
    ValueError: a band needs 10 errors or more, not 5
    """
    if fewest < 10:
        raise ValueError(f"a band needs 10 errors or more, not {fewest}")
    rows = []
    for level in LEVELS:
        for month in range(1, HORIZON + 1):
            of_month = errors[errors["month"] == month]
            own = of_month[of_month["level"] == level]
            used, fitted_on = (own, "level") if len(own) >= fewest else (of_month, "all")
            fitted = _fit(used) if len(used) >= fewest else {}
            rows.append({"level": level, "month": month, "fitted_on": fitted_on if fitted else NONE} | fitted)
    found = pd.DataFrame(rows).reindex(columns=list(COLUMNS))
    text = ("level", "fitted_on")
    whole = ("month", "n_errors", "n_firms")
    found[list(whole)] = found[list(whole)].fillna(0)
    return found.astype(
        {name: "str" if name in text else "int64" if name in whole else "float64" for name in COLUMNS}
    )


def _fit(errors: pd.DataFrame) -> dict[str, float]:
    """Return one level's and month's band."""
    swing, cash, operating, change = (
        errors[name].to_numpy(dtype=np.float64) for name in ("swing", "cash", "operating", "change")
    )
    typical = float(np.median(swing[~np.isnan(swing)])) if (~np.isnan(swing)).any() else 1.0
    width = _width(swing, typical, 1.0)
    carry = _least_deviations(operating / width, change / width)
    left = change - carry * operating
    of_width = {name: float(np.quantile(left / width, share)) for name, share in QUANTILES.items()}
    # of the widths tried for P10 the one that costs least (pinball loss)
    tried = [
        (share, float(np.quantile(left / (width + share * cash), QUANTILES["p10"]))) for share in CASH_SHARES
    ]
    cost = [_pinball(left - at * (width + share * cash), QUANTILES["p10"]) for share, at in tried]
    cash_share, p10 = tried[int(np.argmin(cost))]
    return of_width | {
        "p10": min(p10, 0.0),
        "typical_swing": typical,
        "carry": carry,
        "cash_share": cash_share,
        "n_errors": len(errors),
        "n_firms": errors["firm_id"].nunique(),
    }


def _width(swing: np.ndarray, typical: np.ndarray | float, sales: np.ndarray | float) -> np.ndarray:
    """Return the mean of a firm's own swing and the typical one; without its own the typical one."""
    usual = np.maximum(np.abs(typical * sales), 1e-9)
    return (np.where(np.isnan(swing), usual, swing) + usual) / 2


def _least_deviations(x: np.ndarray, y: np.ndarray) -> float:
    """Return the slope of y over x with the least sum of absolute deviations, an intercept beside, 0 to 1."""
    inputs = np.column_stack([x, np.ones(len(x))])
    weight = np.ones(len(x))
    for _ in range(ROUNDS):
        by = inputs * weight[:, None]
        found = np.linalg.lstsq(by.T @ inputs, by.T @ y, rcond=None)[0]
        weight = 1.0 / np.maximum(np.abs(y - inputs @ found), 1e-3)
    return float(np.clip(found[0], 0.0, 1.0))


def _pinball(left: np.ndarray, share: float) -> float:
    return float(np.maximum(share * left, (share - 1) * left).mean())


def expected_cash(projection: Projection, bands: pd.DataFrame | None) -> dict[str, np.ndarray]:
    """Return the closing cash to be expected.

    Parameters
    ----------
    projection : Projection
        Of F firms.
    bands : DataFrame or None
        From `fit_bands`. None, as while they are being fitted: all is NaN.

    Returns
    -------
    dict "p10" | "p50" | "p90" -> (F, 12) float64, yen
        Last balance + carry × projected operating change + quantile × width, by the firm's level; P10 with
        `cash_share` of the last balance in its width: who has more can lose more. P10 ≤ P50 ≤ P90; NaN
        without a projection or a band.

    Raises
    ------
    ValueError
        If the bands do not have a row for each level and month.

    Examples
    --------
    >>> from features.cash_flow.projection import project
    >>> from features.panel import Panel
    >>> nothing = project(Panel.empty(["a"], "2025-03-31"))
    >>> bool(np.isnan(expected_cash(nothing, None)["p50"]).all())
    True
    >>> expected_cash(nothing, pd.DataFrame({"level": ["ledger"], "month": [1]}))
    Traceback (most recent call last):
    ValueError: bands: 36 levels and months are wanted, not 1
    """
    shape = projection.closing.shape
    if bands is None:
        return {name: np.full(shape, np.nan) for name in QUANTILES}
    wanted = pd.MultiIndex.from_product([LEVELS, range(1, HORIZON + 1)])
    if len(bands) != len(wanted):
        raise ValueError(f"bands: {len(wanted)} levels and months are wanted, not {len(bands)}")
    table = bands.set_index(["level", "month"]).loc[wanted]
    place = pd.Index(LEVELS).get_indexer(projection.level)  # -1 for none: its projections are NaN anyway

    def fitted(name: str) -> np.ndarray:
        return table[name].to_numpy().reshape(len(LEVELS), HORIZON)[place]

    sales = np.nan_to_num(projection.monthly_sales)[:, None]
    width = _width(projection.swing[:, None], fitted("typical_swing"), sales)
    last = projection.last_cash[:, None]
    middle = last + fitted("carry") * projection.operating
    below = width + fitted("cash_share") * np.maximum(last, 0.0)
    p50 = middle + fitted("p50") * width
    return {
        "p10": np.minimum(middle + fitted("p10") * below, p50),
        "p50": p50,
        "p90": np.maximum(middle + fitted("p90") * width, p50),
    }
