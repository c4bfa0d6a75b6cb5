"""By what a closing is dressed: the parts that flatter it, how far each is believed, how they move."""

from dataclasses import dataclass

import numpy as np

from simulator.books import Ledger
from simulator.credit import LoanBook
from simulator.moment import Moment
from simulator.terms import ACCOUNT

# part of a dressed balance sheet → kind of dressing (the ways small firms are known for, domain §4.4)
PARTS = {
    "stock": "stock_padding", "sales": "fictitious_sales", "circular": "circular_trade",
    "unpaid_other": "unpaid_understated", "unpaid_supplier": "unpaid_understated",
    "depreciation": "under_depreciation", "deferral": "deferral", "officer": "officer_account",
    "suspense": "asset_shift", "other": "asset_shift", "break": "earnings_break",
    "circular_gross": "circular_trade", "version": "bank_versions", "version_swap": "bank_versions",
}  # fmt: skip
KINDS = tuple(dict.fromkeys(PARTS.values()))
PART = {name: place for place, name in enumerate(PARTS)}
KIND = {name: place for place, name in enumerate(KINDS)}
KIND_OF = np.array([KIND[kind] for kind in PARTS.values()])


def _places(*names: str) -> list[int]:
    return [PART[name] for name in names]


# parts that make profit when they are laid on, and the order in which a good year takes them off again
FILLED = _places(
    "stock", "sales", "circular", "unpaid_other", "unpaid_supplier", "depreciation", "deferral", "officer"
)
UNWOUND = _places(
    "sales", "circular", "stock", "suspense", "other", "officer", "deferral", "depreciation", "break"
)
UNPAID, TAXED = _places("unpaid_other", "unpaid_supplier"), _places("sales", "circular")
VERSIONS = _places("version", "version_swap")
ASSETS = UNWOUND
NET = [*ASSETS, *UNPAID]  # what shown net assets exceed the true ones by, in the books that all are shown

SECOND_BANK = 1  # place of the bank that is told a version of its own
UNIT = 1e4  # yen; invented figures are round
# how far each part is believed (project defaults: what a reader of accounts may still take for a bad year)
STOCK_A_YEAR, STOCK_IN_ALL = 0.45, 1.5  # of true stock
RECEIVABLES_A_YEAR, RECEIVABLES_IN_ALL = 0.5, 1.0  # of true receivables
OTHER_LEFT_OUT, SUPPLIERS_LEFT_OUT = 0.7, 0.35  # of what is unpaid
DEPRECIATION_LEFT_OUT = 0.9  # of the year's
COST_A_YEAR, ADMIN_A_YEAR = 0.15, 0.12  # of the year's cost of sales, of selling and administration
DEFERRED_IN_ALL, OFFICER_A_YEAR, OFFICER_IN_ALL = 0.08, 0.04, 0.15  # of sales
ROUND_MARGIN, MOST_ROUND = 0.03, 0.5  # profit ÷ circular sales; circular ÷ true sales at most
ROUND_SHARE = (0.05, 0.30)  # circular ÷ true sales, the habit's range
MOST_MONTHS = 0.5  # receivables ÷ yearly sales that the circle's own may have
SHIFTED = 0.6  # of old layers a year, moved where nobody counts them
UNDONE = 0.6  # of what a good year has to spare
HIDDEN_LOANS, OF_LONG_LOANS = (
    0.6,
    0.8,
)  # of others' loans and of all long ones, that the second bank is not told of
VERSION_A_YEAR = (0.008, 0.025)  # of sales, by which the second bank's version is better still


@dataclass(frozen=True)
class Year:
    """A business year's true lines (r,) yen, of the firms at places `firm` of the chunk."""

    firm: np.ndarray
    lines: dict[str, np.ndarray]

    def __getitem__(self, name: str) -> np.ndarray:
        return self.lines[name]

    @property
    def ordinary(self) -> np.ndarray:
        """Return the true ordinary profit (r,)."""
        gross = self["sales"] - self["cost_of_sales"]
        return (
            gross
            - self["selling_general_admin"]
            + self["nonoperating_income"]
            - self["nonoperating_expenses"]
        )


