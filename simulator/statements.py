"""Statements as handed in: annual closings and trial balances, late, copied, wrong at first, half done."""

import numpy as np
import pandas as pd

from intake.accounts import ACCOUNTS, BALANCE_STEPS, PROFIT_STEPS
from simulator.desk import Desk, days, finish
from simulator.life import LINES, SHEET

WRONG_CLOSINGS, WRONG_MONTHS = 0.025, 0.01  # first versions that are corrected later (project defaults)
NEVER_USED = (
    "short_term_loans_receivable", "deferred_assets", "other_current_liabilities", "bonds_payable",
    "other_fixed_liabilities", "other_net_assets", "discounted_notes", "extraordinary_income",
    "interest_income",
)  # fmt: skip
PARTS = tuple(name for name in LINES + SHEET if name not in ("receivables", "payables"))


def statements(desk: Desk) -> pd.DataFrame:
    """Return the `statements` table: closings, trial balances, and corrections as rows of their own."""
    return finish(desk, "statements", pd.concat([*_annual(desk), *_trial(desk)], ignore_index=True))


def trial_months(desk: Desk) -> np.ndarray:
    """Mark the months whose trial balance is handed in (n, months) bool: stage 2 and 3, with gaps."""
    traits = desk.traits
    u = desk.draw("trial since", 2)
    # six of ten provide from the day they come in, the rest take it up within four years of the span's start
    since = np.where(u[:, 0] < 0.6, 0, 24 + np.floor(48 * u[:, 1]) - traits.start).astype(int)
    skips = desk.draw_months("trial gaps", 1)[:, :, 0] < (
        0.01 + 0.07 * (1 - traits.bookkeeping)[:, None] * (1 + 2 * desk.lives.stressed)
    )
    return desk.in_sight(since) & (traits.stage >= 2)[:, None] & ~skips


def _annual(desk: Desk) -> list[pd.DataFrame]:
    firm, k, known = desk.closings
    if len(firm) == 0:
        return []
    u = desk.draw_months("closing versions", 4)[firm, k]
    end = desk.ends_on[firm]
    head = {
        "firm_id": desk.firm_ids[firm],
        "period_end": desk.day(firm, k),
        "kind": "annual",
        "period_months": 12.0,
    }
    truth = _true_accounts(desk, firm, k, 12)
    wrong = u[:, 0] < WRONG_CLOSINGS
    corrected = np.where(wrong, known + days(25 + 120 * u[:, 2]), known)
    right = _rows(head | {"source_actor": "association", "known_date": corrected}, truth, corrected <= end)
    first = _rows(
        head | {"source_actor": "association", "known_date": known},
        _too_good(truth, 0.003 + 0.02 * u[:, 1]),
        wrong,
    )
    # a main bank that may see them gets a copy, some days before or after the association
    copied = np.maximum(
        known + days(-15 + 40 * u[:, 3]), np.maximum(desk.joined_on[firm], head["period_end"])
    )
    gives = (desk.traits.consent[firm] >= 2) & (desk.draw("bank copies", 1)[firm, 0] < 0.5) & (copied <= end)
    copies = _rows(head | {"source_actor": desk.bank_names(firm, 0), "known_date": copied}, truth, gives)
    return [right, first, copies]


def _trial(desk: Desk) -> list[pd.DataFrame]:
    firm, k = np.nonzero(trial_months(desk))
    if len(firm) == 0:
        return []
    traits = desk.traits
    u = desk.draw_months("trial versions", 3)[firm, k]
    lag = 12 + 22 * (1 - traits.bookkeeping[firm]) + 10 * u[:, 0] + 12 * desk.lives.stressed[firm, k]
    known = desk.day(firm, k) + days(lag)
    head = {
        "firm_id": desk.firm_ids[firm],
        "period_end": desk.day(firm, k),
        "kind": "trial",
        "period_months": 1.0,
    }
    books = _interim(desk, firm, k, _true_accounts(desk, firm, k, 1))
    wrong = u[:, 1] < WRONG_MONTHS
    corrected = np.where(wrong, known + days(30 + 40 * u[:, 2]), known)
    # tax accountants send what they keep; who has none sends it himself
    actor = np.where(desk.draw("adviser", 1)[firm, 0] < 0.85, "association", "firm").astype(object)
    right = _rows(
        head | {"source_actor": actor, "known_date": corrected}, books, corrected <= desk.ends_on[firm]
    )
    first = _rows(
        head | {"source_actor": actor, "known_date": known},
        _too_good(books, 0.03 + 0.1 * u[:, 2]),
        wrong & (known <= desk.ends_on[firm]),
    )
    return [right, first]


