"""Every moment of one simulated portfolio that needs no model."""

import logging
from pathlib import Path

import numpy as np
import pandas as pd

from intake.store import chunk_names, read_table
from pipelines.moments import defaults, holdings, ratios, signs
from pipelines.moments.figures import Figure
from pipelines.moments.views import all_views, quarters

log = logging.getLogger(__name__)

FIRST_DAY, LAST_DAY = (
    "2015-12-31",
    "2025-12-31",
)  # of the quarterly views: the first year lets closings come in
YEARS = range(2016, 2026)
YEAR_ENDS = (2018, 2021, 2024)  # before the epidemic, in it, after it
SUBROGATION = {"2016-19": range(2016, 2020), "2020-21": range(2020, 2022), "2022-25": range(2022, 2026)}
LATER_TABLES = {  # truth that a portfolio of other origin may lack -> the moments that then are not measured
    "troubles": ("spells of trouble that passed", "months of a spell that passed"),
    "dressing": ("firms that ever dress", "dressing confirmed"),
}


def measure(tables: Path, truth: Path, *, workers: int = 1) -> list[Figure]:
    """Measure a portfolio of 2015 to 2025 on its tables and the truth beside them.

    Parameters
    ----------
    tables : Path
        data/raw as the simulator writes it, or data/interim: parts of all tables hold the same firms.
    truth : Path
        data/truth of the same portfolio.
    workers : int
        Processes; no figure depends on it.

    Returns
    -------
    list of Figure
        Moments of moments.csv, NaN where there was nothing to measure them on.

    Raises
    ------
    TableError
        If a table is not there.
    """
    chunk_names(tables)  # refuses a folder without chunks before anything is read
    lives, spells, events = (
        read_table(truth / "lives"),
        read_table(truth / "arrears"),
        read_table(tables / "events"),
    )
    views = all_views(tables, quarters(FIRST_DAY, LAST_DAY), workers=workers)
    closings = ratios.closings_of(views)
    return [
        *defaults.default_rates(lives, YEARS, pd.Timestamp(LAST_DAY)),
        *defaults.scheme_rates(views, lives),
        *defaults.subrogation_rates(views, events, SUBROGATION),
        *signs.lead_times(lives),
        *signs.causes(lives),
        *_later("troubles", truth, signs.troubles),
        *_later("dressing", truth, lambda dressed: signs.dressing(lives, dressed, events)),
        *holdings.arrears(views, spells, YEARS),
        *holdings.relief(views, events, YEARS),
        *holdings.guarantees(views, YEAR_ENDS),
        *holdings.staff(views, YEAR_ENDS),
        *holdings.tiers(views, YEAR_ENDS),
        *ratios.medians(closings),
        *ratios.spread(closings),
        *ratios.persistence(closings),
        *ratios.fall_of_sales(closings),
        *ratios.single_ratios(views),
    ]


def _later(table: str, truth: Path, measured) -> list[Figure]:
    if (truth / table).is_dir():
        return measured(read_table(truth / table))
    log.warning("no %s: not measured: %s", truth / table, ", ".join(LATER_TABLES[table]))
    return [Figure(moment, "all", np.nan, np.nan, 0) for moment in LATER_TABLES[table]]
