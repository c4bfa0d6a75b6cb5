"""A firm is the same firm whoever is simulated beside it, in however many processes and chunks."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.store import read_table
from simulator.portfolio import simulate, simulate_chunk

SPAN = {"months": 24, "seed": 5}


def rows_of(tables: dict[str, pd.DataFrame], number: int) -> dict[str, pd.DataFrame]:
    own = f"{number:08d}"
    return {name: frame[frame["firm_id"] == own].reset_index(drop=True) for name, frame in tables.items()}


@pytest.fixture(scope="module")
def alone():
    return rows_of(simulate_chunk(np.array([17]), **SPAN), 17)


def test_firm_17_has_something_to_compare(alone):
    filled = {name for name, frame in alone.items() if len(frame)}
    assert filled >= {"firms", "statements", "loans", "truth/closings"}


@settings(max_examples=8, deadline=None)
@given(beside=st.sets(st.integers(0, 999_999), max_size=30))
def test_firm_17_is_the_same_beside_anybody(alone, beside):
    numbers = np.array(sorted(beside | {17}))
    found = rows_of(simulate_chunk(numbers, **SPAN), 17)
    for name, frame in alone.items():
        pd.testing.assert_frame_equal(found[name], frame, obj=name)


@pytest.mark.parametrize(("firms", "chunk_firms", "workers"), [(100, 100, 1), (100, 7, 2), (300, 64, 2)])
def test_firm_17_is_the_same_in_a_written_portfolio(alone, tmp_path, firms, chunk_firms, workers):
    simulate(tmp_path, firms=firms, chunk_firms=chunk_firms, workers=workers, **SPAN)
    for name, frame in alone.items():
        written = read_table(tmp_path / name)
        mine = written[written["firm_id"] == "00000017"].reset_index(drop=True)
        pd.testing.assert_frame_equal(mine, frame, obj=name)


def test_a_firm_of_a_million_is_the_same_alone_and_in_its_chunk():
    chunk = rows_of(simulate_chunk(np.arange(999_900, 1_000_000), **SPAN), 999_983)
    for name, frame in rows_of(simulate_chunk(np.array([999_983]), **SPAN), 999_983).items():
        pd.testing.assert_frame_equal(chunk[name], frame, obj=name)
