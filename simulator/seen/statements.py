"""Statements as handed in: annual closings and trial balances, late, copied, wrong at first, half done."""

import numpy as np
import pandas as pd

from intake.accounts import ACCOUNTS, BALANCE_STEPS, PROFIT_STEPS
from intake.contracts import empty_table
from simulator.columns import in_months
from simulator.life import LINES, SHEET
from simulator.seen.corrections import versions
from simulator.seen.desk import Desk, days, finish
from simulator.seen.dressed_books import dressed_accounts, dressed_months
from simulator.seen.interim import interim, year_with_tax
from simulator.seen.supply import AND_BANK, books_handed_in

COPIES = (0.5, 0.25)  # of firms that let banks see: copies for the main bank, for the second one (defaults)
SENDS_HIMSELF = 0.12  # of firms that have an adviser (project default)
DEFERS = 0.15  # of firms show a part of their intangible assets as deferred: what starting cost (default)
NEVER_USED = (
    "short_term_loans_receivable", "bonds_payable",
    "other_fixed_liabilities", "other_net_assets", "discounted_notes",
)  # fmt: skip
PARTS = tuple(name for name in LINES + SHEET if name not in ("receivables", "payables"))


def true_closings(desk: Desk) -> dict[str, np.ndarray]:
    """Return the true accounts of each of `desk.closings`, by name (closings,) yen."""
    firm, k, _ = desk.closings
    return _true_accounts(desk, firm, k, 12)


def statements(desk: Desk, truth: dict[str, np.ndarray] | None = None) -> pd.DataFrame:
    """Return the `statements` table: closings, trial balances, and corrections as rows of their own.

    `truth` are the `true_closings`, where somebody has them already.
    """
    pieces = [*_annual(desk, true_closings(desk) if truth is None else truth), *_trial(desk)]
    if not pieces:
        return empty_table("statements")
    columns = {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}
    return finish(desk, "statements", columns)


def _annual(desk: Desk, truth: dict[str, np.ndarray]) -> list[dict[str, np.ndarray]]:
    firm, k, known = desk.closings
    if len(firm) == 0:
        return []
    u = desk.draw_at("closing versions", 4, firm, k)
    end = desk.ends_on[firm]
    head = {
        "firm_id": desk.firm_ids[firm],
        "period_end": desk.day(firm, k),
        "kind": np.full(len(firm), "annual", dtype=object),
        "period_months": np.full(len(firm), 12.0),
    }
    shown = dressed_accounts(desk, firm, k, truth)
    handed_in = _versions(
        desk,
        "closing",
        (firm, k, known),
        head | {"source_actor": np.full(len(firm), "association", dtype=object)},
        shown,
    )
    # banks that may see them get a copy, some days before or after the association; the second one seldom
    u = np.column_stack([u[:, 3], desk.draw_at("second copies", 1, firm, k)])
    copied = np.maximum(known[:, None] + days(-15 + 40 * u), desk.joined_on[firm][:, None])
    copied = np.maximum(copied, head["period_end"][:, None])
    lends = ((desk.lives.loans["lender"] == 1) & (desk.lives.loans["balance"] > 0)).any(axis=2)[firm, k]
    gives = desk.draw("bank copies", 2)[firm] < COPIES
    allowed = [desk.consents(firm, copied[:, place], AND_BANK) for place in range(len(COPIES))]
    gives &= np.column_stack(allowed) & (copied <= end[:, None])
    second = dressed_accounts(desk, firm, k, truth, second=True)
    return [*handed_in, *(
        _rows(head | {"source_actor": desk.bank_names(firm, place), "known_date": copied[:, place]}, b, to)
        for place, (b, to) in enumerate(((shown, gives[:, 0]), (second, gives[:, 1] & lends)))
    )]  # fmt: skip


