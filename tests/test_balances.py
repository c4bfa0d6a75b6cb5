from dataclasses import replace

import numpy as np
import pytest

from features import balances
from features.panel import Panel

NAN = float("nan")
ENDS = np.array([["2021-03-31", "2022-03-31", "2023-03-31", "2024-03-31"]], dtype="datetime64[D]")


def compute(*, employees: tuple[float, ...] = (NAN,) * 4, **books: tuple[float, ...]) -> dict[str, float]:
    panel = Panel.empty(["a"], "2024-06-30")
    panel = replace(
        panel,
        closings={**panel.closings, **{name: np.array([row], dtype=float) for name, row in books.items()}},
        closing_end=ENDS,
        employees=np.array([employees], dtype=float),
    )
    return {name: float(row[0]) for name, row in balances.compute(panel).items()}


def test_lines_of_a_firm_worked_by_hand():
    found = compute(
        sales=(140, 130, 125, 120),
        gross_profit=(NAN, NAN, 40, 36),
        cash_deposits=(NAN, NAN, 12.5, 10),
        inventories=(NAN, NAN, 10, 12),
        suspense_payments=(NAN, NAN, 0.5, 1),
        accounts_payable_other=(NAN, NAN, 2, 5),
        retained_earnings=(NAN, NAN, NAN, -30),
        net_assets=(NAN, NAN, 17, -5),
        total_assets=(NAN, NAN, 100, 80),
        employees=(NAN, NAN, 10, 8),
    )
    assert found["sales_yen"] == 120
    # slope of 140, 130, 125, 120 is (−210 − 65 + 62.5 + 180) ÷ 5 = −6.5 a year, of a mean of 128.75
    assert found["sales_trend_pct"] == pytest.approx(-6.5 / 128.75 * 100, rel=2e-3)
    assert found["profit_change_pct"] == pytest.approx(-3.2)  # (36 − 40) ÷ 125
    assert found["cash_change_pct"] == pytest.approx(-20)  # 10 ÷ 12.5 − 1
    assert found["inv_sales_gap_pct"] == pytest.approx(24)  # +20 % − (−4 %)
    assert found["net_assets_change_pct"] == pytest.approx(-22)  # (−5 − 17) ÷ 100
    assert found["is_insolvent"] == 1
    assert found["retained_earnings_pct"] == pytest.approx(-37.5)
    assert found["suspense_pct"] == pytest.approx(1.25)
    assert found["suspense_change_pct"] == pytest.approx(0.75)
    assert found["payables_other_pct"] == pytest.approx(6.25)
    assert found["payables_other_change_pct"] == pytest.approx(4.25)
    assert found["employees_change_pct"] == pytest.approx(-20)


def test_operating_profit_stands_in_where_no_gross_profit_is_shown():
    found = compute(
        sales=(NAN, NAN, 100, 90), operating_profit=(NAN, NAN, 5, 2), gross_profit=(NAN, NAN, 30, NAN)
    )
    assert found["profit_change_pct"] == pytest.approx(-3)  # (2 − 5) ÷ 100, not 2 − 30


def test_two_closings_make_no_trend_and_one_no_change():
    assert np.isnan(compute(sales=(NAN, NAN, 100, 90))["sales_trend_pct"])
    one = compute(sales=(NAN, NAN, NAN, 90), net_assets=(NAN, NAN, NAN, 0))
    assert one["is_insolvent"] == 0
    assert np.isnan(one["profit_change_pct"])
    assert np.isnan(one["net_assets_change_pct"])
