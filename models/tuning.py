"""The search for LightGBM's parameters: seeded, resumable, judged on later dates and other firms.

A trial's proposal depends on the seed, on how many trials were finished before and on their results, and
on nothing else: each trial gets a sampler of its own, seeded by its place. A search that was killed and
taken up again therefore ends where an unbroken one would. (One sampler for all trials would start its
random numbers anew after each restart, and propose the first trials twice.)
"""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import optuna
import pandas as pd
from optuna.trial import TrialState
from scipy.special import expit

from models.booster import as_matrix, make_dataset, make_valid, train_on
from models.folds import Fold, inner_folds
from models.metrics import auc, log_loss, pr_auc
from models.search_space import Ranges, as_params, check_ranges, middle, suggest

log = logging.getLogger(__name__)

METRICS = {"pr_auc": pr_auc, "auc": auc}
_RANDOM_TRIALS = 5  # before TPE has something to learn from; the first of them is the middle of all ranges
_UNPRUNED_TRIALS = 4  # before a median means anything
_FINISHED = (TrialState.COMPLETE, TrialState.PRUNED)

Progress = Callable[[int, int, str], None]  # done, total, of what


@dataclass(frozen=True)
class Tuned:
    """The best trial, and all of them."""

    best: dict[str, int | float | str]  # parameters for `train_booster`, and num_boost_round
    value: float  # mean of the metric over the folds
    trials: pd.DataFrame  # number, state, value, log_loss, num_boost_round, then the searched values


@dataclass(frozen=True)
class _Ready:
    """A fold binned once for all trials."""

    train: lgb.Dataset
    valid: lgb.Dataset
    values: np.ndarray
    y: np.ndarray


def _ready(X: pd.DataFrame, y: np.ndarray, fold: Fold, num_threads: int) -> _Ready:
    train = make_dataset(X.iloc[fold.train], y[fold.train], num_threads=num_threads)
    later, truth = X.iloc[fold.valid], y[fold.valid]
    return _Ready(train, make_valid(train, later, truth), as_matrix(later), truth)


def tune(
    X: pd.DataFrame,
    y: np.ndarray,
    *,
    firm_ids: np.ndarray,
    as_of_dates: np.ndarray,
    horizon_months: int,
    monotone: Sequence[int],
    monotone_method: str,
    ranges: Ranges,
    trials: int,
    folds: int,
    rounds: int,
    early_stopping_rounds: int,
    metric: str,
    seed: int,
    num_threads: int,
    storage: str | optuna.storages.BaseStorage | None,
    name: str,
    progress: Progress | None = None,
) -> Tuned:
    """Search parameters by TPE (Bergstra et al. 2011) on inner folds, and return the best of `trials` trials.

    Parameters
    ----------
    X, y : DataFrame (n, f), (n,) of 0 and 1
        Training rows sorted by (as_of_date, firm_id).
    firm_ids, as_of_dates : (n,)
        Folds are grouped by firm with the gap of one horizon between dates: see `models.folds.inner_folds`.
    horizon_months : int
    monotone : (f,) of -1, 0, 1
    monotone_method : "basic" or "intermediate"
    ranges : name -> (low, high)
        Of the keys in `models.booster.TUNABLE`, or `leaf_share`; whole numbers where both bounds are.
    trials : int
        How many finished trials there shall be in all, over restarts; pruned ones count.
    folds : int
    rounds, early_stopping_rounds : int
        Trees at most, and after how many without a lower log loss on the fold's later rows to stop.
    metric : "pr_auc", "auc"
        Its mean over the folds is maximised.
    seed : int
        Trials, folds and boosters follow from it.
    num_threads : int
        LightGBM's; trials run one after the other, several at once could not be repeated.
    storage : str or storage, optional
        Address such as sqlite:///FILE, from which a stopped search goes on; None keeps nothing.
    name : str
        Of the study; a fingerprint of the rows and choices is added, so that other rows start anew in the
        same storage and never take over trials that were judged on different data.
    progress : callable (done, total, what), optional

    Returns
    -------
    Tuned

    Raises
    ------
    ValueError
        When a range, metric or fold cannot be used.
    """
    check_ranges(ranges)
    if metric not in METRICS:
        raise ValueError(f"metric {metric!r} cannot be searched by; known: {', '.join(METRICS)}")
    if trials < 1:
        raise ValueError(f"trials must be 1 or more, got {trials}")
    y = np.asarray(y, dtype=np.float64)
    choices = {
        "horizon_months": horizon_months,
        "monotone": [int(way) for way in monotone],
        "monotone_method": monotone_method,
        "ranges": {key: list(map(float, bounds)) for key, bounds in ranges.items()},
        "folds": folds,
        "rounds": [rounds, early_stopping_rounds],
        "metric": METRICS[metric].__name__,
        "seed": seed,
        "versions": [lgb.__version__, optuna.__version__],
    }
    parts = inner_folds(as_of_dates, firm_ids, y, folds=folds, horizon_months=horizon_months, seed=seed)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        storage=storage,
        study_name=f"{name}/{_fingerprint(X, y, firm_ids, as_of_dates, choices)}",
        direction="maximize",
        pruner=optuna.pruners.MedianPruner(n_startup_trials=_UNPRUNED_TRIALS),
        load_if_exists=True,
    )
    for stale in study.get_trials(states=(TrialState.RUNNING,)):  # a killed search left it half done
        study.tell(stale.number, state=TrialState.FAIL)
    finished = len(study.get_trials(states=_FINISHED))
    if finished:
        log.info("%s: %d of %d trials are there already", name, min(finished, trials), trials)
    if finished < trials:
        ready = [_ready(X, y, fold, num_threads) for fold in parts]
    while finished < trials:
        if progress is not None:
            progress(finished, trials, name)
        study.sampler = _sampler(seed, finished)
        if finished == 0 and not study.get_trials(states=(TrialState.WAITING,)):
            study.enqueue_trial(middle(ranges))
        trial = study.ask()
        params = as_params(suggest(trial, ranges), monotone_method)
        value = _judge(trial, ready, params, choices, metric, num_threads)
        state = TrialState.PRUNED if value is None else TrialState.COMPLETE
        study.tell(trial, value, state=state)
        finished += 1
    if progress is not None:
        progress(trials, trials, name)
    return _report(study, trials, ranges, monotone_method)


