"""Loans: what is due, how they are eased, what lenders see."""

from dataclasses import replace

import numpy as np
import pytest

from simulator import bank, credit, distress
from simulator.books import balance_sheet
from simulator.credit import SCHEME
from simulator.firms import draw_traits, size_class
from simulator.moment import first_recent, moment_of
from simulator.opening import open_books, open_loans
from simulator.shocks import NEVER_CLOSES
from simulator.world import industry_table, make_world, month_number

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
SOON = np.zeros((200, 2))  # requests are answered at once


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
    ledger.cash[:] = 0

    def ask(here=EVERYBODY):
        return bank.ask_for_relief(moment, ledger, book, standing, trouble, here, SOON)

    assert not ask()[inside].any()
    standing.seen_cash_margin[:] = 0.02
    # without profit to speak of: nobody is too sound for it
    standing.seen_margin[:] = 0.0
    granted = ask()
    owes = (book.balance * (book.monthly > 0)).sum(axis=1) > 0
    assert (granted == (~moment.protected & owes))[inside].all()
    assert granted[inside].any()
    # nobody reschedules a firm that stopped
    standing.eased_until[:] = -1
    assert not ask(NOBODY).any()


def one_in_trouble(scene, **standing):
    """The first firm in the portfolio, in trouble for a year, without cash, with a loan to reschedule."""
    traits = replace(scene[0], start=np.zeros(200, dtype=int), join=np.zeros(200, dtype=int))
    book = one_loan(scene, balance=2_400_000, monthly=100_000, maturity=60)
    moment = moment_of(WORLD, traits, first_recent(traits), NEVER, 40)  # before the epidemic: no aid
    trouble = distress.calm(200)
    trouble.months[:], scene[1].cash[:] = 12, 0
    view = {
        "seen_cash_margin": 0.02,
        "seen_margin": 0.0,
        "seen_equity": 0.1,
        "eased_until": -1,
        "times_eased": 0,
    }
    view |= standing
    for name, value in view.items():
        getattr(scene[4], name)[:] = value
    return moment, scene[1], book, scene[4], trouble


def eased(case, u=(0.0, 0.9)):
    drawn = np.tile(np.array(u), (200, 1))
    return bool(bank.ask_for_relief(*case, EVERYBODY, drawn)[0])


def test_relief_is_for_those_who_need_it(scene):
    assert eased(one_in_trouble(scene))


def test_who_has_a_months_sales_in_cash_needs_no_relief(scene):
    case = one_in_trouble(scene)
    case[1].cash[0] = case[0].monthly_sales[0]
    assert not eased(case)
    case[1].cash[0] -= 1
    assert eased(case)


@pytest.mark.parametrize(
    ("equity", "margin", "granted"), [(0.31, 0.011, False), (0.31, 0.01, True), (0.3, 0.02, True)]
)
def test_a_sound_firm_is_not_rescheduled(scene, equity, margin, granted):
    assert eased(one_in_trouble(scene, seen_equity=equity, seen_margin=margin)) == granted


def test_the_answer_takes_its_time(scene):
    assert not eased(one_in_trouble(scene), u=(0.5, 0.9))
    assert eased(one_in_trouble(scene), u=(0.49, 0.9))


def test_lenders_rewrite_the_loans_of_those_who_earn_well_and_tire_of_those_who_come_again(scene):
    assert not eased(one_in_trouble(scene, seen_margin=0.031))
    assert eased(one_in_trouble(scene, seen_margin=0.031, seen_equity=-0.01))
    # 0.5 × 0.95² = 0.451
    assert not eased(one_in_trouble(scene, times_eased=2), u=(0.452, 0.9))
    assert eased(one_in_trouble(scene, times_eased=2), u=(0.450, 0.9))


@pytest.mark.parametrize(
    ("cash", "margin", "asks"), [(0.05, -0.04, True), (0.07, -0.04, False), (0.05, -0.02, False)]
)
def test_some_ask_before_anything_is_late(scene, cash, margin, asks):
    moment, ledger, book, standing, trouble = one_in_trouble(scene)
    trouble.months[:] = 0
    ledger.cash[:] = cash * moment.monthly_sales
    moment = replace(moment, yearly_margin=np.full(200, margin))
    assert eased((moment, ledger, book, standing, trouble)) == asks


