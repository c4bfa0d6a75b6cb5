"""The books balance to the yen in every month of every firm's life."""

from dataclasses import replace

import numpy as np
import pytest

from simulator.books import _owe_claims, per_capita_tax, write_trade
from simulator.dressing import HONESTY_BELOW
from simulator.firms import draw_traits
from simulator.life import SHEET, live
from simulator.moment import first_recent, moment_of
from simulator.opening import open_books
from simulator.seen.items import OPEN, payable_items, receivable_items
from simulator.shocks import NEVER_CLOSES
from simulator.trade import Month
from simulator.world import industry_table, make_world

ASSETS, CLAIMS = SHEET[:11], SHEET[11:]
MONTHS_BEFORE_ITEMS = 10  # the opening's invoices, not listed one by one, are settled by then


@pytest.fixture(scope="module")
def lives():
    world = make_world(3, first_month="2015-01", months=132)
    return live(world, draw_traits(world, np.arange(500)))


@pytest.fixture(scope="module")
def lived(lives):
    """(n, months) bool: months that belong to the firm's life within the span."""
    k = np.arange(lives.accounts["sales"].shape[1])[None, :]
    last = np.where(lives.ended >= 0, lives.ended, lives.months - 1)
    return k <= last[:, None]


def test_accounts_are_whole_yen(lives, lived):
    for name, values in lives.accounts.items():
        assert (values[lived] == np.rint(values[lived])).all(), name


def test_assets_are_liabilities_and_net_assets(lives, lived):
    assets = sum(lives.accounts[name] for name in ASSETS)
    claims = sum(lives.accounts[name] for name in CLAIMS)
    assert (assets == claims)[lived].all()


def test_cash_moves_by_what_went_through_the_bank(lives, lived):
    cash = lives.accounts["cash_deposits"]
    moved = lives.accounts["inflow"] - lives.accounts["outflow"]
    assert (np.diff(cash, axis=1) == moved[:, 1:])[lived[:, 1:]].all()
    assert (cash[lived] >= 0).all()
    assert (lives.accounts["outflow"][lived] >= 0).all()


def test_retained_earnings_move_by_net_profit(lives, lived):
    a = lives.accounts
    operating = a["sales"] - a["cost_of_sales"] - a["selling_general_admin"]
    ordinary = operating + a["nonoperating_income"] - a["nonoperating_expenses"]
    net = ordinary + a["extraordinary_income"] - a["extraordinary_loss"] - a["income_taxes"]
    kept = net - a["dividends"]
    assert (np.diff(a["retained_earnings"], axis=1) == kept[:, 1:])[lived[:, 1:]].all()
    assert a["dividends"][lived].max() > 0


def test_receivables_are_the_invoices_not_yet_paid(lives, lived):
    open_items = receivable_items(lives).open_balance()
    late = lived[:, MONTHS_BEFORE_ITEMS:]
    owed = lives.accounts["receivables"] - lives.accounts["bad_receivable"]
    assert (open_items == owed)[:, MONTHS_BEFORE_ITEMS:][late].all()


def test_payables_are_the_bills_not_yet_paid(lives, lived):
    open_items = payable_items(lives).open_balance()
    late = lived[:, MONTHS_BEFORE_ITEMS:]
    assert (open_items == lives.accounts["payables"])[:, MONTHS_BEFORE_ITEMS:][late].all()


def test_loan_accounts_are_the_loans(lives, lived):
    names = ("short_term_loans", "current_long_term_loans", "long_term_loans")
    accounts = sum(lives.accounts[name] for name in names)
    assert (lives.loans["balance"].sum(axis=2) == accounts)[lived].all()
    assert (lives.loans["balance"][lived] >= 0).all()


def test_a_loan_is_repaid_as_its_schedule_says_or_less(lives, lived):
    balance, serial = lives.loans["balance"], lives.loans["serial"]
    same = (serial[:, 1:] == serial[:, :-1]) & (balance[:, 1:] > 0) & lived[:, 1:, None]
    paid = (balance[:, :-1] - balance[:, 1:])[same]
    agreed = lives.loans["monthly"][:, 1:][same]
    assert (paid >= 0).all()
    # more than the agreed instalment only where missed ones are caught up: fewer than one month in a hundred
    assert np.mean(paid > agreed + 1) < 0.01


