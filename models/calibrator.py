"""The calibrator: a rising line from the booster's margin to log-odds, fitted on a later slice of time.

Booster and calibrator stay two objects, so that contributions explain the margin while people see
probabilities, and both rank firms alike.
"""

from dataclasses import asdict, dataclass, fields, replace

import numpy as np
from scipy.special import expit

from models.logistic_line import fit_line


def _log_odds_of_prior(name: str, prior: float) -> float:
    if not 0 < prior < 1:
        raise ValueError(f"{name} must lie in (0, 1), got {prior}")
    return float(np.log(prior) - np.log1p(-prior))


def shift_prior(probability: np.ndarray, prior_train: float, prior_new: float) -> np.ndarray:
    """Move probabilities from one known prevalence to another (Saerens et al. 2002, eq. 2.4).

    Bayes' rule where only the prevalence differs and each label's features stay alike: the odds are
    multiplied by the ratio of the prior odds.

    Examples
    --------
    At prevalence 1/2 a firm has odds 1; at 1/10 (odds 1/9) the same firm has odds 1/9:

    >>> round(float(shift_prior(np.array([0.5]), 0.5, 0.1)[0]), 12)
    0.1
    >>> shift_prior(np.array([0.5]), 0.5, 0.0)
    Traceback (most recent call last):
    ValueError: prior_new must lie in (0, 1), got 0.0
    """
    shift = _log_odds_of_prior("prior_new", prior_new) - _log_odds_of_prior("prior_train", prior_train)
    odds_ratio = np.exp(shift)
    probability = np.asarray(probability, dtype=np.float64)
    return probability * odds_ratio / (probability * odds_ratio + (1 - probability))


@dataclass(frozen=True)
class Calibrator:
    """Probability = expit(intercept + slope * margin), with slope > 0.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> margin = rng.normal(size=2_000)
    >>> y = (rng.random(2_000) < expit(2 * margin - 1)).astype(float)
    >>> calibrator = Calibrator.fit(margin, y)
    >>> calibrator == Calibrator.from_dict(calibrator.to_dict())
    True
    >>> Calibrator.fit(-margin, y)
    Traceback (most recent call last):
    ValueError: the margin ranks the 2000 calibration rows (...) the wrong way round: slope -...
    """

    intercept: float
    slope: float
    n: int = 0  # calibration rows
    positives: int = 0

    def __post_init__(self) -> None:
        if not (np.isfinite(self.intercept) and np.isfinite(self.slope) and self.slope > 0):
            raise ValueError(f"a calibrator needs a finite intercept and slope > 0, got {self}")

    @classmethod
    def fit(cls, margins: np.ndarray, y: np.ndarray) -> "Calibrator":
        """Fit by Platt's method (Platt 1999): labels smoothed to (N+ + 1) / (N+ + 2) and 1 / (N- + 2).

        The smoothing keeps the line finite with few positives, even where they lie apart from the rest.

        Parameters
        ----------
        margins : (n,) float
            Log-odds of rows that the booster was not trained on.
        y : (n,) of 0 and 1

        Raises
        ------
        ValueError
            When a label is missing, margins do not vary, or higher margins go with fewer positives: such a
            booster must not be calibrated into looking useful.
        """
        y = np.asarray(y, dtype=np.float64)
        margins = np.asarray(margins, dtype=np.float64)
        if margins.shape != y.shape or margins.ndim != 1:
            raise ValueError(f"margins have shape {margins.shape}, labels {y.shape}; both must be (n,)")
        bad = np.flatnonzero(((y != 0) & (y != 1)) | ~np.isfinite(margins))
        if bad.size:
            raise ValueError(f"calibration row {bad[0]} has margin {margins[bad[0]]} and label {y[bad[0]]}")
        positives = int(y.sum())
        negatives = y.size - positives
        if not (positives and negatives):
            raise ValueError(f"calibration needs both labels, got {positives} positives of {y.size} rows")
        target = np.where(y == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))
        line = fit_line(margins, target)
        if line.slope <= 0:
            raise ValueError(
                f"the margin ranks the {y.size} calibration rows ({positives} positives) "
                f"the wrong way round: slope {line.slope:.4g}"
            )
        return cls(line.intercept, line.slope, n=y.size, positives=positives)

    def predict(self, margins: np.ndarray) -> np.ndarray:
        """Return the probability of each margin, (n,) float64; it never falls when the margin rises."""
        return expit(self.intercept + self.slope * np.asarray(margins, dtype=np.float64))

    def with_prior(self, prior_train: float, prior_new: float) -> "Calibrator":
        """Return this calibrator moved to another known prevalence, as `shift_prior` moves probabilities."""
        shift = _log_odds_of_prior("prior_new", prior_new) - _log_odds_of_prior("prior_train", prior_train)
        return replace(self, intercept=self.intercept + shift)

    def to_dict(self) -> dict[str, float | int]:
        """Return the fields; JSON keeps every digit of a float."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, float | int]) -> "Calibrator":
        """Build from `to_dict`'s fields; others are refused."""
        if set(values) != {field.name for field in fields(cls)}:
            raise ValueError(f"a calibrator has intercept, slope, n, positives; got {', '.join(values)}")
        return cls(**values)
