"""What a firm agreed with others: customers, suppliers, terms of payment, banks, and what it lets be seen."""

import numpy as np
from scipy.special import ndtr

from simulator.draws import normals, uniforms
from simulator.world import POOL, month_number

CUSTOMER_SLOTS = 3  # named main customers; a fourth slot holds all others
SUPPLIER_SLOTS = 2  # named main suppliers; a third slot holds all others
GENERATIONS = 4  # a lost customer is replaced by the next one on the firm's own list
ACCOUNT, NOTE, ELECTRONIC = range(3)
SUBCONTRACTORS = 0.16  # share of firms that live off one customer (project default)
# guidance from 2024-11 on against terms beyond 60 days; the law of 2026-01 forbids them, and notes (§6.2)
GUIDANCE, LAW = (2024, 11), (2026, 1)
LAST_MONTHS = 2  # from the end of the month of receipt on: what 60 days leave
NOTES_LEAVE_FROM = (2017, 1)  # paper notes give way to electronic claims little by little, to the law's day
# Share of firms that are ready to give monthly books or account flows, and due items, straight lines between.
# No published figure: existing reports are half-yearly or yearly (§2); faster from 2021 on, with firms' DX.
MONTHLY_SHARE = (
    ((2012, 1), 0.00), ((2012, 2), 0.22), ((2016, 7), 0.26), ((2020, 12), 0.40), ((2024, 12), 0.58),
    ((2027, 12), 0.70),
)  # fmt: skip
ITEMS_SHARE = (
    ((2012, 1), 0.00), ((2015, 1), 0.04), ((2016, 7), 0.065), ((2018, 1), 0.11), ((2020, 12), 0.16),
    ((2024, 12), 0.28), ((2027, 12), 0.36),
)  # fmt: skip
SUPPLY_UNTIL = (2027, 12)  # what comes later is not drawn
NO_SUPPLY = 1_000_000  # a month number that never comes
READY_SPREAD = 0.91  # of readiness over all firms, so that its places are even
FLOWS_ONLY = 0.22  # of firms that are ready: the bank passes its account on, no books (project default)
FIRST_CONSENT = (0.18, 0.42, 0.40)  # none, association, association and bank (project default)


def draw_terms(seed: int, numbers: np.ndarray, by: dict) -> dict[str, np.ndarray]:
    """Customers, suppliers and what was agreed with them."""
    u, z = uniforms(seed, "terms", numbers, 24), normals(seed, "terms spread", numbers, 4)
    n = len(numbers)
    cash_share = np.clip(by["cash_share"] + 0.12 * z[:, 0] * (by["cash_share"] > 0), 0.0, 0.98)
    # concentration: half of the firms sell a fifth or less to the largest, subcontractors most of it
    first = 0.05 + 0.55 * u[:, 0] ** 1.7
    first = np.where(u[:, 18] < SUBCONTRACTORS, 0.45 + 0.45 * u[:, 0], first)
    second, third = first * (0.25 + 0.6 * u[:, 1]), first * (0.1 + 0.4 * u[:, 2])
    named = np.stack([first, second, third], axis=1)
    named = named / np.maximum(named.sum(axis=1, keepdims=True) / 0.92, 1.0)
    customer_share = np.concatenate([named, 1 - named.sum(axis=1, keepdims=True)], axis=1)
    main = 0.25 + 0.35 * u[:, 3]
    supplier_share = np.stack([main, main * 0.5, 1 - main * 1.5], axis=1)
    # balances of m months of sales come of items that stay open m months: a term around m, per slot
    receivable = by["receivable_months"] / np.maximum(1 - by["cash_share"], 0.05)
    receivable_term = np.clip(
        np.floor(receivable[:, None] - 0.85 + 1.6 * u[:, 4:8] + 0.5 * z[:, 1:2]), 1, 4
    ).astype(int)
    payable_term = np.clip(
        np.floor(by["payable_months"][:, None] - 0.3 + 1.4 * u[:, 8:11] + 0.5 * z[:, 2:3]), 1, 4
    ).astype(int)
    pool = np.floor(uniforms(seed, "customers", numbers, CUSTOMER_SLOTS * GENERATIONS) * POOL).astype(int)
    payable_paper = np.where(payable_term >= 3, NOTE + (u[:, 15:18] > 0.65), ACCOUNT)
    waits = np.floor(3 * uniforms(seed, "patience", numbers, 3)).astype(int)
    return {
        "cash_share": cash_share,
        "customer_share": customer_share,
        "customers": pool.reshape(n, CUSTOMER_SLOTS, GENERATIONS),
        "receivable_term": receivable_term,
        "receivable_paper": np.where(receivable_term >= 3, NOTE + (u[:, 11:15] > 0.65), ACCOUNT),
        "supplier_share": supplier_share,
        "payable_term": payable_term,
        "payable_paper": payable_paper,
        "patience": np.where(payable_paper == NOTE, 0, waits),
        "obeys_at": month_number(*GUIDANCE)
        + np.floor((month_number(*LAW) - month_number(*GUIDANCE) + 1) * u[:, 19:21]).astype(int),
        "notes_end": month_number(*NOTES_LEAVE_FROM)
        + np.ceil((month_number(*LAW) - month_number(*NOTES_LEAVE_FROM)) * u[:, 21:23]).astype(int),
    }