def test_when_relief_ends_the_rest_is_spread_and_the_loan_runs_as_long(scene):
    case = one_in_trouble(scene)
    case[3].eased_until[:], case[4].months[:] = case[0].t, 0
    case[3].seen_cash_margin[:] = 1.0  # it can pay again
    assert not eased(case)
    # 2,400,000 over three years at least, in full thousands
    assert (case[2].monthly[0, 0], case[2].maturity[0, 0]) == (67_000, case[0].t[0] + 36)


@pytest.mark.parametrize(("u", "months"), [(0.24, 6), (0.25, 12)])
def test_relief_runs_from_the_next_month_for_half_a_year_or_a_year(scene, u, months):
    case = one_in_trouble(scene)
    assert eased(case, u=(0.0, u))
    standing, t = case[3], case[0].t[0]
    assert (standing.eased_until[0], case[2].maturity[0, 0]) == (t + 1 + months, 60 + months)
    # 2 % of some sales a year are not 12 instalments: nought is left for repayments but for a tenth at least
    due = [
        credit.dues(case[2], standing, case[0].t + later, NOBODY)[0][0, 0] for later in (months, months + 1)
    ]
    assert due[0] < 100_000 == due[1]


@pytest.mark.parametrize(("left", "granted"), [(3, False), (2, True), (0, True)])
def test_the_next_relief_is_asked_for_before_the_last_one_ends_and_follows_on_it(scene, left, granted):
    case = one_in_trouble(scene)
    case[3].eased_until[:] = case[0].t + left
    assert eased(case) == granted
    assert case[3].eased_until[0] == case[0].t[0] + (max(left, 1) + 12 if granted else left)


def test_nobody_leaves_the_guarantee_within_a_year_of_relief(scene):
    case = one_in_trouble(scene, seen_equity=0.5, seen_margin=0.05)
    traits = replace(case[0].traits, leave_month=np.zeros(200, dtype=int))
    moment, ledger, book, standing = replace(case[0], traits=traits), *case[1:4]
    book.scheme[0, 0] = SCHEME["general"]
    standing.eased_until[:] = moment.t - 12
    assert bank.leave(moment, ledger, book, standing, EVERYBODY)[0] == 0
    assert book.guaranteed_balance[0] == 2_400_000
    standing.eased_until[:] = moment.t - 13
    bank.leave(moment, ledger, book, standing, EVERYBODY)  # without cash a bank takes it over
    assert book.guaranteed_balance[0] == 0
    assert book.balance[0].sum() == 2_400_000


def test_what_is_seized_repays_loans_without_guarantee_first(scene):
    book = one_loan(scene, balance=300, missed=200, scheme=SCHEME["general"])
    book.balance[0, 1], book.scheme[0, 1] = 500, 0
    amount = np.where(np.arange(200) == 0, 650.0, 0.0)
    others = book.balance[1:].copy()
    assert credit.repay_from(book, amount).tolist() == amount.tolist()
    # 500 of the bank's own risk, 150 of the guaranteed: 150 left, and no more than that can be missed
    assert book.balance[0, :2].tolist() == [150, 0]
    assert book.missed[0, 0] == 150
    assert (book.balance[1:] == others).all()
    assert credit.repay_from(book, amount)[0] == 150


def test_all_is_due_where_trade_has_ended(scene):
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


MARCH_2018, JULY_2021 = month_number(2018, 3), month_number(2021, 7)


