"""The parts of a projection: season, opening cash, turnover, pay, loans, taxes, the reach of a ledger."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.cash_flow.assumptions import DEFAULTS
from features.cash_flow.axis import AHEAD, AXIS, FIRST, MOST_LAG, WIDTH, calendar_months
from features.cash_flow.books import Books, own_season
from features.cash_flow.items import ledger_month, read_sides
from features.cash_flow.level import opening_cash
from features.cash_flow.loans import schedule
from features.cash_flow.payroll import personnel_costs
from features.cash_flow.projection import project
from features.cash_flow.taxes import TaxYear, tax_payments
from features.cash_flow.turnover import count_back, turned_to_cash
from features.panel import Panel, build_panel, prepare

AS_OF = pd.Timestamp("2025-03-31")
CALENDAR = calendar_months(AS_OF)
NAN = float("nan")


def one(*values: float) -> list[np.ndarray]:
    return [np.array([value]) for value in values]


def test_a_season_needs_every_calendar_month_twice():
    sales = np.where(np.arange(24) % 12 == 3, 3.0, 1.0)
    index = own_season(sales[None, :], np.arange(24) % 12)[0]
    assert index == pytest.approx(np.where(np.arange(12) == 3, 3 / (14 / 12), 1 / (14 / 12)))
    gap = np.append(sales, [1.0])  # 24 months are known, but of one calendar month a single year
    gap[3] = NAN
    assert np.isnan(own_season(gap[None, :], np.arange(25) % 12)).all()


@pytest.mark.parametrize(
    ("flows_age", "trial_age", "expected"),
    [
        (1.0, 1.0, 10.0),
        (2.0, 1.0, 20.0),
        (0.0, 1.0, 10.0),
        (NAN, 4.0, 20.0),
        (NAN, 7.0, 30.0),
        (30.0, NAN, 30.0),
    ],
)
def test_opening_cash_is_the_freshest_and_the_banks_own_first(flows_age, trial_age, expected):
    panel = Panel.empty(["a"], AS_OF)
    cash = {name: np.full((1, 36), amount) for name, amount in (("flows", 10.0), ("trial", 20.0))}
    ends = np.full((1, 4), np.datetime64("2024-09-30"))  # six months ago
    panel = replace(
        panel,
        flows={"end_balance": cash["flows"]},
        flows_age_months=np.array([flows_age]),
        monthly={"cash_deposits": cash["trial"]},
        monthly_age_months=np.array([trial_age]),
        closings={"cash_deposits": np.full((1, 4), 30.0)},
        closing_end=ends,
    )
    assert opening_cash(panel).cash.tolist() == [expected]


BILLS = st.sampled_from([0, 1]).flatmap(
    lambda least: st.lists(st.integers(least, 50), min_size=WIDTH, max_size=WIDTH)
)


@settings(max_examples=50, deadline=None)
@given(BILLS, st.integers(0, 400), st.integers(0, 24))
def test_a_balance_is_collected_to_the_last_yen_of_six_months_bills(bills, balance, age):
    billed = np.array([bills], dtype=float)
    lag = count_back(np.array([float(balance)]), billed, np.array([float(age)]))
    is_past = AXIS + age <= 0
    collected = sum(turned_to_cash(np.where(is_past, billed, 0.0), lag))[0, ~is_past].sum()
    whole, now = int(lag[0]), -age - FIRST
    part = (lag[0] - whole) * billed[0, now - whole]
    assert collected == pytest.approx(billed[0, now - whole + 1 : now + 1].sum() + part)
    if (billed > 0).all():
        reach = billed[0, now - MOST_LAG + 1 : now + 1].sum()
        assert collected == pytest.approx(min(balance, reach))


def loan(**changes) -> pd.DataFrame:
    row = {
        "loan_id": "l", "firm_id": "a", "known_date": AS_OF, "rate_pct": 1.2, "executed": "2024-01-31",
        "maturity": "2030-01-31", "grace_until": None, "amount": 1200.0, "balance": 1200.0,
        "monthly_repayment": 100.0,
    }  # fmt: skip
    frame = pd.DataFrame([row | changes])
    dates = ("known_date", "executed", "maturity", "grace_until")
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in dates})


def financing(rules=DEFAULTS, **changes):
    firms = pd.DataFrame({"firm_id": ["a"], "known_date": [AS_OF]})
    return schedule(build_panel(prepare({"firms": firms, "loans": loan(**changes)}), AS_OF), rules)


def test_a_loan_is_repaid_no_further_than_its_balance():
    found = financing(balance=250.0)
    assert found.repayments[0, AHEAD].tolist() == [100, 100, 50, *[0] * 9]
    assert found.interest[0, AHEAD].round(9).tolist() == [0.25, 0.15, 0.05, *[0] * 9]


def test_a_loan_that_should_have_been_repaid_is_due_next():
    found = financing(replace(DEFAULTS, renews_bullets=False), maturity="2025-02-28", monthly_repayment=0.0)
    assert found.repayments[0, AHEAD].tolist() == [1200, *[0] * 11]


def test_a_loan_without_instalments_is_renewed_unless_the_rules_say_otherwise():
    bullet = {"maturity": "2025-05-31", "monthly_repayment": 0.0}
    found = financing(**bullet)
    assert not found.repayments[0, AHEAD].any()
    assert found.interest[0, AHEAD].round(9).tolist() == [1.2] * 12
    found = financing(replace(DEFAULTS, renews_bullets=False), **bullet)
    assert found.repayments[0, AHEAD].tolist() == [0, 1200, *[0] * 10]
    found = financing(maturity="2025-05-31")
    assert found.repayments[0, AHEAD].tolist() == [100, 1100, *[0] * 10]


def test_the_first_principal_is_due_in_the_month_that_grace_ends():
    assert financing(grace_until="2025-06-30").repayments[0, AHEAD].tolist()[:4] == [0, 0, 100, 100]


def test_what_is_known_within_a_month_is_the_balance_before_it():
    # known on March 10: 1,200 at the end of February, so that March's 100 are not in it yet
    found = financing(known_date="2025-03-10")
    assert found.repayments[0, AXIS == 0].tolist() == [100]
    # four months old: the schedule has gone on
    found = financing(known_date="2024-11-30", balance=450.0)
    assert found.repayments[0, AHEAD].tolist() == [50, *[0] * 11]


def test_before_its_balance_was_known_a_loan_was_paid_out_and_repaid_by_its_schedule():
    found = financing(executed="2024-12-31", balance=1000.0)
    assert found.new_loans[0, AXIS == -3].tolist() == [1200]
    assert found.repayments[0, (AXIS > -4) & (AXIS <= 1)].tolist() == [0, 0, 100, 100, 100]
    assert found.new_loans[0].sum() == 1200


def test_a_loan_paid_out_since_the_cash_balance_is_cash():
    firms = pd.DataFrame({"firm_id": ["a"], "known_date": [pd.Timestamp("2020-01-31")]})
    books = pd.DataFrame({
        "firm_id": ["a"], "period_end": pd.Timestamp("2024-12-31"), "kind": "annual", "source_actor": "firm",
        "known_date": AS_OF, "period_months": 12.0, "sales": 0.0, "operating_profit": 0.0,
        "ordinary_profit": 0.0, "cash_deposits": 7.0, "income_taxes_payable": 0.0, "income_taxes": 0.0,
    })  # fmt: skip
    new = loan(executed="2025-02-28", grace_until="2026-12-31", rate_pct=0.0)
    for loans, opening in ((new, 1207.0), (new[:0], 7.0)):
        found = project(build_panel(prepare({"firms": firms, "statements": books, "loans": loans}), AS_OF))
        assert found.opening.tolist() == [opening]
        assert found.lines["new_loans"].sum() == 0


def test_three_instalments_and_the_rest():
    # national part 0.78 × 6,000,000 = 4,680,000: a quarter after 5, 8 and 11 months; the rest after 14
    year = TaxYear(*one(-6, 0.0, 6e6, 0.0, 1e6, 0.0))
    paid = tax_payments(year, DEFAULTS)[0]
    assert {int(month): paid[month - FIRST].item() for month in AXIS if paid[month - FIRST]} == {
        -4: 1e6, -1: 1.5e6, 2: 1.5e6, 5: 1.5e6, 8: 1.5e6, 11: 1.5e6,
    }  # fmt: skip


def test_a_tax_paid_ahead_that_was_too_much_does_not_come_back():
    # half of 1,000,000 halfway; the year then brings a tax of 100,000: nothing more is due
    paid = tax_payments(TaxYear(*one(0, 1e6, 0.0, 0.0, 0.0, 1e5)), DEFAULTS)[0]
    assert paid[AHEAD].tolist() == [*[0] * 7, 5e5, *[0] * 4]


def test_a_ledger_reaches_to_its_last_invoice_or_payment():
    firms = pd.DataFrame({"firm_id": ["a", "b"], "known_date": [AS_OF] * 2})
    items = pd.DataFrame({
        "item_id": ["1", "2", "3"],
        "firm_id": ["a", "a", "b"],
        "known_date": AS_OF,
        "side": ["receivable", "payable", "receivable"],
        "counterparty": "x",
        "issued": pd.to_datetime(["2024-12-31", "2024-10-31", "2024-11-30"]),
        "due": pd.to_datetime(["2025-01-31", "2024-11-30", "2024-12-31"]),
        "settled_date": pd.to_datetime([None, "2025-02-10", None]),
        "amount": 1.0,
    })  # fmt: skip
    sides = read_sides(build_panel(prepare({"firms": firms, "due_items": items}), AS_OF))
    # a paid a supplier in February; whether its customer paid in March is not known yet
    assert ledger_month(sides).tolist() == [-1, -4]
    # November 30 of 2024 is a Saturday, December 31 a bank holiday: January 6
    assert sides[0].due.tolist() == [-2, -2]
    assert sides[1].due.tolist() == [-3]


def test_bonuses_come_again_in_the_months_in_which_the_books_have_them():
    known = np.full((2, WIDTH), NAN)
    known[:, AXIS <= -1] = np.where(np.isin(CALENDAR, (5, 11)), 160.0, 100.0)[AXIS <= -1]  # June, December
    known[1, AXIS == -3] = NAN  # eleven months: what a usual month costs, with July and December
    books = Books(np.array([True, True]), *[np.full(2, 130.0)] * 6)
    cost = personnel_costs(books, known, np.full(2, 1.0), CALENDAR, DEFAULTS)
    # from April on; and March, of which the books do not speak yet
    assert cost[0, AXIS >= 0].tolist() == [100, 100, 100, 160, 100, 100, 100, 100, 100, 160, 100, 100, 100]
    assert cost[1, AXIS >= 0].tolist() == [120, 120, 120, 120, 180, 120, 120, 120, 120, 180, 120, 120, 120]


def test_what_is_expected_between_the_ledger_and_the_as_of_date_is_in_the_opening():
    ends = pd.date_range("2024-03-31", periods=12, freq="ME")  # to February
    books = pd.DataFrame({
        "firm_id": "a", "period_end": ends, "kind": "trial", "source_actor": "firm", "known_date": AS_OF,
        "period_months": 1.0, "sales": 0.0, "operating_profit": 0.0, "cash_deposits": 50.0,
    })  # fmt: skip
    item = pd.DataFrame({
        "item_id": ["1"], "firm_id": "a", "known_date": AS_OF, "side": "receivable", "counterparty": "x",
        "issued": pd.Timestamp("2025-02-28"), "due": pd.Timestamp("2025-03-15"), "settled_date": pd.NaT,
        "amount": 100.0,
    })  # fmt: skip
    firms = pd.DataFrame({"firm_id": ["a"], "known_date": [pd.Timestamp("2020-01-31")]})
    panel = build_panel(prepare({"firms": firms, "statements": books, "due_items": item}), AS_OF)
    # half is paid in March, of which the ledger does not speak yet; the rest in April
    found = project(panel, rules=replace(DEFAULTS, prior_hazard=(0.5, *[1.0] * 6)))
    assert found.level.tolist() == ["ledger"]
    assert found.opening.tolist() == [100.0]
    assert found.lines["collections"][0].tolist() == [50, *[0] * 11]


def due_items(*settled: str | None, side: str = "receivable") -> pd.DataFrame:
    """Return items due on Saturday 2024-08-31, settled on these days, and one due on Sunday 2025-08-31."""
    rows = [("2024-07-31", "2024-08-31", day) for day in settled] + [("2025-03-01", "2025-08-31", None)]
    frame = pd.DataFrame(rows, columns=["issued", "due", "settled_date"]).apply(pd.to_datetime)
    return frame.assign(
        item_id=[str(n) for n in range(len(rows))], firm_id="a", known_date=AS_OF, side=side,
        instrument="account", counterparty="c", amount=100.0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("settled", "month"),
    [
        ((), 6),  # the law: the next bank day is September 1, in month 6 from March
        (("2024-08-30", "2024-08-31"), 5),
        (("2024-08-30", "2024-09-02"), 6),  # as often so as so: the law
        (("2024-08-30", "2024-08-30", "2024-09-02"), 5),
        (("2024-08-30", "2024-10-15", "2024-10-15"), 5),  # late payers say nothing of holidays
        ((None,), 6),
    ],
)
def test_a_firm_that_settles_before_a_holiday_at_the_months_end_goes_on_so(settled, month):
    firms = pd.DataFrame({"firm_id": ["a"], "known_date": [AS_OF]})
    panel = build_panel(prepare({"firms": firms, "due_items": due_items(*settled)}), AS_OF)
    receivables, payables = read_sides(panel)
    assert receivables.due[-1] == month
    assert len(payables.due) == 0
    # payables are by themselves
    both = pd.concat([due_items(*settled), due_items(side="payable").assign(item_id="p")])
    _, payables = read_sides(build_panel(prepare({"firms": firms, "due_items": both}), AS_OF))
    assert payables.due.tolist() == [6]
