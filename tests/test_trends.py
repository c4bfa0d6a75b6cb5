from dataclasses import replace

import numpy as np
import pytest

from features import trends
from features.panel import Panel

NAN = float("nan")


def panel_of(**months: np.ndarray | float) -> Panel:
    """Return a panel of one firm; a number stands for 36 equal months."""
    panel = Panel.empty(["a"], "2025-03-31")
    rows = {
        name: np.broadcast_to(np.asarray(row, dtype=float), (1, 36)).copy() for name, row in months.items()
    }
    return replace(panel, monthly={**panel.monthly, **rows}, monthly_age_months=np.array([1.0]))


def compute(**months: np.ndarray | float) -> dict[str, float]:
    return {name: float(row[0]) for name, row in trends.compute(panel_of(**months)).items()}


def stepped(before: float, now: float, months: int) -> np.ndarray:
    """Return 36 months at `before`, the last `months` of them at `now`."""
    return np.array([before] * (36 - months) + [now] * months, dtype=float)


def test_sales_against_the_same_months_of_last_year():
    # 3 months at 90 after 100: 270/300 − 1 = −10 %; 12 months: (900 + 270)/1200 − 1 = −2.5 %
    found = compute(sales=stepped(100, 90, 3))
    assert found["sales_3m_growth_pct"] == pytest.approx(-10)
    assert found["sales_12m_growth_pct"] == pytest.approx(-2.5)
    assert found["is_sales_3m_down"] == 1


def test_the_safety_net_rule_begins_at_5_percent():
    assert compute(sales=stepped(100, 95, 3))["is_sales_3m_down"] == 1
    assert compute(sales=stepped(100, 96, 3))["is_sales_3m_down"] == 0
    assert np.isnan(compute(sales=NAN)["is_sales_3m_down"])


def test_a_season_is_no_fall():
    # every third quarter of the year sells half: the same months of both years, so nothing changed
    season = np.tile([100.0] * 6 + [50.0] * 3 + [100.0] * 3, 3)
    for shift in range(12):
        found = compute(sales=np.roll(season, shift))
        assert found["sales_3m_growth_pct"] == pytest.approx(0)
        assert found["sales_12m_growth_pct"] == pytest.approx(0)


def test_depreciation_booked_in_the_closing_month_alone_is_no_change():
    # operating profit 10 a month, −50 in each closing month: the latest three months hold one in both years
    profit = np.tile([10.0] * 11 + [-50.0], 3)
    found = compute(sales=100, operating_profit=profit, depreciation=np.tile([0.0] * 11 + [60.0], 3))
    assert found["op_margin_3m_change_pct"] == pytest.approx(0)
    assert found["op_margin_12m_pct"] == pytest.approx(5)  # (110 − 50) ÷ 1200
    assert found["loss_months_count"] == 1
    assert found["is_depreciation_monthly"] == 0
    monthly = compute(sales=100, operating_profit=5, depreciation=5)
    assert monthly["is_depreciation_monthly"] == 1


def test_stock_taken_monthly_moves():
    assert compute(inventories=100)["is_inventory_monthly"] == 0
    assert compute(inventories=np.arange(36.0))["is_inventory_monthly"] == 1
    assert np.isnan(compute(sales=100)["is_inventory_monthly"])


def test_a_missing_month_leaves_growth_and_makes_a_sum_of_twelve_unknown():
    # 3 months at 90 after 100, one of the others not known: (8 × 100 + 3 × 90) ÷ 1100 − 1
    sales = stepped(100, 90, 3)
    sales[-5] = NAN
    found = compute(sales=sales, operating_profit=5)
    assert found["sales_12m_growth_pct"] == pytest.approx((1070 / 1100 - 1) * 100)
    assert np.isnan(found["op_margin_12m_pct"])
    sales[-12:-8] = NAN  # 7 pairs are left
    assert np.isnan(compute(sales=sales)["sales_12m_growth_pct"])


def test_margins_and_losses():
    # gross margin 20 % after 30 %; operating profit −1 in the last two months
    found = compute(sales=100, gross_profit=stepped(30, 20, 3), operating_profit=stepped(5, -1, 2))
    assert found["gross_margin_3m_change_pct"] == pytest.approx(-10)
    assert found["op_margin_3m_change_pct"] == pytest.approx((5 - 2) / 3 - 5)
    assert found["loss_months_count"] == 2


def test_balances_in_months_of_sales():
    # cash runs down by 10 a month to 50, monthly sales 100
    cash = np.arange(400.0, 40.0, -10.0)
    found = compute(sales=100, cash_deposits=cash)
    assert found["cash_now_months"] == pytest.approx(0.5)
    assert found["cash_12m_change_months"] == pytest.approx(-1.2)
    assert found["cash_12m_slope_pct"] == pytest.approx(-10)


def test_turnover_moves_with_receivables_and_with_sales():
    # 150 ÷ 75 = 2 months after 150 ÷ 100 = 1.5; electronic claims take over from notes: no change
    ar = compute(sales=stepped(100, 75, 3), accounts_receivable=150)
    assert ar["ar_12m_change_months"] == pytest.approx(0.5)
    moved = compute(sales=100, notes_receivable=stepped(80, 0, 6), electronic_receivables=stepped(0, 80, 6))
    assert moved["ar_12m_change_months"] == pytest.approx(0)
    assert compute(sales=100, inventories=stepped(50, 80, 1))["inv_12m_change_months"] == pytest.approx(0.3)


def test_what_is_owed_on_the_year():
    found = compute(
        sales=100,
        accounts_payable_other=stepped(10, 40, 1),
        consumption_taxes_payable=stepped(5, 25, 1),
        income_taxes_payable=5,
        long_term_loans=stepped(300, 250, 1),
        officer_loans_payable=stepped(0, 60, 1),
        net_assets=20,
        total_assets=200,
    )
    assert found["payables_other_12m_change_months"] == pytest.approx(0.3)
    assert found["tax_payables_12m_change_months"] == pytest.approx(0.2)
    assert found["debt_12m_change_months"] == pytest.approx(-0.5)
    assert found["officer_loans_12m_change_months"] == pytest.approx(0.6)
    assert found["equity_ratio_now_pct"] == pytest.approx(10)


def test_monthly_sales_fall_back_on_the_closing():
    panel = panel_of(cash_deposits=50)
    panel = replace(panel, closings={**panel.closings, "sales": np.array([[NAN, NAN, NAN, 1200.0]])})
    assert trends.monthly_sales(panel).tolist() == [100.0]
    assert trends.compute(panel)["cash_now_months"].tolist() == [0.5]
    assert np.isnan(trends.monthly_sales(Panel.empty(["a"], "2025-03-31"))[0])


def test_ten_times_the_yen_leaves_every_feature_as_it_is():
    numbers = np.random.default_rng(1)
    names = Panel.empty(["a"], "2025-03-31").monthly
    books = {name: numbers.integers(-(10**8), 10**9, 36).astype(float) for name in names}
    plain = compute(**books)
    tenfold = compute(**{name: row * 10 for name, row in books.items()})
    assert plain == pytest.approx(tenfold, rel=1e-9, nan_ok=True)
    assert sum(np.isfinite(value) for value in plain.values()) > 15
