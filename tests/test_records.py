"""Evaluation records: the schema, the same figures as the metrics', and what is left out."""

import json

import numpy as np
import pytest

from models.intervals import bootstrap_by_firm
from models.metrics import brier, calibration_line
from models.records import FIELDS, measure

RNG = np.random.default_rng(2)
P = RNG.beta(1, 8, 400)
Y = (RNG.random(400) < P).astype(float)
FIRMS = np.repeat(np.arange(100), 4)
WHERE = {"benchmark": "toy", "data": "400 rows", "split": "all", "n_resamples": 40, "seed": 2}


def test_records_carry_the_figures_of_the_metrics():
    names = ["auc", "brier", "calibration_slope", "recall_at_5pct"]
    rows = measure(
        Y,
        {"model": np.log(P), "prior": np.zeros(400), "grade": -np.round(P * 9)},
        FIRMS,
        names,
        probabilities={"model": P, "prior": np.full(400, Y.mean())},
        references={("model", "auc"): 0.9},
        **WHERE,
    )
    found = {(row["model"], row["metric"]): row for row in rows}
    assert list(found) == [
        *[("model", name) for name in names],
        ("prior", "auc"),
        ("prior", "brier"),  # no calibration line of a constant
        ("prior", "recall_at_5pct"),
        ("grade", "auc"),  # a score without probabilities: ranking only
        ("grade", "recall_at_5pct"),
    ]
    assert all(tuple(row) == FIELDS for row in rows)
    assert all(row["low"] <= row["value"] <= row["high"] for row in rows if row["model"] != "prior")
    alone = bootstrap_by_firm(Y, np.log(P), FIRMS, ["auc"], n_resamples=40, seed=2)["auc"]
    row = found["model", "auc"]
    assert (row["value"], row["low"], row["high"], row["reference"]) == (
        alone.value,
        alone.low,
        alone.high,
        0.9,
    )
    assert found["model", "brier"]["value"] == brier(Y, P)
    assert found["model", "calibration_slope"]["value"] == calibration_line(Y, P).slope
    assert (row["n"], row["positives"]) == (400, int(Y.sum()))
    assert json.loads(json.dumps(rows, allow_nan=False)) == rows


def test_unknown_metrics_are_refused():
    with pytest.raises(ValueError, match="no intervals for metric 'accuracy'"):
        measure(Y, {"model": P}, FIRMS, ["accuracy"], **WHERE)
