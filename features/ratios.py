"""Ratios with their parts and a status: the six ロカベン indicators, exactly, and what goes wrong in each.

A failed ratio is NaN, never 0 and never infinite; why it failed stands in the status beside it.
"""

from typing import NamedTuple

import numpy as np

# The codes of every `*_status` column (domain 3.0); `ok` is 0.
OK = 0
MISSING_INPUT = 1  # a part is not known (employees or last year's sales of 0 count as not known)
ZERO_DENOMINATOR = 2
NEGATIVE_DENOMINATOR = 3
NOT_MEANINGFUL = 4  # the parts are known, but their ratio says nothing (no debt to serve)
NET_CASH = 5  # cash covers all debt: the ratio is kept, 0 or below, and is the best there is
STATUS_NAMES = (
    "ok",
    "missing_input",
    "zero_denominator",
    "negative_denominator",
    "not_meaningful",
    "net_cash",
)

LOCABEN_INDICATORS = (
    "sales_growth_pct",
    "op_margin_pct",
    "labor_productivity_yen",
    "net_debt_ebitda_ratio",
    "owc_months",
    "equity_ratio_pct",
)
MONTHS_PER_YEAR = 12.0
PCT = 100.0


class Ratio(NamedTuple):
    """A ratio (n,), the two amounts (n,) it was made of, and its status code (n,), all float64."""

    value: np.ndarray
    numerator: np.ndarray
    denominator: np.ndarray
    status: np.ndarray


def divide(numerator: np.ndarray, denominator: np.ndarray, *, unit: float = 1.0) -> Ratio:
    """Return numerator / denominator × `unit` where the denominator is positive, NaN and a status elsewhere.

    Parameters
    ----------
    numerator, denominator : (n,) float64
        Amounts; NaN where not known.
    unit : float
        100 for per cent, 12 for months of a yearly denominator.

    Returns
    -------
    Ratio
        Statuses ok, missing_input, zero_denominator, negative_denominator. Never infinite.

    Examples
    --------
    >>> ratio = divide(np.array([5.0, 5.0, -5.0, np.nan]), np.array([100.0, 0.0, -100.0, 1.0]), unit=PCT)
    >>> ratio.value.tolist(), [STATUS_NAMES[int(code)] for code in ratio.status]
    ([5.0, nan, nan, nan], ['ok', 'zero_denominator', 'negative_denominator', 'missing_input'])
    """
    missing = np.isnan(numerator) | np.isnan(denominator)
    status = np.select(
        [missing, denominator == 0, denominator < 0],
        [MISSING_INPUT, ZERO_DENOMINATOR, NEGATIVE_DENOMINATOR],
        OK,
    ).astype(np.float64)
    good = status == OK
    value = np.full(status.shape, np.nan)
    np.divide(numerator, denominator, out=value, where=good)
    return Ratio(value * unit, numerator, denominator, status)


def with_status(ratio: Ratio, where: np.ndarray, status: int, value: float = np.nan) -> Ratio:
    """Return `ratio` with another status and value on the rows of `where` (n,) bool."""
    return ratio._replace(
        value=np.where(where, value, ratio.value), status=np.where(where, float(status), ratio.status)
    )


def sales_growth(sales: np.ndarray, sales_before: np.ndarray) -> Ratio:
    """Return ① 売上増加率 = 売上高 ÷ 前期売上高 − 1, in per cent.

    Last year's sales of 0: missing_input (domain 3.2).

    Examples
    --------
    >>> sales_growth(np.array([95.0, 95.0]), np.array([100.0, 0.0])).value.round(6).tolist()
    [-5.0, nan]
    """
    ratio = divide(sales, sales_before)
    ratio = ratio._replace(value=(ratio.value - 1.0) * PCT)
    return with_status(ratio, ratio.status == ZERO_DENOMINATOR, MISSING_INPUT)


