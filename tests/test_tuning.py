"""Tuning: a stopped search ends where an unbroken one would, and the number of trials is a total."""

import numpy as np
import optuna
import pandas as pd
import pytest

from models.booster import train_booster
from models.tuning import tune

RANGES = {
    "max_depth": (3, 5),
    "leaf_share": (0.5, 1.0),
    "learning_rate": (0.05, 0.5),
    "min_child_samples": (5, 60),
    "feature_fraction": (0.5, 1.0),
    "lambda_l2": (0.01, 10.0),
}
TRIALS = 9  # five at random, four proposed by TPE; pruning may begin with the fifth


def rows():
    rng = np.random.default_rng(0)
    dates = pd.date_range("2012-03-31", periods=8, freq="12ME")
    firms = np.array([f"{i:04d}" for i in range(150)])
    X = pd.DataFrame(rng.normal(size=(1_200, 5)).astype("float32"), columns=list("abcde"))
    y = (rng.random(1_200) < 1 / (1 + np.exp(-1.5 * X["a"] - X["b"] * X["c"] + 1.5))).to_numpy(dtype=float)
    return {"X": X, "y": y, "firm_ids": np.tile(firms, 8), "as_of_dates": np.repeat(dates.to_numpy(), 150)}


ROWS = rows()


def search(storage, trials=TRIALS, **changes):
    settings = ROWS | {
        "horizon_months": 12,
        "monotone": [1, 0, 0, 0, 0],
        "monotone_method": "basic",
        "ranges": RANGES,
        "folds": 2,
        "rounds": 30,
        "early_stopping_rounds": 5,
        "metric": "pr_auc",
        "seed": 4,
        "num_threads": 1,
        "name": "default/basic",
    }
    return tune(**settings | changes, storage=storage, trials=trials)


@pytest.fixture(scope="module")
def unbroken():
    return search(None)


class Killed(Exception):
    """Stands for a signal in the middle of a trial."""


def test_a_killed_search_ends_where_an_unbroken_one_does(unbroken, tmp_path, monkeypatch):
    storage = f"sqlite:///{tmp_path / 'optuna.db'}"
    search(storage, trials=3)
    told, report = [], optuna.Trial.report

    def dies(trial, value, step):
        report(trial, value, step)
        told.append((trial.number, step))
        if len(told) == 3:  # in the middle of the second trial after the restart
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(optuna.Trial, "report", dies)
        with pytest.raises(Killed):
            search(storage)
    assert told == [(3, 0), (3, 1), (4, 0)]
    found = search(storage)
    pd.testing.assert_frame_equal(found.trials, unbroken.trials)
    assert (found.best, found.value) == (unbroken.best, unbroken.value)


def test_taken_up_trial_by_trial_it_is_the_same_search(unbroken):
    storage = optuna.storages.InMemoryStorage()
    for trials in range(1, TRIALS + 1):
        found = search(storage, trials=trials)
        pd.testing.assert_frame_equal(found.trials, unbroken.trials[:trials])
    assert found.best == unbroken.best
    assert found.value == unbroken.value


def test_the_number_of_trials_is_a_total(unbroken, monkeypatch):
    storage = optuna.storages.InMemoryStorage()
    search(storage)
    monkeypatch.setattr("models.tuning._judge", None)  # nothing is left to judge
    again = search(storage)
    pd.testing.assert_frame_equal(again.trials, unbroken.trials)
    fewer = search(storage, trials=2)  # as if the longer search had never been
    pd.testing.assert_frame_equal(fewer.trials, unbroken.trials[:2])
    assert fewer.value == unbroken.trials["value"][:2].max()


def test_other_rows_or_choices_start_anew_in_the_same_storage():
    storage = optuna.storages.InMemoryStorage()
    search(storage, trials=1)
    search(storage, trials=1, seed=5)
    search(storage, trials=1, y=1 - ROWS["y"])
    search(storage, trials=1)
    assert len(optuna.get_all_study_names(storage)) == 3


def test_the_best_trial_trains_a_booster(unbroken):
    best = dict(unbroken.best)
    row = unbroken.trials.loc[unbroken.trials["value"].idxmax()]
    assert best["learning_rate"] == row["learning_rate"]
    assert best["num_leaves"] == max(2, round(row["leaf_share"] * 2 ** row["max_depth"]))
    assert 1 <= best["num_boost_round"] == row["num_boost_round"] <= 30
    rounds = best.pop("num_boost_round")
    booster = train_booster(
        ROWS["X"],
        ROWS["y"],
        params=best,
        num_boost_round=rounds,
        monotone=[1, 0, 0, 0, 0],
        seed=1,
        num_threads=1,
    )
    assert booster.num_trees() == rounds


def test_the_table_of_trials(unbroken):
    table = unbroken.trials
    assert table.columns.tolist() == ["number", "state", "value", "log_loss", "num_boost_round", *RANGES]
    assert table["number"].tolist() == list(range(TRIALS))
    assert set(table["state"]) <= {"complete", "pruned"}
    assert (table["value"].isna() == (table["state"] == "pruned")).all()
    assert table["log_loss"].between(0.1, 1).all()
    # the first trial is the middle of all ranges: sqrt(.05 * .5) = .158114 for the learning rate, depth 4
    assert table.loc[0, "learning_rate"] == pytest.approx(0.158114, abs=1e-6)
    assert table.loc[0, "max_depth"] == 4
    assert table["learning_rate"].nunique() == TRIALS


def test_progress_and_refusals():
    told = []
    search(None, trials=2, progress=lambda *args: told.append(args))
    assert told == [(0, 2, "default/basic"), (1, 2, "default/basic"), (2, 2, "default/basic")]
    with pytest.raises(ValueError, match="metric 'brier' cannot be searched by"):
        search(None, metric="brier")
    with pytest.raises(ValueError, match="trials must be 1 or more"):
        search(None, trials=0)
