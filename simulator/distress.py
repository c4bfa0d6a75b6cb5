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
    vat, income_tax, refund = bills.taxes_due(moment, ledger)
    tax = vat + income_tax
    insists = (trouble.arrears_age >= PATIENCE) & ~aid_runs(moment)
    insisted = np.where(insists, bills.instalment(moment, ledger), 0.0)
    wages = due.wages + ledger.wages_unpaid
    principal, interest = due.principal.sum(axis=1), due.interest + ledger.interest_unpaid
    hold, newest = bills.supplier_bills(ledger)

    # one owner pays in before anybody notices, another when nobody waits any longer
    total = wages + hold.sum(axis=1) + due.other + due.social + tax + insisted + principal + interest
    brought, lost = bills.sell_up(moment, ledger)
    available = ledger.cash + receipts + refund + brought - spent
    sundries = spent
    # what was paid in before a firm came into sight says nothing of what its owner still has
    opening = np.where(moment.protected, ledger.owner_loan, ledger.owner_loan_opening)
    ledger.owner_loan_opening = opening
    pressed = (trouble.months >= 3) | moment.closing
    early = moment.traits.pays_in_first | moment.protected
    amounts = np.column_stack([tax, due.social, due.other, newest[:, ::-1], principal])
    may = _may_wait(moment, ledger, amounts, insists)
    most = bills.reserves(moment, ledger, pressed)
    # nobody pays in or sells what would not keep the firm alive for another month
    least = total - (amounts * may)[:, :PRINCIPAL].sum(axis=1) - principal - interest
    hopeless = (least > available + most) & ~moment.protected
    short = np.where(early & ~hopeless, total + buffer - available, 0.0)
    first = bills.raise_money(moment, ledger, short, pressed)
    available = available + first.paid_in + first.sold

    most = bills.reserves(moment, ledger, pressed)
    may[:, PRINCIPAL] &= (trouble.missed < WAITS_AT_MOST) | (most < principal + interest)
    pulled = _pull(moment, may, amounts, total + buffer - available)
    left = total - (amounts * pulled).sum(axis=1)
    # what is raised last goes as far as it makes a difference: for all, or without the loan, or its interest
    for part in (np.where(pulled[:, PRINCIPAL], 0.0, principal), interest):
        left = np.where(left > available + most, left - part, left)
    last = bills.raise_money(moment, ledger, np.where(hopeless, 0.0, left - available), pressed)
    left = total - (amounts * pulled).sum(axis=1)
    available = available + last.paid_in + last.sold
    raised = bills.Raised(first.paid_in + last.paid_in, first.sold + last.sold, first.gain + last.gain - lost)
    skips = ~pulled[:, PRINCIPAL] & (left > available) & (principal > 0)
    left = left - np.where(skips, principal, 0.0)
    skips_interest = (left > available) & (interest > 0)
    failed = left - np.where(skips_interest, interest, 0.0) > available

    # who cannot pay even so stops altogether: wages as far as it goes, a deposit for the court, and the banks
    # set off what else is there
    pulled = pulled | failed[:, None]
    skips, skips_interest = skips | pulled[:, PRINCIPAL], skips_interest | failed
    paid_wages = np.where(failed, np.minimum(available, wages), wages)
    paid_other = np.where(pulled[:, OTHER], 0.0, due.other)
    insisted = np.where(failed, 0.0, insisted)
    repaid = np.where(skips[:, None], 0.0, due.principal)
    ledger.wages_unpaid = wages - paid_wages
    ledger.other_due -= paid_other
    ledger.social_due -= due.social
    ledger.social_arrears += np.where(pulled[:, SOCIAL], due.social, 0.0)
    ledger.vat_arrears += np.where(pulled[:, TAX], vat, 0.0)
    ledger.income_tax_arrears += np.where(pulled[:, TAX], income_tax, 0.0)
    bills.pay_arrears(ledger, insisted)
    ledger.delay = np.where(failed[:, None], STOPPED, ledger.delay + pulled[:, SUPPLIERS][:, ::-1])
    ledger.interest_unpaid = np.where(skips_interest, interest, 0.0)
    book.balance -= repaid
    book.missed += due.principal - repaid
    spent = paid_wages + paid_other + insisted + bills.pay_suppliers(ledger) + repaid.sum(axis=1)
    for amount, not_paid in (
        (due.social, pulled[:, SOCIAL]),
        (tax, pulled[:, TAX]),
        (interest, skips_interest),
    ):
        spent = spent + np.where(not_paid, 0.0, amount)

    rest = available - spent
    seized = np.where(failed, rest - FILING_COST, np.where(moment.wound_up, rest, 0.0))
    spent = spent + credit.repay_from(book, np.maximum(seized, 0.0))

    excess = np.where(failed, 0.0, available - spent - buffer - KEPT * moment.monthly_sales)
    owner_waits = eased | (trouble.missed > 0) | moment.closing
    rest = bills.catch_up(ledger, book, excess, owner_waits)
    later = excess - rest + bills.invest(moment, ledger, rest, capacity)
    ledger.cash = available - spent - later
    stressed = _remember(moment, ledger, book, trouble, pulled.any(axis=1), skips | skips_interest)
    inflow = receipts + refund + brought + raised.paid_in + raised.sold
    return Paid(inflow, sundries + spent + later, failed, stressed, raised.paid_in, raised.gain)


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
