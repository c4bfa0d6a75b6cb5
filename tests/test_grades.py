"""The master scale: bounds, direction, refusals, rates by grade."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.grades import UPPER, by_grade, grade_of, letters


def test_a_bound_belongs_to_the_worse_grade():
    below = np.nextafter(np.array(UPPER), 0)
    assert grade_of(below).tolist() == list("ABCDEF")
    assert grade_of(np.array(UPPER)).tolist() == list("BCDEFG")
    assert grade_of(np.array([0.0, 1.0])).tolist() == ["A", "G"]
    assert letters() == tuple("ABCDEFG")


@given(st.lists(st.floats(0, 1), min_size=2, max_size=20))
def test_a_riskier_firm_never_has_a_better_grade(probabilities):
    p = np.sort(probabilities)
    grades = grade_of(p).tolist()
    assert grades == sorted(grades)


def test_rates_by_grade_by_hand():
    # bounds at 10 %: ten firms at 5 % of which one fails (A), two at 40 % of which one fails (B)
    p = np.r_[np.full(10, 0.05), 0.4, 0.4]
    y = np.r_[1, np.zeros(9), 0, 1]
    table = by_grade(y, p, (0.1,))
    assert table["grade"].tolist() == ["A", "B"]
    assert table["n"].tolist() == [10, 2]
    assert table["positives"].tolist() == [1, 1]
    assert np.allclose(table["predicted"], [0.05, 0.4])
    assert np.allclose(table["observed"], [0.1, 0.5])
    # Wilson, k = 1 of 10, z2 = 3.841459: centre (0.1 + z2/20) / (1 + z2/10) = .292073 / 1.384146 = .211013,
    # half width z sqrt(.009 + z2/400) / 1.384146 = 1.959964 * .136393 / 1.384146 = .193133
    assert table.loc[0, "low"] == pytest.approx(0.01788, abs=1e-4)
    assert table.loc[0, "high"] == pytest.approx(0.40415, abs=1e-4)


@pytest.mark.parametrize("upper", [(0.1, 0.1), (0.0, 0.1), (0.1, 1.0), tuple(np.linspace(0.01, 0.9, 40))])
def test_bounds_that_are_no_scale(upper):
    with pytest.raises(ValueError, match="must rise strictly"):
        grade_of(np.array([0.5]), upper)


def test_no_grade_without_a_probability():
    with pytest.raises(ValueError, match="probability of row 1 is nan"):
        grade_of(np.array([0.5, np.nan]))
    with pytest.raises(ValueError, match=r"probability of row 0 is 1\.5"):
        grade_of(np.array([1.5]))