def _true_accounts(desk: Desk, firm: np.ndarray, k: np.ndarray, months: int) -> dict[str, np.ndarray]:
    """True parts of the chart of accounts for the `months` months that end with `k`."""
    accounts = desk.lives.accounts
    columns = {}
    for name in PARTS:
        if name in LINES and months > 1:
            sums = np.cumsum(accounts[name], axis=1)
            before = np.where(k >= months, sums[firm, np.maximum(k - months, 0)], 0.0)
            columns[name] = sums[firm, k] - before
        else:
            columns[name] = accounts[name][firm, k]
    for side, items in (("receivable", desk.receivables), ("payable", desk.payables)):
        for name, balance in zip(
            (f"accounts_{side}", f"notes_{side}", f"electronic_{side}s"), items.open_by_paper(), strict=True
        ):
            columns[name] = balance[firm, k]
    columns["accounts_receivable"] = columns["accounts_receivable"] + accounts["bad_receivable"][firm, k]
    return columns | {name: np.zeros(len(firm)) for name in NEVER_USED}


def _interim(desk: Desk, firm: np.ndarray, k: np.ndarray, columns: dict) -> dict:
    """Return months as they are kept: many book depreciation and count stock at the year's end only."""
    traits, accounts = desk.traits, desk.lives.accounts
    u = desk.draw("interim habits", 2)
    quality = traits.bookkeeping[firm]
    no_depreciation = u[firm, 0] > 0.25 + 0.6 * quality
    no_counting = u[firm, 1] > 0.20 + 0.7 * quality
    since = (
        desk.month_of_year[firm, k] - traits.year_end[firm] - 1
    ) % 12 + 1  # months of the business year so far
    opening = np.maximum(k - since, 0)
    out = dict(columns)

    unbooked = np.where(no_depreciation, _sum_between(accounts["depreciation"], firm, opening, k), 0.0)
    month = np.where(no_depreciation, columns["depreciation"], 0.0)
    machines = np.rint(month * traits.factory_share[firm])
    out["depreciation"] = columns["depreciation"] - month
    out["cost_of_sales"] = columns["cost_of_sales"] - machines
    out["selling_general_admin"] = columns["selling_general_admin"] - (month - machines)
    out["depreciable_assets"] = columns["depreciable_assets"] + unbooked

    stock, before = accounts["inventories"], np.maximum(k - 1, 0)
    shown = np.where(no_counting, stock[firm, opening], stock[firm, k])
    shown_before = np.where(no_counting & (since > 1), stock[firm, opening], stock[firm, before])
    out["inventories"] = shown
    # what is bought counts as used up: the change in stock is missing in the cost
    out["cost_of_sales"] = (
        out["cost_of_sales"] + (stock[firm, k] - stock[firm, before]) - (shown - shown_before)
    )
    out["retained_earnings"] = columns["retained_earnings"] + unbooked + (shown - stock[firm, k])
    return _without_year_end_entries(desk, firm, k, out, no_counting)


def _without_year_end_entries(
    desk: Desk, firm: np.ndarray, k: np.ndarray, columns: dict, no_counting: np.ndarray
) -> dict:
    """Leave income tax and stock write-downs of a closing month out: they are booked with the closing."""
    out = dict(columns)
    tax = columns["income_taxes"]
    out["income_taxes"] = np.zeros(len(firm))
    out["income_taxes_payable"] = columns["income_taxes_payable"] - tax
    dead = desk.lives.accounts["dead_stock"]
    written = np.where(no_counting, np.maximum(dead[firm, np.maximum(k - 1, 0)] - dead[firm, k], 0.0), 0.0)
    out["extraordinary_loss"] = columns["extraordinary_loss"] - written
    out["cost_of_sales"] = out["cost_of_sales"] + written
    out["retained_earnings"] = out["retained_earnings"] + tax
    return out


def _sum_between(values: np.ndarray, firm: np.ndarray, after: np.ndarray, until: np.ndarray) -> np.ndarray:
    sums = np.cumsum(values, axis=1)
    return sums[firm, until] - sums[firm, after]


def _too_good(columns: dict, share_of_admin: np.ndarray) -> dict:
    """Return the books with some bills forgotten: less cost, less owed, more profit; they still balance."""
    forgotten = np.rint(columns["selling_general_admin"] * share_of_admin)
    forgotten = np.minimum(np.maximum(forgotten, 0.0), columns["accounts_payable_other"])
    out = dict(columns)
    out["selling_general_admin"] = columns["selling_general_admin"] - forgotten
    out["accounts_payable_other"] = columns["accounts_payable_other"] - forgotten
    out["retained_earnings"] = columns["retained_earnings"] + forgotten
    return out


def _rows(head: dict, parts: dict, keep: np.ndarray) -> pd.DataFrame:
    """Put head and accounts together, totals added, for the rows to keep."""
    columns = dict(parts)
    # totals of parts first, then totals of totals
    balance = sorted(BALANCE_STEPS.items(), key=lambda item: any(part in BALANCE_STEPS for part in item[1]))
    for total, signed in (*balance, *PROFIT_STEPS.items()):
        columns[total] = sum(sign * columns[part] for part, sign in signed.items())
    return pd.DataFrame(head | {name: columns[name] for name in ACCOUNTS})[keep]
