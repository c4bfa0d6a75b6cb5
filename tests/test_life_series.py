"""Series of a firm's life: sums of months, balances by the month they speak of, what was paid late."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.life_panel import Layer, Words, calendar, draw
from review.life_series import (
    arrears_amounts,
    arrears_spans,
    balances,
    grace_spans,
    late_share,
    turnover,
    year_sum,
)
from review.scale import ticks

NAME = Words("図", "Chart")


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text) if text else pd.NaT


def test_a_year_with_a_month_missing_counts_the_mean_of_the_others() -> None:
    ends = pd.date_range("2020-01-31", periods=12, freq="ME").delete([3])
    months = pd.Series([float(end.month) for end in ends], index=ends)
    # 1 + … + 12 less April's 4 is 74 over eleven months: 74 ÷ 11 × 12
    assert year_sum(months).iloc[-1] == pytest.approx(74 / 11 * 12)


def test_turnover_is_months_of_the_years_sales() -> None:
    ends = pd.to_datetime(["2020-12-31"])
    names = ("accounts_receivable", "notes_receivable", "electronic_receivables", "inventories",
             "accounts_payable", "notes_payable", "electronic_payables")  # fmt: skip
    books = pd.DataFrame([[20.0, 5.0, 5.0, 15.0, 10.0, 0.0, 0.0]], index=ends, columns=names)
    found = turnover(books, pd.Series([120.0], index=ends))  # ten a month
    assert {name: value.tolist() for name, value in found.items()} == {
        "receivables": [3.0],
        "inventories": [1.5],
        "payables": [1.0],
    }


def test_a_loan_that_replaces_another_does_not_stand_beside_it() -> None:
    days = pd.to_datetime(["2020-01-15", "2020-03-08", "2020-03-12"])
    rows = pd.DataFrame({"loan_id": ["A", "B", "A"], "known_date": days, "balance": [7.0, 9.0, 0.0]})
    assert balances(rows).to_dict() == {day("2019-12-31"): 7.0, day("2020-02-29"): 9.0}


def test_grace_of_two_loans_is_one_span_where_they_touch() -> None:
    rows = pd.DataFrame({
        "loan_id": ["A", "B", "C"],
        "known_date": [day("2021-01-08")] * 3,
        "executed": pd.to_datetime(["2019-01-31", "2019-06-30", "2020-12-31"]),
        "grace_until": pd.to_datetime(["2019-07-31", "2019-12-31", None]),
    })  # fmt: skip
    assert grace_spans(rows) == [(day("2019-01-31"), day("2019-12-31"))]


def arrears() -> pd.DataFrame:
    columns = ["kind", "from_date", "known_date", "amount", "cleared_date"]
    rows = [
        ("tax", day("2020-01-31"), day("2020-03-10"), 500.0, pd.NaT),
        ("tax", day("2020-01-31"), day("2020-09-10"), 300.0, day("2020-08-31")),
        ("tax", day("2021-01-31"), day("2021-02-10"), 200.0, pd.NaT),
    ]
    return pd.DataFrame(rows, columns=columns).astype({"cleared_date": "datetime64[ms]"})


def test_arrears_are_nil_from_the_day_they_are_cleared_and_stand_until_the_end() -> None:
    assert arrears_amounts(arrears(), day("2021-12-31")).to_dict() == {
        day("2020-03-10"): 500.0, day("2020-08-31"): 0.0, day("2021-02-10"): 200.0, day("2021-12-31"): 200.0
    }  # fmt: skip
    assert arrears_spans(arrears(), day("2021-12-31")) == [
        ("tax", day("2020-01-31"), day("2020-08-31")),
        ("tax", day("2021-01-31"), day("2021-12-31")),
    ]


def test_late_are_items_paid_after_their_day_and_those_still_open_after_it() -> None:
    # due in March: 60 on the day, 30 late, 10 open; due in April: 5 open, but the last word is of that day
    rows = [("a", 60.0, "2020-03-31", "2020-03-31"), ("b", 30.0, "2020-03-20", "2020-03-25"),
            ("c", 10.0, "2020-03-31", ""), ("d", 5.0, "2020-04-10", "")]  # fmt: skip
    items = pd.DataFrame(
        [
            (name, "payable", amount, day(due), day(paid), day("2020-04-10"))
            for name, amount, due, paid in rows
        ],
        columns=["item_id", "side", "amount", "due", "settled_date", "known_date"],
    ).astype({"settled_date": "datetime64[ms]"})
    assert late_share(items, "payable").to_dict() == {day("2020-03-31"): pytest.approx(0.4)}
    assert late_share(items, "receivable").empty


@settings(deadline=None)
@given(st.floats(-1e12, 0.0), st.floats(0.0, 1e12))
def test_ticks_hold_nought_and_both_ends_in_even_steps(low: float, high: float) -> None:
    steps = ticks(low, high)
    step = steps[1] - steps[0]
    assert 2 <= len(steps) <= 9
    assert 0.0 in steps
    assert steps[0] <= low + 1e-6 * step
    assert steps[-1] >= high - 1e-6 * step


def test_a_gap_of_a_month_breaks_the_line_and_a_lone_month_is_a_dot() -> None:
    days = calendar(day("2020-01-01"), day("2020-12-31"))
    ends = pd.to_datetime(["2020-01-31", "2020-02-29", "2020-04-30"])
    chart = draw(days, [Layer("line", pd.Series([1.0, 2.0, 3.0], index=ends), "main", NAME)], NAME, NAME)
    assert chart.svg.count("<polyline") == 1
    assert chart.svg.count('class="main alone"') == 1


def test_figures_stand_where_the_scale_says() -> None:
    days = calendar(day("2020-01-01"), day("2020-12-31"))
    values = pd.Series([2e6, 10e6], index=pd.to_datetime(["2020-06-30", "2020-12-31"]))
    chart = draw(days, [Layer("dots", values, "closing", NAME)], NAME, NAME, scale=1e6, height=132)
    # from 10 to 110 lies a scale of 0 to 10: two stands a fifth up
    assert 'cy="90"' in chart.svg
    assert 'cy="10"' in chart.svg


def test_layers_without_figures_leave_words_and_no_drawing() -> None:
    days = calendar(day("2020-01-01"), day("2020-12-31"))
    before = pd.Series([1.0], index=pd.to_datetime(["2018-06-30"]))
    chart = draw(days, [Layer("dots", before, "closing", NAME)], NAME, NAME, notes=[Words("理由", "Why")])
    assert (chart.svg, chart.legend, chart.notes) == ("", (), [Words("理由", "Why")])
