"""The last known version of a fact, against a plain search."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.facts import LatestDay, days, sort_facts
from intake.contracts import TableError

PROFILE = settings(max_examples=60, deadline=None, derandomize=True)
FIRMS = np.array(["0", "1", "2"], dtype=object)
START = pd.Timestamp("2024-01-01")


def counts(versions: list[tuple[int, int, int]]) -> pd.DataFrame:
    """Return a table of headcounts from (firm, fact, day known)."""
    firm, fact, known = np.array(versions, dtype="int64").reshape(-1, 3).T
    dates = {
        "period_end": START + pd.to_timedelta(fact, "D"),
        "known_date": START + pd.to_timedelta(known, "D"),
    }
    return pd.DataFrame({"firm_id": firm.astype(str).astype(object), **dates})


small = st.integers(0, 3)


@PROFILE
@given(
    versions=st.lists(st.tuples(small, small, st.integers(0, 9)), unique=True, max_size=25),
    day=st.integers(0, 10),
)
def test_the_latest_version_is_the_one_a_plain_search_finds(versions, day):
    """`versions`: firm, fact, day known."""
    facts = sort_facts("headcounts", counts(versions), FIRMS, fact_key=["period_end"])
    found = facts.order[facts.latest(days(np.array(START, dtype="datetime64[D]")) + day)]
    expected = [
        max((v for v in versions if v[:2] == key and v[2] <= day), key=lambda v: v[2])
        for key in sorted({v[:2] for v in versions if v[2] <= day and v[0] < 3})
    ]
    assert [versions[i] for i in found] == expected


@PROFILE
@given(
    days=st.lists(st.tuples(small, st.integers(-40_000, 80_000)), unique=True, max_size=20),
    firm_index=small,
    wanted=st.integers(-50_000, 90_000),
)
def test_the_latest_day_is_the_one_a_plain_search_finds(days, firm_index, wanted):
    """Days of 1860 to 2189."""
    table = np.array(days, dtype="int64").reshape(-1, 2)
    latest = LatestDay(table[:, 0], table[:, 1])
    found = latest.find(np.array([firm_index]), np.array([wanted]))[0]
    before = [d for f, d in days if f == firm_index and d <= wanted]
    assert (table[found, 1] if found >= 0 else None) == (max(before) if before else None)


def test_two_rows_with_one_key_are_refused():
    with pytest.raises(TableError, match=r"table headcounts, row firm_id=1, period_end=2024-01-03.*two rows"):
        sort_facts("headcounts", counts([(1, 2, 3), (0, 2, 3), (1, 2, 3)]), FIRMS, fact_key=["period_end"])


def test_a_fact_is_first_known_on_the_day_of_its_first_version():
    facts = sort_facts(
        "headcounts", counts([(1, 2, 9), (0, 2, 3), (1, 2, 5)]), FIRMS, fact_key=["period_end"]
    )
    assert (facts.first_known - days(np.array(START, dtype="datetime64[D]"))).tolist() == [3, 5]
    assert facts.firm[facts.start].tolist() == [0, 1]


def test_a_version_key_decides_before_the_known_date():
    frame = counts([(1, 2, 9), (1, 2, 5)]).assign(is_association=[False, True])
    facts = sort_facts(
        "headcounts", frame, FIRMS, fact_key=["period_end"], version_key=["is_association", "known_date"]
    )
    in_march = days(np.array("2024-03-01", dtype="datetime64[D]"))
    assert facts.order[facts.latest(in_march)].tolist() == [1]
    assert (facts.first_known - days(np.array(START, dtype="datetime64[D]"))).tolist() == [5]
