"""How far forecasts are off, with 95 % intervals from a bootstrap that draws whole firms.

Rows of one firm are alike, as in `models.intervals`; here the measure is a median or a mean of errors.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from models.intervals import Interval, interval_of

Kind = Literal["median", "mean"]


def _weights(firm_ids: np.ndarray, n_resamples: int, seed: int) -> Iterator[np.ndarray]:
    """Yield how often each row (n,) counts in each resample of firms."""
    codes, firms = pd.factorize(np.asarray(firm_ids))
    rng = np.random.default_rng(seed)
    for _ in range(n_resamples):
        drawn = np.bincount(rng.integers(0, len(firms), len(firms)), minlength=len(firms))
        yield drawn[codes].astype(np.float64)


def _median(ordered: np.ndarray, weight: np.ndarray) -> float:
    """Return the weighted median: the first of the ordered values that half the weight does not exceed."""
    reached = np.cumsum(weight)
    return float(ordered[np.searchsorted(reached, reached[-1] / 2)])


def centres(
    values: Mapping[str, np.ndarray],
    firm_ids: np.ndarray,
    kind: Kind,
    *,
    less: Sequence[tuple[str, str]] = (),
    n_resamples: int = 500,
    seed: int = 0,
) -> dict[str, Interval]:
    """Return the median or mean of each of several measures on the same rows, and differences of them.

    Parameters
    ----------
    values : mapping name -> (n,) float64
        Without NaN: forecasts are compared on the rows that all of them have.
    firm_ids : (n,)
        Rows of one firm are drawn together.
    kind : "median" or "mean"
        The median of an even number is the lower of the two in the middle.
    less : sequence of (name, name)
        Pairs whose difference, first less second, is taken too, on the same resamples.

    Returns
    -------
    dict
        By name, and by "first − second", with the 95 % interval.

    Raises
    ------
    ValueError
        If there is no row, or a value is missing.

    Examples
    --------
    >>> errors = {"ours": np.array([1.0, 2.0, 3.0]), "theirs": np.array([2.0, 3.0, 4.0])}
    >>> found = centres(errors, np.array(["a", "b", "b"]), "median", less=[("ours", "theirs")])
    >>> found["ours"].value, found["ours − theirs"]
    (2.0, Interval(value=-1.0, low=-1.0, high=-1.0, redrawn=0))
    >>> centres({"ours": np.array([np.nan])}, np.array(["a"]), "mean")
    Traceback (most recent call last):
    ValueError: 'ours' has rows without a value
    """
    if not len(firm_ids):
        raise ValueError("there is no row to measure")
    for name, one in values.items():
        if np.isnan(one).any():
            raise ValueError(f"{name!r} has rows without a value")
    order = {name: np.argsort(one, kind="stable") for name, one in values.items()}

    def measured(weight: np.ndarray) -> dict[str, float]:
        if kind == "mean":
            return {name: float(weight @ one / weight.sum()) for name, one in values.items()}
        return {name: _median(one[order[name]], weight[order[name]]) for name, one in values.items()}

    def with_differences(found: dict[str, float]) -> dict[str, float]:
        return found | {f"{one} − {other}": found[one] - found[other] for one, other in less}

    whole = with_differences(measured(np.ones(len(firm_ids))))
    drawn = [with_differences(measured(weight)) for weight in _weights(firm_ids, n_resamples, seed)]
    return {name: interval_of(value, np.array([one[name] for one in drawn])) for name, value in whole.items()}
