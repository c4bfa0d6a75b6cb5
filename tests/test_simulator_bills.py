"""Bills, and the levers that are pulled when cash is short: small cases worked by hand."""

from dataclasses import replace

import numpy as np
import pytest

from simulator import bills, books, distress
from simulator.books import BACK
from simulator.firms import draw_traits
from simulator.moment import first_recent, moment_of
from simulator.opening import open_books, open_loans
from simulator.shocks import NEVER_CLOSES
from simulator.world import make_world

WORLD = make_world(1, first_month="2015-01", months=24)


@pytest.fixture
def firm():
    """One firm in the portfolio, its books empty but for what a test writes into them."""
    traits = draw_traits(WORLD, np.array([3]))
    traits = replace(
        traits, start=np.array([0]), join=np.array([0]), buffer=np.array([0.0]), year_end=np.array([3]),
        wealth=np.array([0.0]), other=np.array([0.1]), depreciable=np.array([0.0]),
        pays_taxes_last=np.array([True]), pays_in_first=np.array([True]), stops_at_once=np.array([False]),
        family_income=np.array([0.0]), patience=np.full((1, 3), BACK),
    )  # fmt: skip
    moment = moment_of(WORLD, traits, first_recent(traits), np.array([NEVER_CLOSES]), 30)
    moment = replace(moment, monthly_sales=np.array([1_000_000.0]))
    ledger, debt = open_books(WORLD, traits)
    book, _ = open_loans(WORLD, traits, ledger, debt)
    for values in (*vars(ledger).values(), book.balance, book.missed):
        values[:] = 0
    ledger.owner_loan_opening[:] = 0
    return moment, ledger, book, distress.calm(1)


def due(wages=0.0, other=0.0, social=0.0, principal=0.0, interest=0.0):
    slots = np.zeros((1, 9))
    slots[0, 0] = principal
    return distress.Due(*(np.array([x]) for x in (wages, other, social)), slots, np.array([interest]))


def pay(firm, receipts, what):
    moment, ledger, book, trouble = firm
    return distress.pay_month(
        moment, ledger, book, trouble, what, receipts=np.array([float(receipts)]), spent=np.zeros(1),
        capacity=np.zeros(1), held=np.ones(1), eased=np.zeros(1, dtype=bool),
    )  # fmt: skip


def other_trait(firm, **traits):
    moment, *rest = firm
    return replace(moment, traits=replace(moment.traits, **traits)), *rest


def owe(ledger, book, what):
    ledger.other_due[:], ledger.social_due[:] = what.other, what.social
    book.balance[:, 0] = 10 * what.principal[:, 0]


def test_who_has_enough_pays_everything(firm):
    _, ledger, book, _ = firm
    what = due(wages=300, other=50, social=40, principal=60, interest=5)
    owe(ledger, book, what)
    paid = pay(firm, 500, what)
    # 300 + 50 + 40 + 60 + 5 = 455 of 500: 45 left
    assert ledger.cash[0] == 45
    assert (paid.inflow[0], paid.outflow[0]) == (500, 455)
    assert book.balance[0, 0] == 540
    assert not paid.stressed[0]
    assert not paid.failed[0]


def test_social_insurance_goes_before_loans_where_suppliers_are_feared(firm):
    _, ledger, book, trouble = firm
    what = due(wages=300, other=50, social=40, principal=60, interest=5)
    owe(ledger, book, what)
    paid = pay(firm, 420, what)
    # 455 due, 420 there: taxes first (none), then social insurance 40: 415 paid, 5 left, nothing else put off
    assert ledger.social_arrears[0] == 40
    assert ledger.cash[0] == 5
    assert (ledger.other_due[0], book.missed[0, 0]) == (0, 0)
    assert paid.stressed[0]
    assert trouble.arrears_age[0] == 1


