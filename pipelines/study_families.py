"""What a family of features adds to the default model on advanced firms: trained with it and without."""

import json
import logging
from collections.abc import Sequence

import numpy as np
import pandas as pd

from features.dictionary import features_of, load_dictionary, monotone_of
from features.tier import TIERS
from models.booster import margins, train_booster
from models.intervals import paired_difference
from models.records import record
from pipelines.evaluate import FEWEST_POSITIVES
from pipelines.params import Params
from pipelines.paths import Paths
from pipelines.rows import at_least, labelled_rows

log = logging.getLogger(__name__)

FAMILIES = ("cash_flow", "qualitative")  # those that the dictionary has are judged
SPLIT = "out_of_time_families"
METRICS = ("auc", "pr_auc")
SEEDS = 5  # boosters averaged: with so few defaults one seed's luck is as large as a family


def family_of(names: Sequence[str], family: str) -> list[str]:
    """Return which of the features are of a family."""
    dictionary = load_dictionary()
    own = set(dictionary.loc[dictionary["family"] == family, "name"])
    return [name for name in names if name in own]


def tuned_of(paths: Paths, tier: str) -> dict | None:
    """Return the tuned parameters of a tier; None where it has no model."""
    return json.loads(paths.best_params.read_text(encoding="utf-8")).get(tier)


def families_records(params: Params, paths: Paths) -> list[dict]:
    """Return AUC and PR-AUC of the advanced tier's model less those of one without a family.

    Both are trained on the same rows with the parameters that were tuned for the whole set, which favours it
    a little, and judged on the advanced firms of the test year, on the same resamples of firms.
    """
    tier = TIERS[-1]
    tuned = tuned_of(paths, tier)
    if tuned is None:
        log.warning("families: no parameters of tier %s: not measured", tier)
        return []
    names = features_of(tier)
    train = labelled_rows(paths, "train", names, holdout=False)
    train = train[at_least(train["tier"], tier)]
    test = labelled_rows(paths, "test", names)
    test = test[(test["tier"] == tier).to_numpy()]
    y, choice = test["label"].to_numpy(), params.evaluate
    if y.sum() < FEWEST_POSITIVES:
        log.warning("families: %d positives of %d rows: not measured", y.sum(), len(y))
        return []
    whole = _score(train, test, names, tuned, params)
    records = []
    for family in FAMILIES:
        if not (own := family_of(names, family)):
            continue
        without = _score(train, test, [name for name in names if name not in own], tuned, params)
        found = paired_difference(
            y,
            whole,
            without,
            test["firm_id"].to_numpy(),
            METRICS,
            n_resamples=choice.resamples,
            seed=choice.seed,
        )
        where = {"benchmark": "portfolio", "data": params.portfolio.source, "split": SPLIT}
        count = {"n": len(y), "positives": int(y.sum())}
        records += [
            {"tier": tier, **record(one, model=f"with − without {family}", metric=name, **where, **count)}
            for name, one in found.items()
        ]
    return records


def _score(
    train: pd.DataFrame, test: pd.DataFrame, names: list[str], tuned: dict, params: Params
) -> np.ndarray:
    """Return the mean margin of the test rows over some seeds."""
    choice = params.train
    recipe = tuned | {"monotone_constraints_method": choice.monotone_method} | choice.overrides
    rounds = int(recipe.pop("num_boost_round"))
    boosters = [
        train_booster(
            train[names],
            train["label"].to_numpy(),
            params=recipe,
            num_boost_round=rounds,
            monotone=monotone_of(names),
            seed=choice.seed + k,
            num_threads=choice.num_threads,
        )
        for k in range(SEEDS)
    ]
    return np.mean([margins(one, test[names], num_threads=choice.num_threads) for one in boosters], axis=0)
