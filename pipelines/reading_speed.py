"""How many notes are read in a second by one thread: `python -m pipelines.reading_speed [--docs]`.

It reads the notes of the last run, each reader by itself and both together into `note_signals`, and counts
the processor's time, the best of some rounds: the rest is what else the machine does.
"""

import argparse
import logging
import platform
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from intake.store import chunk_names, read_chunk, write_text
from models.notes.dictionary_reader import load_dictionary_reader
from models.notes.signals import Readers, read_notes
from pipelines.params import ParamsError
from pipelines.paths import Paths
from pipelines.progress import LOG_FORMAT
from pipelines.read_notes import load_readers

log = logging.getLogger(__name__)

ROUNDS = 3
BEGIN, END = "<!-- reading speed -->\n", "<!-- end -->"


def seconds_of(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the processor's seconds of some work, the best of some rounds, without what other threads do."""
    best = float("inf")
    for _ in range(rounds):
        start = time.thread_time()
        work()
        best = min(best, time.thread_time() - start)
    return best


def measure(notes: pd.DataFrame, readers: Readers, rounds: int = ROUNDS) -> dict[str, float]:
    """Return seconds for all notes by each reader that there is, and by all into the table."""
    texts = notes["text"].tolist()
    dictionary = load_dictionary_reader()
    found = {"dictionary": seconds_of(lambda: [dictionary.read(text) for text in texts], rounds)}
    if readers.outcome is not None:
        outcome = readers.outcome
        found["learned"] = seconds_of(lambda: outcome.read(texts, notes["firm_id"]), rounds)
    found["all, into note_signals"] = seconds_of(
        lambda: read_notes(notes, readers, half_life_months=6), rounds
    )
    return found


def speed_table(notes: pd.DataFrame, seconds: dict[str, float]) -> str:
    """Lay the figures out as Markdown.

    Examples
    --------
    >>> print(speed_table(pd.DataFrame({"text": ["four"] * 100}), {"dictionary": 0.05}).splitlines()[-1])
    | dictionary | 2,000 |
    """
    length = notes["text"].str.len()
    lines = [
        f"{len(notes):,} notes of {length.mean():.0f} characters on average, {length.max()} at most; "
        f"one thread, processor's time, best of {ROUNDS}; {platform.machine()}, Python "
        f"{platform.python_version()}.",
        "",
        "| reader | notes a second |",
        "| --- | ---: |",
    ]
    lines += [f"| {name} | {len(notes) / spent:,.0f} |" for name, spent in seconds.items()]
    return "\n".join(lines)


def fill(page: str, table: str) -> str:
    """Return the page with the table between its marks.

    Raises
    ------
    ValueError
        If the page has no such marks.

    Examples
    --------
    >>> fill("a\\n<!-- reading speed -->\\nold\\n<!-- end -->\\nb", "new")
    'a\\n<!-- reading speed -->\\n\\nnew\\n\\n<!-- end -->\\nb'
    >>> fill("a", "new")
    Traceback (most recent call last):
    ValueError: the page has no place for the table: <!-- reading speed --> … <!-- end -->
    """
    head, begin, rest = page.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the page has no place for the table: {BEGIN.strip()} … {END}")
    return f"{head}{BEGIN}\n{table}\n\n{END}{tail}"


def main() -> None:
    """Measure, print to the log, and with --docs write into docs/notes.md."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--docs", action="store_true", help="write the table into docs/notes.md")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT, datefmt="%H:%M:%S")
    paths = Paths(Path())
    if not paths.interim.exists():
        raise ParamsError(f"there is no {paths.interim}: run `make run` first")
    parts = [read_chunk(paths.interim, chunk, ["notes"])["notes"] for chunk in chunk_names(paths.interim)]
    notes = pd.concat(parts, ignore_index=True)
    table = speed_table(notes, measure(notes, load_readers(paths)))
    log.info("\n%s", table)
    if arguments.docs:
        page = Path("docs/notes.md")
        write_text(fill(page.read_text(encoding="utf-8"), table), page)


if __name__ == "__main__":
    main()
