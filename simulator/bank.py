"""Talks with the bank month by month: new money, renewals, rescheduling, leaving the guarantee behind."""

import numpy as np

from simulator import credit
from simulator.books import Ledger
from simulator.credit import LoanBook, Standing
from simulator.distress import Trouble
from simulator.moment import Moment, Recent
from simulator.shocks import CAUSE, Drive

DRAWS = 10
ROUND = 1e5  # loans are round sums
TERMS = np.array([60, 84, 84, 120])  # months
GRACE = np.array(
    [12, 24, 36, 36, 48, 60]
)  # months without repayment of the epidemic's loans, mostly three years
EASED_SHARE = 0.1  # of the repayments goes on after rescheduling
LEAST_CASH_MARGIN = -0.02  # seen by the bank: below it no plan is credible and rescheduling is refused
NEWS_KEPT = 0.88  # bad news is half forgotten after five months


def borrow(
    moment: Moment,
    ledger: Ledger,
    book: LoanBook,
    standing: Standing,
    trouble: Trouble,
    u: np.ndarray,
    k: int,
):
    """Let firms ask for new money and lenders answer by what they see; returns what was paid out (n,)."""
    traits, t, monthly = moment.traits, moment.t, moment.monthly_sales
    view = credit.score(moment, book, standing, trouble.arrears_age >= 3)
    barred = (standing.eased_until >= t) | (trouble.missed > 1)
    waited = t - standing.last_asked
    urgent = ledger.cash < (traits.buffer + 0.1) * monthly
    asks = (ledger.cash < 0.6 * traits.cash_wanted * monthly) & (waited >= np.where(urgent, 3, 9))
    principal = credit.dues(book, standing, t)[0].sum(axis=1)
    wanted = traits.cash_wanted * monthly - ledger.cash + 4 * principal
    amount = _round_up(np.clip(wanted, 0.3 * monthly, 3.0 * monthly))
    proper = asks & (view > credit.PROPER) & (u[:, 0] < 0.75) & ~barred

    # a loan that is half repaid is often made whole again, in good times too, and the old one repaid of it
    ordinary = book.is_guaranteed & (book.scheme != credit.SCHEME["epidemic"])
    owed, first = (book.balance * ordinary).sum(axis=1), (book.amount * ordinary).sum(axis=1)
    renews = (owed < 0.45 * first) & (u[:, 1] < 0.05) & (t < traits.leave_month) & (waited >= 6)
    amount = np.where(renews & ~asks, _round_up(np.maximum(0.8 * first - owed, 0.5 * monthly)), amount)
    room = np.minimum(2.8e8, 6.0 * monthly) - book.guaranteed_balance  # 280 million yen: the scheme's limit
    guaranteed = ((asks & ~proper) | renews) & (view > credit.GUARANTEED) & ~barred & (room >= amount)

    epidemic = credit.epidemic_window(moment) & ~standing.took_epidemic & (moment.sales_change < -0.03)
    epidemic &= (u[:, 2] < 0.22) & (trouble.missed == 0)
    standing.took_epidemic |= epidemic
    amount = np.where(epidemic, _round_up(np.minimum(2.8 * monthly, 6e7)), amount)
    joins = traits.is_entrant & (traits.start + k == traits.join)
    amount = np.where(joins, _round_up((0.8 + 1.6 * u[:, 3]) * monthly), amount)

    chosen = credit.choose_scheme(moment, book, u[:, 4])
    scheme = np.where(guaranteed | joins, chosen, 0)
    scheme = np.where(epidemic, credit.SCHEME["epidemic"], scheme)
    granted = proper | guaranteed | epidemic | joins
    old = credit.repay_old(book, guaranteed & ~epidemic & ~joins)
    short = proper & ~guaranteed & ~epidemic & ~joins & (u[:, 5] < 0.15)
    paid_out = _pay_out(
        moment, book, standing, np.where(granted, amount + old, 0.0), scheme, short, u[:, 6:9]
    )
    standing.last_asked = np.where(asks | renews | epidemic | joins, t, standing.last_asked)
    _roll_over(book, view, t)
    return paid_out - old


def _round_up(amount: np.ndarray) -> np.ndarray:
    return np.ceil(amount / ROUND) * ROUND


def _pay_out(moment, book, standing, amount, scheme, short, u) -> np.ndarray:
    """Write the loans into the book; returns what was paid out (n,): nothing where no slot is free."""
    t = moment.t
    slot, is_free = credit.free_slot(book)
    given = (amount > 0) & is_free
    epidemic = scheme == credit.SCHEME["epidemic"]
    term = np.where(epidemic, 120, TERMS[np.floor(len(TERMS) * u[:, 0]).astype(int)])
    grace = np.where(
        epidemic, GRACE[np.floor(len(GRACE) * u[:, 1]).astype(int)], np.where(u[:, 1] < 0.25, 6, 0)
    )
    rate = moment.world.interest[t] + np.where(scheme > 0, 0.3, 0.8) - 0.5 * moment.traits.relation
    loan = {
        "balance": amount,
        "monthly": np.where(short, 0.0, np.ceil(amount / (term - grace))),
        "rate": np.round(np.where(epidemic, 1.2, np.clip(rate, 0.5, 8.0)), 3),
        "amount": amount,
        "executed": t,
        "maturity": t + np.where(short, 12, term),
        "grace_until": t + 1 + np.where(short, 0, grace),
        "scheme": scheme,
        "lender": np.where(u[:, 2] < 0.65, 0, np.where(u[:, 2] < 0.92, 1, 2)),
        "serial": standing.serial,
        "missed": np.zeros(len(t)),
    }
    credit.place(book, slot, given, loan)
    standing.serial = standing.serial + given
    return np.where(given, amount, 0.0)


