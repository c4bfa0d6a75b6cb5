"""How a firm's books and loans stand when its life begins here."""

import numpy as np

from simulator.books import AHEAD, BACK, SOCIAL_SHARE, Ledger, balance_sheet
from simulator.credit import LEAST_LOAN, SCHEME, SLOTS, LoanBook, Standing, within_limits
from simulator.draws import uniforms
from simulator.firms import Traits, small_staff_by_industry
from simulator.intangibles import half_written
from simulator.world import World

LARGE = 4.5e7  # yen of opening debt above which the guaranteed loan is not the only one
THREE_LENDERS, FOUR_LOANS = 3e8, 8e8  # yen of it that nobody lends alone (project defaults)
MOST_DEBT = 2.0  # years of sales: what banks would lend on land at the most (project default)


def open_books(world: World, traits: Traits) -> tuple[Ledger, np.ndarray]:
    """Open every firm's books; returns the ledger and the bank debt still to be placed with lenders (n,)."""
    n, base = len(traits), traits.base_sales
    month = base / 12
    u = uniforms(world.seed, "opening", traits.number, 12)
    tax = world.tax[traits.start]
    billed = np.rint(month * (1 + tax * traits.taxable) * (1 - traits.cash_share))
    receivable = np.zeros((n, 4, AHEAD))
    bought = np.rint(month * (traits.material + traits.outsourcing) * (1 + tax))
    payable = np.zeros((n, 3, BACK + AHEAD))
    for term in range(1, 5):
        receivable[:, :, term] = np.where(
            traits.receivable_term >= term, np.rint(billed[:, None] * traits.customer_share), 0.0
        )
        payable[:, :, BACK + term] = np.where(
            traits.payable_term >= term, np.rint(bought[:, None] * traits.supplier_share), 0.0
        )

    def part(size: np.ndarray | float) -> np.ndarray:
        return np.rint(base * size / 1000) * 1000

    zeros = {name: np.zeros(n) for name in (
        "bad_receivable", "dead_stock", "claims", "claim_part", "wages_unpaid", "social_arrears", "vat",
        "vat_due", "vat_last_year",
        "income_tax_due", "vat_arrears", "income_tax_arrears", "interest_unpaid", "year_pretax",
        "loss_carried", "tax_prepaid", "income_tax_last", "last_net", "year_net",
    )}  # fmt: skip
    intangible = part(0.004 * u[:, 2])
    ledger = Ledger(
        cash=part(traits.cash_wanted / 12 * (0.5 + 0.6 * u[:, 0])),
        receivable=receivable,
        stock=np.rint(traits.stock_months * month),
        depreciable=part(traits.depreciable * (0.6 + 0.4 * u[:, 1])),
        land=part(traits.land),
        idle_land=np.floor(traits.idle_land * part(traits.land)),
        intangible=intangible,
        intangible_parts=half_written(
            intangible, uniforms(world.seed, "opening software", traits.number, 1)[:, 0]
        ),
        investments=part(0.10 * u[:, 3] ** 2),
        securities=part(np.where(u[:, 4] < 0.12, 0.03 * u[:, 5], 0.0)),
        suspense=part(traits.suspense_share),
        officer_receivable=part(np.where(u[:, 7] < 0.18, 0.06 * u[:, 8], 0.0)),
        other_current=part(traits.other_current_share),
        payable=payable,
        delay=np.zeros((n, 3), dtype=np.int64),
        other_due=np.rint(month * traits.other * (1 + tax)),
        social_due=np.rint(month * (traits.staff + traits.officers) * SOCIAL_SHARE),
        staffs_part=0.32 + 40 * traits.add_back,
        owner_loan=np.zeros(n),
        owner_loan_opening=np.zeros(n),
        capital=np.maximum(np.rint(np.minimum(base * 0.04, 5e7) * (0.4 + u[:, 10]) / 1e6), 1.0) * 1e6,
        retained=np.zeros(n),
        **zeros,
    )
    assets = balance_sheet(ledger)["total_assets"]
    operating = ledger.payable.sum(axis=(1, 2)) + ledger.other_due + ledger.social_due
    gap = np.maximum(np.rint(assets * (1 - traits.equity_target)) - operating, np.rint(0.6 * month))
    owner = np.rint(gap * traits.owner_loan_share)
    # no bank lends without end: what is more than a year's sales (and the fixed assets) came from the owner
    debt = np.minimum(gap - owner, np.rint(0.9 * base + 0.7 * (ledger.land + ledger.depreciable)))
    # and beyond some years of sales nobody lends on land: it was paid for long ago, out of profits
    gap -= np.maximum(debt - MOST_DEBT * base, 0.0)
    debt = np.minimum(debt, MOST_DEBT * base)
    ledger.owner_loan = gap - debt
    ledger.owner_loan_opening = ledger.owner_loan.copy()
    ledger.retained = assets - operating - gap - ledger.capital
    return ledger, debt


