"""Window dressing (粉飾): who shows closings better than they are, and how long it is carried.

The ledger stays true, and so do cash, bank accounts and invoices: what is shown is a layer on top of a
closing, which has to be carried from year to year. It costs real money, for profits that are shown are taxed.
"""

from dataclasses import dataclass, field

import numpy as np

from simulator import aims, layers
from simulator.books import Ledger
from simulator.credit import LoanBook
from simulator.draws import uniforms
from simulator.firms import Traits
from simulator.layers import ASSETS, KIND, KINDS, NET, PART, PARTS, TAXED, UNPAID, VERSIONS, Year
from simulator.moment import Moment
from simulator.world import World

NEVER = -1
# Who dresses is a project default: known cases are about 1 % of bankruptcies (domain §4.4), the true share is
# unknown. Below this bound they would; about 4 % of all firms ever need to, can, and do.
HONESTY_BELOW = 0.105
# by what, as a first and a second habit: stock is the commonest by every source, invented sales are dear
# (they cost consumption tax); the other weights are project defaults
FIRST = {
    "stock_padding": 0.38, "fictitious_sales": 0.12, "unpaid_understated": 0.14, "under_depreciation": 0.12,
    "deferral": 0.07, "officer_account": 0.09, "circular_trade": 0.08,
}  # fmt: skip
SECOND = FIRST | {"bank_versions": 0.30, "earnings_break": 0.35}
HAS_SECOND, TIDIES = 0.65, 0.5  # shares of those who would dress (project defaults)
LEAST_STOCK = 0.15  # months of sales, for padding to be believed
MOST_CASH_SALES = 0.5  # who is paid on the spot has no receivables to invent
FIRST_CLOSING = 12  # month of life from which every closing has a whole year
SHIFT_AFTER = 18  # months until old layers are moved


@dataclass(frozen=True)
class Dressed:
    """Every closing with a layer on it or just taken off, sorted by firm and month; r rows, whole yen.

    firm, k (r,) place in the chunk and month of life · balance (r, PARTS) by how much a part flatters the
    balance sheet · booked (r, PARTS) by how much it flatters the year's profit before tax · round_sales (r,)
    the year's circular sales · corrected (r,) bool: taken off as a loss · found (n,) month of life in which
    somebody found it, or NEVER.
    """

    firm: np.ndarray
    k: np.ndarray
    balance: np.ndarray
    booked: np.ndarray
    round_sales: np.ndarray
    corrected: np.ndarray
    found: np.ndarray


@dataclass
class Dressing:
    """Habits and layers of the firms that would dress (m,), and by what their last closing flatters (n,).

    Where a firm's life is over its row is let go (`let_go`): m and n fall.
    """

    firm: np.ndarray  # places in the chunk
    who: np.ndarray  # places among those whose life goes on
    habit: np.ndarray  # (m, 3) places in KINDS; NEVER: no second one. The third is for need only
    u: np.ndarray  # (m, 9) persistent draws
    reach: np.ndarray  # (m, 3) more of them: how far a firm goes
    year: dict[str, np.ndarray]  # the running business year's true lines
    year_sales: np.ndarray  # of the last business year
    balance: np.ndarray  # (m, PARTS)
    booked: np.ndarray
    round_sales: np.ndarray
    begun: np.ndarray  # month of the first layer, or NEVER
    found: np.ndarray
    needy: np.ndarray  # bool: the last true closing would not have passed
    share: np.ndarray  # of the layer in the assets shown
    shown: dict[str, np.ndarray]  # shown − true of the last closing (n,)
    found_ever: np.ndarray  # month of life in which it was found, of the whole chunk, for firms let go
    log: list[tuple[np.ndarray, ...]] = field(default_factory=list)


