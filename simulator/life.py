"""The lives of a chunk of firms: month after month of trade, payments and talks, and how they end."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from simulator import bank, books, checks, credit, distress, dressing, opening, shocks, sundries, trade
from simulator.columns import across, by_columns
from simulator.draws import uniforms
from simulator.firms import Traits
from simulator.moment import first_recent, moment_of
from simulator.world import World

NEVER = -1
LINES = (
    "sales", "cost_of_sales", "selling_general_admin", "nonoperating_income", "nonoperating_expenses",
    "extraordinary_income", "extraordinary_loss", "income_taxes", "depreciation", "personnel_expenses",
    "officers_compensation", "interest_expense", "interest_income",
)  # fmt: skip
SHEET = (
    "cash_deposits", "receivables", "securities", "inventories", "suspense_payments",
    "officer_loans_receivable", "other_current_assets", "depreciable_assets", "land", "intangible_assets",
    "investments", "payables",
    "accounts_payable_other", "accrued_expenses", "other_current_liabilities", "income_taxes_payable",
    "consumption_taxes_payable",
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
    "dividends",
    "tax_settled",
    "vat",
    "vat_net",
)
LOAN_FIELDS = {  # of every month and slot: kept in as few bytes as hold it
    "balance": np.float64,
    "monthly": np.float64,
    "amount": np.float64,
    "rate": np.float64,
    "executed": np.int16,
    "maturity": np.int16,
    "grace_until": np.int16,
    "scheme": np.int8,
    "lender": np.int8,
    "serial": np.int16,
}
ROLL_CALL = 12  # months between two looks at whose life is over: to let go is to copy all that goes on


@dataclass
class Lives:
    """What truly happened; the month axis counts a firm's own months from ``traits.start``.

    accounts: name → (n, months) yen · issued, settles_in (n, months, 4) · customer, customer_failed, bought,
    delay (n, months, 3) · loans: name → (n, months, SLOTS) · the rest (n,) month of the firm's life or NEVER.
    What stands in months after a firm's end means nothing.
    """

    traits: Traits
    accounts: dict[str, np.ndarray]
    issued: np.ndarray
    settles_in: np.ndarray
    term: np.ndarray
    paper: np.ndarray
    customer: np.ndarray
    customer_failed: np.ndarray
    bought: np.ndarray
    bought_term: np.ndarray
    bought_paper: np.ndarray
    delay: np.ndarray
    loans: dict[str, np.ndarray]
    eased: np.ndarray  # (n, months) bool: rescheduled in this month
    stressed: np.ndarray  # (n, months) bool
    worst: np.ndarray  # (n, months) place in shocks.CAUSES of what has cost most lately
    gap: np.ndarray  # (n, months, causes) float32, log sales lost: what a visitor could hear of
    ended: np.ndarray  # month of the last payment day; NEVER: still there at the end
    overdue: np.ndarray
    stopped: np.ndarray  # could not pay what must be paid
    repaid: np.ndarray
    missed: np.ndarray  # loan payments missed in a row when it ended
    viable: np.ndarray  # bool: cash margin of the last year was positive when it ended
    cause: np.ndarray  # place in shocks.CAUSES
    first_sign: np.ndarray  # month index of the world; NEVER: no sign
    months: np.ndarray  # (n,) months lived within the world's reported span
    dressed: dressing.Dressed | None = None  # closings shown better than they were


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
    length = int(world.months - traits.start.min(initial=world.months))
    lives = _empty(world, traits, length)
    ledger, debt = opening.open_books(world, traits)
    book, standing = opening.open_loans(world, traits, ledger, debt)
    drive, trouble, recent = shocks.opening_drive(traits), distress.calm(len(traits)), first_recent(traits)
    habits = dressing.habits(world, traits)
    there = np.arange(len(traits))  # places in the chunk of the firms that are still followed
    alive = np.ones(len(traits), dtype=bool)
    for k in range(length):
        if k % ROLL_CALL == 0:
            # three months of ten would be lived after a firm has left, or after the span's end
            stay = np.flatnonzero(alive & (traits.start + k < world.months))
            there, alive = there[stay], alive[stay]
            traits, ledger, book, standing, drive, trouble, recent = (
                by_columns(state, stay) for state in (traits, ledger, book, standing, drive, trouble, recent)
            )
            dressing.let_go(habits, stay)
            if len(stay) == 0:
                break
        moment = moment_of(world, traits, recent, drive.closes_at, k)
        s = uniforms(world.seed, "sundries", traits.number, sundries.DRAWS, month=k)
        u = uniforms(world.seed, "trade", traits.number, trade.DRAWS, month=k)
        b = uniforms(world.seed, "bank", traits.number, bank.DRAWS, month=k)
        receipts = books.roll_forward(ledger)
        lent = bank.borrow(moment, ledger, book, standing, trouble, b, k)
        principal, interest = credit.dues(book, standing, moment.t, moment.wound_up)
        eased_now = standing.eased_until > moment.t
        # what the month itself makes of wages' taxes and other bills is due in the next
        other, social = ledger.other_due.copy(), ledger.social_due.copy()
        odd = ndtri(s[:, : sundries.NORMALS])
        month = trade.trade_month(moment, drive, ndtri(u[:, : trade.NORMALS]), u, odd[:, 10:13])
        accrued = books.write_trade(moment, ledger, month, drive.lost, odd[:, 3:10])
        small = sundries.sundry_month(moment, ledger, drive, month.sunk, eased_now, odd, s)
        fees = credit.fees(book)
        bad_debt = books.lose_receivables(ledger, month.failed_customer)
        drive.damage[:, shocks.CAUSE["customer_failure"]] += bad_debt
        bank.hear(moment, standing, drive, month.one_off + bad_debt)
        paid = distress.pay_month(
            moment, ledger, book, trouble,
            distress.Due(accrued.wages, other, social, principal, interest + fees),
            receipts=receipts + accrued.cash_sales + month.subsidy + lent + small.received,
            spent=small.spent, capacity=drive.capacity, held=0.6 + 0.8 * s[:, 15], eased=eased_now,
        )  # fmt: skip
        pays = ~paid.failed & (trouble.missed < distress.OVERDUE_AT)
        eased = bank.ask_for_relief(moment, ledger, book, standing, trouble, pays, b[:, 10:])
        # of the running year, before a closing fixes it: firms that keep books with tax know it then only
        lives.accounts["vat"][:, k][there] = ledger.vat
        lines = books.write_off(
            moment, ledger, accrued.lines, interest=interest, fees=fees, gain=paid.gain, sundries=small
        )
        lines, lift = dressing.dress(moment, habits, ledger, book, lines, k)
        lines = books.close_month(moment, ledger, lines, lift, drive.heads)
        repaid = bank.leave(moment, ledger, book, standing, pays & (trouble.missed == 0))
        recent.push(lines)
        sheet = books.balance_sheet(ledger) | credit.loan_accounts(book, standing, moment.t)
        dressing.close(moment, habits, book, sheet, k)
        checks.check(moment, habits, standing, k)
        bank.see_closing(moment, standing, sheet, recent, habits.shown)

        _record(lives.accounts, there, k, lines | sheet | {
            "inflow": paid.inflow, "outflow": paid.outflow + repaid, "owner_paid_in": paid.owner_paid_in,
            "dividends": small.dividends, "employees": drive.heads,
            "social_arrears": ledger.social_arrears,
            "tax_arrears": ledger.vat_arrears + ledger.income_tax_arrears,
            "bad_receivable": ledger.bad_receivable, "dead_stock": ledger.dead_stock,
            "vat_net": ledger.vat + ledger.vat_due + ledger.vat_arrears,
        })  # fmt: skip
        worst = drive.damage.argmax(axis=1)
        _record(vars(lives), there, k, {
            "issued": accrued.issued, "settles_in": accrued.settles_in, "term": accrued.term,
            "paper": accrued.paper, "bought": accrued.bought, "bought_term": accrued.bought_term,
            "bought_paper": accrued.bought_paper,
            "customer": month.customer, "customer_failed": month.failed_customer, "delay": ledger.delay,
            "eased": eased, "stressed": paid.stressed, "gap": drive.gap, "worst": worst,
        })  # fmt: skip
        _record(lives.loans, there, k, vars(book))
        here = alive & ~moment.protected & (traits.start + k < world.months)
        ends = _end(lives, there, k, here, paid.failed, trouble, book)
        lives.cause[there[ends]] = worst[ends]
        lives.viable[there[ends]] = across(recent.cash[ends, -12:]) > 0
        alive &= ~ends
    lives.dressed = dressing.dressed(habits)
    return lives


def _end(lives, there, k, here, failed, trouble, book) -> np.ndarray:
    """Note who leaves this month: cannot pay, missed four payments, or owes nothing under guarantee; (n,)."""
    broke = here & failed
    over = here & ~broke & (trouble.missed >= distress.OVERDUE_AT)
    gone = here & ~broke & ~over & (book.guaranteed_balance <= 0)
    for mark, months in ((broke, lives.stopped), (over, lives.overdue), (gone, lives.repaid)):
        months[there[mark]] = k
        lives.ended[there[mark]] = k
    ends = broke | over | gone
    lives.first_sign[there[ends]] = trouble.first_sign[ends]
    lives.missed[there[ends]] = trouble.missed[ends]
    return ends


def _empty(world: World, traits: Traits, length: int) -> Lives:
    n = len(traits)

    def never() -> np.ndarray:
        return np.full(n, NEVER, dtype=np.int64)

    def months(dtype: type = np.float64, *, wide: tuple = ()) -> np.ndarray:
        # a month's values of all firms lie side by side in memory, column by column: so they are written
        array = np.zeros((length, *wide, n), dtype=dtype)
        return np.moveaxis(array, -1, 0)

    # in one piece: systems hand memory out in large pages where much is asked for, many times as fast
    names = LINES + SHEET + FLOWS
    accounts = np.zeros((len(names), length, n)).swapaxes(1, 2)
    return Lives(
        traits=traits,
        accounts=dict(zip(names, accounts, strict=True)),
        issued=months(wide=(4,)),
        settles_in=months(np.int16, wide=(4,)),
        term=months(np.int8, wide=(4,)),
        paper=months(np.int8, wide=(4,)),
        customer=months(np.int16, wide=(3,)),
        customer_failed=months(bool, wide=(3,)),
        bought=months(wide=(3,)),
        bought_term=months(np.int8, wide=(3,)),
        bought_paper=months(np.int8, wide=(3,)),
        delay=months(np.int16, wide=(3,)),
        loans={name: months(dtype, wide=(credit.SLOTS,)) for name, dtype in LOAN_FIELDS.items()},
        eased=months(bool),
        stressed=months(bool),
        worst=months(np.int8),
        gap=months(np.float32, wide=(len(shocks.CAUSES),)),
        ended=never(),
        overdue=never(),
        stopped=never(),
        repaid=never(),
        missed=np.zeros(n, dtype=np.int64),
        viable=np.zeros(n, dtype=bool),
        cause=never(),
        first_sign=never(),
        months=world.months - traits.start,
    )


def _record(history: dict, there: np.ndarray, k: int, values: dict[str, np.ndarray]) -> None:
    """Write the month's values of the firms at places `there` into what is kept; not all is."""
    for name, value in values.items():
        if name in history:
            history[name][:, k][there] = value
