"""Loans: what is due, how they are eased, what lenders see."""

from dataclasses import replace

import numpy as np
import pytest

from simulator import bank, credit, distress
from simulator.books import balance_sheet
from simulator.credit import SCHEME
from simulator.firms import draw_traits
from simulator.moment import first_recent, moment_of
from simulator.opening import open_books, open_loans
from simulator.shocks import NEVER_CLOSES
from simulator.world import make_world

WORLD = make_world(1, first_month="2015-01", months=132)


@pytest.fixture
def scene():
    traits = draw_traits(WORLD, np.arange(200))
    ledger, debt = open_books(WORLD, traits)
    book, standing = open_loans(WORLD, traits, ledger, debt)
    return traits, ledger, debt, book, standing


CLAIMS = (
    "payables", "accounts_payable_other", "other_current_liabilities", "accrued_expenses",
    "income_taxes_payable", "consumption_taxes_payable", "officer_loans_payable", "capital",
    "retained_earnings",
)  # fmt: skip
NOBODY, EVERYBODY = np.zeros(200, dtype=bool), np.ones(200, dtype=bool)
NEVER = np.full(200, NEVER_CLOSES)


def one_loan(scene, **fields):
    """Give the first firm a single loan in slot 0."""
    book = scene[3]
    for name in ("balance", "monthly", "missed"):
        getattr(book, name)[0] = 0
    for name, value in fields.items():
        getattr(book, name)[0, 0] = value
    return book


def test_the_opening_debt_is_placed_in_round_loans_and_the_books_still_balance(scene):
    traits, ledger, debt, book, _ = scene
    placed = book.balance.sum(axis=1)
    assert (book.amount % 100_000 == 0).all()
    assert (book.monthly % 1_000 == 0).all()
    # a loan is rounded up by up to 100,000 yen, an instalment by 1,000: four loans, 120 months old at most
    assert (np.abs(placed - debt) <= 4 * (100_000 + 120 * 1_000)).all()
    sheet = balance_sheet(ledger)
    assert (sheet["total_assets"] == sum(sheet[name] for name in CLAIMS) + placed).all()
    assert (book.guaranteed_balance <= bank.GUARANTEE_LIMIT).all()
    assert (book.guaranteed_balance[~traits.is_entrant] > 0).all()
    # who comes in later has nothing guaranteed before that
    assert (book.guaranteed_balance[traits.is_entrant] == 0).all()


def test_interest_and_principal_of_a_month(scene):
    book = one_loan(
        scene, balance=1_200_000, monthly=100_000, rate=2.0, grace_until=20, scheme=SCHEME["general"]
    )
    principal, interest = credit.dues(book, scene[4], np.full(200, 20), NOBODY)
    # 1,200,000 × 2 % / 12 = 2,000
    assert (principal[0].sum(), interest[0]) == (100_000, 2_000)
    principal, interest = credit.dues(book, scene[4], np.full(200, 19), NOBODY)  # grace: interest alone
    assert (principal[0].sum(), interest[0]) == (0, 2_000)


def test_the_last_instalment_is_what_is_left(scene):
    book = one_loan(scene, balance=40_000, monthly=100_000, rate=2.0, grace_until=0)
    assert credit.dues(book, scene[4], np.full(200, 20), NOBODY)[0][0].sum() == 40_000


def test_epidemic_loans_cost_no_interest_for_three_years(scene):
    book = one_loan(scene, balance=1e7, rate=1.2, executed=90, grace_until=130, scheme=SCHEME["epidemic"])
    assert credit.dues(book, scene[4], np.full(200, 125), NOBODY)[1][0] == 0
    # from the 36th month on: 10,000,000 × 1.2 % / 12
    assert credit.dues(book, scene[4], np.full(200, 126), NOBODY)[1][0] == 10_000


def test_easing_leaves_a_tenth_of_the_repayment_for_a_year(scene):
    standing = scene[4]
    book = one_loan(
        scene, balance=1_200_000, monthly=100_000, rate=2.0, grace_until=0, maturity=60, missed=100_000
    )
    granted = np.arange(200) == 0
    credit.ease(book, standing, granted, np.full(200, 20), np.full(200, 0.1))
    assert credit.dues(book, standing, np.full(200, 31), NOBODY)[0][0].sum() == 10_000
    assert credit.dues(book, standing, np.full(200, 32), NOBODY)[0][0].sum() == 100_000
    assert (book.maturity[0, 0], book.missed[0, 0], standing.times_eased[0]) == (72, 0, 1)
    assert standing.times_eased[1] == 0


