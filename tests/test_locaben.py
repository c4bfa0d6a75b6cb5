from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features import locaben
from features.locaben import grade, load_bounds, score_indicator
from features.ratios import (
    LOCABEN_INDICATORS,
    MISSING_INPUT,
    NEGATIVE_DENOMINATOR,
    NET_CASH,
    NOT_MEANINGFUL,
    OK,
    ZERO_DENOMINATOR,
    Ratio,
)
from intake.contracts import INDUSTRIES

NAN = float("nan")
# the names of the public copy, and ours
INDICATORS = {
    "revenueGrowth": "sales_growth_pct",
    "operatingMargin": "op_margin_pct",
    "laborProductivity": "labor_productivity_yen",
    "ebitdaRatio": "net_debt_ebitda_ratio",
    "workingCapitalTurnover": "owc_months",
    "equityRatio": "equity_ratio_pct",
}


def row(industry: str, size_class: str, indicator: str) -> list[float]:
    table = load_bounds().set_index(["industry", "size_class", "indicator"])
    return table.loc[(industry, size_class, indicator), ["median", *locaben.BOUNDS]].tolist()


def test_bounds_that_are_printed_in_the_reference():
    assert row("0201", "medium", "op_margin_pct") == [3.46, 9.85, 5.41, 1.78, -1.30]
    assert row("0201", "medium", "owc_months") == [1.23, -0.12, 0.64, 1.97, 3.70]
    assert row("0201", "medium", "equity_ratio_pct") == [37.39, 72.37, 51.67, 23.99, 6.63]
    assert row("0601", "small", "equity_ratio_pct") == [0.78, 49.84, 12.88, -5.48, -38.38]
    # quoted independently (2.5, 8.9, 19.5, 68.2) for 観光業 of medium size
    assert row("1301", "medium", "net_debt_ebitda_ratio")[1:] == [2.48, 8.90, 19.51, 68.19]
    assert row("0601", "medium", "sales_growth_pct")[0] == -7.06
    assert row("0601", "small", "sales_growth_pct")[0] == -11.05


def test_the_table_is_whole_and_its_medians_score_3():
    table = load_bounds()
    assert len(table) == 27 * 2 * 6
    assert set(table["industry"]) == set(INDUSTRIES)
    assert set(table["indicator"]) == set(LOCABEN_INDICATORS)
    assert table["source"].str.contains("unverified").all()
    for indicator, rows in table.groupby("indicator"):
        medians = score_indicator(
            indicator, rows["median"].to_numpy(), np.zeros(len(rows)), rows[list(locaben.BOUNDS)].to_numpy()
        )
        assert (medians == 3).all()


def test_the_table_is_the_public_copy(public_data: Path):
    copy = pd.read_csv(public_data / "locaben" / "thresholds.csv")
    ours = load_bounds()
    assert (copy["industry"].str[:4] == ours["industry"]).all()
    assert (copy["indicator"].map(INDICATORS) == ours["indicator"]).all()
    assert (copy["size"].map({"中規模事業者": "medium", "小規模事業者": "small"}) == ours["size_class"]).all()
    theirs = copy[["median", *(f"rank{n}_bound" for n in (5, 4, 3, 2))]].to_numpy()
    np.testing.assert_array_equal(ours[["median", *locaben.BOUNDS]].to_numpy(), theirs)


def score(indicator: str, value: float, status: int = OK) -> float:
    bounds = locaben.bounds_of(indicator, np.array(["0201"]), np.array(["medium"]))
    return float(score_indicator(indicator, np.array([value]), np.array([float(status)]), bounds)[0])


@pytest.mark.parametrize(
    ("margin", "expected"),
    [(9.85, 5), (9.84, 4), (5.41, 4), (5.40, 3), (1.78, 3), (1.77, 2), (-1.30, 2), (-1.31, 1)],
)
def test_a_bound_is_reached_from_below_where_higher_is_better(margin, expected):
    assert score("op_margin_pct", margin) == expected


@pytest.mark.parametrize(
    ("months", "expected"), [(-0.12, 5), (-0.11, 4), (0.64, 4), (0.65, 3), (3.70, 2), (3.71, 1)]
)
def test_a_bound_is_reached_from_above_where_lower_is_better(months, expected):
    assert score("owc_months", months) == expected


def test_labour_productivity_is_compared_in_thousand_yen():
    bound5 = row("0201", "medium", "labor_productivity_yen")[1]  # thousand yen a head
    assert score("labor_productivity_yen", bound5 * 1000) == 5
    assert score("labor_productivity_yen", bound5 * 1000 - 10) == 4


def test_failed_ratios_score_as_the_reference_has_it():
    assert score("net_debt_ebitda_ratio", -3.0, NET_CASH) == 5
    assert score("net_debt_ebitda_ratio", NAN, NEGATIVE_DENOMINATOR) == 1
    assert np.isnan(score("net_debt_ebitda_ratio", NAN, NOT_MEANINGFUL))  # a loss with net cash
    assert np.isnan(score("sales_growth_pct", NAN, MISSING_INPUT))
    assert np.isnan(score("op_margin_pct", NAN, ZERO_DENOMINATOR))
    assert np.isnan(score("owc_months", NAN, NEGATIVE_DENOMINATOR))
    assert score("equity_ratio_pct", -38.0) == 1  # 債務超過 is scored by the bounds


def test_the_grade_begins_at_24_18_and_12():
    totals = np.array([30, 24, 23, 18, 17, 12, 11, 6, NAN])
    assert grade(totals).tolist() == ["A", "A", "B", "B", "C", "C", "D", "D", None]


def ratio(value: float, status: int = OK) -> Ratio:
    return Ratio(np.full(2, value), np.zeros(2), np.zeros(2), np.full(2, float(status)))


def test_a_firms_scores_and_their_total():
    # 建設業 medium: equity 80 → 5, net cash → 5; the four others at their medians → 3
    six = {name: ratio(row("0201", "medium", name)[0]) for name in LOCABEN_INDICATORS}
    six |= {
        "equity_ratio_pct": ratio(80.0),
        "net_debt_ebitda_ratio": ratio(-1.0, NET_CASH),
        "labor_productivity_yen": ratio(row("0201", "medium", "labor_productivity_yen")[0] * 1000),
    }
    found = locaben.score_firms(six, np.array(["0201", "unknown"]), np.array(["medium", "unknown"]))
    np.testing.assert_array_equal(found["locaben_total_score"], [3 * 4 + 5 + 5, NAN])
    assert grade(found["locaben_total_score"]).tolist() == ["B", None]


def test_an_unscored_indicator_leaves_no_total():
    six = {name: ratio(0.0) for name in LOCABEN_INDICATORS} | {"sales_growth_pct": ratio(NAN, MISSING_INPUT)}
    found = locaben.score_firms(six, np.array(["0201"] * 2), np.array(["small"] * 2))
    assert np.isnan(found["locaben_total_score"]).all()
    with pytest.raises(KeyError, match="roa_pct"):
        locaben.bounds_of("roa_pct", np.array(["0201"]), np.array(["small"]))
