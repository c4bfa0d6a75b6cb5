"""The economy that all firms share: demand, prices, wages, interest, named shocks, a pool of customers."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from simulator.draws import world_generator

BURN_IN_MONTHS = 24  # lived before the first reported month, so that books and closings have a past
TAIL_MONTHS = 12  # the world goes on a little, so that items issued at the end know when they are paid
NEVER = 1_000_000  # a month index that never comes
POOL = 1500  # customers outside the portfolio; fixed, so that no portfolio firm influences another

# Twelve monthly factors, January first, mean 1: orders of magnitude by hand (no published index was at hand)
SEASONS: dict[str, tuple[float, ...]] = {
    "plain": (0.95, 0.97, 1.08, 0.98, 0.96, 1.00, 1.01, 0.95, 1.02, 1.02, 1.01, 1.05),
    "harvest": (0.60, 0.60, 0.75, 0.80, 0.90, 1.00, 1.15, 1.15, 1.40, 1.50, 1.25, 0.90),
    "building": (0.93, 0.97, 1.30, 0.82, 0.85, 0.96, 0.97, 0.93, 1.10, 0.98, 1.02, 1.17),
    "yearend": (0.92, 0.93, 1.06, 0.98, 0.95, 0.97, 1.01, 0.96, 0.99, 1.01, 1.03, 1.19),
    "retail": (0.99, 0.90, 1.03, 0.98, 0.98, 0.97, 1.04, 0.99, 0.95, 0.99, 1.00, 1.18),
    "dining": (0.96, 0.91, 1.05, 1.00, 1.02, 0.95, 1.02, 1.06, 0.95, 0.98, 0.98, 1.12),
    "winter": (1.15, 1.12, 1.05, 0.96, 0.92, 0.90, 0.95, 0.97, 0.92, 0.94, 1.00, 1.12),
    "summer": (0.83, 0.80, 1.00, 0.97, 1.15, 0.90, 1.05, 1.35, 0.98, 1.08, 1.03, 0.86),
}
# share of the epidemic's full fall in sales by (year, month), straight lines between
EPIDEMIC_PATH = (
    ((2020, 1), 0.0), ((2020, 4), 0.8), ((2020, 5), 1.0), ((2020, 10), 0.35), ((2021, 1), 0.5),
    ((2021, 9), 0.45), ((2021, 12), 0.2), ((2022, 2), 0.3), ((2022, 12), 0.10), ((2023, 5), 0.05),
    ((2023, 12), 0.0),
)  # fmt: skip
# log level of material prices and of wages, straight lines between; the rise from 2021 on is the named shock
MATERIAL_PATH = (
    ((2013, 1), 0.00), ((2014, 12), 0.04), ((2016, 6), -0.03), ((2018, 12), 0.03), ((2020, 12), 0.00),
    ((2021, 12), 0.08), ((2022, 12), 0.17), ((2023, 12), 0.19), ((2025, 12), 0.23),
)  # fmt: skip
WAGE_PATH = (
    ((2013, 1), 0.00), ((2020, 12), 0.06), ((2022, 6), 0.08), ((2023, 6), 0.105), ((2024, 6), 0.145),
    ((2025, 12), 0.19),
)  # fmt: skip
# log level of demand in the whole economy: the quiet boom to 2018, the tax rise, dear imports (by hand)
ECONOMY_PATH = (
    ((2013, 1), -0.01), ((2015, 1), -0.005), ((2018, 6), 0.030), ((2019, 12), 0.015), ((2020, 12), 0.0),
    ((2022, 6), 0.0), ((2024, 1), -0.005), ((2025, 12), 0.0),
)  # fmt: skip
RATE_PATH = (((2013, 1), 1.9), ((2016, 6), 1.3), ((2023, 12), 1.25), ((2025, 12), 1.9))  # per cent a year
# on ordinary deposits: near nothing until the rises of 2024 and 2025
DEPOSIT_RATE = (
    ((1995, 1), 0.02),
    ((2016, 3), 0.001),
    ((2024, 4), 0.02),
    ((2024, 9), 0.10),
    ((2025, 3), 0.20),
)
CONSUMPTION_TAX = (((1989, 4), 0.03), ((1997, 4), 0.05), ((2014, 4), 0.08), ((2019, 10), 0.10))
GUARANTEE_FREE_FROM, GUARANTEE_FREE_TO = (
    (2020, 5),
    (2021, 3),
)  # the epidemic's interest-free loans were granted


def month_number(year: int, month: int) -> int:
    """Return months since year 0; the axis of all calendars here."""
    return year * 12 + month - 1


def _path(points: tuple, months: np.ndarray) -> np.ndarray:
    return np.interp(months, [month_number(*when) for when, _ in points], [value for _, value in points])


@cache
def industry_table() -> pd.DataFrame:
    """Read the parameters of the 27 industries, by code."""
    return pd.read_csv(files("simulator") / "industries.csv", dtype={"code": str, "season": str}).set_index(
        "code"
    )


@cache
def by_industry(name: str) -> np.ndarray:
    """Return one parameter of the industries (27,), in the table's order."""
    return industry_table()[name].to_numpy()


