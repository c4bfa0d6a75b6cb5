"""Where facts go in the panel, worked out by hand."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from features.layout import Lazy, add_up, align_last, align_months, lay_out, months, place

PROFILE = settings(max_examples=60, deadline=None, derandomize=True)


def test_a_lazy_mapping_works_each_value_out_once():
    asked = []
    lazy = Lazy(["x", "y"], lambda name: asked.append(name) or name)
    assert (lazy["x"], lazy["x"], len(lazy), list(lazy)) == ("x", "x", 2, ["x", "y"])
    assert asked == ["x"]


def test_months_count_from_january_1970():
    dates = np.array(["1969-12-31", "1970-01-01", "2025-03-31"], dtype="datetime64[D]")
    assert months(dates.astype("int64")).tolist() == [-1, 0, 55 * 12 + 2]


def test_months_are_aligned_per_row_and_those_outside_have_no_column():
    row = np.array([0, 0, 0, 1, 2])
    month = np.array([20, 17, 24, 22, 16])
    column, age = align_months(row, month, rows=4, last=23, width=6)
    # only months 18 ... 23 count: row 0 has 20 (24 is after the date, 17 before the window), row 2 has none
    assert column.tolist() == [5, -1, -1, 5, -1]
    np.testing.assert_array_equal(age, [3, 1, np.nan, np.nan])


def test_a_window_reaches_back_from_the_latest_month():
    column, _ = align_months(np.array([0, 0, 0]), np.array([23, 18, 17]), rows=1, last=23, width=6)
    assert column.tolist() == [5, 0, -1]


@PROFILE
@given(st.lists(st.integers(0, 4), max_size=30).map(sorted), st.integers(1, 5))
def test_the_last_of_a_row_come_last(rows, width):
    column = align_last(np.array(rows, dtype="int64"), width=width)
    for one in set(rows):
        of_row = [c for r, c in zip(rows, column.tolist(), strict=True) if r == one]
        shown = [c for c in of_row if c >= 0]
        assert shown == list(range(width - len(shown), width))
        assert len(shown) == min(len(of_row), width)
        assert of_row[len(of_row) - len(shown) :] == shown


def test_of_several_for_one_cell_the_last_is_placed():
    cells = place(np.array([0, 0, 1]), np.array([1, 1, -1]), np.array([4, 5, 6]), shape=(2, 2))
    assert cells.tolist() == [[-1, 5], [-1, -1]]


def test_nothing_to_lay_out_is_all_missing():
    cells = np.full((2, 3), -1)
    assert np.isnan(lay_out(np.array([]), cells)).all()
    assert np.isnat(lay_out(np.array([], dtype="datetime64[ms]"), cells)).all()
    nothing = np.array([], dtype="int64")
    assert np.isnan(add_up(np.array([]), nothing, nothing, shape=(2, 3))).all()


def test_a_sum_that_is_zero_is_known():
    total = add_up(np.array([5.0, -5.0]), np.array([1, 1]), np.array([0, 0]), shape=(2, 1))
    np.testing.assert_array_equal(total, [[np.nan], [0.0]])
