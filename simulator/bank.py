"""Talks with the bank month by month: new money, renewals, rescheduling, leaving the guarantee behind."""

import numpy as np

from simulator import credit
from simulator.books import Ledger
from simulator.columns import across
from simulator.credit import LoanBook, Standing
from simulator.distress import Trouble
from simulator.moment import Moment, Recent, aid_runs
from simulator.shocks import CAUSE, Drive

DRAWS = 12
ROUND = 1e5  # loans are round sums
TERMS = np.array([60, 84, 120, 120])  # months
GRACE = np.array(
    [12, 24, 36, 36, 48, 60]
)  # months without repayment of the epidemic's loans, mostly three years
LEAST_SHARE, MOST_SHARE = 0.1, 0.8  # of the repayments that go on after rescheduling
MOST_MONTHS = 4.2  # of sales under guarantee, in practice
EPIDEMIC_MONTHS, EPIDEMIC_LIMIT = 1.3, 1.2e7  # of sales, and yen: what the epidemic's loans came to
GUARANTEE_LIMIT = 2.8e8  # yen a firm: 200 million and 80 million without collateral
LEAST_CASH_MARGIN = -0.05  # seen by the bank: below it no plan is credible and rescheduling is refused
SOUND_EQUITY, SOUND_MARGIN, CASH_ENOUGH = (
    0.3,
    0.01,
    1.0,
)  # who has these, or months of sales in cash, needs none
EARNS_WELL = 0.03  # ordinary profit ÷ sales
# months of sales in cash, and a margin, below which a firm asks before anything is late
FORESEES, LOSES = 0.06, -0.03
PATIENT = 0.95  # of the chance of an answer, by each rescheduling before
ANSWERED = 0.5  # share of requests for rescheduling answered within a month (project default)
HALF_YEARS = 0.25  # share of reschedulings for half a year; the others are for a year (project default)
AHEAD = 2  # months before it ends that the next rescheduling is asked for
INTO_ONE, INTO_ONE_EPIDEMIC = 0.30, 0.65  # share of new guaranteed loans that take up the older ones (一本化)
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
    barred = (standing.eased_until >= t) | (trouble.missed > 1) | moment.closing
    waited = t - standing.last_asked
    # who is insolvent and loses gets old money renewed, no new
    sinking = (standing.seen_equity < 0) & (standing.bad_closings >= 2)
    urgent = ledger.cash < (traits.buffer + 0.1) * monthly
    # larger firms have more to finance, and ask more often
    calm = np.where(traits.employees <= 5, 16, np.where(traits.employees <= 20, 10, 5))
    asks = (
        (ledger.cash < 0.6 * traits.cash_wanted * monthly) & (waited >= np.where(urgent, 3, calm)) & ~sinking
    )
    principal = credit.principal_due(book, standing, t, moment.wound_up).sum(axis=1)
    wanted = traits.cash_wanted * monthly - ledger.cash + 4 * principal
    amount = _round_up(np.clip(wanted, 0.3 * monthly, 1.5 * monthly))
    proper = asks & (view > credit.PROPER) & (u[:, 0] < 0.75) & ~barred

    # a loan that is half repaid is often made whole again, in good times too, and the old one repaid of it
    ordinary = book.is_guaranteed & (book.scheme != credit.SCHEME["epidemic"])
    owed, first = (book.balance * ordinary).sum(axis=1), (book.amount * ordinary).sum(axis=1)
    renews = (owed < 0.6 * first) & (u[:, 1] < 0.07) & (t < traits.leave_month) & (waited >= 6)
    amount = np.where(renews & ~asks, _round_up(np.maximum(0.8 * first - owed, 0.5 * monthly)), amount)
    room = np.minimum(GUARANTEE_LIMIT, MOST_MONTHS * monthly) - book.guaranteed_balance
    guaranteed = ((asks & ~proper) | renews) & (view > credit.GUARANTEED) & ~barred & (room >= amount)

    epidemic = credit.epidemic_window(moment) & ~standing.took_epidemic & (moment.sales_change < -0.03)
    epidemic &= (u[:, 2] < 0.35) & (trouble.missed == 0)
    standing.took_epidemic |= epidemic
    amount = np.where(epidemic, _round_up(np.minimum(EPIDEMIC_MONTHS * monthly, EPIDEMIC_LIMIT)), amount)
    epidemic &= ~moment.closing & ~standing.distrusted
    joins = traits.is_entrant & (traits.start + k == traits.join)
    amount = np.where(joins, _round_up(np.minimum((0.5 + 1.2 * u[:, 3]) * monthly, GUARANTEE_LIMIT)), amount)

    chosen = credit.choose_scheme(moment, book, standing, u[:, 4])
    scheme = np.where(guaranteed | joins, chosen, 0)
    scheme = np.where(epidemic, credit.SCHEME["epidemic"], scheme)
    granted = proper | guaranteed | epidemic | joins
    renewed = guaranteed & ~epidemic & ~joins
    fits = owed + amount <= credit.limit("epidemic", moment.world.first + t)
    into_one = (renewed & (u[:, 9] < INTO_ONE)) | (epidemic & fits & (u[:, 9] < INTO_ONE_EPIDEMIC))
    old = credit.repay_old(book, renewed, into_one)
    short = proper & ~guaranteed & ~epidemic & ~joins & (u[:, 5] < 0.35)
    whole = _round_up(np.where(granted, np.maximum(amount + old, credit.LEAST_LOAN), 0.0))
    scheme = credit.within_limits(book, scheme, whole, moment.world.first + t)
    paid_out = _pay_out(moment, book, standing, whole, scheme, short, u[:, 6:9])
    standing.last_asked = np.where(asks | renews | epidemic | joins, t, standing.last_asked)
    _roll_over(book, view, t)
    return paid_out - old


