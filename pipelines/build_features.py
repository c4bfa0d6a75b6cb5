"""Stage: cash bands, industry norms, then every feature of every firm on every as-of date."""

import json
import logging
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import pandas as pd

from features.cash_flow.bands import fit_bands, forecast_errors
from features.cash_flow.observed import became
from features.cash_flow.projection import project
from features.norms import fit_norms
from features.panel import MONTHS, build_panel, prepare
from features.table import build_features as feature_table
from intake.store import chunk_names, fresh_folder, read_table, write_table
from pipelines.chunk_tables import chunk_tables
from pipelines.params import Params
from pipelines.paths import Paths
from pipelines.progress import progress
from pipelines.stage import run_stage

log = logging.getLogger(__name__)
WORKERS = 2  # processes; the result does not depend on it


def cash_errors(paths: Paths, days: Sequence[pd.Timestamp], chunk: str) -> pd.DataFrame:
    """Return how one chunk's projections of each day fell out, by what the last day knows."""
    tables = prepare(chunk_tables(paths, chunk))
    later = build_panel(tables, days[-1])
    found = []
    for one in (project(build_panel(tables, day)) for day in days):
        cash = became(one.firm_ids, one.from_flows, one.as_of_date, later)
        found.append(forecast_errors(one, cash))
    return pd.concat(found, ignore_index=True)


def days_of_errors(train: Sequence[pd.Timestamp]) -> list[pd.Timestamp]:
    """Return the days of training whose following months the panel of the last of them shows."""
    first = train[-1] - pd.offsets.MonthEnd(MONTHS - 1)
    return [day for day in train if day >= first]


def rows_at(paths: Paths, day: pd.Timestamp, bands: pd.DataFrame, chunk: str) -> pd.DataFrame:
    """Return one chunk's feature rows on one day, without comparison with norms."""
    return feature_table(build_panel(prepare(chunk_tables(paths, chunk)), day), None, bands)


def write_rows(paths: Paths, rows: Path, days: list[pd.Timestamp], chunk: str) -> int:
    """Write one chunk's feature rows of every day; return how many."""
    norms, bands = read_table(paths.norms), read_table(paths.cash_bands)
    tables = prepare(chunk_tables(paths, chunk))
    count = 0
    for day in days:
        frame = feature_table(build_panel(tables, day), norms, bands)
        write_table(frame, rows / f"{day:%Y-%m-%d}.parquet" / f"{chunk}.parquet")
        count += len(frame)
    return count


def build_features(params: Params, paths: Paths) -> None:
    """Write cash_bands.parquet, norms.parquet and the feature rows of every cohort."""
    splits = json.loads(paths.splits.read_text(encoding="utf-8"))
    days = [pd.Timestamp(day) for part in ("train", "calibration", "test") for day in splits[part]]
    chunks = chunk_names(paths.interim)
    train = [pd.Timestamp(day) for day in splits["train"]]
    with ProcessPoolExecutor(WORKERS) as pool:
        errors = pool.map(partial(cash_errors, paths, days_of_errors(train)), chunks)
        bands = fit_bands(pd.concat(errors, ignore_index=True))
        write_table(bands, paths.cash_bands)
        at_train_end = pd.concat(pool.map(partial(rows_at, paths, train[-1], bands), chunks))
        write_table(fit_norms(at_train_end, min_firms=params.build_features.norms_min_firms), paths.norms)
        show = progress(log)
        with fresh_folder(paths.rows) as rows:
            work = partial(write_rows, paths, rows, days)
            for done, count in enumerate(pool.map(work, chunks), start=1):
                show(done, len(chunks), f"chunks of feature rows ({count} in the last)")


if __name__ == "__main__":
    run_stage(build_features)