def _roll_over(book: LoanBook, view: np.ndarray, t: np.ndarray) -> None:
    """Renew loans repaid in one sum each year, or turn them into three years' instalments."""
    due = (book.balance > 0) & (book.monthly == 0) & (book.maturity <= t[:, None])
    renew = due & (view > credit.GUARANTEED)[:, None]
    book.maturity = np.where(renew, t[:, None] + 12, np.where(due, t[:, None] + 36, book.maturity))
    book.monthly = np.where(due & ~renew, np.ceil(book.balance / 36), book.monthly)


def ask_for_relief(
    moment: Moment, ledger: Ledger, book: LoanBook, standing: Standing, trouble: Trouble
) -> np.ndarray:
    """Let firms in lasting trouble ask for rescheduling (条件変更); returns who is granted it (n,) bool."""
    world, traits, t = moment.world, moment.traits, moment.t
    aid = (t >= world.index(2020, 4)) & (
        t <= world.index(2021, 12)
    )  # banks were told to grant it in the epidemic
    owes = (book.balance * (book.monthly > 0)).sum(axis=1) > 0
    ended = standing.eased_until == t
    still = (trouble.months > 0) | (standing.seen_margin < 0) | (ledger.cash < 0.6 * moment.monthly_sales)
    # the proud wait for months; in the epidemic nobody had to be ashamed
    waits = np.where(aid, 1, traits.pride)
    asks = (ended & still) | ((trouble.months >= waits) & (standing.eased_until < t))
    viable = (standing.seen_cash_margin > LEAST_CASH_MARGIN) | aid
    granted = asks & owes & viable & ~moment.protected & (standing.times_eased < 10)
    # afterwards the rest is spread over the time left, three years at least
    spread = (ended & ~granted)[:, None] & (book.balance > 0) & (book.monthly > 0)
    left = np.maximum(book.maturity - t[:, None], 36)
    book.monthly = np.where(spread, np.ceil(book.balance / left), book.monthly)
    credit.ease(book, standing, granted, t + 1, EASED_SHARE)
    trouble.missed = np.where(granted & (ledger.interest_unpaid == 0), 0, trouble.missed)
    return granted


def leave(moment: Moment, ledger: Ledger, book: LoanBook, standing: Standing) -> np.ndarray:
    """Repay all guaranteed loans where the owner wants out and can; returns what it took (n,), yen."""
    t, owed = moment.t, book.guaranteed_balance
    can = ledger.cash > owed + 0.5 * moment.monthly_sales
    slot, is_free = credit.free_slot(book)
    trusted = (standing.seen_equity > 0.25) & (standing.seen_margin > 0.015) & is_free
    out = (t >= moment.traits.leave_month) & (owed > 0) & ~moment.protected & (can | trusted)
    covered = out[:, None] & book.is_guaranteed
    book.balance = np.where(covered, 0.0, book.balance)
    book.missed = np.where(covered, 0.0, book.missed)
    # without the cash the bank takes it over at its own risk: the same sum as a new loan, no guarantee
    taken_over = out & ~can
    nothing = np.zeros_like(t)
    loan = {
        "balance": owed, "amount": owed, "monthly": np.ceil(owed / 84), "rate": np.full(len(t), 1.5),
        "executed": t, "maturity": t + 84, "grace_until": t + 1, "scheme": nothing, "lender": nothing,
        "serial": standing.serial, "missed": np.zeros(len(t)),
    }  # fmt: skip
    credit.place(book, slot, taken_over, loan)
    standing.serial = standing.serial + taken_over
    paid = np.where(out & can, owed, 0.0)
    ledger.cash -= paid
    return paid


def hear(moment: Moment, standing: Standing, drive: Drive, loss: np.ndarray) -> None:
    """Let the bank hear of blows: a fire, a claim, a customer's failure, long before a closing."""
    ill = drive.gap[:, CAUSE["owner"]] > 0.25
    standing.news = NEWS_KEPT * standing.news + loss / np.maximum(moment.monthly_sales, 1.0) + 0.3 * ill


def see_closing(moment: Moment, standing: Standing, sheet: dict[str, np.ndarray], recent: Recent) -> None:
    """Note a closing when the year ends, and let the bank see it three months later."""
    debts = sum(sheet[name] for name in (
        "payables", "accounts_payable_other", "accrued_expenses", "income_taxes_payable",
        "consumption_taxes_payable", "short_term_loans", "current_long_term_loans", "long_term_loans",
    ))  # fmt: skip
    # what the owner lent counts as capital, as banks count it
    equity = 1 - debts / np.maximum(sheet["total_assets"], 1.0)
    standing.closing_equity = np.where(moment.closes, equity, standing.closing_equity)
    sees = (moment.world.month_of_year[moment.t] - moment.traits.year_end) % 12 == 3
    sales = np.maximum(recent.sales[:, -15:-3].sum(axis=1), 1.0)
    standing.seen_equity = np.where(sees, standing.closing_equity, standing.seen_equity)
    for name, kept in (("seen_margin", recent.ordinary), ("seen_cash_margin", recent.cash)):
        seen = kept[:, -15:-3].sum(axis=1) / sales
        setattr(standing, name, np.where(sees, seen, getattr(standing, name)))
