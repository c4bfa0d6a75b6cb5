"""The `due_items` table: open and settled invoices of firms in the third stage of data supply."""

import numpy as np
import pandas as pd

from simulator.desk import Desk, days, finish
from simulator.items import OPEN, Items

PAPERS = ("account", "note", "electronic")


def due_items(desk: Desk) -> pd.DataFrame:
    """Return each item as a row when first seen, one when settled, one when written off (amount 0)."""
    traits = desk.traits
    u = desk.draw("due items", 2)
    since = np.where(u[:, 0] < 0.5, 0, 24 + np.floor(48 * u[:, 1]) - traits.start).astype(int)
    since = np.where(traits.stage == 3, np.maximum(since, desk.first_k), desk.months)
    frames = [
        _side(desk, "receivable", desk.receivables, since),
        _side(desk, "payable", desk.payables, since),
    ]
    return finish(desk, "due_items", pd.concat(frames, ignore_index=True))


def _side(desk: Desk, side: str, items: Items, since: np.ndarray) -> pd.DataFrame:
    months = np.arange(desk.months)[None, :, None]
    begin, last = since[:, None, None], desk.last_k[:, None, None]
    # open at the end of the first month seen, or made later: the sums are the books' balances from then on
    there = (items.amount > 0) & (months <= last) & (begin <= last) & (items.settled > begin)
    there &= np.minimum(items.dropped, OPEN) > begin - 12
    firm, made, slot = np.nonzero(there)
    settled, dropped = items.settled[firm, made, slot], items.dropped[firm, made, slot]
    seen = np.maximum(made, since[firm])
    lag = days(5 + 9 * desk.draw_months(f"item lag {side}", 1)[:, :, 0])
    due = made + items.term[firm, slot]
    base = pd.DataFrame({
        "item_id": _ids(desk, side, firm, made, slot),
        "firm_id": desk.firm_ids[firm],
        "known_date": desk.day(firm, seen) + lag[firm, seen],
        "side": side,
        "instrument": np.array(PAPERS, dtype=object)[items.paper[firm, slot]],
        "counterparty": _names(desk, side, firm, made, slot),
        "issued": desk.day(firm, made),
        "due": desk.day(firm, due),
        "amount": items.amount[firm, made, slot],
        "settled_date": np.full(len(firm), np.datetime64("NaT", "D")),
    })  # fmt: skip
    paid = settled <= desk.last_k[firm]
    at = settled[paid]
    settled_rows = base[paid].assign(
        known_date=desk.day(firm[paid], at) + lag[firm[paid], at], settled_date=desk.day(firm[paid], at)
    )
    return pd.concat([base, settled_rows, _written_off(desk, base, firm, dropped, since)], ignore_index=True)


def _written_off(
    desk: Desk, base: pd.DataFrame, firm: np.ndarray, dropped: np.ndarray, since: np.ndarray
) -> pd.DataFrame:
    """A claim on a failed customer is written off at the year's end: the same item, worth nothing."""
    lost = np.flatnonzero(dropped < OPEN)
    if len(lost) == 0:
        return base.iloc[:0]
    year_end = desk.month_of_year[firm[lost]] == desk.traits.year_end[firm[lost], None]
    k = np.arange(desk.months)[None, :]
    at = np.where(year_end & (k >= dropped[lost, None]), k, OPEN).min(axis=1)
    ok = (at <= desk.last_k[firm[lost]]) & (at >= since[firm[lost]])
    lost, at = lost[ok], at[ok]
    rows = base.iloc[lost]
    return rows.assign(
        amount=0.0,
        known_date=np.maximum(desk.day(firm[lost], at), rows["known_date"].to_numpy())
        + days(np.full(len(lost), 20.0)),
    )


def _ids(desk: Desk, side: str, firm: np.ndarray, made: np.ndarray, slot: np.ndarray) -> np.ndarray:
    letter = "R" if side == "receivable" else "P"
    number = desk.world.first + desk.traits.start[firm] + made
    low = number.min(initial=0) if len(number) else 0
    tags = np.array([
        f"-{letter}{place}-{month // 12:04d}{month % 12 + 1:02d}"
        for month in range(low, number.max(initial=low) + 1) for place in range(4)
    ], dtype=object)  # fmt: skip
    return desk.firm_ids[firm] + tags[(number - low) * 4 + slot]


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
