from dataclasses import replace

import numpy as np
import pytest

from features import account_flows
from features.panel import FLOWS, Panel

NAN = float("nan")


def compute(*, sales: float = NAN, sales_age: float = 1.0, **flows: np.ndarray | float) -> dict[str, float]:
    panel = Panel.empty(["a"], "2025-03-31")
    rows = {
        name: np.broadcast_to(np.asarray(flows.get(name, NAN), dtype=float), (1, 36)).copy() for name in FLOWS
    }
    panel = replace(
        panel,
        flows=rows,
        flows_age_months=np.array([1.0]),
        monthly={**panel.monthly, "sales": np.full((1, 36), sales)},
        monthly_age_months=np.array([sales_age]),
    )
    return {name: float(row[0]) for name, row in account_flows.compute(panel).items()}


def stepped(before: float, now: float, months: int) -> np.ndarray:
    return np.array([before] * (36 - months) + [now] * months, dtype=float)


def test_inflows_on_the_year_and_against_sales():
    # 3 months at 80 after 100: −20 %; 12 months: 1140/1200 − 1 = −5 %, while sales stood still
    found = compute(inflow=stepped(100, 80, 3), sales=100)
    assert found["inflow_3m_growth_pct"] == pytest.approx(-20)
    assert found["inflow_12m_growth_pct"] == pytest.approx(-5)
    assert found["inflow_sales_gap_pct"] == pytest.approx(-5)


def test_books_that_end_half_a_year_before_the_flows_are_not_compared_with_them():
    assert np.isnan(compute(inflow=100, sales=100, sales_age=7.0)["inflow_sales_gap_pct"])


def test_balances_against_outflows():
    # outflow 365.25/12 a month is 1 a day; lowest balance 12 of the last three months; end balance falls by 3
    lowest = stepped(50, 20, 3)
    lowest[-2] = 12
    found = compute(
        inflow=27, outflow=365.25 / 12, lowest_balance=lowest, end_balance=np.arange(135.0, 27.0, -3.0)
    )
    assert found["lowest_balance_days"] == pytest.approx(12)
    assert found["end_balance_months"] == pytest.approx(30 / 30.4375)
    assert found["end_balance_slope_pct"] == pytest.approx(-300 / 30.4375)
    assert found["net_flow_6m_pct"] == pytest.approx((27 / 30.4375 - 1) * 100)
    assert found["thin_balance_count"] == 0


def test_thin_months_are_counted_among_those_known():
    lowest = stepped(9, 10, 4)  # of the last twelve eight are below a tenth of 100
    lowest[-6] = NAN
    assert compute(lowest_balance=lowest, outflow=100)["thin_balance_count"] == 7
    assert compute(lowest_balance=-lowest, outflow=100)["thin_balance_count"] == 11
    assert np.isnan(compute(outflow=100)["thin_balance_count"])


def test_two_months_make_no_usual_outflow():
    outflow = np.full(36, NAN)
    outflow[-2:] = 100
    assert np.isnan(compute(outflow=outflow, end_balance=100)["end_balance_months"])
    outflow[-3] = 100
    assert compute(outflow=outflow, end_balance=100)["end_balance_months"] == pytest.approx(1)
