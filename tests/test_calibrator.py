"""The calibrator: Platt's line, monotone, exact through JSON, moved between prevalences."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.calibration import _SigmoidCalibration

from models.calibrator import Calibrator, shift_prior
from models.metrics import calibration_line

finite = st.floats(-1e3, 1e3)


def sample(n=3_000, seed=0):
    rng = np.random.default_rng(seed)
    margin = rng.normal(-2, 1.5, n)
    return margin, (rng.random(n) < expit(0.6 * margin - 1)).astype(float)


def test_is_the_sigmoid_calibration_of_scikit_learn():
    margin, y = sample()
    oracle = _SigmoidCalibration().fit(margin, y)  # Platt's smoothed labels as well
    assert np.allclose(Calibrator.fit(margin, y).predict(margin), oracle.predict(margin), atol=1e-4)


def test_calibrated_rows_lie_on_the_diagonal():
    margin, y = sample(20_000)
    calibrator = Calibrator.fit(margin, y)
    line = calibration_line(y, calibrator.predict(margin))
    assert (calibrator.n, calibrator.positives) == (20_000, int(y.sum()))
    assert line.slope == pytest.approx(1, abs=0.01)  # not 1 to the digit: the labels were smoothed
    assert line.intercept == pytest.approx(0, abs=0.02)


def test_three_positives_apart_from_the_rest_still_give_a_finite_line():
    # 3 positives at 1, 5 negatives at 0: the line meets Platt's targets 4/5 and 1/7 exactly,
    # so intercept = log(1/6) and intercept + slope = log 4
    calibrator = Calibrator.fit(np.repeat([1.0, 0.0], [3, 5]), np.repeat([1.0, 0.0], [3, 5]))
    assert calibrator.intercept == pytest.approx(np.log(1 / 6))
    assert calibrator.intercept + calibrator.slope == pytest.approx(np.log(4))


@given(finite, st.floats(1e-3, 100), st.lists(finite, min_size=2, max_size=30))
def test_probability_never_falls_when_the_margin_rises(intercept, slope, margins):
    p = Calibrator(intercept, slope).predict(np.sort(margins))
    assert (np.diff(p) >= 0).all()
    assert ((p >= 0) & (p <= 1)).all()


@given(finite, st.floats(min_value=0, exclude_min=True, allow_infinity=False))
def test_json_keeps_every_digit(intercept, slope):
    calibrator = Calibrator(intercept, slope, n=10, positives=1)
    assert Calibrator.from_dict(json.loads(json.dumps(calibrator.to_dict()))) == calibrator


@given(finite, st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_moving_the_line_moves_the_probabilities(intercept, prior_train, prior_new):
    margin = np.linspace(-5, 5, 11)
    calibrator = Calibrator(intercept / 200, 0.8)
    moved = calibrator.with_prior(prior_train, prior_new).predict(margin)
    assert np.allclose(moved, shift_prior(calibrator.predict(margin), prior_train, prior_new), atol=1e-12)


def test_prior_shift_is_bayes_rule():
    # a signal seen in 60 % of failing firms, 20 % of others: posterior = .6 q / (.6 q + .2 (1 - q))
    posterior = {q: 0.6 * q / (0.6 * q + 0.2 * (1 - q)) for q in (0.3, 0.02)}
    assert shift_prior(np.array([posterior[0.3]]), 0.3, 0.02)[0] == pytest.approx(posterior[0.02])
    assert shift_prior(np.array([0.0, 1.0]), 0.3, 0.02).tolist() == [0.0, 1.0]


def test_refusals():
    margin, y = sample(200)
    with pytest.raises(ValueError, match="wrong way round: slope -"):
        Calibrator.fit(-margin, y)
    with pytest.raises(ValueError, match="0 positives of 200 rows"):
        Calibrator.fit(margin, np.zeros(200))
    with pytest.raises(ValueError, match="calibration row 0 has margin nan"):
        Calibrator.fit(np.r_[np.nan, margin[1:]], y)
    with pytest.raises(ValueError, match="slope > 0"):
        Calibrator(0.0, 0.0)
    with pytest.raises(ValueError, match="got intercept"):
        Calibrator.from_dict({"intercept": 0.0})
