"""Who spoke with which firm, and when: the bank, the association, the tax adviser, more often in trouble."""

from dataclasses import dataclass

import numpy as np

from simulator.draws import normals
from simulator.notes.picks import shares
from simulator.seen.desk import Desk, days
from simulator.seen.endings import endings
from simulator.seen.supply import ALL
from simulator.world import month_number

ROLES = ("bank_officer", "association_officer", "tax_adviser")
BANK, ASSOCIATION, ADVISER = range(3)
CHANNELS = ("visit", "phone", "counter", "online")
KEPT_AWAY = (month_number(2020, 4), month_number(2021, 9))  # when visits were avoided and feasts called off
# notes a year on an ordinary firm by role; no published figure: a bank's staff call on a small borrower about
# once a year, the association seldom before a firm reschedules, an adviser passes on few of his monthly notes
A_YEAR = (0.95, 0.12, 1.6)
HABIT_SPREAD = 0.8  # log; leaves every fifth firm two years without a note
# times as often: in trouble, in the two months after rescheduling, in the year after it
IN_TROUBLE, JUST_EASED, EASED = (2.2, 1.6, 1.5), (4.0, 12.0, 1.0), (1.5, 6.0, 1.0)
# by role, in ordinary times and while visits were avoided (2020-04 to 2021-09); online only since
CHANNEL_SHARES = np.array([
    [[0.66, 0.22, 0.12, 0.00], [0.30, 0.52, 0.10, 0.08]],
    [[0.36, 0.42, 0.22, 0.00], [0.10, 0.72, 0.10, 0.08]],
    [[0.78, 0.11, 0.11, 0.00], [0.42, 0.28, 0.06, 0.24]],
])  # fmt: skip
ONLINE_AFTER = 0.07  # share of talks held online since
# visits by month, January first: fewer in August and at the ends of half-years, more before the year's end
BY_MONTH = np.array([0.95, 1.0, 0.8, 0.95, 1.05, 1.1, 1.1, 0.8, 0.9, 1.1, 1.1, 1.15])
LAG = np.array([9.0, 12.0, 20.0])  # days until a note is handed on, at most, by role
# holidays on fixed days and on Mondays (month, which), about as they were; 12-29 to 01-03 is nobody in
CLOSED = ("01-01", "01-02", "01-03", "02-11", "03-20", "04-29", "05-03", "05-04", "05-05", "08-11", "09-23",
          "11-03", "11-23", "12-29", "12-30", "12-31")  # fmt: skip
MONDAYS = ((1, 2), (7, 3), (9, 3), (10, 2))


@dataclass(frozen=True)
class Visits:
    """Talks that were written down, by firm and day; (n,) each."""

    firm: np.ndarray  # place in the chunk
    k: np.ndarray  # month of the firm's life
    role: np.ndarray  # place in ROLES
    channel: np.ndarray  # place in CHANNELS
    day: np.ndarray
    known: np.ndarray
    month: np.ndarray  # number of the calendar month
    adviser: np.ndarray  # (firms, months) code of the adviser then, -1: none, or none that may pass notes on
    chance: np.ndarray  # one drawn number, to be spread out into what is said and how

    def __len__(self) -> int:
        return len(self.firm)


def visits(desk: Desk) -> Visits:
    """Return the talks of all firms that were written down: one a month at most.

    Parameters
    ----------
    desk : Desk

    Returns
    -------
    Visits
        Sorted by firm and day, on working days, none after a firm failed or left.
    """
    u = desk.draw_months("notes visits", 4)
    adviser = _advisers(desk)
    rates = _rates(desk, adviser)
    edges = np.cumsum(rates, axis=2)
    firm, k = np.nonzero(desk.in_sight(24) & (u[:, :, 0] < edges[:, :, -1]))
    role = (u[firm, k, 0][:, None] >= edges[firm, k]).sum(axis=1)
    u = u[firm, k]
    lag = shares(u[:, 3], 1)[:, 0]
    month = desk.world.first + desk.traits.start[firm] + k
    day = np.busday_offset(
        desk.day(firm, k) - days(26 * u[:, 1]), 0, roll="modifiedpreceding", holidays=_holidays(desk)
    )
    known = day + days(1 + LAG[role] * lag**2)
    seen = Visits(firm, k, role, _channels(role, month, u[:, 2]), day, known, month, adviser, u[:, 3])
    last = np.fmin(endings(desk).default_on, desk.ends_on)
    return _only(seen, (seen.day <= last[firm]) & (seen.known <= desk.ends_on[firm]))


