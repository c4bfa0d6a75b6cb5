"""From one chunk's tables to scores, contributions and reasons: pure, the same for one firm and for all."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from alerts.reasons import reasons as reasons_of
from features.cash_flow.months import lay_out_months
from features.cash_flow.observed import observed_cash
from features.cash_flow.projection import project
from features.dictionary import load_dictionary
from features.panel import Panel, build_panel, prepare
from features.table import build_features
from features.tier import TIERS
from models.bundle import Bundle, BundleError, load_bundle
from models.cohorts import OPEN, label_cohort
from models.contributions import Contributions, check_additivity, explain
from models.grades import grade_of

KEY = ["as_of_date", "firm_id", "alert", "tier"]
SCORED_TABLES = ("scores", "contributions", "reasons", "values", "projections")


@dataclass(frozen=True)
class Recipe:
    """What scores are made with: fitted objects and the choices of params' section `score`."""

    as_of_date: pd.Timestamp
    bundles: Mapping[str, Bundle]
    norms: pd.DataFrame
    bands: pd.DataFrame
    data_version: str
    currency: str
    highest_only: bool
    reasons: int
    check_share: float
    check_rows: int
    num_threads: int


def load_bundles(folder: Path) -> dict[str, Bundle]:
    """Load the default model of every tier under `folder`, lowest tier first."""
    found = {tier: load_bundle(folder / tier) for tier in TIERS if (folder / tier).is_dir()}
    if not found:
        raise BundleError(f"{folder}: no bundle of tier {', '.join(TIERS)}; train models first (make run)")
    return found


def is_live(tables: Mapping[str, pd.DataFrame], panel: Panel) -> np.ndarray:
    """Return (F,) whether a firm was, as far as known, neither in default nor gone: today's cohort."""
    today = label_cohort(
        tables["firms"],
        tables["events"],
        panel.as_of_date,
        horizon_months=1,
        reporting_lag_months=0,
        label_cutoff_date=panel.as_of_date,
    )
    return np.isin(panel.firm_ids, today.loc[today["status"] == OPEN, "firm_id"])


def guaranteed_balance(panel: Panel) -> np.ndarray:
    """Return (F,) the yen outstanding under guarantees, as last known: what is at stake; NaN without any."""
    balances = panel.facts["guarantees"].groupby("row")["balance"].sum()
    return balances.reindex(np.arange(len(panel.firm_ids))).to_numpy(dtype=np.float64)


def score_chunk(tables: Mapping[str, pd.DataFrame], recipe: Recipe) -> dict[str, pd.DataFrame]:
    """Score and explain every live firm of a chunk with the models its data allow.

    Parameters
    ----------
    tables : mapping of table name to DataFrame
        A chunk as `intake.store.read_chunk` returns it.
    recipe : Recipe

    Returns
    -------
    dict
        `scores`, `reasons` and `projections` as documented in data/README.md, `contributions` (long, float32)
        and `values` (the features scored). Firms without a tier are in `values` with tier "none", and have no
        score.

    Raises
    ------
    models.contributions.AdditivityError
        If the contributions of any row do not add up to its margin.
    """
    chunk = prepare(tables)
    panel = build_panel(chunk, recipe.as_of_date)
    now = build_features(panel, recipe.norms, recipe.bands).assign(
        guaranteed_balance=guaranteed_balance(panel)
    )
    now = now[is_live(tables, panel)].reset_index(drop=True)
    year_before = build_features(
        build_panel(chunk, recipe.as_of_date - pd.offsets.MonthEnd(12)), recipe.norms, recipe.bands
    )
    year_before = year_before.set_index("firm_id").reindex(now["firm_id"]).reset_index()
    parts = [_score_tier(tier, bundle, now, year_before, recipe) for tier, bundle in recipe.bundles.items()]
    tables_out = {name: pd.concat([part[name] for part in parts], ignore_index=True) for name in parts[0]}
    tables_out["values"] = now
    projections = lay_out_months(project(panel), observed_cash(panel), recipe.bands)
    tables_out["projections"] = projections[projections["firm_id"].isin(now["firm_id"])]
    return {
        name: frame.sort_values(_order(frame), kind="stable", ignore_index=True)
        for name, frame in tables_out.items()
    }


def _order(frame: pd.DataFrame) -> list[str]:
    return [name for name in ("firm_id", "alert", "tier", "rank", "month") if name in frame]


def _score_tier(
    tier: str, bundle: Bundle, now: pd.DataFrame, year_before: pd.DataFrame, recipe: Recipe
) -> dict[str, pd.DataFrame]:
    """Score the firms that have at least `tier`; give reasons where it is the highest modelled."""
    highest = _highest_modelled(now["tier"], tuple(recipe.bundles))
    rank = {name: place for place, name in enumerate(TIERS)}
    enough = (now["tier"].map(rank).fillna(-1) >= rank[tier]).to_numpy()
    chosen = (highest == tier) if recipe.highest_only else enough
    rows, before = (frame[chosen].reset_index(drop=True) for frame in (now, year_before))
    inputs = rows[list(bundle.features)]
    contributions = explain(bundle.booster, inputs, num_threads=recipe.num_threads)
    check_additivity(
        contributions,
        bundle.booster,
        inputs,
        margin=contributions.margin,
        share=recipe.check_share,
        at_least=recipe.check_rows,
        num_threads=recipe.num_threads,
    )
    probability = bundle.calibrator.predict(contributions.margin)
    key = rows[["as_of_date", "firm_id"]].assign(alert=bundle.alert, tier=tier)
    shown = highest[chosen] == tier
    return {
        "scores": key.assign(
            is_shown=shown,
            margin=contributions.margin,
            base_value=contributions.base,
            probability=probability,
            grade=grade_of(probability, bundle.grade_bounds),
            model_version=bundle.version,
            data_version=recipe.data_version,
        ),
        "contributions": _long(key, contributions),
        "reasons": reasons_of(
            key[shown],
            contributions.select(shown),
            rows[shown].reset_index(drop=True),
            before[shown].reset_index(drop=True),
            recipe.norms,
            load_dictionary(),
            top=recipe.reasons,
            currency=recipe.currency,
        ),
    }


def _highest_modelled(tiers: pd.Series, modelled: tuple[str, ...]) -> np.ndarray:
    """Return each firm's highest tier that has a model, "none" where there is none."""
    highest = {"none": "none"}
    for tier in TIERS:
        below = [name for name in modelled if TIERS.index(name) <= TIERS.index(tier)]
        highest[tier] = below[-1] if below else "none"
    return tiers.map(highest).to_numpy(dtype=object)


def _long(key: pd.DataFrame, contributions: Contributions) -> pd.DataFrame:
    """Lay contributions out with one row per firm and feature."""
    rows, features = contributions.values.shape
    out = key.loc[np.repeat(key.index.to_numpy(), features)].reset_index(drop=True)
    out["feature"] = pd.Categorical.from_codes(
        np.tile(np.arange(features, dtype=np.int16), rows), categories=list(contributions.feature_names)
    )
    out["contribution"] = contributions.values.astype(np.float32).ravel()
    return out