def test_the_balance_sheet_splits_loans_by_when_they_fall_due(scene):
    book = one_loan(scene, balance=2_000_000, monthly=100_000)
    book.balance[0, 1], book.monthly[0, 1] = 500_000, 0  # repaid in one sum
    book.balance[0, 2], book.monthly[0, 2] = 300_000, 50_000  # gone within six months
    split = {
        name: values[0] for name, values in credit.loan_accounts(book, scene[4], np.full(200, 30)).items()
    }
    expected = {"short_term_loans": 500_000, "current_long_term_loans": 1_500_000, "long_term_loans": 800_000}
    assert split == expected


def test_a_lender_sees_closings_debt_arrears_and_news_and_not_the_owners_purse(scene):
    traits, _, _, book, standing = scene
    moment = moment_of(WORLD, traits, first_recent(traits), NEVER, 30)
    none = np.zeros(200, dtype=bool)
    base = credit.score(moment, book, standing, none)
    rich = replace(moment, traits=replace(traits, wealth=traits.wealth + 1e9))
    assert (credit.score(rich, book, standing, none) == base).all()
    assert (credit.score(moment, book, standing, ~none) < base).all()
    standing.news[:] = 1.0
    assert (credit.score(moment, book, standing, none) < base).all()


def test_a_closing_is_seen_three_months_after_the_year_ends(scene):
    traits, _, _, _, standing = scene
    recent = first_recent(traits)
    sheet = {"total_assets": np.full(200, 100.0), "payables": np.full(200, 30.0)}
    true = dict.fromkeys(("assets", "debts", "sales", "ordinary", "cash"), np.zeros(200))  # nothing dressed
    rest = ("other_current_liabilities", "accounts_payable_other", "accrued_expenses",
            "income_taxes_payable", "consumption_taxes_payable",
            "short_term_loans", "current_long_term_loans", "long_term_loans")  # fmt: skip
    sheet |= {name: np.zeros(200) for name in rest}
    traits = replace(traits, year_end=np.full(200, 3), start=np.zeros(200, dtype=int))
    march = next(t for t in range(24, 48) if WORLD.month_of_year[t] == 3)
    before = standing.seen_equity.copy()
    for t in range(march, march + 3):
        bank.see_closing(moment_of(WORLD, traits, recent, NEVER, t), standing, sheet, recent, true)
        assert (standing.seen_equity == before).all(), t
        sheet |= {"payables": np.full(200, 99.0)}  # what comes after the closing is not seen with it
    bank.see_closing(moment_of(WORLD, traits, recent, NEVER, march + 3), standing, sheet, recent, true)
    assert np.allclose(standing.seen_equity, 0.7)  # 1 - 30/100


def test_refinancing_pays_the_old_loan_out_of_the_new_one(scene):
    book = one_loan(scene, balance=400_000, amount=1_000_000, monthly=20_000, scheme=SCHEME["general"])
    renewed = np.arange(200) == 0
    assert credit.repay_old(book, renewed, NOBODY)[0] == 400_000
    assert book.balance[0].sum() == 0
    book = one_loan(scene, balance=400_000, amount=1_000_000, monthly=20_000, scheme=SCHEME["epidemic"])
    assert credit.repay_old(book, renewed, NOBODY)[0] == 0  # interest-free: nobody gives that up
    # who puts all into one takes a young loan up too
    book = one_loan(scene, balance=900_000, amount=1_000_000, monthly=20_000, scheme=SCHEME["general"])
    assert credit.repay_old(book, renewed, NOBODY)[0] == 0
    assert credit.repay_old(book, renewed, renewed)[0] == 900_000


