"""One firm's case in the terminal, from the same code that scores the portfolio."""

from datetime import date

import pandas as pd

from intake.contracts import TableError
from intake.store import chunk_names, read_table
from pipelines.chunk_tables import chunk_tables
from pipelines.params import Params
from pipelines.paths import Paths
from pipelines.score import make_recipe
from pipelines.score_chunk import score_chunk
from review.case import case_text


def tables_of_firm(paths: Paths, firm_id: str) -> dict[str, pd.DataFrame]:
    """Return every table's rows of one firm."""
    interim = paths.interim
    for chunk in chunk_names(interim):
        firms = read_table(interim / "firms" / f"{chunk}.parquet", columns=["firm_id"])["firm_id"]
        if (firms == firm_id).any():
            return {
                name: table[table["firm_id"] == firm_id].reset_index(drop=True)
                for name, table in chunk_tables(paths, chunk).items()
            }
    raise TableError("firms", f"no firm {firm_id!r} in {interim}", column="firm_id")


def explain_firm(
    params: Params, paths: Paths, firm_id: str, *, as_of_date: date | None, language: str
) -> str:
    """Return the text of one firm's case as of a day; a firm without a score is told why."""
    recipe = make_recipe(params, paths, as_of_date=as_of_date)
    tables = score_chunk(tables_of_firm(paths, firm_id), recipe)
    return case_text(
        firm_id,
        recipe.as_of_date,
        tables,
        language=language,
        source=params.portfolio.source,
        currency=recipe.currency,
    )
