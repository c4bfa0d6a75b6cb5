"""Five small ledgers, worked out by hand to the yen; in thousand yen where a comment says nothing else."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features.cash_flow.assumptions import DEFAULTS
from features.cash_flow.family import features_of
from features.cash_flow.projection import Projection, project
from features.cash_flow.summary import summarise
from features.panel import build_panel, prepare

K = 1000
DATES = (
    *("known_date", "period_end", "month", "issued", "due", "settled_date"),
    *("executed", "maturity", "grace_until"),
)
FIRMS = pd.DataFrame({"firm_id": ["a"], "known_date": pd.to_datetime(["2020-01-31"])})


def dated(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn the columns that hold dates as text into dates."""
    dates = (
        "known_date",
        "period_end",
        "executed",
        "maturity",
        "grace_until",
        "issued",
        "due",
        "settled_date",
        "month",
    )
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in dates if name in frame})


def trial(first: str, months: int, **accounts) -> pd.DataFrame:
    """Return trial balances known at each month's end; an account is one value or one for each month."""
    ends = pd.date_range(first, periods=months, freq="ME")
    frame = pd.DataFrame({"firm_id": "a", "period_end": ends, "kind": "trial", "source_actor": "firm"})
    return frame.assign(known_date=ends, period_months=1.0, **accounts)


def closing(period_end: str, known_date: str, **accounts) -> pd.DataFrame:
    one = {"firm_id": "a", "period_end": period_end, "kind": "annual", "source_actor": "firm"}
    return dated(pd.DataFrame([one | {"known_date": known_date, "period_months": 12.0} | accounts]))


def bill(side: str, who: str, issued: str, due: str, settled: str | None, amount: float) -> dict:
    return {
        "item_id": f"{side} {who} {issued}",
        "firm_id": "a",
        "known_date": settled or issued,
        "side": side,
        "counterparty": who,
        "issued": issued,
        "due": due,
        "settled_date": settled,
        "amount": float(amount),
    }


def projected(as_of_date: str, rules=DEFAULTS, **tables: pd.DataFrame) -> Projection:
    return project(build_panel(prepare({"firms": FIRMS, **tables}), as_of_date), rules=rules)


def line(found: Projection, name: str) -> list[float]:
    """Return a line of the only firm, in thousand yen."""
    return (found.lines[name][0] / K).tolist()


def yen(*thousands: float):
    """Return what is expected of twelve months, exact to far less than a yen."""
    return pytest.approx(list(thousands), abs=1e-6)


def cash(found: Projection):
    return (found.closing[0] / K).tolist()


