"""The six indicators against METI's bands, their spread, persistence and ranking, worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from features.locaben import load_bounds
from features.ratios import LOCABEN_INDICATORS, NEGATIVE_DENOMINATOR, NET_CASH, NOT_MEANINGFUL, OK
from pipelines.moments import ratios

BOUNDS = load_bounds().set_index(["industry", "size_class", "indicator"])
CELL = ("0201", "small")


def closings(n: int, **columns: object) -> pd.DataFrame:
    """Return n closings of one industry and size; indicators that are not given are missing."""
    base = {
        "firm_id": [f"{place:03d}" for place in range(n)],
        "closing_end": pd.Timestamp("2021-03-31"),
        "industry": CELL[0],
        "size_class": CELL[1],
        "net_debt_ebitda_status": float(OK),
    }
    missing = dict.fromkeys([*LOCABEN_INDICATORS, *(f"{name}_score" for name in LOCABEN_INDICATORS)], np.nan)
    return pd.DataFrame(base | missing | columns, index=range(n))


def test_a_closing_counts_once_as_it_was_first_seen():
    seen = pd.DataFrame({
        "firm_id": ["a", "a", "a", "b"],
        "as_of_date": pd.to_datetime(["2018-09-30", "2018-06-30", "2019-06-30", "2018-06-30"]),
        "closing_end": pd.to_datetime(["2018-03-31", "2018-03-31", "2019-03-31", None]),
        "equity_ratio_pct": [2.0, 1.0, 3.0, 4.0],
    })  # fmt: skip
    assert ratios.closings_of(seen)["equity_ratio_pct"].tolist() == [1.0, 3.0]


def test_a_cell_is_inside_when_its_median_lies_in_the_band_of_score_3():
    bounds = BOUNDS.loc[(*CELL, "op_margin_pct")]
    inside = closings(30, op_margin_pct=bounds["median"])
    below = closings(30, op_margin_pct=bounds["bound3"] - 0.01)

    cell = ratios.cell_medians(inside).set_index("indicator").loc["op_margin_pct"]
    assert (cell["n"], cell["published"], cell["low"], cell["high"]) == (
        30, bounds["median"], bounds["bound3"], bounds["bound4"],
    )  # fmt: skip
    assert ratios.cell_medians(inside)["is_inside"].tolist() == [True]
    assert ratios.cell_medians(below)["is_inside"].tolist() == [False]
    assert len(ratios.cell_medians(inside.iloc[:29])) == 0  # too few closings to speak of


def test_where_lower_is_better_the_band_runs_the_other_way():
    bounds = BOUNDS.loc[(*CELL, "net_debt_ebitda_ratio")]
    assert bounds["bound4"] < bounds["median"] < bounds["bound3"]
    assert ratios.cell_medians(closings(30, net_debt_ebitda_ratio=bounds["median"]))["is_inside"].all()
    worse = closings(30, net_debt_ebitda_ratio=bounds["bound3"] + 0.01)
    assert ratios.cell_medians(worse)["is_inside"].tolist() == [False]


def test_debt_that_no_ebitda_carries_is_not_computable():
    bounds = BOUNDS.loc[(*CELL, "net_debt_ebitda_ratio")]
    # thirty can be computed; of the ten losing firms a value may stand in the row, which counts for nothing
    losing = np.where(np.arange(40) < 30, OK, NEGATIVE_DENOMINATOR).astype(float)
    ratio = np.where(losing == OK, bounds["median"], -99.0)
    score = np.where(losing == OK, 3.0, 1.0)
    some = closings(
        40, net_debt_ebitda_ratio=ratio, net_debt_ebitda_status=losing, net_debt_ebitda_ratio_score=score
    )
    cell = ratios.cell_medians(some).iloc[0]
    assert (cell["n"], cell["simulated"]) == (30, bounds["median"])
    found = {f.moment: f.value for f in ratios.spread(some) if f.scope == "2021-22, net_debt_ebitda_ratio"}
    assert (found["share of score 1"], found["share of score 3"]) == (0.0, 100.0)


def test_labour_productivity_is_compared_in_yen():
    bounds = BOUNDS.loc[(*CELL, "labor_productivity_yen")]
    found = ratios.cell_medians(closings(30, labor_productivity_yen=1000 * bounds["median"]))
    assert found["published"].tolist() == [1000 * bounds["median"]]
    assert found["is_inside"].tolist() == [True]


def test_every_median_of_metis_lies_in_its_own_band():
    whole = load_bounds()
    frames = []
    for (industry, size), part in whole.groupby(["industry", "size_class"]):
        unit = {"labor_productivity_yen": 1000.0}
        own = {row.indicator: row.median * unit.get(row.indicator, 1.0) for row in part.itertuples()}
        frames.append(closings(30, industry=industry, size_class=size, **own))
    found = ratios.medians(pd.concat(frames, ignore_index=True))
    early = {figure.scope: figure for figure in found if figure.scope.startswith("2021-22")}
    assert (early["2021-22, all"].value, early["2021-22, all"].n) == (100.0, 324)
    means = [figure for figure in found if figure.moment == "mean of cells' medians" and figure.n]
    assert [figure.value for figure in means] == pytest.approx([figure.published for figure in means])


def test_scores_are_shares_of_closings_that_can_be_scored():
    scored = closings(5, equity_ratio_pct_score=[1.0, 3.0, 3.0, 5.0, np.nan])
    found = {
        (figure.moment, figure.scope): figure.value
        for figure in ratios.spread(scored)
        if figure.scope == "2021-22, equity_ratio_pct"
    }
    assert [found[f"share of score {score}", "2021-22, equity_ratio_pct"] for score in range(1, 6)] == [
        25.0, 0.0, 50.0, 0.0, 25.0,
    ]  # fmt: skip


def test_persistence_pairs_closings_a_year_apart():
    ends = pd.to_datetime(["2017-02-28", "2018-02-28", "2019-02-28"]).astype("datetime64[ms]")
    frames = [
        pd.DataFrame({"firm_id": str(firm), "closing_end": ends} | dict.fromkeys(ratios.PERSISTENT, np.nan))
        for firm in range(5)
    ]
    # each firm keeps its rank from 2017 to 2018 and has no closing of 2019 but the first, which jumps
    for rank, frame in enumerate(frames):
        frame["cash_months"] = [float(rank), 10.0 + rank, 100.0 if rank == 0 else np.nan]
    (found,) = (
        figure
        for figure in ratios.persistence(pd.concat(frames, ignore_index=True))
        if figure.scope == "cash_months"
    )
    # pairs (0, 10) … (4, 14), and (10, 100): all in one order
    assert (found.value, found.n) == (1.0, 6)


def test_the_risk_of_a_ratio_is_higher_where_it_is_worse_and_the_median_where_unknown():
    seen = pd.DataFrame({
        "equity_ratio_pct": [40.0, -10.0, np.nan, 20.0],
        "net_debt_ebitda_ratio": [3.0, np.nan, np.nan, -1.0],
        "net_debt_ebitda_status": [OK, NEGATIVE_DENOMINATOR, NOT_MEANINGFUL, NET_CASH],
    })  # fmt: skip
    assert ratios.risk_of(seen, "equity_ratio_pct").tolist() == [-40.0, 10.0, -20.0, -20.0]
    # no EBITDA for the debt is worst; a loss with net cash says nothing and stands in the middle
    assert ratios.risk_of(seen, "net_debt_ebitda_ratio").tolist() == [3.0, np.inf, 3.0, -1.0]


def test_single_ratios_are_judged_on_labelled_firms_with_a_tier():
    seen = pd.DataFrame({
        "firm_id": list("abcde"),
        "label": [0.0, 0.0, 1.0, np.nan, 1.0],
        "tier": ["basic"] * 4 + ["none"],
        "net_debt_ebitda_status": float(OK),
    } | dict.fromkeys(ratios.SINGLES, 1.0))  # fmt: skip
    seen["equity_ratio_pct"] = [50.0, 10.0, 20.0, 0.0, 90.0]
    found = {figure.scope: figure for figure in ratios.single_ratios(seen)}
    # the one failure lies below one of two survivors
    assert (found["equity_ratio_pct"].value, found["equity_ratio_pct"].n) == (0.5, 1)
    assert found["crd_grade"].value == 0.5  # all alike


def test_sales_fall_by_what_the_same_firms_lose():
    year = closings(4).assign(
        closing_end=pd.to_datetime(["2020-04-30", "2021-03-31", "2021-03-31", "2020-03-31"]),
        sales_growth_numerator_yen=[90.0, 280.0, 50.0, 1.0],
        sales_growth_denominator_yen=[100.0, 300.0, np.nan, 1000.0],
    )
    # 370 of 400; one has no year before, one ends too early
    (found,) = ratios.fall_of_sales(year)
    assert (found.value, found.n) == (pytest.approx(7.5), 2)
    assert ratios.fall_of_sales(year.iloc[2:]) == []
