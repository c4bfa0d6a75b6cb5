"""Books that are handed in wrong at first and put right later: what was wrong, how often, and until when.

A wrong version is the last one with an error laid on it that leaves the books balanced. Errors are honest;
what a firm does on purpose is in `dressing`.
"""

from dataclasses import dataclass

import numpy as np

from simulator.seen.desk import Desk, days

KINDS = ("forgotten_bills", "cut_off", "stock_recount", "reclassified", "tax_return")
# Project defaults: no published share of corrected closings was found. Weights of kinds, closings and months.
CLOSING_KINDS = (0.28, 0.16, 0.14, 0.22, 0.20)
MONTH_KINDS = (0.38, 0.22, 0.12, 0.28, 0.0)
WRONG_CLOSINGS, WRONG_MONTHS = 0.032, 0.016  # shares of first versions, over all firms
SECOND_ERROR = 0.15  # share of wrong versions that take two corrections
MENDED_CLOSING = {
    "tax_return": (120, 300)
}  # days from, and up to as many more; the tax office takes its time
MENDED_SOON = (25, 120)
MENDED_MONTH = (20, 60)


@dataclass(frozen=True)
class Wrong:
    """Errors of first versions (m,): place in KINDS or -1, size 0..1, and the day that puts it right."""

    kind: np.ndarray
    size: np.ndarray
    mended: np.ndarray

    def of(self, row: np.ndarray) -> "Wrong":
        """Return the errors of some statements."""
        return Wrong(self.kind[row], self.size[row], self.mended[row])


def carelessness(desk: Desk) -> np.ndarray:
    """Return how often a firm errs against the mean of all (n,); it is 1 on average."""
    return 0.25 + 1.5 * (1 - desk.traits.bookkeeping)


def errors(desk: Desk, purpose: str, firm: np.ndarray, k: np.ndarray, known: np.ndarray) -> list[Wrong]:
    """Return the two errors that a statement may carry at first, the second mended after the first.

    Parameters
    ----------
    desk : Desk
    purpose : "closing" or "month"
    firm, k : (m,) int
    known : (m,) datetime64[D]
        Day on which the first version comes.

    Raises
    ------
    KeyError
        If `purpose` is neither.
    """
    share = {"closing": WRONG_CLOSINGS, "month": WRONG_MONTHS}[purpose]
    weights = CLOSING_KINDS if purpose == "closing" else MONTH_KINDS
    u = desk.draw_at(f"errors of a {purpose}", 8, firm, k)
    edges = np.cumsum(weights) / np.sum(weights)
    wrong = u[:, 0] < share * carelessness(desk)[firm]
    out, day = [], known
    for place, there in ((1, wrong), (4, wrong & (u[:, 7] < SECOND_ERROR))):
        kind = np.searchsorted(edges, u[:, place], side="right")
        there = there & (kind != out[0].kind if out else True)  # one error of a kind
        kind = np.where(there, kind, -1)
        first, more = MENDED_SOON if purpose == "closing" else MENDED_MONTH
        wait = first + more * u[:, place + 1]
        if purpose == "closing":
            slow, slower = MENDED_CLOSING["tax_return"]
            wait = np.where(kind == KINDS.index("tax_return"), slow + slower * u[:, place + 1], wait)
        day = np.where(there, day + days(wait), day)
        out.append(Wrong(kind, u[:, place + 2], day))
    return out


