"""The search space: types, scales, bounds and what follows from a draw."""

import optuna
import pytest

from models.booster import TUNABLE
from models.search_space import as_params, check_ranges, middle, suggest

RANGES = {
    "max_depth": (4, 7),
    "leaf_share": (0.3, 1.0),
    "learning_rate": (0.01, 0.16),
    "min_child_samples": (25, 400),
    "bagging_fraction": (0.5, 1.0),
}


def test_draws_keep_to_their_ranges_and_types():
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    for _ in range(30):
        drawn = suggest(study.ask(), RANGES)
        assert list(drawn) == list(RANGES)
        assert all(low <= drawn[name] <= high for name, (low, high) in RANGES.items())
        assert isinstance(drawn["max_depth"], int)
        assert isinstance(drawn["min_child_samples"], int)
        params = as_params(drawn, "basic")
        assert set(params) <= TUNABLE
        assert 2 <= params["num_leaves"] <= 2 ** params["max_depth"]


def test_the_middle_lies_on_each_ranges_own_scale():
    # 4 and 7 round to even 6 (5.5); sqrt(.01 * .16) = .04; sqrt(25 * 400) = 100
    found = middle(RANGES)
    assert found == {
        "max_depth": 6,
        "leaf_share": pytest.approx(0.65),
        "learning_rate": pytest.approx(0.04),
        "min_child_samples": 100,
        "bagging_fraction": 0.75,
    }


def test_what_follows_from_a_draw():
    full = as_params({"max_depth": 5, "learning_rate": 0.1}, "intermediate")
    assert full == {
        "max_depth": 5,
        "learning_rate": 0.1,
        "num_leaves": 32,
        "monotone_constraints_method": "intermediate",
    }
    assert (
        as_params({"max_depth": 5, "leaf_share": 0.3, "bagging_fraction": 0.9}, "basic")["num_leaves"] == 10
    )
    assert as_params({"bagging_fraction": 0.9}, "basic")["bagging_freq"] == 1


@pytest.mark.parametrize(
    ("ranges", "message"),
    [
        ({"max_depth": (4, 8)}, "must stay within 1 and 7"),
        ({"max_bin": (63, 255)}, "no parameter 'max_bin' to search"),
        ({"learning_rate": (0.0, 0.1)}, "above 0 on a log scale"),
        ({"feature_fraction": (0.9, 0.5)}, "it must rise"),
    ],
)
def test_refusals(ranges, message):
    with pytest.raises(ValueError, match=message):
        check_ranges(ranges)
