"""Paying the month's bills, and what a firm tries when cash is short, in the order that is its own."""

from dataclasses import dataclass

import numpy as np

from simulator import bills
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
    """
    buffer = moment.traits.buffer * moment.monthly_sales * held
    vat, income_tax, refund = bills.taxes_due(moment, ledger)
    tax = vat + income_tax
    insisted = np.where(trouble.arrears_age >= PATIENCE, np.ceil(bills.arrears(ledger) / 12), 0.0)
    wages = due.wages + ledger.wages_unpaid
    principal, interest = due.principal.sum(axis=1), due.interest + ledger.interest_unpaid
    hold, newest = bills.supplier_bills(ledger)

    # one owner pays in before anybody notices, another when nobody waits any longer
    total = wages + hold.sum(axis=1) + due.other + due.social + tax + insisted + principal + interest
    available = ledger.cash + receipts + refund - spent
    sundries = spent
    # what was paid in before a firm came into sight says nothing of what its owner still has
    opening = np.where(moment.protected, ledger.owner_loan, ledger.owner_loan_opening)
    ledger.owner_loan_opening = opening
    pressed = (trouble.months >= 3) | moment.closing
    early = moment.traits.pays_in_first | moment.protected
    short = np.where(early, total + buffer - available, 0.0)
    first = bills.raise_money(moment, ledger, short, pressed)
    available = available + first.paid_in + first.sold

    amounts = np.column_stack([tax, due.social, due.other, newest[:, ::-1], principal])
    pulled = _pull(moment, ledger, amounts, total + buffer - available)
    left = total - (amounts * pulled).sum(axis=1)
    last = bills.raise_money(moment, ledger, left - available, pressed)
    available = available + last.paid_in + last.sold
    raised = bills.Raised(first.paid_in + last.paid_in, first.sold + last.sold, first.gain + last.gain)
    skips = ~pulled[:, PRINCIPAL] & (left > available) & (principal > 0)
    left = left - np.where(skips, principal, 0.0)
    skips_interest = (left > available) & (interest > 0)
    failed = left - np.where(skips_interest, interest, 0.0) > available

    # who cannot pay even so stops paying altogether: wages as far as it goes, nothing else
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

    excess = np.where(failed, 0.0, available - spent - buffer - KEPT * moment.monthly_sales)
    rest = bills.catch_up(ledger, book, excess)
    later = excess - rest + bills.invest(moment, ledger, rest, capacity)
    ledger.cash = available - spent - later
    stressed = _remember(moment, ledger, book, trouble, pulled.any(axis=1), skips | skips_interest)
    inflow = receipts + refund + raised.paid_in + raised.sold
    return Paid(inflow, sundries + spent + later, failed, stressed, raised.paid_in, raised.gain)


def _pull(moment: Moment, ledger: Ledger, amounts: np.ndarray, short: np.ndarray) -> np.ndarray:
    """Put off one thing after the other until the shortage is met; returns which (n, levers) bool.

    `short` (n,) is what lacks if the buffer is to be kept: it is not touched while something can wait.
    """
    rows = np.arange(len(short))
    may = amounts > 0
    # unpaid bills of two months are as many as can be kept waiting
    may[:, OTHER] &= amounts[:, OTHER] < 2.2 * moment.traits.other * moment.monthly_sales
    # a note that is not honoured is the end; some suppliers wait two months, some not at all
    may[:, SUPPLIERS] &= (ledger.delay < moment.traits.patience)[:, ::-1]
    may &= ~moment.traits.stops_at_once[:, None]
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
    counts = missed | (moment.closing & owes)
    trouble.missed = np.where(counts, trouble.missed + 1, np.where(owes, trouble.missed, 0))
    # banks were told to wait in the epidemic: nobody was called overdue who still traded
    waits = aid_runs(moment) & ~moment.closing
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
