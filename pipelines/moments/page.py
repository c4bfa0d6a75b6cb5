"""docs/moments.md: its tables come from docs/moments.json and moments.csv, never from typing.

A table stands between `<!-- moments: NAME|NAME ... -->` and `<!-- end -->`: the rows of those moments, as the
last check measured them. `<!-- tolerances: NAME|NAME ... -->` shows what moments.csv says of them,
`<!-- not inside -->` whatever is not inside its tolerance, and `<!-- sizes -->` what was simulated.
`yocho simulate --check --docs` writes the JSON and fills the page; `python -m pipelines.moments.page` fills
it anew from the JSON, after a word of the page or of moments.csv has changed.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from intake.store import write_json, write_text
from pipelines.moments.table import INSIDE, SHOWN, Row, allowed, load_table, rule_of, short

_BLOCK = re.compile(
    r"(<!-- (moments|tolerances|not inside|sizes)(?:: ([^>]*?))? -->\n)(.*?)(<!-- end -->)", re.DOTALL
)
HEAD = ("scope", "simulated", "over seeds", "allowed", "published", "")


def load_results(docs: Path) -> dict:
    """Return what the last check with `--docs` found: firms, seeds and rows."""
    found = json.loads((docs / "moments.json").read_text(encoding="utf-8"))
    return found | {"rows": [Row(**row) for row in found["rows"]]}


def write_page(docs: Path, rows: Sequence[Row], *, firms: int, seeds: Sequence[int]) -> None:
    """Write docs/moments.json, and fill the tables of docs/moments.md from it."""
    results = {"firms": firms, "seeds": list(seeds), "rows": [row._asdict() for row in rows]}
    write_json(results, docs / "moments.json")
    refill(docs)


def refill(docs: Path) -> None:
    """Fill the tables of docs/moments.md from docs/moments.json and moments.csv."""
    page = docs / "moments.md"
    write_text(fill(page.read_text(encoding="utf-8"), load_results(docs)), page)


def fill(page: str, results: dict) -> str:
    """Return the page with every table made anew.

    Raises
    ------
    ValueError
        If a table asks for a moment that was not measured.

    Examples
    --------
    >>> row = Row("wave", "all", None, 1.3, 4.0, 2.04, 1.9, 2.2, 0.1, 90, "inside")
    >>> results = {"firms": 10, "seeds": [1, 2], "rows": [row]}
    >>> print(fill("<!-- moments: wave -->\\nold\\n<!-- end -->", results).splitlines()[-3])
    | all | 2.04 | 1.90 to 2.20 | 1.3 to 4 | – | inside |
    >>> fill("<!-- moments: tide -->\\n<!-- end -->", results)
    Traceback (most recent call last):
    ValueError: no moment 'tide' was measured
    """
    return _BLOCK.sub(lambda block: f"{block[1]}\n{_made(block[2], block[3], results)}\n\n{block[5]}", page)


def _made(kind: str, request: str | None, results: dict) -> str:
    if kind == "sizes":
        seeds = ", ".join(map(str, results["seeds"]))
        return f"{results['firms']:,} firms from January 2015 to December 2025; seeds {seeds}."
    if kind == "not inside":
        return _not_inside(results["rows"])
    names = request.split("|")
    measured = {row.moment for row in results["rows"]}
    for name in names:
        if name not in measured:
            raise ValueError(f"no moment {name!r} was measured")
    return _tolerances(names) if kind == "tolerances" else _moments(names, results["rows"])


def _moments(names: Sequence[str], rows: Sequence[Row]) -> str:
    several = len(names) > 1
    cells = [
        [*([row.moment] if several else []), row.scope, *_figures(row), row.status]
        for row in sorted(rows, key=lambda row: names.index(row.moment) if row.moment in names else -1)
        if row.moment in names
    ]
    return _markdown([*(["moment"] if several else []), *HEAD], cells)


def _figures(row: Row) -> list[str]:
    return [
        short(row.mean),
        "–" if row.mean is None else f"{short(row.least)} to {short(row.most)}",
        allowed(row.low, row.high),
        short(row.published),
    ]


def _tolerances(names: Sequence[str]) -> str:
    table = load_table()
    table = table[table["moment"].isin(names)]
    cells = [
        [
            row.moment,
            row.scope.replace("*", "any"),
            row.unit,
            allowed(*(None if np.isnan(bound) else bound for bound in (row.low, row.high))),
            row.trust,
            row.source,
            row.reason,
        ]
        for row in table.itertuples()
    ]
    return _markdown(["moment", "scope", "unit", "allowed", "trust", "source", "reason"], cells)


def _not_inside(rows: Sequence[Row]) -> str:
    table = load_table()
    cells = [
        [row.moment, row.scope, *_figures(row), row.status, table["open"].iloc[place] or "–"]
        for row in rows
        if row.status not in (INSIDE, SHOWN)
        for place in [rule_of(row.moment, row.scope, table)]
    ]
    if not cells:
        return "Every row with a tolerance is inside it."
    return _markdown(["moment", *HEAD, "why it stays open"], cells)


def _markdown(head: Sequence[str], cells: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *cells]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    refill(Path("docs"))
