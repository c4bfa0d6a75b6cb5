"""Firms, headcounts and bank accounts as the institution sees them."""

import numpy as np
import pandas as pd

from simulator.desk import DAY, Desk, days, finish
from simulator.firms import size_class
from simulator.statements import closings_known
from simulator.world import industry_table

CONSENTS = ("none", "association", "association_and_bank", "all")


def firms(desk: Desk) -> pd.DataFrame:
    """Return the `firms` table: a first row when a firm comes in, a new one when its size class changes."""
    traits = desk.traits
    codes = industry_table().index.to_numpy()[traits.industry]
    u = desk.draw("register", 6)
    here = np.flatnonzero(desk.appears)
    has_adviser = u[:, 0] < np.clip(0.55 + 0.08 * np.log(traits.employees), 0, 0.98)
    adviser = np.array([f"adviser:{area:02d}{number:03d}" for area, number in zip(
        traits.prefecture + 1, np.floor(u[:, 1] * 60).astype(int), strict=True)], dtype=object)  # fmt: skip
    first_staff = desk.lives.accounts["employees"][
        np.arange(len(traits)), np.minimum(desk.first_k, desk.months - 1)
    ]
    first = pd.DataFrame({
        "firm_id": desk.firm_ids,
        "known_date": desk.joined_on,
        "industry": codes,
        "size_class": size_class(codes, first_staff),
        "prefecture": np.array([f"{place:02d}" for place in traits.prefecture + 1], dtype=object),
        "established": _established(desk),
        "association": np.array([f"cgc:{place:02d}" for place in traits.prefecture + 1], dtype=object),
        "main_bank": desk.bank_names(np.arange(len(traits)), 0),
        "adviser": np.where(has_adviser, adviser, None),
        "consent_scope": np.array(CONSENTS, dtype=object)[traits.consent],
    }).iloc[here]  # fmt: skip
    return finish(desk, "firms", pd.concat([first, _changed(desk, first, codes, u)], ignore_index=True))


def _established(desk: Desk) -> np.ndarray:
    began = desk.day(np.arange(len(desk.traits)), np.zeros(len(desk.traits), dtype=int))
    return began - days(desk.traits.established_years * 365.25)


def _changed(desk: Desk, first: pd.DataFrame, codes: np.ndarray, u: np.ndarray) -> pd.DataFrame:
    """Rows of firms whose size class or adviser is another one than before."""
    firm, k, known = closings_known(desk)
    size = size_class(codes[firm], desk.lives.accounts["employees"][firm, k])
    rows = pd.DataFrame({"firm": firm, "known_date": known, "size_class": size.astype(object)})
    rows = rows[known > desk.joined_on[firm]].sort_values(["firm", "known_date"])
    before = rows.groupby("firm")["size_class"].shift()
    before = before.fillna(
        pd.Series(first["size_class"].to_numpy(), index=first.index)
        .reindex(rows["firm"])
        .set_axis(rows.index)
    )
    rows = rows[rows["size_class"] != before]
    resized = first.loc[rows["firm"]].assign(
        known_date=rows["known_date"].to_numpy(), size_class=rows["size_class"].to_numpy()
    )
    return resized


def headcounts(desk: Desk) -> pd.DataFrame:
    """Return the `headcounts` table: staff at each closing, known with it."""
    firm, k, known = closings_known(desk)
    staff = desk.lives.accounts["employees"][firm, k]
    columns = {
        "firm_id": desk.firm_ids[firm],
        "period_end": desk.day(firm, k),
        "known_date": known,
        "employees": staff,
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
    share = np.stack([np.ones(len(traits)), 0.45 * u[:, 3] + 0.05, 0.08 * np.ones(len(traits))], axis=1)
    monthly = desk.draw_months("flow days", 2)[firm, k]
    known = desk.day(firm, k) + days(3 + 8 * monthly[:, 0])
    left = {
        "opening": accounts["cash_deposits"][firm, k - 1],
        "inflow": accounts["inflow"][firm, k],
        "outflow": accounts["outflow"][firm, k],
        "end": accounts["cash_deposits"][firm, k],
    }
    frames = []
    for place in (2, 1, 0):  # the main bank last: it takes what rounding leaves
        has = banks[firm] > place
        part = share[firm, place]
        if place:
            piece = {
                name: np.where(has, np.floor(value * part), 0.0)
                for name, value in left.items()
                if name != "outflow"
            }
            piece["outflow"] = piece["opening"] + piece["inflow"] - piece["end"]
            short = np.maximum(-piece["outflow"], 0.0)  # rounding may leave a yen below nought
            piece["inflow"], piece["outflow"] = piece["inflow"] + short, piece["outflow"] + short
        else:
            piece = left
        left = {name: value - piece[name] for name, value in left.items()}
        lowest = np.minimum(piece["opening"], piece["end"])
        lowest = np.maximum(np.rint(lowest - 0.35 * monthly[:, 1] * piece["outflow"]), 0.0)
        frames.append(pd.DataFrame({
            "firm_id": desk.firm_ids[firm], "month": desk.day(firm, k), "bank": desk.bank_names(firm, place),
            "known_date": known, "inflow": piece["inflow"], "outflow": piece["outflow"], "end_balance": piece["end"],
            "lowest_balance": np.minimum(lowest, piece["end"]),
        })[has])  # fmt: skip
    return finish(desk, "account_flows", pd.concat(frames, ignore_index=True))


__all__ = ["CONSENTS", "DAY", "account_flows", "firms", "headcounts"]
