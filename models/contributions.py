"""What each feature adds to a firm's margin: exact path-dependent Shapley values (Lundberg et al. 2020)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import lightgbm as lgb
import numpy as np
import pandas as pd

from models.booster import as_matrix, check_features, margins

if TYPE_CHECKING:
    import shap

ATOL = 1e-8  # log-odds; sums of some hundred float64 terms agree to about 1e-13


class AdditivityError(RuntimeError):
    """Contributions do not add up to the margin: nothing built on them may be shown."""


@dataclass(frozen=True)
class Contributions:
    """Contributions to the margin, in log-odds; `base + values.sum(axis=1)` is the margin."""

    values: np.ndarray  # (n, f) float64
    base: np.ndarray  # (n,) float64, the same on every row: the trees' mean over the rows they grew on
    feature_names: tuple[str, ...]

    @property
    def margin(self) -> np.ndarray:
        """The log-odds of each row, (n,) float64."""
        return self.base + self.values.sum(axis=1)

    def select(self, rows: np.ndarray) -> "Contributions":
        """Return the contributions of some rows: a mask (n,) or positions."""
        return Contributions(self.values[rows], self.base[rows], self.feature_names)


def explain(booster: lgb.Booster, X: pd.DataFrame, num_threads: int = 0) -> Contributions:
    """Split the margin of every row into its features' contributions.

    Parameters
    ----------
    booster : Booster
    X : DataFrame (n, f)
        The booster's features in its order, NaN where missing.
    num_threads : int
        Results do not depend on it; 0 takes all cores.

    Returns
    -------
    Contributions
        values (n, f) and base (n,), float64, in log-odds.

    Raises
    ------
    ValueError
        When the features do not fit the booster.

    Examples
    --------
    One split sends half of the rows to each leaf: the base is the leaves' mean, the feature takes the rest.

    >>> from models.booster import train_booster
    >>> X = pd.DataFrame({"debt_pct": np.repeat([10.0, 90.0], 40)})
    >>> y = np.repeat([0.0, 1.0], 40)
    >>> rest = {"params": {"num_leaves": 2}, "monotone": [1], "seed": 1, "num_threads": 1}
    >>> parts = explain(train_booster(X, y, num_boost_round=1, **rest), X, num_threads=1)
    >>> parts.values.shape, parts.base.shape, bool(np.allclose(parts.values[0], -parts.values[-1]))
    ((80, 1), (80,), True)
    """
    check_features(booster, X)
    names = tuple(booster.feature_name())
    if X.empty:  # LightGBM divides by the number of rows
        return Contributions(np.empty((0, len(names))), np.empty(0), names)
    parts = booster.predict(as_matrix(X), pred_contrib=True, num_threads=num_threads)
    parts = np.asarray(parts, dtype=np.float64)
    return Contributions(parts[:, :-1], parts[:, -1], names)


def check_additivity(
    contributions: Contributions,
    booster: lgb.Booster,
    X: pd.DataFrame,
    *,
    num_threads: int = 0,
    margin: np.ndarray | None = None,
    share: float = 0.01,
    at_least: int = 1000,
    atol: float = ATOL,
) -> int:
    """Compare the sums of contributions with the booster's own prediction, and return how many rows were.

    Every row where there are at most `at_least`; beyond that `share` of the rows, at least `at_least`,
    spread evenly. `margin`, where given, is compared on every row: the figures about to be written.

    Raises
    ------
    AdditivityError
        Naming the first row that is off by more than `atol` (log-odds) or is not a number.
    """
    total = contributions.margin
    if margin is not None:
        _compare(total, np.asarray(margin, dtype=np.float64), np.arange(total.size), "the margin given", atol)
    n = total.size
    if n == 0:
        return 0
    rows = np.linspace(0, n - 1, min(n, max(at_least, int(np.ceil(n * share))))).round().astype(np.intp)
    _compare(
        total[rows], margins(booster, X.iloc[rows], num_threads=num_threads), rows, "the prediction", atol
    )
    return rows.size


def _compare(total: np.ndarray, margin: np.ndarray, rows: np.ndarray, what: str, atol: float) -> None:
    if total.shape != margin.shape:
        raise AdditivityError(f"{total.size} rows of contributions, {margin.size} of {what}")
    bad = np.flatnonzero(~(np.abs(total - margin) <= atol))  # written so that NaN is bad
    if bad.size:
        i = bad[0]
        raise AdditivityError(
            f"contributions of row {rows[i]} add up to {total[i]!r}, {what} is {margin[i]!r} "
            f"({bad.size} of {rows.size} rows compared are off by more than {atol:g})"
        )


def as_explanation(contributions: Contributions, X: pd.DataFrame) -> "shap.Explanation":
    """Return the contributions as shap's own object, for its plots."""
    import shap  # here, not above: it takes seconds

    return shap.Explanation(
        values=contributions.values,
        base_values=contributions.base,
        data=X.to_numpy(),
        feature_names=list(contributions.feature_names),
    )
