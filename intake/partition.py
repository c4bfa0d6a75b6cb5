"""From raw tables in any order to screened, firm-aligned chunks, with memory that does not grow with them."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from intake.buckets import Buckets
from intake.contracts import OPTIONAL_TABLES, TABLES, TableError, contract, empty_table
from intake.ingest_report import IngestReport, TableReport
from intake.quarantine import check_unit, check_whole, screen_firms, screen_rows
from intake.quarantine_file import QuarantineFile
from intake.raw_tables import RawTable, find_table, pieces
from intake.store import fresh_folder, write_json, write_table
from intake.units import Magnitudes

PIECE_ROWS = 250_000  # rows screened at once: 64 columns of float64 are 130 MB, and a few copies of it
REPORT = "ingest_report.json"
BUCKETS = ".buckets"

Progress = Callable[[int, int, str], None]  # done, total, of what
Show = Callable[[int], None]  # rows more


def ingest(
    raw: Path,
    interim: Path,
    *,
    chunk_firms: int,
    piece_rows: int = PIECE_ROWS,
    progress: Progress | None = None,
) -> IngestReport:
    """Screen every raw table and lay it out in chunks of firms.

    Parameters
    ----------
    raw : Path
        Folder of raw tables: ``<table>.parquet``, ``<table>.csv``, or a folder ``<table>`` of such files,
        rows and files in any order.
    interim : Path
        Written whole or not at all: ``<table>/part-00000.parquet`` …, where part k holds the same firms in
        every table, sorted by key; ``quarantine/<table>.parquet`` where rows were quarantined; and the
        report. The bytes of the parts do not depend on the order of files and rows.
    chunk_firms : int
        Firms a chunk; they are dealt in order of firm_id.
    piece_rows : int
        Rows screened at once; results do not depend on it.
    progress : callable(done, total, what), optional
        Called with the rows read so far.

    Returns
    -------
    IngestReport
        For every table, rows in = rows kept + rows quarantined.

    Raises
    ------
    TableError
        If a table breaks its contract as a whole. Nothing is written then.
    """
    raw, interim = Path(raw), Path(interim)
    if chunk_firms < 1 or piece_rows < 1:
        raise ValueError(f"chunk_firms and piece_rows must be 1 or more, not {chunk_firms} and {piece_rows}")
    if interim.exists() and any(interim.iterdir()) and not (interim / REPORT).exists():
        raise ValueError(f"{interim} holds files that no ingest wrote; name an empty folder")
    sources = find_tables(raw)
    firm_ids = known_firms(sources["firms"], piece_rows)
    total = sum(source.rows for source in sources.values())
    show = _row_counter(total, progress)
    with fresh_folder(interim) as target:
        tables = {
            table: _ingest_table(sources[table], target, firm_ids, chunk_firms, piece_rows, show)
            if table in sources
            else TableReport(present=False)
            for table in TABLES
        }
        chunks = -(-len(firm_ids) // chunk_firms)
        report = IngestReport(firms=len(firm_ids), chunk_firms=chunk_firms, chunks=chunks, tables=tables)
        show(total)
        write_json(report.to_dict(), target / REPORT)
        shutil.rmtree(target / BUCKETS)
    return report


def find_tables(raw: Path) -> dict[str, RawTable]:
    """Find all raw tables that are there, and refuse a folder that lacks one of the required."""
    if not raw.is_dir():
        raise TableError("firms", f"there is no folder {raw}")
    found = {table: source for table in TABLES if (source := find_table(raw, table))}
    for table in TABLES:
        if table not in found and table not in OPTIONAL_TABLES:
            raise TableError(table, f"{raw} has no {table}.parquet, {table}.csv or folder {table}")
    return found


def known_firms(source: RawTable, piece_rows: int) -> pd.Index:
    """Return the sorted firm_ids of all firms that have a row in table firms that keeps its contract."""
    firm_ids, rows_in, rejected = pd.Index([], dtype="str"), 0, pd.DataFrame()
    for piece in pieces(source, piece_rows):
        screened = screen_rows(source.table, piece)
        firm_ids = firm_ids.union(pd.Index(screened.good["firm_id"].unique(), dtype="str"))
        rows_in += len(piece)
        rejected = rejected if len(rejected) else screened.rejected
    check_whole(source.table, rows_in, len(firm_ids), rejected)
    return firm_ids.sort_values()


def _ingest_table(
    source: RawTable, target: Path, firm_ids: pd.Index, chunk_firms: int, piece_rows: int, show: Show
) -> TableReport:
    """Screen one table into `target`: rows piece by piece into buckets, then firms bucket by bucket."""
    table, rule = source.table, contract(source.table)
    report = TableReport(
        files=len(source.files),
        absent_columns=tuple(column for column in rule.columns if column not in source.all_columns),
        ignored_columns=tuple(sorted(source.all_columns.difference(rule.columns))),
    )
    magnitudes, buckets = Magnitudes(), Buckets(target / BUCKETS / table)
    with QuarantineFile(target / "quarantine" / f"{table}.parquet", table, source.names) as quarantine:
        for piece in pieces(source, piece_rows):
            screened = screen_rows(table, piece, firm_ids=firm_ids)
            report.rows_in += len(piece)
            report.add_unknown(screened.unknown_levels)
            quarantine.put(screened.rejected)
            if rule.unit_floor:
                magnitudes.add(screened.good[rule.unit_floor[0]])
            buckets.put(screened.good, firm_ids.get_indexer(screened.good["firm_id"]) // chunk_firms)
            show(len(piece))
        check_unit(table, magnitudes)
        for number in range(-(-len(firm_ids) // chunk_firms)):
            rows = buckets.take(number)
            screened = screen_firms(table, empty_table(table) if rows is None else rows)
            quarantine.put(screened.rejected)
            report.add_kept(screened.good["known_date"])
            write_table(screened.good[list(rule.columns)], target / table / f"part-{number:05d}.parquet")
    report.reasons = quarantine.counts
    check_whole(table, report.rows_in, report.kept, quarantine.first)
    return report


def _row_counter(total: int, progress: Progress | None) -> Show:
    done = 0

    def show(rows: int) -> None:
        nonlocal done
        done = min(done + rows, total)  # of CSV only the lines are known, and a text may have several
        if progress is not None:
            progress(done, total, "rows screened")

    return show
