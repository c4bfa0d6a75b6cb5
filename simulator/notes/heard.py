"""What there was to hear of: named states of a firm month by month, from its life, never its future."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from simulator.credit import SCHEME
from simulator.notes.cited import Books, past, rolling
from simulator.seen.desk import Desk
from simulator.shocks import CAUSE
from simulator.world import industry_table, month_number

LAGS = 16  # months back to which a visitor still speaks of something
EPIDEMIC_TALK = (month_number(2020, 3), month_number(2023, 4))  # while people spoke of it
GRACE_TALK = (month_number(2021, 1), month_number(2025, 3))
TALKED_OF = 8  # months for which a blow is news
NOTICEABLE = 0.06  # share of sales from which one customer is worth a word
MAIN = 0.15  # … and from which he is called a main one (主力先)
STILL_GONE = 0.45  # of his usual orders: with more somebody has taken his place (`shocks.lose_customers`)


@dataclass(frozen=True)
class States:
    """Marks by fact (n, months) bool: what is so at a month's end, and where it is grave."""

    there: dict[str, np.ndarray]
    deep: dict[str, np.ndarray]
    may: dict[str, np.ndarray]  # where a fact may be spoken of at all; no entry: anywhere
    main: dict[str, np.ndarray]  # where it is a main customer whom the fact is about


@cache
def facts() -> pd.DataFrame:
    """Read what notes can be about: topic, polarity, who learns of it, how often it is denied or made up."""
    return pd.read_csv(files("simulator.notes") / "facts.csv", dtype={"fact": str, "trades": str}).fillna(
        {"trades": ""}
    )


def states(desk: Desk, seen: Books) -> States:
    """Return what there is to hear of, month by month.

    Parameters
    ----------
    desk : Desk
    seen : Books

    Returns
    -------
    States
        Keys are facts of ``facts.csv``.
    """
    parts = [_people(desk), _customers(desk), _money(desk, seen), _business(desk, seen), _papers(desk, seen)]
    there = {name: mark for part in parts for name, (mark, _) in part.items()}
    deep = {name: mark for part in parts for name, (_, mark) in part.items() if mark is not None}
    month = desk.world.first + desk.traits.start[:, None] + np.arange(desk.months)[None, :]
    took = (desk.lives.loans["scheme"] == SCHEME["epidemic"]).any(axis=2)
    may = {
        "epidemic": (month >= EPIDEMIC_TALK[0]) & (month <= EPIDEMIC_TALK[1]),
        "grace_end": (month >= GRACE_TALK[0]) & (month <= GRACE_TALK[1]) & took,
    }
    for name, mark in may.items():
        there[name] = there[name] & mark
    return States(there, deep, may, _of_main_customers(desk))


def _people(desk: Desk) -> dict:
    lives, traits = desk.lives, desk.traits
    owner, staff = lives.gap[:, :, CAUSE["owner"]], _struck(desk, "staff")
    employees = lives.accounts["employees"]
    age = traits.owner_age[:, None] + np.arange(desk.months)[None, :] / 12
    u = desk.draw("notes people", 2)
    keeps_books = (u[:, 0] < 0.25)[:, None]
    month = desk.world.first + traits.start[:, None] + np.arange(desk.months)[None, :]
    labour_short = ((month >= month_number(2016, 4)) & (month < month_number(2020, 3))) | (
        month >= month_number(2022, 7)
    )
    hires = employees > past(employees, 6)
    lent = lives.accounts["officer_loans_receivable"]
    waits = lives.delay.max(axis=2)
    return {
        "owner_ill": (owner > 0.10, owner > 0.30),
        "owner_old": ((age > 67) & ~traits.has_successor[:, None], None),
        "owner_away": (lives.stressed & (traits.honesty < 0.5)[:, None] & (waits > 0), None),
        "officer_loan": (lent > np.maximum(0.03 * traits.base_sales[:, None], 1e6), None),
        "staff_left": ((staff > 0.06) & ~keeps_books, staff > 0.20),
        "accountant_left": ((staff > 0.06) & keeps_books, None),
        "hiring_hard": (labour_short & (u[:, 1] < 0.5)[:, None] & ~hires, None),
        "wages_late": (lives.stressed & (waits >= 2), None),
        "successor_set": ((age > 58) & traits.has_successor[:, None], None),
        "hired": (hires, None),
    }


def _customers(desk: Desk) -> dict:
    failed, gone, late, new = (mark(desk, NOTICEABLE) for mark in (_failed, _gone, _late, _new))
    return {
        "customer_failed": (_recently(failed, 4), _recently(_failed(desk, MAIN), 6)),
        "customer_lost": (gone, _gone(desk, 0.2)),
        "customer_late": (late & ~_recently(failed, 4), None),
        "new_customer": (new, None),
    }


