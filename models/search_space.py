"""What tuning may search: ranges of LightGBM's parameters, their scales, and what follows from a draw."""

from collections.abc import Mapping

import numpy as np
import optuna

from models.booster import TUNABLE

DEEPEST = 7  # exact explanations are cheap on shallow trees; depth 6 and 7 cost no accuracy where measured
_ON_LOG_SCALE = frozenset(
    {"learning_rate", "min_child_samples", "min_sum_hessian_in_leaf", "lambda_l1", "lambda_l2"}
)

Ranges = Mapping[str, tuple[float, float]]


def check_ranges(ranges: Ranges) -> None:
    """Refuse a range that cannot be searched, naming it.

    Examples
    --------
    >>> check_ranges({"max_depth": (4, 9)})
    Traceback (most recent call last):
    ValueError: range of max_depth is (4, 9); it must stay within 1 and 7
    >>> check_ranges({"depth": (4, 6)})
    Traceback (most recent call last):
    ValueError: no parameter 'depth' to search; known: bagging_fraction, bagging_freq, feature_fraction, ...
    """
    # bins are laid once for all trials, and the method of constraints is no number
    known = sorted(TUNABLE - {"max_bin", "monotone_constraints_method"} | {"leaf_share"})
    for name, bounds in ranges.items():
        low, high = bounds
        if name not in known:
            raise ValueError(f"no parameter {name!r} to search; known: {', '.join(known)}")
        if not low <= high or (name in _ON_LOG_SCALE and low <= 0):
            raise ValueError(f"range of {name} is {tuple(bounds)}; it must rise, from above 0 on a log scale")
        if name == "max_depth" and not 1 <= low <= high <= DEEPEST:
            raise ValueError(f"range of max_depth is {tuple(bounds)}; it must stay within 1 and {DEEPEST}")


def _is_whole(bounds: tuple[float, float]) -> bool:
    return all(isinstance(bound, int | np.integer) for bound in bounds)


def suggest(trial: optuna.Trial, ranges: Ranges) -> dict[str, int | float]:
    """Draw a value from each range: whole numbers where both bounds are."""
    drawn = {}
    for name, (low, high) in ranges.items():
        draw = trial.suggest_int if _is_whole((low, high)) else trial.suggest_float
        drawn[name] = draw(name, low, high, log=name in _ON_LOG_SCALE)
    return drawn


def middle(ranges: Ranges) -> dict[str, int | float]:
    """Return the middle of each range, on its own scale."""
    found = {}
    for name, (low, high) in ranges.items():
        value = float(np.sqrt(low * high)) if name in _ON_LOG_SCALE else (low + high) / 2
        found[name] = round(value) if _is_whole((low, high)) else value
    return found


def as_params(drawn: Mapping[str, int | float], monotone_method: str) -> dict[str, int | float | str]:
    """Turn searched values into LightGBM's: leaves from depth, bagging every round.

    `leaf_share` is the share of the 2 ** max_depth leaves that a tree may have: with a share, no draw asks
    for more leaves than its depth holds. Without it a tree may be full.

    Examples
    --------
    >>> as_params({"max_depth": 4, "leaf_share": 0.5, "bagging_fraction": 0.8}, "basic")
    {'max_depth': 4, 'bagging_fraction': 0.8, 'num_leaves': 8, 'bagging_freq': 1, ...: 'basic'}
    """
    params: dict[str, int | float | str] = {k: v for k, v in drawn.items() if k != "leaf_share"}
    if "max_depth" in drawn and "num_leaves" not in drawn:
        params["num_leaves"] = max(2, round(drawn.get("leaf_share", 1.0) * 2 ** drawn["max_depth"]))
    if "bagging_fraction" in drawn:
        params.setdefault("bagging_freq", 1)
    return params | {"monotone_constraints_method": monotone_method}
