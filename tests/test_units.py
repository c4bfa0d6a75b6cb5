import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from intake.units import JUMP, Magnitudes, median_of_others, unit_jumps

VALUES = st.floats(0, 1e12) | st.just(float("nan"))


@given(st.lists(st.tuples(VALUES, st.integers(0, 3)), max_size=20))
def test_median_of_others_is_the_median_without_the_value_itself(pairs):
    values = np.array([value for value, _ in pairs], dtype=float)
    groups = np.array([group for _, group in pairs], dtype="int64")
    medians = median_of_others(values, groups)
    for row, group in enumerate(groups):
        others = [
            values[i]
            for i in range(len(values))
            if i != row and groups[i] == group and not np.isnan(values[i])
        ]
        if np.isnan(values[row]) or len(others) < 2:
            assert np.isnan(medians[row])
        else:
            np.testing.assert_allclose(medians[row], np.median(others))


def books(assets, liabilities=None, sales=None, months=12.0, firm="A") -> pd.DataFrame:
    rows = len(assets)
    frame = pd.DataFrame(
        {"total_assets": assets, "period_months": months}, index=range(rows), dtype="float64"
    )
    frame["total_liabilities"] = np.nan if liabilities is None else liabilities
    frame["sales"] = np.nan if sales is None else sales
    return frame.assign(firm_id=firm)


def test_a_row_in_thousand_yen_among_rows_in_yen_jumps_and_so_does_one_a_thousand_times_too_large():
    assert unit_jumps(books([50e6, 52e6, 51e3, 55e6])).tolist() == [False, False, True, False]
    assert unit_jumps(books([50e6, 52e9, 51e6, 55e6])).tolist() == [False, True, False, False]


def test_the_bound_is_three_hundred_times_the_median_of_the_others():
    # the others' median is 1 million: 300 million is not more than 300 times, 301 million is
    assert not unit_jumps(books([1e6, 1e6, JUMP * 1e6]))[2]
    assert unit_jumps(books([1e6, 1e6, (JUMP + 1) * 1e6]))[2]


def test_with_a_single_other_row_nobody_can_say_which_is_off():
    assert not unit_jumps(books([50e6, 50e3])).any()


def test_firms_are_compared_with_themselves_only():
    both = pd.concat([books([50e3] * 3, firm="small"), books([50e6] * 3, firm="large")], ignore_index=True)
    assert not unit_jumps(both).any()


def test_a_business_that_starts_in_a_shell_keeps_its_debts_and_is_left_alone():
    # a listed firm of the American set, five years in thousand dollars
    assets, debts = [8, 15, 18597, 18760, 17353], [4523, 5033, 15143, 19185, 23266]
    assert not unit_jumps(books(assets, debts)).any()
    assert unit_jumps(books(assets)).tolist() == [True, True, False, False, False]  # debts alone tell them


def test_without_assets_sales_a_month_decide():
    # a year of 120 million and months of 10 million are the same; a month of 10 thousand is not
    rows = books([np.nan] * 4, sales=[120e6, 10e6, 10e6, 10e3], months=[12, 1, 1, 1])
    assert unit_jumps(rows).tolist() == [False, False, False, True]


def test_no_sales_in_a_month_is_no_matter_of_units():
    assert not unit_jumps(books([np.nan] * 4, sales=[0.0, 10e6, 10e6, 0.0], months=1)).any()
    assert not unit_jumps(books([])).any()


def test_magnitudes_find_the_median_to_within_a_bin():
    sizes = np.random.default_rng(3).lognormal(17, 2, 10_001)
    magnitudes = Magnitudes()
    for piece in np.array_split(sizes, 7):
        magnitudes.add(pd.Series(piece))
    # bins are a hundredth of a decade wide, and the middle of one is given: 10 ** 0.005 is 1.0116
    assert abs(np.log10(magnitudes.median() / np.median(sizes))) <= 0.005 + 1e-9


def test_magnitudes_leave_out_zeros_and_gaps():
    magnitudes = Magnitudes()
    magnitudes.add(pd.Series([0.0, np.nan]))
    assert np.isnan(magnitudes.median())
    magnitudes.add(
        pd.Series([-5e6, 2.0**60, 0.0])
    )  # the lower of two; one above the last bin is counted in it
    assert abs(np.log10(magnitudes.median() / 5e6)) <= 0.005 + 1e-9
