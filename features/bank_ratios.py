"""Indicators that banks use beside ロカベン's six (domain 3.3), and Altman's Z″ as a baseline."""

import numpy as np

from features.ratios import (
    MONTHS_PER_YEAR,
    NEGATIVE_DENOMINATOR,
    NET_CASH,
    NOT_MEANINGFUL,
    PCT,
    Ratio,
    divide,
    with_status,
)

TAX_RATE = 0.34  # project default: about the effective rate of a small Japanese company; no tax on a loss
WORST_DEBT_YEARS = (
    100.0  # no cash flow to repay from, or a longer time: a bound, so that worse never looks better
)
DAYS_PER_YEAR = 365.0


def repayment_cash_flow(ordinary_profit: np.ndarray, depreciation: np.ndarray) -> np.ndarray:
    """Return 経常利益 × (1 − 税率) + 減価償却費, a year's cash flow to repay debt from, in yen (n,).

    Examples
    --------
    >>> repayment_cash_flow(np.array([100.0, -100.0]), np.array([30.0, 30.0])).round(6).tolist()
    [96.0, -70.0]
    """
    return ordinary_profit - TAX_RATE * np.maximum(ordinary_profit, 0.0) + depreciation


def debt_years(debt: np.ndarray, working_capital: np.ndarray, cash_flow: np.ndarray) -> Ratio:
    """Return 債務償還年数 = (有利子負債 − 正常運転資金) ÷ repayment cash flow, from 0 to `WORST_DEBT_YEARS`.

    No cash flow is the worst case, not a negative number: `WORST_DEBT_YEARS` with status
    negative_denominator. Nothing to repay beyond working capital: 0 years, net_cash, or, where there is no
    cash flow either, NaN, not_meaningful. Source: domain 3.3, zaimukeiri.com; up to 10 years counts as sound.

    Examples
    --------
    >>> debt, cash_flow = np.array([90.0, 90.0, 10.0, 10.0]), np.array([6.0, -6.0, 6.0, -6.0])
    >>> ratio = debt_years(debt, np.full(4, 30.0), cash_flow)
    >>> ratio.value.tolist(), ratio.status.tolist()
    ([10.0, 100.0, 0.0, nan], [0.0, 3.0, 5.0, 4.0])
    """
    to_repay = debt - working_capital
    ratio = divide(to_repay, cash_flow)
    ratio = ratio._replace(value=np.minimum(ratio.value, WORST_DEBT_YEARS))
    ratio = with_status(ratio, (to_repay <= 0) & (cash_flow > 0), NET_CASH, 0.0)
    ratio = with_status(ratio, (to_repay > 0) & (cash_flow <= 0), NEGATIVE_DENOMINATOR, WORST_DEBT_YEARS)
    return with_status(ratio, (to_repay <= 0) & (cash_flow <= 0), NOT_MEANINGFUL)


def interest_cover(
    operating_profit: np.ndarray, interest_income: np.ndarray, interest_expense: np.ndarray
) -> Ratio:
    """Return インタレスト・カバレッジ = (営業利益 + 受取利息) ÷ 支払利息, in times.

    No interest to pay: not_meaningful. Interest income that is not known counts as none.

    Examples
    --------
    >>> interest_cover(np.array([9.0, 9.0]), np.array([1.0, np.nan]), np.array([2.0, 0.0])).value.tolist()
    [5.0, nan]
    """
    ratio = divide(operating_profit + np.nan_to_num(interest_income), interest_expense)
    return with_status(ratio, (interest_expense == 0) & ~np.isnan(ratio.numerator), NOT_MEANINGFUL)


def of_monthly_sales(amount: np.ndarray, yearly_sales: np.ndarray) -> np.ndarray:
    """Return how many months of sales an amount is (n,): 回転期間 on 月商; NaN without sales.

    Examples
    --------
    >>> of_monthly_sales(np.array([30.0, 30.0]), np.array([120.0, 0.0])).tolist()
    [3.0, nan]
    """
    return divide(amount, yearly_sales / MONTHS_PER_YEAR).value


def percent(amount: np.ndarray, base: np.ndarray) -> np.ndarray:
    """Return amount ÷ base in per cent (n,); NaN unless the base is known and positive.

    Examples
    --------
    >>> percent(np.array([3.0, 3.0]), np.array([12.0, -12.0])).tolist()
    [25.0, nan]
    """
    return divide(amount, base, unit=PCT).value


def cash_conversion_days(
    receivables: np.ndarray,
    inventories: np.ndarray,
    payables: np.ndarray,
    sales: np.ndarray,
    cost_of_sales: np.ndarray,
) -> np.ndarray:
    """Return CCC in days (n,): receivables on sales, inventories − payables on cost of sales.

    Differs from ⑤ by its denominators.

    Examples
    --------
    >>> one = np.array([1.0])
    >>> cash_conversion_days(20 * one, 10 * one, 5 * one, 100 * one, 50 * one).tolist()
    [109.5]
    """
    on_cost = divide(inventories - payables, cost_of_sales, unit=DAYS_PER_YEAR).value
    return divide(receivables, sales, unit=DAYS_PER_YEAR).value + on_cost


def altman_z2(
    working_capital: np.ndarray,
    retained_earnings: np.ndarray,
    ebit: np.ndarray,
    net_assets: np.ndarray,
    total_assets: np.ndarray,
    total_liabilities: np.ndarray,
) -> np.ndarray:
    """Return Altman's Z″ = 6.56·WC/TA + 3.26·RE/TA + 6.72·EBIT/TA + 1.05·BVE/TL (n,); higher is safer.

    Below 1.1 distress, above 2.6 safe; fitted on US firms, a baseline here and no model's feature. Without
    the +3.25 of the emerging-market version. Source: domain 3.4.

    Examples
    --------
    >>> part = np.array([0.1])
    >>> altman_z2(part, part, part, part, np.array([1.0]), np.array([0.9])).round(4).tolist()
    [1.7707]
    """
    on_assets = 6.56 * working_capital + 3.26 * retained_earnings + 6.72 * ebit
    return divide(on_assets, total_assets).value + 1.05 * divide(net_assets, total_liabilities).value
