"""Paying the month's bills, and what a firm tries when cash is short, in the order that is its own."""

from dataclasses import dataclass

import numpy as np

from simulator.books import BACK, Ledger
from simulator.credit import LoanBook, Standing, ease
from simulator.firms import Traits
from simulator.world import World

STOPPED = 99  # delay of a supplier's bills in the month in which a firm stops paying altogether
LEVERS = ("tax", "social", "other", "supplier_others", "supplier_second", "supplier_first", "principal")
# whoever fears suppliers more lets taxes slip first, and the other way round
TAXES_FIRST = (0, 1, 2, 3, 6, 4, 5)
SUPPLIERS_FIRST = (3, 2, 6, 4, 1, 0, 5)
PATIENCE = 9  # months until tax and pension offices insist on instalments, twelve of them
OVERDUE_AT = 4  # monthly payments missed: the oldest is then more than 90 days overdue
EASED_SHARE = 0.1  # of the repayments goes on after rescheduling


@dataclass
class Trouble:
    """How a firm stands with its payments; (n,), changed month by month."""

    months: np.ndarray  # in trouble lately, for the decision to tell the bank
    missed: np.ndarray  # loan payments missed in a row
    arrears_age: np.ndarray
    first_sign: np.ndarray  # month index of the present trouble's first sign; -1: none
    quiet: np.ndarray  # months without a sign


@dataclass(frozen=True)
class Paid:
    """What was paid and received in a month; (n,), whole yen unless said otherwise."""

    inflow: np.ndarray
    outflow: np.ndarray
    failed: np.ndarray  # bool: could not pay what must be paid
    stressed: np.ndarray  # bool: a lever was pulled
    owner_paid_in: np.ndarray


def calm(n: int) -> Trouble:
    """Return the state of firms without trouble."""
    return Trouble(
        months=np.zeros(n),
        missed=np.zeros(n, dtype=np.int64),
        arrears_age=np.zeros(n, dtype=np.int64),
        first_sign=np.full(n, -1),
        quiet=np.zeros(n, dtype=np.int64),
    )


