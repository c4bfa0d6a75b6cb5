"""Words and numbers as the page prints them."""

import math

import pytest

from review.formats import bilingual, metric_figure, number, percent
from review.labels import Words


def test_both_languages_are_escaped_and_marked() -> None:
    assert bilingual(Words("<学習>", "<train>")) == (
        '<span class="ja" lang="ja">&lt;学習&gt;</span><span class="en" lang="en">&lt;train&gt;</span>'
    )


def test_what_reads_the_same_in_both_is_written_once() -> None:
    assert bilingual("AUC", "AUC") == "AUC"
    assert bilingual("A&B") == "A&amp;B"


def test_numbers_have_commas_true_minus_signs_and_a_dash_for_nothing() -> None:
    assert [number(12345), number(-1.25, 1), number(math.nan), number(None)] == ["12,345", "−1.2", "–", "–"]
    assert [percent(0.0175, 2), percent(math.nan)] == ["1.75%", "–"]


@pytest.mark.parametrize(
    ("value", "metric", "text"),
    [
        (0.8123, "auc", "0.812"),
        (0.01614, "brier", "0.0161"),
        (0.944, "calibration_slope", "0.94"),
        (0.1234, "precision_at_3pct", "12.3%"),
        (7.46, "lead_time_months", "7.5"),
    ],
)
def test_each_metric_has_its_own_precision(value: float, metric: str, text: str) -> None:
    assert metric_figure(value, metric) == text
