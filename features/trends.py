"""What trial balances say between closings: this year's months against the same months of last year.

Many bookkeepers leave depreciation and stock-taking to the closing month (domain 8.2), so months look better
than the year. Hence every change here compares the same months of two years, never months with a closing,
and two features say how the firm's interim books are kept. A sum of months is known only if all of them are.
"""

import numpy as np

from features.account_sums import UNPAID_TAXES, Accounts, debt, receivables, sum_of
from features.bank_ratios import percent
from features.movements import YEAR, change_pct, growth_12m_pct, on_year_before, slope, trailing_sum
from features.panel import Panel
from features.ratios import divide

SAFETY_NET_PCT = -5.0  # SN保証5号: sales of the last 3 months down 5 % or more on the year (scheme_rule)
SLOPE_MONTHS = 9  # fewest of 12 months that make a slope
BOOKED_SHARE = 0.5  # of the known months: from there a habit counts as monthly
FEWEST_MONTHS = 6  # known months needed to speak of a habit


def monthly_sales(panel: Panel) -> np.ndarray:
    """Return a month's sales (F,) in yen: mean of the last 12 trial months, else of the latest closing.

    A measure of size for denominators, not a feature.
    """
    last_year = trailing_sum(panel.monthly["sales"], YEAR)
    return np.where(np.isnan(last_year), panel.closings["sales"][:, -1], last_year) / YEAR


def margin_change(profit: np.ndarray, sales: np.ndarray, months: int) -> np.ndarray:
    """Return the margin of the last months less that of the same months a year before, in points (n,).

    Examples
    --------
    >>> profit, sales = np.full((1, 36), 2.0), np.full((1, 36), 10.0)
    >>> profit[:, -3:] = 1.0
    >>> margin_change(profit, sales, 3).tolist()
    [-10.0]
    """
    profit_now, profit_before = on_year_before(profit, months)
    sales_now, sales_before = on_year_before(sales, months)
    return percent(profit_now, sales_now) - percent(profit_before, sales_before)


def turnover_change(balance: np.ndarray, sales: np.ndarray) -> np.ndarray:
    """Return a balance in months of the last three months' sales, less the same a year before (n,)."""
    sales_now, sales_before = on_year_before(sales, 3)
    now = divide(balance[:, -1], sales_now / 3).value
    return now - divide(balance[:, -1 - YEAR], sales_before / 3).value


def share_of_months(happened: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return whether something happened in at least half of the known months: 0, 1, NaN with under six known.

    Examples
    --------
    >>> happened = np.array([[True] * 3 + [False] * 9, [True] * 12, [True] * 12])
    >>> known = np.array([[True] * 12, [True] * 12, [True] * 5 + [False] * 7])
    >>> share_of_months(happened, known).tolist()
    [0.0, 1.0, nan]
    """
    count = known.sum(axis=1)
    often = (happened & known).sum(axis=1) >= BOOKED_SHARE * count
    return np.where(count >= FEWEST_MONTHS, often.astype(np.float64), np.nan)


def compute(panel: Panel) -> dict[str, np.ndarray]:
    """Return the family's features, each (F,) float64."""
    months: Accounts = panel.monthly
    sales, profit, cash = months["sales"], months["operating_profit"], months["cash_deposits"]
    base = monthly_sales(panel)

    def change_in_sales_months(balance: np.ndarray) -> np.ndarray:
        return divide(balance[:, -1] - balance[:, -1 - YEAR], base).value

    sales_3m = change_pct(*on_year_before(sales, 3))
    last_profit, last_sales = profit[:, -YEAR:], sales[:, -YEAR:]
    stock, stock_before = months["inventories"][:, -YEAR:], months["inventories"][:, -1 - YEAR : -1]
    depreciation = months["depreciation"][:, -YEAR:]
    has_depreciation = ~np.isnan(depreciation).all(axis=1)
    return {
        "sales_12m_growth_pct": growth_12m_pct(sales),
        "sales_3m_growth_pct": sales_3m,
        "is_sales_3m_down": np.where(
            np.isnan(sales_3m), np.nan, (sales_3m <= SAFETY_NET_PCT).astype(np.float64)
        ),
        "gross_margin_3m_change_pct": margin_change(months["gross_profit"], sales, 3),
        "op_margin_12m_pct": percent(trailing_sum(profit, YEAR), trailing_sum(sales, YEAR)),
        "op_margin_3m_change_pct": margin_change(profit, sales, 3),
        "loss_months_count": np.where(
            np.isnan(last_profit).any(axis=1), np.nan, (last_profit < 0).sum(axis=1)
        ),
        "cash_now_months": divide(cash[:, -1], base).value,
        "cash_12m_change_months": change_in_sales_months(cash),
        "cash_12m_slope_pct": percent(
            slope(cash[:, -YEAR:], np.arange(float(YEAR)), at_least=SLOPE_MONTHS), base
        ),
        "ar_12m_change_months": turnover_change(receivables(months), sales),
        "inv_12m_change_months": turnover_change(months["inventories"], sales),
        "payables_other_12m_change_months": change_in_sales_months(months["accounts_payable_other"]),
        "tax_payables_12m_change_months": change_in_sales_months(sum_of(months, UNPAID_TAXES)),
        "debt_12m_change_months": change_in_sales_months(debt(months)),
        "officer_loans_12m_change_months": change_in_sales_months(months["officer_loans_payable"]),
        "equity_ratio_now_pct": percent(months["net_assets"][:, -1], months["total_assets"][:, -1]),
        "is_depreciation_monthly": np.where(
            has_depreciation, share_of_months(depreciation > 0, ~np.isnan(last_sales)), np.nan
        ),
        "is_inventory_monthly": share_of_months(stock != stock_before, ~np.isnan(stock + stock_before)),
    }
