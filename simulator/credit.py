"""Loans: what is owed to whom, what is due, and what banks and the association grant by what they see."""

from dataclasses import dataclass, fields

import numpy as np

from simulator.draws import uniforms
from simulator.firms import Traits
from simulator.world import GUARANTEE_FREE_FROM, GUARANTEE_FREE_TO, World, industry_table

SLOTS = 9  # loans a firm may have at once; a slot is used again when its loan is repaid
# scheme → guaranteed ratio: 責任共有 80 %, outside it 100 % (domain §5.3)
SCHEMES = {
    "none": 0.0, "general": 0.8, "small_lot": 1.0, "founding": 1.0, "safety_net_4": 1.0, "safety_net_5": 0.8,
    "monitored": 0.8, "epidemic": 1.0,
}  # fmt: skip
SCHEME = {name: place for place, name in enumerate(SCHEMES)}
INTEREST_FREE_MONTHS = 36  # the epidemic's interest subsidy ran three years
PROPER, GUARANTEED = 0.62, 0.02  # least score for a bank's own risk, and for a guaranteed loan


@dataclass
class LoanBook:
    """Loans by firm and slot (n, SLOTS), whole yen; months are indices on the world's axis."""

    balance: np.ndarray
    monthly: np.ndarray  # 0: repaid in one sum, rolled over each year
    rate: np.ndarray
    amount: np.ndarray
    executed: np.ndarray
    maturity: np.ndarray
    grace_until: np.ndarray
    scheme: np.ndarray
    lender: np.ndarray  # 0..2: which of the firm's banks
    serial: np.ndarray  # number of the loan in the firm's life; -1: never used
    missed: np.ndarray  # principal that fell due and was not paid

    def copy(self) -> "LoanBook":
        """Return an independent copy."""
        return LoanBook(**{field.name: getattr(self, field.name).copy() for field in fields(LoanBook)})

    @property
    def is_guaranteed(self) -> np.ndarray:
        """Which slots hold a guaranteed loan (n, SLOTS)."""
        return (self.scheme > 0) & (self.balance > 0)


@dataclass
class Standing:
    """What the bank knows of a firm and how it stands with it; (n,)."""

    seen_equity: np.ndarray  # equity ratio of the last closing known
    seen_margin: np.ndarray  # ordinary profit ÷ sales
    seen_cash_margin: np.ndarray  # with depreciation added
    last_asked: np.ndarray
    serial: np.ndarray  # next loan's number
    eased_until: np.ndarray  # rescheduled until then
    eased_share: np.ndarray  # of the agreed repayment that is still paid
    times_eased: np.ndarray
    took_epidemic: np.ndarray


def open_loans(world: World, traits: Traits, debt: np.ndarray) -> tuple[LoanBook, Standing]:
    """Place the opening debt with lenders: one to four loans of different age."""
    n = len(traits)
    u = uniforms(world.seed, "opening loans", traits.number, 24)
    book = LoanBook(
        **{name: np.zeros((n, SLOTS)) for name in ("balance", "monthly", "rate", "amount", "missed")},
        **{name: np.zeros((n, SLOTS), dtype=np.int64) for name in ("executed", "maturity", "grace_until", "lender")},
        scheme=np.zeros((n, SLOTS), dtype=np.int64),
        serial=np.full((n, SLOTS), -1, dtype=np.int64),
    )
    count = 1 + np.floor(u[:, 0] * np.clip(np.log10(traits.base_sales) - 5.5, 1, 4)).astype(int)
    weight = np.where(np.arange(4)[None, :] < count[:, None], 0.3 + u[:, 1:5], 0.0)
    weight /= weight.sum(axis=1, keepdims=True)
    left = debt.copy()
    has_bullet = (u[:, 5] < 0.22) & (count > 1)
    for slot in range(4):
        part = np.where(slot == count - 1, left, np.rint(debt * weight[:, slot] / 1e4) * 1e4)
        part = np.where(slot < count, np.minimum(part, left), 0.0)
        left -= part
        bullet = has_bullet & (slot == 1)
        term = np.array([60, 84, 84, 120])[np.floor(4 * u[:, 6 + slot]).astype(int)]
        age = np.floor(u[:, 10 + slot] * 0.7 * term).astype(int)
        guaranteed = (~traits.is_entrant) & ((slot == 0) | ((u[:, 14 + slot] < 0.5) & ~bullet))
        small = u[:, 18 + slot] < 0.30
        book.balance[:, slot] = part
        book.monthly[:, slot] = np.where(bullet, 0.0, np.ceil(part / (term - age)))
        book.amount[:, slot] = np.where(bullet, part, book.monthly[:, slot] * term)
        book.rate[:, slot] = np.round(world.interest[traits.start] + 0.6 - 0.5 * traits.relation, 3)
        book.executed[:, slot] = traits.start - np.where(bullet, 6, age + 1)
        book.maturity[:, slot] = book.executed[:, slot] + np.where(bullet, 12, term)
        book.grace_until[:, slot] = book.executed[:, slot]
        book.scheme[:, slot] = np.where(guaranteed, np.where(small, SCHEME["small_lot"], SCHEME["general"]), 0)
        book.lender[:, slot] = np.minimum(slot, 2)
        book.serial[:, slot] = np.where(part > 0, slot, -1)
    book.rate = np.clip(book.rate, 0.5, 8.0)
    standing = Standing(
        seen_equity=traits.equity_target.copy(),
        seen_margin=traits.margin.copy(),
        seen_cash_margin=traits.margin + traits.depreciable * traits.depreciation_rate,
        last_asked=np.full(n, -99),
        serial=np.full(n, 4),
        eased_until=np.full(n, -1),
        eased_share=np.ones(n),
        times_eased=np.zeros(n, dtype=np.int64),
        took_epidemic=np.zeros(n, dtype=bool),
    )
    return book, standing


