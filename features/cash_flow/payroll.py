"""Pay and social insurance: bonuses as the books show them, else in July and December."""

import numpy as np

from features.cash_flow.assumptions import Assumptions
from features.cash_flow.axis import AXIS
from features.cash_flow.books import YEAR, Books
from features.cash_flow.tax_calendar import SOCIAL_AFTER


def personnel_costs(
    books: Books, known: np.ndarray, age_months: np.ndarray, calendar: np.ndarray, rules: Assumptions
) -> np.ndarray:
    """Return the personnel cost of each month.

    Parameters
    ----------
    books : Books
        Of F firms.
    known : (F, WIDTH) float64, yen
        Personnel cost in the trial balances, NaN where not known.
    age_months : (F,) float64
        Months from the latest trial balance to the as-of month.
    calendar : (WIDTH,) int64
        Calendar month of each column, 0 for January.
    rules : Assumptions

    Returns
    -------
    (F, WIDTH) float64, yen
        Where the latest 12 months are all known they come again, bonuses and all: books without a bonus
        month are taken at their word. Else the usual month's, with half a month's pay more in bonus months
        and the year's sum unchanged.

    Examples
    --------
    >>> from features.cash_flow.assumptions import DEFAULTS
    >>> from features.cash_flow.axis import AHEAD, WIDTH
    >>> parts = ("sales", "cost_of_sales", "bought", "personnel", "ordinary_profit", "interest")
    >>> books = Books(np.array([False]), **dict.fromkeys(parts, np.array([130.0])))
    >>> calendar = (AXIS + 2) % 12  # as of March
    >>> unknown = np.full((1, WIDTH), np.nan)
    >>> personnel_costs(books, unknown, np.array([np.nan]), calendar, DEFAULTS)[0, AHEAD].tolist()[:4]
    [120.0, 120.0, 120.0, 180.0]
    >>> personnel_costs(books, unknown[:, :3], np.array([np.nan]), calendar, DEFAULTS)
    Traceback (most recent call last):
    ValueError: 49 months a firm are wanted, not 3
    """
    if known.shape[1] != len(AXIS):
        raise ValueError(f"{len(AXIS)} months a firm are wanted, not {known.shape[1]}")
    is_bonus = np.isin(calendar + 1, rules.bonus_months)
    a_year = YEAR + rules.bonus_pay * len(rules.bonus_months)
    ordinary = books.personnel[:, None] * YEAR / a_year
    modelled = ordinary * np.where(is_bonus, 1 + rules.bonus_pay, 1.0)
    # the same calendar month of the latest 12 months of books
    age = np.where(np.isnan(age_months), 0, age_months).astype(np.int64)[:, None]
    since = AXIS[None, :] + age
    place = np.arange(len(AXIS)) - since + np.where(since > 0, (since - 1) % YEAR - YEAR + 1, since)
    again = np.take_along_axis(known, np.maximum(place, 0), axis=1)
    again[place < 0] = np.nan
    has_year = (~np.isnan(again) & (AXIS > 0)).sum(axis=1) == YEAR
    use = books.is_monthly & has_year & (books.personnel > 0)
    return np.where(use[:, None] & ~np.isnan(again), again, modelled)


def paid_out(personnel: np.ndarray, rules: Assumptions) -> tuple[np.ndarray, np.ndarray]:
    """Return wages and social insurance (F, WIDTH) in yen: the latter of the month before's cost.

    Examples
    --------
    >>> from features.cash_flow.assumptions import DEFAULTS
    >>> wages, social = paid_out(np.array([[100.0, 200.0]]), DEFAULTS)
    >>> wages.tolist(), social.tolist()
    ([[74.0, 148.0]], [[26.0, 26.0]])
    """
    before = np.concatenate([personnel[:, :SOCIAL_AFTER], personnel[:, :-SOCIAL_AFTER]], axis=1)
    return (1 - rules.social_share) * personnel, rules.social_share * before