def _round_up(amount: np.ndarray) -> np.ndarray:
    return np.ceil(amount / ROUND) * ROUND


def _instalment(amount: np.ndarray, months: np.ndarray | int) -> np.ndarray:
    """Return the monthly repayment in full thousands; the last one is what is left."""
    return np.ceil(amount / months / 1000) * 1000


def _pay_out(moment, book, standing, amount, scheme, short, u) -> np.ndarray:
    """Write the loans into the book; returns what was paid out (n,): nothing where no slot is free."""
    t = moment.t
    slot, is_free = credit.free_slot(book)
    given = (amount > 0) & is_free
    main = np.where(moment.traits.employees <= 5, 0.92, np.where(moment.traits.employees <= 20, 0.75, 0.55))
    epidemic = scheme == credit.SCHEME["epidemic"]
    term = np.where(epidemic, 120, TERMS[np.floor(len(TERMS) * u[:, 0]).astype(int)])
    grace = np.where(
        epidemic, GRACE[np.floor(len(GRACE) * u[:, 1]).astype(int)], np.where(u[:, 1] < 0.25, 6, 0)
    )
    rate = moment.world.interest[t] + np.where(scheme > 0, 0.0, 0.5) + credit.spread(moment, standing)
    loan = {
        "balance": amount,
        "monthly": np.where(short, 0.0, _instalment(amount, term - grace)),
        "rate": np.round(np.where(epidemic, 1.2, np.clip(rate, 0.5, 8.0)) * 40) / 40,  # in eighths of 0.2
        "amount": amount,
        "executed": t,
        "maturity": t + np.where(short, 12, term),
        "grace_until": t + 1 + np.where(short, 0, grace),
        "scheme": scheme,
        "lender": np.where(u[:, 2] < main, 0, np.where(u[:, 2] < 0.4 + 0.6 * main, 1, 2)),
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
    book.monthly = np.where(due & ~renew, _instalment(book.balance, 36), book.monthly)


def ask_for_relief(
    moment: Moment,
    ledger: Ledger,
    book: LoanBook,
    standing: Standing,
    trouble: Trouble,
    here: np.ndarray,
    u: np.ndarray,
) -> np.ndarray:
    """Let firms in lasting trouble ask for rescheduling (条件変更); returns who is granted it (n,) bool.

    `here` (n,) marks who still pays: nobody reschedules a firm that stopped. `u` (n, 2) says how soon the
    answer comes and for how long it is granted.
    """
    traits, t = moment.traits, moment.t
    aid = aid_runs(moment)  # banks were told to grant it
    owes = (book.balance * (book.monthly > 0)).sum(axis=1) > 0
    left = standing.eased_until - t
    ended = left == 0
    # what the last closing known leaves for repayments, against what a year of them takes
    earns = standing.seen_cash_margin * 12 * moment.monthly_sales
    affords = earns / np.maximum(12 * book.monthly.sum(axis=1), 1.0)
    share = np.clip(np.floor(10 * 0.8 * affords) / 10, LEAST_SHARE, MOST_SHARE)
    still = (trouble.months > 0) | (affords < 1.0)
    # the proud wait for months; in the epidemic nobody had to be ashamed
    waits = np.where(aid, 2, traits.pride)
    again = (left >= 0) & (left <= AHEAD) & still
    # some see it coming, before anything is late
    tight = (ledger.cash < FORESEES * moment.monthly_sales) & (moment.yearly_margin < LOSES)
    asks = again | (((trouble.months >= waits) | tight) & (left < 0))
    # each time lenders are a little harder to win
    asks &= u[:, 0] < ANSWERED * PATIENT**standing.times_eased
    sound = (standing.seen_equity > SOUND_EQUITY) & (standing.seen_margin > SOUND_MARGIN)
    # loans of who earns well are written anew, over more years
    sound |= (standing.seen_equity > 0) & (standing.seen_margin > EARNS_WELL)
    needs = (ledger.cash < CASH_ENOUGH * moment.monthly_sales) & ~sound
    viable = (standing.seen_cash_margin > LEAST_CASH_MARGIN) | aid
    granted = asks & owes & needs & viable & here & ~moment.closing & ~moment.protected
    # afterwards the rest is spread over the time left, three years at least
    spread = (ended & ~granted)[:, None] & (book.balance > 0) & (book.monthly > 0)
    over = np.maximum(book.maturity - t[:, None], 36)
    book.monthly = np.where(spread, _instalment(book.balance, over), book.monthly)
    book.maturity = np.where(spread, t[:, None] + over, book.maturity)
    term = np.where(u[:, 1] < HALF_YEARS, 6, 12)
    credit.ease(book, standing, granted, np.maximum(t + 1, standing.eased_until), share, term)
    trouble.missed = np.where(granted & (ledger.interest_unpaid == 0), 0, trouble.missed)
    return granted


def leave(moment: Moment, ledger: Ledger, book: LoanBook, standing: Standing, here: np.ndarray) -> np.ndarray:
    """Repay all guaranteed loans where the owner wants out and can; returns what it took (n,), yen.

    `here` (n,) marks who pays what falls due.
    """
    t, owed = moment.t, book.guaranteed_balance
    can = ledger.cash > owed + 0.5 * moment.monthly_sales
    slot, is_free = credit.free_slot(book)
    trusted = (standing.seen_equity > 0.25) & (standing.seen_margin > 0.015) & is_free & ~standing.distrusted
    # nobody leaves within a year of a rescheduling
    here = here & ~moment.protected & (standing.eased_until < t - 12)
    out = (t >= moment.traits.leave_month) & (owed > 0) & here & (can | trusted)
    covered = out[:, None] & book.is_guaranteed
    book.balance = np.where(covered, 0.0, book.balance)
    book.missed = np.where(covered, 0.0, book.missed)
    # without the cash the bank takes it over at its own risk: the same sum as a new loan, no guarantee
    taken_over = out & ~can
    nothing = np.zeros_like(t)
    loan = {
        "balance": owed, "amount": owed, "monthly": _instalment(owed, 84), "rate": np.full(len(t), 1.5),
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
    standing.staff = drive.heads.copy()
    ill = drive.gap[:, CAUSE["owner"]] > 0.25
    standing.news = NEWS_KEPT * standing.news + loss / np.maximum(moment.monthly_sales, 1.0) + 0.3 * ill


def see_closing(
    moment: Moment,
    standing: Standing,
    sheet: dict[str, np.ndarray],
    recent: Recent,
    flattered: dict[str, np.ndarray],
) -> None:
    """Note a closing when the year ends, and let the bank see it three months later, as it is shown.

    `flattered` holds what the last closing shows above the truth: assets, debts, sales, ordinary, cash (n,).
    """
    debts = sum(sheet[name] for name in (
        "payables", "accounts_payable_other", "accrued_expenses", "other_current_liabilities",
        "income_taxes_payable", "consumption_taxes_payable", "short_term_loans", "current_long_term_loans",
        "long_term_loans",
    ))  # fmt: skip
    # what the owner lent counts as capital, as banks count it
    assets = np.maximum(sheet["total_assets"] + flattered["assets"], 1.0)
    equity = 1 - (debts + flattered["debts"]) / assets
    standing.closing_equity = np.where(moment.closes, equity, standing.closing_equity)
    sees = (moment.world.month_of_year[moment.t] - moment.traits.year_end) % 12 == 3
    sales = np.maximum(across(recent.sales[:, -15:-3]) + flattered["sales"], 1.0)
    standing.seen_equity = np.where(sees, standing.closing_equity, standing.seen_equity)
    for name, kept, more in (
        ("seen_margin", recent.ordinary, "ordinary"),
        ("seen_cash_margin", recent.cash, "cash"),
    ):
        seen = (across(kept[:, -15:-3]) + flattered[more]) / sales
        setattr(standing, name, np.where(sees, seen, getattr(standing, name)))
    bad = np.where(standing.seen_margin < 0, standing.bad_closings + 1, 0)
    standing.bad_closings = np.where(sees, bad, standing.bad_closings)