def truth_closings(desk: Desk, truth: dict[str, np.ndarray] | None = None) -> pd.DataFrame:
    """Return truth/closings: `true_closings` as a table, with `firm_id` and `period_end`."""
    firm, k, _ = desk.closings
    truth = true_closings(desk) if truth is None else truth
    head = {"firm_id": desk.firm_ids[firm], "period_end": desk.day(firm, k)}
    frame = pd.DataFrame(_rows(head, truth, np.ones(len(firm), dtype=bool)))
    types = {"firm_id": "str", "period_end": "datetime64[ms]"} | dict.fromkeys(ACCOUNTS, "float64")
    return frame.astype(types).sort_values(["firm_id", "period_end"], ignore_index=True)


def _trial(desk: Desk) -> list[dict[str, np.ndarray]]:
    come = books_handed_in(desk)
    firm, k = come.firm, come.k
    if len(firm) == 0:
        return []
    # tax accountants send what they keep; who has none sends it himself
    by_firm = (desk.supply.adviser[firm, k] < 0) | (desk.draw("sends himself", 1)[firm, 0] < SENDS_HIMSELF)
    head = {
        "firm_id": desk.firm_ids[firm],
        "period_end": desk.day(firm, k),
        "kind": np.full(len(firm), "trial", dtype=object),
        "period_months": np.full(len(firm), 1.0),
        "source_actor": np.where(by_firm, "firm", "association").astype(object),
    }
    books = dressed_months(desk, firm, k, interim(desk, firm, k, _true_accounts(desk, firm, k, 1)))
    return _versions(desk, "month", (firm, k, come.known), head, books)


def _versions(desk: Desk, purpose: str, what: tuple, head: dict, columns: dict) -> list[dict]:
    """Return rows of statements (firm, month, day known): the right ones, and those put right later."""
    firm, k, known = what
    end = desk.ends_on[firm]
    day, wrong = versions(desk, purpose, firm, k, known, columns)
    frames = [_rows(head | {"known_date": day}, columns, day <= end)]
    for version in wrong:
        row = version.row
        mine = {name: value[row] for name, value in head.items()} | {"known_date": version.known}
        frames.append(_rows(mine, version.columns, version.known <= end[row]))
    return frames


def _true_accounts(desk: Desk, firm: np.ndarray, k: np.ndarray, months: int) -> dict[str, np.ndarray]:
    """True parts of the chart of accounts for the `months` months that end with `k`."""
    accounts = desk.lives.accounts
    columns = {}
    for name in PARTS:
        if name in LINES and months > 1:
            columns[name] = in_months(accounts[name], firm, k, months)
        else:
            columns[name] = accounts[name][firm, k]
    for side, items in (("receivable", desk.receivables), ("payable", desk.payables)):
        for name, balance in zip(
            (f"accounts_{side}", f"notes_{side}", f"electronic_{side}s"), items.open_by_paper, strict=True
        ):
            columns[name] = balance[firm, k]
    columns["accounts_receivable"] = columns["accounts_receivable"] + accounts["bad_receivable"][firm, k]
    u = desk.draw("deferred", 1)[firm, 0]
    part = np.where(u < DEFERS, 0.1 + 0.8 * u / DEFERS, 0.0)
    columns["deferred_assets"] = np.rint(part * columns["intangible_assets"])
    columns["intangible_assets"] = columns["intangible_assets"] - columns["deferred_assets"]
    columns |= {name: np.zeros(len(firm)) for name in NEVER_USED}
    return year_with_tax(desk, firm, k, columns) if months > 1 else columns


def _rows(head: dict, parts: dict, keep: np.ndarray) -> dict[str, np.ndarray]:
    """Put head and accounts together, totals added, for the rows to keep."""
    columns = {name: values[keep] for name, values in parts.items()}
    # totals of parts first, then totals of totals
    balance = sorted(BALANCE_STEPS.items(), key=lambda item: any(part in BALANCE_STEPS for part in item[1]))
    for total, signed in (*balance, *PROFIT_STEPS.items()):
        columns[total] = sum(sign * columns[part] for part, sign in signed.items())
    accounts = {name: columns[name] for name in ACCOUNTS}
    return {name: values[keep] for name, values in head.items()} | accounts
