import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features import movements

NAN = float("nan")


def dates(*rows: list[str]) -> np.ndarray:
    return np.array(rows, dtype="datetime64[D]")


def test_the_year_before_is_nine_to_fifteen_months_older():
    ends = dates(
        ["2023-03-31", "2024-03-31"],
        ["2022-03-31", "2024-03-31"],  # a closing is missing in between
        ["2023-09-30", "2024-03-31"],  # the closing month was changed: half a year
        ["NaT", "2024-03-31"],
        ["NaT", "NaT"],
    )
    found = movements.year_before(np.tile([7.0, 8.0], (5, 1)), ends)
    np.testing.assert_array_equal(found, [7.0, NAN, NAN, NAN, NAN])


@given(st.lists(st.one_of(st.just(NAN), st.floats(-1e6, 1e6)), min_size=4, max_size=4))
def test_slope_agrees_with_polyfit(values):
    at = np.array([-3.1, -2.0, -1.0, 0.0])
    row = np.array(values)
    known = ~np.isnan(row)
    found = movements.slope(row[None, :], at, at_least=3)[0]
    if known.sum() < 3:
        assert np.isnan(found)
    else:
        assert found == pytest.approx(np.polyfit(at[known], row[known], 1)[0], rel=1e-6, abs=1e-6)


def test_sums_of_months_need_every_month():
    months = np.arange(36.0)[None, :].repeat(2, axis=0)
    months[1, -14] = NAN
    # last three: 33+34+35 = 102; the same a year before: 21+22+23 = 66, with month 22 unknown in row 2
    now, before = movements.on_year_before(months, 3)
    np.testing.assert_array_equal(now, [102.0, 102.0])
    np.testing.assert_array_equal(before, [66.0, NAN])


def test_a_change_needs_a_positive_base():
    now, before = np.array([90.0, 90.0, 90.0, NAN]), np.array([100.0, 0.0, -100.0, 100.0])
    np.testing.assert_allclose(movements.change_pct(now, before), [-10.0, NAN, NAN, NAN])
