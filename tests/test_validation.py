"""Validation tables: every record in its place, none twice."""

import math

import pytest

from review.labels import Words
from review.validation import METRICS, tier_comparison, validation


def record(**changes: object) -> dict:
    return {
        "tier": "basic", "split": "out_of_time", "model": "lightgbm", "metric": "auc",
        "value": 0.8, "low": 0.7, "high": 0.9, "n": 400, "positives": 10,
    } | changes  # fmt: skip


def test_tiers_splits_and_models_stand_in_the_order_of_the_labels() -> None:
    records = [
        record(tier="advanced"),
        record(model="prior"),
        record(),
        record(split="out_of_time_and_firm", n=80, positives=2),
        record(model="a new one"),
    ]
    tables = validation(records)
    assert [tier.en for tier, _ in tables] == ["Basic", "Advanced"]
    blocks = tables[0][1]
    assert [block.split.en for block in blocks] == ["Out of time", "Out of time and of firm"]
    assert [words.en for words, _, _ in blocks[0].rows] == [
        "LightGBM (this model)",
        "Prior alone",
        "a new one",
    ]
    assert [own for _, own, _ in blocks[0].rows] == [True, False, False]
    assert (blocks[1].n, blocks[1].positives, blocks[1].prevalence) == (80, 2, 0.025)


def test_a_metric_without_a_record_or_a_value_is_unknown() -> None:
    (_, (block,)) = validation([record(), record(metric="brier", value=None, low=None, high=None)])[0]
    figures = dict(zip(METRICS, block.rows[0][2], strict=True))
    assert (figures["auc"].value, figures["auc"].low, figures["auc"].high) == (0.8, 0.7, 0.9)
    assert not figures["brier"].is_known
    assert not figures["pr_auc"].is_known


def test_rows_are_counted_by_rows_not_by_the_defaults_a_lead_time_counts() -> None:
    records = [record(metric="lead_time_months", n=10, positives=4), record()]
    (_, (block,)) = validation(records)[0]
    assert (block.n, block.positives) == (400, 10)


def test_positives_are_called_by_what_they_are() -> None:
    records = [record(), record(split="out_of_time_rescheduling", n=300, positives=24)]
    (_, blocks) = validation(records)[0]
    assert [block.event for block in blocks] == [
        Words("デフォルト", "defaults"), Words("条件変更", "reschedulings"),
    ]  # fmt: skip


def test_two_records_of_one_figure_are_refused() -> None:
    with pytest.raises(ValueError, match="two records of auc for basic, out_of_time, lightgbm"):
        validation([record(), record(value=0.1)])


def test_differences_between_tiers_have_a_table_of_their_own() -> None:
    split = {"tier": "all", "split": "out_of_time_advanced_firms"}
    records = [
        record(),
        record(**split, model="advanced − basic", value=0.02, low=-0.01, high=0.05, n=90, positives=6),
        record(**split, model="advanced − basic", metric="brier", value=-0.001, n=90, positives=6),
    ]
    found = tier_comparison(records)
    assert found.metrics == [Words("AUC", "AUC"), Words("Brier", "Brier")]
    assert (found.n, found.positives) == (90, 6)
    assert found.rows[0][0] == Words("高度 − 簡易", "Advanced − Basic")
    assert [figure.value for figure in found.rows[0][1]] == [0.02, -0.001]
    assert [tier.en for tier, _ in validation(records)] == ["Basic"]


def test_prevalence_of_nothing_is_unknown() -> None:
    (_, (block,)) = validation([record(n=0, positives=0)])[0]
    assert math.isnan(block.prevalence)
