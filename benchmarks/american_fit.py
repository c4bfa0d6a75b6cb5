"""Fitting on American windows: parameters searched, boosters of several seeds, margins held out by firm."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import lightgbm as lgb
import numpy as np
import pandas as pd

from benchmarks.american_items import item_features, shares_of_assets
from benchmarks.american_rows import Rows, project_features
from features.dictionary import load_dictionary, monotone_of
from models.booster import margins, train_booster
from models.time_splits import place_of_firm
from models.tuning import tune

FAMILIES = (
    "balances",
    "closings",
)  # the others need what the set has not; when closings arrived is a convention
RANGES: Mapping[str, tuple[float, float]] = {
    "learning_rate": (0.02, 0.06),
    "max_depth": (4, 6),
    "leaf_share": (0.3, 1.0),
    "min_child_samples": (10, 60),
    "feature_fraction": (0.2, 0.7),
    "bagging_fraction": (0.5, 0.9),
    "lambda_l2": (1.0, 30.0),
}
ROUNDS, PATIENCE = 400, 40
SEEDS = 5  # boosters whose margins are averaged: single ones differ by more than the parameters do
FOLDS = 5


@dataclass(frozen=True)
class View:
    """Rows of one length of history with what models see of them."""

    years: int
    rows: Rows
    X: pd.DataFrame  # the project's features, then those of raw items
    monotone: list[int]
    own: int  # how many of the features are the project's
    shares: pd.DataFrame  # items over total assets, all years: for the plain model
    altman_z2: np.ndarray  # (n,) for the baseline

    @property
    def y(self) -> np.ndarray:
        """Labels (n,)."""
        return self.rows.cases["label"].to_numpy()

    @property
    def of_ratios(self) -> "View":
        """The same rows with the project's features alone."""
        return replace(self, X=self.X.iloc[:, : self.own], monotone=self.monotone[: self.own])

    @property
    def keys(self) -> pd.MultiIndex:
        """Firm and last year of every row."""
        return pd.MultiIndex.from_frame(self.rows.cases[["firm_id", "end_year"]])


def make_view(rows: Rows) -> View:
    """Compute what models see of the rows; features that say nothing on the rows to fit are left out."""
    table = project_features(rows)
    dictionary = load_dictionary()
    own = dictionary[dictionary["family"].isin(FAMILIES) & (dictionary["role"] == "feature")]["name"]
    fit = rows.cases["is_fit"].to_numpy()
    told = [name for name in own if table.loc[fit, name].max() > table.loc[fit, name].min()]
    items = item_features(rows)
    return View(
        years=rows.items.shape[1],
        rows=rows,
        X=pd.concat([table[told].astype("float64"), items], axis=1),
        monotone=monotone_of(told) + [0] * items.shape[1],
        own=len(told),
        shares=shares_of_assets(rows),
        altman_z2=table["altman_z2"].to_numpy(dtype=np.float64),
    )


def search(
    view: View, *, trials: int, seed: int, num_threads: int, progress: Callable
) -> dict[str, int | float | str]:
    """Search parameters on the training rows; inner folds are grouped by firm, later dates judge."""
    fit = view.rows.cases["is_fit"].to_numpy()
    cases = view.rows.cases[fit]
    return tune(
        view.X[fit],
        view.y[fit],
        firm_ids=cases["firm_id"].to_numpy(),
        as_of_dates=cases["as_of_date"].to_numpy(),
        horizon_months=12,
        monotone=view.monotone,
        monotone_method="basic",
        ranges=RANGES,
        trials=trials,
        folds=3,
        rounds=ROUNDS,
        early_stopping_rounds=PATIENCE,
        metric="auc",
        seed=seed,
        num_threads=num_threads,
        storage=None,
        name=f"american, {view.years} years",
        progress=progress,
    ).best


def fit_boosters(
    view: View, mask: np.ndarray, params: Mapping[str, object], *, seed: int, num_threads: int
) -> list[lgb.Booster]:
    """Train a booster for each of `SEEDS` seeds on the rows under a mask."""
    own = {name: value for name, value in params.items() if name != "num_boost_round"}
    return [
        train_booster(
            view.X[mask],
            view.y[mask],
            params=own,
            num_boost_round=int(params["num_boost_round"]),
            monotone=view.monotone,
            seed=seed + i,
            num_threads=num_threads,
        )
        for i in range(SEEDS)
    ]


def mean_margins(boosters: list[lgb.Booster], X: pd.DataFrame, num_threads: int) -> np.ndarray:
    """Return the mean of the boosters' margins, (n,)."""
    return np.mean([margins(booster, X, num_threads) for booster in boosters], axis=0)


def fold_of(firm_ids: np.ndarray, seed: int) -> np.ndarray:
    """Return the fold of each firm, the same whatever rows are given."""
    return np.floor(place_of_firm(firm_ids, seed=seed) * FOLDS).astype(int)


def held_out(
    view: View,
    fit_and_score: Callable[[np.ndarray, np.ndarray], np.ndarray],
    final: np.ndarray,
    *,
    seed: int,
) -> pd.Series:
    """Score every row by a model that never saw its firm, by (firm_id, end_year).

    Training firms are scored in folds; the rest by the model of all training rows under `final`.

    Parameters
    ----------
    view : View
    fit_and_score : callable (rows to fit, rows to score) -> scores
        Both as masks (n,).
    final : (n,) bool
        Rows that may be fitted on.
    seed : int
        Of the folds.
    """
    train = view.rows.cases["split"].eq("train").to_numpy()
    fold = fold_of(view.rows.cases["firm_id"].to_numpy(), seed)
    scores = np.full(len(train), np.nan)
    for k in range(FOLDS):
        judged = train & (fold == k)
        scores[judged] = fit_and_score(final & (fold != k), judged)
    if not train.all():
        scores[~train] = fit_and_score(final, ~train)
    return pd.Series(scores, index=view.keys)
