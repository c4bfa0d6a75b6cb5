"""What an ingest did with every table: plain counts, for the data report and the page."""

from collections import Counter
from dataclasses import dataclass, field

import pandas as pd

MOST_CODES = 20  # unknown codes named in the report, the most frequent first; free text may have thousands


@dataclass
class TableReport:
    """Rows of one table: in, kept, quarantined by reason; and what was taken as it was not."""

    present: bool = True
    files: int = 0
    rows_in: int = 0
    kept: int = 0
    reasons: Counter = field(default_factory=Counter)  # reason → quarantined rows
    first_known_date: pd.Timestamp | None = None  # of the rows kept
    last_known_date: pd.Timestamp | None = None
    unknown_levels: dict[str, Counter] = field(default_factory=dict)  # column → code that arrived → rows
    absent_columns: tuple[str, ...] = ()  # optional and in none of the files: missing in every row
    ignored_columns: tuple[str, ...] = ()  # not in the contract: left out

    @property
    def quarantined(self) -> int:
        """Rows quarantined for any reason."""
        return sum(self.reasons.values())

    def add_unknown(self, levels: dict[str, Counter]) -> None:
        """Count codes that became the level `unknown`."""
        for column, codes in levels.items():
            self.unknown_levels.setdefault(column, Counter()).update(codes)

    def add_kept(self, known_dates: pd.Series) -> None:
        """Count kept rows by their known_date."""
        self.kept += len(known_dates)
        if len(known_dates):
            days = [known_dates.min(), known_dates.max(), self.first_known_date, self.last_known_date]
            days = [day for day in days if day is not None]
            self.first_known_date, self.last_known_date = min(days), max(days)

    def to_dict(self) -> dict:
        """Return the counts as plain data; dates as YYYY-MM-DD."""
        return {
            "present": self.present,
            "files": self.files,
            "rows_in": self.rows_in,
            "kept": self.kept,
            "quarantined": self.quarantined,
            "reasons": _ranked(self.reasons),
            "first_known_date": _day(self.first_known_date),
            "last_known_date": _day(self.last_known_date),
            "unknown_levels": {
                column: {"rows": codes.total(), "codes": _ranked(codes, MOST_CODES)}
                for column, codes in sorted(self.unknown_levels.items())
            },
            "absent_columns": list(self.absent_columns),
            "ignored_columns": list(self.ignored_columns),
        }


def _ranked(counts: Counter, most: int | None = None) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most])


def _day(date: pd.Timestamp | None) -> str | None:
    return None if date is None else f"{date:%Y-%m-%d}"


@dataclass
class IngestReport:
    """What an ingest did: firms, chunks, and a `TableReport` for every table of the contracts."""

    firms: int
    chunk_firms: int
    chunks: int
    tables: dict[str, TableReport]

    def to_dict(self) -> dict:
        """Return everything as plain data that JSON can hold."""
        return {
            "firms": self.firms,
            "chunk_firms": self.chunk_firms,
            "chunks": self.chunks,
            "tables": {name: table.to_dict() for name, table in self.tables.items()},
        }

    def summary(self) -> list[str]:
        """Say it in lines for a log: a line a table, and one for each thing to look at.

        Examples
        --------
        >>> notes = TableReport(files=1, rows_in=3, kept=2, reasons=Counter({"text: missing": 1}))
        >>> tables = {"notes": notes, "loans": TableReport(present=False)}
        >>> for line in IngestReport(firms=2, chunk_firms=100, chunks=1, tables=tables).summary():
        ...     print(line)
        2 firms in 1 chunks of up to 100
        notes: 3 rows in, 2 kept, 1 quarantined
        notes: 1 quarantined: text: missing
        loans: absent, taken as empty
        """
        lines = [f"{self.firms:,} firms in {self.chunks:,} chunks of up to {self.chunk_firms:,}"]
        for name, table in self.tables.items():
            if not table.present:
                lines.append(f"{name}: absent, taken as empty")
                continue
            lines.append(
                f"{name}: {table.rows_in:,} rows in, {table.kept:,} kept, {table.quarantined:,} quarantined"
            )
            lines += [
                f"{name}: {rows:,} quarantined: {reason}" for reason, rows in _ranked(table.reasons).items()
            ]
            lines += [
                f"{name}: {codes.total():,} rows of unknown {column}"
                for column, codes in sorted(table.unknown_levels.items())
            ]
            if table.absent_columns:
                lines.append(f"{name}: no column {', '.join(table.absent_columns)}")
            if table.ignored_columns:
                lines.append(f"{name}: ignored column {', '.join(table.ignored_columns)}")
        return lines
