"""A measured moment with its sampling error, and the few ways of making one."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from models.metrics import auc

PCT = 100.0
MEDIAN_ERROR = 1.2533  # standard error of a median over that of a mean, for many normal values: sqrt(pi / 2)


class Figure(NamedTuple):
    """One moment as measured on one simulated portfolio."""

    moment: str
    scope: str
    value: float
    error: float  # one standard error by the sampling of firms
    n: int  # what it was measured on: firms, firm-years, events
    published: float | None = (
        None  # where it depends on the portfolio, as weights do; else moments.csv says it
    )


def share(moment: str, scope: str, hits: float, of: float, *, firms: float | None = None) -> Figure:
    """Return hits ÷ of in per cent, with its binomial error.

    Parameters
    ----------
    hits, of : float
    firms : float, optional
        How many of `of` are independent, where the same firm is counted several times.

    Examples
    --------
    >>> overdue = share("overdue", "all", 4, 100)
    >>> overdue.value, round(overdue.error, 3), overdue.n  # the error is the root of .04 × .96 ÷ 100
    (4.0, 1.96, 100)
    >>> share("overdue", "none there", 0, 0)[2:5]
    (nan, nan, 0)
    """
    if of <= 0:
        return Figure(moment, scope, np.nan, np.nan, 0)
    part = float(hits / of)
    independent = of if firms is None else firms
    # with none or all hit the error would be nothing: half a hit stands in
    spread = np.clip(part, 0.5 / independent, 1 - 0.5 / independent) if independent > 1 else 0.5
    return Figure(
        moment, scope, PCT * part, PCT * float(np.sqrt(spread * (1 - spread) / independent)), int(of)
    )


def rate(moment: str, scope: str, events: float, years: float) -> Figure:
    """Return events a year in per cent, with the error of a Poisson count.

    Examples
    --------
    >>> rate("default", "2019", 25, 1000.0)[2:5]  # the error is the root of 25, over 1000
    (2.5, 0.5, 1000)
    """
    if years <= 0:
        return Figure(moment, scope, np.nan, np.nan, 0)
    return Figure(
        moment, scope, PCT * events / years, PCT * float(np.sqrt(max(events, 1.0))) / years, int(years)
    )


def mean(moment: str, scope: str, values: np.ndarray | pd.Series) -> Figure:
    """Return the mean of what is known, with its error.

    Examples
    --------
    >>> held = mean("guarantees", "all", np.array([1.0, 2.0, np.nan, 3.0]))
    >>> held.value, round(held.error, 3), held.n  # the error is 1 over the root of 3
    (2.0, 0.577, 3)
    """
    known = _known(values)
    error = float(known.std(ddof=1) / np.sqrt(len(known))) if len(known) > 1 else np.nan
    return Figure(moment, scope, float(known.mean()) if len(known) else np.nan, error, len(known))


def median(moment: str, scope: str, values: np.ndarray | pd.Series) -> Figure:
    """Return the median of what is known; the error as if the middle half were normal.

    Examples
    --------
    >>> median("lead time", "failures", np.array([1.0, 2.0, 4.0])).value
    2.0
    """
    known = _known(values)
    if not len(known):
        return Figure(moment, scope, np.nan, np.nan, 0)
    low, middle, high = np.percentile(known, [25, 50, 75])
    error = MEDIAN_ERROR * (high - low) / 1.349 / np.sqrt(len(known))
    return Figure(moment, scope, float(middle), float(error), len(known))


def ranking(moment: str, scope: str, label: np.ndarray, risk: np.ndarray, firms: np.ndarray) -> Figure:
    """Return the AUC of a risk score, with Hanley and McNeil's error (Radiology 143, 1982).

    Parameters
    ----------
    label : (n,) of 0 and 1
    risk : (n,) float
        Higher is riskier; infinite where worst.
    firms : (n,) firm ids
        The quarters in which one firm is about to fail are not independent: firms are counted, not rows.

    Examples
    --------
    >>> risk, firms = np.array([1.0, 3.0, 2.0]), np.array(["a", "b", "c"])
    >>> ranking("AUC", "equity", np.array([0, 0, 1]), risk, firms).value
    0.5
    """
    failing = len(np.unique(firms[label == 1]))
    others = len(np.unique(firms[label == 0]))
    if not failing or not others:
        return Figure(moment, scope, np.nan, np.nan, failing)
    order = pd.Series(risk).rank().to_numpy()  # infinite values rank like any other
    area = auc(label, order)
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    variance = area * (1 - area) + (failing - 1) * (q1 - area**2) + (others - 1) * (q2 - area**2)
    return Figure(moment, scope, area, float(np.sqrt(variance / (failing * others))), failing)


def correlation(moment: str, scope: str, before: np.ndarray, after: np.ndarray) -> Figure:
    """Return Spearman's rank correlation of pairs, with Fisher's error.

    Examples
    --------
    >>> correlation("persistence", "equity", np.arange(5.0), np.array([0.0, 1.0, 2.0, 3.0, np.nan])).value
    1.0
    """
    both = ~np.isnan(before) & ~np.isnan(after)
    n = int(both.sum())
    if n < 4:
        return Figure(moment, scope, np.nan, np.nan, n)
    value = pd.Series(before[both]).corr(pd.Series(after[both]), method="spearman")
    return Figure(moment, scope, round(float(value), 12), float((1 - value**2) / np.sqrt(n - 3)), n)


def _known(values: np.ndarray | pd.Series) -> np.ndarray:
    values = np.asarray(values, dtype=np.float64)
    return values[~np.isnan(values)]
