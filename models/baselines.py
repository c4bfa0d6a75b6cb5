"""What a model must beat: the prior, Altman's Z'', the CRD grade alone, a logistic regression.

A baseline is a function from a feature frame to a risk score (n,), higher is riskier, never NaN: a firm
without the baseline's input gets the median score of training, that is no opinion. Scores are not
probabilities; fit a `Calibrator` on the calibration slice as for the booster. The one exception is the
prior: its score is its log-odds on every row, so `expit` is its probability.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted, validate_data

from models.booster import check_columns
from models.metrics import log_odds

Scorer = Callable[[pd.DataFrame], np.ndarray]

WINSOR_SHARES = (0.01, 0.99)
# name -> column and the direction in which it speaks of risk
SINGLE: Mapping[str, tuple[str, int]] = {
    "altman_z2": ("altman_z2", -1),  # higher is safer (Altman 1995, Z'' for private firms)
    "crd_grade": ("crd_grade", -1),  # 1 is worst, 9 best
}


class Winsorizer(TransformerMixin, BaseEstimator):
    """Cut each column off at two quantiles of what it was fitted on; NaN stays NaN."""

    def __init__(self, low: float = WINSOR_SHARES[0], high: float = WINSOR_SHARES[1]) -> None:
        self.low = low
        self.high = high

    def fit(self, X: np.ndarray, y: np.ndarray | None = None) -> "Winsorizer":
        """Learn the quantiles of each column, NaN left out; a column without values keeps no bounds."""
        X = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan")
        filled = np.where(
            np.isnan(X).all(axis=0), 0.0, X
        )  # quantiles of nothing would warn; they bound nothing
        self.bounds_ = np.nanquantile(filled, [self.low, self.high], axis=0)
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Return X with what lies outside moved to the bounds."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=False)
        return np.clip(X, *self.bounds_)


def logistic_regression(penalty: float = 1.0) -> Pipeline:
    """Return the unfitted pipeline: winsorise at 1 and 99 %, median and a flag where missing, scale, fit.

    Parameters
    ----------
    penalty : float
        Strength of the ridge penalty on scaled features; scikit-learn's `C` is its inverse.
    """
    return make_pipeline(
        Winsorizer(),
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(C=1 / penalty, max_iter=2_000),
    )


def fit_baselines(
    X: pd.DataFrame, y: np.ndarray, *, features: Sequence[str], single: Mapping[str, tuple[str, int]] = SINGLE
) -> dict[str, Scorer]:
    """Fit every baseline on the training rows.

    Parameters
    ----------
    X : DataFrame (n, ...)
        Training rows: `features`, and the columns that `single` names; float32 or float64.
    y : (n,) of 0 and 1
    features : names
        What the logistic regression sees: the model's own features.
    single : name -> (column, direction)
        Baselines of one column; one whose column is absent, or empty in training, is left out.

    Returns
    -------
    dict
        "prior", the names of `single`, "logistic" -> function of a frame with the same columns.

    Raises
    ------
    ValueError
        When a label is missing or a feature is no float column.

    Examples
    --------
    >>> X = pd.DataFrame({"debt_pct": [10.0, 20, 80, 90], "crd_grade": [9.0, 8, np.nan, 1]})
    >>> baselines = fit_baselines(X, [0, 0, 1, 1], features=["debt_pct"])
    >>> list(baselines), baselines["crd_grade"](X).tolist()
    (['prior', 'crd_grade', 'logistic'], [-9.0, -8.0, -8.0, -1.0])
    >>> baselines["prior"](X).tolist()
    [0.0, 0.0, 0.0, 0.0]
    >>> fit_baselines(X, [0, 0, 0, 0], features=["debt_pct"])
    Traceback (most recent call last):
    ValueError: baselines need both labels, got 0 positives of 4 rows
    """
    y = np.asarray(y, dtype=np.float64)
    if not 0 < y.sum() < y.size:
        raise ValueError(f"baselines need both labels, got {int(y.sum())} positives of {y.size} rows")
    features = list(features)
    check_columns(X[features])
    prior = float(log_odds(np.array([y.mean()]))[0])
    baselines: dict[str, Scorer] = {"prior": lambda frame: np.full(len(frame), prior)}
    for name, (column, direction) in single.items():
        if column in X and X[column].notna().any():
            baselines[name] = _one_column(column, direction, float(X[column].median()))
    fitted = logistic_regression().fit(X[features].to_numpy(), y)
    baselines["logistic"] = lambda frame: fitted.decision_function(frame[features].to_numpy())
    return baselines


def _one_column(column: str, direction: int, median: float) -> Scorer:
    return lambda frame: direction * frame[column].fillna(median).to_numpy(dtype=np.float64)