def agreed(
    term: np.ndarray, paper: np.ndarray, obeys_at: np.ndarray, notes_end: np.ndarray, month: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return term and paper of what is issued in a month, as the rules of that time leave them.

    Parameters
    ----------
    term, paper : (n, slots) what was agreed once
    obeys_at, notes_end : (n,) month numbers from which long terms are cut, and notes are electronic claims
    month : (n,) month number of issue

    Examples
    --------
    >>> long, note = np.array([[4]]), np.array([[NOTE]])
    >>> before, after = np.array([2023 * 12]), np.array([2026 * 12])
    >>> agreed(long, note, after, after, before)
    (array([[4]]), array([[1]]))
    >>> agreed(long, note, after, after, after)
    (array([[2]]), array([[2]]))
    """
    cut, electronic = (month >= obeys_at)[:, None], (month >= notes_end)[:, None]
    return (
        np.where(cut, np.minimum(term, LAST_MONTHS), term),
        np.where(electronic & (paper == NOTE), ELECTRONIC, paper),
    )


def draw_visibility(
    seed: int, numbers: np.ndarray, employees: np.ndarray, bookkeeping: np.ndarray
) -> dict[str, np.ndarray]:
    """When it begins to give more than closings: books, flows, due items; adviser, first consent.

    Parameters
    ----------
    seed, numbers
        See `simulator.draws.uniforms`.
    employees, bookkeeping : (n,)
        Larger firms, those with an adviser and those that keep their books well are ready earlier.

    Returns
    -------
    dict
        `supply_from` (n, 3) month numbers from which monthly books, account flows and due items are given,
        `NO_SUPPLY` where that never comes; `stage` (n,) 1..3, the last one reached; `has_adviser` (n,) bool;
        `consent` (n,) the scope at first, 0..3.
    """
    u, z = uniforms(seed, "supply", numbers, 8), normals(seed, "readiness", numbers, 2)
    size = np.log(np.maximum(employees, 1.0) / 4.0)  # four staff: the middle firm
    has_adviser = u[:, 0] < np.clip(0.55 + 0.08 * size, 0.0, 0.98)
    ready = 0.62 * z[:, 0] + 0.33 * size + 2.2 * (bookkeeping - 0.5) + 0.5 * (has_adviser - 0.55)
    ready = ready / READY_SPREAD
    # places among all firms, the readiest first; who supplies automatically is of the readier ones
    monthly = _reached(ndtr(-ready), MONTHLY_SHARE)
    items = _reached(ndtr(-0.85 * ready - np.sqrt(1 - 0.85**2) * z[:, 1]), ITEMS_SHARE)
    items = np.where(items < NO_SUPPLY, np.maximum(items, monthly + np.floor(18 * u[:, 1])), NO_SUPPLY)
    has_books, has_flows = u[:, 2] > FLOWS_ONLY, (u[:, 2] <= FLOWS_ONLY) | (u[:, 3] < 0.5)
    later = np.floor(36 * u[:, 4])  # who gives both begins with one of them
    books = np.where(has_books, monthly + np.where(has_flows & (u[:, 5] < 0.4), later, 0), NO_SUPPLY)
    flows = np.where(has_flows, monthly + np.where(has_books & (u[:, 5] >= 0.4), later, 0), NO_SUPPLY)
    # due items come out of the accounting software, mostly with the bank's account beside them
    books = np.minimum(books, items)
    flows = np.where(u[:, 6] < 0.75, np.minimum(flows, items), flows)
    supply = np.stack([books, flows, items], axis=1)
    supply = np.where(supply <= month_number(*SUPPLY_UNTIL), supply, NO_SUPPLY).astype(np.int64)
    given = supply < NO_SUPPLY
    return {
        "supply_from": supply,
        "stage": 1 + given[:, :2].any(axis=1) + given[:, 2],
        "has_adviser": has_adviser,
        "consent": np.searchsorted(np.cumsum(FIRST_CONSENT), u[:, 7], side="right"),
    }


def _reached(place: np.ndarray, path: tuple) -> np.ndarray:
    """Return the month in which a growing share of firms reaches a place (0 first, 1 last), or NO_SUPPLY."""
    months, shares = [month_number(*when) for when, _ in path], [share for _, share in path]
    return np.where(place <= shares[-1], np.floor(np.interp(place, shares, months)), NO_SUPPLY)


def draw_banks(u: np.ndarray, prefecture: np.ndarray) -> np.ndarray:
    """Draw main bank and two others: prefecture × 10 + 0..5 are local ones, 900..904 reach all over."""
    local = prefecture[:, None] * 10 + np.floor(u[:, :2] * [3, 6]).astype(int)
    local[:, 1] += local[:, 1] == local[:, 0]
    return np.concatenate([local, 900 + np.floor(u[:, 2:3] * 5).astype(int)], axis=1)
