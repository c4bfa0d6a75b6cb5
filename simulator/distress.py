"""Paying the month's bills, and what a firm tries when cash is short, in the order that is its own."""

from dataclasses import dataclass

import numpy as np

from simulator import bills, credit
from simulator.bills import PATIENCE, STOPPED
from simulator.books import Ledger
from simulator.credit import LoanBook
from simulator.moment import Moment, aid_runs

LEVERS = ("tax", "social", "other", "supplier_others", "supplier_second", "supplier_first", "principal")
TAX, SOCIAL, OTHER, SUPPLIERS, PRINCIPAL = 0, 1, 2, slice(3, 6), 6
# whoever fears suppliers more lets taxes slip first, and the other way round
TAXES_FIRST = (0, 1, 2, 3, 6, 4, 5)
SUPPLIERS_FIRST = (3, 2, 6, 4, 1, 0, 5)
OVERDUE_AT = 4  # monthly payments missed: the oldest is then more than 90 days overdue
WAITS_AT_MOST = 2  # payments missed after which an owner who has the money pays in rather than lose the firm
FILING_COST = 2_000_000.0  # yen: court deposit and lawyer of a small bankruptcy, order of magnitude
KEPT = 0.25  # months of sales above the buffer that stay untouched by what is caught up or invested


@dataclass
class Trouble:
    """How a firm stands with its payments; (n,), changed month by month."""

    months: np.ndarray  # in trouble lately, for the decision to tell the bank
    missed: np.ndarray  # loan payments missed in a row
    arrears_age: np.ndarray
    first_sign: np.ndarray  # month index of the present trouble's first sign; -1: none
    quiet: np.ndarray  # months without a sign


@dataclass(frozen=True)
class Due:
    """What falls due in a month; (n,) yen unless said otherwise."""

    wages: np.ndarray
    other: np.ndarray
    social: np.ndarray
    principal: np.ndarray  # (n, slots)
    interest: np.ndarray


@dataclass(frozen=True)
class Paid:
    """What was received and paid in a month; (n,), whole yen unless said otherwise."""

    inflow: np.ndarray
    outflow: np.ndarray
    failed: np.ndarray  # bool: could not pay what must be paid
    stressed: np.ndarray  # bool: a lever was pulled
    owner_paid_in: np.ndarray
    gain: np.ndarray  # over the books, of what was sold


@dataclass(frozen=True)
class Bills:
    """What is asked for in a month with what is still owed; (n,) yen unless said otherwise."""

    wages: np.ndarray
    vat: np.ndarray
    income_tax: np.ndarray
    refund: np.ndarray  # of taxes
    insisted: np.ndarray  # instalments on arrears
    slots: np.ndarray  # (n, slots) principal by loan
    principal: np.ndarray
    interest: np.ndarray
    total: np.ndarray
    amounts: np.ndarray  # (n, levers) what could be put off, in the order of LEVERS
    may_wait: np.ndarray  # (n, levers) bool: what of it can be


@dataclass(frozen=True)
class Found:
    """How the month's money was found; (n,)."""

    available: np.ndarray  # yen
    raised: bills.Raised
    pulled: np.ndarray  # (n, levers) bool: put off
    skips: np.ndarray  # bool: the repayment
    skips_interest: np.ndarray  # bool
    failed: np.ndarray  # bool: could not pay what must be paid


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
    moment: Moment,
    ledger: Ledger,
    book: LoanBook,
    trouble: Trouble,
    due: Due,
    *,
    receipts: np.ndarray,
    spent: np.ndarray,
    capacity: np.ndarray,
    held: np.ndarray,
    eased: np.ndarray,
) -> Paid:
    """Pay what is due this month as far as cash, the owner's purse and the patience of others reach.

    Parameters
    ----------
    due : Due
        `other` and `social` of the month before: what this month made is due in the next.
    receipts : (n,) yen
        Everything that came in already: customers, cash sales, subsidies, new loans.
    spent : (n,) yen
        Sundries that were paid already.
    capacity : (n,) log level of what the firm is built for; machines are replaced up to it
    held : (n,) factor on the cash a firm likes to keep: it is no fixed line
    eased : (n,) bool: rescheduled, so that the owner is not repaid
    """
    buffer = moment.traits.buffer * moment.monthly_sales * held
    asked = _bills(moment, ledger, trouble, due)
    brought, lost = bills.sell_up(moment, ledger)
    available = ledger.cash + receipts + asked.refund + brought - spent
    # what was paid in before a firm came into sight says nothing of what its owner still has
    opening = np.where(moment.protected, ledger.owner_loan, ledger.owner_loan_opening)
    ledger.owner_loan_opening = opening
    found = _find(moment, ledger, trouble, asked, available, buffer)
    paid = _settle(ledger, book, asked, found)

    rest = found.available - paid
    seized = np.where(found.failed, rest - FILING_COST, np.where(moment.wound_up, rest, 0.0))
    paid = paid + credit.repay_from(book, np.maximum(seized, 0.0))
    excess = found.available - paid - buffer - KEPT * moment.monthly_sales
    excess = np.where(found.failed, 0.0, excess)
    owner_waits = eased | (trouble.missed > 0) | moment.closing
    rest = bills.catch_up(ledger, book, excess, owner_waits)
    later = excess - rest + bills.invest(moment, ledger, rest, capacity)
    ledger.cash = found.available - paid - later
    missed = found.skips | found.skips_interest
    stressed = _remember(moment, ledger, book, trouble, found.pulled.any(axis=1), missed)
    raised = found.raised
    return Paid(
        inflow=receipts + asked.refund + brought + raised.paid_in + raised.sold,
        outflow=spent + paid + later,
        failed=found.failed,
        stressed=stressed,
        owner_paid_in=raised.paid_in,
        gain=raised.gain - lost,
    )


