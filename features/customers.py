"""How the firm's customers pay, and how it pays its suppliers, from due items (S60, S65)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from features import per_firm
from features.bank_ratios import percent
from features.panel import Panel

LATE_DAYS = 30  # project default: paid, or still open, more than a month after the due date
WINDOW_DAYS = 180
YEAR_DAYS = 365
LOSS_SHARE_DAYS = 180  # a main customer without a new invoice for half a year counts as lost
AHEAD_DAYS = 90


@dataclass(frozen=True)
class Items:
    """One side's due items of F firms: days (k,) float64 relative to the as-of date, amounts (k,) in yen."""

    n: int
    row: np.ndarray
    counterparty: np.ndarray  # codes from 0
    issued: np.ndarray  # below 0: before the as-of date
    due: np.ndarray
    settled: np.ndarray  # NaN: open
    amount: np.ndarray

    def sum_where(self, where: np.ndarray) -> np.ndarray:
        """Return each firm's amount (F,) of the items of `where` (k,) bool."""
        return per_firm.total(self.row[where], self.amount[where], self.n)

    def mean_where(self, where: np.ndarray, value: np.ndarray) -> np.ndarray:
        """Return each firm's mean (F,) of `value`, weighted by amount, over the items of `where`."""
        return per_firm.mean(self.row[where], value[where], self.n, self.amount[where])

    @property
    def is_open(self) -> np.ndarray:
        """Items (k,) not settled by the as-of date."""
        return np.isnan(self.settled) | (self.settled > 0)

    @property
    def delay(self) -> np.ndarray:
        """Days (k,) from due to settled, or to the as-of date where open; early payment counts as none."""
        return np.maximum(np.where(self.is_open, 0.0, self.settled) - self.due, 0.0)


def items_of(panel: Panel, side: str) -> Items:
    """Return the panel's due items of one side, `receivable` or `payable`."""
    frame, as_of = panel.facts["due_items"], np.datetime64(panel.as_of_date, "D")
    frame = frame[frame["side"] == side]
    dates = {name: per_firm.days_between(as_of, per_firm.days(frame[name])) for name in ("issued", "due")}
    return Items(
        n=len(panel),
        row=frame["row"].to_numpy(),
        # sorted: which of two equally large customers is the main one must not depend on other firms
        counterparty=pd.factorize(frame["counterparty"], sort=True)[0].astype(np.int64),
        settled=per_firm.days_between(as_of, per_firm.days(frame["settled_date"])),
        amount=frame["amount"].to_numpy(),
        **dates,
    )


def late_share(items: Items, *, years_back: int = 0) -> np.ndarray:
    """Return the share of amounts paid more than 30 days late or still open by then, per cent (F,).

    Over the items that fell due in half a year ending 30 days before the as-of date, or whole years before:
    each item had its 30 days, so that the two windows compare like with like.
    """
    end = -LATE_DAYS - years_back * YEAR_DAYS
    inside = (items.due <= end) & (items.due > end - WINDOW_DAYS)
    late = inside & (items.delay > LATE_DAYS)
    return percent(items.sum_where(late), items.sum_where(inside))


def overdue_share(items: Items) -> np.ndarray:
    """Return the share of open amounts that are past due, per cent (F,)."""
    return percent(items.sum_where(items.is_open & (items.due < 0)), items.sum_where(items.is_open))


def terms_days(items: Items, *, years_back: int = 0) -> np.ndarray:
    """Return the mean days (F,) from invoice to due date over half a year's invoices, weighted by amount."""
    end = -years_back * YEAR_DAYS
    inside = (items.issued <= end) & (items.issued > end - WINDOW_DAYS)
    return items.mean_where(inside, items.due - items.issued)


def main_counterparty(items: Items, inside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each firm's largest counterparty by amount over the items of `inside`, and its share.

    Returns
    -------
    code : (F,) int64
        −1 where there is no item; of equal ones that with the smaller code.
    share : (F,) float64
        Of all amounts, per cent.
    """
    width = int(items.counterparty.max(initial=0)) + 1
    pairs, of_pair = np.unique(items.row[inside] * width + items.counterparty[inside], return_inverse=True)
    amount = per_firm.total(of_pair, items.amount[inside], len(pairs))
    firm, code = pairs // width, pairs % width
    top = per_firm.largest(firm, amount, items.n)
    is_top = np.flatnonzero(amount == top[firm])[::-1]
    main = np.full(items.n, -1, dtype=np.int64)
    main[firm[is_top]] = code[is_top]
    return main, percent(top, items.sum_where(inside))


def is_main_lost(items: Items) -> np.ndarray:
    """Return whether the main customer of the year before has had no invoice for half a year: 0, 1, NaN."""
    recent = (items.issued <= 0) & (items.issued > -LOSS_SHARE_DAYS)
    earlier = (items.issued <= -LOSS_SHARE_DAYS) & (items.issued > -LOSS_SHARE_DAYS - YEAR_DAYS)
    main, _ = main_counterparty(items, earlier)
    still_there = per_firm.count(items.row[recent & (items.counterparty == main[items.row])], items.n) > 0
    return np.where(main >= 0, (~still_there).astype(np.float64), np.nan)


def compute(panel: Panel) -> dict[str, np.ndarray]:
    """Return the family's features, each (F,) float64."""
    sold, bought = items_of(panel, "receivable"), items_of(panel, "payable")
    main, share = main_counterparty(sold, (sold.issued <= 0) & (sold.issued > -YEAR_DAYS))
    of_main = (sold.counterparty == main[sold.row]) & (sold.due <= 0) & (sold.due > -WINDOW_DAYS)
    receipts = sold.sum_where(sold.is_open & (sold.due > 0) & (sold.due <= AHEAD_DAYS))
    payments = bought.sum_where(bought.is_open & (bought.due > 0) & (bought.due <= AHEAD_DAYS))
    customers_late, own_late = late_share(sold), late_share(bought)
    return {
        "customer_late_pct": customers_late,
        "customer_late_change_pct": customers_late - late_share(sold, years_back=1),
        "customer_overdue_pct": overdue_share(sold),
        "customer_terms_change_days": terms_days(sold) - terms_days(sold, years_back=1),
        "main_customer_delay_days": sold.mean_where(of_main, sold.delay),
        "main_customer_share_pct": share,
        "is_main_customer_lost": is_main_lost(sold),
        "own_late_pct": own_late,
        "own_late_change_pct": own_late - late_share(bought, years_back=1),
        "own_overdue_pct": overdue_share(bought),
        "due_cover_pct": percent(receipts, payments),
    }
