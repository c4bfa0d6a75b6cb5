"""The same ratios of American listed firms: how they persist and rank, to stand beside the simulated ones.

`python -m pipelines.moments.american --data DIR` prints the figures that moments.csv quotes as measured.
"""

import sys
from pathlib import Path

import pandas as pd

from benchmarks.american_rows import make_rows, read_windows
from features.panel import build_panel, prepare
from intake.contracts import empty_table
from intake.public_sets import american_tables
from pipelines.moments.figures import Figure, ranking
from pipelines.moments.ratios import closings_of, persistence, risk_of
from pipelines.moments.views import view

ABSENT = ("cash_months", "net_debt_ebitda_ratio", "crd_grade")  # the set has no cash, and no CRD grade
YEARS = 3  # the shortest windows: the most firms


def measure_american(data: Path) -> list[Figure]:
    """Return persistence over all years, and the AUC of single ratios at the last year of 3-year windows.

    Parameters
    ----------
    data : Path
        Folder that holds ``american_bankruptcy``.

    Raises
    ------
    TableError
        If the set is not there.
    """
    windows = read_windows(data)
    tables = american_tables(windows)
    chunk = prepare({name: tables.get(name, empty_table(name)) for name in ("firms", "statements", "events")})
    known = tables["statements"]["known_date"]
    days = pd.date_range(known.min(), known.max() + pd.offsets.YearEnd(1), freq="YE", unit="ms")
    seen = closings_of(pd.concat([view(build_panel(chunk, day)) for day in days], ignore_index=True))
    figures = [figure for figure in persistence(seen) if figure.scope not in ABSENT]
    cases = make_rows(windows, YEARS).cases
    last = cases[cases["is_last"]].assign(closing_year=cases["end_year"])
    judged = last.merge(
        seen.assign(closing_year=seen["closing_end"].dt.year), on=["firm_id", "closing_year"], validate="1:1"
    )
    label, firms = judged["label"].to_numpy(), judged["firm_id"].to_numpy()
    return figures + [
        ranking("AUC of a single ratio", name, label, risk_of(judged, name), firms)
        for name in ("equity_ratio_pct", "altman_z2", "op_margin_pct")
    ]


if __name__ == "__main__":
    for figure in measure_american(Path(sys.argv[sys.argv.index("--data") + 1])):
        sys.stdout.write(
            f"{figure.moment}, {figure.scope}: {figure.value:.3f} ± {figure.error:.3f} ({figure.n})\n"
        )
