"""ロカベン scores 1 to 5 of the six indicators and the grade A to D, by METI's bounds of about 2023.

The bounds (locaben_2023.csv, our own table) are a copy that nobody here could hold against METI's sheet, and
they stem from closings of the epidemic years: shown as unverified wherever they are shown. They are no
model's features; rules and reasons use them as a reference.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from features.ratios import LOCABEN_INDICATORS, NEGATIVE_DENOMINATOR, NET_CASH, OK, Ratio

BOUNDS = ("bound5", "bound4", "bound3", "bound2")  # reaching the first scores 5, the last 2, none 1
LOWER_IS_BETTER = frozenset({"net_debt_ebitda_ratio", "owc_months"})
GRADES = ("A", "B", "C", "D")
GRADE_FLOORS = (24.0, 18.0, 12.0)  # total of six scores, 30 at most, from which A, B, C is given
BEST, WORST = 5.0, 1.0
YEN_PER_UNIT = {"labor_productivity_yen": 1000.0}  # METI's sheet has thousand yen a head


@cache
def load_bounds() -> pd.DataFrame:
    """Return the bounds: one row for each industry, size_class and indicator.

    Columns industry, size_class, indicator, median, bound5, bound4, bound3, bound2, as METI's sheet has them
    (labour productivity in thousand yen a head), and source.
    """
    text = dict.fromkeys(("industry", "size_class", "indicator", "source"), "str")
    return pd.read_csv(files("features") / "locaben_2023.csv", dtype=text)


def score_indicator(indicator: str, value: np.ndarray, status: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    """Return the score 5 (best) to 1 of one indicator; NaN where it cannot be scored.

    Parameters
    ----------
    indicator : str
        One of LOCABEN_INDICATORS. Of ④ and ⑤ lower is better: a bound is reached from above.
    value, status : (n,) float64
        As features.ratios gives them.
    bounds : (n, 4) float64
        bound5, bound4, bound3, bound2 for each firm; NaN where its industry or size is not known.

    Returns
    -------
    (n,) float64
        ④ with status net_cash scores 5 and with negative_denominator, net debt that no EBITDA carries, 1.
        Every other failed status scores nothing (domain 3.2).

    Raises
    ------
    ValueError
        If `bounds` has not four columns.

    Examples
    --------
    >>> bounds = np.tile([9.85, 5.41, 1.78, -1.30], (3, 1))  # 建設業 medium, operating margin
    >>> score_indicator("op_margin_pct", np.array([9.85, 3.46, -2.0]), np.zeros(3), bounds).tolist()
    [5.0, 3.0, 1.0]
    >>> score_indicator("op_margin_pct", np.array([1.0]), np.zeros(1), np.ones((1, 5)))
    Traceback (most recent call last):
    ValueError: bounds must be four a firm, best first; got shape (1, 5)
    """
    if bounds.ndim != 2 or bounds.shape[1] != len(BOUNDS):
        raise ValueError(f"bounds must be four a firm, best first; got shape {bounds.shape}")
    lower_is_better = indicator in LOWER_IS_BETTER
    reached = value[:, None] <= bounds if lower_is_better else value[:, None] >= bounds
    score = np.where(status == OK, WORST + reached.sum(axis=1), np.nan)
    if indicator == "net_debt_ebitda_ratio":
        score = np.where(status == NET_CASH, BEST, score)
        score = np.where(status == NEGATIVE_DENOMINATOR, WORST, score)
    return np.where(np.isnan(bounds).any(axis=1), np.nan, score)


def grade(total: np.ndarray) -> np.ndarray:
    """Return the grade of a total of six scores (n,): A from 24 points, B from 18, C from 12, else D.

    None where the total is NaN: a grade is given only if all six are scored (domain 3.2).

    Examples
    --------
    >>> grade(np.array([24.0, 23.0, 12.0, 11.0, np.nan])).tolist()
    ['A', 'B', 'C', 'D', None]
    """
    letter = np.select([total >= floor for floor in GRADE_FLOORS], GRADES[:-1], GRADES[-1]).astype(object)
    return np.where(np.isnan(total), None, letter)


def bounds_of(indicator: str, industry: np.ndarray, size_class: np.ndarray) -> np.ndarray:
    """Return one indicator's bounds for each firm (n, 4), in the unit of the feature.

    NaN for an industry or size without bounds.

    Raises
    ------
    KeyError
        If `indicator` is none of the six.
    """
    if indicator not in LOCABEN_INDICATORS:
        raise KeyError(f"{indicator!r} is none of ロカベン's six: {', '.join(LOCABEN_INDICATORS)}")
    table = load_bounds()
    table = table[table["indicator"] == indicator].set_index(["industry", "size_class"])
    wanted = pd.MultiIndex.from_arrays([industry, size_class])
    return table[list(BOUNDS)].reindex(wanted).to_numpy() * YEN_PER_UNIT.get(indicator, 1.0)


def score_firms(
    six: Mapping[str, Ratio], industry: np.ndarray, size_class: np.ndarray
) -> dict[str, np.ndarray]:
    """Return the six scores of F firms and their total.

    Parameters
    ----------
    six : mapping indicator -> Ratio of (F,)
        From `features.closings.six_indicators`, in float64: rounded to the feature table's float32 a value
        may cross a bound of two decimals.
    industry, size_class : (F,) str

    Returns
    -------
    dict name -> (F,) float64
        `sales_growth_score` … `equity_ratio_score`, 1 to 5 or NaN, and `locaben_total_score`, 6 to 30, NaN
        unless all six are scored. `grade` makes the letter of it.
    """
    scores = {
        f"{name.rsplit('_', 1)[0]}_score": score_indicator(
            name, six[name].value, six[name].status, bounds_of(name, industry, size_class)
        )
        for name in LOCABEN_INDICATORS
    }
    return scores | {"locaben_total_score": np.sum(list(scores.values()), axis=0)}
