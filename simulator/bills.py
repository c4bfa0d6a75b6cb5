"""The bills of a month one by one: taxes by their dates, suppliers by how long they wait, arrears, what is caught up."""

import numpy as np

from simulator.books import BACK, Ledger
from simulator.credit import LoanBook
from simulator.moment import Moment

STOPPED = 99  # delay of a supplier's bills in the month in which a firm stops paying altogether
PATIENCE = 9  # months until tax and pension offices insist on instalments, twelve of them


def traits_wealth(ledger: Ledger, traits: Traits) -> np.ndarray:
    """Return what the owner still can put in: the wealth at the opening less what was lent since (n,)."""
    return (
        np.floor(np.maximum(traits.wealth - (ledger.owner_loan - ledger.owner_loan_opening), 0.0) / 1e4) * 1e4
    )


def _tax_dates(world: World, traits: Traits, ledger: Ledger, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Taxes due this month and consumption tax paid back: two months after the year's end, and halfway."""
    since = (world.month_of_year[t] - traits.year_end) % 12
    # an interim payment of half of last year's consumption tax is due where that was more than 480,000 yen
    halfway = np.where(
        (since == 8) & (ledger.vat_last_year > 480_000), np.rint(ledger.vat_last_year / 2), 0.0
    )
    ledger.vat -= halfway
    ledger.vat_due += halfway
    pays = (since == 2) | (since == 8)
    vat = np.where(pays, ledger.vat_due, 0.0)
    refund = np.maximum(-vat, 0.0)
    income = np.where(since == 2, ledger.income_tax_due, 0.0)
    ledger.vat_due -= vat
    ledger.income_tax_due -= income
    # what is due waits with the arrears until it is paid or put off
    ledger.vat_arrears_now = np.maximum(vat, 0.0)
    return ledger.vat_arrears_now + income, refund


def _supplier_bills(ledger: Ledger) -> tuple[np.ndarray, np.ndarray]:
    """Bills to pay if nobody waits longer than now, and the newest lot of them (n, 3) each."""
    place = np.maximum(BACK - ledger.delay, 0)
    reach = np.cumsum(ledger.payable[:, :, : BACK + 1], axis=2)
    hold = np.take_along_axis(reach, place[:, :, None], axis=2)[:, :, 0]
    batch = np.take_along_axis(ledger.payable, place[:, :, None], axis=2)[:, :, 0]
    return hold, batch


def _pay_suppliers(ledger: Ledger, failed: np.ndarray) -> np.ndarray:
    places = np.arange(ledger.payable.shape[2])[None, None, :]
    pays = (places <= BACK - ledger.delay[:, :, None]) & ~failed[:, None, None]
    paid = np.where(pays, ledger.payable, 0.0)
    ledger.payable -= paid
    return paid.sum(axis=(1, 2))


def _defer_public(ledger: Ledger, pulled: np.ndarray, social_now: np.ndarray, tax_now: np.ndarray) -> None:
    ledger.social_due -= social_now
    ledger.social_arrears += np.where(pulled[:, 1], social_now, 0.0)
    ledger.vat_arrears += np.where(pulled[:, 0], ledger.vat_arrears_now, 0.0)
    ledger.income_tax_arrears += np.where(pulled[:, 0], tax_now - ledger.vat_arrears_now, 0.0)


def _pay_arrears(ledger: Ledger, amount: np.ndarray) -> None:
    """Pay old dues: social insurance first, then consumption tax, then income tax."""
    for name in ("social_arrears", "vat_arrears", "income_tax_arrears"):
        part = np.minimum(amount, getattr(ledger, name))
        setattr(ledger, name, getattr(ledger, name) - part)
        amount = amount - part


def _catch_up(ledger: Ledger, book: LoanBook, excess: np.ndarray) -> np.ndarray:
    """Pay what was put off, from cash above the buffer; returns what it took (n,), and lowers `excess`."""
    start = excess.copy()
    owed = book.missed.sum(axis=1)
    pays = (owed > 0) & (owed <= excess)
    book.balance -= np.where(pays[:, None], book.missed, 0.0)
    book.missed = np.where(pays[:, None], 0.0, book.missed)
    excess -= np.where(pays, owed, 0.0)
    for slot in range(3):
        late = (ledger.delay[:, slot] > 0) & (ledger.delay[:, slot] < STOPPED)
        place = np.where(late, BACK - ledger.delay[:, slot] + 1, 0)
        rows = np.arange(len(place))
        bill = np.where(late, ledger.payable[rows, slot, place], 0.0)
        pays = late & (bill <= excess)
        ledger.payable[rows, slot, place] -= np.where(pays, bill, 0.0)
        ledger.delay[:, slot] -= pays
        excess -= np.where(pays, bill, 0.0)
    arrears = ledger.social_arrears + ledger.vat_arrears + ledger.income_tax_arrears
    part = np.minimum(arrears, np.rint(np.maximum(excess, 0.0) * 0.5))
    _pay_arrears(ledger, part)
    excess -= part
    # a little of the owner's loan goes back when there is plenty
    back = np.where(arrears == 0, np.minimum(ledger.owner_loan, np.rint(np.maximum(excess, 0.0) * 0.03)), 0.0)
    ledger.owner_loan -= back
    excess -= back
    return start - excess


def _invest(
    world: World, traits: Traits, ledger: Ledger, t: np.ndarray, excess: np.ndarray, capacity: np.ndarray
) -> np.ndarray:
    """Replace machines when a good part is worn out and there is money; returns what it took (n,)."""
    tax = world.tax[t]
    target = 0.8 * traits.depreciable * traits.base_sales * np.exp(np.minimum(capacity, 1.5))
    want = target - ledger.depreciable
    can = np.maximum(excess, 0.0) * 0.6
    spend = np.where(
        (want > 0.12 * target) & (can > 0.25 * want),
        np.rint(np.minimum(want, can / (1 + tax)) / 1e4) * 1e4,
        0,
    )
    spend = np.maximum(spend, 0.0)
    tax_paid = np.rint(spend * tax)
    ledger.depreciable += spend
    ledger.vat -= tax_paid
    return spend + tax_paid


