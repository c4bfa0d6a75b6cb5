"""Invoices and bills one by one: made, due, settled; their sums are the books' receivables and payables."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from simulator.books import AHEAD, BACK
from simulator.columns import running
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
        n, months, slots = self.amount.shape
        until = np.minimum(np.minimum(self.settled, self.dropped), months)
        # month by month and within it firm by firm, as lives lie in memory: sums of neighbours are neighbours
        size = len(PAPERS) * (months + 1) * n
        firm, made = np.arange(n)[None, :], np.arange(months)[:, None]
        change = np.zeros(size)
        for slot in range(slots):
            first = self.paper[:, :, slot].T.astype(np.int64) * (months + 1)
            amount = self.amount[:, :, slot].ravel(order="F")
            change += np.bincount(((first + made) * n + firm).ravel(), amount, size)
            change -= np.bincount(((first + until[:, :, slot].T) * n + firm).ravel(), amount, size)
        papers = change.reshape(len(PAPERS), months + 1, n)[:, :months]
        return [running(paper.T) for paper in papers]

    def open_balance(self) -> np.ndarray:
        """Return what is open at each month's end (n, months), yen; items set aside are not counted."""
        return sum(self.open_by_paper)


def receivable_items(lives: Lives) -> Items:
    """Return the invoices to customers; a failed customer's stay open for ever."""
    months = lives.issued.shape[1]
    issue = np.arange(months)[None, :, None]
    settled = issue + lives.settles_in
    dropped = np.full_like(settled, OPEN)
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
    settled = np.full_like(due, OPEN)
    for wait in range(BACK, -1, -1):
        month = due + wait
        delay = np.take_along_axis(lives.delay, np.minimum(month, months - 1), axis=1)
        settled = np.where((delay <= wait) & (month < months), month, settled)
    # once payments stopped nothing is settled any more
    stopped = np.where(lives.stopped >= 0, lives.stopped, OPEN)[:, None, None]
    settled = np.where(settled >= stopped, OPEN, settled)
    return Items(lives.bought, lives.bought_term, lives.bought_paper, settled, np.full_like(due, OPEN))