def op_margin(operating_profit: np.ndarray, sales: np.ndarray) -> Ratio:
    """Return ② 営業利益率 = 営業利益 ÷ 売上高, in per cent; sales of 0: zero_denominator.

    Examples
    --------
    >>> op_margin(np.array([3.0, 3.0]), np.array([100.0, 0.0])).status.tolist()
    [0.0, 2.0]
    """
    return divide(operating_profit, sales, unit=PCT)


def labor_productivity(operating_profit: np.ndarray, employees: np.ndarray) -> Ratio:
    """Return ③ 労働生産性 = 営業利益 ÷ 従業員数, in yen a head.

    ロカベン shows it in thousand yen; like every amount here it is kept in yen. Operating profit, not value
    added, as ロカベン has it. No employees or an unknown number: missing_input;
    an owner who works alone counts as 1 only if the source says so (domain 3.2).

    Examples
    --------
    >>> labor_productivity(np.array([6_000_000.0, 6_000_000.0]), np.array([4.0, 0.0])).value.tolist()
    [1500000.0, nan]
    """
    ratio = divide(operating_profit, employees)
    return with_status(ratio, ratio.status == ZERO_DENOMINATOR, MISSING_INPUT)


def net_debt_ebitda(debt: np.ndarray, cash: np.ndarray, ebitda: np.ndarray) -> Ratio:
    """Return ④ EBITDA有利子負債倍率 = (借入金 − 現金・預金) ÷ (営業利益 + 減価償却費), in times.

    Lower is better. Two negatives would divide to a good-looking number, so signs decide first (domain 3.2):

    ============ ============ ====================== =====
    net debt     EBITDA       status                 value
    ============ ============ ====================== =====
    > 0          > 0          ok                     > 0
    <= 0         > 0          net_cash               <= 0
    > 0          <= 0         negative_denominator   NaN
    <= 0         <= 0         not_meaningful         NaN (a loss, and net cash)
    ============ ============ ====================== =====

    Examples
    --------
    >>> ratio = net_debt_ebitda(np.array([90.0, 10.0, 90.0, 10.0]), np.full(4, 30.0),
    ...                         np.array([20.0, 20.0, -20.0, -20.0]))
    >>> ratio.value.tolist(), ratio.status.tolist()
    ([3.0, -1.0, nan, nan], [0.0, 5.0, 3.0, 4.0])
    """
    net_debt = debt - cash
    ratio = divide(net_debt, ebitda)
    earning, losing, no_debt = ebitda > 0, ebitda <= 0, net_debt <= 0
    ratio = ratio._replace(status=np.where(earning & no_debt, float(NET_CASH), ratio.status))
    ratio = with_status(ratio, losing & (net_debt > 0), NEGATIVE_DENOMINATOR)
    return with_status(ratio, losing & no_debt, NOT_MEANINGFUL)


def owc_turnover(
    receivables: np.ndarray, inventories: np.ndarray, payables: np.ndarray, sales: np.ndarray
) -> Ratio:
    """Return ⑤ 営業運転資本回転期間 = (売掛金+受取手形+棚卸資産−買掛金−支払手形) ÷ (売上高÷12), in months.

    `receivables` and `payables` are the sums of features.account_sums: electronically recorded claims count
    as the notes they replace. The denominator kept is one month's sales.

    Examples
    --------
    >>> one = np.array([1.0])
    >>> owc_turnover(30 * one, 20 * one, 26 * one, 120 * one).value.round(9).tolist()
    [2.4]
    """
    return divide(receivables + inventories - payables, sales / MONTHS_PER_YEAR)


def equity_ratio(net_assets: np.ndarray, total_assets: np.ndarray) -> Ratio:
    """Return ⑥ 自己資本比率 = 純資産 ÷ 総資産, in per cent; below 0 it stays as it is (債務超過).

    Examples
    --------
    >>> equity_ratio(np.array([40.0, -10.0]), np.array([100.0, 100.0])).value.tolist()
    [40.0, -10.0]
    """
    return divide(net_assets, total_assets, unit=PCT)
