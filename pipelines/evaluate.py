"""Stage: every figure, out of time, beside the baselines and with its interval."""

import logging
from collections.abc import Mapping

import numpy as np
import pandas as pd

from features.dictionary import features_of
from features.tier import TIERS
from intake.store import write_json, write_text
from models.baselines import SINGLE, fit_baselines
from models.booster import margins
from models.bundle import Bundle
from models.calibrator import Calibrator
from models.intervals import Interval, paired_difference
from models.lead_times import lead_times, summarise
from models.metrics import reliability_by_decile
from models.ranking import capacity
from models.records import measure, record
from pipelines.params import Evaluate, Params
from pipelines.paths import Paths
from pipelines.rows import at_least, labelled_rows
from pipelines.score_chunk import load_bundles
from pipelines.stage import run_stage
from pipelines.tracking import log_evaluation

log = logging.getLogger(__name__)

MAIN = ("auc", "pr_auc", "brier", "calibration_slope")
FEWEST_POSITIVES = 5  # below, an interval by firm says nothing and is not shown
FEWEST_FOR_SLOPE = 30  # with fewer, some resample is separated completely and has no finite slope


def metric_names(choice: Evaluate) -> list[str]:
    """Return the metrics of one table row."""
    return [
        *MAIN,
        *(
            f"{kind}_at_{100 * share:g}pct"
            for share in choice.capacity_shares
            for kind in ("precision", "recall")
        ),
    ]


def probabilities(
    bundle: Bundle, train: pd.DataFrame, calibration: pd.DataFrame, test: pd.DataFrame
) -> dict[str, np.ndarray]:
    """Return each model's calibrated probability on the test rows: LightGBM's, and every baseline's.

    Baselines are fitted on the same training rows and calibrated on the same later slice as the booster; one
    that ranks the wrong way round there has no calibrated probability and is left out, with a warning.
    """
    found = {"lightgbm": bundle.calibrator.predict(margins(bundle.booster, test[list(bundle.features)]))}
    baselines = fit_baselines(train, train["label"].to_numpy(), features=bundle.features)
    for name, scorer in baselines.items():
        if name == "prior":
            found[name] = 1 / (1 + np.exp(-scorer(test)))
            continue
        try:
            calibrator = Calibrator.fit(scorer(calibration), calibration["label"].to_numpy())
        except ValueError as error:
            log.warning("%s/%s: left out (%s)", bundle.tier, name, error)
            continue
        found[name] = calibrator.predict(scorer(test))
    return found


def records_of(
    rows: pd.DataFrame, scores: Mapping[str, np.ndarray], head: Mapping[str, str], choice: Evaluate
) -> list[dict]:
    """Return one record per model and metric on `rows`, with its interval by firm."""
    y, firms = rows["label"].to_numpy(), rows["firm_id"].to_numpy()
    if y.sum() < FEWEST_POSITIVES:
        log.warning(
            "%s, %s: %d positives of %d rows: not measured", head["tier"], head["split"], y.sum(), len(y)
        )
        return []
    names = [
        name for name in metric_names(choice) if name != "calibration_slope" or y.sum() >= FEWEST_FOR_SLOPE
    ]
    where = {name: head[name] for name in ("benchmark", "data", "split")}
    sizes = {"n_resamples": choice.resamples, "seed": choice.seed}
    measured = measure(y, scores, firms, names, probabilities=scores, **where, **sizes)
    return [{"tier": head["tier"], **row} for row in measured]


def lead_time_record(
    rows: pd.DataFrame, score: np.ndarray, head: Mapping[str, str], choice: Evaluate
) -> list[dict]:
    """Return the median months from the first flag that stood two runs to the default."""
    flagged = rows[["as_of_date", "firm_id"]].assign(score=score)
    place = flagged.groupby("as_of_date")["score"].rank(ascending=False, method="max")
    most = (
        flagged.groupby("as_of_date")["score"].transform("size").map(lambda n: capacity(n, choice.flag_share))
    )
    flagged["is_flagged"] = place <= most
    defaults = rows.loc[rows["label"] == 1, ["firm_id", "default_date"]].drop_duplicates("firm_id")
    leads = lead_times(flagged, defaults)
    summary = summarise(leads)
    caught = leads["lead_months"].dropna().to_numpy()
    if len(caught) < FEWEST_POSITIVES:
        return []
    rng = np.random.default_rng(choice.seed)
    medians = np.median(rng.choice(caught, (choice.resamples, len(caught))), axis=1)
    low, high = np.percentile(medians, [2.5, 97.5])
    lead = Interval(summary["median_months"], low, high)
    count = {"n": summary["firms"], "positives": summary["caught"]}
    where = {name: head[name] for name in ("benchmark", "data", "split")}
    return [
        {"tier": head["tier"], **record(lead, model="lightgbm", metric="lead_time_months", **where, **count)}
    ]


