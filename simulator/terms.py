"""What a firm agreed with others: customers, suppliers, terms of payment, banks, and what it lets be seen."""

import numpy as np

from simulator.draws import normals, uniforms
from simulator.world import POOL

CUSTOMER_SLOTS = 3  # named main customers; a fourth slot holds all others
SUPPLIER_SLOTS = 2  # named main suppliers; a third slot holds all others
GENERATIONS = 4  # a lost customer is replaced by the next one on the firm's own list


def draw_terms(seed: int, numbers: np.ndarray, by: dict) -> dict[str, np.ndarray]:
    """Customers, suppliers and what was agreed with them."""
    u, z = uniforms(seed, "terms", numbers, 24), normals(seed, "terms spread", numbers, 4)
    n = len(numbers)
    cash_share = np.clip(by["cash_share"] + 0.12 * z[:, 0] * (by["cash_share"] > 0), 0.0, 0.98)
    first = (
        0.05 + 0.65 * u[:, 0] ** 1.7
    )  # concentration: half of the firms sell a fifth or less to the largest
    second, third = first * (0.25 + 0.6 * u[:, 1]), first * (0.1 + 0.4 * u[:, 2])
    named = np.stack([first, second, third], axis=1)
    named = named / np.maximum(named.sum(axis=1, keepdims=True) / 0.92, 1.0)
    customer_share = np.concatenate([named, 1 - named.sum(axis=1, keepdims=True)], axis=1)
    main = 0.25 + 0.35 * u[:, 3]
    supplier_share = np.stack([main, main * 0.5, 1 - main * 1.5], axis=1)
    # balances of m months of sales come of items that stay open m months: a term around m, per slot
    receivable = by["receivable_months"] / np.maximum(1 - by["cash_share"], 0.05)
    receivable_term = np.clip(
        np.floor(receivable[:, None] - 0.35 + u[:, 4:8] + 0.25 * z[:, 1:2]), 1, 4
    ).astype(int)
    payable_term = np.clip(
        np.floor(by["payable_months"][:, None] - 0.1 + u[:, 8:11] + 0.3 * z[:, 2:3]), 1, 4
    ).astype(int)
    pool = np.floor(uniforms(seed, "customers", numbers, CUSTOMER_SLOTS * GENERATIONS) * POOL).astype(int)
    return {
        "cash_share": cash_share,
        "customer_share": customer_share,
        "customers": pool.reshape(n, CUSTOMER_SLOTS, GENERATIONS),
        "receivable_term": receivable_term,
        "receivable_paper": np.where(receivable_term >= 3, 1 + (u[:, 11:15] > 0.65), 0),
        "supplier_share": supplier_share,
        "payable_term": payable_term,
        "payable_paper": np.where(payable_term >= 3, 1 + (u[:, 15:18] > 0.65), 0),
    }


def draw_visibility(seed: int, numbers: np.ndarray, employees: np.ndarray) -> dict[str, np.ndarray]:
    """How much of it the institution is given: stages 1, 2, 3 of data supply, flows, consent."""
    u = uniforms(seed, "visibility", numbers, 6)
    readiness = u[:, 0] + 0.04 * np.clip(np.log(employees) - 1.5, -1, 2)  # larger firms have the software
    stage = np.where(readiness > 0.78, 3, np.where(readiness > 0.67, 2, 1))
    return {
        "stage": stage,
        "shares_flows": (stage == 3) | (u[:, 1] < np.where(stage == 2, 0.6, 0.35)),
        "consent": np.where(
            stage == 3, 3, np.where(stage == 2, 2 + (u[:, 2] < 0.4), np.floor(3 * u[:, 2] ** 0.5))
        ).astype(int),
    }


def draw_banks(u: np.ndarray, prefecture: np.ndarray) -> np.ndarray:
    """Draw main bank and two others: prefecture × 10 + 0..5 are local ones, 900..904 reach all over."""
    local = prefecture[:, None] * 10 + np.floor(u[:, :2] * [3, 6]).astype(int)
    local[:, 1] += local[:, 1] == local[:, 0]
    return np.concatenate([local, 900 + np.floor(u[:, 2:3] * 5).astype(int)], axis=1)
