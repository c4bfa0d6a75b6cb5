"""The lives of a chunk of firms: month after month of trade, payments and talks with the bank, and how they end."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from simulator import books, credit, distress, trade
from simulator.draws import uniforms
from simulator.firms import Traits
from simulator.world import BURN_IN_MONTHS, World

NEVER = -1
LINES = (
    "sales", "cost_of_sales", "selling_general_admin", "nonoperating_income", "nonoperating_expenses",
    "extraordinary_loss", "income_taxes", "depreciation", "personnel_expenses", "officers_compensation",
    "interest_expense",
)  # fmt: skip
SHEET = (
    "cash_deposits", "receivables", "securities", "inventories", "suspense_payments", "officer_loans_receivable",
    "other_current_assets", "depreciable_assets", "land", "intangible_assets", "investments", "payables",
    "accounts_payable_other", "accrued_expenses", "income_taxes_payable", "consumption_taxes_payable",
    "officer_loans_payable", "capital", "retained_earnings", "short_term_loans", "current_long_term_loans",
    "long_term_loans",
)  # fmt: skip
FLOWS = (
    "inflow",
    "outflow",
    "social_arrears",
    "tax_arrears",
    "bad_receivable",
    "dead_stock",
    "employees",
    "owner_paid_in",
)
LOAN_FIELDS = (
    "balance",
    "monthly",
    "amount",
    "rate",
    "executed",
    "maturity",
    "grace_until",
    "scheme",
    "lender",
    "serial",
)


@dataclass
class Lives:
    """What truly happened; the month axis counts a firm's own months from ``traits.start``.

    accounts: name → (n, months) yen · issued, settles_in (n, months, 4) and bought (n, months, 3), delay (n, months, 3)
    · loans: name → (n, months, SLOTS) · customer (n, months, 3) · the rest (n,) month of the firm's life or NEVER.
    """

    traits: Traits
    accounts: dict[str, np.ndarray]
    issued: np.ndarray
    settles_in: np.ndarray
    customer: np.ndarray
    customer_failed: np.ndarray
    bought: np.ndarray
    delay: np.ndarray
    loans: dict[str, np.ndarray]
    eased: np.ndarray  # (n, months) bool: rescheduled in this month
    stressed: np.ndarray  # (n, months) bool
    gap: np.ndarray  # (n, months, causes) float32, log sales lost: what a visitor could hear of
    ended: np.ndarray  # month of the last payment day; NEVER: still there at the end
    overdue: np.ndarray
    bankrupt: np.ndarray
    repaid: np.ndarray
    viable: np.ndarray  # bool: cash margin of the last year was positive when it ended
    cause: np.ndarray  # place in trade.CAUSES
    first_sign: np.ndarray  # month index of the world; NEVER: no sign
    months: np.ndarray  # (n,) months lived within the world's reported span


def live(world: World, traits: Traits) -> Lives:
    """Live the lives of these firms to the end of the world's reported months.

    Parameters
    ----------
    world : World
    traits : Traits (n firms)

    Returns
    -------
    Lives
        Whole yen; a firm's life depends on the seed and its number only.
    """
    n, length = len(traits), int(world.months - traits.start.min(initial=world.months))
    ledger, debt = books.open_books(world, traits)
    book, standing = credit.open_loans(world, traits, debt)
    drive, trouble = trade.opening_drive(traits), distress.calm(n)
    lives = _empty(world, traits, length)
    recent = {name: np.zeros((n, 24)) for name in ("sales", "ordinary", "cash")}
    recent["sales"][:] = traits.base_sales[:, None] / 12
    recent["ordinary"][:] = (traits.base_sales * traits.margin / 12)[:, None]
    recent["cash"][:] = recent["ordinary"] + (traits.base_sales * traits.depreciable * 0.13 / 12)[:, None]
    alive = np.ones(n, dtype=bool)

    for k in range(length):
        t = np.minimum(traits.start + k, world.months - 1)
        u = uniforms(world.seed, "month", traits.number, trade.MONTHLY_DRAWS, month=k)
        protected = t < np.maximum(traits.join, BURN_IN_MONTHS)
        yearly = recent["sales"][:, -12:].sum(axis=1)
        margin = recent["ordinary"][:, -12:].sum(axis=1) / np.maximum(yearly, 1.0)
        # three months against the same a year before: what the crisis schemes ask for
        change = recent["sales"][:, -3:].sum(axis=1) / np.maximum(recent["sales"][:, -15:-12].sum(axis=1), 1.0) - 1
        monthly = yearly / 12

        receipts = books.roll_forward(ledger)
        lent = _borrow(world, traits, ledger, book, standing, trouble, t, monthly, change, u, k)
        principal, interest = credit.dues(book, standing, t)
        other_now, social_now = ledger.other_due.copy(), ledger.social_due.copy()
        month = trade.trade_month(world, traits, drive, t, ndtri(u), u, margin)
        accrued = books.write_trade(world, traits, ledger, month, drive.lost, t)
        bad_debt = books.lose_receivables(ledger, month.failed_customer).sum(axis=1)
        drive.damage[:, trade.CAUSE["customer_failure"]] += bad_debt
        # a fire, a claim, a customer's failure are known to the bank long before the closing that shows them
        heavy = (month.one_off + bad_debt) / np.maximum(monthly, 1.0) + 0.3 * (drive.gap[:, trade.CAUSE["owner"]] > 0.25)
        standing.news = 0.88 * standing.news + heavy
        paid = distress.pay_month(
            world, traits, ledger, book, trouble, t,
            receipts=receipts + accrued.cash_sales + month.subsidy + lent,
            wages=accrued.wages, other_now=other_now, social_now=social_now,
            principal=principal, interest=interest, monthly_sales=monthly, capacity=drive.capacity, protected=protected,
        )  # fmt: skip
        eased = distress.ask_for_relief(
            world, traits, ledger, book, standing, trouble, t, monthly_sales=monthly, protected=protected
        )
        is_year_end = world.month_of_year[t] == traits.year_end
        lines = _profit(traits, ledger, accrued.lines, interest, is_year_end)
        repaid = _leave(traits, ledger, book, standing, t, monthly, protected)
        paid_out = paid.outflow + repaid
        _remember(recent, lines)
        sheet = books.balance_sheet(ledger) | _loan_accounts(book)
        _see(world, traits, standing, sheet, recent, t)
        _record(lives, k, lines, sheet, ledger, paid, paid_out, accrued, month, drive, book, eased, traits)

        over = alive & (trouble.missed >= distress.OVERDUE_AT) & ~protected
        broke = alive & paid.failed & ~protected
        gone = alive & ~over & ~broke & ~protected & ((book.balance * (book.scheme > 0)).sum(axis=1) <= 0)
        ends = (over | broke | gone) & (traits.start + k < world.months)
        lives.overdue[ends & over & ~broke] = k
        lives.bankrupt[ends & broke] = k
        lives.repaid[ends & gone] = k
        lives.ended[ends] = k
        lives.cause[ends] = drive.damage.argmax(axis=1)[ends]
        lives.first_sign[ends] = trouble.first_sign[ends]
        lives.viable[ends] = (recent["cash"][:, -12:].sum(axis=1) > 0)[ends]
        alive &= ~ends
    return lives


def _empty(world: World, traits: Traits, length: int) -> Lives:
    n = len(traits)

    def never() -> np.ndarray:
        return np.full(n, NEVER, dtype=np.int64)

    return Lives(
        traits=traits,
        accounts={name: np.zeros((n, length)) for name in LINES + SHEET + FLOWS},
        issued=np.zeros((n, length, 4)),
        settles_in=np.zeros((n, length, 4), dtype=np.int16),
        customer=np.zeros((n, length, 3), dtype=np.int16),
        customer_failed=np.zeros((n, length, 3), dtype=bool),
        bought=np.zeros((n, length, 3)),
        delay=np.zeros((n, length, 3), dtype=np.int16),
        loans={name: np.zeros((n, length, credit.SLOTS)) for name in LOAN_FIELDS},
        eased=np.zeros((n, length), dtype=bool),
        stressed=np.zeros((n, length), dtype=bool),
        gap=np.zeros((n, length, len(trade.CAUSES)), dtype=np.float32),
        ended=never(),
        overdue=never(),
        bankrupt=never(),
        repaid=never(),
        viable=np.zeros(n, dtype=bool),
        cause=never(),
        first_sign=never(),
        months=world.months - traits.start,
    )


def _borrow(world, traits, ledger, book, standing, trouble, t, monthly, change, u, k) -> np.ndarray:
    """Let firms ask for new money and the bank answer by what it sees; returns what was paid out (n,)."""
    debt = book.balance.sum(axis=1)
    view = credit.score(traits, standing, debt / np.maximum(monthly, 1.0), trouble.arrears_age >= 3)
    principal, _ = credit.dues(book, standing, t)
    lacking = ledger.cash < 0.6 * traits.cash_wanted * monthly
    urgent = ledger.cash < (traits.buffer + 0.1) * monthly
    asks = lacking & (t - standing.last_asked >= np.where(urgent, 3, 9))
    amount = traits.cash_wanted * monthly - ledger.cash + 4 * principal.sum(axis=1)
    amount = np.ceil(np.clip(amount, 0.3 * monthly, 3.0 * monthly) / 1e5) * 1e5
    barred = (standing.eased_until >= t) | (trouble.missed > 1)
    proper = asks & (view > credit.PROPER) & (u[:, 15] < 0.75) & ~barred
    covered = book.is_guaranteed & (book.scheme != credit.SCHEME["epidemic"])
    balance, first = (book.balance * covered).sum(axis=1), (book.amount * covered).sum(axis=1)
    # a loan that is half repaid is often made whole again, in good times too: the old one goes into the new one
    renews = (balance < 0.45 * first) & (u[:, 12] < 0.05) & (t < traits.leave_month) & (t - standing.last_asked >= 6)
    asks_covered = (asks & ~proper) | renews
    amount = np.where(renews & ~asks, np.ceil(np.maximum(0.8 * first - balance, 0.5 * monthly) / 1e5) * 1e5, amount)
    room = np.minimum(2.8e8, 6.0 * monthly) - (book.balance * book.is_guaranteed).sum(axis=1)
    guaranteed = asks_covered & (view > credit.GUARANTEED) & ~barred & (room >= amount)
    scheme = np.where(guaranteed, credit.choose_scheme(world, traits, book, t, change, u[:, 16]), 0)

    window = credit.epidemic_window(world, t) & ~standing.took_epidemic
    hit = window & (change < -0.03) & (u[:, 17] < 0.22) & (trouble.missed == 0)
    scheme = np.where(hit, credit.SCHEME["epidemic"], scheme)
    amount = np.where(hit, np.ceil(np.minimum(2.8 * monthly, 6e7) / 1e5) * 1e5, amount)
    standing.took_epidemic |= hit

    joins = traits.is_entrant & (t == traits.join) & (traits.start + k == t)
    scheme = np.where(joins, credit.choose_scheme(world, traits, book, t, change, u[:, 16]), scheme)
    amount = np.where(joins, np.ceil((0.8 + 1.6 * u[:, 18]) * monthly / 1e5) * 1e5, amount)

    granted = proper | guaranteed | hit | joins
    old = credit.repay_old(book, guaranteed & ~hit & ~joins)
    slot = credit.lend(
        world, traits, book, standing, t, amount=np.where(granted, amount + old, 0.0), scheme=scheme, u=u[:, 17:20],
        short=proper & (u[:, 19] < 0.15),
    )  # fmt: skip
    standing.last_asked = np.where(asks_covered | asks | hit | joins, t, standing.last_asked)
    _roll_over(book, standing, view, t)
    return np.where(slot >= 0, amount, -old)


def _roll_over(book, standing, view, t) -> None:
    """Loans repaid in one sum are renewed each year, or turned into three years' instalments."""
    due = (book.balance > 0) & (book.monthly == 0) & (book.maturity <= t[:, None])
    renew = due & (view > -0.2)[:, None]
    book.maturity = np.where(renew, t[:, None] + 12, np.where(due & ~renew, t[:, None] + 36, book.maturity))
    book.monthly = np.where(due & ~renew, np.ceil(book.balance / 36), book.monthly)