def test_loans_go_before_social_insurance_where_taxes_are_paid_first(firm):
    moment, ledger, book, trouble = firm
    moment = replace(moment, traits=replace(moment.traits, pays_taxes_last=np.array([False])))
    what = due(wages=300, other=50, social=40, principal=60, interest=5)
    owe(ledger, book, what)
    paid = pay((moment, ledger, book, trouble), 350, what)
    # short by 105: no suppliers to put off, then other bills 50, then the loan 60: 455 - 110 = 345 paid
    assert ledger.cash[0] == 5
    assert ledger.other_due[0] == 50
    assert book.missed[0, 0] == 60
    assert ledger.social_arrears[0] == 0
    assert trouble.missed[0] == 1
    assert not paid.failed[0]


def test_the_owner_pays_in_before_anything_is_put_off(firm):
    moment, ledger, book, trouble = firm
    moment = replace(moment, traits=replace(moment.traits, wealth=np.array([250_000.0])))
    what = due(wages=300_000, social=40_000)
    owe(ledger, book, what)
    paid = pay((moment, ledger, book, trouble), 220_000, what)
    # short by 120,000, rounded up to 200,000, and the purse holds 250,000: 80,000 left
    assert paid.owner_paid_in[0] == 200_000
    assert ledger.owner_loan[0] == 200_000
    assert ledger.cash[0] == 80_000
    assert not paid.stressed[0]


def test_who_cannot_pay_wages_with_everything_put_off_stops(firm):
    _, ledger, book, _ = firm
    what = due(wages=300, other=50, social=40, principal=60, interest=5)
    owe(ledger, book, what)
    paid = pay(firm, 250, what)
    assert paid.failed[0]
    # wages as far as the money goes, nothing else; all of it stays owed
    assert ledger.cash[0] == 0
    assert ledger.wages_unpaid[0] == 50
    assert ledger.social_arrears[0] == 40
    assert ledger.other_due[0] == 50
    assert (book.balance[0, 0], book.missed[0, 0], ledger.interest_unpaid[0]) == (600, 60, 5)


def test_suppliers_wait_two_months_at_most(firm):
    _, ledger, _, _ = firm
    what = due(wages=100)
    for month, (receipts, delay) in enumerate([(100, 1), (100, 2)]):
        ledger.payable[:, :, :-1] = ledger.payable[:, :, 1:]
        ledger.payable[0, 0, BACK] = 30  # a new bill of the first supplier each month
        assert not pay(firm, receipts, what).failed[0], month
        assert ledger.delay[0, 0] == delay
    ledger.payable[:, :, :-1] = ledger.payable[:, :, 1:]
    ledger.payable[0, 0, BACK] = 30
    # the third month: the oldest bill cannot wait any longer
    assert pay(firm, 129, what).failed[0]


def test_what_was_put_off_is_caught_up_when_money_is_back(firm):
    _, ledger, book, _ = firm
    ledger.payable[0, 0, BACK - 1 : BACK + 1] = 30  # one bill a month late, one due now
    ledger.delay[0, 0] = 1
    book.balance[0, 0], book.missed[0, 0] = 500, 60
    paid = pay(firm, 1_000_000, due(wages=100))
    # all: 100 + 30 + 30 + 60
    assert paid.outflow[0] == 220
    assert ledger.delay[0, 0] == 0
    assert (book.balance[0, 0], book.missed[0, 0]) == (440, 0)


def test_arrears_are_paid_social_insurance_first(firm):
    _, ledger, _, _ = firm
    ledger.social_arrears[:], ledger.vat_arrears[:], ledger.income_tax_arrears[:] = 30, 50, 20
    bills.pay_arrears(ledger, np.array([60.0]))
    left = (ledger.social_arrears[0], ledger.vat_arrears[0], ledger.income_tax_arrears[0])
    assert left == (0, 20, 20)


@pytest.mark.parametrize(
    ("month", "vat_last_year", "expected"),
    [
        (5, 0, (90, 7, 0)),  # year ends in March: both taxes in May
        (11, 1_000_000, (500_090, 0, 0)),  # half of last year's consumption tax in November
        (11, 400_000, (90, 0, 0)),  # not where last year's was 480,000 yen or less
        (6, 1_000_000, (0, 0, 0)),
    ],
)
def test_taxes_have_their_months(firm, month, vat_last_year, expected):
    moment, ledger, _, _ = firm
    t = next(t for t in range(24, 48) if WORLD.month_of_year[t] == month)
    ledger.vat_due[:], ledger.income_tax_due[:], ledger.vat_last_year[:] = 90, 7, vat_last_year
    taxes = bills.taxes_due(replace(moment, t=np.array([t])), ledger)
    assert tuple(float(tax[0]) for tax in taxes) == expected


