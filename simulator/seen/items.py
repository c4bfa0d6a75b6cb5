"""Invoices and bills one by one: made, due, settled; their sums are the books' receivables and payables."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from simulator.books import AHEAD, BACK
from simulator.life import Lives

PAPERS = ("account", "note", "electronic")
OPEN = 1_000_000  # month of settlement of what is never settled


@dataclass(frozen=True)
class Items:
    """One item per firm, month of issue and slot; months count in the firm's life.

    amount (n, months, slots) yen · term, paper (n, months, slots) months agreed; 0 account, 1 note,
    2 electronic · settled (n, months, slots) month or OPEN · dropped (n, months, slots) month in which a
    failed customer's debt was set aside, or OPEN.
    """

    amount: np.ndarray
    term: np.ndarray
    paper: np.ndarray
    settled: np.ndarray
    dropped: np.ndarray

    @cached_property
    def open_by_paper(self) -> list[np.ndarray]:
        """Return what is open at each month's end on account, as notes and electronically (n, months), yen.

        Items set aside are not counted.
        """
        n, months, _ = self.amount.shape
        row, made, _ = np.nonzero(self.amount)
        there = self.amount != 0
        until = np.minimum(np.minimum(self.settled[there], self.dropped[there]), months)
        place = (self.paper[there].astype(np.int64) * n + row) * (months + 1)
        amount, size = self.amount[there], len(PAPERS) * n * (months + 1)
        change = np.bincount(place + made, amount, size) - np.bincount(place + until, amount, size)
        balance = np.cumsum(change.reshape(len(PAPERS), n, months + 1), axis=2)[:, :, :months]
        return list(balance)

    def open_balance(self) -> np.ndarray:
        """Return what is open at each month's end (n, months), yen; items set aside are not counted."""
        return sum(self.open_by_paper)


def receivable_items(lives: Lives) -> Items:
    """Return the invoices to customers; a failed customer's stay open for ever."""
    months = lives.issued.shape[1]
    issue = np.arange(months)[None, :, None]
    settled = issue + lives.settles_in.astype(np.int64)
    dropped = np.full(settled.shape, OPEN)
    for firm, k, slot in zip(*np.nonzero(lives.customer_failed), strict=True):
        made = np.arange(max(k - AHEAD, 0), k + 1)
        # what an earlier customer of the slot left unpaid was set aside then
        open_then = made[(settled[firm, made, slot] > k) & (dropped[firm, made, slot] == OPEN)]
        settled[firm, open_then, slot] = OPEN
        dropped[firm, open_then, slot] = k
    return Items(lives.issued, lives.term, lives.paper, settled, dropped)


def payable_items(lives: Lives) -> Items:
    """Return suppliers' bills: settled in the first month in which the firm's delay has been waited out."""
    months = lives.bought.shape[1]
    due = np.arange(months)[None, :, None] + lives.bought_term
    rows, _, places = np.indices(lives.bought.shape)
    settled = np.full(due.shape, OPEN)
    for wait in range(BACK, -1, -1):
        month = due + wait
        delay = lives.delay[rows, np.minimum(month, months - 1), places]
        settled = np.where((delay <= wait) & (month < months), month, settled)
    # once payments stopped nothing is settled any more
    stopped = np.where(lives.stopped >= 0, lives.stopped, OPEN)[:, None, None]
    settled = np.where(settled >= stopped, OPEN, settled)
    return Items(lives.bought, lives.bought_term, lives.bought_paper, settled, np.full(due.shape, OPEN))
