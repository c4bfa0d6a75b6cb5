"""All tables of a chunk that features are made from: the screened raw ones, and what stages wrote of them."""

from pathlib import Path

import pandas as pd

from intake.contracts import WRITTEN_TABLES
from intake.store import read_chunk, read_table
from pipelines.paths import Paths


def written_files(paths: Paths, chunk: str) -> dict[str, Path]:
    """Return where each written table's part of a chunk lies."""
    folders = {"note_signals": paths.signals}
    return {table: folders[table] / f"{chunk}.parquet" for table in WRITTEN_TABLES}


def chunk_tables(paths: Paths, chunk: str) -> dict[str, pd.DataFrame]:
    """Return every table of a chunk.

    Raises
    ------
    TableError
        If a file is missing or damaged: the notes of the chunk were not read.
    """
    written = {table: read_table(file) for table, file in written_files(paths, chunk).items()}
    return read_chunk(paths.interim, chunk) | written
