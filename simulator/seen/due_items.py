"""The `due_items` table: open and settled invoices of firms in the third stage of data supply."""

import numpy as np
import pandas as pd

from simulator.seen.desk import Desk, days, finish
from simulator.seen.items import OPEN, Items
from simulator.seen.supply import ALL

PAPERS = ("account", "note", "electronic")


def due_items(desk: Desk) -> pd.DataFrame:
    """Return each item as a row when first seen, one when settled, one when written off (amount 0).

    While a firm's supply is off nothing is learned; what is open when it comes back, and what was settled of
    the items known before, is seen then.
    """
    k = np.arange(desk.months)[None, :]
    sent = np.where(desk.supply.items, k, OPEN)
    sent = np.minimum.accumulate(sent[:, ::-1], axis=1)[:, ::-1]
    frames = [
        _side(desk, "receivable", desk.receivables, sent),
        _side(desk, "payable", desk.payables, sent),
    ]
    rows = pd.concat(frames, ignore_index=True)
    return finish(
        desk, "due_items", rows[desk.consents(rows["firm"].to_numpy(), rows["known_date"].to_numpy(), ALL)]
    )


def _side(desk: Desk, side: str, items: Items, sent: np.ndarray) -> pd.DataFrame:
    """Return the rows of one side; `sent` (n, months) is the next month in which items are transmitted."""
    written = _written_off(desk, items)
    # open when first transmitted: the sums are the books' balances at each transmission
    ends = np.minimum(items.settled, written)
    there = (items.amount > 0) & (sent < OPEN)[:, :, None] & (ends > sent[:, :, None])
    firm, made, slot = np.nonzero(there)
    lag = days(5 + 9 * desk.draw_months(f"item lag {side}", 1)[:, :, 0])
    seen = sent[firm, made]
    base = pd.DataFrame({
        "firm": firm,
        "item_id": desk.firm_ids[firm] + _tags(desk, side, firm, made, slot),
        "firm_id": desk.firm_ids[firm],
        "known_date": desk.day(firm, seen) + lag[firm, seen],
        "side": side,
        "instrument": np.array(PAPERS, dtype=object)[items.paper[firm, made, slot]],
        "counterparty": _names(desk, side, firm, made, slot),
        "issued": desk.day(firm, made),
        "due": desk.day(firm, made + items.term[firm, made, slot]),
        "amount": items.amount[firm, made, slot],
        "settled_date": np.full(len(firm), np.datetime64("NaT", "D")),
    })  # fmt: skip

    def later(month: np.ndarray) -> tuple[np.ndarray, dict]:
        at = month[firm, made, slot]
        told = sent[firm, np.minimum(at, desk.months - 1)]
        happens = (at < desk.months) & (told < OPEN)
        f, at, told = firm[happens], at[happens], told[happens]
        return happens, {"known_date": desk.day(f, told) + lag[f, told], "settled_date": desk.day(f, at)}

    paid, settlement = later(items.settled)
    lost, write_off = later(written)
    return pd.concat(
        [
            base,
            base[paid].assign(**settlement),
            base[lost].assign(amount=0.0, known_date=write_off["known_date"]),
        ],
        ignore_index=True,
    )


def _written_off(desk: Desk, items: Items) -> np.ndarray:
    """Return the month in which a claim on a failed customer is written off, or OPEN (n, months, slots).

    That is the first year's end at or after the failure; until then the books carry it, and so do the items.
    """
    closes = desk.month_of_year == desk.traits.year_end[:, None]
    k = np.arange(desk.months)[None, :]
    next_end = np.minimum.accumulate(np.where(closes, k, OPEN)[:, ::-1], axis=1)[:, ::-1]
    firm = np.arange(len(closes))[:, None, None]
    at = next_end[firm, np.minimum(items.dropped, desk.months - 1)]
    return np.where(items.dropped < OPEN, at, OPEN)


def _tags(desk: Desk, side: str, firm: np.ndarray, made: np.ndarray, slot: np.ndarray) -> np.ndarray:
    letter = {"receivable": "R", "payable": "P"}[side]
    month = desk.world.first + desk.traits.start[firm] + made
    first = desk.world.first
    tags = [
        f"-{letter}{place}-{number // 12:04d}{number % 12 + 1:02d}"
        for number in range(first, first + desk.world.months)
        for place in range(4)
    ]
    return np.array(tags, dtype=object)[(month - first) * 4 + slot]


def _names(desk: Desk, side: str, firm: np.ndarray, made: np.ndarray, slot: np.ndarray) -> np.ndarray:
    """Return customers of the world's pool, a firm's own suppliers, and the many small ones together."""
    if side == "payable":
        named = desk.firm_ids[firm] + np.array(["-S1", "-S2", ""], dtype=object)[slot]
        return np.where(slot == 2, "various", "supplier:" + named)
    pool = np.array(
        [f"customer:{place:04d}" for place in range(desk.traits.customers.max(initial=0) + 1)], dtype=object
    )
    named = pool[desk.lives.customer[firm, made, np.minimum(slot, 2)]]
    return np.where(slot == 3, "various", named)
