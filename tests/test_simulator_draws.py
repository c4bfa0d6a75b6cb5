"""Random numbers by (seed, purpose, month, firm)."""

import doctest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import simulator.draws as draws
from simulator.draws import normals, uniforms, world_generator


def test_doctests():
    assert doctest.testmod(draws).failed == 0


@settings(max_examples=30, deadline=None)
@given(
    numbers=st.sets(st.integers(0, 3_000_000), min_size=1, max_size=20),
    width=st.integers(1, 9),
    month=st.integers(0, 200),
)
def test_a_firm_draws_the_same_whoever_is_beside_it(numbers, width, month):
    together = uniforms(5, "traits", np.array(sorted(numbers)), width, month=month)
    for row, number in zip(together, sorted(numbers), strict=True):
        assert (uniforms(5, "traits", np.array([number]), width, month=month)[0] == row).all()


@pytest.mark.parametrize(
    "purpose", ["traits", "trade", "bank", "seen notes", "opening", "terms", "x", "y", "z"]
)
def test_months_and_purposes_are_streams_of_their_own(purpose):
    # names hash to keys above and below 2**63: both must keep the month in the key
    firms = np.arange(2000)
    first, second = uniforms(1, purpose, firms, 2, month=0), uniforms(1, purpose, firms, 2, month=1)
    other = uniforms(1, purpose + "'", firms, 2, month=0)
    assert abs(np.corrcoef(first[:, 0], second[:, 0])[0, 1]) < 0.1
    assert abs(np.corrcoef(first[:, 0], other[:, 0])[0, 1]) < 0.1
    assert not (first == second).any()


def test_values_lie_inside_the_open_interval_and_are_spread_evenly():
    values = uniforms(3, "traits", np.arange(20_000), 4)
    assert values.min() > 0
    assert values.max() < 1
    # mean of 80,000 uniforms: standard error 0.2887 / sqrt(80,000) = 0.00102; five of them
    assert values.mean() == pytest.approx(0.5, abs=0.0051)


def test_normals_come_from_the_same_numbers():
    # ndtri(0.5) = 0, and it increases: order is kept
    u, z = uniforms(1, "a", np.arange(50), 1)[:, 0], normals(1, "a", np.arange(50), 1)[:, 0]
    assert (np.argsort(u) == np.argsort(z)).all()
    assert ((u > 0.5) == (z > 0)).all()


def test_the_world_draws_apart_from_firms():
    assert world_generator(1, "cycles").random() == world_generator(1, "cycles").random()
    assert world_generator(1, "cycles").random() != world_generator(2, "cycles").random()


def test_no_firms_is_no_rows_and_a_negative_seed_is_refused():
    assert uniforms(1, "a", np.array([], dtype=int), 3).shape == (0, 3)
    with pytest.raises(ValueError, match="seed must be 0 or more, got -4"):
        uniforms(-4, "a", np.array([1]), 1)