@pytest.mark.parametrize(
    ("changed", "bought"),
    [({}, 500_000), ({"cash": 299_999}, 100_000), ({"vat_arrears": 1}, 100_000), ({"delay": 1}, 100_000)],
)
def test_nobody_stocks_up_who_lets_others_wait_or_is_short_of_cash(changed, bought):
    world = make_world(3, first_month="2015-01", months=24)
    traits = draw_traits(world, np.array([3]))
    ledger, _ = open_books(world, traits)
    moment = moment_of(world, traits, first_recent(traits), np.array([NEVER_CLOSES]), 30)
    moment = replace(moment, monthly_sales=np.array([1_000_000.0]))
    ledger.stock[:], ledger.cash[:] = 2_000_000, 300_000
    for name, value in changed.items():
        getattr(ledger, name)[:] = value
    amounts = dict.fromkeys(Month.__dataclass_fields__, np.zeros(1))
    month = Month(**amounts | {
        "material": np.array([100_000.0]), "wanted_stock": np.array([3_000_000.0]),
        "customer": np.zeros((1, 3), dtype=int), "failed_customer": np.zeros((1, 3), dtype=bool),
    })  # fmt: skip
    write_trade(moment, ledger, month, np.zeros((1, 3)), np.zeros((1, 7)))
    # what was used up, 100,000, and 0.4 of the million that lacks
    assert ledger.stock[0] == 2_000_000 + bought - 100_000


def test_large_claims_are_paid_in_instalments_and_small_ones_at_once():
    world = make_world(3, first_month="2015-01", months=24)
    traits = draw_traits(world, np.array([3]))
    ledger, _ = open_books(world, traits)
    moment = moment_of(world, traits, first_recent(traits), np.array([NEVER_CLOSES]), 30)
    moment = replace(moment, monthly_sales=np.array([1_000_000.0]))
    ledger.other_due[:] = 0
    _owe_claims(moment, ledger, np.array([200_000.0]))
    assert (ledger.other_due[0], ledger.claims[0]) == (200_000, 0)
    _owe_claims(moment, ledger, np.array([1_800_001.0]))
    assert (ledger.other_due[0], ledger.claims[0]) == (200_000, 1_800_001)
    paid = []
    for _ in range(19):
        before = ledger.other_due[0]
        _owe_claims(moment, ledger, np.array([0.0]))
        paid.append(ledger.other_due[0] - before)
    # 1,800,001 in eighteen parts, rounded up; after that nothing
    assert paid == [100_001] * 17 + [1_800_001 - 17 * 100_001, 0]
    assert ledger.claims[0] == 0


def test_accounts_that_cannot_be_negative_are_not(lives, lived):
    for name in (*SHEET[:-4], "short_term_loans", "current_long_term_loans", "long_term_loans"):
        if name != "retained_earnings":
            assert (lives.accounts[name][lived] >= 0).all(), name


def test_only_failed_customers_and_stopped_firms_leave_items_open(lives):
    receivable, payable = receivable_items(lives), payable_items(lives)
    never_paid = receivable.settled == OPEN
    assert (never_paid == (receivable.dropped < OPEN)).all()
    months = payable.amount.shape[1]
    due = np.arange(months)[None, :, None] + payable.term
    last = np.where(lives.ended >= 0, lives.ended, lives.months - 1)[:, None, None]
    # a supplier waits two months at most, so what fell due three months before the end is settled
    settled = payable.settled[due <= last - 3]
    assert (settled < OPEN).all()


