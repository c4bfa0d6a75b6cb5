"""Counts and default rates, worked out by hand."""

import math

import pandas as pd
import pytest

from review.labels import Words
from review.summary import Count, cohort_rates, counts, tier_counts, yearly_rates


def test_counts_stand_in_the_order_of_the_labels_with_unlisted_codes_last() -> None:
    found = counts(pd.Series(["advanced", "basic", "zz", "basic"]), "tier")
    assert found == [
        Count(Words("簡易", "Basic"), 2, 0.5),
        Count(Words("高度", "Advanced"), 1, 0.25),
        Count(Words("zz", "zz"), 1, 0.25),
    ]


def test_codes_that_no_row_has_are_counted_where_asked() -> None:
    found = counts(pd.Series(["B", "B", "D"]), "grade", keep_empty=True)
    assert [(count.words.ja, count.n) for count in found] == [
        ("A", 0), ("B", 2), ("C", 0), ("D", 1), ("E", 0), ("F", 0), ("G", 0),
    ]  # fmt: skip
    nobody = counts(pd.Series([], dtype="str"), "grade", keep_empty=True)
    assert [(count.n, count.share) for count in nobody] == [(0, 0.0)] * 7


def test_firms_whose_tier_has_no_model_are_counted_where_they_are_diagnosed() -> None:
    allowed = pd.Series(["none", "basic", "standard", "advanced", "advanced"])
    shown = pd.Series(["basic", "standard", "standard", "standard"])  # advanced has no model
    found = tier_counts(allowed, shown)
    assert [(row.words.ja, row.n, row.share, row.diagnosed, row.has_model) for row in found] == [
        ("資料不足", 1, 0.2, 0, True),
        ("簡易", 1, 0.2, 1, True),
        ("通常", 1, 0.2, 3, True),
        ("高度", 2, 0.4, 0, False),
    ]


def test_a_tier_that_firms_reach_only_from_above_is_listed() -> None:
    found = tier_counts(pd.Series(["advanced"]), pd.Series(["basic"]))
    assert [(row.words.en, row.n, row.diagnosed) for row in found] == [("Basic", 0, 1), ("Advanced", 1, 0)]


def labels() -> pd.DataFrame:
    days = ["2020-03-31"] * 4 + ["2020-12-31"] * 5 + ["2021-03-31"] * 2
    label = [1, 0, 0, math.nan, 0, 0, 0, 1, 1, math.nan, math.nan]
    return pd.DataFrame({"as_of_date": pd.to_datetime(days), "label": label})


def test_censored_firms_are_counted_apart() -> None:
    rates = cohort_rates(labels())
    assert rates[["n", "positives", "censored"]].to_numpy().tolist() == [[3, 1, 1], [5, 2, 0]]
    assert rates["rate"].tolist() == pytest.approx([1 / 3, 2 / 5])


def test_the_interval_is_wilsons() -> None:
    row = cohort_rates(labels()).iloc[1]
    # Wilson, p = .4, n = 5, z = 1.96: centre (p + z²/2n) / (1 + z²/n) = .78416 / 1.76832 = .44345,
    # half-width z / (1 + z²/n) · √(p(1−p)/n + z²/4n²) = 1.96 / 1.76832 · √(.048 + .038416) = .32583
    assert row["low"] == pytest.approx(0.44345 - 0.32583, abs=2e-4)
    assert row["high"] == pytest.approx(0.44345 + 0.32583, abs=2e-4)


def test_a_year_is_told_by_its_last_cohort() -> None:
    yearly = yearly_rates(cohort_rates(labels()))
    assert yearly[["year", "n"]].to_numpy().tolist() == [[2020, 5]]  # 2021 has no labelled firm
