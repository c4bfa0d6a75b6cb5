"""What every stage shares: its log, its params and its paths."""

import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path

from intake.contracts import TableError
from models.bundle import BundleError
from models.contributions import AdditivityError
from models.notes.text_reader import ReaderError
from pipelines.params import Params, ParamsError, load_params
from pipelines.paths import Paths
from pipelines.progress import LOG_FORMAT


class TooFewDefaultsError(ValueError):
    """The firms that failed are too few to learn from."""


# what the user can mend, or must know, from the message alone: shown without a traceback
CLEAR_ERRORS = (TableError, ParamsError, BundleError, AdditivityError, ReaderError, TooFewDefaultsError)


def run_stage(work: Callable[[Params, Paths], None], root: Path = Path()) -> None:
    """Run a stage's `work` in `root`, saying how long it took; a clear error is one line and exit code 1."""
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT, datefmt="%H:%M:%S")
    log = logging.getLogger(f"pipelines.{work.__name__}")
    start = time.perf_counter()
    try:
        work(load_params(root), Paths(root))
    except CLEAR_ERRORS as error:
        log.error("%s", error)
        sys.exit(1)
    log.info("done in %.1f s", time.perf_counter() - start)