def test_consumption_tax_comes_back_when_more_was_paid_than_received(firm):
    moment, ledger, _, _ = firm
    t = next(t for t in range(24, 48) if WORLD.month_of_year[t] == 5)
    ledger.vat_due[:] = -70
    vat, _, refund = bills.taxes_due(replace(moment, t=np.array([t])), ledger)
    assert (vat[0], refund[0], ledger.vat_due[0]) == (0, 70, 0)


def test_half_of_last_years_income_tax_is_paid_halfway_and_too_much_comes_back(firm):
    moment, ledger, _, _ = firm
    november = next(t for t in range(24, 36) if WORLD.month_of_year[t] == 11)
    ledger.income_tax_last[:] = 300_100
    # half of it in full hundreds: 150,000; below 200,000 yen of tax nobody pays halfway
    assert bills.taxes_due(replace(moment, t=np.array([november])), ledger)[1][0] == 150_000
    assert ledger.tax_prepaid[0] == 150_000
    ledger.income_tax_last[:] = 200_000
    assert bills.taxes_due(replace(moment, t=np.array([november])), ledger)[1][0] == 0
    # a closing that settles nothing of it: all comes back in the second month after the year's end
    assert bills.taxes_due(replace(moment, t=np.array([november + 6])), ledger)[2][0] == 150_000
    assert ledger.tax_prepaid[0] == 0


def test_who_waits_for_nobody_is_late_with_nobody(firm):
    what = due(wages=300, social=40)
    owe(firm[1], firm[2], what)
    paid = pay(other_trait(firm, stops_at_once=np.array([True])), 320, what)
    # 340 due, 320 there: with social insurance put off he could go on, and does not
    assert paid.failed[0]


def test_who_lets_others_wait_goes_on_with_the_same_money(firm):
    what = due(wages=300, social=40)
    owe(firm[1], firm[2], what)
    paid = pay(firm, 320, what)
    # the case above but for stops_at_once: 340 - 40 = 300 paid
    assert (paid.failed[0], firm[1].cash[0], firm[1].social_arrears[0]) == (False, 20, 40)


@pytest.mark.parametrize("stops", [False, True])
def test_levers_are_pulled_in_turn_or_not_at_all(firm, stops):
    moment, ledger, _, _ = other_trait(firm, stops_at_once=np.array([stops]), patience=np.array([[0, 2, 2]]))
    ledger.delay[0] = [0, 1, 2]
    # tax, social insurance, other bills, suppliers third to first, principal: one each, and all is short
    may = distress._may_wait(moment, ledger, np.ones((1, 7)), np.array([False]))
    pulled = distress._pull(moment, may, np.ones((1, 7)), np.array([99.0]))
    # the third has waited two months of two, the first waits none: only the second can be put off
    expected = [True, True, True, False, True, False, True]
    assert pulled[0].tolist() == ([False] * 7 if stops else expected)
    # short by two: social insurance follows tax, nothing more
    pulled = distress._pull(moment, may, np.ones((1, 7)), np.array([2.0]))
    assert pulled[0].sum() == (0 if stops else 2)
    assert pulled[0, :2].all() != stops