def _bills(moment: Moment, ledger: Ledger, trouble: Trouble, due: Due) -> Bills:
    """Put together what is asked for this month; taxes due are taken out of the ledger."""
    vat, income_tax, refund = bills.taxes_due(moment, ledger)
    insists = (trouble.arrears_age >= PATIENCE) & ~aid_runs(moment)
    hold, newest = bills.supplier_bills(ledger)
    principal = due.principal.sum(axis=1)
    amounts = np.column_stack([vat + income_tax, due.social, due.other, newest[:, ::-1], principal])
    wages, interest = due.wages + ledger.wages_unpaid, due.interest + ledger.interest_unpaid
    insisted = np.where(insists, bills.instalment(moment, ledger), 0.0)
    everything = wages + hold.sum(axis=1) + due.other + due.social + vat + income_tax + insisted
    return Bills(
        wages=wages,
        vat=vat,
        income_tax=income_tax,
        refund=refund,
        insisted=insisted,
        slots=due.principal,
        principal=principal,
        interest=interest,
        total=everything + principal + interest,
        amounts=amounts,
        may_wait=_may_wait(moment, ledger, amounts, insists),
    )


def _find(
    moment: Moment,
    ledger: Ledger,
    trouble: Trouble,
    asked: Bills,
    available: np.ndarray,
    buffer: np.ndarray,
) -> Found:
    """Find the month's money in the firm's order: the owner's, what can be sold, the patience of others."""
    amounts, total, may = asked.amounts, asked.total, asked.may_wait.copy()
    principal, interest = asked.principal, asked.interest
    pressed = (trouble.months >= 3) | moment.closing
    most = bills.reserves(moment, ledger, pressed)
    # nobody pays in or sells what would not keep the firm alive for another month
    least = total - (amounts * may)[:, :PRINCIPAL].sum(axis=1) - principal - interest
    hopeless = (least > available + most) & ~moment.protected
    # one owner pays in before anybody notices, another when nobody waits any longer
    early = (moment.traits.pays_in_first | moment.protected) & ~hopeless
    first = bills.raise_money(moment, ledger, np.where(early, total + buffer - available, 0.0), pressed)
    available = available + first.paid_in + first.sold

    most = bills.reserves(moment, ledger, pressed)
    may[:, PRINCIPAL] &= (trouble.missed < WAITS_AT_MOST) | (most < principal + interest)
    pulled = _pull(moment, may, amounts, total + buffer - available)
    left = lacking = total - (amounts * pulled).sum(axis=1)
    # what is raised last goes as far as it makes a difference: for all, or without the loan, or its interest
    for part in (np.where(pulled[:, PRINCIPAL], 0.0, principal), interest):
        lacking = np.where(lacking > available + most, lacking - part, lacking)
    last = bills.raise_money(moment, ledger, np.where(hopeless, 0.0, lacking - available), pressed)
    available = available + last.paid_in + last.sold
    skips = ~pulled[:, PRINCIPAL] & (left > available) & (principal > 0)
    left = left - np.where(skips, principal, 0.0)
    skips_interest = (left > available) & (interest > 0)
    failed = left - np.where(skips_interest, interest, 0.0) > available
    # who cannot pay even so stops altogether
    pulled = pulled | failed[:, None]
    return Found(
        available=available,
        raised=bills.Raised(first.paid_in + last.paid_in, first.sold + last.sold, first.gain + last.gain),
        pulled=pulled,
        skips=skips | pulled[:, PRINCIPAL],
        skips_interest=skips_interest | failed,
        failed=failed,
    )


