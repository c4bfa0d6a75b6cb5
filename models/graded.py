"""How well a score agrees with levels that have an order, such as the five of a survey."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from models.intervals import Interval, interval_of

Graded = Callable[[np.ndarray], float]  # of the rows' weights


def _codes(values: np.ndarray, what: str) -> np.ndarray:
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 1 or not values.size:
        raise ValueError(f"{what} must be (n,) with n of 1 or more, got shape {values.shape}")
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        raise ValueError(f"{what} of row {bad[0]} is {values[bad[0]]}")
    return np.unique(values, return_inverse=True)[1]


def _spearman(levels: np.ndarray, score: np.ndarray) -> Graded:
    pair = _codes(levels, "level"), _codes(score, "score")

    def measure(weight: np.ndarray) -> float:
        ranks = []
        for codes in pair:
            sums = np.bincount(codes, weights=weight)
            rank = (np.cumsum(sums) - sums / 2)[codes]  # the middle of a tie
            ranks.append(rank - np.average(rank, weights=weight))
        one, other = ranks
        spread = np.sqrt((weight @ one**2) * (weight @ other**2))
        return float(weight @ (one * other) / spread) if spread > 0 else 0.0

    return measure


def _macro_f1(levels: np.ndarray, said: np.ndarray) -> Graded:
    names = np.unique(levels)
    true = np.searchsorted(names, levels)
    place = np.clip(np.searchsorted(names, said), 0, names.size - 1)
    right = (names[place] == said) & (place == true)
    known = names[place] == said

    def measure(weight: np.ndarray) -> float:
        hits = np.bincount(true[right], weights=weight[right], minlength=names.size)
        are = np.bincount(true, weights=weight, minlength=names.size)
        said_so = np.bincount(place[known], weights=weight[known], minlength=names.size)
        total = are + said_so
        return float(np.mean(np.divide(2 * hits, total, out=np.zeros(names.size), where=total > 0)))

    return measure


_METRICS: Mapping[str, Callable[[np.ndarray, np.ndarray], Graded]] = {
    "spearman": _spearman,
    "macro_f1": _macro_f1,
}


def graded_metric(
    name: str, levels: np.ndarray, given: np.ndarray, *, weight: np.ndarray | None = None
) -> float:
    """Return `spearman` of a score, or `macro_f1` of the levels said: unweighted mean of F1 over the levels.

    Equal scores share the middle of their ranks; a score that is the same everywhere has a Spearman of 0.

    Examples
    --------
    >>> graded_metric("spearman", [-1, 0, 1], [0.1, 0.2, 0.9])
    1.0
    >>> round(graded_metric("macro_f1", [-1, -1, 1, 1], [-1, 1, 1, 1]), 4)  # 2/3 and 4/5
    0.7333
    >>> graded_metric("kappa", [0], [0])
    Traceback (most recent call last):
    ValueError: no metric 'kappa' of levels; known: spearman, macro_f1
    """
    if name not in _METRICS:
        raise ValueError(f"no metric {name!r} of levels; known: {', '.join(_METRICS)}")
    levels, given = np.asarray(levels, dtype=np.float64), np.asarray(given, dtype=np.float64)
    if levels.shape != given.shape:
        raise ValueError(f"levels have shape {levels.shape}, scores {given.shape}")
    return _METRICS[name](levels, given)(np.ones(levels.size) if weight is None else np.asarray(weight))


def graded_intervals(
    name: str,
    levels: np.ndarray,
    given: Mapping[str, np.ndarray],
    units: Sequence[object],
    *,
    less: Sequence[tuple[str, str]] = (),
    n_resamples: int = 500,
    seed: int = 0,
) -> dict[str, Interval]:
    """Return the metric of each model and of pairs' differences, with 95 % intervals from resampled units.

    Parameters
    ----------
    name : str
        `spearman` or `macro_f1`.
    levels : (n,) float
    given : model -> (n,) float
        Scores, or the levels said.
    units : (n,)
        Whose rows are drawn together.
    less : pairs of models
        Each gives an interval named "a less b", on the same resamples.
    n_resamples, seed : int
    """
    levels = np.asarray(levels, dtype=np.float64)
    codes = pd.factorize(np.asarray(units))[0]
    n_units = int(codes.max()) + 1
    measures = {
        model: _METRICS[name](levels, np.asarray(one, dtype=np.float64)) for model, one in given.items()
    }
    rng = np.random.default_rng(seed)
    drawn = {model: np.empty(n_resamples) for model in measures}
    for at in range(n_resamples):
        counts = np.bincount(rng.integers(0, n_units, n_units), minlength=n_units).astype(np.float64)
        for model, measure in measures.items():
            drawn[model][at] = measure(counts[codes])
    whole = {model: measure(np.ones(levels.size)) for model, measure in measures.items()}
    found = {model: interval_of(whole[model], drawn[model]) for model in measures}
    for a, b in less:
        found[f"{a} less {b}"] = interval_of(whole[a] - whole[b], drawn[a] - drawn[b])
    return found
