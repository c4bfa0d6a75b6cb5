"""Where rows wait on disk, one bucket for each chunk of firms, until all pieces of a table were read."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from intake.store import to_frame


class Buckets:
    """Numbered buckets of rows in a folder; all rows put in have the same columns and types.

    A bucket is a file of Arrow streams, one behind the other: appending to it needs no open file and
    no memory, however many buckets there are.
    """

    def __init__(self, folder: Path):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True)

    def put(self, frame: pd.DataFrame, numbers: np.ndarray) -> None:
        """Put each row of `frame` into the bucket that `numbers` (n,) names."""
        if not len(frame):
            return
        order = np.argsort(numbers, kind="stable")
        table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
        if (np.diff(numbers) < 0).any():
            table = table.take(pa.array(order))
        found, starts = np.unique(numbers[order], return_index=True)
        for number, start, end in zip(found, starts, [*starts[1:], len(frame)], strict=True):
            part = table.slice(start, end - start)
            with self._file(number).open("ab") as file, pa.ipc.new_stream(file, part.schema) as stream:
                stream.write_table(part)

    def take(self, number: int) -> pd.DataFrame | None:
        """Return the rows of a bucket in the order they were put in, and empty it; None if it has none."""
        path = self._file(number)
        if not path.exists():
            return None
        tables, size = [], path.stat().st_size
        with path.open("rb") as file:
            while file.tell() < size:
                with pa.ipc.open_stream(file) as stream:
                    tables.append(stream.read_all())
        path.unlink()
        return to_frame(pa.concat_tables(tables))

    def _file(self, number: int) -> Path:
        return self.folder / f"{number}.arrows"
