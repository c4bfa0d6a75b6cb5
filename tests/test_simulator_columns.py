"""Arrays by columns: sums that do not depend on how an array lies, and states with fewer rows."""

import doctest
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import simulator.columns as columns
from simulator import life
from simulator.columns import across, by_columns, in_months, running
from simulator.portfolio import simulate_chunk


def test_doctests():
    assert doctest.testmod(columns).failed == 0


@settings(max_examples=60, deadline=None)
@given(width=st.integers(2, 15), seed=st.integers(0, 1000), rows=st.integers(1, 40))
def test_a_sum_across_is_the_same_however_it_lies_and_whoever_is_beside(width, seed, rows):
    values = np.exp(8 * np.random.default_rng(seed).standard_normal((rows, width)))  # digits get lost in sums
    expected = np.ascontiguousarray(values).sum(axis=1)
    assert (across(values) == expected).all()
    assert (across(np.asfortranarray(values)) == expected).all()
    assert (across(values[:1]) == expected[:1]).all()


def test_running_sums_and_sums_of_some_months():
    values = np.array([[1.0, 2.0, 4.0, 8.0], [0.0, 1.0, 0.0, 1.0]])
    assert running(values).tolist() == [[1, 3, 7, 15], [0, 1, 1, 2]]
    # months 2 and 3 of the first: 4 + 8; month 0 alone, as there is none before; 0 + 1 of the second
    assert in_months(values, np.array([0, 0, 1]), np.array([3, 0, 3]), 2).tolist() == [12, 1, 1]


def test_a_state_by_columns_has_its_values_and_lies_by_columns():
    @dataclass
    class State:
        one: np.ndarray
        some: np.ndarray
        more: np.ndarray

    state = State(np.arange(5), np.arange(15).reshape(5, 3), np.arange(30).reshape(5, 3, 2))
    kept = by_columns(state, np.array([1, 4]))
    assert kept.one.tolist() == [1, 4]
    assert kept.some.tolist() == [[3, 4, 5], [12, 13, 14]]
    assert (kept.more == state.more[[1, 4]]).all()
    assert kept.some.flags.f_contiguous
    assert kept.more.flags.f_contiguous


@pytest.mark.parametrize("every", [1, 7, 1000])
def test_it_changes_nothing_when_firms_whose_life_is_over_are_let_go(monkeypatch, every):
    expected = simulate_chunk(np.arange(60), months=48, seed=2)
    monkeypatch.setattr(life, "ROLL_CALL", every)
    for name, frame in simulate_chunk(np.arange(60), months=48, seed=2).items():
        assert frame.equals(expected[name]), name