@dataclass(frozen=True)
class World:
    """What happens to everybody; arrays run from `first` (a month number), burn-in included.

    demand (T, 27) log level · epidemic (T, 27) the part of it that the epidemic takes, ≤ 0 · season (27, 12)
    log · material, wages (T,) log · interest, deposit_rate (T,) per cent a year · tax (T,) consumption
    tax · customer_late (T, POOL) months by which a customer pays late · customer_fails (POOL,) index of the
    month, or NEVER · disaster (T, 47) by prefecture, share of a month's trade lost.
    """

    seed: int
    first: int
    reported_months: int
    demand: np.ndarray
    epidemic: np.ndarray
    season: np.ndarray
    material: np.ndarray
    wages: np.ndarray
    interest: np.ndarray
    deposit_rate: np.ndarray
    tax: np.ndarray
    customer_late: np.ndarray
    customer_fails: np.ndarray
    disaster: np.ndarray
    month_of_year: np.ndarray
    month_ends: np.ndarray

    @property
    def months(self) -> int:
        """Months lived: burn-in and reported ones, without the tail."""
        return BURN_IN_MONTHS + self.reported_months

    def index(self, year: int, month: int) -> int:
        """Return the place of a calendar month on the arrays' axis (may lie outside)."""
        return month_number(year, month) - self.first


def month_end_dates(numbers: np.ndarray) -> np.ndarray:
    """Return the last days of months given by number, as datetime64[D]."""
    numbers = np.asarray(numbers)
    # many rows, few months: a day is worked out once a month
    first = numbers.min() if numbers.size else 0
    months = np.arange(first, numbers.max(initial=first) + 1)
    ends = (months - 1970 * 12 + 1).astype("datetime64[M]").astype("datetime64[D]") - np.timedelta64(1, "D")
    return ends[numbers - first]


def make_world(seed: int, *, first_month: str, months: int) -> World:
    """Make the world of a seed; it does not depend on how many firms live in it.

    Parameters
    ----------
    seed : int, 0 or more
    first_month : str, ``YYYY-MM``
        First reported month.
    months : int, 13 or more
        Reported months; the same world goes on when more are asked for.

    Raises
    ------
    ValueError
        If the month is not ``YYYY-MM`` or fewer than 13 months are asked for.

    Examples
    --------
    >>> make_world(1, first_month="2015-01", months=24).months
    48
    >>> make_world(1, first_month="2015-01", months=3)
    Traceback (most recent call last):
    ValueError: 13 months or more are needed for one closing with a year before it, got 3
    """
    if months < 13:
        raise ValueError(f"13 months or more are needed for one closing with a year before it, got {months}")
    start = np.datetime64(first_month, "M")
    first = int(start.astype(int)) + 1970 * 12 - BURN_IN_MONTHS
    total = BURN_IN_MONTHS + months + TAIL_MONTHS
    numbers = first + np.arange(total)
    table = industry_table()

    epidemic = np.log1p(_path(EPIDEMIC_PATH, numbers)[:, None] * table["epidemic"].to_numpy()[None, :])
    cycles = _industry_cycles(seed, total, len(table))
    late, fails = _customers(seed, numbers)
    return World(
        seed=seed,
        first=first,
        reported_months=months,
        demand=_path(ECONOMY_PATH, numbers)[:, None] + cycles + epidemic,
        epidemic=epidemic,
        season=np.log(np.array([SEASONS[name] for name in table["season"]])),
        material=_path(MATERIAL_PATH, numbers),
        wages=_path(WAGE_PATH, numbers),
        interest=_path(RATE_PATH, numbers),
        deposit_rate=_step(DEPOSIT_RATE, numbers),
        tax=_step(CONSUMPTION_TAX, numbers),
        customer_late=late,
        customer_fails=fails,
        disaster=_disasters(seed, total),
        month_of_year=numbers % 12 + 1,
        month_ends=month_end_dates(numbers),
    )


def _step(points: tuple, months: np.ndarray) -> np.ndarray:
    since = np.array([month_number(*when) for when, _ in points])
    return np.array([value for _, value in points])[np.searchsorted(since, months, side="right") - 1]


def _industry_cycles(seed: int, total: int, industries: int) -> np.ndarray:
    """Slow swings of demand: one of the economy and one of each industry, log, (T, 27)."""
    noise = world_generator(seed, "cycles").standard_normal((total, industries + 1))
    out = np.zeros((total, industries + 1))
    for t in range(1, total):
        out[t] = 0.97 * out[t - 1] + 0.008 * noise[t]  # stationary spread 3 %: an ordinary cycle
    return out[:, 1:] + out[:, :1]


def _customers(seed: int, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """When customers outside the portfolio pay late and fail: late (T, POOL), fails (POOL,)."""
    total = len(numbers)
    random = world_generator(seed, "customers")
    slack = random.beta(
        1.0, 10.0, POOL
    )  # a customer's habit of paying a month late, 9 % of months in the mean
    years = numbers / 12.0
    # 3 % a year fail, fewer while epidemic aid lasts, more in the wave after it
    calendar = np.interp(
        years, [2020.2, 2020.6, 2021.9, 2022.8, 2024.0, 2026.0], [1.0, 0.5, 0.55, 1.2, 1.5, 1.3]
    )
    draw = world_generator(seed, "customer failures").random((total, POOL))
    failing = draw < (0.030 / 12 * calendar)[:, None]
    fails = np.where(failing.any(axis=0), failing.argmax(axis=0), NEVER)
    ahead = fails[None, :] - np.arange(total)[:, None]
    habit = world_generator(seed, "customer habits").random((total, POOL)) < slack
    late = habit.astype(np.int8)
    late[habit & (world_generator(seed, "customer disputes").random((total, POOL)) < 0.2)] = 2
    late[(ahead > 0) & (ahead <= 8) & (draw > 0.3)] = 1
    late[(ahead > 0) & (ahead <= 3) & (draw > 0.5)] = 2
    return late, fails


def _disasters(seed: int, total: int) -> np.ndarray:
    """Weather and earthquakes by prefecture: share of a month's trade lost, (T, 47)."""
    strikes = world_generator(seed, "disasters").random((total, 47)) < 0.004
    force = world_generator(seed, "disaster force").uniform(0.1, 0.6, (total, 47))
    return np.where(strikes, force, 0.0)
