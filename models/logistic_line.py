"""A logistic regression on one variable, by Newton's method.

Sums are numpy's own rather than matrix products: those go to a threaded library whose last digit
depends on the number of threads, and a fitted calibrator must not.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import expit

_STEPS = 100
_HALVINGS = 40
_FLAT = 1e-20  # of the curvature's determinant, per row squared: every p is 0 or 1 to ten digits


class Line(NamedTuple):
    """The line `intercept + slope * x` on the scale of log-odds."""

    intercept: float
    slope: float


def _gradient(line: np.ndarray, z: np.ndarray, target: np.ndarray, weight: np.ndarray) -> tuple:
    """Return the likelihood's gradient (2,), and each row's probability."""
    p = expit(line[0] + line[1] * z)
    error = weight * (p - target)
    return np.array([error.sum(), (error * z).sum()]), p


def fit_line(
    x: np.ndarray, target: np.ndarray, weight: np.ndarray | None = None, *, start: Line | None = None
) -> Line:
    """Fit `P(target) = expit(intercept + slope * x)` by maximum likelihood, without penalty.

    Parameters
    ----------
    x : (n,) float
        The one variable: a margin, or the log-odds of a probability.
    target : (n,) float in [0, 1]
        Labels, or smoothed labels such as Platt's.
    weight : (n,) float, optional
        How often each row counts.
    start : Line, optional
        Where to begin; a near solution saves steps and changes nothing else.

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
    >>> [round(float(value / np.log(3)), 6) for value in line]
    [-1.0, 2.0]
    >>> fit_line(np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    Traceback (most recent call last):
    ValueError: no finite line fits: x separates the two labels completely
    """
    x = np.asarray(x, dtype=np.float64)
    target = np.asarray(target, dtype=np.float64)
    weight = np.ones_like(x) if weight is None else np.asarray(weight, dtype=np.float64)
    total = weight.sum()
    centre = float((weight * x).sum() / total)
    spread = float(np.sqrt((weight * (x - centre) ** 2).sum() / total))
    if not spread > 1e-12 * max(1.0, abs(centre)):
        raise ValueError(f"no line fits: x is {centre!r} on every row")
    z = (x - centre) / spread
    if start is None:
        rate = float(np.clip((weight * target).sum() / total, 1e-9, 1 - 1e-9))
        line = np.array([np.log(rate / (1 - rate)), 0.0])
    else:
        line = np.array([start.intercept + start.slope * centre, start.slope * spread])
    g, p = _gradient(line, z, target, weight)
    for _ in range(_STEPS):
        curvature = weight * p * (1 - p)
        bend = curvature * z
        hessian = np.array([[curvature.sum(), bend.sum()], [bend.sum(), (bend * z).sum()]])
        if np.linalg.det(hessian) <= _FLAT * total**2:
            if start is not None:  # it lay too far away
                return fit_line(x, target, weight)
            raise ValueError("no finite line fits: x separates the two labels completely")
        step = np.linalg.solve(hessian, g)
        for _ in range(_HALVINGS):  # far from the optimum Newton may overshoot
            nearer, p = _gradient(line - step, z, target, weight)
            if nearer @ nearer <= g @ g:
                break
            step = step / 2
        line, g = line - step, nearer
        if np.abs(step).max() <= 1e-10 * max(1.0, np.abs(line).max()):
            break
    else:
        raise ValueError(f"no line found in {_STEPS} steps; last {line[0]!r} + {line[1]!r} z")
    slope = float(line[1]) / spread
    return Line(float(line[0]) - slope * centre, slope)
