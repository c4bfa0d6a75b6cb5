"""The one schema of evaluation tables: what was measured, on which rows, with which interval, beside what."""

from collections.abc import Mapping, Sequence

import numpy as np

from models.intervals import Interval, interval_of, resample
from models.metrics import OF_PROBABILITIES, metric

FIELDS = (
    "benchmark",
    "data",
    "split",
    "model",
    "metric",
    "value",
    "low",
    "high",
    "n",
    "positives",
    "reference",
)
Record = dict[str, object]


def record(
    interval: Interval,
    *,
    benchmark: str,
    data: str,
    split: str,
    model: str,
    metric: str,
    n: int,
    positives: int,
    reference: float | str | None = None,
) -> Record:
    """Return one row of an evaluation table, its keys in the order of `FIELDS`; plain values for JSON.

    `reference` is a published figure, or text on what the value is compared with; None where there is none.

    Examples
    --------
    >>> where = {"benchmark": "spain", "data": "test 2003", "split": "time", "n": 484, "positives": 34}
    >>> row = record(Interval(0.8, 0.7, 0.9), model="lightgbm", metric="auc", reference=0.881, **where)
    >>> row["value"], row["low"], row["high"], row["reference"]
    (0.8, 0.7, 0.9, 0.881)
    """
    values = {
        "benchmark": benchmark,
        "data": data,
        "split": split,
        "model": model,
        "metric": metric,
        "value": float(interval.value),
        "low": float(interval.low),
        "high": float(interval.high),
        "n": int(n),
        "positives": int(positives),
        "reference": reference,
    }
    return {name: values[name] for name in FIELDS}


def measure(
    y: np.ndarray,
    scores: Mapping[str, np.ndarray],
    firm_ids: np.ndarray,
    metrics: Sequence[str],
    *,
    benchmark: str,
    data: str,
    split: str,
    probabilities: Mapping[str, np.ndarray] | None = None,
    references: Mapping[tuple[str, str], float | str] | None = None,
    n_resamples: int = 500,
    seed: int = 0,
) -> list[Record]:
    """Measure every model by every metric on the same resamples of firms.

    Parameters
    ----------
    y : (n,) of 0 and 1
    scores : model -> (n,), higher is riskier
        What ranking metrics are measured on.
    firm_ids : (n,)
    metrics : names known to `models.metrics.metric`
    benchmark, data, split : text
        What the rows are; figures on the simulated portfolio say so in `data`.
    probabilities : model -> (n,), optional
        What Brier score, log loss and calibration are measured on; a model without them has no such
        records, and one with the same probability everywhere no calibration line.
    references : (model, metric) -> figure or text, optional
    n_resamples, seed : int

    Returns
    -------
    list of dict
        By model, then metric, in the order given.

    Raises
    ------
    ValueError
        When labels or scores cannot be measured.

    Examples
    --------
    >>> rows = measure([0, 1, 0, 1], {"a": [1, 2, 3, 4]}, list("wxyz"), ["auc", "brier"],
    ...                benchmark="toy", data="four rows", split="all", n_resamples=10)
    >>> [(row["model"], row["metric"], row["value"], row["n"], row["positives"]) for row in rows]
    [('a', 'auc', 0.75, 4, 2)]
    """
    references = references or {}
    probabilities = probabilities or {}
    of_probabilities = [name for name in metrics if name in OF_PROBABILITIES]
    of_ranking = [name for name in metrics if name not in OF_PROBABILITIES]
    rest = {"n_resamples": n_resamples, "seed": seed}
    drawn, redrawn = {}, 0
    if of_ranking:
        drawn, redrawn = resample(y, scores, firm_ids, of_ranking, **rest)
    for model in scores:
        if model in probabilities and (names := _measurable(of_probabilities, probabilities[model])):
            more, redrawn = resample(y, {model: probabilities[model]}, firm_ids, names, **rest)
            drawn |= more
    rows = []
    for model, score in scores.items():
        for name in metrics:
            if (model, name) in drawn:
                given = probabilities[model] if name in OF_PROBABILITIES else score
                rows.append(
                    record(
                        interval_of(metric(name)(y, given), drawn[model, name], redrawn),
                        benchmark=benchmark,
                        data=data,
                        split=split,
                        model=model,
                        metric=name,
                        n=len(y),
                        positives=int(np.sum(y)),
                        reference=references.get((model, name)),
                    )
                )
    return rows


def _measurable(names: Sequence[str], probability: np.ndarray) -> list[str]:
    """Leave out the calibration line of a probability that is the same on every row."""
    varies = np.ptp(np.asarray(probability, dtype=np.float64)) > 0
    return [name for name in names if varies or not name.startswith("calibration_")]
