"""Contributions: against shap, against every coalition counted out, and against the prediction."""

from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
import pytest

from models.booster import margins, train_booster
from models.contributions import AdditivityError, Contributions, as_explanation, check_additivity, explain

NAMES = ["sales_pct", "debt_pct", "cash_months", "is_late"]


def rows(n=1_500, seed=0):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n, 4)).astype("float32"), columns=NAMES)
    eta = X["debt_pct"] * (X["cash_months"] < 0) - X["sales_pct"] + X["is_late"]
    y = (rng.random(n) < 1 / (1 + np.exp(-eta))).to_numpy(dtype=float)
    return X.mask(rng.random(X.shape) < 0.15), y


@pytest.fixture(scope="module")
def booster():
    X, y = rows()
    return train_booster(
        X,
        y,
        params={"num_leaves": 8, "learning_rate": 0.3, "min_child_samples": 5},
        num_boost_round=6,
        monotone=[0, 0, 0, 0],
        seed=1,
        num_threads=1,
    )


def expected_value(node, row, known):
    """Mean of a tree's leaves over the training rows that agree with `row` on the known features' splits."""
    if "leaf_value" in node:
        return node["leaf_value"]
    sides = node["left_child"], node["right_child"]
    if node["split_feature"] in known:
        value = row[node["split_feature"]]
        left = node["default_left"] if np.isnan(value) else value <= node["threshold"]
        return expected_value(sides[0 if left else 1], row, known)
    counts = [side.get("internal_count", side.get("leaf_count")) for side in sides]
    values = [expected_value(side, row, known) for side in sides]
    return float(np.average(values, weights=counts))


def shapley_by_enumeration(booster, row):
    """Shapley's own formula over all 2^4 coalitions of features."""
    trees = [tree["tree_structure"] for tree in booster.dump_model()["tree_info"]]

    def worth(known):
        return sum(expected_value(tree, row, known) for tree in trees)

    values = np.zeros(4)
    for i in range(4):
        others = [j for j in range(4) if j != i]
        for size in range(4):
            for known in combinations(others, size):
                values[i] += (worth({*known, i}) - worth(set(known))) / (4 * comb(3, size))
    return values, worth(set())


def test_contributions_are_shapley_values_counted_out(booster):
    X, _ = rows(12, seed=4)
    found = explain(booster, X, num_threads=1)
    for i, row in enumerate(X.to_numpy(dtype="float64")):
        values, base = shapley_by_enumeration(booster, row)
        assert np.allclose(found.values[i], values, atol=1e-9)
        assert found.base[i] == pytest.approx(base, abs=1e-9)


def test_contributions_are_those_of_shap(booster):
    import shap

    X, _ = rows(50, seed=5)
    found = explain(booster, X, num_threads=1)
    oracle = shap.TreeExplainer(booster)(X)
    assert np.allclose(found.values, oracle.values, atol=1e-10)
    ours = as_explanation(found, X)
    assert isinstance(ours, shap.Explanation)
    assert ours.feature_names == NAMES
    assert np.array_equal(ours.base_values + ours.values.sum(axis=1), found.margin)
    assert np.array_equal(ours.data, X.to_numpy(), equal_nan=True)


def test_sums_are_the_margins(booster):
    X, _ = rows(300, seed=6)
    found = explain(booster, X, num_threads=1)
    predicted = margins(booster, X, num_threads=1)
    assert found.feature_names == tuple(NAMES)
    assert found.values.dtype == found.base.dtype == np.float64
    assert np.allclose(found.margin, predicted, atol=1e-10)
    assert check_additivity(found, booster, X, num_threads=1, margin=predicted) == 300


def shifted(found, row, by):
    values = found.values.copy()
    values[row, 2] += by
    return Contributions(values, found.base, found.feature_names)


def test_the_first_row_that_is_off_is_named(booster):
    X, _ = rows(300, seed=6)
    found = explain(booster, X, num_threads=1)
    with pytest.raises(
        AdditivityError, match=r"contributions of row 17 add up to .* the prediction is .*\(1 of 300"
    ):
        check_additivity(shifted(found, 17, 1e-6), booster, X, num_threads=1)
    with pytest.raises(AdditivityError, match="row 299"):
        check_additivity(shifted(found, 299, np.nan), booster, X, num_threads=1)


def test_many_rows_are_sampled_but_a_given_margin_is_compared_on_each(booster):
    X, _ = rows(5_000, seed=7)
    found = explain(booster, X, num_threads=1)
    rest = {"num_threads": 1, "at_least": 10, "share": 0.01}
    assert check_additivity(found, booster, X, **rest) == 50
    off = shifted(found, 1_234, 1.0)
    assert check_additivity(off, booster, X, **rest) == 50  # row 1,234 is not among the 50
    with pytest.raises(AdditivityError, match=r"row 1234 .* the margin given"):
        check_additivity(off, booster, X, margin=found.margin, **rest)
    with pytest.raises(AdditivityError, match="row 0 "):
        check_additivity(shifted(found, 0, 1.0), booster, X, **rest)  # the first and last row always are


def test_a_frame_that_does_not_fit_is_refused(booster):
    with pytest.raises(ValueError, match="missing: is_late"):
        explain(booster, rows(5)[0].drop(columns="is_late"), num_threads=1)
