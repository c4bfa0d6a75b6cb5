"""How firms leave the portfolio: overdue, subrogation, bankruptcy, repaid; and the truth about it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from simulator.distress import FILING_COST
from simulator.seen.desk import DAY, Desk, days, finish
from simulator.seen.workdays import last_workday, next_workday, workday_late_in_month
from simulator.shocks import CAUSES

NOT = np.datetime64("NaT", "D")
# a trustee reads the books of a bankrupt firm; of the others less comes out (project defaults)
FOUND_BY_TRUSTEE, FOUND_AFTER_CLAIM = 0.7, 0.25
LEAST_CHECK, MOST_CHECK = 45, 180  # days from the first on which a bank may claim until it is paid (default)
# days of the month on which loans are paid, the last one its end, and shares of firms (project defaults)
PAYMENT_DAYS = np.array([5, 10, 15, 20, 25, 31])
PAYMENT_SHARES = (0.10, 0.14, 0.10, 0.12, 0.20, 0.34)


@dataclass(frozen=True)
class Endings:
    """Days of what happened to each firm (n,) datetime64[D], NaT if it did not."""

    overdue_on: np.ndarray
    subrogated_on: np.ndarray
    bankrupt_on: np.ndarray
    repaid_on: np.ndarray

    @property
    def default_on(self) -> np.ndarray:
        """Return the first of the three ways of default, NaT if none."""
        far = np.datetime64("2200-01-01", "D")
        dates = [
            np.where(np.isnat(d), far, d) for d in (self.overdue_on, self.subrogated_on, self.bankrupt_on)
        ]
        first = np.minimum.reduce(dates)
        return np.where(first == far, NOT, first)


def endings(desk: Desk) -> Endings:
    """Return when each firm in the portfolio came to which end, within the span or after it."""
    lives = desk.lives
    every, last = np.arange(len(desk.traits)), np.maximum(desk.last_k, 0)
    u = desk.draw("endings", 3)
    stopped, overdue = (lives.stopped >= 0) & desk.appears, (lives.overdue >= 0) & desk.appears

    def on(happens: np.ndarray, day: np.ndarray) -> np.ndarray:
        return np.where(happens, day, NOT)

    # a court wants its fees before it opens proceedings: who has nothing left just stops, and falls overdue
    files = stopped & (lives.accounts["cash_deposits"][every, last] >= FILING_COST)
    files_later = overdue & ~lives.viable
    falls_overdue = overdue | (stopped & ~files)
    ninetieth = next_workday(_due_on(desk, last - lives.missed + 1) + 90 * DAY)
    stops_on = desk.day(every, last)
    filed_on = last_workday(stops_on - days(15 * u[:, 0]))
    bankrupt_on = np.where(files, filed_on, next_workday(ninetieth + days(20 + 300 * u[:, 1])))
    # a bank may claim 90 days after the due date, or the filing that makes all due; then the claim is checked
    may_claim = np.where(falls_overdue, ninetieth, filed_on + 90 * DAY)
    claim_on = next_workday(may_claim + days(LEAST_CHECK + (MOST_CHECK - LEAST_CHECK) * u[:, 2]))
    owed = (lives.loans["balance"] * (lives.loans["scheme"] > 0))[every, last].sum(axis=1) > 0
    return Endings(
        overdue_on=on(falls_overdue, ninetieth),
        subrogated_on=on((stopped | overdue) & owed, claim_on),
        bankrupt_on=on(files | files_later, bankrupt_on),
        repaid_on=on((lives.repaid >= 0) & desk.appears, last_workday(stops_on)),
    )


def _due_on(desk: Desk, k: np.ndarray) -> np.ndarray:
    """Return when each firm's loan payment of month `k` (n,) falls due; where banks are closed, later."""
    every = np.arange(len(desk.traits))
    place = np.searchsorted(np.cumsum(PAYMENT_SHARES)[:-1], desk.draw("payment day", 1)[:, 0], side="right")
    day = desk.day(every, k - 1) + PAYMENT_DAYS[place] * DAY
    return next_workday(np.minimum(day, desk.day(every, k)))


