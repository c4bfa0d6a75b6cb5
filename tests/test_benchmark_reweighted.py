import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.reweighted import class_weights, measure_weighted
from models.metrics import metric

WHERE = {"benchmark": "toy", "data": "x", "split": "all", "n_resamples": 20}
METRICS = ("auc", "pr_auc", "precision_at_50pct", "brier", "calibration_slope")


def rows(seed: int, n: int = 60) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    y = (np.arange(n) % 3 == 0).astype(float)
    return y, 1 / (1 + np.exp(-rng.normal(y, 1.0)))


@given(seed=st.integers(0, 50), times=st.integers(1, 4))
def test_a_weight_is_as_good_as_repeating_the_row(seed: int, times: int) -> None:
    y, p = rows(seed)
    weight = np.where(y == 0, times, 1)
    found = measure_weighted(
        y, {"m": p}, weight, METRICS, probabilities={"m": p}, **WHERE | {"n_resamples": 2}
    )
    repeated = np.repeat(np.arange(y.size), weight)
    for row in found:
        assert row["value"] == pytest.approx(metric(row["metric"])(y[repeated], p[repeated]), rel=1e-6)


def test_weights_leave_the_auc_alone_and_bring_the_share() -> None:
    y, p = rows(1)
    weight = class_weights(y, 0.1)
    assert np.average(y, weights=weight) == pytest.approx(0.1)
    assert weight.mean() == pytest.approx(1)
    auc, pr_auc = measure_weighted(y, {"m": p}, weight, ("auc", "pr_auc"), **WHERE)
    assert auc["value"] == pytest.approx(metric("auc")(y, p))
    assert pr_auc["value"] < metric("pr_auc")(y, p)
    assert auc["low"] <= auc["value"] <= auc["high"]


def test_models_without_probabilities_have_no_brier_score() -> None:
    y, p = rows(2)
    found = measure_weighted(y, {"m": p}, np.ones_like(y), ("auc", "brier"), **WHERE)
    assert [row["metric"] for row in found] == ["auc"]


def test_a_weight_of_zero_is_refused() -> None:
    y, p = rows(3)
    with pytest.raises(ValueError, match="weights must be positive"):
        measure_weighted(y, {"m": p}, np.zeros_like(y), ("auc",), **WHERE)
