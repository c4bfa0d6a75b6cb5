"""The truth about arrears: spells by hand, and every arrear heard of is one of them."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from simulator.portfolio import simulate_chunk
from simulator.seen import unpaid
from simulator.seen.unpaid import truth_arrears

KEY = ["firm_id", "kind", "from_date"]


def month(k: int) -> np.datetime64:
    return np.datetime64(pd.Timestamp("2020-01-31") + pd.offsets.MonthEnd(int(k)), "D")


def desk(tax: list[list[int]], last: list[int]) -> SimpleNamespace:
    """Return what `truth_arrears` asks of a desk, for firms in sight from the first month to `last`."""
    balance = np.array(tax, dtype=float)
    k = np.arange(balance.shape[1])[None, :]
    return SimpleNamespace(
        lives=SimpleNamespace(accounts={"tax_arrears": balance, "social_arrears": np.zeros_like(balance)}),
        in_sight=lambda: k <= np.array(last)[:, None],
        last_k=np.array(last),
        firm_ids=np.array(["a", "b", "c"], dtype=object),
        day=lambda firm, at: np.array([month(one) for one in at], dtype="datetime64[D]"),
    )


def test_spells_begin_with_the_first_unpaid_month_and_end_with_the_first_without(monkeypatch):
    monkeypatch.setattr(unpaid, "not_after_default", lambda desk, firm, day: day)  # nobody defaults
    found = truth_arrears(desk([[0, 5, 9, 0, 3], [7, 7, 7, 7, 7], [0, 0, 0, 0, 4]], last=[4, 2, 3]))
    # a owes in February and March, has paid by April, owes again in May; b leaves after March and still owes;
    # what c owes in May it owes after it has left
    assert found.to_dict("list") == {
        "firm_id": ["a", "a", "b"],
        "kind": ["tax"] * 3,
        "from_date": [pd.Timestamp(month(k)) for k in (1, 4, 0)],
        "cleared_date": [pd.Timestamp(month(3)), pd.NaT, pd.NaT],
        "most": [9.0, 3.0, 7.0],
    }


@pytest.fixture(scope="module")
def chunk():
    return simulate_chunk(np.arange(300), months=84, seed=11, due_items=False, notes=False)


def test_every_arrear_heard_of_is_a_true_one(chunk):
    heard, true = chunk["arrears"], chunk["truth/arrears"]
    both = heard.merge(true, on=KEY, how="left", suffixes=("", "_true"))
    assert both["most"].notna().all()
    assert (both["amount"] <= both["most"]).all()
    cleared = both[both["cleared_date"].notna()]
    assert len(cleared) > 10
    assert (cleared["cleared_date"] == cleared["cleared_date_true"]).all()
    assert 0.1 < len(heard.drop_duplicates(KEY)) / len(true) < 0.9  # most are over before anybody hears


def test_spells_of_one_kind_never_overlap(chunk):
    true = chunk["truth/arrears"]
    assert not true.duplicated(KEY).any()
    before = true.groupby(["firm_id", "kind"])["cleared_date"].shift()
    follows = true.duplicated(["firm_id", "kind"])
    assert (true["from_date"] > before)[follows].all()
