"""How good a score is: ranking, calibration, precision at a review capacity, lead time.

Every metric of rows has the signature `(y, score, *, weight=None)`; a higher score is riskier. `metric(name)`
finds one by the name that evaluation tables carry.
"""

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.stats import binomtest
from sklearn import metrics as sk

from models.logistic_line import Line, fit_line
from models.ranking import Ranking, Weighted

DAYS_PER_MONTH = 365.2425 / 12  # the Gregorian calendar's mean month
CONFIDENCE = 0.95
_PROBABILITY_FLOOR = 1e-15  # log-odds of 0 and 1 are infinite

Metric = Callable[..., float]


def checked(y: np.ndarray, score: np.ndarray, *, both_labels: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Return labels and scores as float64, or raise naming the first row that cannot be measured.

    Examples
    --------
    >>> checked([0, 1], [0.2, float("nan")])
    Traceback (most recent call last):
    ValueError: score of row 1 is nan; fill missing scores before measuring
    >>> checked([0, 0], [0.2, 0.3])
    Traceback (most recent call last):
    ValueError: all 2 labels are 0; a metric needs both labels
    """
    y = np.asarray(y, dtype=np.float64)
    score = np.asarray(score, dtype=np.float64)
    if y.ndim != 1 or y.shape != score.shape:
        raise ValueError(f"labels have shape {y.shape}, scores {score.shape}; both must be (n,)")
    bad = np.flatnonzero((y != 0) & (y != 1))
    if bad.size:
        raise ValueError(
            f"label of row {bad[0]} is {y[bad[0]]}; labels are 0 or 1, censored rows are left out"
        )
    bad = np.flatnonzero(~np.isfinite(score))
    if bad.size:
        raise ValueError(f"score of row {bad[0]} is {score[bad[0]]}; fill missing scores before measuring")
    if both_labels and (y.size == 0 or y.min() == y.max()):
        only = f"all {y.size} labels are {int(y[0])}" if y.size else "there are no rows"
        raise ValueError(f"{only}; a metric needs both labels")
    return y, score


def _probabilities(
    y: np.ndarray, p: np.ndarray, *, both_labels: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    y, p = checked(y, p, both_labels=both_labels)
    bad = np.flatnonzero((p < 0) | (p > 1))
    if bad.size:
        raise ValueError(f"probability of row {bad[0]} is {p[bad[0]]}, outside [0, 1]")
    return y, p


def ranked(y: np.ndarray, score: np.ndarray, weight: np.ndarray | None = None) -> Weighted:
    """Return the rows ranked by `score`, each counting `weight` times (once without)."""
    y, score = checked(y, score)
    return Ranking(y, score).under(np.ones_like(y) if weight is None else weight)


def log_odds(p: np.ndarray) -> np.ndarray:
    """Return log(p / (1 - p)) of probabilities; 0 and 1 move inwards by 1e-15."""
    p = np.clip(p, _PROBABILITY_FLOOR, 1 - _PROBABILITY_FLOOR)
    return np.log(p) - np.log1p(-p)


def auc(y: np.ndarray, score: np.ndarray, *, weight: np.ndarray | None = None) -> float:
    """Area under the ROC curve; the accuracy ratio (AR, 順位精度) is 2 * auc - 1.

    Examples
    --------
    >>> auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    >>> auc([0, 0.5], [0.1, 0.4])
    Traceback (most recent call last):
    ValueError: label of row 1 is 0.5; labels are 0 or 1, censored rows are left out
    """
    y, score = checked(y, score)
    return float(sk.roc_auc_score(y, score, sample_weight=weight))


def pr_auc(y: np.ndarray, score: np.ndarray, *, weight: np.ndarray | None = None) -> float:
    """Area under the precision-recall curve as average precision (no interpolation)."""
    y, score = checked(y, score)
    return float(sk.average_precision_score(y, score, sample_weight=weight))


def squared_errors(y: np.ndarray, score: np.ndarray) -> np.ndarray:
    """Return the squared error of each row's probability, (n,)."""
    y, p = _probabilities(y, score, both_labels=False)
    return (p - y) ** 2


def negative_log_likelihoods(y: np.ndarray, score: np.ndarray) -> np.ndarray:
    """Return the negative log-likelihood of each row's label, (n,) in nats; 0 and 1 move inwards by 1e-15."""
    y, p = _probabilities(y, score, both_labels=False)
    p = np.clip(p, _PROBABILITY_FLOOR, 1 - _PROBABILITY_FLOOR)
    return -(y * np.log(p) + (1 - y) * np.log1p(-p))


def brier(y: np.ndarray, score: np.ndarray, *, weight: np.ndarray | None = None) -> float:
    """Mean squared error of probabilities; lower is better."""
    return float(np.average(squared_errors(y, score), weights=weight))


def log_loss(y: np.ndarray, score: np.ndarray, *, weight: np.ndarray | None = None) -> float:
    """Mean negative log-likelihood of probabilities, in nats; 0 and 1 are moved inwards by 1e-15."""
    return float(np.average(negative_log_likelihoods(y, score), weights=weight))


def ks(y: np.ndarray, score: np.ndarray, *, weight: np.ndarray | None = None) -> float:
    """Kolmogorov-Smirnov distance between the scores of the two labels."""
    return ranked(y, score, weight).ks()


def calibration_line(y: np.ndarray, score: np.ndarray, *, weight: np.ndarray | None = None) -> Line:
    """Logistic regression of the label on the log-odds of the probability: (0, 1) is perfect.

    A slope below 1 means probabilities too extreme, above 1 too timid; the intercept is the shift that
    remains. Without penalty (Cox 1958).

    Examples
    --------
    20 % predicted, half fail; 80 % predicted, half fail: the probabilities say nothing.

    >>> line = calibration_line([0, 1, 0, 1], [0.2, 0.2, 0.8, 0.8])
    >>> abs(round(line.slope, 9))
    0.0
    """
    y, p = _probabilities(y, score)
    return fit_line(log_odds(p), y, weight)


def precision_recall_at(
    y: np.ndarray, score: np.ndarray, share: float, *, weight: np.ndarray | None = None
) -> tuple[float, float]:
    """Precision and recall when the riskiest `share` of the rows is reviewed; ties go against the score.

    Examples
    --------
    Ten rows, the three riskiest reviewed. The last two places fall into a tie of three with one positive,
    which is taken to miss its place: one hit of three, one of two positives.

    >>> score = [9, 8, 8, 8, 1, 1, 1, 1, 1, 1]
    >>> [round(value, 3) for value in precision_recall_at([1, 1, 0, 0, 0, 0, 0, 0, 0, 0], score, 0.3)]
    [0.333, 0.5]
    """
    rows = ranked(y, score, weight)
    return rows.precision_at(share), rows.recall_at(share)


def ndcg_at(y: np.ndarray, score: np.ndarray, share: float, *, weight: np.ndarray | None = None) -> float:
    """Return the normalised discounted cumulative gain over the top `share`, labels 0/1 (Bao et al. 2020)."""
    return ranked(y, score, weight).ndcg_at(share)


_AT = re.compile(r"(precision|recall|ndcg)_at_(\d+(?:\.\d+)?)pct")
_PLAIN: dict[str, Metric] = {
    "auc": auc,
    "pr_auc": pr_auc,
    "ks": ks,
    "brier": brier,
    "log_loss": log_loss,
    "calibration_intercept": lambda y, score, *, weight=None: (
        calibration_line(y, score, weight=weight).intercept
    ),
    "calibration_slope": lambda y, score, *, weight=None: calibration_line(y, score, weight=weight).slope,
}
OF_PROBABILITIES = frozenset({"brier", "log_loss", "calibration_intercept", "calibration_slope"})


def share_of(name: str) -> tuple[str, float] | None:
    """Split a capacity metric's name: "recall_at_5pct" is ("recall", 0.05); None for any other name."""
    match = _AT.fullmatch(name)
    return (match[1], float(match[2]) / 100) if match else None


def metric(name: str) -> Metric:
    """Return the metric called `name` in evaluation tables.

    Examples
    --------
    >>> metric("precision_at_50pct")([1, 0, 0, 1], [4, 3, 2, 1])
    0.5
    >>> metric("accuracy")
    Traceback (most recent call last):
    ValueError: no metric 'accuracy'; known: auc, pr_auc, ks, brier, log_loss, ...
    """
    if name in _PLAIN:
        return _PLAIN[name]
    at = share_of(name)
    if at is None:
        raise ValueError(f"no metric {name!r}; known: {', '.join(list(_PLAIN)[:5])}, ...")
    kind, share = at

    def measure(y: np.ndarray, score: np.ndarray, *, weight: np.ndarray | None = None) -> float:
        return float(getattr(ranked(y, score, weight), f"{kind}_at")(share))

    return measure


def wilson(positives: int, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share (Wilson 1927)."""
    interval = binomtest(int(positives), int(n)).proportion_ci(CONFIDENCE, method="wilson")
    return float(interval.low), float(interval.high)


def reliability_by_decile(y: np.ndarray, score: np.ndarray, *, bins: int = 10) -> pd.DataFrame:
    """Predicted against observed rate in bins of equal size by predicted probability.

    Equal probabilities share a bin, so a coarse score fills fewer bins than asked.

    Returns
    -------
    DataFrame
        One row per filled bin (1 is the safest): bin, n, positives, predicted (mean probability), observed
        (share of positives), low, high (Wilson's 95 % interval of the observed share).

    Examples
    --------
    >>> reliability_by_decile([0, 0, 1, 1], [0.1, 0.3, 0.6, 0.8], bins=2)[["n", "predicted", "observed"]]
       n  predicted  observed
    0  2        0.2       0.0
    1  2        0.7       1.0
    """
    y, p = _probabilities(y, score, both_labels=False)
    # 1e-9: 3 * 10 / 30 must not be lifted into the next bin by a rounding error
    number = np.ceil(pd.Series(p).rank(method="max").to_numpy() * bins / p.size - 1e-9).astype(int)
    rows = pd.DataFrame({"bin": number, "y": y, "p": p}).groupby("bin")
    table = rows.agg(n=("y", "size"), positives=("y", "sum"), predicted=("p", "mean"), observed=("y", "mean"))
    table["positives"] = table["positives"].astype(int)
    bounds = [wilson(k, n) for k, n in zip(table["positives"], table["n"], strict=True)]
    table["low"], table["high"] = zip(*bounds, strict=True)
    return table.reset_index()
