"""Due items of one side, in months from the as-of month, and how far each firm's ledger reaches."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.cash_flow.axis import EARLIEST, LATEST, NEVER, month_of, relative_months
from features.cash_flow.calendar import next_bank_day
from features.panel import Panel
from features.per_firm import DAY

SIDES = ("receivable", "payable")


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
        Months from the as-of month; `due` is that of the bank day on which a claim that falls due is paid,
        `settled` is `NEVER` where the item is open.
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


def read_items(panel: Panel, side: str) -> Items:
    """Return the panel's due items of one side.

    A due date on a bank holiday moves to the next bank day, of payables too: contracts go either way, and who
    paid the day before is then early, which counts as on time, while the other way round a payment on the
    next bank day would look a month late.

    Raises
    ------
    ValueError
        If `side` is neither "receivable" nor "payable".

    Examples
    --------
    >>> items = read_items(Panel.empty(["a"], "2025-03-31"), "payable")
    >>> items.n, len(items.row)
    (1, 0)
    >>> read_items(Panel.empty(["a"], "2025-03-31"), "both")
    Traceback (most recent call last):
    ValueError: side must be one of receivable, payable, not 'both'
    """
    if side not in SIDES:
        raise ValueError(f"side must be one of {', '.join(SIDES)}, not {side!r}")
    frame, as_of = panel.facts["due_items"], panel.as_of_date
    mine = (frame["side"] == side).to_numpy()
    row = frame["row"].to_numpy()[mine]
    name = pd.factorize(frame["counterparty"].array[mine])[0].astype(np.int64)
    width = int(name.max(initial=0)) + 1
    counterparty, pairs = pd.factorize(row * width + name)
    days = {one: frame[one].to_numpy(dtype=DAY)[mine] for one in ("issued", "due", "settled_date")}
    is_open = np.isnat(days["settled_date"]) | (days["settled_date"] > np.datetime64(as_of, "D"))
    return Items(
        n=len(panel),
        row=row,
        counterparty=counterparty.astype(np.int64),
        firm_of=pairs // width,
        issued=relative_months(days["issued"], as_of),
        due=relative_months(_paid_on(days["due"], as_of), as_of),
        settled=np.where(is_open, NEVER, relative_months(days["settled_date"], as_of)),
        amount=frame["amount"].to_numpy()[mine],
    )


def _paid_on(due: np.ndarray, as_of_date: pd.Timestamp) -> np.ndarray:
    """Return the bank days (k,) on which claims due are paid; those due in other decades are all alike."""
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
    >>> ledger_month([read_items(Panel.empty(["a"], "2025-03-31"), "payable")]).tolist()
    [-120]
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