def test_stock_is_never_bought_in_heaps(lives, lived):
    stock, sales = lives.accounts["inventories"], lives.accounts["sales"]
    more = np.diff(stock, axis=1)[:, 12:]
    year = np.cumsum(sales, axis=1)
    year = np.concatenate([year[:, 11:12], year[:, 12:] - year[:, :-12]], axis=1) / 12
    # half a month's sales beyond what is used up; the month's own sales may be above the year's mean
    grew = more[:, :-1] / np.maximum(year[:, 1 : 1 + more.shape[1] - 1], 1.0)
    assert grew[lived[:, 13:-1]].max() < 0.6


def test_who_earns_nothing_owes_the_tax_that_capital_and_staff_make():
    # standard rates: prefecture 20,000 and municipality 50,000 to 10 million of capital (120,000 above 50
    # staff); 50,000 and 130,000 (150,000) to 100 million; 130,000 and 160,000 (400,000) beyond
    capital = np.array([1e6, 1e7, 1e7, 1.1e7, 1.1e7, 1e8, 1.1e8, 1.1e8])
    heads = np.array([1, 50, 51, 50, 51, 51, 50, 51])
    expected = [70_000, 70_000, 140_000, 180_000, 200_000, 200_000, 290_000, 530_000]
    assert per_capita_tax(capital, heads).tolist() == expected


def test_loss_makers_pay_it_and_nothing_else(lives, lived):
    a = lives.accounts
    operating = a["sales"] - a["cost_of_sales"] - a["selling_general_admin"]
    ordinary = operating + a["nonoperating_income"] - a["nonoperating_expenses"]
    pretax = np.cumsum(ordinary + a["extraordinary_income"] - a["extraordinary_loss"], axis=1)
    year = pretax[:, 12:] - pretax[:, :-12]
    honest = lives.traits.honesty >= HONESTY_BELOW  # who dresses a closing is taxed on what it shows
    firm, k = np.nonzero((a["income_taxes"][:, 12:] > 0) & lived[:, 12:] & (year < 0) & honest[:, None])
    least = per_capita_tax(a["capital"][firm, k + 12], a["employees"][firm, k + 12])
    assert (a["income_taxes"][firm, k + 12] == least).all()
    assert {70_000, 180_000, 200_000} <= set(least.tolist())


def test_tax_on_what_exempt_sales_need_is_a_cost():
    world = make_world(3, first_month="2015-01", months=24)
    traits = replace(draw_traits(world, np.array([3])), taxable=np.array([0.1]), cash_share=np.array([1.0]))
    moment = moment_of(world, traits, first_recent(traits), np.array([NEVER_CLOSES]), 30)
    ledger, _ = open_books(world, traits)
    for values in vars(ledger).values():
        values[:] = 0
    zero = np.zeros(1)
    month = Month(
        sales=np.array([1_000_000.0]), material=zero, outsourcing=np.array([200_000.0]), staff_pay=zero,
        officer_pay=zero, other=np.array([100_000.0]), subsidy=zero, one_off=zero, sunk=zero, dead_stock=zero,
        wanted_stock=zero, failed_customer=np.zeros((1, 3), bool), customer=np.zeros((1, 3), int),
    )  # fmt: skip
    accrued = write_trade(moment, ledger, month, np.zeros((1, 3)), np.zeros((1, 7)))
    # July 2015, 8 %: a tenth of the sales bears 8,000; 24,000 were billed by others, a tenth of it comes back
    assert accrued.cash_sales[0] == 1_008_000
    assert ledger.vat[0] == 8_000 - 2_400
    # 100,000 and the 21,600 that nobody gives back; suppliers and others are owed what they billed
    assert accrued.lines["selling_general_admin"][0] == 121_600
    assert (accrued.bought.sum(), ledger.other_due[0]) == (216_000, 108_000)


def test_care_owes_a_tenth_of_what_others_owe(lives, lived):
    code = industry_table().index.to_numpy()[lives.traits.industry]
    owes = lives.accounts["consumption_taxes_payable"] / np.maximum(lives.accounts["sales"], 1.0)
    median = {place: np.median(owes[code == place][lived[code == place]]) for place in ("1101", "1004")}
    assert median["1101"] < 0.2 * median["1004"]
