"""Invoices and bills one by one: made, due, settled; their sums are the books' receivables and payables."""

from dataclasses import dataclass

import numpy as np

from simulator.books import AHEAD, BACK
from simulator.firms import Traits
from simulator.life import Lives

OPEN = 1_000_000  # month of settlement of what is never settled


@dataclass(frozen=True)
class Items:
    """One item per firm, month of issue and slot; months count in the firm's life.

    amount (n, months, slots) yen · term (n, slots) months · paper (n, slots) 0 account, 1 note, 2 electronic
    · settled (n, months, slots) month or OPEN · dropped (n, months, slots) month in which a failed
    customer's debt was set aside, or OPEN.
    """

    amount: np.ndarray
    term: np.ndarray
    paper: np.ndarray
    settled: np.ndarray
    dropped: np.ndarray

    def open_balance(self) -> np.ndarray:
        """Return what is open at each month's end (n, months, slots), yen; set-aside items not counted."""
        n, months, slots = self.amount.shape
        change = np.zeros((n, months + AHEAD + BACK + 1, slots))
        change[:, :months] += self.amount
        rows, _, places = np.indices(self.amount.shape)
        until = np.minimum(np.minimum(self.settled, self.dropped), months + AHEAD + BACK)
        np.add.at(change, (rows, until, places), -self.amount)
        return np.cumsum(change, axis=1)[:, :months]

    def open_by_paper(self) -> list[np.ndarray]:
        """Return what is open on account, as notes and electronically (n, months), yen."""
        balance = self.open_balance()
        return [(balance * (self.paper == paper)[:, None, :]).sum(axis=2) for paper in range(3)]


def receivable_items(lives: Lives) -> Items:
    """Return the invoices to customers; a failed customer's stay open for ever."""
    months = lives.issued.shape[1]
    issue = np.arange(months)[None, :, None]
    settled = issue + lives.settles_in.astype(np.int64)
    dropped = np.full(settled.shape, OPEN)
    for firm, k, slot in zip(*np.nonzero(lives.customer_failed), strict=True):
        made = np.arange(max(k - AHEAD, 0), k + 1)
        open_then = made[settled[firm, made, slot] > k]
        settled[firm, open_then, slot] = OPEN
        dropped[firm, open_then, slot] = k
    return Items(lives.issued, lives.traits.receivable_term, lives.traits.receivable_paper, settled, dropped)


def payable_items(lives: Lives) -> Items:
    """Return suppliers' bills: settled in the first month in which the firm's delay has been waited out."""
    months = lives.bought.shape[1]
    due = np.arange(months)[None, :, None] + lives.traits.payable_term[:, None, :]
    rows, _, places = np.indices(lives.bought.shape)
    settled = np.full(due.shape, OPEN)
    for wait in range(BACK, -1, -1):
        month = due + wait
        delay = lives.delay[rows, np.minimum(month, months - 1), places]
        settled = np.where((delay <= wait) & (month < months), month, settled)
    # once payments stopped nothing is settled any more
    stopped = np.where(lives.stopped >= 0, lives.stopped, OPEN)[:, None, None]
    settled = np.where(settled >= stopped, OPEN, settled)
    traits: Traits = lives.traits
    return Items(lives.bought, traits.payable_term, traits.payable_paper, settled, np.full(due.shape, OPEN))