def _only(seen: Visits, keep: np.ndarray) -> Visits:
    rows = {name: value if name == "adviser" else value[keep] for name, value in vars(seen).items()}
    return Visits(**rows)


def _advisers(desk: Desk) -> np.ndarray:
    """Return the number of each firm's adviser (n, months), -1 where none may pass notes on."""
    supply = desk.supply
    code = (desk.traits.prefecture[:, None] + 1) * 1000 + supply.adviser.astype(np.int64)
    return np.where((supply.consent >= ALL) & (supply.adviser >= 0), code, -1)


def _rates(desk: Desk, adviser: np.ndarray) -> np.ndarray:
    """Return the chance of a written talk by firm, month and role (n, months, 3)."""
    lives = desk.lives
    habit = np.exp(
        HABIT_SPREAD * normals(desk.world.seed, "seen notes habit", desk.traits.number, 3)
        - HABIT_SPREAD**2 / 2
    )
    # what a visitor knows of is what was so at the end of the month before
    trouble, fresh = before(lives.stressed), _within(lives.eased, 2)
    eased = _within(lives.eased, 12)
    has = np.stack([np.ones_like(trouble), np.ones_like(trouble), adviser >= 0], axis=2)
    season = BY_MONTH[desk.month_of_year - 1]
    rate = np.empty((*trouble.shape, 3))
    for role in range(3):
        times = np.where(trouble, IN_TROUBLE[role], 1.0) * np.where(eased, EASED[role], 1.0)
        times = times * np.where(fresh, JUST_EASED[role], 1.0) * season
        often = np.minimum(A_YEAR[role] / 12 * habit[:, role], 0.6)[:, None]
        rate[:, :, role] = often * has[:, :, role] * times
    total = rate.sum(axis=2, keepdims=True)
    return rate * np.minimum(1.0, 0.9 / np.maximum(total, 1e-9))


def before(flag: np.ndarray) -> np.ndarray:
    """Return what was so a month ago (n, months) bool; in the first month nothing was."""
    return np.pad(flag, ((0, 0), (1, 0)))[:, :-1]


def _within(flag: np.ndarray, months: int) -> np.ndarray:
    """Mark where something happened in one of the `months` months before this one."""
    count = np.cumsum(np.pad(flag, ((0, 0), (months + 1, 0))), axis=1)
    return count[:, months:-1] > count[:, : -months - 1]


def _channels(role: np.ndarray, month: np.ndarray, u: np.ndarray) -> np.ndarray:
    kept_away = (month >= KEPT_AWAY[0]) & (month <= KEPT_AWAY[1])
    shares = CHANNEL_SHARES[role, kept_away.astype(int)]
    later = (month > KEPT_AWAY[1])[:, None]
    online = np.array([0.0, 0.0, 0.0, ONLINE_AFTER])
    shares = np.where(later, shares * (1 - ONLINE_AFTER) + online, shares)
    return np.minimum((u[:, None] >= np.cumsum(shares, axis=1)).sum(axis=1), len(CHANNELS) - 1)


def _holidays(desk: Desk) -> np.ndarray:
    years = np.unique(desk.world.month_ends.astype("datetime64[Y]"))
    fixed = [f"{year}-{day}" for year in years for day in CLOSED]
    mondays = [
        np.busday_offset(f"{year}-{month:02d}", which - 1, roll="forward", weekmask="Mon")
        for year in years
        for month, which in MONDAYS
    ]
    return np.array([*fixed, *mondays], dtype="datetime64[D]")
