"""Account lines of the annual closings, S46 to S51: levels and changes on the closing before."""

import numpy as np

from features.account_sums import profit_line
from features.bank_ratios import percent
from features.movements import change_pct, closing_years, slope, year_before
from features.panel import Panel

TREND_CLOSINGS = 3  # fewest closings that make a trend: with two there is only a change


def trend_pct(values: np.ndarray, years: np.ndarray) -> np.ndarray:
    """Return the yearly trend over up to four closings in per cent of their mean (n,).

    Parameters
    ----------
    values : (n, closings) float64, yen
    years : (n, closings) float64
        When each closing stands, from `closing_years`.

    Examples
    --------
    >>> values = np.array([[90.0, 100.0, 110.0], [np.nan, 100.0, 110.0]])
    >>> trend_pct(values, np.arange(-2.0, 1.0)).round(6).tolist()
    [10.0, nan]
    """
    known = ~np.isnan(values)
    mean = np.divide(
        np.where(known, values, 0.0).sum(axis=1),
        known.sum(axis=1),
        out=np.full(len(values), np.nan),
        where=known.any(axis=1),
    )
    return percent(slope(values, years, at_least=TREND_CLOSINGS), mean)


def compute(panel: Panel) -> dict[str, np.ndarray]:
    """Return the family's features, each (F,) float64."""
    closings, ends = panel.closings, panel.closing_end

    def now(name: str) -> np.ndarray:
        return closings[name][:, -1]

    def before(name: str) -> np.ndarray:
        return year_before(closings[name], ends)

    def share(name: str) -> np.ndarray:
        return percent(now(name), now("total_assets"))

    def change_of_share(name: str) -> np.ndarray:
        return share(name) - percent(before(name), before("total_assets"))

    profit = profit_line(closings)
    net_assets = now("net_assets")
    sales_change = change_pct(now("sales"), before("sales"))
    employees_before = year_before(panel.employees, ends)
    return {
        "sales_yen": now("sales"),
        "sales_trend_pct": trend_pct(closings["sales"], closing_years(ends)),
        "profit_change_pct": percent(profit[:, -1] - year_before(profit, ends), before("sales")),
        "cash_change_pct": change_pct(now("cash_deposits"), before("cash_deposits")),
        "net_assets_change_pct": percent(net_assets - before("net_assets"), before("total_assets")),
        "is_insolvent": np.where(np.isnan(net_assets), np.nan, (net_assets < 0).astype(np.float64)),
        "retained_earnings_pct": share("retained_earnings"),
        "inv_sales_gap_pct": change_pct(now("inventories"), before("inventories")) - sales_change,
        "suspense_pct": share("suspense_payments"),
        "suspense_change_pct": change_of_share("suspense_payments"),
        "payables_other_pct": share("accounts_payable_other"),
        "payables_other_change_pct": change_of_share("accounts_payable_other"),
        "employees_change_pct": change_pct(panel.employees[:, -1], employees_before),
    }
