"""Numbers as text: units, signs, scales, what is not known."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.quantities import UNITS, money_scale, quantity
from features.dictionary import load_dictionary

NAN = math.nan


@pytest.mark.parametrize(
    ("value", "unit", "ja", "en"),
    [
        (5.04, "pct", "5.0%", "5.0%"),
        (-12.34, "pct", "▲12.3%", "−12.3%"),
        (-0.04, "pct", "0.0%", "0.0%"),  # rounds to nothing: no sign either
        (1234.5, "points", "1,234.5ポイント", "1,234.5 points"),
        (1.84, "months", "1.8か月", "1.8 months"),
        (7.0, "months", "7か月", "7 months"),  # a whole number of months is a count
        (1.0, "months", "1か月", "1 month"),
        (45.4, "days", "45日", "45 days"),
        (1.0, "days", "1日", "1 day"),
        (3.0, "count", "3件", "3"),
        (2.5, "count", "2.5件", "2.5"),
        (12.0, "people", "12人", "12 people"),
        (1.256, "ratio", "1.26倍", "1.26×"),
        (8.25, "years", "8.2年", "8.2 years"),  # banker's rounding of the exact .25
        (1.0, "flag", "有", "yes"),
        (0.0, "flag", "無", "no"),
        (2.0, "grade", "区分2", "grade 2"),
        (-2.0, "number", "▲2", "−2"),
        (NAN, "yen", "不明", "not known"),
        (NAN, "flag", "不明", "not known"),
        (12_345_678.0, "yen", "12,346千円", "JPY 12,346 thousand"),
        (-99_999_999.0, "yen", "▲100,000千円", "JPY −100,000 thousand"),
        (100_000_000.0, "yen", "100百万円", "JPY 100 million"),
    ],
)
def test_values_read_as_a_credit_file_writes_them(value: float, unit: str, ja: str, en: str) -> None:
    assert quantity(value, unit, "ja") == ja
    assert quantity(value, unit, "en") == en


def test_dollars_are_named() -> None:
    assert quantity(2.5e9, "yen", "ja", currency="dollar") == "2,500百万ドル"
    assert quantity(2.5e9, "yen", "en", currency="dollar") == "USD 2,500 million"


def test_amounts_side_by_side_share_the_scale_of_the_largest() -> None:
    scale = money_scale([3_000_000.0, 250_000_000.0, NAN])
    assert [quantity(v, "yen", "ja", scale=scale) for v in (3_000_000.0, 250_000_000.0)] == [
        "3百万円",
        "250百万円",
    ]
    assert money_scale([NAN]) == 1e3


def test_every_unit_of_the_dictionary_can_be_written() -> None:
    assert set(load_dictionary()["unit"]) <= set(UNITS)


@settings(deadline=None)  # a busy machine is no failure
@given(st.sampled_from(UNITS), st.floats(-1e14, 1e14), st.sampled_from(["ja", "en"]))
def test_any_value_is_written_without_a_bare_minus(unit: str, value: float, language: str) -> None:
    text = quantity(value, unit, language)
    assert text
    assert "-" not in text  # ▲ or the true minus sign


def test_an_unknown_unit_is_refused_even_where_the_value_is_missing() -> None:
    with pytest.raises(ValueError, match="unknown unit 'furlong'"):
        quantity(NAN, "furlong", "ja")
