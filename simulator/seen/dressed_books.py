"""Dressed accounts as they are shown, and the truth about them: a layer on closings and on months after."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from simulator.dressing import Dressed
from simulator.layers import PART, PARTS, SECOND_BANK, TAXED
from simulator.seen.desk import Desk
from simulator.seen.endings import dressing_found

EVERYBODY = "all"
# part → account of the balance sheet that it flatters; a liability left out is below nought
SHEET_SIDE = {
    "stock": ("inventories", 1), "sales": ("accounts_receivable", 1), "circular": ("accounts_receivable", 1),
    "unpaid_other": ("accounts_payable_other", -1), "unpaid_supplier": ("accounts_payable", -1),
    "depreciation": ("depreciable_assets", 1), "deferral": ("deferred_assets", 1),
    "officer": ("officer_loans_receivable", 1), "suspense": ("suspense_payments", 1),
    "other": ("other_current_assets", 1), "break": ("other_current_assets", 1),
    "version": ("long_term_loans", -1),
}  # fmt: skip
# entries that come in pairs and leave net assets alone
BOTH_SIDES = {
    "circular_gross": (("accounts_receivable", 1), ("accounts_payable", 1)),
    "version_swap": (("long_term_loans", -1), ("accounts_payable", 1)),
}
# what the profit came from: all other parts are costs of selling and administration that were not booked
IN_COST_OF_SALES = ("stock", "unpaid_supplier")
BROUGHT_BACK = {"unpaid_other": "selling_general_admin", "unpaid_supplier": "cost_of_sales"}


@dataclass(frozen=True)
class Entry:
    """An account by which closings are off (r,) yen, shown − true, and what of it is profit before tax."""

    kind: str
    account: str
    off: np.ndarray
    profit: np.ndarray

    @property
    def is_for_second_bank(self) -> bool:
        """Whether only the second bank's copy has it."""
        return self.kind == "bank_versions"


def entries(desk: Desk, row: np.ndarray) -> Iterator[Entry]:
    """Yield what the dressed closings at places `row` (r,) of the record show otherwise, by account."""
    d: Dressed = desk.lives.dressed
    nothing = np.zeros(len(row))
    for part, (account, sign) in SHEET_SIDE.items():
        yield Entry(PARTS[part], account, sign * d.balance[row, PART[part]], nothing)
    for part, pair in BOTH_SIDES.items():
        for account, sign in pair:
            yield Entry(PARTS[part], account, sign * d.balance[row, PART[part]], nothing)
    for part in SHEET_SIDE:
        yield Entry(PARTS[part], "retained_earnings", d.balance[row, PART[part]], nothing)
    yield from _profits(desk, row)


def _profits(desk: Desk, row: np.ndarray) -> Iterator[Entry]:
    d: Dressed = desk.lives.dressed
    lost = d.corrected[row]
    traits, world = desk.traits, desk.world
    tax = world.tax[traits.start[d.firm[row]] + d.k[row]] * traits.taxable[d.firm[row]]
    for part in SHEET_SIDE:
        kind, booked = PARTS[part], d.booked[row, PART[part]]
        loss = np.where(lost, booked, 0.0)
        yield Entry(kind, "extraordinary_loss", -loss, loss)
        made, costs = booked - loss, {}
        if PART[part] in TAXED:
            # the tax office has its part of invented sales: a cost in truth, none in the books shown
            sold = np.rint(np.maximum(made, 0.0) / (1 + tax))
            yield Entry(kind, "sales", sold, sold)
            costs["selling_general_admin"] = made - sold
        elif part == "depreciation":
            machines = np.rint(made * traits.factory_share[d.firm[row]])
            costs = {"cost_of_sales": machines, "selling_general_admin": made - machines}
            yield Entry(kind, "depreciation", -made, np.zeros(len(row)))
        else:
            costs["cost_of_sales" if part in IN_COST_OF_SALES else "selling_general_admin"] = made
        for account, less in costs.items():
            yield Entry(kind, account, -less, less)
    rounds = d.round_sales[row]
    yield Entry("circular_trade", "sales", rounds, rounds)
    yield Entry("circular_trade", "cost_of_sales", rounds, -rounds)


def dressed_accounts(
    desk: Desk, firm: np.ndarray, k: np.ndarray, truth: dict[str, np.ndarray], *, second: bool = False
) -> dict[str, np.ndarray]:
    """Return closings as they are shown.

    Parameters
    ----------
    desk : Desk
    firm, k : (r,) int
        Place in the chunk and month of life of each closing.
    truth : dict of (r,) yen
        The true parts of the chart of accounts.
    second : bool
        As the firm's second bank is shown them.

    Returns
    -------
    dict of (r,) yen
        Balanced as the true ones are; the same where nobody dressed.
    """
    at, row = _closings_in_record(desk, firm, k)
    out = dict(truth)
    for entry in entries(desk, row):
        if not entry.is_for_second_bank or second:
            _add(out, truth, entry.account, at, entry.off)
    return out


