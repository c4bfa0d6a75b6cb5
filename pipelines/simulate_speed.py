"""How fast portfolios are simulated, and in how much memory: `python -m pipelines.simulate_speed [--docs]`.

Every case runs in a process of its own, so that no case finds memory or worlds of another, and the best of
some rounds counts: the rest is what else the machine does. It takes about four minutes on two cores.
"""

import argparse
import logging
import multiprocessing
import os
import platform
import resource
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import pandas as pd

from intake.store import write_text
from pipelines.progress import Progress, progress
from simulator.portfolio import CHUNK_FIRMS, simulate, simulate_chunk
from simulator.world import BURN_IN_MONTHS

log = logging.getLogger(__name__)

MONTHS, FIRST_MONTH, SEED = 132, "2015-01", 20150401
MILLION = 1_000_000
FIRMS, ROUNDS = 20_000, 2  # of a case; an even number of chunks, so that two workers have as much to do
SIZES = (4_000, 16_000)  # portfolios whose memory is compared
END = "<!-- end -->"


class Case(NamedTuple):
    """What is simulated in one case, and by how many processes."""

    what: str
    due_items: bool = False
    notes: bool = False
    workers: int = 1
    written: bool = False


CASES = (
    Case("statements"),
    Case("statements", workers=2),
    Case("statements, written", workers=2, written=True),
    Case("with due items", due_items=True, workers=2),
    Case("with notes", notes=True, workers=2),
    Case("all, written", due_items=True, notes=True, workers=2, written=True),
)


class FirmMonths(NamedTuple):
    """One portfolio counted in three ways."""

    spanned: int  # firms × months of the span: the size of a portfolio as it is asked for
    lived: int  # months simulated one by one: before a firm comes in, and in the portfolio
    seen: int  # months in the portfolio, from a firm's coming in to its leaving, both included


class Measured(NamedTuple):
    """What one case took: seconds by the clock and of processors, each the best of its rounds, and memory."""

    seconds: float
    processor_seconds: float
    mib: float  # the most that one process held
    counted: FirmMonths


def count(lives: pd.DataFrame, *, first_month: str, months: int) -> FirmMonths:
    """Count the firm-months of a portfolio from its truth/lives.

    Parameters
    ----------
    lives : DataFrame
        One row a firm that came in: `joined_on`; `left_on`, NaT for who is there at the end.
    first_month : str, ``YYYY-MM``
    months : int
        The reported span.

    Examples
    --------
    Of a span of three years one firm is there throughout; one comes in May 2016 and leaves in July:

    >>> lives = pd.DataFrame({
    ...     "joined_on": pd.to_datetime(["2014-09-30", "2016-05-31"]),
    ...     "left_on": pd.to_datetime([None, "2016-07-31"]),
    ... })
    >>> count(lives, first_month="2015-01", months=36)
    FirmMonths(spanned=72, lived=87, seen=39)
    """
    first = pd.Period(first_month, "M").ordinal
    # who joined before the span is there from its first month
    begin = np.maximum(_ordinals(lives["joined_on"], first), first)
    end = _ordinals(lives["left_on"], first + months - 1)
    seen = int((end - begin + 1).sum())
    return FirmMonths(len(lives) * months, seen + BURN_IN_MONTHS * len(lives), seen)


def _ordinals(days: pd.Series, missing: int) -> np.ndarray:
    return np.where(days.isna(), missing, days.dt.to_period("M").array.asi8)


def measure(
    case: Case, numbers: np.ndarray, *, months: int = MONTHS, rounds: int = 1, chunk_firms: int = CHUNK_FIRMS
) -> Measured:
    """Simulate firms in a process of its own and say what it took.

    Parameters
    ----------
    case : Case
        Where it is `written`, the numbers have to count from 0.
    numbers : (n,) int, strictly increasing
        Firm numbers.
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_measure, case, numbers, months, rounds, chunk_firms).result()


def _measure(case: Case, numbers: np.ndarray, months: int, rounds: int, chunk_firms: int) -> Measured:
    options = {
        "months": months, "seed": SEED, "first_month": FIRST_MONTH,
        "due_items": case.due_items, "notes": case.notes,
    }  # fmt: skip
    simulate_chunk(np.arange(9), **options)  # what is read and imported once
    seconds, processor, counted = [], [], []
    for _ in range(rounds):
        start, used = time.perf_counter(), _processor_seconds()
        if case.written:
            with TemporaryDirectory() as folder:
                simulate(
                    Path(folder), firms=len(numbers), chunk_firms=chunk_firms, workers=case.workers, **options
                )
                seconds.append(time.perf_counter() - start)
                processor.append(_processor_seconds() - used)
                parts = pd.read_parquet(Path(folder) / "truth" / "lives", columns=["joined_on", "left_on"])
            counted = [count(parts, first_month=FIRST_MONTH, months=months)]
        else:
            chunks = [numbers[at : at + chunk_firms] for at in range(0, len(numbers), chunk_firms)]
            counted = list(_each(partial(_made, **options), chunks, case.workers))
            seconds.append(time.perf_counter() - start)
            processor.append(_processor_seconds() - used)
    most = resource.getrusage(resource.RUSAGE_SELF if case.workers == 1 else resource.RUSAGE_CHILDREN)
    kib = most.ru_maxrss / (1024 if sys.platform == "darwin" else 1)  # bytes there, KiB elsewhere
    total = FirmMonths(*map(sum, zip(*counted, strict=True)))
    return Measured(min(seconds), min(processor), kib / 1024, total)


def _processor_seconds() -> float:
    """Return what this process and those it started and ended have used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _each(function, chunks: Sequence[np.ndarray], workers: int) -> Iterable[FirmMonths]:
    if workers == 1:
        yield from map(function, chunks)
    else:
        with ProcessPoolExecutor(workers) as pool:
            yield from pool.map(function, chunks)


