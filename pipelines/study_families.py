"""What each family of features adds to the default model, paired on the same firms; and what visits would."""

import json
import logging
from collections.abc import Collection, Mapping, Sequence

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

SPLIT = "out_of_time_families"
METRICS = ("auc", "pr_auc")
BOOSTERS = 3  # averaged: which features a tree may see is drawn, and a draw moves an AUC by thousandths
ADVANCED = TIERS[-1]
LEFT_OUT = {"standard": ("qualitative",), ADVANCED: None}  # tier -> families; None: every one
TOGETHER = ("cash_flow", "qualitative")  # also left out together: each may stand in for the other
VISITS = "notes_180d_count"  # no model sees it: how often a firm is called on is the institution's choice


def without(names: Sequence[str], families: Collection[str], family_of: Mapping[str, str]) -> list[str]:
    """Return the features of no family in `families`, in their order.

    Raises
    ------
    ValueError
        If one of the families has no feature in `names`, or nothing is left.

    Examples
    --------
    >>> without(["a", "b", "c"], ["x"], {"a": "x", "b": "y", "c": "y"})
    ['b', 'c']
    >>> without(["a"], ["y"], {"a": "x"})
    Traceback (most recent call last):
    ValueError: family y has no feature here
    """
    for family in families:
        if not any(family_of[name] == family for name in names):
            raise ValueError(f"family {family} has no feature here")
    left = [name for name in names if family_of[name] not in families]
    if not left:
        raise ValueError(f"without {', '.join(families)} no feature is left")
    return left


def scores(
    train: pd.DataFrame, test: pd.DataFrame, names: Sequence[str], recipe: Mapping, params: Params
) -> np.ndarray:
    """Return the mean margin (n,) on the test rows of boosters that see `names` alone."""
    choice, names = params.train, list(names)
    recipe = dict(recipe) | {"monotone_constraints_method": choice.monotone_method} | choice.overrides
    rounds = int(recipe.pop("num_boost_round"))
    boosters = (
        train_booster(
            train[names],
            train["label"].to_numpy(),
            params=recipe,
            num_boost_round=rounds,
            monotone=monotone_of(names),
            seed=choice.seed + draw,
            num_threads=choice.num_threads,
        )
        for draw in range(BOOSTERS)
    )
    return np.mean([margins(one, test[names], num_threads=choice.num_threads) for one in boosters], axis=0)


def families_records(params: Params, paths: Paths) -> list[dict]:
    """Measure a tier's model less the same without a family, and with the number of visits less without it.

    Every set of features is fitted on the same training rows with the parameters tuned for all of the tier's,
    which favours these a little, and judged on the test rows of firms that have the tier.
    """
    tuned = json.loads(paths.best_params.read_text(encoding="utf-8"))
    columns = [*features_of(ADVANCED), VISITS]
    train = labelled_rows(paths, "train", columns, holdout=False)
    test = labelled_rows(paths, "test", columns)
    records = []
    for tier, families in LEFT_OUT.items():
        fit, rows = (frame[at_least(frame["tier"], tier)].reset_index(drop=True) for frame in (train, test))
        if tier not in tuned or rows["label"].sum() < FEWEST_POSITIVES:
            log.warning(
                "families, %s: no tuned model, or %d defaults: not measured", tier, rows["label"].sum()
            )
            continue
        records += _of_tier(fit, rows, tier, families, tuned[tier], params)
    return records


def _of_tier(
    train: pd.DataFrame,
    test: pd.DataFrame,
    tier: str,
    families: Sequence[str] | None,
    recipe: Mapping,
    params: Params,
) -> list[dict]:
    """Return the records of one tier."""
    names = features_of(tier)
    dictionary = load_dictionary()
    family_of = dict(zip(dictionary["name"], dictionary["family"], strict=True))
    groups = [(one,) for one in families or dict.fromkeys(family_of[name] for name in names)]
    if families is None:
        groups.append(TOGETHER)
    whole = scores(train, test, names, recipe, params)
    pairs = {}
    for group in groups:
        log.info("families, %s: without %s", tier, " and ".join(group))
        rest = scores(train, test, without(names, group, family_of), recipe, params)
        pairs[f"all − without {' and '.join(group)}"] = whole, rest
    pairs[f"with {VISITS} − all"] = scores(train, test, [*names, VISITS], recipe, params), whole
    y, firms = test["label"].to_numpy(), test["firm_id"].to_numpy()
    where = {"benchmark": "portfolio", "data": params.portfolio.source, "split": SPLIT}
    sizes = {"n_resamples": params.evaluate.resamples, "seed": params.evaluate.seed}
    count = {"n": len(y), "positives": int(y.sum())}
    return [
        {"tier": tier, **record(found, model=model, metric=name, **where, **count)}
        for model, (high, low) in pairs.items()
        for name, found in paired_difference(y, high, low, firms, METRICS, **sizes).items()
    ]