def dressed_months(
    desk: Desk, firm: np.ndarray, k: np.ndarray, books: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Return trial balances as they are shown: balances with the last closing's layer, true profits.

    Bills left out of a closing are booked in the month after it; a month that closes a year has its own
    layer only with the closing. Parameters as in `dressed_accounts`, (r,) months.
    """
    d: Dressed = desk.lives.dressed
    key, asked = d.firm * desk.months + d.k, firm * desk.months + k
    place = np.searchsorted(key, asked, side="left") - 1
    at = np.flatnonzero((place >= 0) & (d.firm[np.maximum(place, 0)] == firm) if len(key) else asked < 0)
    row, out = place[at], dict(books)
    after = d.k[row] + 1 == k[at]
    for part, (account, sign) in SHEET_SIDE.items():
        value = d.balance[row, PART[part]]
        if part in BROUGHT_BACK:
            _add(out, books, BROUGHT_BACK[part], at, np.where(after, value, 0.0))
        elif part != "version":
            _add(out, books, account, at, sign * value)
            _add(out, books, "retained_earnings", at, value)
    for account, sign in BOTH_SIDES["circular_gross"]:
        _add(out, books, account, at, sign * d.balance[row, PART["circular_gross"]])
    return out


def _add(out: dict, given: dict, account: str, at: np.ndarray, value: np.ndarray) -> None:
    if value.any():
        if out[account] is given[account]:
            out[account] = out[account].copy()
        out[account][at] += value


def _closings_in_record(desk: Desk, firm: np.ndarray, k: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which of the closings asked for are in the record, and where."""
    d: Dressed = desk.lives.dressed
    _, at, row = np.intersect1d(
        firm * desk.months + k, d.firm * desk.months + d.k, assume_unique=True, return_indices=True
    )
    return at, row


def shown_accounts(desk: Desk) -> dict[str, np.ndarray]:
    """Return the lives' monthly accounts (n, months), every closing month as the closing shows it to all."""
    d, truth = desk.lives.dressed, desk.lives.accounts
    row = np.flatnonzero(d.k < desk.months)
    names = {"accounts_receivable": "receivables", "accounts_payable": "payables"}
    out = dict(truth)
    for entry in entries(desk, row):
        account = names.get(entry.account, entry.account)
        if account in out and not entry.is_for_second_bank:
            _add(out, truth, account, (d.firm[row], d.k[row]), entry.off)
    return out


def truth_dressing(desk: Desk) -> pd.DataFrame:
    """Return truth/dressing: by what each closing handed in was off, account by account.

    Returns
    -------
    DataFrame
        `firm_id`, `period_end`, `kind`, `account`, `balance_yen` (shown − true, of the balance or of the
        year's line), `profit_yen` (what of it is in the year's shown profit before tax), `shown_to` ("all",
        or the code of the bank that alone was told so), `found_on` (NaT: never). The rows of an account add
        up to what it is off.
    """
    firm, k, _ = desk.closings
    at, row = _closings_in_record(desk, firm, k)
    off = list(entries(desk, row))
    values = np.concatenate([[entry.off for entry in off], [entry.profit for entry in off]], axis=1)
    place, closing = np.nonzero((values[:, : len(row)] != 0) | (values[:, len(row) :] != 0))
    who, when = firm[at][closing], k[at][closing]
    second = np.array([entry.is_for_second_bank for entry in off])[place]
    frame = pd.DataFrame({
        "firm_id": desk.firm_ids[who],
        "period_end": desk.day(who, when),
        "kind": np.array([entry.kind for entry in off], dtype=object)[place],
        "account": np.array([entry.account for entry in off], dtype=object)[place],
        "balance_yen": values[place, closing],
        "profit_yen": values[place, len(row) + closing],
        "shown_to": np.where(second, desk.bank_names(who, SECOND_BANK), EVERYBODY),
        "found_on": dressing_found(desk)[0][who],
    })  # fmt: skip
    dates = dict.fromkeys(["period_end", "found_on"], "datetime64[ms]")
    frame = frame.astype(dates | dict.fromkeys(["firm_id", "kind", "account", "shown_to"], "str"))
    key = ["firm_id", "period_end", "kind", "account", "shown_to"]
    sums = frame.groupby(key, as_index=False).agg(
        {"balance_yen": "sum", "profit_yen": "sum", "found_on": "first"}
    )
    return sums[list(frame.columns)]