def not_after_default(desk: Desk, firm: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Return days (k,) of firms (k,), none of them after the firm's default: a month may end after it."""
    default = endings(desk).default_on[firm]
    return np.where(np.isnat(default), day, np.minimum(day, default))


def dressing_found(desk: Desk) -> tuple[np.ndarray, np.ndarray]:
    """Return the day on which a firm's dressed books were found, and the day it was known; NaT: never.

    While it lives by a bank's or adviser's check, after its failure by the trustee, months later.
    """
    record, ends, every = desk.lives.dressed, endings(desk), np.arange(len(desk.traits))
    u = desk.draw("dressing found", 3)
    alive = (record.found > desk.first_k) & (record.found <= desk.last_k)
    found_on = np.where(alive, desk.day(every, np.where(alive, record.found, 0)), NOT)
    failed = ~np.isnat(ends.default_on) & np.isnat(ends.repaid_on)
    trustee = ~np.isnat(ends.bankrupt_on)
    comes_out = u[:, 0] < np.where(trustee, FOUND_BY_TRUSTEE, FOUND_AFTER_CLAIM)
    later = np.where(trustee, ends.bankrupt_on, ends.default_on) + days(60 + 540 * u[:, 1])
    found_on = np.where(~alive & failed & comes_out, later, found_on)
    # nobody finds what nobody was handed, and the last closing handed in must still have something in it
    firm, k, known = desk.closings
    at = np.searchsorted(record.firm * desk.months + record.k, firm * desk.months + k)
    at = np.minimum(at, max(len(record.firm) - 1, 0))
    layer = np.zeros(len(firm), dtype=bool)
    if len(record.firm):
        layer = (record.firm[at] == firm) & (record.k[at] == k) & (record.balance[at] != 0).any(axis=1)
    first_known = np.full(len(every), np.datetime64("2200-01-01", "D"))
    np.minimum.at(first_known, firm[layer], known[layer])
    last = np.zeros(len(every), dtype=bool)
    last[firm] = layer  # closings of a firm come in the order of time
    handed = first_known < np.datetime64("2200-01-01", "D")
    found_on = np.where(handed & (alive | last) & (found_on > first_known), found_on, NOT)
    return found_on, found_on + days(5 + 40 * u[:, 2])


def events(desk: Desk) -> pd.DataFrame:
    """Return the `events` table: what happened and when the institution came to know it."""
    ends, u = endings(desk), desk.draw("event lags", 5)  # four are used; a row of four would be others
    parts = [
        ("overdue_90d", ends.overdue_on, 10 + 18 * u[:, 0]),
        ("bankruptcy", ends.bankrupt_on, 4 + 24 * u[:, 1]),
        ("subrogation", ends.subrogated_on, 1 + 6 * u[:, 2]),
        ("paid_off", ends.repaid_on, 8 + 10 * u[:, 3]),
    ]
    frames, (found_on, found_known) = [], dressing_found(desk)
    firm = np.flatnonzero(~np.isnat(found_on))
    frames.append(_event_rows(desk, firm, "dressing_confirmed", found_on[firm], found_known[firm]))
    for kind, on, lag in parts:
        firm = np.flatnonzero(~np.isnat(on))
        frames.append(_event_rows(desk, firm, kind, on[firm], on[firm] + days(lag[firm])))
    firm, on, known = rescheduled(desk)
    frames.append(_event_rows(desk, firm, "rescheduling", on, known))
    return finish(desk, "events", pd.concat(frames, ignore_index=True))


def rescheduled(desk: Desk) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return firm, day and day known of every rescheduling.

    Signed late in its month; where a loan is guaranteed the association consents beforehand, and hears of it
    at once. Others' own loans are heard of weeks later.
    """
    loans = desk.lives.loans
    firm, k = np.nonzero(desk.lives.eased & desk.in_sight())
    u = desk.draw_months("rescheduling", 2)[firm, k]
    covered = ((loans["balance"][firm, k] > 0) & (loans["scheme"][firm, k] > 0)).any(axis=1)
    on = workday_late_in_month(desk.day(firm, k), u[:, 0])
    return firm, on, on + days(np.where(covered, 6 * u[:, 1], 10 + 20 * u[:, 1]))


def _event_rows(desk: Desk, firm, kind, on, known) -> pd.DataFrame:
    return pd.DataFrame({"firm_id": desk.firm_ids[firm], "kind": kind, "event_date": on, "known_date": known})


def truth_lives(desk: Desk) -> pd.DataFrame:
    """Return truth/lives: one row per firm that came in; causes are named for the firms that failed."""
    ends, lives, traits = endings(desk), desk.lives, desk.traits
    here = np.flatnonzero(desk.appears)
    default = np.where(lives.repaid >= 0, NOT, ends.default_on)
    failed = ~np.isnat(default)
    sign = (lives.first_sign >= 0) & failed
    cause = np.where(failed, np.array(CAUSES, dtype=object)[np.maximum(lives.cause, 0)], None)
    # a month's sign is dated on its end, a failure within it earlier
    seen_on = desk.world.month_ends[np.maximum(lives.first_sign, 0)]
    kind = np.where(default == ends.overdue_on, "overdue_90d", "bankruptcy")
    frame = pd.DataFrame({
        "firm_id": desk.firm_ids,
        "number": traits.number,
        "cause": cause,
        "first_sign_date": np.where(sign, np.minimum(seen_on, default), NOT),
        "default_date": default,
        "default_kind": np.where(failed, kind, None),
        "joined_on": desk.joined_on,
        "left_on": np.where(lives.ended >= 0, desk.ends_on, NOT),
        "honesty": traits.honesty,
        "management": traits.management,
        "bookkeeping": traits.bookkeeping,
        "owner_wealth": traits.wealth,
        "structural_margin_pct": 100 * traits.margin,
        "stage": traits.stage,
    }).iloc[here]  # fmt: skip
    dates = ["first_sign_date", "default_date", "joined_on", "left_on"]
    return frame.astype(
        dict.fromkeys(dates, "datetime64[ms]") | dict.fromkeys(["firm_id", "cause", "default_kind"], "str")
    ).reset_index(drop=True)
