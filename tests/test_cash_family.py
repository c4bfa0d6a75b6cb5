"""The features of the cash to come: by hand, and of no other level than ledger."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features.cash_flow.bands import COLUMNS
from features.cash_flow.family import compute, features_of
from features.cash_flow.level import LEVELS
from features.cash_flow.projection import LINES, Projection, project
from features.panel import Panel, build_panel, prepare
from features.tier import tier_of
from tests.test_cash_properties import AS_OF, portfolio

NAN = np.nan


def bands() -> pd.DataFrame:
    """Return bands whose P10 lies a typical swing of half a month's sales below the last balance."""
    rows = [(level, month) for level in LEVELS for month in range(1, 13)]
    found = pd.DataFrame(rows, columns=["level", "month"])
    fitted = {"typical_swing": 0.5, "carry": 0.0, "cash_share": 0.0, "p10": -1.0, "p50": 0.0, "p90": 2.0}
    return found.assign(**fitted, n_errors=300, n_firms=90, fitted_on="level")[list(COLUMNS)]


def projection(level: str) -> Projection:
    """Return a firm with 2,000: monthly sales 1,000, receipts 900, costs 700, repayments 500."""
    lines = {name: np.zeros((1, 12)) for name in LINES}
    for name, amount in (("collections", 900.0), ("suppliers", 700.0), ("repayments", 500.0)):
        lines[name] += amount
    return replace(
        project(Panel.empty(["a"], AS_OF)),
        level=np.array([level], dtype=object),
        opening=np.array([2000.0]),
        last_cash=np.array([2000.0]),
        lines=lines,
        closing=2000.0 - 300.0 * np.arange(1.0, 13.0)[None, :],
        operating=200.0 * np.arange(1.0, 13.0)[None, :],
        monthly_sales=np.array([1000.0]),
        largest_near=np.array([540.0]),
        doubtful_share=np.array([0.25]),
    )


def test_by_hand():
    """Cash falls by 300 a month: 200 is left after six, and in the seventh two thirds of a month's fall."""
    found = {name: values[0] for name, values in features_of(projection("ledger"), bands()).items()}
    assert found == pytest.approx({
        "projected_cash_3m_months": 1.1,
        "projected_cash_6m_months": 0.2,
        "projected_lowest_cash_months": -1.6,
        "projected_runway_months": 6 + 200 / 300,
        "expected_cash_3m_months": 2.0,
        "cautious_cash_3m_months": 1.5,
        "cautious_cash_6m_months": 1.5,
        "projected_operating_6m_months": 1.2,
        "projected_repayments_6m_months": 3.0,
        "projected_surplus_12m_months": -3.6,
        "receipt_concentration_pct": 20.0,  # 540 of 2,700
        "doubtful_receivables_pct": 25.0,
    })  # fmt: skip


@pytest.mark.parametrize("level", ["monthly", "annual", "none"])
def test_other_levels_have_none(level):
    assert all(np.isnan(values).all() for values in features_of(projection(level), bands()).values())


def test_sales_of_nothing_leave_months_and_shares_alone():
    found = features_of(replace(projection("ledger"), monthly_sales=np.zeros(1)), bands())
    known = {name for name, values in found.items() if not np.isnan(values).any()}
    assert known == {"projected_runway_months", "receipt_concentration_pct", "doubtful_receivables_pct"}


def test_a_firm_has_level_ledger_where_it_has_tier_advanced_and_a_projection():
    seen = set()
    for seed in range(8):
        panel = build_panel(prepare(portfolio(seed)), AS_OF)
        level, tier = project(panel).level, tier_of(panel)
        known = level != "none"
        assert ((level == "ledger") == (tier == "advanced"))[known].all()
        features = compute(panel, bands())
        for values in features.values():
            assert np.isnan(values[level != "ledger"]).all()
        assert not np.isnan(features["projected_cash_3m_months"][level == "ledger"]).any()
        seen |= set(zip(tier.tolist(), level.tolist(), strict=True))
    assert {level for _, level in seen} >= {"ledger", "monthly", "annual"}
