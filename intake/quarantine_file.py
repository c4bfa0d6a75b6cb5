"""The file that quarantined rows of one table go to, and what is counted of them."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from intake.contracts import contract
from intake.store import PARQUET


class QuarantineFile:
    """A Parquet file of rejected rows, written piece by piece; without rejected rows there is none.

    Its columns are those of the contract as text, then ``reason``, ``detail``, ``source_file`` (name of
    the raw file) and ``source_row`` (1 is the file's first).

    Attributes
    ----------
    counts : Counter
        Rows by reason.
    first : DataFrame
        The first rows put in, to quote from.
    """

    def __init__(self, path: Path, table: str, source_files: Sequence[str]):
        self.path, self.source_files = Path(path), dict(enumerate(source_files))
        text = [*contract(table).columns, "reason", "detail", "source_file"]
        self._schema = pa.schema([*((name, pa.large_string()) for name in text), ("source_row", pa.int64())])
        self._writer: pq.ParquetWriter | None = None
        self.counts: Counter = Counter()
        self.first = pd.DataFrame()

    def __enter__(self) -> "QuarantineFile":
        return self

    def put(self, rejected: pd.DataFrame) -> None:
        """Add rows as `quarantine.screen_rows` and `screen_firms` reject them, with their source."""
        if not len(rejected):
            return
        if self._writer is None:
            self.first = rejected
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = pq.ParquetWriter(self.path, self._schema, **PARQUET)
        self.counts.update(rejected["reason"].tolist())
        named = rejected.assign(source_file=rejected["source_file"].map(self.source_files).astype("str"))
        self._writer.write_table(pa.Table.from_pandas(named, schema=self._schema, preserve_index=False))

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._writer is not None:
            self._writer.close()