def habits(world: World, traits: Traits) -> Dressing:
    """Return who would dress and how; nobody has yet.

    Parameters
    ----------
    world : World
    traits : Traits (n firms)

    Returns
    -------
    Dressing
        A firm's habit depends on the seed, its number and its traits only.
    """
    who = np.flatnonzero(traits.honesty < HONESTY_BELOW)
    u, m = uniforms(world.seed, "dressing", traits.number, 9)[who], len(who)
    possible = np.ones((m, len(KINDS)), dtype=bool)
    possible[:, KIND["stock_padding"]] = traits.stock_months[who] > LEAST_STOCK
    for kind in ("fictitious_sales", "circular_trade"):
        possible[:, KIND[kind]] = traits.cash_share[who] < MOST_CASH_SALES
    reach = uniforms(world.seed, "dressing reach", traits.number, 3)[who]
    first = _choose(FIRST, possible, u[:, 0])
    second = np.where(u[:, 1] < HAS_SECOND, _choose(SECOND, possible, u[:, 2]), NEVER)
    for taken in (first, second):
        possible[np.flatnonzero(taken >= 0), taken[taken >= 0]] = False
    lines = ("sales", "cost_of_sales", "selling_general_admin", "depreciation")
    return Dressing(
        firm=who,
        who=who,
        habit=np.column_stack([first, second, _choose(FIRST, possible, reach[:, 0])]),
        u=u,
        reach=reach,
        year={name: np.zeros(m) for name in (*lines, "nonoperating_income", "nonoperating_expenses")},
        year_sales=np.zeros(m),
        balance=np.zeros((m, len(PARTS))),
        booked=np.zeros((m, len(PARTS))),
        round_sales=np.zeros(m),
        begun=np.full(m, NEVER),
        found=np.full(m, NEVER),
        needy=np.zeros(m, dtype=bool),
        share=np.zeros(m),
        shown={name: np.zeros(len(traits)) for name in ("assets", "debts", "sales", "ordinary", "cash")},
        found_ever=np.full(len(traits), NEVER),
    )


def let_go(dressing: Dressing, stay: np.ndarray) -> None:
    """Forget the firms whose life is over, in place; `stay` are the places of the others, in order."""
    d = dressing
    d.found_ever[d.firm] = d.found
    mine = np.isin(d.who, stay)
    for name in (
        "firm", "who", "habit", "u", "reach", "year_sales", "balance", "booked", "round_sales", "begun",
        "found", "needy", "share",
    ):  # fmt: skip
        setattr(d, name, getattr(d, name)[mine])
    d.who = np.searchsorted(stay, d.who)
    d.year = {name: total[mine] for name, total in d.year.items()}
    d.shown = {name: value[stay] for name, value in d.shown.items()}


