"""Tiers at their edges: which day is the last that still counts."""

from dataclasses import replace

import numpy as np
import pytest

from features.panel import PROVIDED, Panel
from features.tier import NONE, TIERS, hint, tier_of


def tier(as_of_date: str = "2025-03-31", **provided: str) -> str:
    """Return the tier of a firm that provided each kind on the day given."""
    days = {kind: np.array([provided.get(kind, "NaT")], dtype="datetime64[D]") for kind in PROVIDED}
    return tier_of(replace(Panel.empty(["a"], as_of_date), provided=days))[0]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2023-09-30", "none"),
        ("2023-10-01", "basic"),
        ("2025-03-31", "basic"),
    ],  # 18 months before: 2023-09-30
)
def test_a_statement_within_18_months_is_basic(day, expected):
    assert tier(annual=day) == expected


def test_a_trial_balance_is_a_statement_too():
    assert tier(trial="2024-06-30") == "basic"


@pytest.mark.parametrize("kind", ["trial", "account_flows"])
@pytest.mark.parametrize(("day", "expected"), [("2024-12-31", "basic"), ("2025-01-01", "standard")])
def test_monthly_books_or_flows_within_3_months_are_standard(kind, day, expected):
    assert tier(**{"annual": "2024-06-20", kind: day}) == expected


@pytest.mark.parametrize(("day", "expected"), [("2025-01-31", "standard"), ("2025-02-01", "advanced")])
def test_due_items_within_2_months_are_advanced(day, expected):
    assert tier(annual="2024-06-20", account_flows="2025-03-20", due_items=day) == expected


def test_no_tier_is_skipped():
    assert tier(account_flows="2025-03-20", due_items="2025-03-20") == "none"
    assert tier(annual="2024-06-20", due_items="2025-03-20") == "basic"


def test_a_months_end_less_months_is_a_months_end():
    # three months before 28 February is 30 November, not the 28th
    assert tier("2025-02-28", annual="2024-06-20", account_flows="2024-11-30") == "basic"
    assert tier("2025-02-28", annual="2024-06-20", account_flows="2024-12-01") == "standard"


def test_every_tier_has_a_hint_in_both_languages():
    hints = [hint(one) for one in (NONE, *TIERS)]
    assert len({one.ja for one in hints}) == len({one.en for one in hints}) == 4
    for now, after in zip(hints, ("簡易", "通常", "高度"), strict=False):
        assert f"{after}診断が可能" in now.ja
    with pytest.raises(KeyError, match="no tier 'gold'"):
        hint("gold")
