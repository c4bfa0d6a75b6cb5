"""Stage: score the whole portfolio as of one day; a chunk already scored from the same inputs is kept."""

import hashlib
import json
import logging
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd

import alerts
import features
import intake
import models
from intake.contracts import TABLES
from intake.store import chunk_names, read_table, write_json, write_table
from pipelines.chunk_tables import chunk_tables, written_files
from pipelines.label_cohorts import known_range
from pipelines.params import Params, ParamsError
from pipelines.paths import Paths
from pipelines.progress import progress
from pipelines.score_chunk import SCORED_TABLES, Recipe, load_bundles, score_chunk
from pipelines.stage import run_stage

log = logging.getLogger(__name__)


def digest(*parts: str | Path) -> str:
    """Return a hash of texts and of files' contents."""
    sha = hashlib.sha256()
    for part in parts:
        sha.update(part.read_bytes() if isinstance(part, Path) else part.encode())
        sha.update(b"\0")
    return sha.hexdigest()[:16]


def make_recipe(
    params: Params, paths: Paths, *, as_of_date: date | None = None, bundles: Path | None = None
) -> Recipe:
    """Gather what scores are made with; `as_of_date` and `bundles` win over params."""
    choice = params.score
    if not paths.data_report.exists():
        raise ParamsError(
            f"there is no {paths.data_report}: nothing has been ingested here yet; run `make run` first"
        )
    first, last = known_range(json.loads(paths.data_report.read_text(encoding="utf-8")))
    day = pd.Timestamp(
        as_of_date or choice.as_of_date or last + pd.Timedelta(days=1) - pd.offsets.MonthEnd(1)
    )
    if not day.is_month_end:
        raise ParamsError(f"as-of date {day.date()} is no month's last day: books come by the month")
    if not first <= day < last + pd.offsets.MonthEnd(1):
        raise ParamsError(
            f"as-of date {day.date()}: facts became known from {first.date()} to {last.date()} only"
        )
    return Recipe(
        as_of_date=day,
        bundles=load_bundles(bundles or paths.models / "default"),
        norms=read_table(paths.norms),
        bands=read_table(paths.cash_bands),
        data_version=digest(paths.data_report),
        currency=params.portfolio.currency,
        highest_only=choice.tiers == "highest",
        reasons=choice.reasons,
        check_share=choice.check_share,
        check_rows=choice.check_rows,
        num_threads=choice.num_threads,
    )


@cache
def code_version() -> str:
    """Return a hash of the code and reference tables that scores come from."""
    files = [
        path
        for package in (alerts, features, intake, models)
        for path in sorted(Path(package.__file__).parent.rglob("*"))
        if path.suffix in {".py", ".csv"}
    ]
    return digest(*files, Path(__file__).with_name("score_chunk.py"))


def chunk_version(paths: Paths, chunk: str, recipe: Recipe) -> str:
    """Return a hash of everything a chunk's scores depend on: code, models, fitted tables, facts, choices."""
    files = [path for table in TABLES if (path := paths.interim / table / f"{chunk}.parquet").exists()]
    files += [*written_files(paths, chunk).values(), paths.norms, paths.cash_bands]
    choices = (
        recipe.as_of_date,
        recipe.currency,
        recipe.data_version,
        recipe.highest_only,
        recipe.reasons,
        recipe.num_threads,
    )
    versions = [bundle.version for bundle in recipe.bundles.values()]
    return digest(code_version(), repr(choices), *versions, *files)


def score_portfolio(paths: Paths, recipe: Recipe, out: Path) -> dict:
    """Score every chunk into `out`/<as-of date>/<table>/<chunk>.parquet and return the manifest."""
    folder = out / f"{recipe.as_of_date:%Y-%m-%d}"
    chunks = chunk_names(paths.interim)
    show, versions, kept, firms, scored = progress(log), {}, 0, 0, 0
    for done, chunk in enumerate(chunks, start=1):
        versions[chunk] = chunk_version(paths, chunk, recipe)
        manifest_file = folder / "chunks" / f"{chunk}.json"
        manifest = json.loads(manifest_file.read_text(encoding="utf-8")) if manifest_file.exists() else {}
        if manifest.get("version") == versions[chunk]:
            kept += 1
        else:
            manifest_file.unlink(missing_ok=True)
            tables = score_chunk(chunk_tables(paths, chunk), recipe)
            for name in SCORED_TABLES:
                write_table(tables[name], folder / name / f"{chunk}.parquet")
            shown = tables["scores"]
            manifest = {
                "version": versions[chunk],
                "firms": len(tables["values"]),
                "scored": int(shown["is_shown"].sum()),
            }
            write_json(manifest, manifest_file)  # last: a chunk without it is done again
        firms += manifest["firms"]
        scored += manifest["scored"]
        show(done, len(chunks), "chunks scored")
    for stale in (path for path in folder.glob("*/part-*") if path.stem not in versions):
        stale.unlink()
    log.info(
        "as of %s: %d live firms, %d scored, %d of %d chunks kept",
        folder.name,
        firms,
        scored,
        kept,
        len(chunks),
    )
    return {
        "as_of_date": folder.name,
        "models": {tier: bundle.version for tier, bundle in recipe.bundles.items()},
        "data_version": recipe.data_version,
        "live_firms": firms,
        "scored_firms": scored,
        "chunks": versions,
    }


def scored_tables(paths: Paths, names: Sequence[str] = SCORED_TABLES) -> tuple[dict, dict[str, pd.DataFrame]]:
    """Return the manifest of the latest scores, its date as a timestamp, and their tables."""
    latest = json.loads((paths.scored / "latest.json").read_text(encoding="utf-8"))
    folder = paths.scored / latest["as_of_date"]
    latest["as_of_date"] = pd.Timestamp(latest["as_of_date"])
    return latest, {name: read_table(folder / name) for name in names}


def score(params: Params, paths: Paths) -> None:
    """Write the portfolio's scores and name them the latest."""
    manifest = score_portfolio(paths, make_recipe(params, paths), paths.scored)
    write_json(manifest, paths.scored / "latest.json")


if __name__ == "__main__":
    run_stage(score)
