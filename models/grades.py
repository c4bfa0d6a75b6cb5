"""The master scale: letters for probabilities of default, A (best) to G.

Letters, not numbers, so that nobody takes a grade for the CRD's, where 1 is *worst*.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from models.metrics import checked, wilson

# Upper bounds of A to F; G is whatever lies above. Each step about doubles the probability; guaranteed loans
# in Japan default at about 1.75 % a year, so that the typical firm is a D.
UPPER = (0.0025, 0.005, 0.01, 0.02, 0.05, 0.10)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def letters(upper: Sequence[float] = UPPER) -> tuple[str, ...]:
    """Return the scale's grades, best first; `upper` must rise strictly within (0, 1).

    Examples
    --------
    >>> letters((0.01, 0.1))
    ('A', 'B', 'C')
    >>> letters((0.1, 0.01))
    Traceback (most recent call last):
    ValueError: grade bounds must rise strictly within (0, 1), got (0.1, 0.01)
    """
    bounds = [0.0, *upper, 1.0]
    if len(bounds) - 1 > len(_LETTERS) or not all(np.diff(bounds) > 0):
        raise ValueError(f"grade bounds must rise strictly within (0, 1), got {tuple(upper)}")
    return tuple(_LETTERS[: len(bounds) - 1])


def grade_of(probability: np.ndarray, upper: Sequence[float] = UPPER) -> np.ndarray:
    """Return the grade of each probability, (n,) text; a bound itself belongs to the worse grade.

    Parameters
    ----------
    probability : (n,) float in [0, 1]
    upper : sequence of float
        Upper bounds of all grades but the worst.

    Examples
    --------
    >>> grade_of(np.array([0.001, 0.0025, 0.3])).tolist()
    ['A', 'B', 'G']
    >>> grade_of(np.array([0.001, float("nan")]))
    Traceback (most recent call last):
    ValueError: probability of row 1 is nan, outside [0, 1]
    """
    names = np.array(letters(upper), dtype=object)
    p = np.asarray(probability, dtype=np.float64)
    bad = np.flatnonzero(~((p >= 0) & (p <= 1)))  # written so that NaN is bad
    if bad.size:
        raise ValueError(f"probability of row {bad[0]} is {p[bad[0]]}, outside [0, 1]")
    return names[np.searchsorted(np.asarray(upper), p, side="right")]


def by_grade(y: np.ndarray, probability: np.ndarray, upper: Sequence[float] = UPPER) -> pd.DataFrame:
    """Predicted against observed default rate of each grade (水準).

    Returns
    -------
    DataFrame
        One row per grade that has rows, best first: grade, n, positives, predicted, observed, low, high
        (Wilson's 95 % interval; too narrow where defaults come in waves).

    Examples
    --------
    >>> by_grade([0, 0, 1], [0.001, 0.2, 0.4])[["grade", "n", "positives", "predicted"]]
      grade  n  positives  predicted
    0     A  1          0      0.001
    1     G  2          1      0.300
    """
    y, p = checked(y, probability, both_labels=False)
    rows = pd.DataFrame({"grade": grade_of(p, upper), "y": y, "p": p}).groupby("grade")
    table = rows.agg(n=("y", "size"), positives=("y", "sum"), predicted=("p", "mean"), observed=("y", "mean"))
    table["positives"] = table["positives"].astype(int)
    bounds = [wilson(k, n) for k, n in zip(table["positives"], table["n"], strict=True)]
    table["low"], table["high"] = zip(*bounds, strict=True)
    return table.reset_index()
