"""Evaluation records as a table for the terminal and for the page."""

from collections.abc import Sequence

from models.records import FIELDS, Record

COLUMNS = (
    "data",
    "split",
    "model",
    "metric",
    "value",
    "95 % interval",
    "n",
    "positives",
    "share",
    "reference",
)
_RIGHT = frozenset({"value", "n", "positives", "share"})


def _figure(value: float) -> str:
    """Return three digits after the point, a fourth and fifth for what would vanish otherwise."""
    return f"{value:.3f}" if abs(value) >= 0.0005 or value == 0 else f"{value:.5f}"


def cells(record: Record) -> tuple[str, ...]:
    """Return a record's row under `COLUMNS`.

    Examples
    --------
    >>> row = dict.fromkeys(FIELDS, "x") | {"value": 0.8814, "low": 0.7, "high": 0.95, "n": 484,
    ...                                     "positives": 34, "reference": 0.881}
    >>> cells(row)[4:]
    ('0.881', '0.700 to 0.950', '484', '34', '7.0 %', '0.881')
    >>> cells(row | {"positives": None})
    Traceback (most recent call last):
    ValueError: record x, x, x, x: positives is None
    """
    for field in ("value", "low", "high", "n", "positives"):
        if record[field] is None:
            where = ", ".join(str(record[name]) for name in ("data", "split", "model", "metric"))
            raise ValueError(f"record {where}: {field} is None")
    reference = record["reference"]
    if isinstance(reference, float):
        reference = _figure(reference)
    return (
        *(str(record[name]) for name in ("data", "split", "model", "metric")),
        _figure(record["value"]),
        f"{_figure(record['low'])} to {_figure(record['high'])}",
        f"{record['n']:,}",
        f"{record['positives']:,}",
        f"{100 * record['positives'] / record['n']:.1f} %",
        "" if reference is None else str(reference),
    )


def records_table(records: Sequence[Record]) -> str:
    """Return records as a table of fixed width; `share` is the prevalence among the rows measured.

    Parameters
    ----------
    records : sequence of dict
        With the fields of `models.records.FIELDS`.

    Raises
    ------
    ValueError
        When there is nothing to show, or a record has other fields.

    Examples
    --------
    >>> row = {"benchmark": "spain", "data": "both", "split": "test 2003", "model": "yocho",
    ...        "metric": "auc", "value": 0.88, "low": 0.81, "high": 0.94, "n": 484, "positives": 34,
    ...        "reference": None}
    >>> print(records_table([row]))
    data  split      model  metric  value  95 % interval     n  positives  share  reference
    both  test 2003  yocho  auc     0.880  0.810 to 0.940  484         34  7.0 %
    >>> records_table([{"benchmark": "spain"}])
    Traceback (most recent call last):
    ValueError: record 0 has the fields benchmark, not benchmark, data, split, ...
    """
    if not records:
        raise ValueError("no records to show")
    for i, record in enumerate(records):
        if tuple(record) != FIELDS:
            raise ValueError(f"record {i} has the fields {', '.join(record)}, not {', '.join(FIELDS)}")
    rows = [COLUMNS, *map(cells, records)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    lines = []
    for row in rows:
        padded = [
            cell.rjust(width) if name in _RIGHT else cell.ljust(width)
            for name, cell, width in zip(COLUMNS, row, widths, strict=True)
        ]
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def markdown_table(records: Sequence[Record], *, without: Sequence[str] = ()) -> str:
    """Return records as a Markdown table, the columns named in `without` left out."""
    shown = [i for i, name in enumerate(COLUMNS) if name not in without]
    head = [COLUMNS[i] for i in shown]
    rule = ["---:" if name in _RIGHT else "---" for name in head]
    rows = [head, rule, *([cells(record)[i] for i in shown] for record in records)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
