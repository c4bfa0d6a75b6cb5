"""Guarantees, staff, tiers, arrears and relief of the firms in the portfolio on a date."""

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from pipelines.moments.figures import Figure, mean, median, share

FEW_STAFF = 5
MILLION = 1e6


def guarantees(views: pd.DataFrame, years: Iterable[int]) -> list[Figure]:
    """Return guarantees a firm, and their amount and balance, at year ends."""
    figures = []
    for year, part in _year_ends(views, years):
        users = part[part["guarantees"] > 0]
        counts = users["guarantees"].sum()
        per = {
            name: users[f"{name}_yen"].sum() / counts / MILLION if counts else np.nan
            for name in ("amount", "balance")
        }
        spread = {
            name: float(
                (users[f"{name}_yen"] / MILLION - value * users["guarantees"]).std() / np.sqrt(len(users))
            )
            / max(users["guarantees"].mean(), 1.0)
            for name, value in per.items()
        }
        figures += [
            mean("guarantees a firm", str(year), users["guarantees"]),
            Figure("amount a guarantee", str(year), per["amount"], spread["amount"], int(counts)),
            Figure("balance a guarantee", str(year), per["balance"], spread["balance"], int(counts)),
        ]
    return figures


def staff(views: pd.DataFrame, years: Iterable[int]) -> list[Figure]:
    """Return the share of firms with five staff or fewer, and the median, at year ends."""
    figures = []
    for year, part in _year_ends(views, years):
        known = part["employees"].dropna()
        figures += [
            share("firms of 5 staff or fewer", str(year), (known <= FEW_STAFF).sum(), len(known)),
            median("median staff", str(year), known),
        ]
    return figures


def tiers(views: pd.DataFrame, years: Iterable[int]) -> list[Figure]:
    """Return the share of firms of each tier at year ends, of those with any."""
    figures = []
    for year, part in _year_ends(views, years):
        n = int((part["tier"] != "none").sum())
        figures += [
            share(f"tier {tier}", str(year), (part["tier"] == tier).sum(), n)
            for tier in ("basic", "standard", "advanced")
        ]
    return figures


def relief(views: pd.DataFrame, events: pd.DataFrame, years: Iterable[int]) -> list[Figure]:
    """Return the share of firms under rescheduling at year ends, and new ones (none in the year before)."""
    eased = events[events["kind"] == "rescheduling"].sort_values(["firm_id", "event_date"])
    gap = eased.groupby("firm_id")["event_date"].diff().dt.days
    new = eased[~(gap <= 400)]  # a year's relief is asked for anew a year later
    figures = []
    for year, part in _year_ends(views, years):
        begun = new.loc[new["event_date"].dt.year == year, "firm_id"].nunique()
        figures += [
            share("under rescheduling", str(year), part["is_eased"].sum(), len(part)),
            share("first or renewed after a pause", str(year), begun, len(part)),
        ]
    return figures


def arrears(views: pd.DataFrame, spells: pd.DataFrame, years: Iterable[int]) -> list[Figure]:
    """Return the share of firms with anything unpaid on 31 March, in truth and as far as known."""
    figures = []
    for year in years:
        day = pd.Timestamp(year, 3, 31)
        part = views[views["as_of_date"] == day]
        open_ = (spells["from_date"] <= day) & ~(spells["cleared_date"] <= day)
        owing = part["firm_id"].isin(spells.loc[open_, "firm_id"])
        figures.append(share("in arrears, in truth", str(year), owing.sum(), len(part)))
        known = part["in_arrears"].sum()
        figures.append(share("in arrears, known", str(year), known, len(part)))
        figures.append(share("arrears known of the true", str(year), known, owing.sum()))
    return figures


def _year_ends(views: pd.DataFrame, years: Iterable[int]) -> Iterator[tuple[int, pd.DataFrame]]:
    for year in years:
        yield year, views[views["as_of_date"] == pd.Timestamp(year, 12, 31)]
