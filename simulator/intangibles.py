"""Software and the like: bought now and then, written off in equal parts over five years."""

import numpy as np

from simulator.draws import uniforms
from simulator.moment import Moment

LIFE = 60  # months that tax law gives software and what opening cost (定額法, nothing is left at the end)
LEAST_PRICE = 3e5  # yen: what costs less is an expense at once in a small firm's books
PRICE_SHARE, PRICE_SPREAD = 0.002, 0.5  # of a year's sales beyond that; log (project defaults)
BOUGHT_A_YEAR = 0.0008  # of a year's sales, by firms of middling order in their books (project default)


def write_down(schedule: np.ndarray, k: int) -> np.ndarray:
    """Take the month's write-down (n,) yen out of the schedule (n, LIFE): place `k` % LIFE is month `k`."""
    part = schedule[:, k % LIFE].copy()
    schedule[:, k % LIFE] = 0.0
    return part


def spread(schedule: np.ndarray, amount: np.ndarray, k: int) -> None:
    """Write an amount (n,) off in equal parts from the month after `k` on, to the yen.

    Examples
    --------
    >>> schedule = np.zeros((1, LIFE))
    >>> spread(schedule, np.array([600_007.0]), 3)
    >>> [float(write_down(schedule, k)[0]) for k in (3 + 1, 3 + LIFE)]
    [10000.0, 10007.0]
    """
    part = np.floor(amount / LIFE)
    schedule += part[:, None]
    schedule[:, k % LIFE] += amount - LIFE * part  # the place that comes last


def half_written(amount: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Return the schedule (n, LIFE) of what was bought before a life began, `u` (n,) of its time left."""
    left = 1 + np.floor(u * LIFE)
    part = np.floor(amount / left)
    schedule = np.where(np.arange(LIFE)[None, :] < left[:, None], part[:, None], 0.0)
    schedule[:, 0] += amount - left * part
    return schedule


def renewal(moment: Moment, spare: np.ndarray) -> np.ndarray:
    """Return what a month's new software costs before tax (n,) yen: seldom anything, and only out of plenty.

    `spare` (n,) is the cash that nothing else needs.
    """
    traits, base = moment.traits, moment.traits.base_sales
    u = uniforms(moment.world.seed, "software", traits.number, 2, month=moment.k)
    price = LEAST_PRICE + PRICE_SHARE * base * np.exp(PRICE_SPREAD * (4 * u[:, 0] - 2))
    price = np.floor(price / 1e4) * 1e4
    buys = u[:, 1] < BOUGHT_A_YEAR / 12 * (0.5 + traits.bookkeeping) * base / price
    return np.where(buys & (price < spare / 3) & (moment.yearly_margin > 0), price, 0.0)
