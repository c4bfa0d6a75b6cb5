"""Simulate, measure and judge: the whole comparison over several seeds."""

import logging
import time
from collections.abc import Sequence
from pathlib import Path

from intake.store import fresh_folder
from pipelines.build_features import build_features
from pipelines.ingest import ingest
from pipelines.label_cohorts import label_cohorts
from pipelines.moments.figures import Figure
from pipelines.moments.measure import measure
from pipelines.moments.model import full_model
from pipelines.moments.table import Row, judge
from pipelines.params import Params
from pipelines.paths import Paths
from pipelines.read_notes import read_notes
from pipelines.study import SEEDS
from pipelines.train_reader import train_reader
from simulator.portfolio import simulate

log = logging.getLogger(__name__)

FIRMS = 10_000  # some 100 defaults a year: a yearly rate then has an error of a tenth
MONTHS, FIRST_MONTH = 132, "2015-01"  # 2015 to 2025: the years that the table speaks of


def check_params(base: Params, *, firms: int, seed: int) -> Params:
    """Return `base` for a check: the simulator, so many firms, the years that the table speaks of."""
    span = {"firms": firms, "seed": seed, "months": MONTHS, "first_month": FIRST_MONTH}
    return base.model_copy(
        update={
            "portfolio": base.portfolio.model_copy(update={"source": "simulator"}),
            "simulate": base.simulate.model_copy(update=span),
        }
    )


def check_seed(root: Path, base: Params, *, firms: int, seed: int) -> list[Figure]:
    """Simulate one portfolio under `root`, take it through the pipeline's stages, and measure it.

    Parameters
    ----------
    root : Path
        Gets data/raw, data/truth, data/interim, data/features and data/artifacts.
    base : Params
        Rules of cohorts, splits and training.
    firms, seed : int

    Returns
    -------
    list of Figure
        Of the tables and the truth, then of the models.
    """
    params, paths = check_params(base, firms=firms, seed=seed), Paths(root)
    start = time.perf_counter()
    choice = params.simulate
    span = {"firms": firms, "seed": seed, "months": choice.months, "first_month": choice.first_month}
    with fresh_folder(paths.raw) as raw, fresh_folder(paths.truth) as truth:
        simulate(raw, truth=truth, workers=choice.workers, **span)
    log.info("seed %d: simulated at %.0f s", seed, time.perf_counter() - start)
    for stage in (ingest, label_cohorts, train_reader, read_notes, build_features):
        stage(params, paths)
        log.info("seed %d: %s at %.0f s", seed, stage.__name__, time.perf_counter() - start)
    figures = measure(paths.interim, paths.truth, workers=choice.workers)
    log.info("seed %d: measured at %.0f s", seed, time.perf_counter() - start)
    figures += full_model(params, paths)
    log.info("seed %d: models at %.0f s", seed, time.perf_counter() - start)
    return figures


def check(root: Path, base: Params, *, firms: int = FIRMS, seeds: Sequence[int] = SEEDS) -> list[Row]:
    """Return the table of moments over several seeds, each simulated in its own folder below `root`."""
    return judge([check_seed(root / str(seed), base, firms=firms, seed=seed) for seed in seeds])
