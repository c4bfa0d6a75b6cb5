"""A month's bills one by one: taxes by date, suppliers by how long they wait, arrears, what is caught up."""

from dataclasses import dataclass

import numpy as np

from simulator.books import BACK, Ledger
from simulator.credit import LoanBook
from simulator.moment import Moment

STOPPED = 99  # delay of a supplier's bills in the month in which a firm stops paying altogether
SAVES_A_YEAR = 0.05  # of the owner's wealth comes back each year
STOCK_BRINGS, MACHINES_BRING = 0.4, 0.3  # of the books, where trade has ended (project defaults)
# months until tax and pension offices insist, instalments they then grant, the least of one in months of
# sales
PATIENCE, INSTALMENTS, LEAST_INSTALMENT = 5, 12, 0.01


def owners_purse(moment: Moment, ledger: Ledger) -> np.ndarray:
    """Return what the owner still can put in (n,): wealth less what was lent since; unseen outside."""
    lent = ledger.owner_loan - ledger.owner_loan_opening
    traits, years = moment.traits, (moment.t - moment.traits.start) / 12
    owned = traits.wealth * (1 + SAVES_A_YEAR * years) + traits.family_income * traits.base_sales * years
    return np.floor(np.maximum(owned - lent, 0.0) / 1e4) * 1e4


@dataclass(frozen=True)
class Raised:
    """Money raised in need (n,), whole yen."""

    paid_in: np.ndarray  # by the owner, as a loan
    sold: np.ndarray  # what assets brought
    gain: np.ndarray  # over their books; a loss is below nought


def raise_money(moment: Moment, ledger: Ledger, short: np.ndarray, pressed: np.ndarray) -> Raised:
    """Raise what is `short` (n,): owner's money, securities, insurances; idle land when `pressed` (n,)."""
    traits, wanted = moment.traits, np.maximum(np.ceil(short / 1e5) * 1e5, 0.0)
    paid_in = np.where(moment.protected, wanted, np.minimum(wanted, owners_purse(moment, ledger)))
    ledger.owner_loan += paid_in
    short, price = short - paid_in, np.zeros(len(short))
    for name in ("securities", "investments"):
        sold = np.where(short > price, getattr(ledger, name), 0.0)
        setattr(ledger, name, getattr(ledger, name) - sold)
        price = price + sold
    idle = np.where(pressed & (short > price), to_sell(moment, ledger), 0.0)
    ledger.land = ledger.land - idle
    ledger.idle_land = np.minimum(np.where(idle > 0, 0.0, ledger.idle_land), ledger.land)
    gain = np.rint(idle * (traits.land_value - 1))
    return Raised(paid_in, price + idle + gain, gain)


def to_sell(moment: Moment, ledger: Ledger) -> np.ndarray:
    """Return the land that work does not need (n,), yen of books: all of it once trade has ended."""
    return np.where(moment.wound_up, ledger.land, ledger.idle_land)


def reserves(moment: Moment, ledger: Ledger, pressed: np.ndarray) -> np.ndarray:
    """Return what could be raised in need (n,), yen: see `raise_money`."""
    land = np.where(pressed, to_sell(moment, ledger) * moment.traits.land_value, 0.0)
    return owners_purse(moment, ledger) + ledger.securities + ledger.investments + np.floor(land)


def sell_up(moment: Moment, ledger: Ledger) -> tuple[np.ndarray, np.ndarray]:
    """Sell stock and machines once trade has ended; returns what they brought and the loss on them (n,)."""
    nothing = np.zeros(len(ledger.stock))
    if not moment.wound_up.any():
        return nothing, nothing
    stock = np.where(moment.wound_up, ledger.stock, 0.0)
    machines = np.where(moment.wound_up, ledger.depreciable, 0.0)
    ledger.stock = ledger.stock - stock
    ledger.dead_stock = np.minimum(ledger.dead_stock, ledger.stock)
    ledger.depreciable = ledger.depreciable - machines
    brought = np.floor(STOCK_BRINGS * stock + MACHINES_BRING * machines)
    return brought, stock + machines - brought


