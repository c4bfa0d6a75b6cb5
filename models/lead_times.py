"""How early flags came: months from the first flag that stood to the default."""

import numpy as np
import pandas as pd

from models.metrics import DAYS_PER_MONTH

SHARES_AT_MONTHS = (3, 6, 12)


def lead_times(
    flags: pd.DataFrame, defaults: pd.DataFrame, *, min_runs: int = 2, within_months: float | None = None
) -> pd.DataFrame:
    """Find, for each firm that defaulted, the first flag that stood in `min_runs` consecutive runs.

    Parameters
    ----------
    flags : DataFrame
        as_of_date, firm_id, is_flagged: one row per firm and run. The runs are the dates in the table; a firm
        without a row in a run was not flagged in it.
    defaults : DataFrame
        firm_id, default_date: one row per firm.
    min_runs : int
        How many runs in a row, all before the default, make a flag stand; 1 takes any flag.
    within_months : float, optional
        Look only at runs within so many months before the default. Without it a flag of years ago that was
        cleared since counts as the first.

    Returns
    -------
    DataFrame
        One row per row of `defaults`: firm_id, default_date, first_flag_date (NaT: no flag stood),
        lead_months (mean Gregorian months; NaN likewise).

    Examples
    --------
    Flagged in March only, then from June on; default on 15 September, 77 days after 30 June:

    >>> runs = pd.date_range("2023-03-31", periods=5, freq="ME")
    >>> flags = pd.DataFrame({"as_of_date": runs, "firm_id": "a", "is_flagged": [1, 0, 0, 1, 1]})
    >>> defaults = pd.DataFrame({"firm_id": ["a"], "default_date": pd.to_datetime(["2023-09-15"])})
    >>> lead_times(flags, defaults)["lead_months"].round(2).tolist()
    [2.53]
    >>> lead_times(flags, defaults, min_runs=0)
    Traceback (most recent call last):
    ValueError: min_runs must be 1 or more, got 0
    """
    if min_runs < 1:
        raise ValueError(f"min_runs must be 1 or more, got {min_runs}")
    if not defaults["firm_id"].is_unique:
        twice = defaults.loc[defaults["firm_id"].duplicated(), "firm_id"].iloc[0]
        raise ValueError(f"firm {twice} has two rows in defaults; a firm defaults first once")
    runs = np.sort(flags["as_of_date"].unique())
    seen = flags[flags["firm_id"].isin(defaults["firm_id"])]
    if seen.duplicated(["firm_id", "as_of_date"]).any():
        row = seen[seen.duplicated(["firm_id", "as_of_date"])].iloc[0]
        raise ValueError(f"firm {row['firm_id']} has two rows in flags on {row['as_of_date'].date()}")
    flagged = np.zeros((len(defaults), runs.size), dtype=bool)
    places = pd.Index(defaults["firm_id"]).get_indexer(seen["firm_id"])
    flagged[places, np.searchsorted(runs, seen["as_of_date"].to_numpy())] = seen["is_flagged"].to_numpy(
        dtype=bool
    )
    days = (defaults["default_date"].to_numpy()[:, None] - runs[None, :]) / np.timedelta64(1, "D")
    flagged &= days > 0
    if within_months is not None:
        flagged &= days <= within_months * DAYS_PER_MONTH
    starts = np.ones((len(defaults), max(0, runs.size - min_runs + 1)), dtype=bool)
    for step in range(min_runs):
        starts &= flagged[:, step : step + starts.shape[1]]
    stood = starts.any(axis=1)
    first = starts.argmax(axis=1) if starts.shape[1] else np.zeros(len(defaults), dtype=int)
    dates = pd.Series(runs[first] if runs.size else pd.NaT, index=defaults.index).where(stood)
    return pd.DataFrame(
        {
            "firm_id": defaults["firm_id"],
            "default_date": defaults["default_date"],
            "first_flag_date": dates,
            "lead_months": (defaults["default_date"] - dates) / pd.Timedelta(days=1) / DAYS_PER_MONTH,
        }
    ).reset_index(drop=True)


def summarise(leads: pd.DataFrame) -> dict[str, float]:
    """Return how many defaults were flagged and how early.

    Returns
    -------
    dict
        firms; caught (with a flag that stood); median_months, lower_months, upper_months (quartiles over the
        caught, NaN where none is); share_3m, share_6m, share_12m (of all firms, with that lead or more).

    Examples
    --------
    >>> summarise(pd.DataFrame({"lead_months": [2.0, 4.0, 12.0, None]}))["share_3m"]
    0.5
    """
    lead = leads["lead_months"].to_numpy(dtype=np.float64)
    caught = lead[~np.isnan(lead)]
    quartiles = np.quantile(caught, [0.5, 0.25, 0.75]) if caught.size else np.full(3, np.nan)
    names = ("median_months", "lower_months", "upper_months")
    shares = {f"share_{m}m": float((caught >= m).sum() / max(1, lead.size)) for m in SHARES_AT_MONTHS}
    return {
        "firms": int(lead.size),
        "caught": int(caught.size),
        **dict(zip(names, map(float, quartiles), strict=True)),
        **shares,
    }