def test_relief_is_refused_where_no_plan_is_credible(scene):
    traits, ledger, _, book, standing = scene
    trouble = distress.calm(200)
    trouble.months[:] = 12
    moment = moment_of(WORLD, traits, first_recent(traits), NEVER, 30)
    inside = ~moment.protected & (moment.t < WORLD.index(2020, 4))
    standing.seen_cash_margin[:] = -0.10
    assert not bank.ask_for_relief(moment, ledger, book, standing, trouble, EVERYBODY)[inside].any()
    standing.seen_cash_margin[:] = 0.02
    granted = bank.ask_for_relief(moment, ledger, book, standing, trouble, EVERYBODY)
    owes = (book.balance * (book.monthly > 0)).sum(axis=1) > 0
    assert (granted == (~moment.protected & owes))[inside].all()
    assert granted[inside].any()
    # nobody reschedules a firm that stopped
    standing.eased_until[:] = -1
    assert not bank.ask_for_relief(moment, ledger, book, standing, trouble, NOBODY).any()


def test_all_is_due_where_trade_is_given_up(scene):
    book = one_loan(scene, balance=1_200_000, monthly=100_000, missed=200_000, rate=2.0, grace_until=90)
    assert credit.dues(book, scene[4], np.full(200, 20), NOBODY)[0][0].sum() == 0  # still in grace
    # 1,200,000 less the 200,000 that fell due before and are owed anyway
    assert credit.dues(book, scene[4], np.full(200, 20), EVERYBODY)[0][0].sum() == 1_000_000
    # neither a reschedule nor that it was to be repaid in one sum holds it back, and others go on as agreed
    credit.ease(book, scene[4], EVERYBODY, np.full(200, 20), np.full(200, 0.1))
    book.monthly[0, 0], first = 0, np.arange(200) == 0
    before = credit.dues(book, scene[4], np.full(200, 20), NOBODY)[0]
    principal, _ = credit.dues(book, scene[4], np.full(200, 20), first)
    assert (before[0].sum(), principal[0].sum()) == (0, 1_200_000)  # easing forgave the missed their date
    assert (principal[1:] == before[1:]).all()


def test_who_is_eased_has_less_due_within_a_year(scene):
    book = one_loan(scene, balance=2_000_000, monthly=100_000, missed=100_000)
    standing = scene[4]
    standing.eased_until[0], standing.eased_share[0] = 31, 0.1
    within = credit.loan_accounts(book, standing, np.full(200, 30))["current_long_term_loans"][0]
    # 12 × 10,000 and the 100,000 missed; when the easing has ended 12 × 100,000 and those
    assert within == 220_000
    within = credit.loan_accounts(book, standing, np.full(200, 31))["current_long_term_loans"][0]
    assert within == 1_300_000


def test_risk_has_its_price(scene):
    traits, _, _, _, standing = scene
    moment = moment_of(WORLD, replace(traits, relation=np.zeros(200)), first_recent(traits), NEVER, 30)
    standing.seen_equity[:2], standing.seen_margin[:2] = [0.5, -0.2], [0.03, -0.04]
    sound, weak = credit.spread(moment, standing)[:2]
    # 0.9 × (0.3 - 0.5) - 8 × 0.03 = -0.42; 0.9 × (0.3 + 0.2) + 8 × 0.04 = 0.77
    assert (sound, weak) == pytest.approx((-0.42, 0.77))
    # beyond bounds: 0.9 × -0.3 - 8 × 0.05 = -0.67; 0.9 × 0.8 + 8 × 0.08 = 1.36
    standing.seen_equity[:2], standing.seen_margin[:2] = [0.9, -2.0], [0.5, -0.5]
    assert credit.spread(moment, standing)[:2] == pytest.approx((-0.67, 1.36))
    # who is well known pays 0.2 × 1.5 less
    liked = replace(moment, traits=replace(moment.traits, relation=np.full(200, 1.5)))
    assert credit.spread(liked, standing)[:2] == pytest.approx((-0.97, 1.06))


def test_guarantees_have_a_fee(scene):
    book = one_loan(scene, balance=1_200_000, scheme=SCHEME["general"])
    book.scheme[0, 1:] = 0
    # 1,200,000 × 1.15 % / 12 = 1,150
    assert credit.fees(book)[0] == 1_150
    book.scheme[0, 0] = SCHEME["epidemic"]  # paid for by the state
    assert credit.fees(book)[0] == 0
