"""Loans and guarantees as the institution's ledgers show them: made, at each quarter's end, repaid."""

import numpy as np
import pandas as pd

from simulator.credit import SCHEMES
from simulator.seen.desk import Desk, days, finish, text
from simulator.seen.endings import endings
from simulator.seen.supply import ASSOCIATION
from simulator.world import month_end_dates

TOLD, COUNTED = 8, 15  # days until a new loan, and a quarter's balances, are known


def credit(desk: Desk) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tables `loans` and `guarantees` of a chunk.

    A new balance is a new row: when the loan is made (or the firm comes in), at each quarter's end, when
    repaid, and after subrogation.
    """
    parts = zip(_balances(desk), _repaid(desk), _subrogated(desk), strict=True)
    firm, k, slot, balance, known = (np.concatenate(part) for part in parts)
    covered = desk.lives.loans["scheme"][firm, k, slot] > 0
    # other lenders' own loans are known where, and while, the firm lets the association know them
    shown = covered | desk.consents(firm, known, ASSOCIATION)
    covered = covered[shown]
    loans = _rows(desk, firm[shown], k[shown], slot[shown], balance[shown], known[shown])
    guarantees = {name: values[covered] for name, values in loans.items()}
    guarantees["bank"] = guarantees["lender"]
    return finish(desk, "loans", loans), finish(desk, "guarantees", guarantees)


def _new(desk: Desk) -> np.ndarray:
    """Mark the months in which a slot holds another loan than the month before (n, months, slots)."""
    serial = desk.lives.loans["serial"]
    new = np.zeros(serial.shape, dtype=bool)
    new[:, 1:] = serial[:, 1:] != serial[:, :-1]
    return new


def _balances(desk: Desk) -> tuple:
    """Return firm, month, slot, balance and day known of loans made and of quarters' ends."""
    is_open = desk.lives.loans["balance"] > 0
    k = np.arange(desk.months)[None, :]
    # what there is when a firm comes in; of those there from the beginning, at the end of the month before
    begin = desk.first_k - ~desk.traits.is_entrant
    enters = (k == begin[:, None]) & desk.appears[:, None]
    sight = desk.in_sight()
    made = _new(desk) & sight[:, :, None]
    quarter = sight & (desk.month_of_year % 3 == 0)
    firm, at, slot = np.nonzero(is_open & (made | (enters | quarter)[:, :, None]))
    told = made[firm, at, slot] | enters[firm, at]
    known = desk.day(firm, at) + days(np.where(told, TOLD, COUNTED))
    return firm, at, slot, desk.lives.loans["balance"][firm, at, slot], known


def _repaid(desk: Desk) -> tuple:
    """Return the same of loans that are gone: last month's terms, no balance."""
    balance, sight = desk.lives.loans["balance"], desk.in_sight()
    gone = (balance[:, :-1] > 0) & ((balance[:, 1:] <= 0) | _new(desk)[:, 1:]) & sight[:, 1:, None]
    firm, at, slot = np.nonzero(gone)
    return firm, at, slot, np.zeros(len(firm)), desk.day(firm, at + 1) + days(TOLD + 4)


def _subrogated(desk: Desk) -> tuple:
    """Return the same of loans that the association paid for the firm: no balance at the bank any more."""
    ends = endings(desk)
    loans, every = desk.lives.loans, np.arange(len(desk.traits))
    last = np.maximum(desk.last_k, 0)
    paid = (loans["balance"] > 0) & (loans["scheme"] > 0)
    firm, slot = np.nonzero(paid[every, last] & ~np.isnat(ends.subrogated_on)[:, None])
    known = ends.subrogated_on[firm] + days(TOLD)
    return firm, last[firm], slot, np.zeros(len(firm)), known


def _rows(desk: Desk, firm, k, slot, balance, known) -> dict[str, np.ndarray]:
    """Make columns of both tables for loans as they stood in month `k`."""
    loans = desk.lives.loans

    def field(name: str) -> np.ndarray:
        return loans[name][firm, k, slot]

    def day(name: str) -> np.ndarray:
        return month_end_dates(desk.world.first + field(name).astype(np.int64))

    scheme, executed, grace = field("scheme"), day("executed"), day("grace_until")
    loan, number = _numbered(firm, field("serial"))
    return {
        "loan_id": text(desk.firm_ids[loan[0]] + "-L" + loan[1], number),
        "firm_id": text(desk.firm_ids, firm),
        "known_date": known,
        "lender": desk.bank_names(firm, field("lender")),
        "guarantee_id": text(desk.firm_ids[loan[0]] + "-G" + loan[1], np.where(scheme > 0, number, -1)),
        "rate_pct": field("rate"),
        "executed": executed,
        "maturity": day("maturity"),
        # the first repayment a month after the loan is no grace
        "grace_until": np.where(grace > executed + days(40), grace, np.datetime64("NaT")),
        "amount": field("amount"),
        "balance": balance,
        "monthly_repayment": field("monthly"),
        "scheme": text(np.array(list(SCHEMES), dtype=object), scheme),
        "guaranteed_ratio": np.array(list(SCHEMES.values()))[scheme],
    }


def _numbered(firm: np.ndarray, serial: np.ndarray) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    """Return firm and number ("00", "01" …) of every loan that there is, and each row's place among them."""
    there = np.zeros((firm.max(initial=0) + 1, serial.max(initial=0) + 1), dtype=bool)
    there[firm, serial] = True
    whose, which = np.nonzero(there)
    place = np.cumsum(there).reshape(there.shape) - 1
    words = np.array([f"{number:02d}" for number in range(there.shape[1])], dtype=object)
    return (whose, words[which]), place[firm, serial]
