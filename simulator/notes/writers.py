"""Who writes: posts at banks, associations and advisers, who holds them when, and each writer's habits."""

from dataclasses import dataclass

import numpy as np

from simulator.draws import uniforms
from simulator.notes.picks import shares, spread
from simulator.notes.visits import ADVISER, BANK, Visits
from simulator.seen.desk import Desk
from simulator.world import month_number

DESKS = (12, 8)  # posts a bank and an association have for their firms; an adviser writes himself
TENURE = ((24, 48), (24, 48), (60, 144))  # months in a post by role (人事異動 every two to four years)
MOVES = np.array([3, 6, 9])  # people change posts in April, July and October (month of the year from 0)
HELD = 24  # holders of a post that are drawn: enough for half a century
ERAS = (month_number(2023, 4), month_number(2024, 7))  # who began since writes in forms not used before
HABITS = 16  # drawn numbers a writer; shares of habits are project defaults: nobody publishes notes
LENGTHS = np.array([1, 2, 3, 4, 5, 6, 8, 12])  # usual numbers of sentences


@dataclass(frozen=True)
class Writers:
    """Who wrote each note (n,), and the habits of those writers (writers, …)."""

    who: np.ndarray  # (n,) place in the arrays below
    is_new: np.ndarray  # (n,) bool: in the post for less than four months
    number: np.ndarray  # post × HELD + holder: the same person in every chunk
    era: np.ndarray  # 0, 1, 2: how many of ERAS lie before the writer began
    sentences: np.ndarray  # usual number, 1..12
    style: np.ndarray  # 0 memo, 1 plain, 2 polite
    layout: np.ndarray  # 0 prose, 1 bullets, 2 strokes, 3 headings, 4 lines
    digits: np.ndarray  # bool: full-width
    unit: np.ndarray  # 0 万円, 1 百万円, 2 千円
    changes: np.ndarray  # 0 ▲3％, 1 3％減, 2 97％
    small_talk: np.ndarray  # shares of notes …
    figures: np.ndarray
    opens: np.ndarray
    closes: np.ndarray
    copies: np.ndarray
    sloppy: np.ndarray
    talkative: np.ndarray  # times as likely to note denials, rumours, what-ifs
    frames: np.ndarray  # (writers,) bits of the frames that come easily


def writers(desk: Desk, seen: Visits) -> Writers:
    """Return who wrote each note; a firm's writers stay until they are moved.

    Parameters
    ----------
    desk : Desk
    seen : Visits (n talks)

    Returns
    -------
    Writers
    """
    post = _posts(desk, seen)
    unique, place = np.unique(post, return_inverse=True)
    role = np.zeros(len(unique), dtype=int)
    role[place] = seen.role
    u = uniforms(desk.world.seed, "notes writers", unique, 2 * HELD)
    begins = _begins(desk, role, u[:, :HELD])
    holder = (begins[place] <= seen.month[:, None]).sum(axis=1) - 1
    since = begins[place, holder]
    number, first, who = np.unique(post * HELD + holder, return_index=True, return_inverse=True)
    return Writers(
        who=who,
        is_new=seen.month - since < 4,
        number=number,
        era=(since[first, None] >= np.array(ERAS)).sum(axis=1),
        **_habits(u[place[first], HELD + holder[first]], seen.role[first]),
    )


def _posts(desk: Desk, seen: Visits) -> np.ndarray:
    """Return the post that a firm belongs to at its main bank or association, or its adviser (n,)."""
    u = desk.draw("notes posts", 2)[seen.firm]
    bank = desk.traits.banks[seen.firm, 0] * DESKS[0] + np.floor(DESKS[0] * u[:, 0]).astype(int)
    area = desk.traits.prefecture[seen.firm]
    association = 20_000 + area * DESKS[1] + np.floor(DESKS[1] * u[:, 1]).astype(int)
    adviser = 30_000 + seen.adviser[seen.firm, seen.k]
    return np.choose(seen.role, [bank, association, adviser])


def _begins(desk: Desk, role: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Return the month in which each holder of a post began (posts, HELD), numbers of calendar months."""
    low, high = np.array(TENURE)[role].T
    stays = np.floor(low[:, None] + (high - low)[:, None] * u).astype(int)
    begins = np.empty(u.shape, dtype=int)
    begins[:, 0] = desk.world.first - np.floor(u[:, 0] * low).astype(int)
    for place in range(1, HELD):
        begins[:, place] = _next_move(begins[:, place - 1] + stays[:, place])
    return begins


def _next_move(month: np.ndarray) -> np.ndarray:
    wait = (MOVES[None, :] - month[:, None]) % 12
    return month + wait.min(axis=1)


def _habits(u: np.ndarray, role: np.ndarray) -> dict[str, np.ndarray]:
    """Return what is each writer's own, out of one drawn number each."""
    words = spread(u, 1, salt=1)[:, 0]
    u = shares(u, HABITS)
    adviser = role == ADVISER

    def pick(column: int, shares: tuple[float, ...]) -> np.ndarray:
        return np.searchsorted(np.cumsum(shares)[:-1], u[:, column], side="right")

    style = pick(1, (0.36, 0.54, 0.10))
    style = np.where((role == BANK) & (u[:, 1] > 0.94), 0, style)  # bankers seldom write politely
    return {
        "sentences": LENGTHS[pick(0, (0.07, 0.10, 0.16, 0.20, 0.19, 0.14, 0.09, 0.05))],
        "style": style,
        "layout": pick(2, (0.60, 0.15, 0.07, 0.06, 0.12)),
        "digits": u[:, 3] < 0.22,
        "unit": pick(4, (0.55, 0.33, 0.12)),
        "changes": pick(5, (0.45, 0.35, 0.20)),
        "small_talk": np.where(adviser, 0.3, 1.0) * 0.35 * u[:, 6] ** 2,
        "figures": 0.15 + 0.6 * u[:, 7] + 0.2 * adviser,
        "opens": np.where(u[:, 8] < 0.25, 0.0, 0.2 + 0.8 * u[:, 8]),
        "closes": 0.6 * u[:, 9] ** 1.5,
        "copies": np.where(u[:, 10] > 0.75, 1.6 * (u[:, 10] - 0.75), 0.0),
        "sloppy": 0.3 * u[:, 11] ** 3,
        "talkative": 0.4 + 1.2 * u[:, 12],
        "frames": words,
    }
