"""Stage: the page a risk team opens first."""

import json
import logging
from collections.abc import Collection
from pathlib import Path

import pandas as pd

from features.dictionary import load_dictionary
from intake.store import PART, read_table, write_text
from pipelines.params import Params
from pipelines.paths import Paths
from pipelines.score import scored_tables
from pipelines.stage import run_stage
from review.flags import riskiest
from review.report import ReportData, render

log = logging.getLogger(__name__)
SHOWN = ("scores", "contributions", "reasons", "values")


def read_firms(folder: Path, firm_ids: Collection[str]) -> pd.DataFrame | None:
    """Return some firms' rows of a table in chunks, holding one chunk at a time; None where there is none."""
    files = sorted(folder.glob(PART))
    if not files:
        return None
    parts = (read_table(file) for file in files)
    return pd.concat([part[part["firm_id"].isin(firm_ids).to_numpy()] for part in parts], ignore_index=True)


def report(params: Params, paths: Paths) -> None:
    """Write data/review/report.html from what earlier stages wrote."""
    latest, tables = scored_tables(paths, SHOWN)
    first = set(riskiest(tables["scores"], params.report.waterfalls)["firm_id"])
    scored = paths.scored / f"{latest['as_of_date']:%Y-%m-%d}"
    page = render(
        ReportData(
            source=params.portfolio.source,
            as_of_date=latest["as_of_date"],
            data_report=json.loads(paths.data_report.read_text(encoding="utf-8")),
            labels=read_table(paths.labels),
            splits=json.loads(paths.splits.read_text(encoding="utf-8")),
            evaluation=json.loads(paths.evaluation.read_text(encoding="utf-8")),
            reliability=pd.read_csv(paths.reliability),
            **tables,
            dictionary=load_dictionary(),
            exposure=tables["values"].set_index("firm_id")["guaranteed_balance"],
            versions={f"model ({tier})": version for tier, version in latest["models"].items()}
            | {"data": latest["data_version"]},
            currency=params.portfolio.currency,
            top_flags=params.report.top_flags,
            waterfalls=params.report.waterfalls,
            shap_rows=params.report.shap_rows,
            projections=read_firms(scored / "projections", first),
            notes=read_firms(paths.interim / "notes", first),
            note_signals=read_firms(paths.signals, first),
        )
    )
    write_text(page, paths.report)
    log.info("%s: %.1f MB", paths.report, len(page.encode()) / 1e6)


if __name__ == "__main__":
    run_stage(report)
