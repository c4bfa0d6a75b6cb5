"""Paired differences of two models as records; "better" only where the whole interval says so."""

from collections.abc import Sequence

import numpy as np

from models.intervals import Interval, paired_difference
from models.records import Record, record


def verdict(interval: Interval) -> str:
    """Say what an interval of a difference allows, for metrics where more is better.

    Examples
    --------
    >>> verdict(Interval(0.02, 0.01, 0.03)), verdict(Interval(0.02, -0.01, 0.05))
    ('better', 'no difference shown')
    >>> verdict(Interval(-0.02, -0.03, -0.01))
    'worse'
    """
    if interval.low > 0:
        return "better"
    return "worse" if interval.high < 0 else "no difference shown"


def difference_records(
    y: np.ndarray,
    model: tuple[str, np.ndarray],
    other: tuple[str, np.ndarray],
    firm_ids: np.ndarray,
    metrics: Sequence[str],
    *,
    benchmark: str,
    data: str,
    split: str,
    n_resamples: int,
    seed: int,
) -> list[Record]:
    """Return a record for each metric of one model less another's, measured on the same resamples of firms.

    Parameters
    ----------
    y : (n,) of 0 and 1
    model, other : (name, scores (n,))
    firm_ids : (n,)
    metrics : names of metrics where more is better
    """
    found = paired_difference(y, model[1], other[1], firm_ids, metrics, n_resamples=n_resamples, seed=seed)
    return [
        record(
            found[name],
            benchmark=benchmark,
            data=data,
            split=split,
            model=f"{model[0]} less {other[0]}",
            metric=name,
            n=len(y),
            positives=int(np.sum(y)),
            reference=verdict(found[name]),
        )
        for name in metrics
    ]
