"""How sure a metric is: percentile intervals from a bootstrap that draws whole firms.

Rows of one firm are alike, so rows drawn one by one would give intervals too narrow. Each resample draws
as many firms as there are, with replacement; a row counts as often as its firm was drawn. A resample in
which one of the labels is missing cannot be measured: it is counted and drawn again, so that intervals
stand on `n_resamples` measurable resamples (and speak, strictly, of portfolios with both labels).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.logistic_line import fit_line
from models.metrics import (
    calibration_line,
    checked,
    log_odds,
    metric,
    negative_log_likelihoods,
    share_of,
    squared_errors,
)
from models.ranking import Ranking, Weighted

_PERCENTILES = (2.5, 97.5)
_MEANS_OF_ROWS = {"brier": squared_errors, "log_loss": negative_log_likelihoods}

Drawn = dict[tuple[str, str], np.ndarray]
Measure = Callable[[np.ndarray, Weighted | None], float]


@dataclass(frozen=True)
class Interval:
    """A value on the rows as they are, with its 95 % interval."""

    value: float
    low: float
    high: float
    redrawn: int = 0  # resamples that lacked one of the labels and were drawn again


def _firm_counts(
    codes: np.ndarray, y: np.ndarray, n_resamples: int, seed: int
) -> Iterator[tuple[np.ndarray, int]]:
    """Yield how often each firm is drawn, and how many draws were thrown away before."""
    n_firms = int(codes.max()) + 1
    positives = np.bincount(codes, weights=y, minlength=n_firms)
    negatives = np.bincount(codes, weights=1 - y, minlength=n_firms)
    rng = np.random.default_rng(seed)
    for _ in range(n_resamples):
        redrawn = 0
        while True:  # ends: at worst, one firm against another, every second draw is measurable
            counts = np.bincount(rng.integers(0, n_firms, n_firms), minlength=n_firms).astype(np.float64)
            if counts @ positives > 0 and counts @ negatives > 0:
                break
            redrawn += 1
        yield counts, redrawn


def _rank_measure(name: str) -> Callable[[Weighted], float] | None:
    """Return how a ranking metric is read off a weighted ranking; None for any other metric."""
    at = share_of(name)
    if at is not None:
        kind, share = at
        return lambda rows: getattr(rows, f"{kind}_at")(share)
    return {"auc": Weighted.auc, "pr_auc": Weighted.pr_auc, "ks": Weighted.ks}.get(name)


def _measure(name: str, y: np.ndarray, score: np.ndarray, codes: np.ndarray) -> Measure:
    """Return metric `name` as a function of the firms' counts and of the ranking under them."""
    by_rank = _rank_measure(name)
    if by_rank is not None:
        return lambda counts, rows: by_rank(rows)
    if name in _MEANS_OF_ROWS:
        sums = np.bincount(codes, weights=_MEANS_OF_ROWS[name](y, score))
        sizes = np.bincount(codes).astype(np.float64)
        return lambda counts, rows: float(counts @ sums / (counts @ sizes))
    if name in ("calibration_intercept", "calibration_slope"):
        part, x = name.removeprefix("calibration_"), log_odds(score)
        whole = calibration_line(y, score)
        return lambda counts, rows: getattr(fit_line(x, y, counts[codes], start=whole), part)
    raise ValueError(f"no intervals for metric {name!r}")


