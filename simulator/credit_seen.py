"""Loans and guarantees as the institution's ledgers show them: a row when made, at each quarter's end, when repaid."""

import numpy as np
import pandas as pd

from simulator.credit import SCHEMES
from simulator.desk import Desk, days, finish
from simulator.endings import endings
from simulator.world import month_end_dates


def credit(desk: Desk) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tables `loans` and `guarantees` of a chunk."""
    rows = pd.concat([_versions(desk), _after_subrogation(desk)], ignore_index=True)
    loans = finish(desk, "loans", rows)
    # other lenders' own loans are known where the firm lets the association know them
    hidden = rows["guarantee_id"].isna() & (desk.traits.consent[rows["firm"]] == 0)
    loans = finish(desk, "loans", rows[~hidden])
    covered = rows[rows["guarantee_id"].notna()].assign(bank=lambda f: f["lender"])
    return loans, finish(desk, "guarantees", covered)


def _versions(desk: Desk) -> pd.DataFrame:
    """Every row that is written about a loan, guaranteed or not."""
    loans = desk.lives.loans
    serial, balance = loans["serial"], loans["balance"]
    sight = desk.in_sight()[:, :, None]
    open_now = balance > 0
    is_first = np.zeros_like(open_now)
    is_first[:, 1:] = open_now[:, 1:] & (serial[:, 1:] != serial[:, :-1])
    # the first month in sight shows all loans there are
    k = np.arange(desk.months)[None, :, None]
    is_first |= open_now & (k == desk.first_k[:, None, None])
    quarter = (desk.month_of_year % 3 == 0)[:, :, None]
    firm, at, slot = np.nonzero(sight & open_now & (is_first | quarter))
    rows = _rows(desk, firm, at, slot, balance[firm, at, slot], is_first[firm, at, slot])

    # a loan is gone when its slot is empty or holds the next one: last month's terms, no balance
    gone = np.zeros_like(open_now)
    gone[:, :-1] = (
        open_now[:, :-1] & ((balance[:, 1:] <= 0) | (serial[:, 1:] != serial[:, :-1])) & sight[:, 1:]
    )
    firm, at, slot = np.nonzero(gone & sight)
    final = _rows(desk, firm, at, slot, np.zeros(len(firm)), np.zeros(len(firm), dtype=bool))
    final["known_date"] = desk.day(firm, at + 1) + days(np.full(len(firm), 12.0))
    return pd.concat([rows, final], ignore_index=True)


def _rows(desk: Desk, firm, k, slot, balance, is_first) -> pd.DataFrame:
    loans, world = desk.lives.loans, desk.world

    def field(name: str) -> np.ndarray:
        return loans[name][firm, k, slot]

    def day(name: str) -> np.ndarray:
        return month_end_dates(world.first + field(name).astype(np.int64))

    scheme = field("scheme").astype(np.int64)
    serial = field("serial").astype(np.int64)
    known = np.where(
        is_first & (k > desk.first_k[firm]),
        desk.day(firm, k) + days(np.full(len(firm), 8.0)),
        desk.day(firm, k) + days(np.full(len(firm), 15.0)),
    )
    at_join = is_first & (k == desk.first_k[firm])
    known = np.where(
        at_join, np.maximum(desk.joined_on[firm], day("executed")) + days(np.full(len(firm), 8.0)), known
    )
    firm_id = desk.firm_ids[firm]
    loan_id = (
        firm_id
        + np.array([f"-L{number:02d}" for number in range(serial.max(initial=0) + 1)], dtype=object)[serial]
    )
    guarantee_id = (
        firm_id
        + np.array([f"-G{number:02d}" for number in range(serial.max(initial=0) + 1)], dtype=object)[serial]
    )
    grace = day("grace_until")
    names = np.array(list(SCHEMES), dtype=object)
    return pd.DataFrame({
        "firm": firm,
        "loan_id": loan_id,
        "firm_id": firm_id,
        "known_date": known,
        "lender": desk.bank_names(firm, field("lender").astype(np.int64)),
        "guarantee_id": np.where(scheme > 0, guarantee_id, None),
        "rate_pct": field("rate"),
        "executed": day("executed"),
        "maturity": day("maturity"),
        "grace_until": np.where(grace > day("executed") + days(np.full(len(firm), 40.0)), grace, np.datetime64("NaT")),
        "amount": field("amount"),
        "balance": balance,
        "monthly_repayment": field("monthly"),
        "scheme": names[scheme],
        "guaranteed_ratio": np.array(list(SCHEMES.values()))[scheme],
    })  # fmt: skip


def _after_subrogation(desk: Desk) -> pd.DataFrame:
    """Loans that the association paid for the firm: no balance at the bank any more."""
    ends = endings(desk)
    firm = np.flatnonzero(~np.isnat(ends.subrogated_on))
    at = desk.last_k[firm]
    open_then = desk.lives.loans["balance"][firm, at] > 0
    place, slot = np.nonzero(open_then)
    firm, at = firm[place], at[place]
    rows = _rows(desk, firm, at, slot, np.zeros(len(firm)), np.zeros(len(firm), dtype=bool))
    rows["known_date"] = ends.subrogated_on[firm] + days(np.full(len(firm), 10.0))
    return rows[rows["guarantee_id"].notna()]
