"""Firms, headcounts and bank accounts as the institution sees them."""

import numpy as np
import pandas as pd

from simulator.desk import Desk, days, finish
from simulator.firms import size_class
from simulator.world import industry_table

CONSENTS = ("none", "association", "association_and_bank", "all")


def firms(desk: Desk) -> pd.DataFrame:
    """Return the `firms` table: a first row when a firm comes in, a new one when its size class changes."""
    traits = desk.traits
    every = np.arange(len(traits))
    codes = industry_table().index.to_numpy()[traits.industry]
    areas = np.array([f"{place:02d}" for place in range(1, 48)], dtype=object)[traits.prefecture]
    u = desk.draw("register", 2)
    has_adviser = u[:, 0] < np.clip(0.55 + 0.08 * np.log(traits.employees), 0, 0.98)
    advisers = np.array([f"{number:03d}" for number in range(60)], dtype=object)[
        np.floor(60 * u[:, 1]).astype(int)
    ]
    first = pd.DataFrame({
        "firm_id": desk.firm_ids,
        "known_date": desk.joined_on,
        "industry": codes,
        "size_class": size_class(codes, traits.employees),
        "prefecture": areas,
        "established": desk.day(every, every * 0) - days(365.25 * traits.established_years),
        "association": "cgc:" + areas,
        "main_bank": desk.bank_names(every, 0),
        "adviser": np.where(has_adviser, "adviser:" + areas + advisers, None),
        "consent_scope": np.array(CONSENTS, dtype=object)[traits.consent],
    })  # fmt: skip
    changed = _resized(desk, first)
    return finish(desk, "firms", pd.concat([first[desk.appears], changed], ignore_index=True))


def _resized(desk: Desk, first: pd.DataFrame) -> pd.DataFrame:
    """Return rows of firms whose staff at a closing puts them into another size class than before."""
    firm, k, known = desk.closings
    staff = desk.lives.accounts["employees"][firm, k]
    rows = first.iloc[firm].assign(
        known_date=known, size_class=size_class(first["industry"].to_numpy()[firm], staff)
    )
    rows = rows[known > desk.joined_on[firm]]
    before = rows.groupby("firm_id")["size_class"].shift()
    before = before.where(before.notna(), first["size_class"].reindex(rows.index))
    return rows[(rows["size_class"] != before).to_numpy()]


def headcounts(desk: Desk) -> pd.DataFrame:
    """Return the `headcounts` table: staff at each closing, known with it."""
    firm, k, known = desk.closings
    columns = {
        "firm_id": desk.firm_ids[firm],
        "period_end": desk.day(firm, k),
        "known_date": known,
        "employees": desk.lives.accounts["employees"][firm, k],
    }
    return finish(desk, "headcounts", columns)


def account_flows(desk: Desk) -> pd.DataFrame:
    """Return the `account_flows` table: what went through each bank account, known some days after the month.

    Over a firm's banks inflow − outflow is the change of its cash, to the yen.
    """
    traits, accounts = desk.traits, desk.lives.accounts
    u = desk.draw("flows", 4)
    since = np.where(u[:, 0] < 0.6, 0, 24 + np.floor(48 * u[:, 1]) - traits.start).astype(int)
    firm, k = np.nonzero(desk.in_sight(np.maximum(since, 1)) & traits.shares_flows[:, None])
    banks = 1 + (u[:, 2] < np.clip(0.25 + 0.1 * np.log(traits.employees), 0, 0.8)) + (u[:, 2] < 0.10)
    monthly = desk.draw_months("flow days", 2)[firm, k]
    left = {
        "opening": accounts["cash_deposits"][firm, k - 1],
        "inflow": accounts["inflow"][firm, k],
        "outflow": accounts["outflow"][firm, k],
        "end_balance": accounts["cash_deposits"][firm, k],
    }
    frames = []
    for place, share in ((2, 0.08), (1, 0.05 + 0.45 * u[firm, 3]), (0, 1.0)):
        # the main bank comes last and takes what rounding leaves
        has = banks[firm] > place
        piece = _part(left, np.where(has, share, 0.0)) if place else left
        left = {name: value - piece[name] for name, value in left.items()}
        between = np.minimum(piece["opening"], piece["end_balance"]) - 0.35 * monthly[:, 1] * piece["outflow"]
        lowest = np.minimum(np.maximum(np.rint(between), 0.0), piece["end_balance"])
        head = {
            "firm_id": desk.firm_ids[firm],
            "month": desk.day(firm, k),
            "bank": desk.bank_names(firm, place),
        }
        known = {"known_date": desk.day(firm, k) + days(3 + 8 * monthly[:, 0])}
        frames.append(pd.DataFrame(head | known | piece | {"lowest_balance": lowest})[has])
    return finish(desk, "account_flows", pd.concat(frames, ignore_index=True))


def _part(left: dict[str, np.ndarray], share: np.ndarray) -> dict[str, np.ndarray]:
    """Return a bank's share of opening, inflow and end in whole yen, and the outflow that fits them."""
    piece = {name: np.floor(left[name] * share) for name in ("opening", "inflow", "end_balance")}
    outflow = piece["opening"] + piece["inflow"] - piece["end_balance"]
    short = np.maximum(-outflow, 0.0)  # rounding may leave a yen below nought
    return piece | {"inflow": piece["inflow"] + short, "outflow": outflow + short}
