"""The loans' schedule: what is repaid and what interest costs, month by month."""

from dataclasses import dataclass

import numpy as np

from features.account_sums import latest
from features.cash_flow.assumptions import Assumptions
from features.cash_flow.axis import AXIS, FIRST, NEVER, add_rows, relative_months
from features.cash_flow.books import YEAR
from features.panel import Panel
from features.per_firm import DAY

PCT_MONTHS = 1200.0


@dataclass(frozen=True, eq=False)
class Financing:
    """Of F firms: what lenders bring and take in each month, (F, WIDTH) yen."""

    new_loans: np.ndarray
    repayments: np.ndarray
    interest: np.ndarray


def balances(
    base: np.ndarray,
    balance: np.ndarray,
    monthly: np.ndarray,
    grace: np.ndarray,
    maturity: np.ndarray,
) -> np.ndarray:
    """Return each loan's balance at the end of the month before the axis and of each month on it.

    Parameters
    ----------
    base : (k,) int64
        Month at whose end the balance is known; before it the schedule is followed backwards.
    balance, monthly : (k,) float64, yen
        What was open then, and what is repaid a month.
    grace : (k,) int64
        Last month without repayment; long past where there is none.
    maturity : (k,) int64
        Month in which the rest is due; where that had passed when the balance was known, the next month.

    Returns
    -------
    (k, WIDTH + 1) float64, yen

    Raises
    ------
    ValueError
        If a repayment is negative: the loan would grow.

    Examples
    --------
    >>> at = balances(*(np.array([one]) for one in (0, 100.0, 30.0, 1, 4)))
    >>> at[0, -13:-6].tolist()  # month 0 to month 6: in grace for one, the rest at maturity
    [100.0, 100.0, 70.0, 40.0, 0.0, 0.0, 0.0]
    >>> balances(*(np.array([one]) for one in (0, 100.0, -30.0, 1, 4)))
    Traceback (most recent call last):
    ValueError: a monthly repayment must be 0 or more, not -30.0
    """
    if (monthly < 0).any():
        raise ValueError(f"a monthly repayment must be 0 or more, not {monthly.min()}")
    month = np.concatenate([[FIRST - 1], AXIS])
    paid = np.maximum(month, grace[:, None]) - np.maximum(base, grace)[:, None]
    at = np.maximum(balance[:, None] - monthly[:, None] * paid, 0.0)
    return np.where(month >= np.maximum(maturity, base + 1)[:, None], 0.0, at)


def schedule(panel: Panel, rules: Assumptions) -> Financing:
    """Return what the loans known bring and take.

    Parameters
    ----------
    panel : Panel
        Of F firms.
    rules : Assumptions

    Returns
    -------
    Financing
        Nothing new is borrowed after the as-of date; what matures is paid, but for loans without instalments,
        which are renewed unless the rules say otherwise. Before that date, a
        loan paid out since the cash balance was known is cash that came in. A firm of which no loan is known,
        but a closing with debt, repays the part due within a year in twelve parts, and so on until nothing
        is left, and pays the interest of its closing; its short-term loans go on.

    Examples
    --------
    >>> from features.cash_flow.assumptions import DEFAULTS
    >>> bool(schedule(Panel.empty(["a"], "2025-03-31"), DEFAULTS).repayments.any())
    False
    >>> schedule(Panel.empty(["a"], "2025-03-31"), None)
    Traceback (most recent call last):
    AttributeError: 'NoneType' object has no attribute 'renews_bullets'
    """
    frame, as_of, n = panel.facts["loans"], panel.as_of_date, len(panel)
    row, owed = frame["row"].to_numpy(), frame["balance"].to_numpy(dtype=np.float64)
    has_loans = np.bincount(row, minlength=n) > 0
    there = owed > 0
    row, owed = row[there], owed[there]
    days = {
        name: frame[name].to_numpy(dtype=DAY)[there]
        for name in ("known_date", "executed", "maturity", "grace_until")
    }
    executed = relative_months(days["executed"], as_of)
    grace = relative_months(days["grace_until"], as_of)
    # what is known within a month is the balance at the end of the month before
    told = relative_months(days["known_date"] + np.timedelta64(1, "D"), as_of) - 1
    amount = frame["amount"].to_numpy(dtype=np.float64)[there]
    monthly = frame["monthly_repayment"].to_numpy(dtype=np.float64)[there]
    is_renewed = (monthly == 0) & rules.renews_bullets
    at = balances(
        np.minimum(np.maximum(told, executed), 0),
        owed,
        monthly,
        np.where(grace == NEVER, FIRST - 1, grace - 1),  # the first principal is due as grace ends
        np.where(is_renewed, NEVER, relative_months(days["maturity"], as_of)),
    )
    at = np.minimum(at, np.maximum(amount, owed)[:, None])
    month = np.concatenate([[FIRST - 1], AXIS])
    at = np.where(month < executed[:, None], 0.0, at)
    before, after = at[:, :-1], at[:, 1:]
    paid_out = executed[:, None] == AXIS
    rate = frame["rate_pct"].to_numpy(dtype=np.float64)[there]

    known = Financing(
        new_loans=add_rows(np.where(paid_out, after, 0.0), row, n),
        repayments=add_rows(np.maximum(before - after, 0.0), row, n),
        interest=add_rows(before * (rate / PCT_MONTHS)[:, None], row, n),
    )
    return _with_closings(panel, has_loans[:, None], known)


def _with_closings(panel: Panel, has_loans: np.ndarray, known: Financing) -> Financing:
    """Return the schedules, of firms (F, 1) without a loan in the table by their closing."""
    accounts, n = latest(panel.closings), len(panel)
    a_year, long_term, interest = (
        np.nan_to_num(accounts[name])
        for name in ("current_long_term_loans", "long_term_loans", "interest_expense")
    )
    at = balances(
        np.minimum(relative_months(panel.closing_end[:, -1], panel.as_of_date), 0),
        a_year + long_term,
        a_year / YEAR,
        np.full(n, FIRST - 1),
        np.full(n, NEVER),
    )
    return Financing(
        known.new_loans,
        np.where(has_loans, known.repayments, at[:, :-1] - at[:, 1:]),
        np.where(has_loans, known.interest, interest[:, None] / YEAR),
    )
