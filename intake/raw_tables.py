"""Raw tables as they lie in a folder: which files a table has, and their rows, piece by piece."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from intake.contracts import TableError
from intake.quarantine import check_columns
from intake.store import first_line, to_frame

SUFFIXES = (".parquet", ".csv")


@dataclass(frozen=True)
class RawTable:
    """The files of one raw table, in order of name."""

    table: str
    files: tuple[Path, ...]
    columns: tuple[tuple[str, ...], ...]  # of each file
    rows: int  # in CSV: lines, which is more where a text runs over several

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the files within the folder of raw tables."""
        in_folder = self.files[0].parent.name == self.table
        return tuple(f"{self.table}/{file.name}" if in_folder else file.name for file in self.files)

    @property
    def all_columns(self) -> set[str]:
        """Names of the columns that any of the files has."""
        return {column for columns in self.columns for column in columns}


def find_table(raw: Path, table: str) -> RawTable | None:
    """Find ``<table>.parquet``, ``<table>.csv`` or the files of a folder ``<table>``.

    Returns
    -------
    RawTable or None
        None if the table is not there.

    Raises
    ------
    TableError
        If it stands there twice, a file cannot be read, or a required column is missing in one of them.
    """
    raw = Path(raw)
    found = [path for path in (raw / table, *(raw / f"{table}{end}" for end in SUFFIXES)) if path.exists()]
    if not found:
        return None
    if len(found) > 1:
        names = " and ".join(path.name for path in found)
        raise TableError(table, f"{raw} has it twice, as {names}; keep one")
    files = found
    if found[0].is_dir():
        files = sorted(path for path in found[0].iterdir() if path.suffix in SUFFIXES and path.name[0] != ".")
        if not files:
            raise TableError(table, f"the folder {found[0]} has no Parquet or CSV file")
    heads = [_head(table, file) for file in files]
    for file, (columns, _) in zip(files, heads, strict=True):
        check_columns(table, columns, where=str(file))
    return RawTable(table, tuple(files), tuple(head[0] for head in heads), sum(head[1] for head in heads))


def _head(table: str, file: Path) -> tuple[tuple[str, ...], int]:
    """Return a file's column names and number of rows."""
    if file.suffix == ".parquet":
        with _reading(table, file), pq.ParquetFile(file) as parquet:
            return tuple(parquet.schema_arrow.names), parquet.metadata.num_rows
    with _reading(table, file):
        with file.open(encoding="utf-8-sig", newline="") as lines:
            columns = tuple(next(csv.reader(lines), ()))
        with file.open("rb") as binary:
            ends = sum(block.count(b"\n") for block in iter(lambda: binary.read(1 << 20), b""))
    if not columns:
        raise TableError(table, f"{file} is empty: it has not even a line of column names")
    return columns, max(ends - 1, 0)


def pieces(source: RawTable, piece_rows: int) -> Iterator[pd.DataFrame]:
    """Yield the rows of `source`, at most `piece_rows` at a time, in order of file and row.

    Beside the columns of the file each piece has ``source_file`` (int: which of `source.files`) and
    ``source_row`` (1 is the first). Cells of CSV files all come as text.
    """
    for number, (file, columns) in enumerate(zip(source.files, source.columns, strict=True)):
        row = 1
        with _reading(source.table, file):
            for batch in _batches(file, columns, piece_rows):
                frame = to_frame(batch)
                frame["source_file"] = number
                frame["source_row"] = range(row, row + len(frame))
                row += len(frame)
                yield frame


def _batches(file: Path, columns: tuple[str, ...], piece_rows: int) -> Iterator[pa.Table]:
    if file.suffix == ".parquet":
        with pq.ParquetFile(file, page_checksum_verification=True) as parquet:
            for batch in parquet.iter_batches(piece_rows):
                yield pa.Table.from_batches([batch])
        return
    as_text = pa_csv.ConvertOptions(
        column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=True, null_values=[""]
    )
    several_lines = pa_csv.ParseOptions(newlines_in_values=True)
    with pa_csv.open_csv(file, convert_options=as_text, parse_options=several_lines) as reader:
        for batch in reader:
            for start in range(0, batch.num_rows, piece_rows):
                yield pa.Table.from_batches([batch.slice(start, piece_rows)])


@contextmanager
def _reading(table: str, file: Path) -> Iterator[None]:
    """Turn whatever a reader raises on a damaged file into one clear error that names it."""
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError, csv.Error) as error:
        form = "Parquet" if file.suffix == ".parquet" else "CSV in UTF-8"
        raise TableError(table, f"{file} cannot be read as {form} ({first_line(error)})") from error
