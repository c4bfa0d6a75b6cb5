"""The store: Parquet tables in and out, firm-aligned chunks, and files that are whole or not there."""

import json
import math
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from intake.contracts import TABLES, TableError, empty_table

PART = "part-*.parquet"
PARQUET = {"compression": "zstd", "write_page_checksum": True}  # without sums a flipped bit reads as data


def read_table(path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Read one Parquet file, or a folder of ``part-*.parquet`` in order of name.

    Parameters
    ----------
    path : Path
        A file, or a folder of parts with the same columns.
    columns : sequence of str, optional
        Only these, in this order; all by default.

    Returns
    -------
    DataFrame
        RangeIndex; text as ``str``, dates as ``datetime64[ms]``.

    Raises
    ------
    TableError
        If nothing is there, a file is damaged, or a column is missing: it names the file.

    Examples
    --------
    >>> read_table(Path("nowhere/scores.parquet"))
    Traceback (most recent call last):
    intake.contracts.TableError: table scores: there is no nowhere/scores.parquet
    """
    path = Path(path)
    table = path.stem if path.suffix == ".parquet" else path.name
    if path.is_dir():
        files = sorted(path.glob(PART))
        if not files:
            raise TableError(table, f"the folder {path} has no {PART}")
    elif path.is_file():
        files = [path]
    else:
        raise TableError(table, f"there is no {path}")
    frames = [_read_file(table, file, columns) for file in files]
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def _read_file(table: str, file: Path, columns: Sequence[str] | None) -> pd.DataFrame:
    try:
        with pq.ParquetFile(file, page_checksum_verification=True) as parquet:
            present = parquet.schema_arrow.names
            for column in columns or ():
                if column not in present:
                    raise TableError(
                        table, f"{file} has no such column; it has {', '.join(present)}", column=column
                    )
            arrow = parquet.read(columns=list(columns) if columns is not None else None)
    except (pa.ArrowException, OSError) as error:
        raise TableError(table, f"{file} cannot be read as Parquet ({first_line(error)})") from error
    frame = to_frame(arrow)
    return frame[list(columns)] if columns is not None else frame


def first_line(error: BaseException) -> str:
    """Return the first line of what an error says."""
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


def to_frame(arrow: pa.Table) -> pd.DataFrame:
    """Turn an Arrow table into a frame with ``str`` text and ``datetime64[ms]`` dates."""
    frame = arrow.replace_schema_metadata(None).to_pandas(date_as_object=False)
    other = {
        name: "datetime64[ms]"
        for name, dtype in frame.dtypes.items()
        if isinstance(dtype, np.dtype) and dtype.kind == "M" and dtype != "datetime64[ms]"
    }
    return frame.astype(other) if other else frame


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write `frame` as one Parquet file (zstd), whole or not at all; equal frames give equal bytes.

    The index is not written. Parent folders are made.
    """
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    with _beside(path) as partial:
        pq.write_table(table, partial, **PARQUET)


def write_text(text: str, path: Path) -> None:
    """Write `text` as UTF-8 with LF ends, whole or not at all."""
    with _beside(path) as partial:
        partial.write_bytes(text.encode("utf-8"))


def write_json(obj: object, path: Path) -> None:
    """Write `obj` as indented JSON in insertion order, whole or not at all.

    NumPy scalars and arrays, dates and paths are written as what they mean; NaN and infinities are
    refused with their place, since JSON has none: say what a missing figure is, ``None`` or left out.

    Raises
    ------
    ValueError
        On a number that is not finite, or a type that JSON has no form for.

    Examples
    --------
    >>> write_json({"auc": {"default": float("nan")}}, Path("metrics.json"))
    Traceback (most recent call last):
    ValueError: metrics.json: nan at auc.default has no form in JSON
    """
    try:
        plain = _plain(obj, "")
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    write_text(json.dumps(plain, ensure_ascii=False, indent=2, allow_nan=False) + "\n", path)


def _plain(obj: object, place: str) -> object:
    if obj is None or isinstance(obj, bool | int | str):
        return obj
    if isinstance(obj, np.generic | np.ndarray) and getattr(obj, "dtype", None).kind != "M":
        return _plain(obj.tolist(), place)
    if isinstance(obj, float):
        if not math.isfinite(obj):
            raise ValueError(f"{obj} at {place or 'the top'} has no form in JSON")
        return obj
    if isinstance(obj, Mapping):
        return {
            str(name): _plain(one, f"{place}.{name}" if place else str(name)) for name, one in obj.items()
        }
    if isinstance(obj, list | tuple):
        return [_plain(one, f"{place}[{number}]") for number, one in enumerate(obj)]
    if isinstance(obj, date) and obj is not pd.NaT:  # datetimes and Timestamps are dates too
        text = obj.isoformat()
        return text.removesuffix("T00:00:00")
    if isinstance(obj, Path):
        return obj.as_posix()
    raise ValueError(f"{obj!r} at {place or 'the top'} has no form in JSON")


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """Yield a name beside `path` to write to; it takes `path`'s place only when the block ends well."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    try:
        yield partial
        with partial.open("rb+") as file:
            os.fsync(file.fileno())  # or a power cut may leave the new name on empty blocks
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def fresh_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder beside `path`; it takes `path`'s place, whole, only when the block ends well.

    If the block raises, `path` stays as it was. What a killed run left beside it is cleared by the next one.
    """
    path = Path(path)
    partial, old = (path.with_name(f".{path.name}.{end}") for end in ("partial", "old"))
    if old.exists() and not path.exists():  # a run was killed between the two renamings below
        old.replace(path)
    shutil.rmtree(old, ignore_errors=True)
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        if path.exists():
            path.replace(old)  # a folder with files in it cannot be replaced in one step
        partial.replace(path)
    finally:
        if old.exists() and not path.exists():
            old.replace(path)
        shutil.rmtree(old, ignore_errors=True)
        shutil.rmtree(partial, ignore_errors=True)


def chunk_names(interim: Path) -> list[str]:
    """Return the names of the chunks of `interim`, in order: ``["part-00000", ...]``."""
    names = sorted(file.stem for file in (Path(interim) / "firms").glob(PART))
    if not names:
        raise TableError("firms", f"{interim} holds no chunks; ingest has not been run")
    return names


def read_chunk(interim: Path, chunk: str, tables: Sequence[str] = TABLES) -> dict[str, pd.DataFrame]:
    """Read raw tables, by default every one, for the firms of one chunk.

    Returns
    -------
    dict of str to DataFrame
        One frame per name in `tables`, sorted by key, with all columns of its contract; without rows
        where the table was absent. A chunk holds the same firms in all tables.

    Raises
    ------
    TableError
        If there is no such chunk, or a file is damaged.
    KeyError
        If a table has no contract.
    """
    interim = Path(interim)
    if not (interim / "firms" / f"{chunk}.parquet").is_file():
        raise TableError("firms", f"{interim} has no chunk {chunk!r}")
    files = {table: interim / table / f"{chunk}.parquet" for table in tables}
    return {table: read_table(file) if file.exists() else empty_table(table) for table, file in files.items()}
