"""What the family of notes adds to each tier's default model, and what the number of notes would: paired."""

import json
import logging
from collections.abc import Sequence

import numpy as np
import pandas as pd

from features.dictionary import features_of, load_dictionary
from features.tier import TIERS
from models.booster import margins, train_booster
from models.intervals import paired_difference
from models.records import record
from pipelines.evaluate import FEWEST_POSITIVES
from pipelines.params import Params
from pipelines.paths import Paths
from pipelines.rows import at_least, labelled_rows

log = logging.getLogger(__name__)

METRICS = ("auc", "pr_auc")
SPLIT = "out_of_time_notes_family"
SEEDS = 5  # boosters whose margins are averaged: with so few defaults one seed's luck is as large as a family


def directions(names: Sequence[str]) -> list[int]:
    """Return each column's direction; of a part, which the dictionary gives none, 0."""
    known = load_dictionary().set_index("name")["monotone"]
    return [int(known[name]) for name in names]


def score_without(
    train: pd.DataFrame, test: pd.DataFrame, names: Sequence[str], recipe: dict, params: Params
) -> np.ndarray:
    """Return the mean margins (n,) on test rows of models fitted with the tuned recipe on `names` alone."""
    choice = params.train
    tuned = recipe | {"monotone_constraints_method": choice.monotone_method} | choice.overrides
    rounds = int(tuned.pop("num_boost_round"))
    boosters = (
        train_booster(
            train[list(names)],
            train["label"].to_numpy(),
            params=tuned,
            num_boost_round=rounds,
            monotone=directions(names),
            seed=choice.seed + number,
            num_threads=choice.num_threads,
        )
        for number in range(SEEDS)
    )
    return np.mean(
        [margins(one, test[list(names)], num_threads=choice.num_threads) for one in boosters], axis=0
    )


def family_records(
    params: Params, paths: Paths, family: str, *, parts: Sequence[str] = (), tiers: Sequence[str] = TIERS
) -> list[dict]:
    """Measure each tier's model with and without a family, and with a part that no model sees.

    Parameters
    ----------
    family : str
        As the dictionary calls it.
    parts : sequence of str
        Columns of the table that models do not see: what each would add is measured too.

    Returns
    -------
    list of dict
        Records of paired differences on the labelled test rows of each tier that was tuned: `all − without
        FAMILY`, and `with PART − all`.
    """
    tuned = json.loads(paths.best_params.read_text(encoding="utf-8"))
    of_family = set(load_dictionary().query("family == @family")["name"])
    columns = [*features_of(TIERS[-1]), *parts]
    train, test = (
        labelled_rows(paths, split, columns, holdout=holdout)
        for split, holdout in (("train", False), ("test", None))
    )
    records = []
    for tier in (tier for tier in tiers if tier in tuned and of_family & set(features_of(tier))):
        fit, rows = (frame[at_least(frame["tier"], tier)].reset_index(drop=True) for frame in (train, test))
        y, firms = rows["label"].to_numpy(), rows["firm_id"].to_numpy()
        if y.sum() < FEWEST_POSITIVES:
            log.warning("%s, %s: %d positives: not measured", family, tier, y.sum())
            continue
        names = features_of(tier)
        sets = {
            "all": names,
            f"without {family}": [name for name in names if name not in of_family],
            **{f"with {part}": [*names, part] for part in parts},
        }
        scores = {name: score_without(fit, rows, some, tuned[tier], params) for name, some in sets.items()}
        pairs = [("all", f"without {family}"), *((f"with {part}", "all") for part in parts)]
        where = {"benchmark": "portfolio", "data": params.portfolio.source, "split": SPLIT}
        count = {"n": len(y), "positives": int(y.sum())}
        for high, low in pairs:
            found = paired_difference(
                y,
                scores[high],
                scores[low],
                firms,
                METRICS,
                n_resamples=params.evaluate.resamples,
                seed=params.evaluate.seed,
            )
            records += [
                {"tier": tier, **record(one, model=f"{high} − {low}", metric=name, **where, **count)}
                for name, one in found.items()
            ]
    return records