def _choose(weights: dict[str, float], possible: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Pick a kind per row by weight among the possible ones (m,)."""
    edges = np.cumsum(np.array([weights.get(kind, 0.0) for kind in KINDS]) * possible, axis=1)
    return (u[:, None] * edges[:, -1:] >= edges).sum(axis=1)


def dress(
    moment: Moment, dressing: Dressing, ledger: Ledger, book: LoanBook, lines: dict[str, np.ndarray], k: int
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Let firms whose year would not pass at the bank make the closing better than it is.

    Parameters
    ----------
    dressing : Dressing
        Changed in place.
    lines : dict of (n,) yen
        The month's true profit and loss before tax.
    k : int
        Month of the firms' lives.

    Returns
    -------
    lines : dict
        With the consumption tax that invented sales really cost.
    lift : (n,) yen
        What the year's shown profit before tax is above the true one: it is taxed.
    """
    d, lift = dressing, np.zeros(len(moment.t))
    for name, total in d.year.items():
        total += lines[name][d.who]
    row = _closing_rows(moment, d)
    year = Year(d.who[row], {name: total[row] for name, total in d.year.items()})
    for total in d.year.values():
        total[row] = 0.0
    if k < FIRST_CLOSING or len(row) == 0:
        return lines, lift
    firm, old = year.firm, d.balance[row]
    before = old.copy()
    before[:, UNPAID] = 0.0  # bills left out of the last closing came back as this year's cost
    wish = _wish(moment, d, row, year, ledger, book, lines)
    tax = moment.world.tax[moment.t[firm]] * moment.traits.taxable[firm]
    most = layers.room(moment, ledger, year, before)
    laid, gap = aims.lay_on(before, d.habit[row], wish, most, tax, d.reach[row])
    new = layers.take_off(laid, wish.spare)
    caught = d.found[row] >= 0
    new[caught] = 0.0
    booked = new - old
    new[:, PART["break"]] += gap  # straight into retained earnings, past the year's profit
    tidies = (d.u[row, 4] < TIDIES) & (d.begun[row] >= 0) & (k - d.begun[row] >= SHIFT_AFTER)
    new = layers.shift(new, before, tidies & ~caught, d.u[row, 7])
    gained = booked[:, PART["circular"]]
    d.round_sales[row], new[:, PART["circular_gross"]] = layers.go_round(
        new, gained, year, ledger, d.u[row, 6]
    )
    booked[:, [PART["circular_gross"], *VERSIONS]] = 0.0
    new[:, VERSIONS] = old[:, VERSIONS]

    up = np.maximum(booked[:, TAXED], 0.0)
    levy = (up - np.rint(up / (1 + tax[:, None]))).sum(axis=1)
    admin = lines["selling_general_admin"].copy()
    admin[firm] += levy
    ledger.vat[firm] += levy
    lift[firm] = booked.sum(axis=1)
    d.begun[row] = np.where((d.begun[row] < 0) & (new > 0).any(axis=1), k, d.begun[row])
    d.needy[row] = (wish.need > 0) | (wish.gap > 0)
    d.balance[row], d.booked[row], d.year_sales[row] = new, booked, year["sales"]
    return lines | {"selling_general_admin": admin}, lift


def _closing_rows(moment: Moment, d: Dressing) -> np.ndarray:
    return np.flatnonzero(moment.closes[d.who])


def _wish(moment, d, row, year, ledger, book, lines) -> aims.Wish:
    """Return what the closings at `row` lack and have to spare."""
    return aims.wish(
        moment, ledger, book, year, lines, d.balance[row],
        begun=d.begun[row] >= 0,
        found=d.found[row] >= 0,
        breaks=d.habit[row, 1] == KIND["earnings_break"],
        aim=d.u[row, 3],
    )  # fmt: skip


def close(moment: Moment, dressing: Dressing, book: LoanBook, sheet: dict[str, np.ndarray], k: int) -> None:
    """Write the second bank's version, keep what the closing flatters, and note it for the truth.

    Parameters
    ----------
    dressing : Dressing
        Changed in place.
    sheet : dict of (n,) yen
        The true balance sheet, loans and `total_assets` among it.
    """
    d, row = dressing, _closing_rows(moment, dressing)
    if k < FIRST_CLOSING or len(row) == 0:
        return
    firm, caught = d.who[row], d.found[row] >= 0
    old, new = d.balance[row][:, VERSIONS], d.balance[row]
    tells = (d.habit[row, 1] == KIND["bank_versions"]) & (d.begun[row] >= 0) & ~caught
    more = np.where(d.needy[row], d.year_sales[row], 0.0)
    new[:, VERSIONS] = layers.second_version(
        old[:, 0], book, firm, sheet["long_term_loans"][firm], tells, more, d.u[row, 5]
    )
    d.booked[row, PART["version"]] = new[:, PART["version"]] - old[:, 0]
    d.balance[row], booked = new, d.booked[row]
    gross, claims = new[:, PART["circular_gross"]], new[:, UNPAID].sum(axis=1)
    assets = new[:, ASSETS].sum(axis=1) + gross
    # what is taken off openly is a loss of its own kind and leaves the ordinary profit alone
    ordinary = np.where(caught, 0.0, booked[:, NET].sum(axis=1))
    up = np.maximum(booked[:, PART["sales"]], 0.0)
    for name, value in (
        ("assets", assets),
        ("debts", gross - claims),
        ("sales", d.round_sales[row] + up),
        ("ordinary", ordinary),
        ("cash", np.where(caught, 0.0, ordinary - booked[:, PART["depreciation"]])),
    ):
        d.shown[name][firm] = value
    d.share[row] = (assets + claims) / np.maximum(sheet["total_assets"][firm] + assets, 1.0)
    told = (new != 0).any(axis=1) | (booked != 0).any(axis=1)
    told &= moment.traits.start[firm] + k < moment.world.months
    corrected = caught & (booked != 0).any(axis=1)
    whose, month = d.firm[row], np.full(len(row), k)
    d.log.append(tuple(
        value[told] for value in (whose, month, new, booked, d.round_sales[row], corrected)
    ))  # fmt: skip


def dressed(dressing: Dressing) -> Dressed:
    """Return the record of all closings with a layer, sorted by firm and month."""
    d = dressing
    d.found_ever[d.firm] = d.found
    blank = np.zeros(0, dtype=np.int64)
    empty = (
        blank,
        blank,
        np.zeros((0, len(PARTS))),
        np.zeros((0, len(PARTS))),
        np.zeros(0),
        np.zeros(0, dtype=bool),
    )
    columns = [np.concatenate(parts) for parts in zip(empty, *d.log, strict=True)]
    order = np.lexsort((columns[1], columns[0]))
    return Dressed(*(column[order] for column in columns), found=d.found_ever)