def _profit(traits, ledger, lines, interest, is_year_end) -> dict[str, np.ndarray]:
    """Complete the month's profit and loss and carry it to retained earnings."""
    lost = books.close_year(traits, ledger, is_year_end)
    lines = dict(lines)
    lines["extraordinary_loss"] = lines["extraordinary_loss"] + lost["extraordinary_loss"]
    lines["nonoperating_expenses"] = interest
    lines["interest_expense"] = interest
    operating = lines["sales"] - lines["cost_of_sales"] - lines["selling_general_admin"]
    pretax = operating + lines["nonoperating_income"] - interest - lines["extraordinary_loss"]
    lines["income_taxes"] = books.book_tax(ledger, pretax, is_year_end)
    ledger.retained = ledger.retained + pretax - lines["income_taxes"]
    return lines


def _leave(traits, ledger, book, standing, t, monthly, protected) -> np.ndarray:
    """Repay all guaranteed loans when the owner wants out and there is money for it; returns what it took (n,)."""
    owed = (book.balance * book.is_guaranteed).sum(axis=1)
    can = ledger.cash > owed + 0.5 * monthly
    trusted = (standing.seen_equity > 0.25) & (standing.seen_margin > 0.015) & (book.balance <= 0).any(axis=1)
    out = (t >= traits.leave_month) & (owed > 0) & ~protected & (can | trusted)
    # the bank takes the loan over at its own risk: same balance, no guarantee, a new loan
    taken_over = out & ~can
    rows, slot = np.arange(len(owed)), np.argmax(book.balance <= 0, axis=1)
    covered = book.is_guaranteed
    book.balance = np.where(out[:, None] & covered, 0.0, book.balance)
    book.missed = np.where(out[:, None] & covered, 0.0, book.missed)
    for name, value in {
        "balance": owed, "amount": owed, "monthly": np.ceil(owed / 84), "scheme": np.zeros_like(slot), "executed": t,
        "maturity": t + 84, "grace_until": t + 1, "lender": np.zeros_like(slot), "serial": standing.serial,
        "rate": np.full(len(owed), 1.5), "missed": np.zeros(len(owed)),
    }.items():  # fmt: skip
        getattr(book, name)[rows[taken_over], slot[taken_over]] = value[taken_over]
    standing.serial = standing.serial + taken_over
    cash = np.where(out & can, owed, 0.0)
    ledger.cash -= cash
    return cash