def whole_units(amount: np.ndarray) -> np.ndarray:
    """Round down to units in which figures are invented, nought at least.

    Examples
    --------
    >>> whole_units(np.array([123_456.0, -5.0])).tolist()
    [120000.0, 0.0]
    """
    return np.floor(np.maximum(amount, 0.0) / UNIT) * UNIT


def room(moment: Moment, ledger: Ledger, year: Year, layer: np.ndarray) -> np.ndarray:
    """Return by how much each part may grow and still be believed (r, PARTS), yen; `layer` is what is on."""
    firm = year.firm
    owed = ledger.receivable[firm].sum(axis=(1, 2))
    by_account = moment.traits.payable_paper[firm] == ACCOUNT
    bills = (ledger.payable[firm].sum(axis=2) * by_account).sum(axis=1)
    sales, stock = year["sales"], ledger.stock[firm]
    cost, admin = COST_A_YEAR * year["cost_of_sales"], ADMIN_A_YEAR * year["selling_general_admin"]

    def left(name: str, most: np.ndarray) -> np.ndarray:
        return most - layer[:, PART[name]]

    bounds = {
        "stock": (STOCK_A_YEAR * stock, left("stock", STOCK_IN_ALL * stock), cost),
        "sales": (RECEIVABLES_A_YEAR * owed, left("sales", RECEIVABLES_IN_ALL * owed)),
        "circular": (ROUND_MARGIN * MOST_ROUND * sales,),
        "unpaid_other": (OTHER_LEFT_OUT * ledger.other_due[firm], admin),
        "unpaid_supplier": (SUPPLIERS_LEFT_OUT * bills, 0.5 * cost),
        "depreciation": (DEPRECIATION_LEFT_OUT * year["depreciation"],),
        "deferral": (admin, left("deferral", DEFERRED_IN_ALL * sales)),
        "officer": (admin, OFFICER_A_YEAR * sales, left("officer", OFFICER_IN_ALL * sales)),
    }
    most = np.zeros_like(layer)
    for name, limits in bounds.items():
        most[:, PART[name]] = whole_units(np.minimum.reduce(limits))
    return most


def lay_on(
    layer: np.ndarray, habit: np.ndarray, need: np.ndarray, most: np.ndarray, tax: np.ndarray
) -> np.ndarray:
    """Return the layer with what the need asks for, by the first habit, then by the second.

    Parameters
    ----------
    layer, most : (r, PARTS) yen
        What is on already, and how much more is believed.
    habit : (r, 2) places in KINDS, -1 for none
    need : (r,) yen
        What the shown profit lacks.
    tax : (r,) consumption tax: it is owed on invented sales and eats its part of the gain

    Examples
    --------
    >>> layer, most = np.zeros((1, len(PARTS))), np.zeros((1, len(PARTS)))
    >>> most[0, PART["stock"]], most[0, PART["officer"]] = 300_000, 900_000
    >>> habit = np.array([[KIND["stock_padding"], KIND["officer_account"]]])
    >>> full = lay_on(layer, habit, np.array([500_000.0]), most, np.array([0.1]))
    >>> full[0, [PART["stock"], PART["officer"]]].tolist()
    [300000.0, 200000.0]
    """
    layer, most, missing = layer.copy(), most.copy(), need.copy()
    for place in range(habit.shape[1]):
        for part in FILLED:
            if not (habit[:, place] == KIND_OF[part]).any():
                continue  # few firms close at a time
            price = 1 + tax if part in TAXED else 1.0
            use = (habit[:, place] == KIND_OF[part]) & (missing > 0)
            take = np.where(use, np.minimum(np.ceil(missing * price / UNIT) * UNIT, most[:, part]), 0.0)
            layer[:, part] += take
            most[:, part] -= take
            missing = missing - take / price
    return layer


