"""Stage: search LightGBM's parameters for each tier."""

import logging

import pandas as pd

from features.dictionary import features_of, monotone_of
from features.tier import TIERS
from intake.store import write_json, write_text
from models.tuning import tune as search
from pipelines.params import Params
from pipelines.paths import Paths
from pipelines.progress import progress
from pipelines.rows import at_least, labelled_rows
from pipelines.stage import TooFewDefaultsError, run_stage

log = logging.getLogger(__name__)


def tune(params: Params, paths: Paths) -> None:
    """Write best_params.json and trials.csv; a tier with too few defaults is left out, and said so."""
    choice = params.tune
    rows = labelled_rows(paths, "train", features_of(TIERS[-1]), holdout=False)
    best, trials = {}, []
    for tier in TIERS:
        part = rows[at_least(rows["tier"], tier)].reset_index(drop=True)
        failed = part.loc[part["label"] == 1, "firm_id"].nunique()
        if failed < params.train.min_defaults:
            log.warning(
                "%s: %d firms defaulted in training, fewer than %d: no model",
                tier,
                failed,
                params.train.min_defaults,
            )
            continue
        names = features_of(tier)
        found = search(
            part[names],
            part["label"].to_numpy(),
            firm_ids=part["firm_id"].to_numpy(),
            as_of_dates=part["as_of_date"].to_numpy(),
            horizon_months=params.label_cohorts.horizon_months,
            monotone=monotone_of(names),
            monotone_method=params.train.monotone_method,
            ranges=choice.search.model_dump(),
            trials=choice.trials,
            folds=choice.folds,
            rounds=choice.rounds,
            early_stopping_rounds=choice.early_stopping_rounds,
            metric=choice.metric,
            seed=choice.seed,
            num_threads=params.train.num_threads,
            storage=f"sqlite:///{paths.optuna}",
            name=f"default/{tier}",
            progress=progress(log),
        )
        best[tier] = found.best
        trials.append(found.trials.assign(tier=tier))
        log.info("%s: %s %.4f with %s", tier, choice.metric, found.value, found.best)
    if not trials:
        raise TooFewDefaultsError(
            f"no tier has {params.train.min_defaults} firms that defaulted in training (train.min_defaults): "
            f"a longer span or more firms are needed; the portfolio's rows hold {int(rows['label'].sum())} "
            "defaults in training"
        )
    write_json(best, paths.best_params)
    write_text(pd.concat(trials).to_csv(index=False), paths.trials)


if __name__ == "__main__":
    run_stage(tune)
