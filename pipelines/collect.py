"""Stage: put the portfolio's raw tables into data/raw, and the simulator's truth apart into data/truth."""

import logging
import shutil
from pathlib import Path

from intake.contracts import TABLES
from intake.public_sets import CONVERTERS
from intake.store import fresh_folder
from pipelines.params import Params, ParamsError
from pipelines.paths import Paths
from pipelines.progress import progress
from pipelines.stage import run_stage

log = logging.getLogger(__name__)


def copy_tables(source: Path, raw: Path) -> None:
    """Copy every known table, a file or a folder, from `source` to `raw`."""
    found = [
        path for table in TABLES for path in (source / table, *source.glob(f"{table}.*")) if path.exists()
    ]
    if not found:
        raise ParamsError(f"portfolio.folder: {source} holds none of the tables {', '.join(TABLES[:4])}, ...")
    for path in found:
        log.info("copy %s", path)
        if path.is_dir():
            shutil.copytree(path, raw / path.name)
        else:
            shutil.copy2(path, raw / path.name)


def collect(params: Params, paths: Paths) -> None:
    """Fill data/raw from the source that params name.

    Only the simulator knows the truth: with other sources data/truth stays empty.
    """
    source = params.portfolio.source
    folder = paths.root / params.portfolio.folder
    with fresh_folder(paths.raw) as raw, fresh_folder(paths.truth) as truth:
        if source == "simulator":
            from simulator.portfolio import simulate

            choice = params.simulate
            simulate(
                raw,
                truth=truth,
                firms=choice.firms,
                months=choice.months,
                seed=choice.seed,
                first_month=choice.first_month,
                chunk_firms=choice.chunk_firms,
                workers=choice.workers,
                progress=progress(log),
            )
        elif source == "folder":
            copy_tables(folder, raw)
        else:
            CONVERTERS[source](folder, raw)


if __name__ == "__main__":
    run_stage(collect)
