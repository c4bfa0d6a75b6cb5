"""American listed firms: the product's way from raw items to a calibrated probability, beside a plain model.

What is measured, and on what, stands in docs/benchmarks.md.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from benchmarks.american_fit import View, fit_boosters, held_out, make_view, mean_margins, search
from benchmarks.american_rows import SPLITS, make_rows, read_windows
from benchmarks.differences import difference_records
from benchmarks.published import references
from models.baselines import fit_baselines
from models.calibrator import Calibrator
from models.records import Record, measure

WINDOWS = (3, 4, 5)
TRIALS = 15  # cross-validation is flat around the middle of the ranges: more trials find noise
PLAIN = "hgb on items / total assets"
ALONE = "yocho, one length of history"
RATIOS = "yocho, project's ratios alone"
CORRECTED = "yocho, prior corrected"
FOLDED = "train, 5 folds by firm"
RANKING = ("auc", "pr_auc", "precision_at_5pct")
PROBABILITY = ("brier", "calibration_intercept", "calibration_slope")

Scores = dict[str, pd.Series]  # model -> score by (firm_id, end_year), never by a model that saw the firm


def run(
    data: Path,
    *,
    seed: int,
    num_threads: int,
    progress: Callable[[int, int, str], None],
    trials: int = TRIALS,
    n_resamples: int = 500,
) -> list[Record]:
    """Fit and tune on training firms, and judge windows of 3, 4 and 5 years at their last year.

    The score of a window of w years is the mean margin of the boosters for histories of 3 to w years, each
    with exactly its years. Rows "yocho, one length of history" show the boosters of w years alone, "yocho,
    project's ratios alone" the same without raw items and market value.

    Parameters
    ----------
    data : Path
        Folder with ``american_bankruptcy``; its test windows are judged where they are there.
    trials : int
        Of the search, for each length of history.
    """
    windows = read_windows(data)
    views = {years: make_view(make_rows(windows, years)) for years in WINDOWS}
    own: dict[int, pd.Series] = {}
    records: list[Record] = []
    for done, (years, view) in enumerate(views.items()):
        progress(done, len(views), "american: lengths of history")
        params = search(view, trials=trials, seed=seed, num_threads=num_threads, progress=progress)
        own[years] = _boosted(view, params, seed=seed, num_threads=num_threads)
        scores = {"yocho": _mean_over_lengths(own, view)}
        if years > WINDOWS[0]:
            scores[ALONE] = own[years]
        scores[RATIOS] = _boosted(view.of_ratios, params, seed=seed, num_threads=num_threads)
        scores |= {PLAIN: _plain(view, seed=seed, num_threads=num_threads), **_baselines(view)}
        records += _records(view, scores, n_resamples=n_resamples, seed=seed)
    progress(len(views), len(views), "american: lengths of history")
    return records


def _boosted(view: View, params: Mapping[str, object], *, seed: int, num_threads: int) -> pd.Series:
    """Return the mean margins of boosters of several seeds, held out by firm."""

    def fit_and_score(fit: np.ndarray, judged: np.ndarray) -> np.ndarray:
        boosters = fit_boosters(view, fit, params, seed=seed, num_threads=num_threads)
        return mean_margins(boosters, view.X[judged], num_threads)

    return held_out(view, fit_and_score, view.rows.cases["is_fit"].to_numpy(), seed=seed)


def _mean_over_lengths(own: Mapping[int, pd.Series], view: View) -> pd.Series:
    """Average the margins of all lengths of history so far on the rows of `view`."""
    parts = [margin.reindex(view.keys).to_numpy() for margin in own.values()]
    return pd.Series(np.mean(parts, axis=0), index=view.keys)


def _plain(view: View, *, seed: int, num_threads: int) -> pd.Series:
    """Return an untuned scikit-learn booster's log-odds over items / total assets, held out by firm."""
    cases = view.rows.cases
    last = (cases["is_last"] & (cases["split"] == "train")).to_numpy()

    def fit_and_score(fit: np.ndarray, judged: np.ndarray) -> np.ndarray:
        model = HistGradientBoostingClassifier(random_state=seed)
        return model.fit(view.shares[fit], view.y[fit]).decision_function(view.shares[judged])

    with threadpool_limits(num_threads, user_api="openmp"):  # scikit-learn's model has no such parameter
        return held_out(view, fit_and_score, last, seed=seed)


def _baselines(view: View) -> Scores:
    """Return logistic regression on the same features and Altman's Z''; NaN on training firms."""
    cases = view.rows.cases
    fit, train = cases["is_fit"].to_numpy(), cases["split"].eq("train").to_numpy()
    X = view.X.assign(altman_z2=view.altman_z2)
    fitted = fit_baselines(X[fit], view.y[fit], features=list(view.X.columns))
    scores = {}
    for name, model in (("logistic, same features", "logistic"), ("altman z2", "altman_z2")):
        score = np.full(len(X), np.nan)
        if not train.all():
            score[~train] = fitted[model](X[~train])
        scores[name] = pd.Series(score, index=view.keys)
    return scores


def _records(view: View, scores: Scores, *, n_resamples: int, seed: int) -> list[Record]:
    """Measure all models on every split at the last year of the window."""
    cases = view.rows.cases
    data = f"{view.years}-year windows"
    at_train = (cases["is_last"] & (cases["split"] == "train")).to_numpy()
    calibrator = Calibrator.fit(scores["yocho"].to_numpy()[at_train], view.y[at_train])
    prevalence = float(view.y[at_train].mean())
    found: list[Record] = []
    for split in SPLITS:
        at = (cases["is_last"] & (cases["split"] == split)).to_numpy()
        if not at.any():
            continue
        y, firms = view.y[at], cases.loc[at, "firm_id"].to_numpy()
        here = {name: score.to_numpy()[at] for name, score in scores.items()}
        here = {name: score for name, score in here.items() if np.isfinite(score).all()}
        shown = FOLDED if split == "train" else split
        where = {"benchmark": "american", "data": data, "split": shown}
        rest = {"n_resamples": n_resamples, "seed": seed}
        published = references("american", data, shown)
        found += measure(y, here, firms, RANKING, references=published, **where, **rest)
        found += difference_records(
            y, ("yocho", here["yocho"]), (PLAIN, here[PLAIN]), firms, ("auc", "pr_auc"), **where, **rest
        )
        probabilities = {"yocho": calibrator.predict(here["yocho"])}
        if split != "train":  # where the share is the one it was calibrated on, there is nothing to correct
            corrected = calibrator.with_prior(prevalence, float(y.mean()))
            probabilities[CORRECTED] = corrected.predict(here["yocho"])
            probabilities["prior"] = np.full(len(y), prevalence)
        found += measure(y, probabilities, firms, PROBABILITY, probabilities=probabilities, **where, **rest)
    return found