def _remember(recent, lines) -> None:
    operating = lines["sales"] - lines["cost_of_sales"] - lines["selling_general_admin"]
    ordinary = operating + lines["nonoperating_income"] - lines["nonoperating_expenses"]
    values = {"sales": lines["sales"], "ordinary": ordinary, "cash": ordinary + lines["depreciation"]}
    for name, value in values.items():
        recent[name][:, :-1] = recent[name][:, 1:]
        recent[name][:, -1] = value


def _loan_accounts(book) -> dict[str, np.ndarray]:
    """Split the loans as a balance sheet does: short ones, what falls due within a year, the rest."""
    short = np.where(book.monthly == 0, book.balance, 0.0).sum(axis=1)
    within = np.where(book.monthly > 0, np.minimum(12 * book.monthly, book.balance), 0.0).sum(axis=1)
    return {
        "short_term_loans": short,
        "current_long_term_loans": within,
        "long_term_loans": book.balance.sum(axis=1) - short - within,
    }


def _see(world, traits, standing, sheet, recent, t) -> None:
    """Let the bank see a closing three months after the year's end."""
    assets = np.maximum(sheet["total_assets"], 1.0)
    debts = sum(sheet[name] for name in (
        "payables", "accounts_payable_other", "accrued_expenses", "income_taxes_payable", "consumption_taxes_payable",
        "officer_loans_payable", "short_term_loans", "current_long_term_loans", "long_term_loans",
    ))  # fmt: skip
    sees = (world.month_of_year[t] - traits.year_end) % 12 == 3
    # figures of three months ago: the closing itself
    sales = np.maximum(recent["sales"][:, -15:-3].sum(axis=1), 1.0)
    # what the owner lent counts as capital, as banks count it
    own = 1 - (debts - sheet["officer_loans_payable"]) / assets
    standing.seen_equity = np.where(sees, own, standing.seen_equity)
    standing.seen_margin = np.where(
        sees, recent["ordinary"][:, -15:-3].sum(axis=1) / sales, standing.seen_margin
    )
    standing.seen_cash_margin = np.where(
        sees, recent["cash"][:, -15:-3].sum(axis=1) / sales, standing.seen_cash_margin
    )


def _record(
    lives, k, lines, sheet, ledger, paid, outflow, accrued, month, drive, book, eased, traits
) -> None:
    extra = {
        "inflow": paid.inflow,
        "outflow": outflow,
        "social_arrears": ledger.social_arrears,
        "tax_arrears": ledger.vat_arrears + ledger.income_tax_arrears,
        "bad_receivable": ledger.bad_receivable,
        "dead_stock": ledger.dead_stock,
        "employees": np.maximum(np.rint(traits.employees * np.exp(drive.capacity)), 1.0),
        "owner_paid_in": paid.owner_paid_in,
    }
    for name, values in (lines | sheet | extra).items():
        if name in lives.accounts:
            lives.accounts[name][:, k] = values
    lives.issued[:, k] = accrued.issued
    lives.settles_in[:, k] = accrued.settles_in
    lives.customer[:, k] = month.customer
    lives.customer_failed[:, k] = month.failed_customer
    lives.bought[:, k] = accrued.bought
    lives.delay[:, k] = ledger.delay
    for name, array in lives.loans.items():
        array[:, k] = getattr(book, name)
    lives.eased[:, k] = eased
    lives.stressed[:, k] = paid.stressed
    lives.gap[:, k] = drive.gap