@pytest.mark.parametrize(
    ("missed", "wealth", "waits"),
    [(0, 200_000.0, True), (1, 200_000.0, True), (2, 200_000.0, False), (2, 100_000.0, True)],
)
def test_no_owner_with_money_lets_a_loan_fall_overdue(firm, missed, wealth, waits):
    late = other_trait(firm, pays_in_first=np.array([False]), wealth=np.array([wealth]))
    _, _, book, trouble = late
    trouble.missed[0] = missed
    what = due(wages=100_000, principal=150_000, interest=2_000)
    owe(late[1], book, what)
    paid = pay(late, 110_000, what)
    # 252,000 for 110,000: after two payments missed, a purse of 152,000 or more pays the third in time
    assert (book.missed[0, 0] > 0) == waits
    # who pays lacks 142,000: in full hundred thousands 200,000; what waits leaves 108,000 to pay at home
    assert paid.owner_paid_in[0] == (0 if waits else 200_000)
    assert not paid.failed[0]


def test_a_supplier_without_patience_is_paid_or_it_is_the_end(firm):
    _, ledger, _, _ = firm
    ledger.payable[0, 0, BACK] = 30
    impatient = other_trait(firm, patience=np.array([[0, 2, 2]]))
    # 100 and the bill of 30 are due: 129 is one short
    assert pay(impatient, 129, due(wages=100)).failed[0]


def test_a_supplier_with_a_month_of_patience_waits_one_and_no_more(firm):
    _, ledger, _, _ = firm
    waits = other_trait(firm, patience=np.array([[1, 2, 2]]))
    ledger.payable[0, 0, BACK] = 30
    assert not pay(waits, 100, due(wages=100)).failed[0]
    assert ledger.delay[0].tolist() == [1, 0, 0]
    ledger.payable[:, :, :-1] = ledger.payable[:, :, 1:]
    ledger.payable[0, 0, BACK] = 0
    # a month later the bill cannot wait again: 100 + 30
    assert pay(waits, 129, due(wages=100)).failed[0]


def test_money_is_raised_from_the_owner_then_from_what_work_does_not_need(firm):
    moment, ledger, _, _ = other_trait(firm, wealth=np.array([150_000.0]), land_value=np.array([1.2]))
    ledger.securities[:], ledger.investments[:] = 40_000, 60_000
    ledger.land[:], ledger.idle_land[:] = 1_000_000, 500_000
    raised = bills.raise_money(moment, ledger, np.array([180_000.0]), np.array([False]))
    # 150,000 and 5 % a year for 30 months: 168,750, in full 10,000; for the 20,000 left securities go
    assert (raised.paid_in[0], raised.sold[0], ledger.investments[0]) == (160_000, 40_000, 60_000)
    # 8,750 of the purse are left, less than 10,000: nothing; insurances stay as nothing is short
    raised = bills.raise_money(moment, ledger, np.array([0.0]), np.array([True]))
    assert (raised.paid_in[0], raised.sold[0], ledger.land[0]) == (0, 0, 1_000_000)
    raised = bills.raise_money(moment, ledger, np.array([100_000.0]), np.array([True]))
    # the purse is empty; insurances 60,000, then half of the land, 500,000, at 1.2 of its books
    assert (raised.paid_in[0], raised.sold[0], raised.gain[0]) == (0, 660_000, 100_000)
    assert (ledger.land[0], ledger.idle_land[0]) == (500_000, 0)
    # what work needs stays
    assert bills.raise_money(moment, ledger, np.array([100_000.0]), np.array([True])).sold[0] == 0
    assert bills.reserves(moment, ledger, np.array([True]))[0] == 0


def test_the_last_owner_pays_in_when_nobody_waits_any_longer(firm):
    _, ledger, book, _ = firm
    late = other_trait(firm, wealth=np.array([1e6]), pays_in_first=np.array([False]))
    what = due(wages=300_000, social=40_000)
    owe(ledger, book, what)
    paid = pay(late, 320_000, what)
    # social insurance waits first, and then 20,000 are left: nothing has to be paid in
    assert (paid.owner_paid_in[0], ledger.social_arrears[0], paid.failed[0]) == (0, 40_000, False)
    paid = pay(late, 200_000, due(wages=300_000))
    # 220,000 for 300,000 of wages: 80,000, in full hundred thousands
    assert (paid.owner_paid_in[0], paid.failed[0]) == (100_000, False)


