"""Sums of accounts that ratios are made of, and what a sum is worth when a part is not known.

Rule: an institution's chart often lacks an account that a firm does not use (no 電子記録債権, no 社債). So a
sum of *optional* parts counts an unknown part as 0 when at least one of its parts is known, and is unknown
when none is. A ratio whose sum, or whose other line, is unknown is then missing_input, never filled with 0.
"""

from collections.abc import Mapping

import numpy as np

from features.layout import Lazy

Accounts = Mapping[str, np.ndarray]  # account -> amounts (..., ) in yen, NaN where not known

RECEIVABLES = ("accounts_receivable", "notes_receivable", "electronic_receivables")
PAYABLES = ("accounts_payable", "notes_payable", "electronic_payables")
# Loans from officers stand apart: they are often the owner's own money and rank as equity (domain 3.3).
DEBT = ("short_term_loans", "current_long_term_loans", "long_term_loans", "bonds_payable")
QUICK_ASSETS = ("notes_receivable", "accounts_receivable", "electronic_receivables", "securities")
UNPAID_TAXES = ("income_taxes_payable", "consumption_taxes_payable")


def latest(closings: Accounts) -> Accounts:
    """Return the latest closing's accounts (n,), each taken out of (n, closings) when asked for.

    Examples
    --------
    >>> latest({"sales": np.array([[90.0, 100.0]])})["sales"].tolist()
    [100.0]
    >>> latest({"sales": np.array([[90.0, 100.0]])})["profit"]
    Traceback (most recent call last):
    KeyError: "'profit' is not in the panel; known: sales"
    """
    return Lazy(closings, lambda name: closings[name][:, -1])


def sum_known(*parts: np.ndarray) -> np.ndarray:
    """Return the sum of the parts, unknown ones as 0; NaN where no part is known.

    Parameters
    ----------
    *parts : arrays of one shape, yen

    Raises
    ------
    ValueError
        Without any part: the sum would have no shape.

    Examples
    --------
    >>> sum_known(np.array([1.0, np.nan, np.nan]), np.array([2.0, 3.0, np.nan])).tolist()
    [3.0, 3.0, nan]
    >>> sum_known()
    Traceback (most recent call last):
    ValueError: a sum needs at least one part
    """
    if not parts:
        raise ValueError("a sum needs at least one part")
    total = np.zeros(parts[0].shape)
    known = np.zeros(parts[0].shape, dtype=bool)
    for part in parts:
        there = ~np.isnan(part)
        np.add(total, part, out=total, where=there)
        known |= there
    total[~known] = np.nan
    return total


def sum_of(accounts: Accounts, names: tuple[str, ...]) -> np.ndarray:
    """Return the sum of the named accounts by the rule of this module.

    Examples
    --------
    >>> sum_of({"a": np.array([1.0]), "b": np.array([np.nan])}, ("a", "b")).tolist()
    [1.0]
    """
    return sum_known(*(accounts[name] for name in names))


def receivables(accounts: Accounts) -> np.ndarray:
    """Return 売上債権: accounts, notes and electronically recorded receivables.

    Always the three together: notes give way to electronic claims by 2027 (domain 6.2), and a firm's move
    from one to the other is no sign of anything. Discounted notes are not added back.
    """
    return sum_of(accounts, RECEIVABLES)


def payables(accounts: Accounts) -> np.ndarray:
    """Return 仕入債務: accounts, notes and electronically recorded payables, always together."""
    return sum_of(accounts, PAYABLES)


def debt(accounts: Accounts) -> np.ndarray:
    """Return 有利子負債: short-term, current and long-term loans and bonds; without loans from officers."""
    return sum_of(accounts, DEBT)


def working_capital(accounts: Accounts) -> np.ndarray:
    """Return 正常運転資金: receivables + inventories − payables; unknown unless all three are known."""
    return receivables(accounts) + accounts["inventories"] - payables(accounts)


def ebitda(accounts: Accounts) -> np.ndarray:
    """Return 営業利益 + 減価償却費; unknown unless both are known."""
    return accounts["operating_profit"] + accounts["depreciation"]


def quick_assets(accounts: Accounts) -> np.ndarray:
    """Return 当座資産: cash, receivables and short-term securities; unknown unless cash is known."""
    cash = accounts["cash_deposits"]
    return np.where(np.isnan(cash), np.nan, sum_known(cash, *(accounts[name] for name in QUICK_ASSETS)))


def liquid_funds(accounts: Accounts) -> np.ndarray:
    """Return 現預金 + 短期有価証券; unknown unless cash is known."""
    cash = accounts["cash_deposits"]
    return np.where(np.isnan(cash), np.nan, sum_known(cash, accounts["securities"]))


def profit_line(accounts: Accounts) -> np.ndarray:
    """Return 粗利額 又は 営業利益 (S47): gross profit, or operating profit where no gross profit is shown.

    Decided by the firm, not by the closing, so that both sides of a change are the same line.
    """
    gross = accounts["gross_profit"]
    shows_gross = ~np.isnan(gross[:, -1:])
    return np.where(shows_gross, gross, accounts["operating_profit"])
