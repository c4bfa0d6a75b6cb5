"""The tier of a firm on a date: which diagnosis (簡易, 通常, 高度) the information at hand allows."""

from typing import NamedTuple

import numpy as np

from features.panel import Panel
from features.per_firm import months_back

NONE = "none"
TIERS = ("basic", "standard", "advanced")  # 簡易, 通常, 高度; each needs all that the one before needs

# how many months old information may be; the project's own choice: no official threshold is known
STATEMENT_MONTHS = 18  # a closing comes every 12 months, and up to 6 months late is still in time
MONTHLY_MONTHS = 3  # a month's books are closed one to two months after it
DUE_ITEMS_MONTHS = 2  # due items come straight from the books


class Hint(NamedTuple):
    """What would allow the next tier, in Japanese and English."""

    ja: str
    en: str


_HINTS = {
    "none": Hint(
        "決算書または試算表があれば簡易診断が可能",
        "With an annual statement or a trial balance the basic diagnosis becomes possible",
    ),
    "basic": Hint(
        "月次試算表または口座入出金があれば通常診断が可能",
        "With monthly trial balances or account flows the standard diagnosis becomes possible",
    ),
    "standard": Hint(
        "売掛金・買掛金等の期日明細があれば高度診断が可能",
        "With the due dates of receivables and payables the advanced diagnosis becomes possible",
    ),
    "advanced": Hint(
        "全ての診断が可能",
        "Every diagnosis is possible",
    ),
}


def tier_of(panel: Panel) -> np.ndarray:
    """Return the highest tier that what is known of each firm allows.

    Parameters
    ----------
    panel : Panel
        Of F firms; only `provided` and `as_of_date` are read.

    Returns
    -------
    (F,) object
        "none", or one of `TIERS`: *basic* where a statement (annual or trial balance) came to be known within
        18 months, *standard* where trial balances or account flows also did within 3 months, *advanced* where
        due items also did within 2 months.

    Notes
    -----
    "Within n months" is measured on `known_date`, the day the institution came to know of something new, not
    on the period that it speaks of: that day lies in (as_of_date - n months, as_of_date], where a month's end
    less n months is a month's end. A corrected version of what was known before is not new and renews
    nothing. How old the figures are is another question, which the panel's ages answer.

    Examples
    --------
    >>> from dataclasses import replace
    >>> panel = Panel.empty(["a", "b"], "2025-03-31")
    >>> annual = np.array(["2024-06-20", "2023-09-30"], dtype="datetime64[D]")
    >>> tier_of(replace(panel, provided={**panel.provided, "annual": annual})).tolist()
    ['basic', 'none']
    >>> tier_of(replace(panel, provided={"annual": annual}))
    Traceback (most recent call last):
    KeyError: 'trial'
    """
    has_statement = _within(panel, "annual", STATEMENT_MONTHS) | _within(panel, "trial", STATEMENT_MONTHS)
    has_monthly = _within(panel, "trial", MONTHLY_MONTHS) | _within(panel, "account_flows", MONTHLY_MONTHS)
    has_due_items = _within(panel, "due_items", DUE_ITEMS_MONTHS)
    is_standard = has_statement & has_monthly
    levels = has_statement.astype(int) + is_standard + (is_standard & has_due_items)
    return np.array([NONE, *TIERS], dtype=object)[levels]


def _within(panel: Panel, kind: str, months: int) -> np.ndarray:
    """Return whether something new of `kind` came to be known in the last `months` months; NaT: no."""
    return panel.provided[kind] > months_back(panel.as_of_date, months)


def hint(tier: str) -> Hint:
    """Return what would allow the tier after `tier`.

    Raises
    ------
    KeyError
        If `tier` is neither "none" nor one of `TIERS`.

    Examples
    --------
    >>> hint("basic").ja
    '月次試算表または口座入出金があれば通常診断が可能'
    >>> hint("gold")
    Traceback (most recent call last):
    KeyError: "no tier 'gold'; known: none, basic, standard, advanced"
    """
    if tier not in _HINTS:
        raise KeyError(f"no tier {tier!r}; known: {', '.join(_HINTS)}")
    return _HINTS[tier]