def tier_differences(
    rows: pd.DataFrame, bundles: Mapping[str, Bundle], head: Mapping[str, str], choice: Evaluate
) -> list[dict]:
    """Compare the tiers' models on the same advanced firms, as paired differences."""
    same = rows[rows["tier"] == TIERS[-1]]
    y, firms = same["label"].to_numpy(), same["firm_id"].to_numpy()
    if y.sum() < FEWEST_POSITIVES:
        return []
    score = {
        tier: bundle.calibrator.predict(margins(bundle.booster, same[list(bundle.features)]))
        for tier, bundle in bundles.items()
    }
    pairs = [
        (high, low)
        for place, high in enumerate(TIERS)
        for low in TIERS[:place]
        if high in score and low in score
    ]
    where = {name: head[name] for name in ("benchmark", "data", "split")}
    count = {"n": len(y), "positives": int(y.sum())}
    records = []
    for high, low in pairs:
        found = paired_difference(
            y, score[high], score[low], firms, MAIN[:3], n_resamples=choice.resamples, seed=choice.seed
        )
        records += [
            {"tier": head["tier"], **record(interval, model=f"{high} − {low}", metric=name, **where, **count)}
            for name, interval in found.items()
        ]
    return records


def evaluate(params: Params, paths: Paths) -> None:
    """Write evaluation.json, metrics.json and reliability.csv, and log them to the models' run."""
    choice = params.evaluate
    bundles = load_bundles(paths.models / "default")
    columns = [
        *features_of(TIERS[-1]),
        *(column for column, _ in SINGLE.values() if column not in features_of(TIERS[-1])),
    ]
    train, calibration = (
        labelled_rows(paths, split, columns, holdout=False) for split in ("train", "calibration")
    )
    test = labelled_rows(paths, "test", columns)
    records, reliability = [], []
    for tier, bundle in bundles.items():
        fit, later, rows = (
            frame[at_least(frame["tier"], tier)].reset_index(drop=True)
            for frame in (train, calibration, test)
        )
        scores = probabilities(bundle, fit, later, rows)
        for split, chosen in {
            "out_of_time": np.ones(len(rows), dtype=bool),
            "out_of_time_and_firm": rows["is_holdout"].to_numpy(),
        }.items():
            head = {"benchmark": "portfolio", "data": params.portfolio.source, "tier": tier, "split": split}
            part = rows[chosen].reset_index(drop=True)
            part_scores = {model: score[chosen] for model, score in scores.items()}
            records += records_of(part, part_scores, head, choice)
            records += lead_time_record(part, part_scores["lightgbm"], head, choice)
        for model, score in scores.items():
            table = reliability_by_decile(rows["label"].to_numpy(), score)
            reliability.append(table.assign(tier=tier, split="out_of_time", model=model))
    head = {
        "benchmark": "portfolio",
        "data": params.portfolio.source,
        "tier": "all",
        "split": "out_of_time_advanced_firms",
    }
    records += tier_differences(test, bundles, head, choice)
    write_json(records, paths.evaluation)
    write_text(pd.concat(reliability).to_csv(index=False), paths.reliability)
    write_json(_nested(records), paths.metrics)
    flat = {
        f"{r['tier']}.{r['split']}.{r['metric']}": r["value"] for r in records if r["model"] == "lightgbm"
    }
    log_evaluation(params.tracking, paths.mlflow_run, flat, [paths.evaluation, paths.reliability])
    for row in records:
        if row["model"] == "lightgbm" and row["metric"] in MAIN:
            log.info(
                "%(tier)s, %(split)s: %(metric)s %(value).4f [%(low).4f, %(high).4f], %(positives)d of %(n)d",
                row,
            )


def _nested(records: list[dict]) -> dict:
    """Nest the records as tier → split → model → metric → value, for `dvc metrics show`."""
    tree: dict = {}
    for row in records:
        place = tree
        for name in ("tier", "split", "model"):
            place = place.setdefault(row[name], {})
        place[row["metric"]] = row["value"]
    return tree


if __name__ == "__main__":
    run_stage(evaluate)
