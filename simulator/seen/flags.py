"""Flags of banks' own systems and of advisers: early ones, late ones, false ones, and banks without any."""

import numpy as np
import pandas as pd

from simulator.seen.desk import Desk, bank_traits, days, finish, row_ids
from simulator.seen.endings import not_after_default
from simulator.seen.supply import AND_BANK
from simulator.shocks import CAUSE

# Project defaults: no bank publishes how its system fares. About half of the flags come to nothing.
NO_SYSTEM = 0.40  # share of banks without a system of their own; the rest differ in how often they speak up
FALLS, LATE, LEAVES = 0.45, 0.20, 0.10  # share of true occasions that are flagged, a quarter or a month each
FALSE_FALLS, FALSE_LATE, FALSE_LEAVES = 0.003, 0.0008, 0.0008  # of other firms: seasons, a big purchase, talk


def external_flags(desk: Desk) -> pd.DataFrame:
    """Return flags of banks' own systems (cash falls, payments late) and of advisers (staff leaves)."""
    accounts = desk.lives.accounts
    cash, out = accounts["cash_deposits"], np.maximum(accounts["outflow"], 1.0)
    k = np.arange(desk.months)[None, :]
    year_ago = np.maximum(k - 12, 0)
    past = np.take_along_axis(cash, np.broadcast_to(year_ago, cash.shape), axis=1)
    u = desk.draw_months("flags", 4)
    quarter = desk.month_of_year % 3 == 0
    sight = desk.in_sight(24) & (desk.supply.consent >= AND_BANK)
    system = bank_traits(desk)[desk.traits.banks[:, 0]]
    has_system = system[:, 1] >= NO_SYSTEM
    eager = np.where(has_system, 0.5 + system[:, 2], 0.0)[:, None]
    advised = desk.supply.adviser >= 0
    falls = (cash < 0.35 * past) & (cash < 0.6 * out)
    late = (desk.lives.delay > 0).any(axis=2)
    leaves = desk.lives.gap[:, :, CAUSE["staff"]] > 0.08
    frames = []
    for code, mark, actor, severity in (
        ("cash_falls", quarter & (u[:, :, 0] < eager * np.where(falls, FALLS, FALSE_FALLS)), "bank", 2.0),
        ("payments_late", u[:, :, 1] < eager * np.where(late, LATE, FALSE_LATE), "bank", 3.0),
        ("staff_leaves", advised & (u[:, :, 2] < np.where(leaves, LEAVES, FALSE_LEAVES)), "adviser", 1.0),
    ):  # fmt: skip
        firm, at = np.nonzero(mark & sight)
        raised = desk.day(firm, at)
        who = desk.bank_names(firm, 0) if actor == "bank" else np.full(len(firm), "adviser", dtype=object)
        goes_on = raised <= not_after_default(desk, firm, raised)
        known = raised + days(3 + 25 * u[firm, at, 3])
        frames.append(pd.DataFrame({
            "flag_id": row_ids(desk, firm, f"F{code[0]}", raised),
            "firm_id": desk.firm_ids[firm],
            "known_date": known,
            "source_actor": who,
            "raised_on": raised,
            "code": code,
            "severity": severity,
        })[desk.consents(firm, known, AND_BANK) & goes_on])  # fmt: skip
    return finish(desk, "external_flags", pd.concat(frames, ignore_index=True))
