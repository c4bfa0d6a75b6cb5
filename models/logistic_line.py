"""A logistic regression on one variable, by Newton's method."""

from typing import NamedTuple

import numpy as np
from scipy.special import expit

_STEPS = 100
_HALVINGS = 40


class Line(NamedTuple):
    """The line `intercept + slope * x` on the scale of log-odds."""

    intercept: float
    slope: float


def _loss(eta: np.ndarray, target: np.ndarray, weight: np.ndarray) -> float:
    return float(weight @ (np.logaddexp(0.0, eta) - target * eta))


def fit_line(x: np.ndarray, target: np.ndarray, weight: np.ndarray | None = None) -> Line:
    """Fit `P(target) = expit(intercept + slope * x)` by maximum likelihood, without penalty.

    Parameters
    ----------
    x : (n,) float
        The one variable: a margin, or the log-odds of a probability.
    target : (n,) float in [0, 1]
        Labels, or smoothed labels such as Platt's.
    weight : (n,) float, optional
        How often each row counts.

    Returns
    -------
    Line
        Intercept and slope on the scale of `x`.

    Raises
    ------
    ValueError
        When `x` does not vary, or when `x` separates the two labels: then no finite line is likeliest.

    Examples
    --------
    Four rows at x = 0 with one positive, four at x = 1 with three: the line passes through both
    log-odds, log(1/3) and log(3), so the intercept is -log 3 and the slope 2 log 3.

    >>> line = fit_line(np.repeat([0.0, 1.0], 4), np.array([0, 0, 0, 1, 0, 1, 1, 1.0]))
    >>> round(line.intercept / np.log(3), 6), round(line.slope / np.log(3), 6)
    (-1.0, 2.0)
    >>> fit_line(np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    Traceback (most recent call last):
    ValueError: no finite line fits: x separates the two labels completely
    """
    x = np.asarray(x, dtype=np.float64)
    target = np.asarray(target, dtype=np.float64)
    weight = np.ones_like(x) if weight is None else np.asarray(weight, dtype=np.float64)
    total = weight.sum()
    centre = float(weight @ x / total)
    spread = float(np.sqrt(weight @ (x - centre) ** 2 / total))
    if not spread > 1e-12 * max(1.0, abs(centre)):
        raise ValueError(f"no line fits: x is {centre!r} on every row")
    z = (x - centre) / spread
    rate = float(np.clip(weight @ target / total, 1e-9, 1 - 1e-9))
    line = np.array([np.log(rate / (1 - rate)), 0.0])
    loss = _loss(line[0] + line[1] * z, target, weight)
    for _ in range(_STEPS):
        p = expit(line[0] + line[1] * z)
        gradient = weight * (p - target)
        curvature = weight * p * (1 - p)
        g = np.array([gradient.sum(), gradient @ z])
        h01 = curvature @ z
        hessian = np.array([[curvature.sum(), h01], [h01, curvature @ z**2]])
        # a separating line sends every p to 0 or 1, and the curvature with it
        if np.linalg.det(hessian) <= 1e-10 * total * total * 1e-6 or abs(line[1]) > 1e4:
            raise ValueError("no finite line fits: x separates the two labels completely")
        step = np.linalg.solve(hessian, g)
        for _ in range(_HALVINGS):  # Newton may overshoot far from the optimum; the loss is convex
            moved = line - step
            moved_loss = _loss(moved[0] + moved[1] * z, target, weight)
            if moved_loss <= loss:
                break
            step = step / 2
        done = np.abs(step).max() <= 1e-10 * max(1.0, np.abs(line).max())
        if moved_loss <= loss:
            line, loss = moved, moved_loss
        elif not done:
            break  # no step lowers the loss any more: the optimum to the last digit
        if done:
            break
    slope = float(line[1] / spread)
    return Line(float(line[0] - slope * centre), slope)