def insisted(firm, month_of_sales=1_000_000.0, **arrears):
    moment, ledger = firm[:2]
    for name, value in arrears.items():
        getattr(ledger, name)[:] = value
    return bills.instalment(replace(moment, monthly_sales=np.array([month_of_sales])), ledger)[0]


def test_offices_take_a_twelfth_or_a_hundredth_of_a_months_sales(firm):
    assert insisted(firm, social_arrears=240_000) == 20_000
    assert insisted(firm, social_arrears=60_000) == 10_000  # a twelfth is 5,000; 1 % of 1,000,000
    assert insisted(firm, social_arrears=4_000, vat_arrears=3_000) == 7_000  # no more than is owed


def test_who_is_insisted_on_pays_what_falls_due_as_well(firm):
    _, ledger, book, trouble = firm
    what = due(wages=300_000, social=40_000)
    owe(ledger, book, what)
    ledger.social_arrears[:], trouble.arrears_age[:] = 120_000, bills.PATIENCE
    # 300,000 + 40,000 + an instalment of 10,000: 349,999 is one short, and nothing can be put off
    assert not pay(firm, 350_000, what).failed[0]
    assert ledger.social_arrears[0] == 110_000
    owe(ledger, book, what)
    ledger.cash[:] = 0
    assert pay(firm, 349_999, what).failed[0]


def test_before_that_they_wait(firm):
    _, ledger, book, trouble = firm
    what = due(wages=300_000, social=40_000)
    owe(ledger, book, what)
    ledger.social_arrears[:], trouble.arrears_age[:] = 120_000, bills.PATIENCE - 1
    assert not pay(firm, 300_000, what).failed[0]
    assert ledger.social_arrears[0] == 160_000


def test_nobody_pays_in_for_what_cannot_be_saved(firm):
    rich = other_trait(firm, wealth=np.array([150_000.0]))
    _, ledger, _, _ = rich
    ledger.securities[:] = 100_000
    # wages 400,000 for 100,000: with a purse of 150,000 and securities of 100,000 it is 50,000 short
    paid = pay(rich, 100_000, due(wages=400_000))
    assert (paid.failed[0], paid.owner_paid_in[0], ledger.securities[0]) == (True, 0, 100_000)
    assert ledger.wages_unpaid[0] == 300_000


def test_banks_set_off_what_a_firm_that_stops_leaves_beyond_the_courts_deposit(firm):
    _, ledger, book, _ = firm
    what = due(wages=1_000_000, other=9_000_000, interest=5)
    owe(ledger, book, what)
    book.balance[0, 0] = 4_000_000
    stops = other_trait(firm, stops_at_once=np.array([True]))
    paid = pay(stops, 6_000_000, what)
    # 6,000,000 less wages are 5,000,000; 2,000,000 for the court, 3,000,000 for the banks
    assert paid.failed[0]
    assert (ledger.cash[0], book.balance[0, 0]) == (2_000_000, 1_000_000)
    assert paid.outflow[0] == 4_000_000


def test_the_last_owner_raises_no_more_than_makes_a_difference(firm):
    late = other_trait(
        firm, pays_in_first=np.array([False]), wealth=np.array([100_000.0]), stops_at_once=np.array([True])
    )
    _, ledger, book, _ = late
    what = due(wages=300_000, principal=150_000, interest=2_000)
    owe(ledger, book, what)
    paid = pay(late, 250_000, what)
    # 452,000 for 250,000 and a purse of 100,000: not with the loan; without it and its interest 50,000 lack
    assert not paid.failed[0]
    assert (paid.owner_paid_in[0], book.missed[0, 0], ledger.interest_unpaid[0]) == (100_000, 150_000, 0)
    # in full hundred thousands: 350,000 - 300,000 - 2,000 of interest are left
    assert ledger.cash[0] == 48_000


