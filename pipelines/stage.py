"""What every stage shares: its log, its params and its paths."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from pipelines.params import Params, load_params
from pipelines.paths import Paths

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def run_stage(work: Callable[[Params, Paths], None], root: Path = Path()) -> None:
    """Run a stage's `work` in `root`, saying how long it took."""
    logging.basicConfig(level=logging.INFO, format=FORMAT, datefmt="%H:%M:%S")
    start = time.perf_counter()
    work(load_params(root), Paths(root))
    logging.getLogger(work.__module__).info("done in %.1f s", time.perf_counter() - start)
