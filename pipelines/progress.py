"""How a long step says where it is: a bar on a terminal, log lines elsewhere."""

import logging
import sys
from collections.abc import Callable

from tqdm import tqdm

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

Progress = Callable[..., None]  # done, total and, where a step has several parts, of what


def progress(log: logging.Logger) -> Progress:
    """Return a callback that draws a bar on a terminal and logs every tenth elsewhere."""
    return _bar() if sys.stderr.isatty() else _lines(log)


def _bar() -> Progress:
    bars: dict[str, tqdm] = {}

    def show(done: int, total: int, what: str = "chunks") -> None:
        bar = bars.setdefault(what, tqdm(total=total, desc=what, leave=False))
        bar.update(done - bar.n)
        if done >= total:
            bars.pop(what).close()

    return show


def _lines(log: logging.Logger) -> Progress:
    said: dict[str, int] = {}

    def show(done: int, total: int, what: str = "chunks") -> None:
        tenth = 10 * done // max(1, total)
        if tenth > said.get(what, -1):
            said[what] = tenth
            log.info("%s: %d of %d", what, done, total)

    return show