def open_loans(world: World, traits: Traits, ledger: Ledger, debt: np.ndarray) -> tuple[LoanBook, Standing]:
    """Place the opening debt with lenders: one to four loans of different age.

    Loans are round sums repaid in full thousands, so the debt comes out a little different; what differs is
    earned, or lost, before the books open.
    """
    n = len(traits)
    u = uniforms(world.seed, "opening loans", traits.number, 24)
    book = LoanBook(
        **{name: np.zeros((n, SLOTS)) for name in ("balance", "monthly", "rate", "amount", "missed")},
        **{
            name: np.zeros((n, SLOTS), dtype=np.int64)
            for name in ("executed", "maturity", "grace_until", "lender")
        },
        scheme=np.zeros((n, SLOTS), dtype=np.int64),
        serial=np.full((n, SLOTS), -1, dtype=np.int64),
    )
    count = 1 + np.floor(u[:, 0] * np.clip(np.log10(traits.base_sales) - 5.5, 1, 4)).astype(int)
    for size, least in ((LARGE, 2), (THREE_LENDERS, 3), (FOUR_LOANS, 4)):
        count = np.where(debt > size, np.maximum(count, least), count)
    few = traits.employees <= small_staff_by_industry()[traits.industry]
    weight = np.where(np.arange(4)[None, :] < count[:, None], 0.3 + u[:, 1:5], 0.0)
    weight[:, 0] *= 0.2
    weight /= weight.sum(axis=1, keepdims=True)
    left = debt.copy()
    has_bullet = (u[:, 5] < 0.22) & (count > 1)
    for slot in range(4):
        part = np.where(slot == count - 1, left, np.rint(debt * weight[:, slot] / 1e4) * 1e4)
        part = np.where(slot < count, np.minimum(part, left), 0.0)
        # no loan is smaller than a bank would make one, nor leaves so little to the others
        part = np.where(slot < count, np.maximum(part, np.minimum(LEAST_LOAN, left)), 0.0)
        part = np.where((part > 0) & (left - part < LEAST_LOAN), left, part)
        # a guarantee has its limit: what is more is the banks' own risk
        part = np.minimum(part, LARGE) if slot == 0 else part
        left -= part
        bullet = has_bullet & (slot == 1)
        term = np.array([84, 120, 180, 240])[np.floor(4 * u[:, 6 + slot]).astype(int)]
        youth = np.floor(12 * traits.established_years).astype(int) - 3
        age = np.minimum(np.floor(u[:, 10 + slot] * 0.5 * term).astype(int), youth)
        # what is left of a small loan is nearly repaid; what is large was no larger than banks would lend
        rest = (part > 0) & (part < LEAST_LOAN)
        term = np.where(rest, 84, term)
        age = np.where(rest, np.minimum(np.floor(term * (1 - part / LEAST_LOAN)).astype(int), youth), age)
        most = np.floor(term * (1 - part / (MOST_DEBT * traits.base_sales)))
        age = np.clip(age, 0, np.maximum(most, 0)).astype(int)
        fits = (u[:, 14 + slot] < 0.4) & ~bullet & (part < LARGE / 3)
        guaranteed = (~traits.is_entrant) & ((slot == 0) | fits)
        small = u[:, 18 + slot] < 0.30
        amount = np.ceil(part / np.where(bullet, 1.0, 1 - age / term) / 1e5) * 1e5
        amount = np.where(part > 0, np.maximum(amount, LEAST_LOAN), 0.0)
        monthly = np.where(bullet, 0.0, np.ceil(amount / term / 1000) * 1000)
        book.balance[:, slot] = np.maximum(amount - age * monthly, 0.0)
        book.monthly[:, slot], book.amount[:, slot] = monthly, amount
        book.rate[:, slot] = np.round(world.interest[traits.start] + 0.6 - 0.5 * traits.relation, 3)
        book.executed[:, slot] = traits.start - np.where(bullet, 6, age + 1)
        book.maturity[:, slot] = book.executed[:, slot] + np.where(bullet, 12, term)
        book.grace_until[:, slot] = book.executed[:, slot]
        scheme = np.where(guaranteed, np.where(small & few, SCHEME["small_lot"], SCHEME["general"]), 0)
        book.scheme[:, slot] = within_limits(book, scheme, amount, world.first + book.executed[:, slot])
        book.lender[:, slot] = np.minimum(slot, 2)
        book.serial[:, slot] = np.where(part > 0, slot, -1)
    ledger.retained = ledger.retained + debt - book.balance.sum(axis=1)
    book.rate = np.clip(np.round(book.rate * 40) / 40, 0.5, 8.0)
    standing = Standing(
        closing_equity=traits.equity_target.copy(),
        seen_equity=traits.equity_target.copy(),
        seen_margin=traits.margin.copy(),
        seen_cash_margin=traits.margin + traits.depreciable * traits.depreciation_rate,
        last_asked=np.full(n, -99),
        serial=np.full(n, 4),
        eased_until=np.full(n, -1),
        eased_share=np.ones(n),
        times_eased=np.zeros(n, dtype=np.int64),
        took_epidemic=np.zeros(n, dtype=bool),
        bad_closings=np.zeros(n, dtype=np.int64),
        news=np.zeros(n),
        distrusted=np.zeros(n, dtype=bool),
        staff=traits.employees.copy(),
    )
    return book, standing
