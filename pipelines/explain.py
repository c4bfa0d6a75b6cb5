"""One firm's case in the terminal, from the same code that scores the portfolio."""

from datetime import date
from pathlib import Path

import pandas as pd

from intake.contracts import TABLES, TableError
from intake.store import chunk_names, read_chunk, read_table
from pipelines.params import Params
from pipelines.paths import Paths
from pipelines.score import make_recipe
from pipelines.score_chunk import score_chunk
from review.case import case_text
from review.cash_table import cash_text


def tables_of_firm(interim: Path, firm_id: str) -> dict[str, pd.DataFrame]:
    """Return every raw table's rows of one firm."""
    alike: list[str] = []
    for chunk in chunk_names(interim):
        firms = read_table(interim / "firms" / f"{chunk}.parquet", columns=["firm_id"])["firm_id"]
        alike += firms[firms.str.lstrip("0") == firm_id.lstrip("0")].unique().tolist()
        if (firms == firm_id).any():
            tables = read_chunk(interim, chunk)
            return {
                name: tables[name][tables[name]["firm_id"] == firm_id].reset_index(drop=True)
                for name in TABLES
            }
    asked = f"; did you mean {' or '.join(alike)}?" if alike else ""  # 17 for 00000017
    raise TableError("firms", f"no firm {firm_id!r} in {interim}{asked}", column="firm_id")


def explain_firm(
    params: Params,
    paths: Paths,
    firm_id: str,
    *,
    as_of_date: date | None,
    language: str,
    with_cash: bool = False,
) -> str:
    """Return the text of one firm's case as of a day, if asked with its cash to come; why if it has none."""
    recipe = make_recipe(params, paths, as_of_date=as_of_date)
    tables = score_chunk(tables_of_firm(paths.interim, firm_id), recipe)
    case = case_text(
        firm_id,
        recipe.as_of_date,
        tables,
        language=language,
        source=params.portfolio.source,
        currency=recipe.currency,
        modelled=tuple(recipe.bundles),
    )
    if not with_cash or tables["values"].empty:
        return case
    cash = cash_text(tables["projections"], language=language, currency=recipe.currency)
    return f"{case}\n\n{cash}"
