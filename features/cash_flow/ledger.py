"""From due items to cash: what is known to fall due, and invoices to come, each as late as it usually is."""

from dataclasses import dataclass

import numpy as np

from features import per_firm
from features.cash_flow.assumptions import Assumptions
from features.cash_flow.axis import AXIS, FIRST, HORIZON, WIDTH
from features.cash_flow.books import YEAR
from features.cash_flow.collection import LAGS, fit_hazards, shares_of_new, shares_of_open
from features.cash_flow.items import Items

LONGEST_TERM = 12  # months from invoice to due date; longer terms are retentions, and count as so long
SPREAD = LONGEST_TERM + LAGS  # months from invoice to cash, 0 to 18
NEAR = 3  # months ahead whose receipts are looked at by counterparty


@dataclass(frozen=True, eq=False)
class Settlements:
    """One side's items of F firms, turned to cash.

    Attributes
    ----------
    is_used : (F,) bool
        Firms that had an invoice on this side within the ledger's latest 12 months.
    share : (F,) float64
        Invoices of these 12 months on what was billed in them; above 1 where the two do not fit.
    settled : (F, WIDTH) float64, yen
        Paid already, by month; all of it in months up to 0.
    known : (F, WIDTH) float64, yen
        Expected of the items that stand open.
    spread : (F, 19) float64
        Share of a new invoice that is paid so many months after its month.
    largest_near : (F,) float64, yen
        Of `known` in months 1 to 3, that of the largest counterparty.
    doubtful_share : (F,) float64
        Of the items that stand open, what is not expected to be paid; NaN where none is open.
    """

    is_used: np.ndarray
    share: np.ndarray
    settled: np.ndarray
    known: np.ndarray
    spread: np.ndarray
    largest_near: np.ndarray
    doubtful_share: np.ndarray


def settle(items: Items, observed: np.ndarray, billed: np.ndarray, rules: Assumptions) -> Settlements:
    """Turn one side's items to cash.

    Parameters
    ----------
    items : Items
        k items of F firms.
    observed : (F,) int64
        The last month that each firm's ledger speaks of.
    billed : (F, WIDTH) float64, yen
        What the firm bills in all, with consumption tax.
    rules : Assumptions
    """
    hazard = fit_hazards(
        items,
        observed,
        prior=rules.prior_hazard,
        counterparty_pool=rules.counterparty_pool,
        firm_pool=rules.firm_pool,
    )
    known, largest_near, doubtful_share = _expected(items, observed, hazard)
    recent = (items.issued <= observed[items.row]) & (items.issued > observed[items.row] - YEAR)
    invoiced = per_firm.total(items.row[recent], items.amount[recent], items.n).astype(np.float64)
    paid = ~items.is_open & (items.settled >= FIRST) & (items.settled <= 0)
    cell = items.row[paid] * WIDTH + items.settled[paid] - FIRST
    settled = np.bincount(cell, weights=items.amount[paid], minlength=items.n * WIDTH)
    return Settlements(
        is_used=invoiced > 0,
        share=_share(items, observed, billed, invoiced),
        settled=settled.astype(np.float64).reshape(items.n, WIDTH),
        known=known,
        spread=_spread(items, recent, hazard, invoiced),
        largest_near=largest_near,
        doubtful_share=doubtful_share,
    )


def _expected(items: Items, observed: np.ndarray, hazard: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return `known`, `largest_near` and `doubtful_share` of `Settlements`."""
    here = np.flatnonzero(items.is_open)
    row, counterparty, due = items.row[here], items.counterparty[here], items.due[here]
    next_month = observed[row] + 1
    share = shares_of_open(hazard[counterparty], np.maximum(next_month - due, 0))
    month = np.maximum(due, next_month)[:, None] + np.arange(LAGS)
    expected = items.amount[here][:, None] * share
    inside = (month >= FIRST) & (month <= HORIZON)
    cell = (row[:, None] * WIDTH + month - FIRST)[inside]
    known = np.bincount(cell, weights=expected[inside], minlength=items.n * WIDTH)
    near = np.where((month >= 1) & (month <= NEAR), expected, 0.0).sum(axis=1)
    of_each = np.bincount(counterparty, weights=near, minlength=len(items.firm_of))
    largest = np.nan_to_num(per_firm.largest(items.firm_of, of_each, items.n))
    doubtful = per_firm.mean(row, 1.0 - share.sum(axis=1), items.n, items.amount[here])
    return known.astype(np.float64).reshape(items.n, WIDTH), largest, doubtful


def _share(items: Items, observed: np.ndarray, billed: np.ndarray, invoiced: np.ndarray) -> np.ndarray:
    """Return invoices on bills over the ledger's latest 12 months, or since its first; 1 without bills."""
    first = np.full(items.n, HORIZON)
    np.minimum.at(first, items.row, items.issued)
    month = AXIS[None, :]
    inside = (month <= observed[:, None]) & (month > observed[:, None] - YEAR) & (month >= first[:, None])
    bills = np.where(inside, billed, 0.0).sum(axis=1)
    return np.divide(invoiced, bills, out=np.ones(items.n), where=bills > 0)


def _spread(items: Items, recent: np.ndarray, hazard: np.ndarray, invoiced: np.ndarray) -> np.ndarray:
    """Return when new invoices are paid: terms and lateness of the recent ones, by amount."""
    row, amount = items.row[recent], items.amount[recent]
    term = np.clip(items.due[recent] - items.issued[recent], 0, LONGEST_TERM)
    share = shares_of_new(hazard)[items.counterparty[recent]] * amount[:, None]
    cell = (row * SPREAD + term)[:, None] + np.arange(LAGS)
    spread = np.bincount(cell.ravel(), weights=share.ravel(), minlength=items.n * SPREAD)
    spread = spread.astype(np.float64).reshape(items.n, SPREAD)
    total = invoiced[:, None]
    return np.divide(spread, total, out=np.zeros((items.n, SPREAD)), where=total > 0)


def paid_later(invoices: np.ndarray, observed: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Return when invoices to come are paid.

    Parameters
    ----------
    invoices : (F, WIDTH) float64, yen
        Of each month; those up to the last observed month are left out, they are items already.
    observed : (F,) int64
    spread : (F, 19) float64

    Returns
    -------
    (F, WIDTH) float64, yen

    Raises
    ------
    ValueError
        If a spread pays more than the invoice.

    Examples
    --------
    >>> spread = np.zeros((1, SPREAD))
    >>> spread[0, [1, 2]] = 0.75, 0.25
    >>> paid_later(np.full((1, WIDTH), 80.0), np.array([0]), spread)[0, -13:-8].tolist()
    [0.0, 0.0, 60.0, 80.0, 80.0]
    >>> paid_later(np.full((1, WIDTH), 80.0), np.array([0]), spread * 2)
    Traceback (most recent call last):
    ValueError: an invoice is paid once, not 2.0 times
    """
    most = spread.sum(axis=1).max(initial=0.0)
    if most > 1 + 1e-9:
        raise ValueError(f"an invoice is paid once, not {most} times")
    new = np.where(AXIS[None, :] > observed[:, None], invoices, 0.0)
    paid = np.zeros(new.shape)
    for lag in range(SPREAD):
        if spread[:, lag].any():
            paid[:, lag:] += spread[:, lag, None] * new[:, : WIDTH - lag]
    return paid