def _of_main_customers(desk: Desk) -> dict[str, np.ndarray]:
    return {
        "customer_failed": _recently(_failed(desk, MAIN), 4),
        "customer_lost": _gone(desk, MAIN),
        "customer_late": _late(desk, MAIN),
    }


def _weight(desk: Desk) -> np.ndarray:
    """Return the share of sales of each customer that is known by name (n, 1, 3)."""
    traits = desk.traits
    return ((1 - traits.cash_share)[:, None] * traits.customer_share[:, :3])[:, None, :]


def _orders(desk: Desk) -> np.ndarray:
    """Return two months' orders of each customer against his usual ones (n, months, 3): single ones vary."""
    billed = np.cumsum(desk.lives.issued, axis=1)
    billed[:, 2:] -= billed[:, :-2].copy()
    total = billed.sum(axis=2)[:, :, None]
    now = billed[:, :, :3] / np.maximum(total, 1.0)
    # where nothing is sold any more nobody has gone over to others
    return np.where(total > 0, now / np.maximum(desk.traits.customer_share[:, None, :3], 1e-9), 1.0)


def _failed(desk: Desk, least: float) -> np.ndarray:
    """Mark the months in which a customer of `least` of sales or more fails (n, months) bool."""
    return (desk.lives.customer_failed & (_weight(desk) >= least)).any(axis=2)


def _gone(desk: Desk, least: float) -> np.ndarray:
    """Mark the months in which such a customer orders no more, though he did not fail."""
    ever_failed = np.maximum.accumulate(desk.lives.customer_failed, axis=1)
    return ((_orders(desk) < STILL_GONE) & (_weight(desk) >= least) & ~ever_failed).any(axis=2)


def _late(desk: Desk, least: float) -> np.ndarray:
    """Mark the months in which such a customer, of a tenth of sales at the least, pays late."""
    t = np.minimum(desk.traits.start[:, None] + np.arange(desk.months)[None, :], desk.world.months - 1)
    late = desk.world.customer_late[t[:, :, None], desk.lives.customer] > 0
    return (late & (_weight(desk) > max(least, 0.10))).any(axis=2)


def _new(desk: Desk, least: float) -> np.ndarray:
    """Mark the months in which such a customer is new."""
    customer = desk.lives.customer
    previous = np.concatenate([np.repeat(customer[:, :1], 3, axis=1), customer[:, :-3]], axis=1)
    return ((customer != previous) & (_weight(desk) >= least) & (_orders(desk) > 0.3)).any(axis=2)


def _money(desk: Desk, seen: Books) -> dict:
    lives, traits, a = desk.lives, desk.traits, desk.lives.accounts
    waits = lives.delay.max(axis=2)
    owes = a["social_arrears"] + a["tax_arrears"]
    long = (owes > 0) & (past(owes, 10) > 0) & (past(owes, 5) > 0)
    tight = (seen.cash_months < 0.35) & (lives.stressed | (seen.cash_months < 0.2))
    paid_in = rolling(a["owner_paid_in"], 6)
    t = traits.start[:, None] + np.arange(desk.months)[None, :]
    age = t[:, :, None] - lives.loans["executed"]
    young = (age >= 0) & (age <= 2) & (lives.loans["balance"] > 0)
    elsewhere, fresh = (young & (lives.loans["lender"] > 0)).any(axis=2), young.any(axis=2)
    graced = (lives.loans["scheme"] == SCHEME["epidemic"]) & (lives.loans["balance"] > 0)
    since = t[:, :, None] - lives.loans["grace_until"]
    begun = (graced & (since >= 0) & (since <= 4)).any(axis=2)
    u = desk.draw("notes money", 1)
    return {
        "supplier_late": ((waits > 0) & (waits < 99), waits >= 2),
        "supplier_strict": ((waits >= 2) | ((waits > 0) & (past(waits, 3) > 0)), waits >= 3),
        "social_late": (a["social_arrears"] > 0, a["social_arrears"] > 0.4 * seen.monthly),
        "tax_late": (a["tax_arrears"] > 0, a["tax_arrears"] > 0.6 * seen.monthly),
        "seizure": (long & (owes > 0.15 * seen.monthly), None),
        "cash_tight": (tight, lives.stressed & (seen.cash_months < 0.2)),
        "cash_down": ((seen.cash_change < -0.4) & (seen.cash_months < 1.5), None),
        "owner_money": (paid_in > 0.25 * seen.monthly, None),
        "eased": (_recently(lives.eased, 12), _recently(lives.eased, 3)),
        "loan_elsewhere": (elsewhere, None),
        "loan_refused": (
            lives.stressed & (seen.cash_months < 0.3) & ~fresh & ~_recently(lives.eased, 9),
            None,
        ),
        "factoring": ((waits >= 2) & tight & (u < 0.4), None),
        "grace_end": (begun, None),
        "cash_rich": ((seen.cash_months > 2.5) & ~lives.stressed, None),
    }


