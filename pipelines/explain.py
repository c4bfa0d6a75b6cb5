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
from review.cash_table import cash_text


def tables_of_firm(paths: Paths, firm_id: str) -> dict[str, pd.DataFrame]:
    """Return every table's rows of one firm."""
    interim, alike = paths.interim, []
    for chunk in chunk_names(interim):
        firms = read_table(interim / "firms" / f"{chunk}.parquet", columns=["firm_id"])["firm_id"]
        alike += firms[firms.str.lstrip("0") == firm_id.lstrip("0")].unique().tolist()
        if (firms == firm_id).any():
            return {
                name: table[table["firm_id"] == firm_id].reset_index(drop=True)
                for name, table in chunk_tables(paths, chunk).items()
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
    tables = score_chunk(tables_of_firm(paths, firm_id), recipe)
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
