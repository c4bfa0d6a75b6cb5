"""The booster: the same text twice, monotone where asked, and no frame that does not fit."""

import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest

from models.booster import (
    check_features,
    make_dataset,
    margins,
    model_text,
    train_booster,
    train_on,
)

PARAMS = {
    "learning_rate": 0.1,
    "num_leaves": 15,
    "max_depth": 5,
    "min_child_samples": 10,
    "feature_fraction": 0.7,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 1.0,
}
MONOTONE = [1, -1, 0, 1, 0, 0]


def rows(n=2_000, seed=0):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n, 6)).astype("float32"), columns=list("abcdef"))
    eta = X["a"] - X["b"] + np.sin(3 * X["c"]) + 0.5 * X["d"] * (X["e"] > 0) - 2
    y = (rng.random(n) < 1 / (1 + np.exp(-eta))).to_numpy(dtype=float)
    return X.mask(rng.random(X.shape) < 0.1), y


def trained(X, y, *, num_threads=1, num_boost_round=40, **changes):
    settings = {"params": PARAMS, "monotone": MONOTONE, "seed": 11} | changes
    return train_booster(X, y, num_boost_round=num_boost_round, num_threads=num_threads, **settings)


@pytest.fixture(scope="module")
def booster():
    return trained(*rows())


def test_trained_twice_on_any_number_of_threads_the_text_is_the_same(booster):
    text = model_text(booster)
    assert model_text(trained(*rows())) == text
    assert model_text(trained(*rows(), num_threads=3)) == text
    assert model_text(trained(*rows(), seed=12)) != text
    assert "[num_threads: 0]" in text
    assert not any(mark in text for mark in ("/", "\\"))  # no path of the machine


def test_text_read_back_gives_the_same_margins(booster):
    X, _ = rows(seed=1)
    read = lgb.Booster(model_str=model_text(booster))
    assert np.array_equal(margins(read, X, num_threads=1), margins(booster, X, num_threads=1))
    assert model_text(read) == model_text(booster)


@pytest.mark.parametrize("method", ["basic", "intermediate"])
def test_every_constrained_feature_is_monotone_on_random_rows(method):
    X, y = rows()
    booster = trained(X, y, params=PARAMS | {"monotone_constraints_method": method})
    sample = rows(200, seed=2)[0]
    grid = np.linspace(-4, 4, 41, dtype="float32")
    swept = np.zeros(6)
    for i, (name, way) in enumerate(zip(X.columns, MONOTONE, strict=True)):
        across = pd.concat([sample.assign(**{name: value}) for value in grid.astype("float32")])
        steps = np.diff(margins(booster, across, num_threads=1).reshape(grid.size, -1), axis=0)
        swept[i] = np.abs(steps).max()
        if way:
            assert (way * steps).min() >= 0, name
    assert (swept[:4] > 0).all()  # each of the features that matter moved at all


def test_one_dataset_serves_many_parameter_sets(booster):
    X, y = rows()
    dataset = make_dataset(X, y, num_threads=1)
    rest = {"num_boost_round": 40, "monotone": MONOTONE, "seed": 11, "num_threads": 1}
    train_on(dataset, params=PARAMS | {"min_child_samples": 50, "num_leaves": 4}, **rest)
    assert model_text(train_on(dataset, params=PARAMS, **rest)) == model_text(booster)


def test_early_stopping_watches_the_valid_rows():
    X, y = rows()
    stopped = trained(
        X,
        y,
        valid=rows(seed=3),
        num_boost_round=500,
        params=PARAMS | {"learning_rate": 0.5},
        callbacks=[lgb.early_stopping(5, verbose=False)],
    )
    assert 1 <= stopped.best_iteration < 100


def test_a_frame_that_does_not_fit_gives_one_error_with_every_fault(booster):
    X, _ = rows(10)
    with pytest.raises(
        ValueError, match="missing: b; not in the model: z; not float32 or float64: c is int64"
    ):
        check_features(booster, X.rename(columns={"b": "z"}).assign(c=1))
    with pytest.raises(ValueError, match="order differs from column 0 on: 'b' instead of 'a'"):
        margins(booster, X[list("bacdef")], num_threads=1)
    with pytest.raises(ValueError, match="not float32 or float64: f is str"):
        margins(booster, X.assign(f="high"), num_threads=1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"params": {"scale_pos_weight": 10}}, "parameters scale_pos_weight cannot be set"),
        ({"params": {"learning_rat": 0.1}}, "parameters learning_rat cannot be set"),
        ({"params": {"monotone_constraints_method": "advanced"}}, "known: basic, intermediate"),
        ({"monotone": [1, 0]}, "2 monotone directions for 6 features"),
        ({"monotone": [2, 0, 0, 0, 0, 0]}, "must be -1, 0 or 1; a: 2"),
    ],
)
def test_settings_that_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        trained(*rows(50), **changes)


def test_rows_that_are_refused():
    X, y = rows(50)
    with pytest.raises(ValueError, match="label of row 3 is nan"):
        trained(X, np.where(np.arange(50) == 3, np.nan, y))
    with pytest.raises(ValueError, match="infinite values in d"):
        trained(X.assign(d=np.float32(np.inf)), y)
    with pytest.raises(ValueError, match="got '売上'"):
        trained(X.rename(columns={"a": "売上"}), y)
    with pytest.raises(ValueError, match="'a': object"):
        trained(X.astype({"a": object}), y)
