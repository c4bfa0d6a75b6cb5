"""docs/benchmarks.md: its tables come from the records of the last runs, never from typing.

A table stands between `<!-- table: NAME; FIELD=VALUE|VALUE; ... -->` and `<!-- end -->`. NAME is a benchmark:
its records (results/NAME.json) are shown, those alone whose fields have one of the values. `published: NAME`
shows published.csv, `tried: NAME` tried.csv, `left out: NAME` what a benchmark does not read, with reasons.
After a run, `python -m benchmarks.page docs/benchmarks.md` fills the page anew.
"""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import pandas as pd

from benchmarks import BENCHMARKS, sba
from benchmarks.published import load_published
from benchmarks.records_table import markdown_table
from models.records import FIELDS, Record

_KINDS = ("table", "published", "tried", "left out")
_BLOCK = re.compile(rf"(<!-- ({'|'.join(_KINDS)}): ([^>]*?) -->\n)(.*?)(<!-- end -->)", re.DOTALL)
LEFT_OUT: Mapping[str, Mapping[str, str]] = {"sba": sba.LEFT_OUT}


def load_results() -> dict[str, list[Record]]:
    """Return name -> records of the last run, for every benchmark that has been run."""
    folder = files("benchmarks") / "results"
    found = {name: folder / f"{name}.json" for name in BENCHMARKS}
    return {name: json.loads(path.read_text()) for name, path in found.items() if path.is_file()}


def load_tried() -> pd.DataFrame:
    """Return what was tried while developing: benchmark, what, the figures and what became of it."""
    return pd.read_csv(files("benchmarks") / "tried.csv", dtype="str", keep_default_na=False)


def select(records: Sequence[Record], request: str) -> tuple[list[Record], list[str]]:
    """Return the records a table asks for, and the columns that need not be shown.

    Examples
    --------
    >>> rows = [dict.fromkeys(FIELDS) | {"metric": m, "split": "test"} for m in ("auc", "brier")]
    >>> chosen, hidden = select(rows, "split=test; metric=auc")
    >>> [row["metric"] for row in chosen], hidden
    (['auc'], ['split', 'metric'])
    >>> select(rows, "split=train")
    Traceback (most recent call last):
    ValueError: no record has split=train
    """
    chosen, hidden = list(records), []
    for condition in filter(None, (part.strip() for part in request.split(";"))):
        field, _, values = condition.partition("=")
        if field not in FIELDS:
            raise ValueError(f"no field {field!r}; known: {', '.join(FIELDS)}")
        wanted = values.split("|")
        chosen = [row for row in chosen if row[field] in wanted]
        if not chosen:
            raise ValueError(f"no record has {condition}")
        if len(wanted) == 1:
            hidden.append(field)
    return chosen, hidden


def _frame_table(frame: pd.DataFrame) -> str:
    rows = [list(frame.columns), ["---"] * frame.shape[1], *frame.astype("str").to_numpy().tolist()]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _table(kind: str, request: str, results: Mapping[str, Sequence[Record]]) -> str:
    name, _, conditions = (part.strip() for part in request.partition(";"))
    if name not in BENCHMARKS:
        raise ValueError(f"no benchmark {name!r}; known: {', '.join(BENCHMARKS)}")
    if kind == "table":
        if name not in results:
            raise ValueError(f"benchmark {name!r} has no results yet")
        chosen, hidden = select(results[name], conditions)
        if all(row["reference"] is None for row in chosen):
            hidden.append("reference")
        return markdown_table(chosen, without=hidden)
    if kind == "left out":
        pairs = LEFT_OUT[name].items()
        return _frame_table(pd.DataFrame(pairs, columns=["column", "why it is left out"]))
    frame = load_published() if kind == "published" else load_tried()
    return _frame_table(frame[frame["benchmark"] == name].drop(columns="benchmark"))


def fill(page: str, results: Mapping[str, Sequence[Record]]) -> str:
    """Return the page with every table made anew.

    Raises
    ------
    ValueError
        If a table asks for a benchmark, field or value that is not there.

    Examples
    --------
    >>> fill("<!-- table: german -->\\n<!-- end -->", {})
    Traceback (most recent call last):
    ValueError: no benchmark 'german'; known: american, polish, spain, berka, sba, watchers, chabsa
    """

    def made(block: re.Match) -> str:
        return f"{block[1]}\n{_table(block[2], block[3], results)}\n\n{block[5]}"

    return _BLOCK.sub(made, page)


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(fill(path.read_text(encoding="utf-8"), load_results()), encoding="utf-8")