def test_due_items_and_a_late_payer():
    """Level ledger.

    Books of every month, in thousands: sales 1,000; costs 600 + 300, of them depreciation 20 and pay 200, so
    bought 680; billed 1,100 with tax.

    Customer c1 was billed 440 in six of the last twelve months: 2,640 of 13,200, a share of 0.2. So 880 a
    month are cash sales and 220 are invoiced. Of five items that fell due one was paid on time, and all three
    watched longer in the month after. Pools weigh 5, the prior says 0.6, then 1:
        the firm  (1 + 5 × 0.6) ÷ (5 + 5) = 0.4 on time, then (3 + 5 × 1) ÷ (3 + 5) = 1
        c1        (1 + 5 × 0.4) ÷ (5 + 5) = 0.3 on time, then 1
        c2, of which nothing is known yet: 0.4, then 1
    Due in March and still open: all of it comes in April. Due in April: 0.3 in April, 0.7 in May.
    c2's note of 500 falls due on Saturday May 31, so on June 2: 0.4 in June, 0.6 in July.
    Invoices to come, 220 a month, are due a month later: 66 after one month, 154 after two.

    Supplier s1: five of five on time, (5 + 3) ÷ 10 = 0.8 for the firm, (5 + 4) ÷ 10 = 0.9 for s1. Six bills
    of 330 on six months' 6,600 since the first: 0.3 of sales. Other costs (680 − 300) × 1.1 = 418.
    Pay 200: wages 148, social insurance 52 of the month before.
    Without a closing the year ends in March; tax 0.34 × 1,200 = 408, whose national part of 265 is above 200:
    half, 204, in November. Consumption tax 0.1 × (1,000 − 680) × 12 = 384: no instalments.
    """
    books = trial(
        "2024-04-30", 12, sales=1000.0 * K, cost_of_sales=600.0 * K, selling_general_admin=300.0 * K,
        operating_profit=100.0 * K, ordinary_profit=100.0 * K, depreciation=20.0 * K,
        personnel_expenses=200.0 * K, cash_deposits=3000.0 * K,
    )  # fmt: skip
    due_items = pd.DataFrame([
        bill("receivable", "c1", "2024-10-31", "2024-11-15", "2024-12-10", 440 * K),
        bill("receivable", "c1", "2024-11-30", "2024-12-15", "2025-01-10", 440 * K),
        bill("receivable", "c1", "2024-12-31", "2025-01-15", "2025-01-15", 440 * K),
        bill("receivable", "c1", "2025-01-31", "2025-02-15", "2025-03-12", 440 * K),
        bill("receivable", "c1", "2025-02-28", "2025-03-15", None, 440 * K),
        bill("receivable", "c1", "2025-03-31", "2025-04-15", None, 440 * K),
        bill("receivable", "c2", "2024-03-31", "2025-05-31", None, 500 * K),
        bill("payable", "s1", "2024-10-31", "2024-11-20", "2024-11-20", 330 * K),
        bill("payable", "s1", "2024-11-30", "2024-12-20", "2024-12-20", 330 * K),
        bill("payable", "s1", "2024-12-31", "2025-01-20", "2025-01-20", 330 * K),
        bill("payable", "s1", "2025-01-31", "2025-02-20", "2025-02-20", 330 * K),
        bill("payable", "s1", "2025-02-28", "2025-03-20", "2025-03-21", 330 * K),
        bill("payable", "s1", "2025-03-31", "2025-04-20", None, 330 * K),
    ])  # fmt: skip
    prior = (0.6, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    rules = replace(DEFAULTS, prior_hazard=prior, counterparty_pool=5.0, firm_pool=5.0)
    found = projected("2025-03-31", rules, statements=books, due_items=dated(due_items))

    assert found.level.tolist() == ["ledger"]
    assert line(found, "cash_sales") == yen(*[880] * 12)
    # April 440 + 132, May 308 + 66, June 220 + 200, July 220 + 300, then 220
    assert line(found, "collections") == yen(572, 374, 420, 520, *[220] * 8)
    # April 0.9 × 330; from May on 0.9 of the last month's bill and 0.1 of the one before
    assert line(found, "suppliers") == yen(297, *[330] * 11)
    assert line(found, "other_costs") == yen(*[418] * 12)
    assert line(found, "personnel") == yen(*[148] * 12)
    assert line(found, "taxes_and_social") == yen(*[52] * 7, 256, *[52] * 4)
    # 880 + 572 − 297 − 148 − 418 − 52 = 537; 306; 352; 452; then 152, in November −52
    expected = (3537, 3843, 4195, 4647, 4799, 4951, 5103, 5051, 5203, 5355, 5507, 5659)
    assert cash(found) == yen(*expected)
    summary = summarise(found)
    assert summary["shortfall_month"].tolist() == [13]
    # c1 brings 440 + 132 + 308 of 3 × 880 + 572 + 374 + 420
    assert summary["receipt_concentration_pct"][0] == pytest.approx(100 * 880 / 4006)
    assert summary["cash_3m_months"][0] == pytest.approx(4.195)
    # cash rises by 1,951 in six months and by 2,659 in twelve; by the prior all comes a month late at most
    features = {name: values[0] for name, values in features_of(found, None).items()}
    assert features == pytest.approx({
        "projected_cash_3m_months": 4.195, "projected_cash_6m_months": 4.951,
        "projected_lowest_cash_months": 3.537, "projected_runway_months": 13.0,
        "expected_cash_3m_months": np.nan, "cautious_cash_3m_months": np.nan,
        "cautious_cash_6m_months": np.nan, "projected_operating_6m_months": 1.951,
        "projected_repayments_6m_months": 0.0, "projected_surplus_12m_months": 2.659,
        "receipt_concentration_pct": 100 * 880 / 4006, "doubtful_receivables_pct": 0.0,
    }, nan_ok=True)  # fmt: skip


def test_a_loan_in_grace_and_then_repaid():
    """Level monthly: cash from account flows, sales and costs from the closing.

    Sales 1,000 a month; costs 10,800 less depreciation 1,200 are 800 a month, all "other": 880 with tax.
    Billed 1,100, paid at once. So 220 a month before finance. No profit, no corporate tax; consumption tax
    0.1 × 200 × 12 = 240, without instalments, two months after September: November, month 8.

    The loan of 6,000 at 2.4 %, 0.2 % a month, is in grace until June, month 3: 500 a month from June on. What
    is left in the month it matures, month 8, is due then: 6,000 − 5 × 500 = 3,500.
    """
    books = closing(
        "2024-09-30", "2024-12-20", sales=12_000.0 * K, operating_profit=1200.0 * K, depreciation=1200.0 * K,
        ordinary_profit=0.0, pretax_profit=0.0, income_taxes=0.0, income_taxes_payable=0.0,
        consumption_taxes_payable=240.0 * K, cash_deposits=9999.0 * K, current_long_term_loans=9999.0 * K,
    )  # fmt: skip
    flows = dated(pd.DataFrame({
        "firm_id": "a", "month": ["2025-02-28", "2025-03-31"], "bank": "b",
        "known_date": ["2025-02-28", "2025-03-31"], "inflow": 0.0, "outflow": 0.0,
        "end_balance": [1.0, 2000.0 * K], "lowest_balance": 0.0,
    }))  # fmt: skip
    loans = dated(pd.DataFrame([{
        "loan_id": "l", "firm_id": "a", "known_date": "2025-03-31", "rate_pct": 2.4, "executed": "2024-05-31",
        "maturity": "2025-11-30", "grace_until": "2025-06-30", "amount": 6000.0 * K, "balance": 6000.0 * K,
        "monthly_repayment": 500.0 * K,
    }]))  # fmt: skip
    found = projected("2025-03-31", statements=books, account_flows=flows, loans=loans)

    assert found.level.tolist() == ["monthly"]
    assert line(found, "cash_sales") == yen(*[1100] * 12)
    assert line(found, "other_costs") == yen(*[880] * 12)
    assert line(found, "repayments") == yen(0, 0, *[500] * 5, 3500, *[0] * 4)
    assert line(found, "interest") == yen(12, 12, 12, 11, 10, 9, 8, 7, *[0] * 4)
    assert line(found, "taxes_and_social") == yen(*[0] * 7, 240, *[0] * 4)
    assert line(found, "new_loans") == yen(*[0] * 12)
    # 2,000 + 208 + 208 − 292 − 291 − 290 − 289 − 288, then 220 − 7 − 3,500 − 240, then 220 a month
    expected = (2208, 2416, 2124, 1833, 1543, 1254, 966, -2561, -2341, -2121, -1901, -1681)
    assert cash(found) == yen(*expected)
    summary = summarise(found)
    assert summary["shortfall_month"].tolist() == [8]
    assert summary["runway_months"][0] == pytest.approx(7 + 966 / 3527)
    assert summary["lowest_cash_yen"][0] == pytest.approx(-2561 * K)


def test_months_with_a_season():
    """Level monthly: two years of trial balances.

    Sales 900 a month, 2,100 in December: 1,000 in the mean, indices 0.9 and 2.1. Half is cost of sales, 300
    more is other: (800 − 500) × 1.1 = 330.
    Receivables are 485 + 600 + 400 = 1,485 with notes and electronic claims: March's 990 billed and half of
    February's. So half is paid after one month, half after two. Payables 495: March's, paid after one month.
    Without a closing the year ends in March; tax 0.34 × 200 × 12 = 816, half in November.
    """
    months = pd.date_range("2023-04-30", periods=24, freq="ME").month
    sales = np.where(months == 12, 2100.0 * K, 900.0 * K)
    books = trial(
        "2023-04-30", 24, sales=sales, cost_of_sales=sales / 2, selling_general_admin=300.0 * K,
        operating_profit=sales / 2 - 300 * K, ordinary_profit=sales / 2 - 300 * K, cash_deposits=1000.0 * K,
        accounts_receivable=485.0 * K, notes_receivable=600.0 * K, electronic_receivables=400.0 * K,
        accounts_payable=495.0 * K,
    )  # fmt: skip
    found = projected("2025-03-31", statements=books)

    assert found.level.tolist() == ["monthly"]
    assert line(found, "cash_sales") == yen(*[0] * 12)
    # January: half of December's 2,310 and of November's 990; February as much
    assert line(found, "collections") == yen(*[990] * 9, 1650, 1650, 990)
    assert line(found, "suppliers") == yen(*[495] * 9, 1155, 495, 495)
    assert line(found, "taxes_and_social") == yen(*[0] * 7, 408, *[0] * 4)
    expected = (1165, 1330, 1495, 1660, 1825, 1990, 2155, 1912, 2077, 2242, 3067, 3232)
    assert cash(found) == yen(*expected)


def test_a_closing_alone():
    """Level annual: the closing of December, three months old.

    Sales 2,000 a month, billed 2,200. Costs 14,400 + 7,200 less depreciation 1,200: 1,700 a month, of them
    1,200 cost of sales: suppliers 1,320, other 550. Receivables of 3,300 are 1.5 months', payables of 660
    half a month's; with even months both turn over as they stand: 2,200 − 1,320 − 550 = 330 a month.
    No loan is in the table: of 1,200 due within the year 100 are repaid a month, interest is 60 ÷ 12 = 5.
    Taxes owed, 300 + 360, are paid in February. The firm pays a quarter of its profit of 1,200: 300 again,
    65 % of it not above 200; consumption tax 0.1 × 300 × 12 = 360: 660 again in February, month 11.
    """
    books = closing(
        "2024-12-31", "2025-02-28", sales=24_000.0 * K, cost_of_sales=14_400.0 * K,
        selling_general_admin=7200.0 * K, operating_profit=2400.0 * K, depreciation=1200.0 * K,
        ordinary_profit=1200.0 * K, pretax_profit=1200.0 * K, income_taxes=300.0 * K,
        interest_expense=60.0 * K, income_taxes_payable=300.0 * K, consumption_taxes_payable=360.0 * K,
        cash_deposits=4000.0 * K, accounts_receivable=3300.0 * K, accounts_payable=660.0 * K,
        current_long_term_loans=1200.0 * K, long_term_loans=500.0 * K,
    )  # fmt: skip
    found = projected("2025-03-31", statements=books)

    assert (found.level.tolist(), found.opening_age_months.tolist()) == (["annual"], [3])
    # three months of 330 − 100 − 5, less the taxes of February
    assert found.opening[0] / K == pytest.approx(4000 + 3 * 225 - 660)
    assert line(found, "collections") == yen(*[2200] * 12)
    assert line(found, "suppliers") == yen(*[1320] * 12)
    assert line(found, "repayments") == yen(*[100] * 12)
    assert line(found, "taxes_and_social") == yen(*[0] * 10, 660, 0)
    assert cash(found) == yen(*[4015 + 225 * month for month in range(1, 11)], 5830, 6055)


def test_taxes_halfway_and_a_bonus():
    """Level annual: the closing of March, as of June.

    Sales 10,000 a month, billed 11,000 and paid at once; costs 98,000 a year less pay 26,000 are 6,000 a
    month: suppliers 5,500, other 1,100. So 4,400 a month before pay and taxes.
    Pay 26,000 is 13 months' pay of 2,000: July and December have 3,000. Wages are 74 % of it, social
    insurance 26 % a month later: 2,000 usually, 2,220 + 520 in bonus months, 1,480 + 780 in the months after.
    Owed at the closing 3,500 + 2,500: May. Corporate tax 30 % of 20,000 = 6,000, half of it in November;
    consumption tax 0.1 × 4,000 × 12 = 4,800, of which 3,744 national, in one instalment: half in November.
    What is left of both, 3,000 + 2,400, in the next May, month 11.
    """
    books = closing(
        "2025-03-31", "2025-06-20", sales=120_000.0 * K, cost_of_sales=60_000.0 * K,
        selling_general_admin=38_000.0 * K, operating_profit=22_000.0 * K, personnel_expenses=26_000.0 * K,
        ordinary_profit=20_000.0 * K, pretax_profit=20_000.0 * K, income_taxes=6000.0 * K,
        income_taxes_payable=3500.0 * K, consumption_taxes_payable=2500.0 * K, cash_deposits=20_000.0 * K,
    )  # fmt: skip
    found = projected("2025-06-30", statements=books)

    assert found.opening[0] / K == pytest.approx(20_000 + 3 * 2400 - 6000)
    assert line(found, "personnel") == yen(2220, *[1480] * 4, 2220, *[1480] * 6)
    assert line(found, "taxes_and_social") == yen(
        520, 780, 520, 520, 520 + 5400, 520, 780, 520, 520, 520, 520 + 5400, 520
    )
    expected = (
        22_860,
        25_000,
        27_400,
        29_800,
        26_800,
        28_460,
        30_600,
        33_000,
        35_400,
        37_800,
        34_800,
        37_200,
    )
    assert cash(found) == yen(*expected)


def test_a_season_passed_in_serves_firms_without_their_own():
    books = closing(
        "2025-03-31", "2025-03-31", sales=12_000.0 * K, operating_profit=12_000.0 * K, cash_deposits=0.0,
        ordinary_profit=0.0,
    )  # fmt: skip
    panel = build_panel(prepare({"firms": FIRMS, "statements": books}), "2025-03-31")
    season = np.array([[0.0] * 11 + [12.0]])
    assert line(project(panel, season=season), "cash_sales") == yen(*[0] * 8, 13_200, *[0] * 3)


@pytest.mark.parametrize(
    ("season", "words"),
    [
        (np.ones((1, 11)), "a row of 12 for each of 1 firms is wanted"),
        (np.array([[-1.0] + [13 / 11] * 11]), "has a month that is none"),
        (np.full((1, 12), np.nan), "firm 'a' has"),
    ],
)
def test_a_season_that_is_none_is_refused(season, words):
    panel = build_panel(prepare({"firms": FIRMS}), "2025-03-31")
    with pytest.raises(ValueError, match=words):
        project(panel, season=season)


def test_firms_of_which_too_little_is_known_have_no_projection():
    old = closing("2022-03-31", "2022-06-30", sales=1.0, operating_profit=1.0, cash_deposits=1.0)
    for tables in ({}, {"statements": old}, {"statements": old.drop(columns="cash_deposits")}):
        found = projected("2025-03-31", **tables)
        assert found.level.tolist() == ["none"]
        assert np.isnan(found.closing).all()
        assert np.isnan(found.opening).all()
        assert all(np.isnan(values).all() for values in found.lines.values())
        assert all(np.isnan(values).all() for values in summarise(found).values())
