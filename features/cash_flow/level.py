"""What a projection of each firm can rest on, and the cash that it starts from."""

from typing import NamedTuple

import numpy as np

from features.cash_flow.axis import NEVER, PAST, relative_months
from features.cash_flow.books import Books
from features.panel import Panel
from features.per_firm import months_back
from features.tier import DUE_ITEMS_MONTHS, MONTHLY_MONTHS, NONE, STATEMENT_MONTHS

LEVELS = ("annual", "monthly", "ledger")  # each rests on more than the one before


class Opening(NamedTuple):
    """The last known cash (F,) in yen, NaN where there is none, its age in months, whether banks told it."""

    cash: np.ndarray
    age_months: np.ndarray
    from_flows: np.ndarray


def is_recent(panel: Panel, kind: str, months: int) -> np.ndarray:
    """Return whether something new of `kind` came to be known in the last `months` months, (F,) bool.

    Examples
    --------
    >>> panel = Panel.empty(["a"], "2025-03-31")
    >>> is_recent(panel, "trial", 3).tolist()
    [False]
    >>> is_recent(panel, "dreams", 3)
    Traceback (most recent call last):
    KeyError: 'dreams'
    """
    return panel.provided[kind] > months_back(panel.as_of_date, months)


def closing_age(panel: Panel) -> np.ndarray:
    """Return the months (F,) from the latest closing's end to the as-of month; NaN without one."""
    month = relative_months(panel.closing_end[:, -1], panel.as_of_date)
    return np.where(month == NEVER, np.nan, -month.astype(np.float64))


def opening_cash(panel: Panel) -> Opening:
    """Return the last known cash: of account flows, trial balance and closing the freshest.

    Of equally fresh ones the bank's own figure comes first, then the trial balance. A balance older than 24
    months is none.

    Examples
    --------
    >>> from dataclasses import replace
    >>> panel = Panel.empty(["a"], "2025-03-31")
    >>> cash = np.full((1, 36), 70.0)
    >>> panel = replace(panel, monthly={"cash_deposits": cash}, monthly_age_months=np.array([1.0]))
    >>> [float(one[0]) for one in opening_cash(panel)]
    [70.0, 1.0, 0.0]
    >>> opening_cash(replace(panel, closings={}))
    Traceback (most recent call last):
    KeyError: 'cash_deposits'
    """
    found = (
        (panel.flows["end_balance"], panel.flows_age_months),
        (panel.monthly["cash_deposits"], panel.monthly_age_months),
        (panel.closings["cash_deposits"], closing_age(panel)),
    )
    cash = np.stack([balances[:, -1] for balances, _ in found])
    age = np.stack([months for _, months in found])
    age = np.where(np.isnan(cash) | ~(age <= PAST), np.inf, age)
    first = np.argmin(age, axis=0)  # of equal ones the first
    cash, age = (np.take_along_axis(values, first[None, :], axis=0)[0] for values in (cash, age))
    is_known = np.isfinite(age)
    return Opening(np.where(is_known, cash, np.nan), np.where(is_known, age, np.nan), is_known & (first == 0))


def level_of(panel: Panel, books: Books, opening: Opening) -> np.ndarray:
    """Return what each firm's projection rests on.

    Returns
    -------
    (F,) object
        "ledger" where due items came to be known within 2 months and trial balances or account flows within 3
        (as for the advanced and the standard tier); "monthly" where the latter alone did; "annual" where a
        closing did within 18; "none" where cash, sales or costs are not known, or only from older ones.
    """
    has_closing = is_recent(panel, "annual", STATEMENT_MONTHS)
    has_months = is_recent(panel, "trial", MONTHLY_MONTHS) | is_recent(panel, "account_flows", MONTHLY_MONTHS)
    is_known = books.is_known & ~np.isnan(opening.cash) & (books.is_monthly | has_closing)
    is_ledger = has_months & is_recent(panel, "due_items", DUE_ITEMS_MONTHS)
    found = np.where(
        is_ledger, "ledger", np.where(has_months, "monthly", np.where(has_closing, "annual", NONE))
    )
    return np.where(is_known, found, NONE).astype(object)