def gain(grown: np.ndarray, tax: np.ndarray) -> np.ndarray:
    """Return the profit (r,) that parts (r, PARTS) laid on make, less the consumption tax that they cost.

    Examples
    --------
    >>> grown = np.zeros((1, len(PARTS)))
    >>> grown[0, [PART["stock"], PART["sales"]]] = 300_000, 110_000
    >>> gain(grown, np.array([0.1])).tolist()
    [400000.0]
    """
    taxed = grown[:, TAXED]
    return grown[:, NET].sum(axis=1) - taxed.sum(axis=1) + np.rint(taxed / (1 + tax)[:, None]).sum(axis=1)


def take_off(layer: np.ndarray, spare: np.ndarray) -> np.ndarray:
    """Return the layer after a good year's profit has been used to take old parts off it quietly."""
    layer, left = layer.copy(), whole_units(UNDONE * spare)
    for part in UNWOUND:
        take = np.minimum(left, layer[:, part])
        layer[:, part] -= take
        left = left - take
    return layer


def shift(layer: np.ndarray, before: np.ndarray, tidies: np.ndarray, to_suspense: np.ndarray) -> np.ndarray:
    """Return the layer with old invented receivables and stock moved to suspense payments and the like.

    `before` (r, PARTS) is what was on already, `to_suspense` (r,) the share that goes there.
    """
    layer = layer.copy()
    for part in _places("sales", "circular", "stock"):
        old = np.minimum(before[:, part], layer[:, part])
        moved = np.where(tidies, whole_units(SHIFTED * old), 0.0)
        suspense = whole_units(to_suspense * moved)
        layer[:, part] -= moved
        layer[:, PART["suspense"]] += suspense
        layer[:, PART["other"]] += moved - suspense
    return layer


def go_round(
    layer: np.ndarray, gained: np.ndarray, year: Year, ledger: Ledger, habit: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Let goods go round on paper between friends, where the layer holds profit of it.

    Returns the year's circular sales (r,) and what is open of them on both sides (r,), yen: at the usual
    terms, so that turnover periods stay as they are. `habit` (r,) in 0..1 says how large the circle is.
    """
    low, high = ROUND_SHARE
    size = np.maximum((low + (high - low) * habit) * year["sales"], np.maximum(gained, 0.0) / ROUND_MARGIN)
    sales = np.where(layer[:, PART["circular"]] > 0, whole_units(size), 0.0)
    owed = ledger.receivable[year.firm].sum(axis=(1, 2)) / np.maximum(year["sales"], 1.0)
    return sales, np.rint(sales * np.minimum(owed, MOST_MONTHS))


def second_version(
    before: np.ndarray,
    book: LoanBook,
    firm: np.ndarray,
    long_loans: np.ndarray,
    tells: np.ndarray,
    sales: np.ndarray,
    habit: np.ndarray,
) -> np.ndarray:
    """Return by what the second bank's copy flatters beyond everybody's: others' loans left out (r, 2) yen.

    Parameters
    ----------
    before : (r,) yen
        What it had more of retained earnings a year ago.
    firm : (r,) places in the chunk
    long_loans : (r,) yen
        The true balance sheet's long-term loans: they are what is hidden.
    tells : (r,) bool
        Whether the firm tells banks different things.
    sales : (r,) yen
        The year's, where it needs more profit; 0 where it does not.
    habit : (r,) in 0..1

    Returns
    -------
    (r, 2) yen
        The first is believed to be profit, the second to be owed to suppliers instead; nought where the
        second bank lends nothing.
    """
    is_mine, owed = book.lender[firm] == SECOND_BANK, book.balance[firm]
    hidden = np.minimum(OF_LONG_LOANS * long_loans, HIDDEN_LOANS * (owed * ~is_mine).sum(axis=1))
    hidden = np.where(tells & (owed * is_mine > 0).any(axis=1), whole_units(hidden), 0.0)
    low, high = VERSION_A_YEAR
    profit = np.minimum(before + whole_units((low + (high - low) * habit) * sales), hidden)
    return np.column_stack([profit, whole_units(0.5 * (hidden - profit))])
