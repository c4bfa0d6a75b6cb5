"""Stage: every figure, out of time, beside the baselines and with its interval."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

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


@dataclass(frozen=True)
class Judged:
    """What each model says of the test rows: a score to rank by, and a calibrated probability."""

    scores: Mapping[str, np.ndarray]
    probabilities: Mapping[str, np.ndarray]

    def select(self, rows: np.ndarray) -> "Judged":
        """Return the same of some of the rows."""
        parts = (self.scores, self.probabilities)
        return Judged(*({name: one[rows] for name, one in part.items()} for part in parts))


def judge(bundle: Bundle, train: pd.DataFrame, calibration: pd.DataFrame, test: pd.DataFrame) -> Judged:
    """Score the test rows with the bundle and with every baseline.

    Baselines are fitted on the same training rows and calibrated on the same later slice as the booster; one
    that no rising line calibrates there has a rank but no probability, with a warning.
    """
    scores = {"lightgbm": margins(bundle.booster, test[list(bundle.features)])}
    probabilities = {"lightgbm": bundle.calibrator.predict(scores["lightgbm"])}
    baselines = fit_baselines(train, train["label"].to_numpy(), features=bundle.features)
    for name, scorer in baselines.items():
        scores[name] = scorer(test)
        if name == "prior":
            probabilities[name] = expit(scores[name])
            continue
        try:
            calibrator = Calibrator.fit(scorer(calibration), calibration["label"].to_numpy())
        except ValueError as error:
            log.warning("%s, %s: no probability (%s)", bundle.tier, name, error)
        else:
            probabilities[name] = calibrator.predict(scores[name])
    return Judged(scores, probabilities)


def records_of(rows: pd.DataFrame, judged: Judged, head: Mapping[str, str], choice: Evaluate) -> list[dict]:
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
    measured = measure(y, judged.scores, firms, names, probabilities=judged.probabilities, **where, **sizes)
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


def rescheduling_records(
    rows: pd.DataFrame, score: np.ndarray, tier: str, source: str, choice: Evaluate
) -> list[dict]:
    """Return how the default score ranks the second label, a rescheduling within the window."""
    watched = rows["rescheduled"].notna().to_numpy()
    y, firms = rows.loc[watched, "rescheduled"].to_numpy(), rows.loc[watched, "firm_id"].to_numpy()
    if y.sum() < FEWEST_POSITIVES:
        return []
    where = {"benchmark": "portfolio", "data": source, "split": "out_of_time_rescheduling"}
    sizes = {"n_resamples": choice.resamples, "seed": choice.seed}
    measured = measure(y, {"lightgbm": score[watched]}, firms, ["auc", "pr_auc"], **where, **sizes)
    return [{"tier": tier, **row} for row in measured]


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
        judged = judge(bundle, fit, later, rows)
        for split, chosen in {
            "out_of_time": np.ones(len(rows), dtype=bool),
            "out_of_time_and_firm": rows["is_holdout"].to_numpy(),
        }.items():
            head = {"benchmark": "portfolio", "data": params.portfolio.source, "tier": tier, "split": split}
            part = rows[chosen].reset_index(drop=True)
            of_part = judged.select(chosen)
            records += records_of(part, of_part, head, choice)
            records += lead_time_record(part, of_part.scores["lightgbm"], head, choice)
        records += rescheduling_records(
            rows, judged.scores["lightgbm"], tier, params.portfolio.source, choice
        )
        for model, probability in judged.probabilities.items():
            table = reliability_by_decile(rows["label"].to_numpy(), probability)
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
