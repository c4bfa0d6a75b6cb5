"""How well the models of each tier rank a year that they have not seen, trained as the pipeline trains."""

import json

import pandas as pd

from features.dictionary import features_of
from features.tier import TIERS
from models.booster import margins
from pipelines.moments.figures import Figure, ranking
from pipelines.params import Params
from pipelines.paths import Paths
from pipelines.rows import at_least, labelled_rows
from pipelines.train import MIN_CALIBRATION_DEFAULTS, fit_tier

# near the middle of params.yaml's ranges, without a search: the AUC must not hang on one
RECIPE = {
    "learning_rate": 0.06,
    "max_depth": 4,
    "num_leaves": 15,
    "min_child_samples": 150,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.75,
    "bagging_freq": 1,
    "lambda_l2": 10.0,
    "num_boost_round": 120,
}


def full_model(params: Params, paths: Paths) -> list[Figure]:
    """Return the out-of-time AUC of each tier that has defaults enough, on firms of that tier or higher.

    Reads labels, splits and feature rows that the pipeline's stages wrote; writes nothing.
    """
    cutoff = json.loads(paths.splits.read_text(encoding="utf-8"))["label_cutoff_date"]
    names = features_of(TIERS[-1])
    fit, later = (labelled_rows(paths, split, names, holdout=False) for split in ("train", "calibration"))
    test = labelled_rows(paths, "test", names)
    figures = []
    for tier in TIERS:
        parts = [_of_tier(rows, tier) for rows in (fit, later, test)]
        if parts[1]["label"].sum() < MIN_CALIBRATION_DEFAULTS:
            continue
        bundle = fit_tier(tier, parts[0], parts[1], dict(RECIPE), params, cutoff)
        judged = parts[2]
        risk = margins(bundle.booster, judged[list(bundle.features)])
        firms = judged["firm_id"].to_numpy()
        figures.append(ranking("AUC of the full model", tier, judged["label"].to_numpy(), risk, firms))
    return figures


def _of_tier(rows: pd.DataFrame, tier: str) -> pd.DataFrame:
    return rows[at_least(rows["tier"], tier)].reset_index(drop=True)
