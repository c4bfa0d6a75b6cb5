"""Due items of one side, in months from the as-of month, and how far each firm's ledger reaches."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.cash_flow.axis import EARLIEST, LATEST, NEVER, month_of, relative_months
from features.cash_flow.calendar import next_bank_day
from features.panel import Panel
from features.per_firm import DAY


@dataclass(frozen=True, eq=False)
class Items:
    """One side's due items of n firms, of every instrument: accounts, notes, electronic claims.

    Attributes
    ----------
    n : int
    row : (k,) int64
        The firm of each item.
    counterparty : (k,) int64
        Codes 0 to g − 1; each belongs to one firm: what one customer pays two firms are two codes.
    firm_of : (g,) int64
    issued, due, settled : (k,) int64
        Months from the as-of month; `due` is that in which a claim that falls due is paid, bank holidays
        counted in (see `read_sides`), `settled` is `NEVER` where the item is open.
    amount : (k,) float64, yen
    """

    n: int
    row: np.ndarray
    counterparty: np.ndarray
    firm_of: np.ndarray
    issued: np.ndarray
    due: np.ndarray
    settled: np.ndarray
    amount: np.ndarray

    @property
    def is_open(self) -> np.ndarray:
        """Items (k,) not settled by the as-of date."""
        return self.settled == NEVER


def read_sides(panel: Panel) -> tuple[Items, Items]:
    """Return the panel's due items: receivables, and payables.

    A due date on a bank holiday moves to the next bank day, which at a month's end is in the next month.
    Contracts go either way, so a firm's own items have the last word, each side by itself: where of those
    that fell due on such a day more were paid by that month's end than in the next month, the month stays.

    Raises
    ------
    KeyError
        If the panel has no table of due items.

    Examples
    --------
    >>> from dataclasses import replace
    >>> panel = Panel.empty(["a"], "2025-03-31")
    >>> receivables, payables = read_sides(panel)
    >>> payables.n, len(payables.row)
    (1, 0)
    >>> read_sides(replace(panel, facts={}))
    Traceback (most recent call last):
    KeyError: 'due_items'
    """
    frame = panel.facts["due_items"]
    name = pd.factorize(frame["counterparty"])[0].astype(np.int64)
    side = (frame["side"] == "receivable").to_numpy()
    receivables, payables = (_read(panel, np.flatnonzero(side == which), name) for which in (True, False))
    return receivables, payables


def _read(panel: Panel, here: np.ndarray, name: np.ndarray) -> Items:
    """Return the items at these places of the table; `name` are codes of all its counterparties."""
    frame, as_of = panel.facts["due_items"], panel.as_of_date
    row = frame["row"].to_numpy()[here]
    width = int(name.max(initial=0)) + 1
    counterparty, pairs = pd.factorize(row * width + name[here])
    issued, due, settled = (
        frame[one].to_numpy()[here].astype(DAY) for one in ("issued", "due", "settled_date")
    )
    is_open = np.isnat(settled) | (settled > np.datetime64(as_of, "D"))
    stated, rolled = relative_months(due, as_of), relative_months(_paid_on(due, as_of), as_of)
    settled = np.where(is_open, NEVER, relative_months(settled, as_of))
    return Items(
        n=len(panel),
        row=row,
        counterparty=counterparty.astype(np.int64),
        firm_of=pairs // width,
        issued=relative_months(issued, as_of),
        due=np.where(_keeps_month(row, stated, rolled, settled, len(panel))[row], stated, rolled),
        settled=settled,
        amount=frame["amount"].to_numpy()[here],
    )


def _keeps_month(
    row: np.ndarray, stated: np.ndarray, rolled: np.ndarray, settled: np.ndarray, n: int
) -> np.ndarray:
    """Return which firms (n,) settled items due on a holiday at a month's end rather before it than after."""
    before = (rolled > stated) & (settled <= stated)
    after = (rolled > stated) & (settled == rolled)
    return np.bincount(row[before], minlength=n) > np.bincount(row[after], minlength=n)


def _paid_on(due: np.ndarray, as_of_date: pd.Timestamp) -> np.ndarray:
    """Return the bank days (k,) on which claims due are paid; those due years away are all alike."""
    now = month_of(as_of_date)
    bounds = np.array([now + EARLIEST, now + LATEST], dtype="datetime64[M]").astype(DAY)
    return next_bank_day(np.clip(due, *bounds))


def ledger_month(sides: Sequence[Items]) -> np.ndarray:
    """Return the last month (n,) int64 that each firm's ledger speaks of; `EARLIEST` where there is none.

    That is the latest in which an item was issued or settled. What happened since is not known yet: an item
    that stands open may have been paid.

    Raises
    ------
    ValueError
        Without any side: it would be about no firms.

    Examples
    --------
    >>> ledger_month(read_sides(Panel.empty(["a"], "2025-03-31"))).tolist()
    [-60]
    >>> ledger_month([])
    Traceback (most recent call last):
    ValueError: a ledger needs at least one side
    """
    if not sides:
        raise ValueError("a ledger needs at least one side")
    last = np.full(sides[0].n, EARLIEST)
    for items in sides:
        np.maximum.at(last, items.row, np.minimum(items.issued, 0))
        paid = ~items.is_open
        np.maximum.at(last, items.row[paid], items.settled[paid])
    return last
