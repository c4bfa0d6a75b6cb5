"""Loans: what is owed to whom, what is due, and what banks and the association grant by what they see."""

from dataclasses import dataclass

import numpy as np

from simulator.firms import small_staff_by_industry
from simulator.moment import Moment
from simulator.world import GUARANTEE_FREE_FROM, GUARANTEE_FREE_TO, by_industry, month_number

FEE = (
    1.15  # per cent a year of what is guaranteed (grade 5 of nine, domain §5.4); the epidemic's was paid for
)
SLOTS = 9  # loans a firm may have at once; a slot is used again when its loan is repaid
# scheme → guaranteed ratio: 責任共有 80 %, outside it 100 % (domain §5.3)
SCHEMES = {
    "none": 0.0, "general": 0.8, "small_lot": 1.0, "founding": 1.0, "safety_net_4": 1.0, "safety_net_5": 0.8,
    "monitored": 0.8, "epidemic": 1.0,
}  # fmt: skip
SCHEME = {name: place for place, name in enumerate(SCHEMES)}
# yen a firm from a month on: 小口零細企業保証 counts all that is guaranteed, 創業関連保証 itself alone (until
# July 2021 there were two of the kind: the larger one's limit)
LIMITS = {
    "small_lot": (((2007, 10), 1.25e7), ((2018, 4), 2e7)),
    "founding": (((2007, 10), 1.5e7), ((2018, 4), 2e7), ((2021, 8), 3.5e7)),
    # the crisis schemes' own (own knowledge, verify)
    "epidemic": (((2020, 5), 3e7), ((2020, 6), 4e7), ((2021, 1), 6e7)),
    "monitored": (((2021, 4), 4e7), ((2022, 2), 6e7), ((2023, 1), 1e8)),
}
LEAST_LOAN = 1e6  # yen: for less nobody writes the papers
INTEREST_FREE_MONTHS = 36  # the epidemic's interest subsidy ran three years
DISTRUST = 10.0  # off the score of a firm whose books were found to be dressed: no good figure outweighs it
PROPER, GUARANTEED = 0.30, -0.65  # least score for a bank's own risk, and for a guaranteed loan


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

    @property
    def is_guaranteed(self) -> np.ndarray:
        """Which slots hold a guaranteed loan (n, SLOTS)."""
        return (self.scheme > 0) & (self.balance > 0)

    @property
    def guaranteed_balance(self) -> np.ndarray:
        """What is owed under guarantee (n,), yen."""
        return (self.balance * (self.scheme > 0)).sum(axis=1)


@dataclass
class Standing:
    """What the bank knows of a firm and how it stands with it; (n,)."""

    closing_equity: np.ndarray  # equity ratio of the last closing, the owner's loans counted as capital
    seen_equity: np.ndarray  # the same, of the last closing known
    seen_margin: np.ndarray  # ordinary profit ÷ sales
    seen_cash_margin: np.ndarray  # with depreciation added
    last_asked: np.ndarray
    serial: np.ndarray  # next loan's number
    eased_until: np.ndarray  # rescheduled until then
    eased_share: np.ndarray  # of the agreed repayment that is still paid
    times_eased: np.ndarray
    took_epidemic: np.ndarray
    bad_closings: np.ndarray  # closings in a row that were seen with an ordinary loss
    news: np.ndarray  # bad news the bank heard lately, in months of sales
    distrusted: np.ndarray  # bool: window dressing was found
    staff: np.ndarray  # heads, as the association is told when it is asked


