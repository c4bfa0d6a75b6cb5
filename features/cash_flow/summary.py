"""What a projection comes to: when cash runs out, how low it goes, and on whom it hangs."""

import numpy as np

from features.bank_ratios import percent
from features.cash_flow.axis import HORIZON
from features.cash_flow.ledger import NEAR
from features.cash_flow.projection import RECEIPTS, Projection
from features.ratios import divide

BEYOND = HORIZON + 1.0  # not within the horizon: a number, so that later is always more
CASH_AFTER = (1, 3, 6, 12)  # months


def shortfall_month(closing: np.ndarray) -> np.ndarray:
    """Return the first month (F,) that ends with cash below 0: 1 to 12, 13 where none does, NaN unknown.

    Examples
    --------
    >>> closing = np.full((3, 12), 5.0)
    >>> closing[1, 3:] = -1.0
    >>> closing[2] = np.nan
    >>> shortfall_month(closing).tolist()
    [13.0, 4.0, nan]
    """
    short = closing < 0
    first = np.where(short.any(axis=1), short.argmax(axis=1) + 1.0, BEYOND)
    return np.where(np.isnan(closing).any(axis=1), np.nan, first)


def runway_months(opening: np.ndarray, closing: np.ndarray) -> np.ndarray:
    """Return how many months cash lasts (F,): parts of the month it runs out in, 13 beyond the horizon.

    Within that month cash falls evenly; 0 where there was none to begin with and the first month has none.

    Examples
    --------
    >>> closing = np.full((2, 12), 6.0)
    >>> closing[0, 3] = -2.0
    >>> runway_months(np.array([6.0, 6.0]), closing).tolist()
    [3.75, 13.0]
    """
    month = shortfall_month(closing)
    last = np.where(month <= HORIZON, month, 1.0).astype(np.int64) - 1
    before = np.concatenate([opening[:, None], closing[:, :-1]], axis=1)
    start, end = (np.take_along_axis(cash, last[:, None], axis=1)[:, 0] for cash in (before, closing))
    left = np.maximum(start, 0.0)
    part = np.divide(left, left - end, out=np.zeros(len(left)), where=end < 0)
    return np.where(month <= HORIZON, last + part, month)


def summarise(projection: Projection) -> dict[str, np.ndarray]:
    """Return what each firm's projection comes to, each (F,) float64; NaN at level "none".

    Returns
    -------
    dict
        `shortfall_month` and `runway_months`, 13 where cash lasts; `lowest_cash_yen` of the twelve month
        ends; `receipt_concentration_pct`, what the largest customer's open items bring in months 1 to 3 on
        all receipts of these months, of firms of level "ledger" with items of customers; `cash_1m_months`,
        `cash_3m_months`, `cash_6m_months`, `cash_12m_months`, closing cash in months of sales.

    Examples
    --------
    >>> from features.cash_flow.projection import project
    >>> from features.panel import Panel
    >>> list(summarise(project(Panel.empty(["a"], "2025-03-31"))))[:3]
    ['shortfall_month', 'runway_months', 'lowest_cash_yen']
    >>> summarise("a")
    Traceback (most recent call last):
    AttributeError: 'str' object has no attribute 'lines'
    """
    receipts = sum(projection.lines[name][:, :NEAR].sum(axis=1) for name in RECEIPTS)
    closing = projection.closing
    return {
        "shortfall_month": shortfall_month(closing),
        "runway_months": runway_months(projection.opening, closing),
        "lowest_cash_yen": closing.min(axis=1),
        "receipt_concentration_pct": percent(projection.largest_near, receipts),
        **{
            f"cash_{months}m_months": divide(closing[:, months - 1], projection.monthly_sales).value
            for months in CASH_AFTER
        },
    }
