"""A logistic line: optimality, an independent fit, refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit

from models.logistic_line import Line, fit_line


def sample(seed, n=400):
    rng = np.random.default_rng(seed)
    x = rng.normal(-3, 2, n)
    return x, (rng.random(n) < expit(0.7 * x + 1)).astype(float), rng.integers(0, 4, n).astype(float)


@pytest.mark.parametrize("seed", range(3))
def test_line_is_where_a_general_optimiser_ends(seed):
    x, y, weight = sample(seed)

    def loss(line):
        eta = line[0] + line[1] * x
        return weight @ (np.logaddexp(0, eta) - y * eta)

    best = minimize(loss, [0.0, 0.0], method="BFGS", options={"gtol": 1e-8})
    assert np.allclose(fit_line(x, y, weight), best.x, atol=1e-5)


def test_a_weight_is_a_repeated_row_and_a_start_changes_nothing():
    x, y, weight = sample(7)
    times = weight.astype(int)
    line = fit_line(x, y, weight)
    assert np.allclose(line, fit_line(np.repeat(x, times), np.repeat(y, times)), atol=1e-9)
    assert np.allclose(line, fit_line(x, y, weight, start=Line(5.0, -3.0)), atol=1e-9)


@given(shift=st.floats(-50, 50), scale=st.floats(0.01, 100))
def test_moving_or_stretching_x_moves_the_line_only(shift, scale):
    x, y, _ = sample(1)
    line, moved = fit_line(x, y), fit_line(x * scale + shift, y)
    # intercept + slope x = intercept' + slope' (scale x + shift)
    assert moved.slope * scale == pytest.approx(line.slope, rel=1e-6)
    assert moved.intercept + moved.slope * shift == pytest.approx(line.intercept, rel=1e-6, abs=1e-6)


def test_refusals():
    with pytest.raises(ValueError, match="separates the two labels"):
        fit_line(np.array([1.0, 2, 3, 4]), np.array([0.0, 0, 1, 1]))
    with pytest.raises(ValueError, match=r"x is 2\.0 on every row"):
        fit_line(np.full(4, 2.0), np.array([0.0, 1, 0, 1]))


def test_smoothed_labels_of_separated_rows_have_a_line():
    # both log-odds are met exactly: expit(a + b) = 3/4, expit(a - b) = 1/4, so a = 0 and b = log 3
    line = fit_line(np.array([-1.0, -1, 1, 1]), np.array([0.25, 0.25, 0.75, 0.75]))
    assert line.intercept == pytest.approx(0, abs=1e-12)
    assert line.slope == pytest.approx(np.log(3))
