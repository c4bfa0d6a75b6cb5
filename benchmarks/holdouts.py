"""Intervals of a mean over random hold-outs of one file: rows are resampled, models not trained again."""

from collections.abc import Sequence

import numpy as np

from models.intervals import Interval, interval_of
from models.ranking import Ranking

Holdout = tuple[np.ndarray, np.ndarray]  # positions of the rows held out, and their scores
METRICS = ("auc", "pr_auc")


def mean_over_holdouts(
    y: np.ndarray, holdouts: Sequence[Holdout], *, n_resamples: int, seed: int
) -> dict[str, Interval]:
    """Return the mean over hold-outs of auc and pr_auc, and the spread of auc, with 95 % intervals.

    Each resample draws as many rows of the file as it has, with replacement; a row counts in every hold-out
    it is part of as often as it was drawn. The interval holds for other firms like these under the models
    as trained; that models would differ with other training rows is in the spread over the hold-outs.

    Parameters
    ----------
    y : (n,) of 0 and 1
        Labels of the file.
    holdouts : sequence of (positions, scores)
        Each hold-out's rows and how its model scores them.

    Returns
    -------
    dict
        "auc" and "pr_auc" (means), "auc_sd" (standard deviation over the hold-outs, n - 1).

    Raises
    ------
    ValueError
        When there are fewer than two hold-outs, or one lacks a label.

    Examples
    --------
    >>> y = np.array([0, 1, 0, 1])
    >>> perfect, wrong = (np.arange(4), np.array([0, 1, 0, 1.0])), (np.arange(4), np.array([1, 0, 1, 0.0]))
    >>> found = mean_over_holdouts(y, [perfect, wrong], n_resamples=10, seed=1)
    >>> found["auc"].value, round(found["auc_sd"].value, 4)
    (0.5, 0.7071)
    >>> mean_over_holdouts(y, [perfect], n_resamples=10, seed=1)
    Traceback (most recent call last):
    ValueError: a spread needs two hold-outs or more, got 1
    """
    if len(holdouts) < 2:
        raise ValueError(f"a spread needs two hold-outs or more, got {len(holdouts)}")
    y = np.asarray(y, dtype=np.float64)
    rankings = []
    for k, (positions, scores) in enumerate(holdouts):
        if y[positions].min() == y[positions].max():
            raise ValueError(f"hold-out {k} has one label only")
        rankings.append((positions, Ranking(y[positions], np.asarray(scores, dtype=np.float64))))
    value = _measure(rankings, np.ones_like(y))
    rng = np.random.default_rng(seed)
    drawn: list[dict[str, float]] = []
    redrawn = 0
    while len(drawn) < n_resamples:
        counts = np.bincount(rng.integers(0, y.size, y.size), minlength=y.size).astype(np.float64)
        if all(_has_both(counts[positions], y[positions]) for positions, _ in rankings):
            drawn.append(_measure(rankings, counts))
        else:
            redrawn += 1
            if redrawn > 100 * n_resamples:
                raise ValueError("hardly a resample holds both labels in every hold-out")
    return {name: interval_of(value[name], np.array([row[name] for row in drawn]), redrawn) for name in value}


def _has_both(counts: np.ndarray, y: np.ndarray) -> bool:
    return 0 < counts @ y < counts.sum()


def _measure(rankings: Sequence[tuple[np.ndarray, Ranking]], counts: np.ndarray) -> dict[str, float]:
    weighted = [ranking.under(counts[positions]) for positions, ranking in rankings]
    auc = [rows.auc() for rows in weighted]
    return {
        "auc": float(np.mean(auc)),
        "auc_sd": float(np.std(auc, ddof=1)),
        "pr_auc": float(np.mean([rows.pr_auc() for rows in weighted])),
    }