def test_where_trade_has_ended_all_is_sold_and_goes_to_lenders(firm):
    moment, ledger, book, trouble = firm
    ledger.stock[:], ledger.dead_stock[:], ledger.depreciable[:] = 1_000, 300, 2_000
    moment = replace(moment, closing=np.array([True]), wound_up=np.array([True]))
    ledger.land[:], ledger.idle_land[:] = 700, 100
    assert bills.to_sell(moment, ledger)[0] == 700
    ledger.land[:] = ledger.idle_land[:] = 0
    book.balance[0, 0] = 5_000
    slots = np.zeros((1, 9))
    slots[0, 0] = 5_000
    what = distress.Due(np.zeros(1), np.zeros(1), np.zeros(1), slots, np.zeros(1))
    paid = pay((moment, ledger, book, trouble), 500, what)
    # 0.4 × 1,000 + 0.3 × 2,000 = 1,000 for 3,000 of books: a loss of 2,000; all 1,500 go to the bank
    assert (paid.inflow[0], paid.outflow[0], paid.gain[0]) == (1_500, 1_500, -2_000)
    assert (ledger.stock[0], ledger.dead_stock[0], ledger.depreciable[0], ledger.cash[0]) == (0, 0, 0, 0)
    assert book.balance[0, 0] == 3_500
    assert trouble.missed[0] == 1


@pytest.mark.parametrize(("excess", "left"), [(100.0, 0), (99.0, 50), (-5.0, 100)])
def test_arrears_are_paid_whole_where_there_is_enough_or_by_half_of_what_there_is(firm, excess, left):
    _, ledger, book, _ = firm
    ledger.vat_arrears[:] = 100
    bills.catch_up(ledger, book, np.array([excess]), np.array([True]))
    # half of 99 is 49.5, and rounds to the even 50
    assert ledger.vat_arrears[0] == left


@pytest.mark.parametrize("waits", [False, True])
def test_an_owner_is_repaid_only_where_no_lender_waits(firm, waits):
    _, ledger, book, _ = firm
    ledger.owner_loan[:] = 500_000
    rest = bills.catch_up(ledger, book, np.array([1_000_000.0]), np.array([waits]))
    # 3 % of what is to spare
    assert (ledger.owner_loan[0], rest[0]) == ((500_000, 1_000_000) if waits else (470_000, 970_000))


@pytest.mark.parametrize(("pressed", "sold", "gain", "land"), [(False, 0, 0, 1_000), (True, 400, -100, 500)])
def test_idle_land_goes_only_when_pressed(firm, pressed, sold, gain, land):
    moment, ledger, _, _ = other_trait(firm, land_value=np.array([0.8]))
    ledger.land[:], ledger.idle_land[:] = 1_000, 500
    raised = bills.raise_money(moment, ledger, np.array([300.0]), np.array([pressed]))
    # half of 1,000 at 0.8 of its books: 400, and a loss of 100
    assert (raised.sold[0], raised.gain[0], ledger.land[0]) == (sold, gain, land)


def test_land_stays_while_securities_are_enough(firm):
    moment, ledger, _, _ = other_trait(firm, land_value=np.array([1.0]))
    ledger.idle_land[:] = 500
    ledger.securities[:], ledger.investments[:], ledger.land[:] = 200, 100, 1_000
    raised = bills.raise_money(moment, ledger, np.array([300.0]), np.array([True]))
    assert (raised.sold[0], ledger.securities[0], ledger.investments[0], ledger.land[0]) == (300, 0, 0, 1_000)


@pytest.mark.parametrize(
    ("pretax", "prepaid", "owed", "back"),
    [(0.0, 150_000, 0, 80_000), (1_000_000.0, 150_000, 145_000, 0)],
)
def test_a_closing_settles_what_was_paid_halfway(firm, pretax, prepaid, owed, back):
    moment, ledger, _, _ = other_trait(firm, add_back=np.array([0.0]))
    ledger.tax_prepaid[:] = prepaid
    moment = replace(moment, closes=np.array([True]))
    # 70,000 a year in any case, 150,000 paid: 80,000 too much; 22.5 % of 1,000,000 and 70,000 are 295,000
    taxes, settled = books._book_taxes(moment, ledger, np.array([pretax]), np.zeros(1), np.array([70_000.0]))
    assert ledger.income_tax_due[0] == owed
    assert ledger.tax_prepaid[0] == back
    assert taxes[0] - settled[0] == owed
