"""Defaults a year, by scheme and in the wave, and what the association pays for them."""

import numpy as np
import pandas as pd

from pipelines.moments.figures import PCT, Figure, rate

DAYS_PER_YEAR = 365.25
HELD_DOWN = (2020, 2021)  # the epidemic's loans and grace: defaults fell
WAVE = (2023, 2024)  # grace has ended


def years_at_risk(lives: pd.DataFrame, year: int, until: pd.Timestamp) -> np.ndarray:
    """Return the share of a calendar year for which each firm could have defaulted, (n,) 0 to 1.

    A firm is at risk from the day it came in to its default, to the day it left, or to the end of the data.

    Examples
    --------
    >>> lives = pd.DataFrame({
    ...     "joined_on": pd.to_datetime(["2014-02-01", "2018-07-02"]),
    ...     "default_date": pd.to_datetime(["2018-04-02", None]), "left_on": pd.to_datetime([None, None])})
    >>> years_at_risk(lives, 2018, pd.Timestamp("2025-12-31")).round(2).tolist()
    [0.25, 0.5]
    """
    begin, end = pd.Timestamp(year, 1, 1), min(pd.Timestamp(year + 1, 1, 1), until + pd.Timedelta(days=1))
    from_ = lives["joined_on"].clip(lower=begin)
    leaves = lives["default_date"].fillna(lives["left_on"]).fillna(end)
    days = (leaves.clip(upper=end) - from_).dt.total_seconds() / 86400
    return np.maximum(days.to_numpy(), 0.0) / DAYS_PER_YEAR


def default_rates(lives: pd.DataFrame, years: range, until: pd.Timestamp) -> list[Figure]:
    """Return defaults ÷ firm-years at risk of each calendar year, and the wave against the quiet years."""
    defaulted = lives["default_date"].dt.year
    counts = {year: int((defaulted == year).sum()) for year in years}
    at_risk = {year: float(years_at_risk(lives, year, until).sum()) for year in years}
    figures = [rate("default rate", str(year), counts[year], at_risk[year]) for year in years]
    if not set(HELD_DOWN + WAVE) <= set(years):
        return figures
    quiet, wave = (
        (sum(counts[year] for year in some), sum(at_risk[year] for year in some))
        for some in (HELD_DOWN, WAVE)
    )
    ratio = (wave[0] / wave[1]) / (max(quiet[0], 0.5) / quiet[1])
    error = ratio * float(np.sqrt(1 / max(wave[0], 1) + 1 / max(quiet[0], 1)))
    return [*figures, Figure("wave", "2023-24 over 2020-21", ratio, error, wave[0] + quiet[0])]


def scheme_rates(views: pd.DataFrame, lives: pd.DataFrame) -> list[Figure]:
    """Return defaults in the year after each year's end, of firms with a balance under each scheme."""
    ends = views[views["as_of_date"].dt.month == 12].merge(
        lives[["firm_id", "default_date"]], on="firm_id", how="left"
    )
    ends = ends[ends["as_of_date"].dt.year < ends["as_of_date"].dt.year.max()]
    failed = ends["default_date"].dt.year == ends["as_of_date"].dt.year + 1
    return [
        rate(
            "default rate by scheme", name.removeprefix("scheme_"), failed[ends[name]].sum(), ends[name].sum()
        )
        for name in sorted(ends)
        if name.startswith("scheme_")
    ]


def subrogation_rates(views: pd.DataFrame, events: pd.DataFrame, periods: dict[str, range]) -> list[Figure]:
    """Return the guaranteed balance paid for firms a year ÷ the guaranteed balance, by period.

    What was paid for a firm is its balance on the quarter's end before its default.
    """
    default = events[events["kind"].isin(["overdue_90d", "bankruptcy", "subrogation"])]
    first = default.groupby("firm_id")["event_date"].min().rename("failed_on")
    paid = events[events["kind"] == "subrogation"].drop_duplicates("firm_id")
    paid = paid.merge(first, left_on="firm_id", right_index=True).sort_values("failed_on")
    balances = views[["as_of_date", "firm_id", "balance_yen"]].sort_values("as_of_date")
    paid = pd.merge_asof(paid, balances, left_on="failed_on", right_on="as_of_date", by="firm_id")
    year = paid["event_date"].dt.year
    of_year = (
        views.groupby(views["as_of_date"].dt.year)["balance_yen"].sum()
        / views.groupby(views["as_of_date"].dt.year)["as_of_date"].nunique()
    )
    figures = []
    for name, years in periods.items():
        sums = paid.loc[year.isin(years), "balance_yen"].dropna()
        total = of_year.reindex(years).sum()
        error = PCT * float(np.sqrt((sums**2).sum())) / total
        figures.append(Figure("subrogation rate", name, PCT * sums.sum() / total, error, len(sums)))
    return figures