def dues(book: LoanBook, standing: Standing, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return this month's principal by slot (n, SLOTS) and interest (n,), whole yen."""
    paying = (t[:, None] >= book.grace_until) & (book.balance > 0)
    share = np.where(t < standing.eased_until, standing.eased_share, 1.0)
    principal = np.minimum(np.where(paying, np.rint(book.monthly * share[:, None]), 0.0), book.balance - book.missed)
    free = (book.scheme == SCHEME["epidemic"]) & (t[:, None] < book.executed + INTEREST_FREE_MONTHS)
    interest = np.rint(np.where(free, 0.0, book.balance * book.rate / 1200)).sum(axis=1)
    return np.maximum(principal, 0.0), interest


def score(traits: Traits, standing: Standing, debt_months: np.ndarray, known_arrears: np.ndarray) -> np.ndarray:
    """Return the lender's view of a firm by what it sees: the last closing known, debt, arrears heard of."""
    normal = industry_table()["net_debt_months"].to_numpy()[traits.industry] + 3
    return (
        1.1 * np.clip(standing.seen_equity, -0.5, 0.6)
        + 7.0 * np.clip(standing.seen_margin, -0.08, 0.08)
        + 0.35 * np.clip(1.6 - debt_months / normal, -1.5, 1.0)
        + 0.5 * traits.relation
        - 0.6 * known_arrears
    )


def ease(book: LoanBook, standing: Standing, granted: np.ndarray, t: np.ndarray, share: np.ndarray) -> None:
    """Reschedule: for a year only a share of the repayments is due, and maturities move back."""
    standing.eased_until = np.where(granted, t + 12, standing.eased_until)
    standing.eased_share = np.where(granted, share, standing.eased_share)
    standing.times_eased = standing.times_eased + granted
    book.maturity = np.where(granted[:, None] & (book.balance > 0), book.maturity + 12, book.maturity)
    book.missed *= ~granted[:, None]


def lend(
    world: World, traits: Traits, book: LoanBook, standing: Standing, t: np.ndarray, *,
    amount: np.ndarray, scheme: np.ndarray, u: np.ndarray, short: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Pay out new loans (amount 0: none); returns the slot used (n,), -1 where none was granted or free."""
    rows = np.arange(len(traits))
    free = book.balance <= 0
    slot = np.argmax(free, axis=1)
    given = (amount > 0) & free.any(axis=1)
    epidemic = scheme == SCHEME["epidemic"]
    term = np.where(epidemic, 120, np.array([60, 84, 84, 120])[np.floor(4 * u[:, 0]).astype(int)])
    months_free = np.array([12, 24, 36, 36, 48, 60])[np.floor(6 * u[:, 1]).astype(int)]
    grace = np.where(epidemic, months_free, np.where(u[:, 1] < 0.25, 6, 0))
    rate = np.clip(world.interest[t] + np.where(scheme > 0, 0.3, 0.8) - 0.5 * traits.relation, 0.5, 8.0)
    new = {
        "balance": amount,
        "monthly": np.where(short, 0.0, np.ceil(amount / (term - grace))),
        "rate": np.round(np.where(epidemic, 1.2, rate), 3),
        "amount": amount,
        "executed": t,
        "maturity": t + np.where(short, 12, term),
        "grace_until": t + 1 + np.where(short, 0, grace),
        "scheme": scheme,
        "lender": np.where(u[:, 2] < 0.65, 0, np.where(u[:, 2] < 0.92, 1, 2)),
        "serial": standing.serial,
        "missed": np.zeros(len(traits)),
    }
    for name, values in new.items():
        array = getattr(book, name)
        array[rows[given], slot[given]] = values[given]
    standing.serial = standing.serial + given
    return np.where(given, slot, -1)


def choose_scheme(
    world: World, traits: Traits, book: LoanBook, t: np.ndarray, sales_change: np.ndarray, u: np.ndarray
) -> np.ndarray:
    """Return the guarantee scheme a firm would be given now (n,)."""
    guaranteed = (book.balance * book.is_guaranteed).sum(axis=1)
    young = traits.established_years + (t - traits.start) / 12 < 5
    scheme = np.full(len(traits), SCHEME["general"])
    monitored = (t >= world.index(2021, 4)) & (t <= world.index(2024, 6)) & (u < 0.5)
    scheme = np.where(monitored, SCHEME["monitored"], scheme)
    scheme = np.where((sales_change < -0.05) & (u > 0.6), SCHEME["safety_net_5"], scheme)
    scheme = np.where((traits.employees <= 20) & (guaranteed < 1.5e7) & (u < 0.3), SCHEME["small_lot"], scheme)
    scheme = np.where(young & (u < 0.6), SCHEME["founding"], scheme)
    crisis = (t >= world.index(2020, 3)) & (t <= world.index(2021, 3)) & (sales_change < -0.15)
    return np.where(crisis, SCHEME["safety_net_4"], scheme)


def epidemic_window(world: World, t: np.ndarray) -> np.ndarray:
    """Which months fall into the time of the interest-free guaranteed loans."""
    return (t >= world.index(*GUARANTEE_FREE_FROM)) & (t <= world.index(*GUARANTEE_FREE_TO))
