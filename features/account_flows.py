"""Inflows, outflows and balances of the firm's bank accounts (S58), summed over the banks that report."""

import numpy as np

from features.bank_ratios import percent
from features.movements import YEAR, change_pct, growth_12m_pct, on_year_before, slope, trailing_sum
from features.panel import Panel
from features.ratios import divide
from features.trends import SLOPE_MONTHS

FEWEST_MONTHS = 3  # known months that make a usual outflow
DAYS_PER_MONTH = 365.25 / 12
SAME_PERIOD_MONTHS = 1.0  # books and flows may end this far apart and still be compared
THIN_SHARE = 0.1  # project default: a lowest balance below a tenth of a month's outflow, three days of it
LOWEST_OVER = 3  # months in which the lowest balance is sought


def mean_of_known(monthly: np.ndarray, at_least: int) -> np.ndarray:
    """Return the mean (n,) of the known months, NaN with fewer than `at_least`.

    Examples
    --------
    >>> mean_of_known(np.array([[1.0, np.nan, 3.0], [np.nan, np.nan, 3.0]]), at_least=2).tolist()
    [2.0, nan]
    """
    known = ~np.isnan(monthly)
    count = known.sum(axis=1)
    mean = np.where(known, monthly, 0.0).sum(axis=1) / np.maximum(count, 1)
    return np.where(count >= at_least, mean, np.nan)


def compute(panel: Panel) -> dict[str, np.ndarray]:
    """Return the family's features, each (F,) float64."""
    flows = panel.flows
    inflow, outflow, balance, lowest = (
        flows[name] for name in ("inflow", "outflow", "end_balance", "lowest_balance")
    )
    month_out = mean_of_known(outflow[:, -YEAR:], FEWEST_MONTHS)
    inflow_growth = growth_12m_pct(inflow)
    sales_growth = growth_12m_pct(panel.monthly["sales"])
    apart = np.abs(panel.flows_age_months - panel.monthly_age_months)
    last_lowest = lowest[:, -YEAR:]
    months_known = ~np.isnan(last_lowest)
    return {
        "inflow_3m_growth_pct": change_pct(*on_year_before(inflow, 3)),
        "inflow_12m_growth_pct": inflow_growth,
        "inflow_sales_gap_pct": np.where(apart <= SAME_PERIOD_MONTHS, inflow_growth - sales_growth, np.nan),
        "net_flow_6m_pct": change_pct(trailing_sum(inflow, 6), trailing_sum(outflow, 6)),
        "end_balance_months": divide(balance[:, -1], month_out).value,
        "lowest_balance_days": divide(lowest[:, -LOWEST_OVER:].min(axis=1), month_out).value * DAYS_PER_MONTH,
        "end_balance_slope_pct": percent(
            slope(balance[:, -YEAR:], np.arange(float(YEAR)), at_least=SLOPE_MONTHS), month_out
        ),
        "thin_balance_count": np.where(
            months_known.any(axis=1) & ~np.isnan(month_out),
            (last_lowest < THIN_SHARE * month_out[:, None]).sum(axis=1),
            np.nan,
        ),
    }
