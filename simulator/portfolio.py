"""The embedded portfolio as raw tables: firms in chunks, each the same whatever is simulated beside it."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from intake.contracts import TABLES, empty_table
from intake.store import write_table
from simulator.firms import draw_traits
from simulator.life import live
from simulator.notes.table import empty_truth_notes, notes_and_truth
from simulator.seen.accounts import account_flows, firms, headcounts
from simulator.seen.credit import credit
from simulator.seen.desk import Desk
from simulator.seen.dressed_books import truth_dressing
from simulator.seen.due_items import due_items as due_items_table
from simulator.seen.endings import events, truth_lives
from simulator.seen.flags import external_flags
from simulator.seen.signals import arrears, crd_grades, monitoring_reports
from simulator.seen.statements import statements, true_closings, truth_closings
from simulator.seen.troubles import truth_troubles
from simulator.seen.unpaid import truth_arrears
from simulator.world import World, make_world

# firms simulated at once, by default: the calls themselves take half a second a chunk, most of what 500 firms
# take and a quarter of what 2,500 do. Larger chunks gain little more, and memory grows with them.
CHUNK_FIRMS = 2500
TRUTH = "truth/"  # how names of tables begin that hold what nobody sees
TRUTH_TABLES = ("lives", "arrears", "troubles", "closings", "dressing", "notes")


def simulate_chunk(
    numbers: np.ndarray,
    *,
    months: int,
    seed: int,
    first_month: str = "2015-01",
    due_items: bool = True,
    notes: bool = True,
) -> dict[str, pd.DataFrame]:
    """Simulate firms by number and return every raw table, and ``truth/...`` tables, of them.

    Parameters
    ----------
    numbers : (n,) int, strictly increasing
        Firm numbers; a firm's rows depend on `seed`, `months`, `first_month` and its number only.
    months : int, 13 or more
        Reported months.
    seed : int, 0 or more
    first_month : str, ``YYYY-MM``
    due_items, notes : bool
        Leave them out (empty tables) to save time.

    Returns
    -------
    dict of DataFrame
        One entry per name of `intake.contracts.TABLES` and one per truth table; amounts in whole yen.

    Raises
    ------
    ValueError
        If numbers do not increase, the seed is negative, or the span is too short or not ``YYYY-MM``.

    Examples
    --------
    >>> chunk = simulate_chunk(np.arange(3), months=24, seed=1)
    >>> sorted(chunk["firms"]["firm_id"])[0]
    '00000000'
    >>> simulate_chunk(np.arange(3), months=24, seed=-1)
    Traceback (most recent call last):
    ValueError: seed must be 0 or more, got -1
    """
    if seed < 0:
        raise ValueError(f"seed must be 0 or more, got {seed}")
    world = make_world(seed, first_month=first_month, months=months)
    return _tables(world, np.asarray(numbers), due_items=due_items, notes=notes)


def _tables(world: World, numbers: np.ndarray, *, due_items: bool, notes: bool) -> dict[str, pd.DataFrame]:
    desk = Desk(world, live(world, draw_traits(world, numbers)))
    loans, guarantees = credit(desk)
    closings = true_closings(desk)
    talks, meanings = notes_and_truth(desk) if notes else (empty_table("notes"), empty_truth_notes())
    tables = {
        "firms": firms(desk),
        "headcounts": headcounts(desk),
        "statements": statements(desk, closings),
        "loans": loans,
        "guarantees": guarantees,
        "due_items": due_items_table(desk) if due_items else empty_table("due_items"),
        "account_flows": account_flows(desk),
        "arrears": arrears(desk),
        "crd_grades": crd_grades(desk),
        "notes": talks,
        "monitoring_reports": monitoring_reports(desk),
        "external_flags": external_flags(desk),
        "events": events(desk),
    }
    return {name: tables[name] for name in TABLES} | {
        "truth/lives": truth_lives(desk),
        "truth/arrears": truth_arrears(desk),
        "truth/troubles": truth_troubles(desk),
        "truth/closings": truth_closings(desk, closings),
        "truth/dressing": truth_dressing(desk),
        "truth/notes": meanings,
    }


def simulate(
    out: Path,
    *,
    firms: int,
    months: int,
    seed: int,
    first_month: str = "2015-01",
    chunk_firms: int = CHUNK_FIRMS,
    workers: int = 1,
    truth: Path | None = None,
    due_items: bool = True,
    notes: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, int]:
    """Simulate a portfolio and write its raw tables, one Parquet file per table and chunk.

    Parameters
    ----------
    out : Path
        Folder for ``<table>/part-00000.parquet`` …; a file is whole or not there.
    firms : int
        Firms that are in the portfolio at some time of the span; of 132 months, two of three at any one time.
    months, seed, first_month, due_items, notes
        See `simulate_chunk`.
    chunk_firms : int
        Firms per file; no figure depends on it.
    workers : int
        Processes; no figure depends on it.
    truth : Path, optional
        Folder for what no institution sees; by default ``truth`` in `out`. The pipeline keeps it apart from
        the raw tables, so that a stage that may not read it need not be trusted with its folder.
    progress : callable (done, total), optional
        Called after each chunk.

    Returns
    -------
    dict
        Rows written per table.
    """
    if firms < 1 or chunk_firms < 1 or workers < 1:
        raise ValueError(
            f"firms, chunk_firms and workers must be 1 or more, got {firms}, {chunk_firms}, {workers}"
        )
    starts = range(0, firms, chunk_firms)
    chunks = [np.arange(start, min(start + chunk_firms, firms)) for start in starts]
    one = partial(
        _write_chunk,
        out=Path(out),
        truth=Path(out) / "truth" if truth is None else Path(truth),
        months=months,
        seed=seed,
        first_month=first_month,
        due_items=due_items,
        notes=notes,
    )
    totals: dict[str, int] = {}
    if workers == 1:
        results = map(one, range(len(chunks)), chunks)
        _collect(results, totals, len(chunks), progress)
    else:
        with ProcessPoolExecutor(workers) as pool:
            _collect(pool.map(one, range(len(chunks)), chunks), totals, len(chunks), progress)
    return totals


def _collect(
    results, totals: dict[str, int], total: int, progress: Callable[[int, int], None] | None
) -> None:
    for done, rows in enumerate(results, start=1):
        for name, count in rows.items():
            totals[name] = totals.get(name, 0) + count
        if progress is not None:
            progress(done, total)


def _write_chunk(place: int, numbers: np.ndarray, *, out: Path, truth: Path, **options) -> dict[str, int]:
    tables = simulate_chunk(numbers, **options)
    for name, frame in tables.items():
        folder = truth / name.removeprefix(TRUTH) if name.startswith(TRUTH) else out / name
        write_table(frame, folder / f"part-{place:05d}.parquet")
    return {name: len(frame) for name, frame in tables.items()}
