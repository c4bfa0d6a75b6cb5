"""A table of a page: periods as columns, lines as rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from review.labels import Words


@dataclass(frozen=True)
class Row:
    """One line of a table; `style` is block, total, true, six or nothing."""

    words: Words
    cells: Sequence[Words | str]
    style: str = ""


@dataclass(frozen=True)
class Grid:
    """Periods as columns, accounts as rows."""

    heads: Sequence[str]
    rows: Sequence[Row]
    missing: Sequence[bool] = ()  # periods of which nothing came
