"""Stage: train, calibrate and save one default model for each tier."""

import json
import logging

import pandas as pd

from features.dictionary import features_of, monotone_of
from features.tier import TIERS
from intake.store import fresh_folder
from models.booster import margins, train_booster
from models.bundle import Bundle, save_bundle
from models.calibrator import Calibrator
from pipelines.params import Params
from pipelines.paths import Paths
from pipelines.rows import at_least, labelled_rows
from pipelines.stage import TooFewDefaultsError, run_stage
from pipelines.tracking import log_training

log = logging.getLogger(__name__)

MIN_CALIBRATION_DEFAULTS = (
    10  # two parameters are fitted on these; ten events a parameter is the usual floor, halved
)


def fit_tier(
    tier: str,
    train: pd.DataFrame,
    calibration: pd.DataFrame,
    tuned: dict,
    params: Params,
    label_cutoff_date: str,
) -> Bundle:
    """Return the fitted bundle of one tier from its training and calibration rows."""
    choice = params.train
    names = features_of(tier)
    recipe = tuned | {"monotone_constraints_method": choice.monotone_method} | choice.overrides
    rounds = int(recipe.pop("num_boost_round"))
    booster = train_booster(
        train[names],
        train["label"].to_numpy(),
        params=recipe,
        num_boost_round=rounds,
        monotone=monotone_of(names),
        seed=choice.seed,
        num_threads=choice.num_threads,
    )
    calibrator = Calibrator.fit(
        margins(booster, calibration[names], num_threads=choice.num_threads), calibration["label"].to_numpy()
    )
    return Bundle(
        alert="default",
        tier=tier,
        booster=booster,
        calibrator=calibrator,
        features=tuple(names),
        monotone=tuple(monotone_of(names)),
        trained_on={
            "first_as_of_date": f"{train['as_of_date'].min():%Y-%m-%d}",
            "last_as_of_date": f"{train['as_of_date'].max():%Y-%m-%d}",
            "label_cutoff_date": label_cutoff_date,
            "rows": len(train),
            "defaults": int(train["label"].sum()),
            "calibration_rows": len(calibration),
            "calibration_defaults": int(calibration["label"].sum()),
        },
    )


def train(params: Params, paths: Paths) -> None:
    """Write data/artifacts/models/default/<tier> and the tracking run's id."""
    tuned = json.loads(paths.best_params.read_text(encoding="utf-8"))
    cutoff = json.loads(paths.splits.read_text(encoding="utf-8"))["label_cutoff_date"]
    names = features_of(TIERS[-1])
    rows = labelled_rows(paths, "train", names, holdout=False)
    later = labelled_rows(paths, "calibration", names, holdout=False)
    saved = {}
    with fresh_folder(paths.models) as models:
        for tier, recipe in tuned.items():
            part, slice_ = (
                frame[at_least(frame["tier"], tier)].reset_index(drop=True) for frame in (rows, later)
            )
            if slice_["label"].sum() < MIN_CALIBRATION_DEFAULTS:
                log.warning(
                    "%s: %d defaults in calibration, fewer than %d: no model",
                    tier,
                    slice_["label"].sum(),
                    MIN_CALIBRATION_DEFAULTS,
                )
                continue
            bundle = fit_tier(tier, part, slice_, recipe, params, cutoff)
            save_bundle(models / "default" / tier, bundle)
            saved[tier] = paths.models / "default" / tier
            log.info("%s: %s", tier, bundle.trained_on)
    if not saved:
        raise TooFewDefaultsError(
            "no tier has enough defaults to train and calibrate a model; see train.min_defaults"
        )
    flat = {f"{tier}.{key}": value for tier, recipe in tuned.items() for key, value in recipe.items()}
    log_training(params.tracking, paths.mlflow_run, saved, flat)


if __name__ == "__main__":
    run_stage(train)
