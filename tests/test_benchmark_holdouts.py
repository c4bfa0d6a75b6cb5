import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from benchmarks.holdouts import mean_over_holdouts


def holdouts(seed: int = 0) -> tuple[np.ndarray, list[tuple[np.ndarray, np.ndarray]]]:
    rng = np.random.default_rng(seed)
    y = (np.arange(400) % 8 == 0).astype(float)
    parts = [rng.permutation(400)[:80] for _ in range(5)]
    return y, [(part, rng.normal(y[part], 1.0)) for part in parts]


def test_means_and_spread_are_those_of_scikit_learn() -> None:
    y, parts = holdouts()
    found = mean_over_holdouts(y, parts, n_resamples=50, seed=1)
    aucs = [roc_auc_score(y[part], score) for part, score in parts]
    assert found["auc"].value == pytest.approx(np.mean(aucs))
    assert found["auc_sd"].value == pytest.approx(np.std(aucs, ddof=1))
    precision = [average_precision_score(y[part], score) for part, score in parts]
    assert found["pr_auc"].value == pytest.approx(np.mean(precision))
    assert found["auc"].low < found["auc"].value < found["auc"].high


def test_the_same_seed_draws_the_same_intervals() -> None:
    y, parts = holdouts()
    assert mean_over_holdouts(y, parts, n_resamples=20, seed=3) == mean_over_holdouts(
        y, parts, n_resamples=20, seed=3
    )


def test_a_holdout_of_one_label_is_named() -> None:
    y, parts = holdouts()
    only = np.flatnonzero(y == 0)[:10]
    with pytest.raises(ValueError, match="hold-out 5 has one label only"):
        mean_over_holdouts(y, [*parts, (only, np.zeros(10))], n_resamples=5, seed=1)
