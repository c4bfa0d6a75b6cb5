"""The booster: LightGBM with the dictionary's monotone directions, the same text from the same inputs."""

import re
from collections.abc import Callable, Mapping, Sequence

import lightgbm as lgb
import numpy as np
import pandas as pd

# What params may set. LightGBM passes over a misspelt key with a warning; here it is an error. Class weights
# (is_unbalance, scale_pos_weight) are not among them: they spoil probabilities.
TUNABLE = frozenset(
    {
        "bagging_fraction",
        "bagging_freq",
        "feature_fraction",
        "lambda_l1",
        "lambda_l2",
        "learning_rate",
        "max_bin",
        "max_depth",
        "min_child_samples",
        "min_gain_to_split",
        "min_sum_hessian_in_leaf",
        "monotone_constraints_method",
        "monotone_penalty",
        "num_leaves",
        "path_smooth",
    }
)
MONOTONE_METHODS = ("basic", "intermediate")  # "advanced" breaks its own constraints (LightGBM#6155, #6841)
_NAME = re.compile(
    r"[A-Za-z0-9_]+"
)  # other characters end up as JSON syntax in the model text (LightGBM#6202)
_DTYPES = (np.dtype("float32"), np.dtype("float64"))
_THREADS = re.compile(r"^\[num_threads: \d+\]$", flags=re.MULTILINE)
_DATA_SEED = 1  # for the sample that bin edges are taken from; only beyond 200,000 rows

Valid = tuple[pd.DataFrame, np.ndarray]


def check_columns(frame: pd.DataFrame) -> None:
    """Raise one error that names every column a booster cannot take as a feature."""
    wrong = [f"{name!r}: {dtype}" for name, dtype in frame.dtypes.items() if dtype not in _DTYPES]
    if wrong:
        raise ValueError(f"features must be float32 or float64; {', '.join(wrong)}")
    names = [str(name) for name in frame.columns if not _NAME.fullmatch(str(name))]
    if names:
        raise ValueError(
            f"feature names must be ASCII letters, digits and _; got {', '.join(map(repr, names))}"
        )
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()].unique()
        raise ValueError(f"feature names must be unique; twice: {', '.join(map(repr, twice))}")


def check_features(booster: lgb.Booster, frame: pd.DataFrame) -> None:
    """Raise one error that names every missing, surplus, misplaced or mistyped feature.

    LightGBM itself takes frames with columns missing or in another order and scores them wrongly
    (LightGBM#2396).

    Raises
    ------
    ValueError
        Unless `frame` has exactly the booster's features, in its order, as float32 or float64.
    """
    expected = booster.feature_name()
    names = list(frame.columns)
    faults = []
    if missing := [name for name in expected if name not in set(names)]:
        faults.append(f"missing: {', '.join(missing)}")
    if surplus := [str(name) for name in names if name not in set(expected)]:
        faults.append(f"not in the model: {', '.join(surplus)}")
    if not faults and names != expected:
        place = next(i for i, (a, b) in enumerate(zip(names, expected, strict=False)) if a != b)
        faults.append(
            f"order differs from column {place} on: {names[place]!r} instead of {expected[place]!r}"
        )
    wrong = [f"{name} is {dtype}" for name, dtype in frame.dtypes.items() if dtype not in _DTYPES]
    if wrong:
        faults.append(f"not float32 or float64: {', '.join(wrong)}")
    if faults:
        raise ValueError(f"features do not fit the model; {'; '.join(faults)}")


def as_matrix(frame: pd.DataFrame) -> np.ndarray:
    """Return the frame's values, row after row in memory: LightGBM reads it without a copy of its own."""
    return np.ascontiguousarray(frame.to_numpy())


def make_dataset(frame: pd.DataFrame, y: np.ndarray, *, num_threads: int, max_bin: int = 255) -> lgb.Dataset:
    """Bin features and labels for training; one dataset serves any number of parameter sets.

    Raises
    ------
    ValueError
        When a column cannot be a feature, a value is infinite, or a label is neither 0 nor 1.
    """
    check_columns(frame)
    y = np.asarray(y, dtype=np.float64)
    if y.shape != (len(frame),):
        raise ValueError(f"labels have shape {y.shape}, the features {len(frame)} rows")
    bad = np.flatnonzero((y != 0) & (y != 1))
    if bad.size:
        raise ValueError(f"label of row {bad[0]} is {y[bad[0]]}; only labels 0 and 1 can be trained on")
    values = as_matrix(frame)
    infinite = np.flatnonzero(np.isinf(values).any(axis=0))
    if infinite.size:
        raise ValueError(f"infinite values in {', '.join(str(frame.columns[i]) for i in infinite)}")
    fixed = _fixed(num_threads=num_threads) | {"max_bin": max_bin}
    return lgb.Dataset(
        values, y, feature_name=[str(name) for name in frame.columns], params=fixed, free_raw_data=False
    )


def make_valid(dataset: lgb.Dataset, frame: pd.DataFrame, y: np.ndarray) -> lgb.Dataset:
    """Bin further rows by the edges of `dataset`, for its training to watch."""
    check_columns(frame)
    if list(frame.columns) != list(dataset.feature_name):
        raise ValueError("the validation rows have other features than the training rows")
    return dataset.create_valid(
        as_matrix(frame), np.asarray(y, dtype=np.float64), params=dict(dataset.params)
    )


