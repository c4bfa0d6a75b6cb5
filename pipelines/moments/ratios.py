"""The six indicators by industry and size, their spread and persistence, and how well single ratios rank."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from features.locaben import LOWER_IS_BETTER, YEN_PER_UNIT, load_bounds
from features.ratios import LOCABEN_INDICATORS, NEGATIVE_DENOMINATOR, NOT_MEANINGFUL
from pipelines.moments.figures import PCT, Figure, correlation, ranking, share

# METI's bounds are of about 2023, on closings of the epidemic's years: like is held against like
PERIODS = {"2021-22": range(2021, 2023)}
FEWEST = 30  # closings of a cell: below, its median wanders by more than a band
PERSISTENT = (
    "equity_ratio_pct", "op_margin_pct", "sales_growth_pct", "ar_months", "inv_months", "cash_months",
)  # fmt: skip
# ratio -> +1 riskier when higher
SINGLES = {
    "equity_ratio_pct": -1, "cash_months": -1, "net_debt_ebitda_ratio": 1, "altman_z2": -1, "crd_grade": -1,
    "op_margin_pct": -1, "debt_sales_months": 1,
}  # fmt: skip


def closings_of(views: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each firm and closing: as it was first seen."""
    known = views[views["closing_end"].notna()].sort_values(["firm_id", "closing_end", "as_of_date"])
    return known.drop_duplicates(["firm_id", "closing_end"]).reset_index(drop=True)


def _of_years(closings: pd.DataFrame, years: Iterable[int]) -> pd.DataFrame:
    return closings[closings["closing_end"].dt.year.isin(list(years))]


def _comparable(closings: pd.DataFrame, indicator: str) -> pd.Series:
    """Return an indicator's values; net debt that no EBITDA carries is left out: METI cannot compute it."""
    values = closings[indicator]
    if indicator.startswith("net_debt_ebitda_ratio"):
        values = values.mask(closings["net_debt_ebitda_status"] == NEGATIVE_DENOMINATOR)
    return values


def cell_medians(closings: pd.DataFrame) -> pd.DataFrame:
    """Return the median of each indicator for each industry and size, beside METI's.

    Returns
    -------
    DataFrame
        `industry`, `size_class`, `indicator`, `n`, `simulated`, `published`, `low`, `high` (the band of score
        3, which holds the published median), in the feature's unit, `is_inside`; cells of `FEWEST` or more.
    """
    frames = []
    for name in LOCABEN_INDICATORS:
        values = _comparable(closings, name)
        grouped = values.groupby([closings["industry"], closings["size_class"]])
        cells = pd.DataFrame(
            {"n": grouped.count(), "simulated": grouped.quantile(0.5, interpolation="nearest")}
        )
        frames.append(cells.reset_index().assign(indicator=name))
    cells = pd.concat(frames)
    bounds = load_bounds()
    unit = bounds["indicator"].map(YEN_PER_UNIT).fillna(1.0)
    first, last = ("bound4", "bound3")
    lower = bounds["indicator"].isin(LOWER_IS_BETTER)
    bands = bounds[["industry", "size_class", "indicator"]].assign(
        published=bounds["median"] * unit,
        low=np.where(lower, bounds[first], bounds[last]) * unit,
        high=np.where(lower, bounds[last], bounds[first]) * unit,
    )
    cells = cells[cells["n"] >= FEWEST].merge(bands, on=["industry", "size_class", "indicator"])
    return cells.assign(is_inside=cells["simulated"].between(cells["low"], cells["high"])).reset_index(
        drop=True
    )


def medians(closings: pd.DataFrame) -> list[Figure]:
    """Return the share of cells whose median lies in METI's band of score 3, in all and by indicator."""
    figures = []
    for period, years in PERIODS.items():
        cells = cell_medians(_of_years(closings, years))
        figures.append(
            share("cells within METI's middle band", f"{period}, all", cells["is_inside"].sum(), len(cells))
        )
        figures += [
            share("cells within METI's middle band", f"{period}, {name}", part["is_inside"].sum(), len(part))
            for name, part in cells.groupby("indicator")
        ]
        for name, part in cells.groupby("indicator"):
            weight = part["n"] / part["n"].sum()
            value = float((part["simulated"] * weight).sum())
            beside = float((part["published"] * weight).sum())
            n = int(part["n"].sum())
            figures.append(Figure("mean of cells' medians", f"{period}, {name}", value, np.nan, n, beside))
    return figures


def spread(closings: pd.DataFrame) -> list[Figure]:
    """Return the share of closings that score 1, 3 and 5 on each indicator."""
    figures = []
    for period, years in PERIODS.items():
        some = _of_years(closings, years)
        for name in LOCABEN_INDICATORS:
            scores = _comparable(some, f"{name}_score").dropna()
            firms = some.loc[scores.index, "firm_id"].nunique()
            figures += [
                share(
                    f"share of score {score}",
                    f"{period}, {name}",
                    (scores == score).sum(),
                    len(scores),
                    firms=firms,
                )
                for score in (1, 2, 3, 4, 5)
            ]
    return figures


def persistence(closings: pd.DataFrame) -> list[Figure]:
    """Return rank correlations of ratios from one closing to the next a year later."""
    ends = closings["closing_end"] + pd.offsets.MonthEnd(12)
    before = closings.assign(closing_end=ends.astype("datetime64[ms]"))[
        ["firm_id", "closing_end", *PERSISTENT]
    ]
    pairs = before.merge(closings[["firm_id", "closing_end", *PERSISTENT]], on=["firm_id", "closing_end"])
    return [
        correlation(
            "persistence over a year", name, pairs[f"{name}_x"].to_numpy(), pairs[f"{name}_y"].to_numpy()
        )
        for name in PERSISTENT
    ]


def risk_of(views: pd.DataFrame, name: str) -> np.ndarray:
    """Return a ratio as a risk, higher is riskier: (n,), its median where it is not known."""
    values = SINGLES[name] * views[name].to_numpy(dtype=np.float64)
    if name == "net_debt_ebitda_ratio":
        status = views["net_debt_ebitda_status"]
        values = np.where(status == NEGATIVE_DENOMINATOR, np.inf, values)
        values = np.where(status == NOT_MEANINGFUL, np.nan, values)
    return np.where(np.isnan(values), np.nanmedian(values), values)


def single_ratios(views: pd.DataFrame) -> list[Figure]:
    """Return the AUC of single ratios of the latest closing for a default within twelve months."""
    judged = views[views["label"].notna() & (views["tier"] != "none")]
    label, firms = judged["label"].to_numpy(), judged["firm_id"].to_numpy()
    return [ranking("AUC of a single ratio", name, label, risk_of(judged, name), firms) for name in SINGLES]


def fall_of_sales(closings: pd.DataFrame) -> list[Figure]:
    """Return by how much sales of closings of FY2020 lie below the same firms' year before, summed."""
    ends = closings["closing_end"]
    year = closings[(ends >= "2020-04-01") & (ends <= "2021-03-31")]
    both = year[["sales_growth_numerator_yen", "sales_growth_denominator_yen"]].dropna().to_numpy()
    if not len(both):
        return []
    sales, before = both.T
    left = sales.sum() / before.sum()
    error = float((sales - left * before).std() * np.sqrt(len(both)) / before.sum())
    return [Figure("fall of sales", "FY2020", PCT * (1 - left), PCT * error, len(both))]
