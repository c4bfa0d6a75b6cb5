"""Metrics and intervals on a sample whose share of failures is not the true one: rows carry a weight.

In a sample drawn by outcome each row of a class stands for as many rows of the population. Ranks within the
classes, and so the AUC, are those of the population; precision, Brier score and calibration are not, until
rows are weighted.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from models.intervals import interval_of
from models.metrics import OF_PROBABILITIES, checked, metric, share_of
from models.ranking import Ranking, Weighted
from models.records import Record, record

_OF_ROWS = {"auc": Weighted.auc, "pr_auc": Weighted.pr_auc}


def class_weights(y: np.ndarray, share: float) -> np.ndarray:
    """Return weights of mean 1 under which positives have the given share.

    Examples
    --------
    >>> class_weights(np.array([1, 0, 1, 0]), 0.25).tolist()
    [0.5, 1.5, 0.5, 1.5]
    >>> class_weights(np.array([1, 0]), 1.0)
    Traceback (most recent call last):
    ValueError: the share must lie in (0, 1), got 1.0
    """
    if not 0 < share < 1:
        raise ValueError(f"the share must lie in (0, 1), got {share}")
    y, _ = checked(y, np.zeros(len(y)))
    mean = y.mean()
    return np.where(y == 1, share / mean, (1 - share) / (1 - mean))


def measure_weighted(
    y: np.ndarray,
    scores: Mapping[str, np.ndarray],
    weight: np.ndarray,
    metrics: Sequence[str],
    *,
    benchmark: str,
    data: str,
    split: str,
    probabilities: Mapping[str, np.ndarray] | None = None,
    n_resamples: int = 500,
    seed: int = 0,
) -> list[Record]:
    """Measure every model by every metric on weighted rows, each row a firm of its own.

    Parameters
    ----------
    y : (n,) of 0 and 1
    scores : model -> (n,), higher is riskier
    weight : (n,), how many rows of the population a row stands for
    metrics : auc, pr_auc, precision_at_Npct, recall_at_Npct, or one of probabilities
    probabilities : model -> (n,), optional
        For metrics of probabilities; models without are left out of them.

    Returns
    -------
    list of dict
        As `models.records.measure`; `positives` counts rows, not weight.

    Examples
    --------
    >>> y = np.array([0, 1, 0, 1])
    >>> rows = measure_weighted(y, {"a": np.arange(4.0)}, class_weights(y, 0.25), ["auc", "pr_auc"],
    ...                         benchmark="toy", data="x", split="all", n_resamples=10)
    >>> [round(row["value"], 4) for row in rows]
    [0.75, 0.7]
    """
    y, weight = np.asarray(y, dtype=np.float64), np.asarray(weight, dtype=np.float64)
    if weight.shape != y.shape or not (weight > 0).all():
        raise ValueError(f"weights must be positive and {y.shape}, got {weight.shape}")
    counts = _draw(y, n_resamples, seed)
    found = []
    for model, score in scores.items():
        for name in metrics:
            given = (probabilities or {}).get(model) if name in OF_PROBABILITIES else score
            if given is None or (name.startswith("calibration") and np.ptp(given) == 0):
                continue
            measured = _measured(name, y, np.asarray(given, dtype=np.float64))
            drawn = np.array([measured(weight * count) for count in counts])
            found.append(
                record(
                    interval_of(measured(weight), drawn),
                    benchmark=benchmark,
                    data=data,
                    split=split,
                    model=model,
                    metric=name,
                    n=len(y),
                    positives=int(y.sum()),
                )
            )
    return found


def _draw(y: np.ndarray, n_resamples: int, seed: int) -> list[np.ndarray]:
    """Return how often each row is drawn in each resample; resamples with one label are drawn again."""
    checked(y, np.zeros(len(y)))
    rng = np.random.default_rng(seed)
    counts: list[np.ndarray] = []
    while len(counts) < n_resamples:
        count = np.bincount(rng.integers(0, y.size, y.size), minlength=y.size).astype(np.float64)
        if 0 < count @ y < count.sum():
            counts.append(count)
    return counts


def _measured(name: str, y: np.ndarray, score: np.ndarray) -> Callable[[np.ndarray], float]:
    """Return metric `name` as a function of the rows' weights."""
    at = share_of(name)
    if name in _OF_ROWS or at is not None:
        ranking = Ranking(*checked(y, score))
        if at is None:
            return lambda weight: _OF_ROWS[name](ranking.under(weight))
        return lambda weight: getattr(ranking.under(weight), f"{at[0]}_at")(at[1])
    return lambda weight: metric(name)(y, score, weight=weight)
