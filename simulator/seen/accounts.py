"""Firms, headcounts and bank accounts as the institution sees them."""

import numpy as np
import pandas as pd

from simulator.firms import size_class
from simulator.seen.desk import Desk, days, finish
from simulator.seen.supply import AND_BANK, FOR_EVER, steps
from simulator.world import industry_table

CONSENTS = ("none", "association", "association_and_bank", "all")
PLACES = 3  # banks a firm may have accounts with; the main bank is place 0
SHARED = (0.92, 0.55, 0.55)  # chance that a bank's account is among those shared (project default)
BANK_STOPS = 0.012  # a year: a bank's new system or new staff, and no more account data from it


def firms(desk: Desk) -> pd.DataFrame:
    """Return the `firms` table: a first row when a firm comes in, a new one when something of it changes.

    Size class changes with a closing, adviser and consent when they do; each row holds all that was known.
    """
    traits, supply = desk.traits, desk.supply
    every = np.arange(len(traits))
    codes = industry_table().index.to_numpy()[traits.industry]
    areas = np.array([f"{place:02d}" for place in range(1, 48)], dtype=object)[traits.prefecture]
    first_k = np.clip(desk.first_k, 0, desk.months - 1)
    first = pd.DataFrame({
        "firm_id": desk.firm_ids,
        "known_date": desk.joined_on,
        "industry": codes,
        "size_class": size_class(codes, traits.employees),
        "prefecture": areas,
        "established": desk.day(every, every * 0) - days(365.25 * traits.established_years),
        "association": "cgc:" + areas,
        "main_bank": desk.bank_names(every, 0),
        "adviser": supply.adviser[every, first_k].astype(float),
        "consent_scope": supply.consent[every, first_k].astype(float),
    })  # fmt: skip
    changes = [_resized(desk, codes), _changed(desk, "adviser"), _changed(desk, "consent_scope")]
    rows = pd.concat([first[desk.appears].assign(firm=every[desk.appears]), *changes], ignore_index=True)
    rows = rows.sort_values(["firm", "known_date"], kind="stable", ignore_index=True)
    rows = rows.groupby("firm").ffill().assign(firm=rows["firm"])
    rows = rows.drop_duplicates(["firm", "known_date"], keep="last")
    facts = rows.drop(columns="known_date")
    rows = rows[(facts != facts.shift()).any(axis=1).to_numpy()]
    number = rows["adviser"].to_numpy().astype(int)
    names = np.array([f"{place:03d}" for place in range(number.max(initial=0) + 1)], dtype=object)
    adviser = "adviser:" + rows["prefecture"].to_numpy(dtype=object) + names[np.maximum(number, 0)]
    scope = np.array(CONSENTS, dtype=object)[rows["consent_scope"].to_numpy().astype(int)]
    return finish(
        desk, "firms", rows.assign(adviser=np.where(number >= 0, adviser, None), consent_scope=scope)
    )


def _resized(desk: Desk, codes: np.ndarray) -> pd.DataFrame:
    """Return the size classes that closings show after a firm came in; most say nothing new."""
    firm, k, known = desk.closings
    later = known > desk.joined_on[firm]
    firm, k, known = firm[later], k[later], known[later]
    size = size_class(codes[firm], desk.lives.accounts["employees"][firm, k])
    return pd.DataFrame({"firm": firm, "known_date": known, "size_class": size})


def _changed(desk: Desk, column: str) -> pd.DataFrame:
    """Return new advisers, or scopes of consent, with the day of the change.

    What is granted is so before the month in which it is in force, what is withdrawn within that month: no
    data lie before the day or after it.
    """
    values = {"adviser": desk.supply.adviser, "consent_scope": desk.supply.consent}[column]
    moved = np.diff(values, axis=1, prepend=values[:, :1])
    k = np.arange(desk.months)[None, :]
    firm, k = np.nonzero((moved != 0) & (k > desk.first_k[:, None]) & (k <= desk.last_k[:, None]))
    within = np.floor(27 * desk.draw_at(f"day of {column}", 1, firm, k)[:, 0])
    begin = desk.day(firm, k - 1) + days(1.0)
    grants = (moved[firm, k] > 0) & (column == "consent_scope")
    known = np.where(grants, begin - days(within + 1), begin + days(within))
    known = np.maximum(known, desk.joined_on[firm] + days(1.0))
    return pd.DataFrame({"firm": firm, "known_date": known, column: values[firm, k].astype(float)})


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
    """Return the `account_flows` table: what went through each shared account, known days after the month.

    Over all of a firm's banks inflow − outflow is the change of its cash, to the yen; seldom are all shared.
    """
    traits, accounts = desk.traits, desk.lives.accounts
    u = desk.draw("flows", 12)
    since = np.maximum(np.maximum(steps(desk)[:, 1], 1), desk.first_k)
    sight = desk.in_sight(np.minimum(since, desk.months)) & (desk.supply.consent >= AND_BANK)
    firm, k = np.nonzero(sight)
    banks = 1 + (u[:, 2] < np.clip(0.25 + 0.1 * np.log(traits.employees), 0, 0.8)) + (u[:, 2] < 0.10)
    monthly = desk.draw_at("flow days", 2, firm, k)
    known = desk.day(firm, k) + days(3 + 8 * monthly[:, 0])
    given = desk.consents(firm, known, AND_BANK)
    shared = (u[:, 4:7] < SHARED) & (np.arange(PLACES) < banks[:, None])
    shared[:, 0] |= ~shared.any(axis=1)
    # months from the beginning of supply until a bank stops
    lasts = np.minimum(np.floor(-np.log(u[:, 7:10]) * 12 / BANK_STOPS), FOR_EVER)
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
            "known_date": known,
        }
        keep = given & shared[firm, place] & (k < since[firm] + lasts[firm, place])
        frames.append(pd.DataFrame(head | piece | {"lowest_balance": lowest})[keep])
    return finish(desk, "account_flows", pd.concat(frames, ignore_index=True))


def _part(left: dict[str, np.ndarray], share: np.ndarray) -> dict[str, np.ndarray]:
    """Return a bank's share of opening, inflow and end in whole yen, and the outflow that fits them."""
    piece = {name: np.floor(left[name] * share) for name in ("opening", "inflow", "end_balance")}
    outflow = piece["opening"] + piece["inflow"] - piece["end_balance"]
    short = np.maximum(-outflow, 0.0)  # rounding may leave a yen below nought
    return piece | {"inflow": piece["inflow"] + short, "outflow": outflow + short}