def dues(
    book: LoanBook, standing: Standing, t: np.ndarray, wound_up: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return this month's principal by slot (n, SLOTS) and interest (n,), whole yen; see `principal_due`."""
    free = (book.scheme == SCHEME["epidemic"]) & (t[:, None] < book.executed + INTEREST_FREE_MONTHS)
    interest = np.rint(np.where(free, 0.0, book.balance * book.rate / 1200)).sum(axis=1)
    return principal_due(book, standing, t, wound_up), interest


def principal_due(book: LoanBook, standing: Standing, t: np.ndarray, wound_up: np.ndarray) -> np.ndarray:
    """Return this month's principal by slot (n, SLOTS), whole yen.

    Whose trade has ended (`wound_up`) loses the benefit of time: everything is due.
    """
    paying = (t[:, None] >= book.grace_until) & (book.balance > 0)
    share = np.where(t < standing.eased_until, standing.eased_share, 1.0)
    principal = np.minimum(
        np.where(paying, np.rint(book.monthly * share[:, None]), 0.0), book.balance - book.missed
    )
    principal = np.where(wound_up[:, None], book.balance - book.missed, principal)
    return np.maximum(principal, 0.0)


def fees(book: LoanBook) -> np.ndarray:
    """Return the month's guarantee fees (信用保証料) (n,), whole yen."""
    covered = (book.scheme > 0) & (book.scheme != SCHEME["epidemic"])
    return np.rint((book.balance * covered).sum(axis=1) * FEE / 1200)


def score(moment: Moment, book: LoanBook, standing: Standing, known_arrears: np.ndarray) -> np.ndarray:
    """Return the lender's view of a firm (n,), by what it sees; higher is better.

    Seen are the last closing known, the debt, arrears and bad news heard of; not the owner's purse, nor
    the books of the running year.
    """
    normal = by_industry("net_debt_months")[moment.traits.industry] + 3
    debt_months = book.balance.sum(axis=1) / np.maximum(moment.monthly_sales, 1.0)
    return (
        0.4 * np.clip(standing.seen_equity, -0.5, 0.6)
        + 5.0 * np.clip(standing.seen_margin, -0.08, 0.08)
        + 0.35 * np.clip(1.6 - debt_months / normal, -1.5, 1.0)
        + 0.9 * moment.traits.relation
        - 0.3 * np.clip(standing.bad_closings - 1, 0, 2)
        - 0.6 * known_arrears
        - 0.8 * np.minimum(standing.news, 2.0)
        - DISTRUST * standing.distrusted
    )


def spread(moment: Moment, standing: Standing) -> np.ndarray:
    """Return what lenders add to the rate for the risk they see, less what they are fond of (n,), points."""
    thin = 0.9 * np.clip(0.3 - standing.seen_equity, -0.3, 0.8)
    losing = 8.0 * np.clip(-standing.seen_margin, -0.05, 0.08)
    return thin + losing - 0.2 * moment.traits.relation


def place(book: LoanBook, slot: np.ndarray, given: np.ndarray, loan: dict[str, np.ndarray]) -> None:
    """Write new loans into free slots of the firms that are given one."""
    firms = np.flatnonzero(given)
    for name, values in loan.items():
        getattr(book, name)[firms, slot[firms]] = values[firms]


def free_slot(book: LoanBook) -> tuple[np.ndarray, np.ndarray]:
    """Return each firm's first free slot (n,), and whether there is one."""
    free = book.balance <= 0
    return np.argmax(free, axis=1), free.any(axis=1)


def repay_old(book: LoanBook, renewed: np.ndarray, into_one: np.ndarray) -> np.ndarray:
    """Repay guaranteed loans out of a new one; returns the amounts (n,), yen.

    `renewed` (n,) marks who repays what is well repaid already, `into_one` (n,) who puts all into one.
    """
    ordinary = book.is_guaranteed & (book.scheme != SCHEME["epidemic"])
    old = renewed[:, None] & ordinary & (book.balance < 0.6 * book.amount)
    old |= into_one[:, None] & ordinary
    amount = (book.balance * old).sum(axis=1)
    book.balance = np.where(old, 0.0, book.balance)
    book.missed = np.where(old, 0.0, book.missed)
    return amount


def repay_from(book: LoanBook, amount: np.ndarray) -> np.ndarray:
    """Repay loans out of `amount` (n,), those without a guarantee first; returns what it took (n,), yen."""
    left = amount.copy()
    if not left.any():
        return left  # mostly nobody
    for guaranteed in (False, True):
        for slot in range(SLOTS):
            part = np.where((book.scheme[:, slot] > 0) == guaranteed, book.balance[:, slot], 0.0)
            part = np.minimum(part, left)
            book.balance[:, slot] -= part
            left = left - part
    book.missed = np.minimum(book.missed, book.balance)
    return amount - left


def ease(
    book: LoanBook,
    standing: Standing,
    granted: np.ndarray,
    t: np.ndarray,
    share: np.ndarray,
    months: np.ndarray | int = 12,
) -> None:
    """Reschedule from `t` on: for some months only a share of repayments is due, and maturities move back."""
    standing.eased_until = np.where(granted, t + months, standing.eased_until)
    standing.eased_share = np.where(granted, share, standing.eased_share)
    standing.times_eased = standing.times_eased + granted
    later = book.maturity + np.broadcast_to(months, granted.shape)[:, None]
    book.maturity = np.where(granted[:, None] & (book.balance > 0), later, book.maturity)
    book.missed *= ~granted[:, None]


def choose_scheme(moment: Moment, book: LoanBook, standing: Standing, u: np.ndarray) -> np.ndarray:
    """Return the guarantee scheme a firm would be given now (n,), for any sum: see `within_limits`."""
    world, traits, t = moment.world, moment.traits, moment.t
    young = traits.established_years + (t - traits.start) / 12 < 5
    scheme = np.full(len(traits), SCHEME["general"])
    monitored = (t >= world.index(2021, 4)) & (t <= world.index(2024, 6)) & (u < 0.5)
    scheme = np.where(monitored, SCHEME["monitored"], scheme)
    scheme = np.where((moment.sales_change < -0.05) & (u > 0.6), SCHEME["safety_net_5"], scheme)
    small = standing.staff <= small_staff_by_industry()[traits.industry]
    little = book.guaranteed_balance < 0.75 * limit("small_lot", world.first + t)
    scheme = np.where(small & little & (u < 0.3), SCHEME["small_lot"], scheme)
    scheme = np.where(young & (u < 0.6), SCHEME["founding"], scheme)
    crisis = (t >= world.index(2020, 3)) & (t <= world.index(2021, 3)) & (moment.sales_change < -0.15)
    return np.where(crisis, SCHEME["safety_net_4"], scheme)


def limit(name: str, month: np.ndarray) -> np.ndarray:
    """Return what a scheme guarantees a firm at most (n,), yen, by month number; nought before there was one.

    Examples
    --------
    >>> limit("small_lot", np.array([month_number(2018, 3), month_number(2018, 4)])).tolist()
    [12500000.0, 20000000.0]
    """
    since = [month_number(*when) for when, _ in LIMITS[name]]
    most = np.array([0.0, *(yen for _, yen in LIMITS[name])])
    return most[np.searchsorted(since, month, side="right")]


def within_limits(book: LoanBook, scheme: np.ndarray, amount: np.ndarray, month: np.ndarray) -> np.ndarray:
    """Return the schemes (n,) of new loans: what is above a scheme's limit is guaranteed the general way.

    Parameters
    ----------
    book : LoanBook
        What is owed beside the new loan: loans that it repays are gone from it.
    scheme : (n,) places in SCHEMES
    amount : (n,) yen
    month : (n,) month number in which it is made
    """
    for name in ("small_lot", "founding", "monitored"):
        own = (book.balance * (book.scheme == SCHEME[name])).sum(axis=1)
        beside = book.guaranteed_balance if name == "small_lot" else own
        above = (scheme == SCHEME[name]) & (beside + amount > limit(name, month))
        scheme = np.where(above, SCHEME["general"], scheme)
    return scheme


def epidemic_window(moment: Moment) -> np.ndarray:
    """Which firms live in the time of the interest-free guaranteed loans (n,) bool."""
    world, t = moment.world, moment.t
    return (t >= world.index(*GUARANTEE_FREE_FROM)) & (t <= world.index(*GUARANTEE_FREE_TO))


def loan_accounts(book: LoanBook, standing: Standing, t: np.ndarray) -> dict[str, np.ndarray]:
    """Split the loans as a balance sheet does: short ones, what falls due within a year, the rest."""
    short = np.where(book.monthly == 0, book.balance, 0.0).sum(axis=1)
    share = np.where(t < standing.eased_until, standing.eased_share, 1.0)[:, None]
    year = np.rint(12 * book.monthly * share) + book.missed
    within = np.where(book.monthly > 0, np.minimum(year, book.balance), 0.0).sum(axis=1)
    return {
        "short_term_loans": short,
        "current_long_term_loans": within,
        "long_term_loans": book.balance.sum(axis=1) - short - within,
    }
