"""Stage: draw as-of dates and splits, and label every firm of every cohort."""

import json
import logging

import pandas as pd

from intake.store import read_table, write_json, write_table
from models.cohorts import MEMBERS, as_of_dates
from models.cohorts import label_cohorts as label_all
from models.time_splits import draw_splits, fold_of_firm
from pipelines.params import LabelCohorts, Params
from pipelines.paths import Paths
from pipelines.stage import run_stage

log = logging.getLogger(__name__)


def known_range(data_report: dict) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first day on which a statement, and the last on which anything, became known."""
    tables = [table for table in data_report["tables"].values() if table["kept"]]
    first = data_report["tables"]["statements"]["first_known_date"]
    return pd.Timestamp(first), max(pd.Timestamp(table["last_known_date"]) for table in tables)


def cohort_dates(choice: LabelCohorts, first_known: pd.Timestamp, cutoff: pd.Timestamp) -> list[pd.Timestamp]:
    """Return the as-of dates whose window is complete at the cutoff."""
    month_end = pd.offsets.MonthEnd
    first = first_known + month_end(choice.warm_up_months)
    last = cutoff + pd.Timedelta(days=1) - month_end(choice.horizon_months + choice.reporting_lag_months + 1)
    return as_of_dates(first, last, choice.every_months, choice.anchor_month)


def label_cohorts(params: Params, paths: Paths) -> None:
    """Write labels.parquet and splits.json."""
    choice = params.label_cohorts
    data_report = json.loads(paths.data_report.read_text(encoding="utf-8"))
    first_known, last_known = known_range(data_report)
    cutoff = pd.Timestamp(choice.label_cutoff_date or last_known)
    dates = cohort_dates(choice, first_known, cutoff)
    splits = draw_splits(
        dates,
        horizon_months=choice.horizon_months,
        test_months=choice.test_months,
        calibration_months=choice.calibration_months,
    )
    firms, events = read_table(paths.interim / "firms"), read_table(paths.interim / "events")
    labels = label_all(
        firms,
        events,
        dates,
        horizon_months=choice.horizon_months,
        reporting_lag_months=choice.reporting_lag_months,
        label_cutoff_date=cutoff,
    )
    labels = labels[labels["status"].isin(MEMBERS)].reset_index(drop=True)
    labels["split"] = labels["as_of_date"].map(splits.split_of).astype("str")
    labels["is_holdout"] = fold_of_firm(
        labels["firm_id"], seed=choice.holdout_seed, share=choice.holdout_firm_share
    )
    write_table(labels, paths.labels)
    write_json(splits.to_dict() | {"label_cutoff_date": f"{cutoff:%Y-%m-%d}"}, paths.splits)
    for split, part in labels[labels["label"].notna()].groupby("split"):
        log.info(
            "%s: %d rows, %d defaults (%.2f %%)",
            split,
            len(part),
            part["label"].sum(),
            100 * part["label"].mean(),
        )


if __name__ == "__main__":
    run_stage(label_cohorts)