def with_error(columns: dict, wrong: Wrong, next_sales: np.ndarray) -> dict:
    """Return statements with an error in them (m,) each; they balance as the ones given do.

    Parameters
    ----------
    columns : dict of (m,) yen
        Parts of the chart of accounts as they are once it is mended.
    next_sales : (m,) yen
        The month's sales after the period: what a wrong cut-off takes some of.
    """
    out = dict(columns)
    signs = np.where(wrong.size < 0.5, -1.0, 1.0)
    size = np.abs(2 * wrong.size - 1)  # what remains of the draw

    def amount(kind: str, of: np.ndarray, low: float, high: float) -> np.ndarray:
        here = wrong.kind == KINDS.index(kind)
        return np.where(here, np.rint(np.maximum(of, 0.0) * (low + (high - low) * size)), 0.0)

    def add(**changes: np.ndarray) -> None:
        for name, change in changes.items():
            out[name] = out[name] + change

    bills = amount("forgotten_bills", columns["selling_general_admin"], 0.005, 0.08)
    bills = np.minimum(bills, np.maximum(columns["accounts_payable_other"], 0.0))
    add(selling_general_admin=-bills, accounts_payable_other=-bills, retained_earnings=bills)

    # two of three are sales taken in too early, the others sales forgotten
    moved = amount("cut_off", next_sales, 0.03, 0.25)
    moved = np.where(
        wrong.size < 0.33, -np.minimum(moved, np.maximum(columns["accounts_receivable"], 0.0)), moved
    )
    add(sales=moved, accounts_receivable=moved, retained_earnings=moved)

    counted = signs * amount("stock_recount", columns["inventories"], 0.02, 0.20)
    add(inventories=counted, cost_of_sales=-counted, retained_earnings=counted)

    # no effect on profit: a payment left in suspense with its bill still open, or loans in the wrong line
    paid = np.where(signs > 0, amount("reclassified", columns["accounts_payable_other"], 0.1, 0.6), 0.0)
    add(suspense_payments=paid, accounts_payable_other=paid)
    due = np.where(signs < 0, amount("reclassified", columns["current_long_term_loans"], 1.0, 1.0), 0.0)
    add(current_long_term_loans=-due, long_term_loans=due)

    taxed = amount("tax_return", columns["income_taxes"], 0.05, 0.5)
    taxed = np.minimum(taxed, np.maximum(columns["income_taxes_payable"], 0.0))
    add(income_taxes=-taxed, income_taxes_payable=-taxed, retained_earnings=taxed)
    return out


@dataclass(frozen=True)
class Version:
    """Statements before they were put right: which of them (w,), known when, and their accounts."""

    row: np.ndarray
    known: np.ndarray
    columns: dict[str, np.ndarray]


def versions(
    desk: Desk, purpose: str, firm: np.ndarray, k: np.ndarray, known: np.ndarray, columns: dict
) -> tuple[np.ndarray, list[Version]]:
    """Return when statements were right (m,), and the wrong versions that came before.

    Parameters
    ----------
    desk, purpose, firm, k, known
        See `errors`; sorted by firm and month.
    columns : dict of (m,) yen
        Parts of the chart of accounts as they are in the end.

    Notes
    -----
    An error that changes nothing (no bills to forget, no tax) makes no version. Sales that a month took from
    the next one are missing in that one, if it was handed in before somebody saw it.
    """
    first, second = errors(desk, purpose, firm, k, known)
    row = np.flatnonzero(first.kind >= 0)
    first, second = first.of(row), second.of(row)
    right = {name: values[row] for name, values in columns.items()}
    later = desk.lives.accounts["sales"][firm[row], np.minimum(k[row] + 1, desk.months - 1)]
    half = with_error(right, second, later)
    whole = with_error(half, first, later)
    errs, again = _differs(whole, half), _differs(half, right)
    day = known.copy()
    day[row] = np.where(again, second.mended, np.where(errs, first.mended, known[row]))
    out = [
        Version(row[errs], known[row][errs], _of(whole, errs)),
        # an error that changed nothing leaves the other one to be there from the beginning
        Version(row[again], np.where(errs, first.mended, known[row])[again], _of(half, again)),
    ]
    if purpose == "month":
        out.append(_mirrored(firm, k, known, columns, day, row, whole["sales"] - half["sales"], first.mended))
    return day, out


def _mirrored(firm, k, known, columns, day, row, moved, mended) -> Version:
    """Return the months after a wrong cut-off as they came; `day` of these is when both are right."""
    there = np.flatnonzero((moved != 0) & (row + 1 < len(firm)))
    at = row[there] + 1
    same = (firm[at] == firm[at - 1]) & (k[at] == k[at - 1] + 1) & (day[at] == known[at])
    same &= known[at] < mended[there]
    at, there = at[same], there[same]
    missing = {name: values[at] for name, values in columns.items()}
    missing["sales"] = missing["sales"] - moved[there]
    day[at] = mended[there]
    return Version(at, known[at], missing)


def _of(columns: dict, there: np.ndarray) -> dict:
    return {name: values[there] for name, values in columns.items()}


def _differs(one: dict, other: dict) -> np.ndarray:
    return np.logical_or.reduce([values != other[name] for name, values in one.items()])