def pay_month(
    world: World,
    traits: Traits,
    ledger: Ledger,
    book: LoanBook,
    trouble: Trouble,
    t: np.ndarray,
    *,
    receipts: np.ndarray,
    wages: np.ndarray,
    other_now: np.ndarray,
    social_now: np.ndarray,
    principal: np.ndarray,
    interest: np.ndarray,
    monthly_sales: np.ndarray,
    capacity: np.ndarray,
    protected: np.ndarray,
) -> Paid:
    """Pay what is due this month as far as cash, owner and patience of others reach.

    Parameters
    ----------
    receipts : (n,) yen
        Everything that came in already: customers, cash sales, subsidies, new loans.
    other_now, social_now : (n,) yen
        Due this month; what the month itself made is due in the next.
    principal : (n, slots) yen
    interest : (n,) yen
    protected : (n,) bool
        Not yet in the portfolio: the owner pays whatever lacks, since a firm that failed would not have come.
    """
    rows = np.arange(len(traits))
    monthly_other = 1.1 * traits.other * monthly_sales
    tax_now, refund = _tax_dates(world, traits, ledger, t)
    insist = trouble.arrears_age >= PATIENCE
    old_tax = ledger.vat_arrears + ledger.income_tax_arrears
    instalment = np.where(insist, np.ceil((ledger.social_arrears + old_tax) / 12), 0.0)
    all_wages = wages + ledger.wages_unpaid
    hold, batch = _supplier_bills(ledger)
    principal_now = principal.sum(axis=1)
    interest_now = interest + ledger.interest_unpaid

    due = (
        all_wages
        + hold.sum(axis=1)
        + other_now
        + social_now
        + tax_now
        + instalment
        + principal_now
        + interest_now
    )
    opening = ledger.cash.copy()
    available = opening + receipts + refund
    soft = due + traits.buffer * monthly_sales - available

    # the owner's own money comes before anything that others would notice
    wanted = np.maximum(np.ceil(soft / 1e5) * 1e5, 0.0)
    paid_in = np.where(protected, wanted, np.minimum(wanted, traits_wealth(ledger, traits)))
    ledger.owner_loan += paid_in
    available = available + paid_in
    soft = soft - paid_in

    amounts = np.column_stack([tax_now, social_now, other_now, batch[:, 2], batch[:, 1], batch[:, 0], principal_now])
    may = np.ones_like(amounts, dtype=bool)
    may[:, 2] = other_now < 3.0 * monthly_other
    may[:, 3:6] = ledger.delay[:, ::-1] < BACK
    order = np.where(traits.pays_taxes_last[:, None], TAXES_FIRST, SUPPLIERS_FIRST)
    pulled = np.zeros_like(may)
    for place in range(len(LEVERS)):
        lever = order[:, place]
        amount = np.where(may[rows, lever], amounts[rows, lever], 0.0)
        use = (soft > 0) & (amount > 0)
        soft = soft - np.where(use, amount, 0.0)
        pulled[rows, lever] = use
    due = due - (amounts * pulled).sum(axis=1)

    still = ~pulled[:, 6] & (due > available) & (principal_now > 0)
    due = due - np.where(still, principal_now, 0.0)
    skip_principal = pulled[:, 6] | still
    skip_interest = (due > available) & (interest_now > 0)
    due = due - np.where(skip_interest, interest_now, 0.0)
    failed = due > available
    skip_principal, skip_interest = skip_principal | failed, skip_interest | failed
    pulled |= failed[:, None]

    paid_wages = np.where(failed, np.minimum(available, all_wages), all_wages)
    ledger.wages_unpaid = all_wages - paid_wages
    ledger.other_due -= np.where(pulled[:, 2], 0.0, other_now)
    _defer_public(ledger, pulled, social_now, tax_now)
    instalment = np.where(failed, 0.0, instalment)
    _pay_arrears(ledger, instalment)
    ledger.delay = np.where(failed[:, None], STOPPED, ledger.delay + pulled[:, 5:2:-1])
    suppliers = _pay_suppliers(ledger, failed)
    ledger.interest_unpaid = np.where(skip_interest, interest_now, 0.0)
    repaid = np.where(skip_principal[:, None], 0.0, principal)
    book.balance -= repaid
    book.missed += np.where(skip_principal[:, None], principal, 0.0)
    spent = (
        paid_wages
        + suppliers
        + np.where(pulled[:, 2], 0.0, other_now)
        + np.where(pulled[:, 1], 0.0, social_now)
        + np.where(pulled[:, 0], 0.0, tax_now)
        + instalment
        + np.where(skip_interest, 0.0, interest_now)
        + repaid.sum(axis=1)
    )
    available = available - spent
    excess = np.where(failed, 0.0, available - (traits.buffer + 0.25) * monthly_sales)
    caught_up = _catch_up(ledger, book, excess) + _invest(world, traits, ledger, t, excess, capacity)
    ledger.cash = available - caught_up

    missed_one = skip_principal | skip_interest
    owes = (book.missed.sum(axis=1) > 0) | (ledger.interest_unpaid > 0)
    trouble.missed = np.where(missed_one, trouble.missed + 1, np.where(owes, trouble.missed, 0))
    stressed = pulled.any(axis=1) | missed_one
    arrears = ledger.social_arrears + ledger.vat_arrears + ledger.income_tax_arrears
    trouble.arrears_age = np.where(arrears > 0, trouble.arrears_age + 1, 0)
    trouble.months = np.maximum(trouble.months + np.where(stressed, 1 + 2 * missed_one, -1), 0)
    late = (ledger.delay > 0).any(axis=1)
    sign = stressed | late | (arrears > 0)
    trouble.quiet = np.where(sign, 0, trouble.quiet + 1)
    trouble.first_sign = np.where(
        trouble.quiet >= 6, -1, np.where(sign & (trouble.first_sign < 0), t, trouble.first_sign)
    )
    return Paid(receipts + refund + paid_in, spent + caught_up, failed, stressed, paid_in)


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


def ask_for_relief(
    world: World, traits: Traits, ledger: Ledger, book: LoanBook, standing: Standing, trouble: Trouble,
    t: np.ndarray, *, monthly_sales: np.ndarray, protected: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Let firms in lasting trouble ask for rescheduling; returns who was granted it (n,) bool."""
    aid = (t >= world.index(2020, 4)) & (t <= world.index(2021, 12))
    owes = (book.balance * (book.monthly > 0)).sum(axis=1) > 0
    ended = standing.eased_until == t
    still = (trouble.months > 0) | (standing.seen_margin < 0) | (ledger.cash < 0.6 * monthly_sales)
    asks = ended & still | (trouble.months >= traits.pride) & (standing.eased_until < t)
    viable = (standing.seen_cash_margin > -0.02) | aid  # what the bank sees: before interest and depreciation
    granted = asks & owes & viable & ~protected & (standing.times_eased < 10)
    # afterwards the rest is spread over the time left, three years at least
    back_to_normal = ended & ~granted
    left = np.maximum(book.maturity - t[:, None], 36)
    spread = back_to_normal[:, None] & (book.balance > 0) & (book.monthly > 0)
    book.monthly = np.where(spread, np.ceil(book.balance / left), book.monthly)
    ease(book, standing, granted, t + 1, np.full(len(traits), EASED_SHARE))
    trouble.missed = np.where(granted & (ledger.interest_unpaid == 0), 0, trouble.missed)
    return granted