def _made(numbers: np.ndarray, **options) -> FirmMonths:
    """Make every table of a chunk, and keep none."""
    tables = simulate_chunk(numbers, **options)
    return count(tables["truth/lives"], first_month=options["first_month"], months=options["months"])


def speed_table(measured: Sequence[tuple[Case, Measured]]) -> str:
    """Return what each case took as Markdown: thousands of firm-months a second.

    `free cores` is what the workers would reach, lived, if nothing else ran: what other work holds of the
    cores is in the seconds by the clock, and not in those of the processors.
    """
    rows = [
        [
            case.what, str(case.workers), f"{took.seconds:.1f}", f"{took.processor_seconds:.1f}",
            *(f"{months / took.seconds / 1000:,.0f}" for months in took.counted),
            f"{case.workers * took.counted.lived / took.processor_seconds / 1000:,.0f}", f"{took.mib:,.0f}",
        ]
        for case, took in measured
    ]  # fmt: skip
    head = [
        "tables",
        "workers",
        "s",
        "processor s",
        "spanned",
        "lived",
        "seen",
        "free cores",
        "MiB a process",
    ]
    return _markdown(head, rows)


def memory_table(measured: Sequence[tuple[str, int, Measured]]) -> str:
    """Return the most memory of a process by size of the portfolio, as Markdown."""
    rows = [[what, f"{firms:,}", f"{took.seconds:.1f}", f"{took.mib:,.0f}"] for what, firms, took in measured]
    return _markdown(["portfolio", "firms simulated", "seconds", "MiB"], rows)


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def machine() -> str:
    """Say on what it was measured, without names or places."""
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, "
        f"numpy {np.__version__}, pandas {pd.__version__}; {CHUNK_FIRMS:,} firms a chunk."
    )


def run(
    *,
    firms: int = FIRMS,
    months: int = MONTHS,
    rounds: int = ROUNDS,
    sizes: Sequence[int] = SIZES,
    chunk_firms: int = CHUNK_FIRMS,
    show: Progress | None = None,
) -> str:
    """Measure everything and return it as Markdown."""
    span, done, steps = {"months": months, "chunk_firms": chunk_firms}, 0, len(CASES) + len(sizes) + 1
    speed, memory = [], []
    for case in CASES:
        speed.append((case, measure(case, np.arange(firms), rounds=rounds, **span)))
        done = _tell(show, done, steps)
    for size in sizes:
        memory.append((f"{size:,}, whole", size, measure(CASES[0], np.arange(size), **span)))
        done = _tell(show, done, steps)
    last = np.arange(MILLION - chunk_firms, MILLION)
    memory.append((f"{MILLION:,}, the last chunk alone", len(last), measure(CASES[0], last, **span)))
    _tell(show, done, steps)
    head = f"{machine()} {firms:,} firms, {months} months, best of {rounds}."
    return f"{head}\n\n{speed_table(speed)}\n\n{memory_table(memory)}"


def _tell(show: Progress | None, done: int, steps: int) -> int:
    if show is not None:
        show(done + 1, steps, "measuring")
    return done + 1


def fill(page: str, measured: str, *, mark: str = "speed") -> str:
    """Return the page with what was measured between its marks.

    Examples
    --------
    >>> fill("<!-- speed -->\\nold\\n<!-- end -->", "new")
    '<!-- speed -->\\n\\nnew\\n\\n<!-- end -->'
    >>> fill("no marks", "new")
    Traceback (most recent call last):
    ValueError: the page has no <!-- speed --> … <!-- end -->
    """
    head, begin, rest = page.partition(f"<!-- {mark} -->\n")
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no <!-- {mark} --> … {END}")
    return f"{head}{begin}\n{measured}\n\n{end}{tail}"


def main() -> None:
    """Measure, print the tables, and with `--docs` fill docs/speed.md."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, default=FIRMS, help="firms of a case")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="rounds, of which the best counts")
    parser.add_argument("--docs", action="store_true", help="fill docs/speed.md")
    options = parser.parse_args()
    measured = run(firms=options.firms, rounds=options.rounds, show=progress(log))
    sys.stdout.write(measured + "\n")
    if options.docs:
        page = Path("docs/speed.md")
        write_text(fill(page.read_text(encoding="utf-8"), measured), page)


if __name__ == "__main__":
    main()
