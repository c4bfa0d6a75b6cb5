"""Arrears of taxes and social insurance (S59): what is open, for how long, how often.

No row means that no arrears are known, which counts as 0: an institution hears of arrears, not of payments.
"""

import numpy as np

from features import per_firm
from features.panel import Panel
from features.ratios import divide
from features.trends import monthly_sales

LOOK_BACK_MONTHS = 24


def months_in_arrears(
    row: np.ndarray, start: np.ndarray, end: np.ndarray, month_ends: np.ndarray, n: int
) -> np.ndarray:
    """Return at how many of the month ends each of n firms had something open (n,).

    Parameters
    ----------
    row : (k,) int64
        The firm of each arrear.
    start, end : (k,) datetime64[D]
        In arrears from `start` to the day before `end`; NaT: still.
    month_ends : (m,) datetime64[D]
    n : int

    Examples
    --------
    >>> dates = np.array(["2025-01-10", "2025-01-20"], dtype="datetime64[D]")
    >>> ends = np.array(["2025-02-01", "NaT"], dtype="datetime64[D]")
    >>> months = np.array(["2025-01-31", "2025-02-28"], dtype="datetime64[D]")
    >>> months_in_arrears(np.array([0, 1]), dates, ends, months, 3).tolist()
    [1.0, 2.0, 0.0]
    """
    found = np.zeros(n)
    for month_end in month_ends:
        is_open = (start <= month_end) & (np.isnat(end) | (end > month_end))
        found += per_firm.count(row[is_open], n) > 0
    return found


def compute(panel: Panel) -> dict[str, np.ndarray]:
    """Return the family's features, each (F,) float64."""
    n, facts, as_of = len(panel), panel.facts["arrears"], np.datetime64(panel.as_of_date, "D")
    row, start, end = (
        facts["row"].to_numpy(),
        per_firm.days(facts["from_date"]),
        per_firm.days(facts["cleared_date"]),
    )
    is_open = np.isnat(end) | (end > as_of)
    amount = per_firm.total(row[is_open], facts["amount"].to_numpy()[is_open], n)
    age = per_firm.largest(row[is_open], per_firm.months_between(start[is_open], as_of), n)
    month_ends = np.array([per_firm.months_back(panel.as_of_date, back) for back in range(LOOK_BACK_MONTHS)])
    return {
        "arrears_open_months": np.where(amount > 0, divide(amount, monthly_sales(panel)).value, 0.0),
        "arrears_age_months": np.nan_to_num(age),
        "arrears_24m_count": months_in_arrears(row, start, end, month_ends, n),
    }