def taxes_due(moment: Moment, ledger: Ledger) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Take the taxes due this month out of the ledger: two months after the year's end, and halfway.

    Returns consumption tax due, income tax due and what is paid back of both, (n,) yen each.
    """
    since = (moment.world.month_of_year[moment.t] - moment.traits.year_end) % 12
    # half of last year's consumption tax is due halfway where that was more than 480,000 yen
    pays_halfway = (since == 8) & (ledger.vat_last_year > 480_000)
    halfway = np.where(pays_halfway, np.rint(ledger.vat_last_year / 2), 0.0)
    ledger.vat -= halfway
    ledger.vat_due += halfway
    vat = np.where((since == 2) | (since == 8), ledger.vat_due, 0.0)
    income = np.where(since == 2, ledger.income_tax_due, 0.0)
    ledger.vat_due -= vat
    ledger.income_tax_due -= income
    # half of last year's income tax too, where that was more than 200,000 yen; too much of it comes back
    pays_tax_halfway = (since == 8) & (ledger.income_tax_last > 200_000)
    half = np.where(pays_tax_halfway, np.floor(ledger.income_tax_last / 200) * 100, 0.0)
    back = np.where(since == 2, ledger.tax_prepaid, 0.0)
    ledger.tax_prepaid += half - back
    return np.maximum(vat, 0.0), income + half, np.maximum(-vat, 0.0) + back


def supplier_bills(ledger: Ledger) -> tuple[np.ndarray, np.ndarray]:
    """Return the bills to pay if nobody waits longer than now, and the newest lot of them, (n, 3) each."""
    place = np.maximum(BACK - ledger.delay, 0)[:, :, None]
    reach = np.cumsum(ledger.payable[:, :, : BACK + 1], axis=2)
    hold = np.take_along_axis(reach, place, axis=2)[:, :, 0]
    return hold, np.take_along_axis(ledger.payable, place, axis=2)[:, :, 0]


def pay_suppliers(ledger: Ledger) -> np.ndarray:
    """Pay every bill that has waited as long as its supplier is made to; returns what it took (n,)."""
    due = ledger.payable[:, :, : BACK + 1]  # what falls due later is nobody's concern yet
    paid = np.where(np.arange(BACK + 1) <= BACK - ledger.delay[:, :, None], due, 0.0)
    due -= paid
    return paid.sum(axis=(1, 2))


def pay_arrears(ledger: Ledger, amount: np.ndarray) -> None:
    """Pay old dues: social insurance first, then consumption tax, then income tax."""
    for name in ("social_arrears", "vat_arrears", "income_tax_arrears"):
        part = np.minimum(amount, getattr(ledger, name))
        setattr(ledger, name, getattr(ledger, name) - part)
        amount = amount - part


def instalment(moment: Moment, ledger: Ledger) -> np.ndarray:
    """Return what tax and pension offices take a month of old dues once they insist (n,), yen."""
    owed = arrears(ledger)
    return np.minimum(owed, np.ceil(np.maximum(owed / INSTALMENTS, LEAST_INSTALMENT * moment.monthly_sales)))


def arrears(ledger: Ledger) -> np.ndarray:
    """Return all taxes and social insurance past their date (n,), yen."""
    return ledger.social_arrears + ledger.vat_arrears + ledger.income_tax_arrears


def catch_up(ledger: Ledger, book: LoanBook, excess: np.ndarray, owner_waits: np.ndarray) -> np.ndarray:
    """Pay what was put off from cash above the buffer, loans first; returns what is left of `excess` (n,).

    `owner_waits` (n,) bool: no lender lets an owner be repaid while its own repayments rest.
    """
    owed = book.missed.sum(axis=1)
    pays = (owed > 0) & (owed <= excess)
    book.balance -= np.where(pays[:, None], book.missed, 0.0)
    book.missed = np.where(pays[:, None], 0.0, book.missed)
    excess = excess - np.where(pays, owed, 0.0)
    rows = np.arange(len(excess))
    for slot in range(ledger.delay.shape[1]):
        late = (ledger.delay[:, slot] > 0) & (ledger.delay[:, slot] < STOPPED)
        place = np.where(late, BACK - ledger.delay[:, slot] + 1, 0)
        bill = np.where(late, ledger.payable[rows, slot, place], 0.0)
        pays = late & (bill <= excess)
        ledger.payable[rows, slot, place] -= np.where(pays, bill, 0.0)
        ledger.delay[:, slot] -= pays
        excess = excess - np.where(pays, bill, 0.0)
    old = arrears(ledger)
    part = np.where(old <= excess, old, np.rint(np.maximum(excess, 0.0) * 0.5))
    pay_arrears(ledger, part)
    excess = excess - part
    # a little of the owner's loan goes back when there is plenty
    back = np.where(
        (old == 0) & ~owner_waits, np.minimum(ledger.owner_loan, np.rint(np.maximum(excess, 0.0) * 0.03)), 0.0
    )
    ledger.owner_loan -= back
    return excess - back


def invest(moment: Moment, ledger: Ledger, excess: np.ndarray, capacity: np.ndarray) -> np.ndarray:
    """Replace machines when many are worn out and there is money; returns what it took (n,), tax included."""
    traits, tax = moment.traits, moment.world.tax[moment.t]
    target = 0.8 * traits.depreciable * traits.base_sales * np.exp(np.minimum(capacity, 1.5))
    want = np.maximum(target - ledger.depreciable, 0.0)
    can = np.maximum(excess, 0.0) * 0.6
    worth_it = (want > 0.12 * target) & (can > 0.25 * want)
    spend = np.where(worth_it, np.floor(np.minimum(want, can / (1 + tax)) / 1e4) * 1e4, 0.0)
    tax_paid = np.rint(spend * tax)
    not_back = np.rint(tax_paid * (1 - traits.taxable))  # a part of the price, for exempt sales
    ledger.depreciable += spend + not_back
    ledger.vat -= tax_paid - not_back
    return spend + tax_paid
