"""Loans and guarantees as the institution's ledgers show them: made, at each quarter's end, repaid."""

import numpy as np
import pandas as pd

from simulator.credit import SCHEMES
from simulator.seen.desk import Desk, days, finish
from simulator.seen.endings import endings
from simulator.seen.supply import ASSOCIATION
from simulator.world import month_end_dates

TOLD, COUNTED = 8, 15  # days until a new loan, and a quarter's balances, are known


def credit(desk: Desk) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tables `loans` and `guarantees` of a chunk.

    A new balance is a new row: when the loan is made (or the firm comes in), at each quarter's end, when
    repaid, and after subrogation.
    """
    rows = pd.concat([_balances(desk), _repaid(desk), _subrogated(desk)], ignore_index=True)
    # other lenders' own loans are known where, and while, the firm lets the association know them
    told = desk.consents(rows["firm"].to_numpy(), rows["known_date"].to_numpy(), ASSOCIATION)
    hidden = rows["guarantee_id"].isna() & ~told
    covered = rows[rows["guarantee_id"].notna()]
    guarantees = finish(desk, "guarantees", covered.assign(bank=covered["lender"]))
    return finish(desk, "loans", rows[~hidden]), guarantees


def _new(desk: Desk) -> np.ndarray:
    """Mark the months in which a slot holds another loan than the month before (n, months, slots)."""
    serial = desk.lives.loans["serial"]
    new = np.zeros(serial.shape, dtype=bool)
    new[:, 1:] = serial[:, 1:] != serial[:, :-1]
    return new


def _balances(desk: Desk) -> pd.DataFrame:
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
    return _rows(desk, firm, at, slot, desk.lives.loans["balance"][firm, at, slot], known)


def _repaid(desk: Desk) -> pd.DataFrame:
    """Return the last row of loans that are gone: last month's terms, no balance."""
    balance, sight = desk.lives.loans["balance"], desk.in_sight()
    gone = (balance[:, :-1] > 0) & ((balance[:, 1:] <= 0) | _new(desk)[:, 1:]) & sight[:, 1:, None]
    firm, at, slot = np.nonzero(gone)
    return _rows(desk, firm, at, slot, np.zeros(len(firm)), desk.day(firm, at + 1) + days(TOLD + 4))


def _subrogated(desk: Desk) -> pd.DataFrame:
    """Return rows of loans that the association paid for the firm: no balance at the bank any more."""
    ends = endings(desk)
    loans, every = desk.lives.loans, np.arange(len(desk.traits))
    last = np.maximum(desk.last_k, 0)
    paid = (loans["balance"] > 0) & (loans["scheme"] > 0)
    firm, slot = np.nonzero(paid[every, last] & ~np.isnat(ends.subrogated_on)[:, None])
    known = ends.subrogated_on[firm] + days(TOLD)
    return _rows(desk, firm, last[firm], slot, np.zeros(len(firm)), known)


def _rows(desk: Desk, firm, k, slot, balance, known) -> pd.DataFrame:
    """Make rows of both tables for loans as they stood in month `k`."""
    loans = desk.lives.loans

    def field(name: str) -> np.ndarray:
        return loans[name][firm, k, slot]

    def day(name: str) -> np.ndarray:
        return month_end_dates(desk.world.first + field(name).astype(np.int64))

    scheme, serial = field("scheme").astype(np.int64), field("serial").astype(np.int64)
    number = np.array([f"{place:02d}" for place in range(serial.max(initial=0) + 1)], dtype=object)[serial]
    firm_id, executed, grace = desk.firm_ids[firm], day("executed"), day("grace_until")
    return pd.DataFrame({
        "firm": firm,
        "loan_id": firm_id + "-L" + number,
        "firm_id": firm_id,
        "known_date": known,
        "lender": desk.bank_names(firm, field("lender").astype(np.int64)),
        "guarantee_id": np.where(scheme > 0, firm_id + "-G" + number, None),
        "rate_pct": field("rate"),
        "executed": executed,
        "maturity": day("maturity"),
        # the first repayment a month after the loan is no grace
        "grace_until": np.where(grace > executed + days(40), grace, np.datetime64("NaT")),
        "amount": field("amount"),
        "balance": balance,
        "monthly_repayment": field("monthly"),
        "scheme": np.array(list(SCHEMES), dtype=object)[scheme],
        "guaranteed_ratio": np.array(list(SCHEMES.values()))[scheme],
    })  # fmt: skip