def _fixed(*, num_threads: int) -> dict[str, object]:
    return {
        "objective": "binary",
        "metric": "binary_logloss",
        "deterministic": True,
        "force_row_wise": True,  # LightGBM otherwise times both ways and takes the quicker one: another model
        "feature_pre_filter": False,  # a dataset must serve any min_child_samples
        "data_random_seed": _DATA_SEED,
        "num_threads": num_threads,
        "verbosity": -1,
    }


def train_on(
    dataset: lgb.Dataset,
    *,
    params: Mapping[str, object],
    num_boost_round: int,
    monotone: Sequence[int],
    seed: int,
    num_threads: int,
    valid: lgb.Dataset | None = None,
    callbacks: Sequence[Callable] = (),
) -> lgb.Booster:
    """Train on a binned dataset; the parts of `train_booster`, for searches that train on one many times."""
    names = list(dataset.feature_name)
    if unknown := sorted(set(params) - TUNABLE):
        raise ValueError(
            f"parameters {', '.join(unknown)} cannot be set; known: {', '.join(sorted(TUNABLE))}"
        )
    if len(monotone) != len(names):
        raise ValueError(f"{len(monotone)} monotone directions for {len(names)} features")
    if wrong := [
        f"{name}: {way}" for name, way in zip(names, monotone, strict=True) if way not in (-1, 0, 1)
    ]:
        raise ValueError(f"monotone directions must be -1, 0 or 1; {', '.join(wrong)}")
    method = params.get("monotone_constraints_method", "basic")
    if method not in MONOTONE_METHODS:
        raise ValueError(f"monotone_constraints_method is {method!r}; known: {', '.join(MONOTONE_METHODS)}")
    settings = dict(params) | _fixed(num_threads=num_threads)
    settings |= {"seed": seed, "monotone_constraints": [int(way) for way in monotone]}
    settings["monotone_constraints_method"] = method
    return lgb.train(
        settings,
        dataset,
        num_boost_round=num_boost_round,
        valid_sets=[] if valid is None else [valid],
        callbacks=list(callbacks),
    )


def train_booster(
    X: pd.DataFrame,
    y: np.ndarray,
    *,
    params: Mapping[str, object],
    num_boost_round: int,
    monotone: Sequence[int],
    seed: int,
    num_threads: int,
    valid: Valid | None = None,
    callbacks: Sequence[Callable] = (),
) -> lgb.Booster:
    """Train a booster whose margin is the log-odds of default; the same inputs give the same text.

    Parameters
    ----------
    X : DataFrame (n, f), float32 or float64, NaN where missing
        Rows sorted by (as_of_date, firm_id): another order gives another model.
    y : (n,) of 0 and 1
    params : mapping
        Of the keys in `TUNABLE`.
    num_boost_round : int
        Trees, or at most so many where `callbacks` stops early on `valid`.
    monotone : (f,) of -1, 0, 1
        +1: riskier when higher.
    seed, num_threads : int
    valid : (X, y), optional
        Rows whose log loss callbacks may watch.

    Raises
    ------
    ValueError
        When a column, label, parameter or direction cannot be used; nothing is trained then.

    Examples
    --------
    >>> X = pd.DataFrame({"debt_pct": np.linspace(0, 100, 80)})
    >>> y = (X["debt_pct"] > 50).to_numpy(dtype=float)
    >>> rest = {"num_boost_round": 2, "monotone": [1], "seed": 1, "num_threads": 1}
    >>> booster = train_booster(X, y, params={"num_leaves": 4}, **rest)
    >>> bool(np.all(np.diff(margins(booster, X, num_threads=1)) >= 0))
    True
    >>> train_booster(X, y, params={"is_unbalance": True}, **rest)
    Traceback (most recent call last):
    ValueError: parameters is_unbalance cannot be set; known: bagging_fraction, bagging_freq, ...
    >>> margins(booster, X.rename(columns={"debt_pct": "debt"}), num_threads=1)
    Traceback (most recent call last):
    ValueError: features do not fit the model; missing: debt_pct; not in the model: debt
    """
    max_bin = int(params.get("max_bin", 255))
    dataset = make_dataset(X, y, num_threads=num_threads, max_bin=max_bin)
    watched = None
    if valid is not None:
        watched = make_valid(dataset, *valid)
    return train_on(
        dataset,
        params=params,
        num_boost_round=num_boost_round,
        monotone=monotone,
        seed=seed,
        num_threads=num_threads,
        valid=watched,
        callbacks=callbacks,
    )


def margins(booster: lgb.Booster, X: pd.DataFrame, num_threads: int = 0) -> np.ndarray:
    """Return the log-odds of every row, (n,) float64, after checking that the features fit.

    Results do not depend on `num_threads`; 0 takes all cores.
    """
    check_features(booster, X)
    return np.asarray(
        booster.predict(as_matrix(X), raw_score=True, num_threads=num_threads), dtype=np.float64
    )


def model_text(booster: lgb.Booster) -> str:
    """Return LightGBM's own text with nothing of the machine in it: the number of threads is set to 0."""
    return _THREADS.sub("[num_threads: 0]", booster.model_to_string())
