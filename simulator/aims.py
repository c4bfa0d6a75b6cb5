"""What a dressed closing is meant to reach: figures at which a bank stops asking, or it is left as it is."""

from dataclasses import dataclass

import numpy as np

from simulator import layers
from simulator.books import Ledger, balance_sheet
from simulator.credit import LoanBook
from simulator.layers import ASSETS, UNIT, UNPAID, Year
from simulator.moment import Moment

NEVER = -1
TARGET = (0.003, 0.012)  # ordinary profit ÷ sales that is shown: a small black figure
CALM = 0.015  # above it a good year takes old layers off
LEAST_EQUITY, NEAR = 0.02, 0.06  # of assets: shown at least, and how far below it a firm still tries
BROKEN_EQUITY, BROKEN_NEAR = 0.10, 0.15  # the same, where years need not follow on each other
# who cannot reach it by two habits looks for a third; who cannot by three mostly lets the loss stand, for
# what is invented costs tax and the bank's question stays (shares of firms, project defaults)
THIRD, ALL_THE_SAME = 0.5, 0.1
PROFIT_ALONE = 0.2  # content with a black figure where equity is lost beyond reach


@dataclass(frozen=True)
class Wish:
    """What closings (r,) lack and what they show with the layers that are on, yen."""

    need: np.ndarray  # profit that is missing, and through it equity
    gap: np.ndarray  # equity that is put in past the year's profit
    spare: np.ndarray  # profit of a good year, to take old layers off with
    ordinary: np.ndarray
    net: np.ndarray  # assets


def wish(
    moment: Moment,
    ledger: Ledger,
    book: LoanBook,
    year: Year,
    lines: dict[str, np.ndarray],
    layer: np.ndarray,
    *,
    begun: np.ndarray,
    found: np.ndarray,
    breaks: np.ndarray,
    aim: np.ndarray,
) -> Wish:
    """Return what the closings of a month would need to pass at a bank.

    Parameters
    ----------
    year : Year (r rows)
    lines : dict of (n,) yen
        The month's own: it is not in the ledger yet.
    layer : (r, PARTS) yen
        What is on from the last closing.
    begun, found, breaks : (r,) bool
        Who dressed before, was found out, lets years not follow on each other.
    aim : (r,) in 0..1
        How high a profit the firm likes to show.

    Returns
    -------
    Wish
    """
    firm, sales = year.firm, year["sales"]
    ordinary = year.ordinary - layer[:, UNPAID].sum(axis=1)
    month = Year(firm, {name: lines[name][firm] for name in year.lines})
    one_off = (lines["extraordinary_income"] - lines["extraordinary_loss"])[firm]
    assets = balance_sheet(ledger)["total_assets"][firm]
    net = (ledger.capital + ledger.retained)[firm] + month.ordinary + one_off
    net = net + layer[:, ASSETS].sum(axis=1)
    goes_on = ~found & ~moment.closing[firm] & (sales > 0) & (book.balance[firm] > 0).any(axis=1)
    target = (TARGET[0] + (TARGET[1] - TARGET[0]) * aim) * sales
    # who began goes on with it; who has money enough shows a bad year as it is
    asks = ledger.cash[firm] < moment.traits.cash_wanted[firm] * moment.monthly_sales[firm]
    fails = np.where(begun, ordinary < target, (ordinary < 0) & asks)
    need = np.where(goes_on & fails, target - ordinary, 0.0)
    gap = np.where(breaks, BROKEN_EQUITY, LEAST_EQUITY) * assets - net - need
    tries = goes_on & (begun | asks) & (fails | ~breaks)
    tries &= (gap > 0) & (gap < np.where(breaks, BROKEN_NEAR, NEAR) * assets)
    gap = np.where(tries, np.ceil(gap / UNIT) * UNIT, 0.0)
    need = np.ceil((need + np.where(breaks, 0.0, gap)) / UNIT) * UNIT
    spare = np.where(need > 0, 0.0, np.maximum(ordinary - CALM * sales, 0.0))
    return Wish(need, np.where(breaks, gap, 0.0), spare, ordinary, net)


def reached(wish: Wish, gain: np.ndarray, content: np.ndarray) -> np.ndarray:
    """Tell whose closing has neither an ordinary loss nor more debts than assets (r,) bool.

    `gain` (r,) yen of profit is laid on; who is `content` (r,) with a black figure asks for no more.

    Examples
    --------
    >>> four = [np.array(values) for values in ([5.0, 5.0, 5.0], [0.0, 0.0, 4.0], [0.0] * 3)]
    >>> closing = Wish(*four, ordinary=np.array([-3.0, -3.0, -3.0]), net=np.array([9.0, -6.0, -6.0]))
    >>> reached(closing, np.array([2.0, 4.0, 4.0]), np.zeros(3, dtype=bool)).tolist()
    [False, False, True]
    >>> reached(closing, np.array([2.0, 4.0, 4.0]), np.ones(3, dtype=bool)).tolist()
    [False, True, True]
    """
    return (wish.ordinary + gain >= 0) & (content | (wish.net + gain + wish.gap >= 0))


def lay_on(
    layer: np.ndarray,
    habit: np.ndarray,
    wish: Wish,
    most: np.ndarray,
    tax: np.ndarray,
    reach: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Lay on what a closing lacks where that is enough; mostly nothing where it is not.

    Parameters
    ----------
    layer, most : (r, PARTS) yen
        What is on already, and how much more is believed.
    habit : (r, 3) places in KINDS
        The third is used by some, and only where the others do not suffice.
    tax : (r,) consumption tax
    reach : (r, 3) uniforms that stay with a firm
        Its third habit was chosen by the first; whether it looks for that, and whether it goes on without
        hope, by the second; whether a black figure is enough for it, by the third.

    Returns
    -------
    layer : (r, PARTS) yen
    gap : (r,) yen
        What is put into equity past the year's profit.
    """
    content, stubborn = reach[:, 2] < PROFIT_ALONE, reach[:, 1] >= 1 - ALL_THE_SAME
    two = layers.lay_on(layer, habit[:, :2], wish.need, most, tax)
    short = ~reached(wish, layers.gain(two - layer, tax), content)
    third = np.where(short & (reach[:, 1] < THIRD), habit[:, 2], NEVER)
    laid = layers.lay_on(layer, np.column_stack([habit[:, :2], third]), wish.need, most, tax)
    goes = reached(wish, layers.gain(laid - layer, tax), content) | stubborn
    return np.where(goes[:, None], laid, layer), np.where(goes, wish.gap, 0.0)
