"""Medians and means of errors, with intervals by firm."""

import numpy as np
import pytest

from models.forecasts import centres


def test_the_median_is_that_of_the_rows_and_the_difference_of_both():
    values = {"a": np.array([5.0, 1.0, 3.0]), "b": np.array([6.0, 2.0, 9.0])}
    found = centres(values, np.array(["x", "y", "z"]), "median", less=[("a", "b")])
    assert (found["a"].value, found["b"].value, found["a − b"].value) == (3.0, 6.0, -3.0)


def test_rows_of_one_firm_are_drawn_together():
    """One firm alone is every resample: no width, whatever its rows."""
    found = centres({"a": np.arange(10.0)}, np.array(["x"] * 10), "mean")["a"]
    assert (found.low, found.value, found.high) == (4.5, 4.5, 4.5)
    by_row = centres({"a": np.arange(10.0)}, np.arange(10), "mean")["a"]
    # the standard error of the mean of 0…9 is √(8.25 ÷ 10) = 0.91
    assert by_row.high - by_row.low == pytest.approx(2 * 1.96 * 0.908, rel=0.15)


def test_resampled_medians_are_those_of_the_rows_repeated():
    rng = np.random.default_rng(3)
    values, firms = rng.normal(size=40), rng.integers(0, 7, 40)
    drawn = np.random.default_rng(0).integers(0, 7, 7)
    rows = np.concatenate([np.flatnonzero(firms == np.unique(firms)[one]) for one in drawn])
    expected = np.sort(values[rows])[(len(rows) - 1) // 2]
    codes = np.unique(firms, return_inverse=True)[1]
    order = np.argsort(codes, kind="stable")  # firms numbered as they first appear
    found = centres({"a": values[order]}, codes[order], "median", n_resamples=1)["a"]
    assert found.low == pytest.approx(expected)


def test_nothing_to_measure_is_refused():
    with pytest.raises(ValueError, match="no row"):
        centres({"a": np.array([])}, np.array([]), "mean")