def _sampler(seed: int, place: int) -> optuna.samplers.BaseSampler:
    own_seed = int(np.random.SeedSequence([seed, place]).generate_state(1)[0])
    return optuna.samplers.TPESampler(seed=own_seed, n_startup_trials=_RANDOM_TRIALS)


def _judge(
    trial: optuna.Trial,
    ready: Sequence[_Ready],
    params: Mapping,
    choices: Mapping,
    metric: str,
    num_threads: int,
) -> float | None:
    """Return the metric's mean over the folds; None where the trial was pruned."""
    most, patience = choices["rounds"]
    values, losses, used = [], [], []
    for k, fold in enumerate(ready):
        booster = train_on(
            fold.train,
            params=params,
            num_boost_round=most,
            monotone=choices["monotone"],
            seed=choices["seed"],
            num_threads=num_threads,
            valid=fold.valid,
            callbacks=[lgb.early_stopping(patience, verbose=False)],
        )
        margin = booster.predict(fold.values, raw_score=True, num_threads=num_threads)
        values.append(METRICS[metric](fold.y, margin))
        losses.append(log_loss(fold.y, expit(margin)))
        used.append(booster.best_iteration)
        trial.report(float(np.mean(values)), k)
        trial.set_user_attr("log_loss", float(np.mean(losses)))
        trial.set_user_attr("num_boost_round", max(1, round(float(np.mean(used)))))
        if k + 1 < len(ready) and trial.should_prune():
            return None
    return float(np.mean(values))


def _report(study: optuna.Study, trials: int, ranges: Ranges, monotone_method: str) -> Tuned:
    """Return the best of the first `trials` finished trials: a study may hold more from a longer search."""
    done = study.get_trials(deepcopy=False, states=_FINISHED)[:trials]
    rows = [
        {
            "number": place,
            "state": trial.state.name.lower(),
            "value": trial.value if trial.state == TrialState.COMPLETE else np.nan,
            "log_loss": trial.user_attrs["log_loss"],
            "num_boost_round": trial.user_attrs["num_boost_round"],
            **{name: trial.params[name] for name in ranges},
        }
        for place, trial in enumerate(done)
    ]
    frame = pd.DataFrame(rows)
    best = frame["value"].idxmax()  # the first complete trial is never pruned, so there is one
    row = rows[best]
    params = as_params({name: row[name] for name in ranges}, monotone_method)
    return Tuned(params | {"num_boost_round": int(row["num_boost_round"])}, float(row["value"]), frame)


def _fingerprint(
    X: pd.DataFrame, y: np.ndarray, firm_ids: np.ndarray, as_of_dates: np.ndarray, choices: Mapping
) -> str:
    """Return twelve digits that change with any row or choice."""
    digest = hashlib.sha256(json.dumps([*map(str, X.columns), choices], sort_keys=True).encode())
    for part in (as_matrix(X), y, pd.DatetimeIndex(as_of_dates).as_unit("ms").asi8):
        digest.update(np.ascontiguousarray(part).tobytes())
    digest.update("\n".join(map(str, firm_ids)).encode())
    return digest.hexdigest()[:12]
