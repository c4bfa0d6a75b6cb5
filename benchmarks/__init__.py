"""Public data against published figures."""

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

from benchmarks.records_table import records_table
from models.records import Record

__all__ = ["BENCHMARKS", "records_table", "run"]

Progress = Callable[[int, int, str], None]  # done, total, of what

# name -> what is shown; each is the module of that name with a function
# run(data, *, seed, num_threads, progress) -> list of records
BENCHMARKS: Mapping[str, str] = {
    "american": "US listed firms: raw items through the product's panel and ratios, windows of 3, 4, 5 years",
    "polish": "Polish firms: 64 ratios, one to five years before bankruptcy",
    "spain": "Spanish small firms: what qualitative signals add to ratios",
    "berka": "Czech accounts before their loans: cash ahead by flows alone, and what flows say of the loan",
    "sba": "US guaranteed small-business loans: industry and terms of the guarantee",
    "watchers": "Comments of Japanese firms on their business: readers that learn to a month, read after it",
    "chabsa": "Sentences of Japanese securities reports, read by what was learned from the comments",
}


def run(
    name: str,
    data: Path,
    *,
    seed: int,
    num_threads: int = 1,
    progress: Progress | None = None,
) -> list[Record]:
    """Run one benchmark and return its records.

    Parameters
    ----------
    name : str
        One of `BENCHMARKS`.
    data : Path
        Folder that holds the public sets, one folder each.
    seed : int
        Of splits, search, boosters and bootstrap.
    num_threads : int
        LightGBM's; results do not depend on it. A few thousand rows gain little from a second thread, and
        where other work holds the cores, threads that wait for each other take ten times as long.
    progress : callable (done, total, what), optional

    Returns
    -------
    list of dict
        Fields of `models.records.FIELDS`; intervals are 95 %, from a bootstrap by firm.

    Raises
    ------
    KeyError
        When there is no such benchmark.
    TableError
        When the set is not there or misses a column.

    Examples
    --------
    >>> run("german", Path("data"), seed=1)
    Traceback (most recent call last):
    KeyError: "no benchmark 'german'; known: american, polish, spain, berka, sba, watchers, chabsa"
    """
    if name not in BENCHMARKS:
        raise KeyError(f"no benchmark {name!r}; known: {', '.join(BENCHMARKS)}")
    module = import_module(f"benchmarks.{name}")
    return module.run(Path(data), seed=seed, num_threads=num_threads, progress=progress or _silent)


def _silent(done: int, total: int, what: str) -> None:
    """Show nothing."""