def _settle(ledger: Ledger, book: LoanBook, asked: Bills, found: Found) -> np.ndarray:
    """Write into the books what is paid and what is put off; returns what it took (n,), yen.

    Who stops pays wages as far as it goes, and nothing else.
    """
    pulled, failed = found.pulled, found.failed
    social, other = asked.amounts[:, SOCIAL], asked.amounts[:, OTHER]
    wages = np.where(failed, np.minimum(found.available, asked.wages), asked.wages)
    paid_other = np.where(pulled[:, OTHER], 0.0, other)
    insisted = np.where(failed, 0.0, asked.insisted)
    repaid = np.where(found.skips[:, None], 0.0, asked.slots)
    ledger.wages_unpaid = asked.wages - wages
    ledger.other_due -= paid_other
    ledger.social_due -= social
    ledger.social_arrears += np.where(pulled[:, SOCIAL], social, 0.0)
    ledger.vat_arrears += np.where(pulled[:, TAX], asked.vat, 0.0)
    ledger.income_tax_arrears += np.where(pulled[:, TAX], asked.income_tax, 0.0)
    bills.pay_arrears(ledger, insisted)
    ledger.delay = np.where(failed[:, None], STOPPED, ledger.delay + pulled[:, SUPPLIERS][:, ::-1])
    ledger.interest_unpaid = np.where(found.skips_interest, asked.interest, 0.0)
    book.balance -= repaid
    book.missed += asked.slots - repaid
    spent = wages + paid_other + insisted + bills.pay_suppliers(ledger) + repaid.sum(axis=1)
    for amount, not_paid in (
        (social, pulled[:, SOCIAL]),
        (asked.amounts[:, TAX], pulled[:, TAX]),
        (asked.interest, found.skips_interest),
    ):
        spent = spent + np.where(not_paid, 0.0, amount)
    return spent


def _may_wait(moment: Moment, ledger: Ledger, amounts: np.ndarray, insists: np.ndarray) -> np.ndarray:
    """Return what of the month's `amounts` (n, levers) can be put off, bool.

    `insists` (n,) bool: tax and pension offices do, and then take instalments only with what falls due now.
    """
    may = amounts > 0
    may[:, [TAX, SOCIAL]] &= ~insists[:, None]
    # unpaid bills of two months are as many as can be kept waiting
    may[:, OTHER] &= amounts[:, OTHER] < 2.2 * moment.traits.other * moment.monthly_sales
    # a note that is not honoured is the end; some suppliers wait two months, some not at all
    may[:, SUPPLIERS] &= (ledger.delay < moment.traits.patience)[:, ::-1]
    return may & ~moment.traits.stops_at_once[:, None]


def _pull(moment: Moment, may: np.ndarray, amounts: np.ndarray, short: np.ndarray) -> np.ndarray:
    """Put off one thing after the other until the shortage is met; returns which (n, levers) bool.

    `short` (n,) is what lacks if the buffer is to be kept: it is not touched while something can wait.
    """
    rows = np.arange(len(short))
    order = np.where(moment.traits.pays_taxes_last[:, None], TAXES_FIRST, SUPPLIERS_FIRST)
    pulled = np.zeros_like(may)
    for place in range(len(LEVERS)):
        lever = order[:, place]
        use = (short > 0) & may[rows, lever]
        pulled[rows, lever] = use
        short = short - np.where(use, amounts[rows, lever], 0.0)
    return pulled


def _remember(moment, ledger, book, trouble, put_off, missed) -> np.ndarray:
    """Count months of trouble, missed payments and arrears, note the first sign; returns who is stressed."""
    owes = (book.missed.sum(axis=1) > 0) | (ledger.interest_unpaid > 0)
    # all is due at once where trade is given up: what is not paid then is late from that month on
    counts = missed | (moment.wound_up & owes)
    trouble.missed = np.where(counts, trouble.missed + 1, np.where(owes, trouble.missed, 0))
    # banks were told to wait in the epidemic: nobody was called overdue who still traded
    waits = aid_runs(moment) & ~moment.wound_up
    trouble.missed = np.where(waits, np.minimum(trouble.missed, OVERDUE_AT - 1), trouble.missed)
    stressed = put_off | missed
    trouble.months = np.maximum(trouble.months + np.where(stressed, 1 + 2 * missed, -1), 0)
    in_arrears = bills.arrears(ledger) > 0
    trouble.arrears_age = np.where(in_arrears, trouble.arrears_age + 1, 0)
    sign = stressed | (ledger.delay > 0).any(axis=1) | in_arrears
    trouble.quiet = np.where(sign, 0, trouble.quiet + 1)
    begun = np.where(sign & (trouble.first_sign < 0), moment.t, trouble.first_sign)
    trouble.first_sign = np.where(trouble.quiet >= 6, -1, begun)
    return stressed
