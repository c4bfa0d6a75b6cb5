"""A firm over four closings, worked by hand, million yen; then what bad books do to its ratios.

                      FY1   FY2   FY3   FY4 (latest, March 2024)
sales                 125   130   125   120
gross profit           40    40    40    36
operating profit        7   7.8     8     6
total assets           95    95   100   100
net assets             16    19    17    20
receivables (3 lines)               20    15 + 4 + 1
inventories                       12.5    10
debt                              62.5    12 + 6 + 40 + 2 = 60
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features import balances, closings
from features.panel import Panel
from features.ratios import MISSING_INPUT, NEGATIVE_DENOMINATOR, NOT_MEANINGFUL, ZERO_DENOMINATOR
from intake.accounts import ACCOUNTS

NAN = float("nan")
MILLION = 1e6
ENDS = np.array([["2021-03-31", "2022-03-31", "2023-03-31", "2024-03-31"]], dtype="datetime64[D]")
BOOKS = {
    "sales": (125, 130, 125, 120),
    "cost_of_sales": (85, 90, 85, 84),
    "gross_profit": (40, 40, 40, 36),
    "operating_profit": (7, 7.8, 8, 6),
    "interest_income": (NAN, NAN, NAN, 0.2),
    "interest_expense": (NAN, NAN, NAN, 1.5),
    "ordinary_profit": (NAN, NAN, NAN, 5),
    "depreciation": (NAN, NAN, NAN, 4),
    "cash_deposits": (NAN, NAN, 12.5, 10),
    "accounts_receivable": (NAN, NAN, 20, 15),
    "notes_receivable": (NAN, NAN, NAN, 4),
    "electronic_receivables": (NAN, NAN, NAN, 1),
    "securities": (NAN, NAN, NAN, 2),
    "inventories": (NAN, NAN, 12.5, 10),
    "suspense_payments": (NAN, NAN, 0.5, 1),
    "current_assets": (NAN, NAN, NAN, 45),
    "total_assets": (95, 95, 100, 100),
    "accounts_payable": (NAN, NAN, NAN, 8),
    "notes_payable": (NAN, NAN, NAN, 5),
    "electronic_payables": (NAN, NAN, NAN, 1),
    "accounts_payable_other": (NAN, NAN, 2, 3),
    "short_term_loans": (NAN, NAN, 12.5, 12),
    "current_long_term_loans": (NAN, NAN, 6, 6),
    "long_term_loans": (NAN, NAN, 42, 40),
    "bonds_payable": (NAN, NAN, 2, 2),
    "officer_loans_payable": (NAN, NAN, NAN, 7),
    "current_liabilities": (NAN, NAN, NAN, 36),
    "total_liabilities": (NAN, NAN, NAN, 80),
    "net_assets": (16, 19, 17, 20),
    "retained_earnings": (NAN, NAN, NAN, 12),
}


def panel_of(ends: np.ndarray = ENDS, **changed: tuple[float, ...]) -> Panel:
    """Return a panel of one firm with these books, in million yen, and a headcount of 10, then 8."""
    panel = Panel.empty(["a"], "2024-06-30")
    books = {name: np.array([row]) * MILLION for name, row in (BOOKS | changed).items()}
    return replace(
        panel,
        closings={**panel.closings, **books},
        closing_end=ends,
        closing_known=ends + np.timedelta64(60, "D"),
        employees=np.array([[NAN, NAN, 10, 8]]),
    )


def latest(**changed: float) -> Panel:
    """Return the firm with other values in its latest closing."""
    return panel_of(**{name: (*BOOKS[name][:-1], value) for name, value in changed.items()})


def value(panel: Panel, name: str) -> float:
    return float(closings.compute(panel)[name][0])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sales_growth_pct", -4.0),  # 120 ÷ 125 − 1
        ("op_margin_pct", 5.0),  # 6 ÷ 120
        ("labor_productivity_yen", 750_000.0),  # 6 M ÷ 8
        ("net_debt_ebitda_ratio", 5.0),  # (60 − 10) ÷ (6 + 4); officers' 7 are not in it
        ("owc_months", 1.6),  # (20 + 10 − 14) ÷ 10
        ("equity_ratio_pct", 20.0),  # 20 ÷ 100
        ("ebitda_liabilities_pct", 12.5),  # 10 ÷ 80
        ("debt_years", 44 / 7.3),  # (60 − 16) ÷ (5 × 0.66 + 4)
        ("icr_ratio", 6.2 / 1.5),
        ("current_ratio_pct", 125.0),  # 45 ÷ 36
        ("quick_ratio_pct", 3200 / 36),  # (10 + 20 + 2) ÷ 36
        ("cash_months", 1.2),  # (10 + 2) ÷ 10
        ("debt_sales_months", 6.0),  # 60 ÷ 10
        ("debt_sales_change_months", 0.0),  # before: 62.5 ÷ (125 ÷ 12) = 6
        ("ar_months", 2.0),  # 20 ÷ 10
        ("ar_change_months", 0.08),  # before: 20 ÷ (125 ÷ 12) = 1.92
        ("inv_months", 1.0),
        ("inv_change_months", -0.2),  # before: 12.5 ÷ (125 ÷ 12) = 1.2
        ("ap_months", 1.4),  # 14 ÷ 10
        ("ccc_days", 365 * (20 / 120 - 4 / 84)),
        ("gross_margin_pct", 30.0),
        ("gross_margin_change_pct", -2.0),  # 40 ÷ 125 = 32 %
        ("op_margin_change_pct", -1.4),  # 8 ÷ 125 = 6.4 %
        ("op_loss_count", 0.0),
        ("equity_ratio_change_pct", 3.0),  # 17 %
        ("altman_z2", 1.6473),  # 6.56·.09 + 3.26·.12 + 6.72·.06 + 1.05·.25
        ("is_ebitda_negative", 0.0),
        ("has_loss_with_net_cash", 0.0),
        ("net_debt_ebitda_numerator_yen", 50e6),
        ("net_debt_ebitda_denominator_yen", 10e6),
        ("owc_numerator_yen", 16e6),
        ("owc_denominator_yen", 10e6),
        ("labor_productivity_denominator_count", 8.0),
        ("sales_growth_denominator_yen", 125e6),
    ],
)
def test_ratios_of_a_firm_worked_by_hand(name, expected):
    assert value(panel_of(), name) == pytest.approx(expected, abs=1e-9)


def test_every_status_of_a_sound_firm_is_ok():
    found = closings.compute(panel_of())
    statuses = {name: float(row[0]) for name, row in found.items() if name.endswith("_status")}
    assert len(statuses) == 8
    assert set(statuses.values()) == {0.0}


def test_trends_are_slopes_a_year():
    # margins 5.6, 6, 6.4, 5 %: slope Σ x·y ÷ Σ x² with x = −1.5 … 1.5 is (−8.4 − 3 + 3.2 + 7.5) ÷ 5 = −0.14;
    # equity 16.842, 20, 17, 20 %: (−25.263 − 10 + 8.5 + 30) ÷ 5 = 0.6474; years of 365 days instead of 365.25
    assert value(panel_of(), "op_margin_trend_pct") == pytest.approx(-0.14, rel=2e-3)
    assert value(panel_of(), "equity_ratio_trend_pct") == pytest.approx(0.6474, rel=2e-3)


def test_both_negative_does_not_look_good():
    # EBITDA −6 + 4 = −2: net debt 50 ÷ −2 = −25 must not appear
    losing = latest(operating_profit=-6)
    assert np.isnan(value(losing, "net_debt_ebitda_ratio"))
    assert value(losing, "net_debt_ebitda_status") == NEGATIVE_DENOMINATOR
    assert value(losing, "is_ebitda_negative") == 1
    assert value(losing, "op_loss_count") == 1
    assert value(losing, "ebitda_liabilities_pct") == pytest.approx(-2.5)
    # with cash of 80 net debt is −20: −20 ÷ −2 = 10 must not appear either
    cash_rich = latest(operating_profit=-6, cash_deposits=80)
    assert np.isnan(value(cash_rich, "net_debt_ebitda_ratio"))
    assert value(cash_rich, "net_debt_ebitda_status") == NOT_MEANINGFUL
    assert value(cash_rich, "has_loss_with_net_cash") == 1
    # no cash flow to repay from: the worst, not a negative number of years
    assert value(latest(ordinary_profit=-8), "debt_years") == 100.0


def test_net_cash_negative_equity_and_no_sales():
    assert value(latest(cash_deposits=80), "net_debt_ebitda_ratio") == pytest.approx(-2.0)
    assert value(latest(cash_deposits=80), "net_debt_ebitda_status") == 5
    assert value(latest(net_assets=-10), "equity_ratio_pct") == pytest.approx(-10.0)
    closed = closings.compute(latest(sales=0))
    assert closed["op_margin_status"][0] == closed["owc_status"][0] == ZERO_DENOMINATOR
    assert closed["sales_growth_pct"][0] == pytest.approx(-100.0)
    for name in ("op_margin_pct", "owc_months", "cash_months", "debt_sales_months", "ccc_days"):
        assert np.isnan(closed[name][0])


def test_no_employees_counts_as_not_known():
    alone = replace(panel_of(), employees=np.array([[NAN, NAN, 1, 0]]))
    assert value(alone, "labor_productivity_status") == MISSING_INPUT
    assert np.isnan(value(alone, "labor_productivity_yen"))


def test_a_closing_that_is_not_a_year_older_gives_no_change():
    gap = ENDS.copy()
    gap[0, :3] -= 365
    found = closings.compute(panel_of(ends=gap))
    assert np.isnan(found["sales_growth_pct"][0])
    assert np.isnan(found["ar_change_months"][0])
    assert found["op_margin_pct"][0] == pytest.approx(5.0)


def test_a_portfolio_without_cash_and_payables_misses_what_needs_them():
    lacking = ("cash_deposits", "accounts_payable", "notes_payable", "electronic_payables", "securities")
    panel = panel_of(**dict.fromkeys(lacking, (NAN,) * 4))
    found = closings.compute(panel)
    for name in ("net_debt_ebitda", "owc", "debt_years"):
        assert found[f"{name}_status"][0] == MISSING_INPUT
    for name in ("cash_months", "quick_ratio_pct", "ap_months", "ccc_days"):
        assert np.isnan(found[name][0])
    assert found["ar_months"][0] == pytest.approx(2.0)


books = st.fixed_dictionaries(
    {
        name: st.lists(
            st.one_of(st.just(NAN), st.integers(-(10**9), 10**10).map(float)), min_size=4, max_size=4
        )
        for name in ACCOUNTS
    }
)


@settings(max_examples=25)
@given(books)
def test_ten_times_the_yen_leaves_every_ratio_as_it_is(drawn):
    panel = panel_of(**{name: tuple(row) for name, row in drawn.items()})
    tenfold = replace(panel, closings={name: row * 10 for name, row in panel.closings.items()})
    for family in (closings, balances):
        plain, scaled = family.compute(panel), family.compute(tenfold)
        for name, row in plain.items():
            times = 10.0 if name.endswith("_yen") else 1.0
            assert not np.isinf(row).any()
            np.testing.assert_allclose(scaled[name], row * times, rtol=1e-9, atol=1e-6, err_msg=name)