def resample(
    y: np.ndarray,
    scores: Mapping[str, np.ndarray],
    firm_ids: np.ndarray,
    metrics: Sequence[str],
    *,
    n_resamples: int = 500,
    seed: int = 0,
) -> tuple[Drawn, int]:
    """Measure every score by every metric on the same resamples of firms.

    Parameters
    ----------
    y : (n,) of 0 and 1
    scores : name -> (n,) float, higher is riskier; probabilities for brier, log_loss and calibration
    firm_ids : (n,) whose rows are drawn together
    metrics : names known to `models.metrics.metric`
    n_resamples, seed : how many, and from which seed

    Returns
    -------
    dict
        (score name, metric) -> (n_resamples,) float64.
    int
        How many resamples lacked one of the labels and were drawn again.

    Raises
    ------
    ValueError
        When labels or scores cannot be measured, or nearly no resample holds both labels.
    """
    if isinstance(metrics, str):
        raise TypeError(f"metrics must be a sequence of names, got the text {metrics!r}")
    codes = pd.factorize(np.asarray(firm_ids))[0]
    if codes.min() < 0:
        raise ValueError(f"row {int(np.argmin(codes))} has no firm_id")
    rankings: dict[str, tuple[Ranking, np.ndarray]] = {}
    measures: dict[tuple[str, str], Measure] = {}
    by_rank = any(_rank_measure(name) for name in metrics)
    for model, score in scores.items():
        labels, score = checked(y, score)
        measures |= {(model, name): _measure(name, labels, score, codes) for name in metrics}
        if by_rank:
            ranking = Ranking(labels, score)
            rankings[model] = (ranking, codes[ranking.order])
    drawn: Drawn = {key: np.empty(n_resamples) for key in measures}
    redrawn = 0
    for i, (counts, thrown) in enumerate(_firm_counts(codes, labels, n_resamples, seed)):
        redrawn += thrown
        rows = {
            model: ranking.under_sorted(counts[sorted_codes])
            for model, (ranking, sorted_codes) in rankings.items()
        }
        for key, measure in measures.items():
            drawn[key][i] = measure(counts, rows.get(key[0]))
    return drawn, redrawn


def bootstrap_by_firm(
    y: np.ndarray,
    score: np.ndarray,
    firm_ids: np.ndarray,
    metrics: Sequence[str],
    *,
    n_resamples: int = 500,
    seed: int = 0,
) -> dict[str, Interval]:
    """Return each metric with its 95 % percentile interval from resampled firms.

    Examples
    --------
    A perfect ranking is perfect in every resample:

    >>> rows = [0, 0, 1, 1], [1, 2, 3, 4]
    >>> bootstrap_by_firm(*rows, ["a", "b", "c", "d"], ["auc"], n_resamples=20)["auc"].low
    1.0
    >>> bootstrap_by_firm(*rows, ["a", "b", "c", None], ["auc"])
    Traceback (most recent call last):
    ValueError: row 3 has no firm_id
    """
    drawn, redrawn = resample(y, {"score": score}, firm_ids, metrics, n_resamples=n_resamples, seed=seed)
    return {name: interval_of(metric(name)(y, score), drawn["score", name], redrawn) for name in metrics}


def paired_difference(
    y: np.ndarray,
    score: np.ndarray,
    reference: np.ndarray,
    firm_ids: np.ndarray,
    metrics: Sequence[str],
    *,
    n_resamples: int = 500,
    seed: int = 0,
) -> dict[str, Interval]:
    """Return each metric of `score` minus that of `reference`, both measured on the same resamples.

    "Better" may be said only where the interval lies on one side of 0 (above it for auc, below it for brier).

    Examples
    --------
    >>> rows = [0, 1, 0, 1], [1, 2, 3, 4], [1, 2, 3, 4], ["a", "b", "c", "d"]
    >>> paired_difference(*rows, ["auc"], n_resamples=10)["auc"].high
    0.0
    """
    both = {"score": score, "reference": reference}
    drawn, redrawn = resample(y, both, firm_ids, metrics, n_resamples=n_resamples, seed=seed)
    return {
        name: interval_of(
            metric(name)(y, score) - metric(name)(y, reference),
            drawn["score", name] - drawn["reference", name],
            redrawn,
        )
        for name in metrics
    }


def interval_of(value: float, drawn: np.ndarray, redrawn: int = 0) -> Interval:
    """Return a value with the 2.5 and 97.5 % percentiles of its resamples."""
    low, high = np.percentile(drawn, _PERCENTILES)
    return Interval(float(value), float(low), float(high), redrawn)
