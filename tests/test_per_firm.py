import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features import per_firm

NAN = float("nan")


@pytest.mark.parametrize(
    ("as_of", "months", "expected"),
    [
        ("2025-03-31", 24, "2023-03-31"),
        ("2025-03-31", 1, "2025-02-28"),
        ("2025-02-28", 1, "2025-01-31"),
        ("2025-03-31", -6, "2025-09-30"),
        ("2025-03-15", 6, "2024-09-15"),
        ("2025-03-31", 0, "2025-03-31"),
    ],
)
def test_months_back_keeps_month_ends(as_of, months, expected):
    assert per_firm.months_back(pd.Timestamp(as_of), months) == np.datetime64(expected)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 20), st.floats(-1e6, 1e6)), max_size=30))
def test_the_last_fact_of_each_firm_is_the_one_a_loop_finds(facts):
    row = np.array([fact[0] for fact in facts], dtype=np.int64)
    order = np.array([fact[1] for fact in facts], dtype=np.int64)
    value = np.array([fact[2] for fact in facts], dtype=np.float64)
    expected = []
    for firm in range(6):
        mine = sorted((o, i) for i, (r, o, _) in enumerate(facts) if r == firm)
        expected.append(facts[mine[-2][1]][2] if len(mine) > 1 else NAN)
    np.testing.assert_array_equal(per_firm.last_of_each(row, order, value, 6, back=1), expected)


def test_firms_without_facts_have_no_mean_and_a_total_of_0():
    row, value = np.array([1, 1]), np.array([2.0, 4.0])
    np.testing.assert_array_equal(per_firm.mean(row, value, 3), [NAN, 3.0, NAN])
    np.testing.assert_array_equal(per_firm.total(row, value, 3), [0.0, 6.0, 0.0])
    np.testing.assert_array_equal(per_firm.largest(row, value, 3), [NAN, 4.0, NAN])
    np.testing.assert_array_equal(per_firm.count(row[:0], 2), [0.0, 0.0])


def test_months_between_days():
    gap = per_firm.months_between(
        np.array(["2023-04-01", "NaT"], dtype="datetime64[D]"), np.datetime64("2024-03-31")
    )
    np.testing.assert_allclose(gap, [365 / 30.4375, NAN])