@pytest.mark.parametrize(
    ("scheme", "beside", "amount", "month", "stays"),
    [
        # all that is guaranteed counts: 4,000,000 + 8,500,000 are 12.5 million, 20 million a month later
        ("small_lot", "general", 8_500_000, MARCH_2018, True),
        ("small_lot", "general", 8_600_000, MARCH_2018, False),
        ("small_lot", "general", 16_000_000, MARCH_2018 + 1, True),
        ("small_lot", "general", 16_100_000, MARCH_2018 + 1, False),
        ("small_lot", "none", 12_500_000, MARCH_2018, True),
        ("small_lot", "general", 1_000_000, month_number(2007, 9), False),  # there was none yet
        # founding loans alone count: 15 million, 20 from 2018-04, 35 from 2021-08
        ("founding", "general", 15_000_000, MARCH_2018, True),
        ("founding", "founding", 11_100_000, MARCH_2018, False),
        ("founding", "founding", 16_000_000, MARCH_2018 + 1, True),
        ("founding", "founding", 16_100_000, JULY_2021, False),
        ("founding", "founding", 31_000_000, JULY_2021 + 1, True),
        ("safety_net_5", "general", 200_000_000, MARCH_2018, True),
        # 40 million from April 2021 on, its own loans alone
        ("monitored", "general", 40_000_000, JULY_2021, True),
        ("monitored", "monitored", 36_100_000, JULY_2021, False),
    ],
)
def test_what_is_above_a_schemes_limit_is_guaranteed_the_general_way(
    scene, scheme, beside, amount, month, stays
):
    book = one_loan(scene, balance=4_000_000)
    book.scheme[0] = [SCHEME[beside]] + [0] * 8
    asked, sums = np.full(200, SCHEME[scheme]), np.full(200, float(amount))
    given = credit.within_limits(book, asked, sums, np.full(200, month))[0]
    assert given == SCHEME[scheme if stays else "general"]


@pytest.mark.parametrize(
    ("code", "heads", "small"),
    [("0201", 20, True), ("0201", 21, False), ("0501", 5, True), ("0501", 6, False)],
)
def test_small_lots_are_for_few_staff(scene, code, heads, small):
    traits, _, _, book, standing = scene
    place = industry_table().index.get_loc(code)
    old = {"start": np.zeros(200, dtype=int), "established_years": np.full(200, 20.0)}
    traits = replace(traits, industry=np.full(200, place), **old)
    moment = moment_of(WORLD, traits, first_recent(traits), NEVER, 30)
    book.balance[:] = 0
    standing.staff[:] = heads
    # 0.2 is below the three tenths who ask for it; nothing else is open to an old firm in July 2015
    chosen = credit.choose_scheme(moment, book, standing, np.full(200, 0.2))
    assert (chosen == SCHEME["small_lot" if small else "general"]).all()


def test_opening_loans_keep_to_limits_and_to_what_a_bank_would_lend():
    traits = draw_traits(WORLD, np.arange(2000))
    ledger, debt = open_books(WORLD, traits)
    book, _ = open_loans(WORLD, traits, ledger, debt)
    there = book.serial >= 0
    assert (debt <= 2 * traits.base_sales).all()
    assert (book.amount[there] >= 1_000_000).all()
    small = there & (book.scheme == SCHEME["small_lot"])
    firm, slot = np.nonzero(small)
    made = WORLD.first + book.executed[firm, slot]
    # executed before the portfolio begins: at most 12.5 million, and none before October 2007
    assert len(firm) > 50
    assert book.amount[firm, slot].max() <= 12_500_000
    assert made.min() >= month_number(2007, 10)
    code = industry_table().index.to_numpy()[traits.industry[firm]]
    assert (size_class(code, traits.employees[firm]) == "small").all()
    # nobody lends 800 million alone
    assert ((book.balance > 0).sum(axis=1)[debt > 8e8] >= 3).all()


def test_the_share_of_a_small_rest_was_a_loan_of_a_million():
    traits = replace(draw_traits(WORLD, np.array([0])), established_years=np.array([30.0]))
    ledger, _ = open_books(WORLD, traits)
    book, _ = open_loans(WORLD, traits, ledger, np.array([300_000.0]))
    # 84 months in full thousands are 12,000 (11,905); 84 × 0.7 = 58 of them are paid: 1,000,000 - 696,000
    assert (book.amount[0, 0], book.monthly[0, 0], book.balance[0, 0]) == (1_000_000, 12_000, 304_000)
    assert (book.serial[0, 1:] == -1).all()