def _business(desk: Desk, seen: Books) -> dict:
    traits, a, world = desk.traits, desk.lives.accounts, desk.world
    t = np.minimum(traits.start[:, None] + np.arange(desk.months)[None, :], world.months - 1)
    hit = world.epidemic[t, traits.industry[:, None]] < -0.03
    quality, disaster = _struck(desk, "quality"), _struck(desk, "disaster")
    stock, before_stock = a["inventories"], past(a["inventories"], 12)
    dead = np.minimum(a["dead_stock"] / np.maximum(stock, 1.0), 1.0) * (stock > 0.4 * seen.monthly)
    closes = desk.month_of_year == traits.year_end[:, None]
    spent = rolling(np.where(closes, 0.0, a["extraordinary_loss"]), 3)
    machines = a["depreciable_assets"]
    bought = rolling(np.maximum(machines - past(machines, 1) + a["depreciation"], 0.0), 3)
    year = np.maximum(seen.year_sales, 1.0)
    dearer = (world.material[t] - world.material[np.maximum(t - 12, 0)]) > 0.03
    u = desk.draw("notes business", 2)
    exposed = (traits.material * industry_table()["material_exposure"].to_numpy()[traits.industry]) > 0.15
    costs = dearer & exposed[:, None]
    passes = (traits.pass_through > 0.85)[:, None] & (seen.margin > past(seen.margin, 12) - 0.005)
    lawsuit = (quality > 0.18) & (u[:, :1] < 0.3)
    other = (quality > 0.04) | (disaster > 0.02)
    return {
        "sales_down": ((seen.change < -0.08) & ~hit, seen.change < -0.25),
        "epidemic": ((seen.change < -0.08) & hit, seen.change < -0.30),
        "orders_up": (seen.change > 0.08, None),
        "quality": ((quality > 0.04) & ~lawsuit, quality > 0.2),
        "lawsuit": (lawsuit, None),
        "disaster": (disaster > 0.03, None),
        "accident": ((spent > 0.25 * seen.monthly) & ~other, spent > 0.8 * seen.monthly),
        "deficit": (seen.margin < 0, seen.margin < -0.05),
        "profit_good": (seen.margin > 0.03, None),
        "invest_weak": ((rolling(bought, 6) > 0.10 * year) & (seen.change < -0.05), seen.change < -0.2),
        "invest_plan": ((bought > 0.03 * year) & (bought > 1.5e6), None),
        "costs_up": (costs & ~passes, None),
        "price_passed": (costs & passes, None),
        "stock_dead": (dead > 0.15, dead > 0.4),
        "stock_up": ((stock > 1.25 * before_stock) & (seen.change < 0) & (stock > 0.5 * seen.monthly), None),
    }


def _papers(desk: Desk, seen: Books) -> dict:
    lives, traits = desk.lives, desk.traits
    waits = lives.delay.max(axis=2)
    supply = desk.supply
    # taken over by a new adviser lately; books that used to come and do not any more
    moved = (supply.adviser_months < 4) & (supply.adviser >= 0)
    stopped = ~supply.books & _recently(supply.books, 10) & desk.in_sight()
    poor = (traits.bookkeeping < 0.3)[:, None]
    asked = _recently(lives.stressed, 3) & (waits > 0)
    return {
        "enquiries": (asked, None),
        "ruin_talk": (asked & (waits >= 2) & (seen.cash_months < 0.5), None),
        "trial_late": (stopped | (poor & (traits.stage == 1)[:, None]), stopped),
        "papers_poor": (np.broadcast_to(poor, waits.shape), None),
        "adviser_changed": (moved, None),
    }


def _struck(desk: Desk, cause: str) -> np.ndarray:
    """Return the blow dealt by a cause within the last eight months (n, months): the gap heals for years."""
    gap = desk.lives.gap[:, :, CAUSE[cause]]
    blow = np.maximum(gap - past(gap, 1), 0.0)
    out = blow.copy()
    for lag in range(1, TALKED_OF):
        out[:, lag:] = np.maximum(out[:, lag:], blow[:, :-lag])
    return out


def _recently(mark: np.ndarray, months: int) -> np.ndarray:
    """Mark the month of an event and those after it, `months` in all."""
    out = mark.copy()
    for lag in range(1, months):
        out[:, lag:] |= mark[:, :-lag]
    return out
