"""Lives as seen from the institution's desk: who is in sight when, and what a table must look like."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from intake.contracts import contract, empty_table
from simulator.columns import running
from simulator.draws import uniforms
from simulator.firms import Traits
from simulator.life import Lives
from simulator.seen.items import Items, payable_items, receivable_items
from simulator.seen.supply import Supply, supply_of
from simulator.world import BURN_IN_MONTHS, World, month_end_dates

DAY = np.timedelta64(1, "D")
# Project defaults; tax law wants a closing within two months, or three: later ones come of poor bookkeeping
SLOW_CLOSINGS = 0.30  # by the square of what lacks in bookkeeping: handed in one to five months later still
NO_CLOSING = 0.03  # by what lacks in bookkeeping: never handed in
LATEST_CLOSING = 275  # days, nine months: then the next year's is near
LAST_BANK = 904  # see terms.draw_banks
PAST_MONTHS = 26  # closings handed in with the first application reach this far back


@dataclass(frozen=True)
class Desk:
    """A chunk of lives and when each firm is in sight; `k` counts months of a firm's own life."""

    world: World
    lives: Lives

    @property
    def traits(self) -> Traits:
        """Return the firms' traits."""
        return self.lives.traits

    @property
    def months(self) -> int:
        """Return the length of the month axis of the lives."""
        return self.lives.accounts["sales"].shape[1]

    @property
    def today(self) -> np.datetime64:
        """Return the last day of the span; what becomes known later is in no table."""
        return self.world.month_ends[self.world.months - 1]

    @cached_property
    def firm_ids(self) -> np.ndarray:
        """Firm ids of eight digits (n,)."""
        return np.array([f"{number:08d}" for number in self.traits.number], dtype=object)

    @cached_property
    def first_k(self) -> np.ndarray:
        """First month in sight (n,)."""
        return np.maximum(self.traits.join, BURN_IN_MONTHS) - self.traits.start

    @cached_property
    def last_k(self) -> np.ndarray:
        """Last month in sight (n,); before `first_k` for firms that never come in."""
        return np.where(self.lives.ended >= 0, self.lives.ended, self.lives.months - 1)

    @cached_property
    def appears(self) -> np.ndarray:
        """Whether a firm comes in within the span (n,)."""
        return self.first_k <= self.last_k

    @cached_property
    def joined_on(self) -> np.ndarray:
        """Day a firm became known (n,); those there from the beginning within 13 months before it."""
        entered = month_end_dates(self.world.first + self.traits.join)
        before = np.floor(30 + 365 * self.draw("joined", 1)[:, 0]).astype(int)
        return np.where(
            self.traits.is_entrant, entered, self.world.month_ends[BURN_IN_MONTHS - 1] - before * DAY
        )

    @cached_property
    def ends_on(self) -> np.ndarray:
        """Last day on which a firm hands anything in (n,)."""
        return self.day(np.arange(len(self.traits)), self.last_k)

    @cached_property
    def month_of_year(self) -> np.ndarray:
        """Calendar month 1..12 of each month of life (n, months)."""
        # laid out by months, as the lives are: arrays that lie alike are worked on together
        return ((self.world.first + self.traits.start[None, :] + np.arange(self.months)[:, None]) % 12 + 1).T

    @cached_property
    def receivables(self) -> Items:
        """Every invoice to customers."""
        return receivable_items(self.lives)

    @cached_property
    def payables(self) -> Items:
        """Every bill of suppliers."""
        return payable_items(self.lives)

    @cached_property
    def troubled(self) -> np.ndarray:
        """Months in which a firm lately was short of money more than once (n, months) bool."""
        sums = running(np.pad(self.lives.stressed, ((0, 0), (6, 0))).astype(np.int16))
        return sums[:, 6:] - sums[:, :-6] >= 2

    @cached_property
    def supply(self) -> Supply:
        """What each firm gives in each month."""
        return supply_of(self)

    @cached_property
    def year_ends(self) -> tuple[np.ndarray, np.ndarray]:
        """(firm, k) of every business year's end that closings could speak of."""
        k = np.arange(self.months)[None, :]
        past = np.maximum(self.first_k - PAST_MONTHS, 11)[:, None]
        year_end = self.month_of_year == self.traits.year_end[:, None]
        return np.nonzero(year_end & (k >= past) & (k <= self.last_k[:, None]) & self.appears[:, None])

    @cached_property
    def closings(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(firm, k, known day) of every annual closing handed in: in two to five months, some in nine."""
        traits = self.traits
        firm, k = self.year_ends
        u = self.draw_at("closing lag", 4, firm, k)
        poor, troubled = 1 - traits.bookkeeping[firm], self.troubled[firm, k]
        lag = 62 + 45 * poor + 28 * u[:, 0] + 18 * troubled
        slow = u[:, 1] < 0.01 + SLOW_CLOSINGS * poor**2 + 0.05 * troubled
        new_adviser = self.supply.adviser_months[firm, k] < 12
        lag += np.where(slow, 30 + 110 * u[:, 2], 0.0) + np.where(new_adviser, 20 + 40 * u[:, 2], 0.0)
        known = self.day(firm, k) + days(np.minimum(lag, LATEST_CLOSING))
        known = np.where(traits.is_entrant[firm], np.maximum(known, self.joined_on[firm]), known)
        # what comes with the first application is whole; later some years never come
        never = u[:, 3] < 0.005 + NO_CLOSING * poor + 0.05 * (troubled & (traits.honesty[firm] < 0.5))
        handed = (known <= self.ends_on[firm]) & ~(never & (k >= self.first_k[firm]))
        return firm[handed], k[handed], known[handed]

    def consents(self, firm: np.ndarray, known: np.ndarray, scope: int) -> np.ndarray:
        """Whether firms' consent reaches `scope` over the whole month of a day."""
        month = known.astype("datetime64[M]").astype(np.int64) + 1970 * 12
        k = month - self.world.first - self.traits.start[firm]
        return self.supply.consent[firm, np.clip(k, 0, self.months - 1)] >= scope

    def day(self, firm: np.ndarray, k: np.ndarray) -> np.ndarray:
        """Return the last day of month `k` of firms' lives."""
        return month_end_dates(self.world.first + self.traits.start[firm] + k)

    def draw(self, purpose: str, width: int) -> np.ndarray:
        """Draw uniforms for all firms (n, width)."""
        return uniforms(self.world.seed, f"seen {purpose}", self.traits.number, width)

    def draw_months(self, purpose: str, width: int) -> np.ndarray:
        """Draw uniforms for all firms and months of life (n, months, width)."""
        out = np.empty((width, self.months, len(self.traits)))  # laid out as the lives are
        for k in range(self.months):
            out[:, k] = uniforms(self.world.seed, f"seen {purpose}", self.traits.number, width, month=k).T
        return out.T

    def draw_at(self, purpose: str, width: int, firm: np.ndarray, k: np.ndarray) -> np.ndarray:
        """Draw uniforms for some months of life (m, width): those of `draw_months`, and no others.

        Firms and months are sorted by firm, and none comes twice.
        """
        out = np.empty((len(firm), width), order="F")
        by_month = np.argsort(k, kind="stable")
        begins = np.searchsorted(k[by_month], np.arange(self.months + 1))
        for month in np.flatnonzero(np.diff(begins)):
            rows = by_month[begins[month] : begins[month + 1]]
            numbers = self.traits.number[firm[rows]]
            out[rows] = uniforms(self.world.seed, f"seen {purpose}", numbers, width, month=int(month))
        return out

    def in_sight(self, since: np.ndarray | int = 0) -> np.ndarray:
        """Mark the months within the portfolio, none before month `since` of life (n, months) bool."""
        k = np.arange(self.months)[:, None]
        first = np.maximum(self.first_k, since)
        return ((k >= first[None, :]) & (k <= self.last_k[None, :])).T

    def bank_names(self, firm: np.ndarray, place: np.ndarray | int) -> np.ndarray:
        """Return codes of the firms' banks; place 0 is the main bank."""
        names = np.array([f"bank:{number:04d}" for number in range(LAST_BANK + 1)], dtype=object)
        return names[self.traits.banks[firm, place]]


def days(count: np.ndarray | float) -> np.ndarray:
    """Return whole days, as timedelta64."""
    return np.floor(count).astype("timedelta64[D]")


def bank_traits(desk: Desk) -> np.ndarray:
    """Return uniforms by number of the bank (banks, 3): slack with reports, having a system, eagerness."""
    numbers = np.arange(LAST_BANK + 1)
    return uniforms(desk.world.seed, "banks", numbers, 3)


def text(words: np.ndarray, place: np.ndarray) -> pd.api.extensions.ExtensionArray:
    """Return words by their places, as a column of text; -1 is none.

    A word is turned into text once, however many rows have it.

    Examples
    --------
    >>> text(np.array(["a", "b"], dtype=object), np.array([1, 1, -1])).tolist()
    ['b', 'b', nan]
    """
    return pd.array(words, dtype="str").take(place, allow_fill=True)


def row_ids(desk: Desk, firm: np.ndarray, letter: str, day: np.ndarray) -> np.ndarray:
    """Return ids of rows that come once a firm and day, as ``00000017-M2020-03-31``."""
    tag = np.char.add(f"-{letter}", day.astype("datetime64[D]").astype(str)).astype(object)
    return desk.firm_ids[firm] + tag


def finish(desk: Desk, table: str, columns: dict | pd.DataFrame) -> pd.DataFrame:
    """Make a raw table: its contract's columns and types, what is known by the span's end, sorted by key.

    Raises
    ------
    KeyError
        If a column of the contract is missing.
    """
    rules, frame = contract(table), pd.DataFrame(columns, copy=False)
    here = np.flatnonzero(frame["known_date"].to_numpy() <= desk.today)
    # only keys are sorted; every other value is moved once, to where it stays
    keys = frame[list(rules.key)].iloc[here].set_axis(here, axis=0)
    order = keys.sort_values(list(rules.key), kind="stable").index.to_numpy()
    typed = {
        name: frame[name].iloc[order].astype(dtype).array for name, dtype in empty_table(table).dtypes.items()
    }
    return pd.DataFrame(typed, copy=False)
