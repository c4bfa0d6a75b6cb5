"""Bills, and the levers that are pulled when cash is short: small cases worked by hand."""

from dataclasses import replace

import numpy as np
import pytest

from simulator import bills, distress
from simulator.books import BACK
from simulator.firms import draw_traits
from simulator.moment import first_recent, moment_of
from simulator.opening import open_books, open_loans
from simulator.world import make_world

WORLD = make_world(1, first_month="2015-01", months=24)


@pytest.fixture
def firm():
    """One firm in the portfolio, its books empty but for what a test writes into them."""
    traits = draw_traits(WORLD, np.array([3]))
    traits = replace(
        traits, start=np.array([0]), join=np.array([0]), buffer=np.array([0.0]), year_end=np.array([3]),
        wealth=np.array([0.0]), other=np.array([0.1]), depreciable=np.array([0.0]),
        pays_taxes_last=np.array([True]),
    )  # fmt: skip
    moment = moment_of(WORLD, traits, first_recent(traits), 30)
    moment = replace(moment, monthly_sales=np.array([1_000_000.0]))
    ledger, debt = open_books(WORLD, traits)
    book, _ = open_loans(WORLD, traits, debt)
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
        moment, ledger, book, trouble, what, receipts=np.array([float(receipts)]), capacity=np.zeros(1)
    )


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
