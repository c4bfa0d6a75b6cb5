"""One month as it is for the firms of a chunk: the calendar month, how sales run, who is not yet in sight."""

from dataclasses import dataclass

import numpy as np

from simulator.columns import across
from simulator.firms import Traits
from simulator.world import BURN_IN_MONTHS, World

LENIENT_FROM, LENIENT_TO = (2020, 4), (2021, 9)  # the epidemic's requests to lenders, order of dates by hand
LEAST_WIND_DOWN, MOST_WIND_DOWN, STAFF_A_MONTH = 3, 12, 10  # months, and staff who lengthen them by one
REMEMBERED = 24  # months of sales and profits kept at hand


@dataclass
class Recent:
    """Sales, ordinary profit and the same with depreciation added, of the last 24 months (n, 24) yen."""

    sales: np.ndarray
    ordinary: np.ndarray
    cash: np.ndarray

    def push(self, lines: dict[str, np.ndarray]) -> None:
        """Add the month's profit and loss lines and forget the oldest."""
        operating = lines["sales"] - lines["cost_of_sales"] - lines["selling_general_admin"]
        ordinary = operating + lines["nonoperating_income"] - lines["nonoperating_expenses"]
        for kept, value in (
            (self.sales, lines["sales"]),
            (self.ordinary, ordinary),
            (self.cash, ordinary + lines["depreciation"]),
        ):
            kept[:, :-1] = kept[:, 1:]
            kept[:, -1] = value


@dataclass(frozen=True)
class Moment:
    """One month; (n,) per firm."""

    world: World
    traits: Traits
    k: int  # month of the firms' lives
    t: np.ndarray  # index of the calendar month on the world's axis
    monthly_sales: np.ndarray  # yen, mean of the last twelve months
    yearly_margin: np.ndarray  # ordinary profit ÷ sales of the last twelve months
    sales_change: np.ndarray  # last three months against the same a year before, as the crisis schemes ask
    protected: np.ndarray  # bool: not yet in the portfolio, so the owner pays whatever lacks
    closes: np.ndarray  # bool: the business year ends
    closing: np.ndarray  # bool: the owner gave up and trade is wound down
    wound_up: np.ndarray  # bool: trade has ended, all that is owed is due


def aid_runs(moment: Moment) -> np.ndarray:
    """Mark the firms that live in the months in which banks were told to be lenient (n,) bool."""
    world, t = moment.world, moment.t
    return (t >= world.index(*LENIENT_FROM)) & (t <= world.index(*LENIENT_TO))


def wind_down_months(traits: Traits) -> np.ndarray:
    """Return the months until trade has ended once the owner gave up (n,): more with many staff."""
    return np.clip(LEAST_WIND_DOWN + traits.employees // STAFF_A_MONTH, LEAST_WIND_DOWN, MOST_WIND_DOWN)


def first_recent(traits: Traits) -> Recent:
    """Return a steady past for firms that open their books."""
    month = np.repeat(traits.base_sales[:, None] / 12, REMEMBERED, axis=1)
    ordinary = month * traits.margin[:, None]
    return Recent(
        month, ordinary, ordinary + month * (traits.depreciable * traits.depreciation_rate)[:, None]
    )


def moment_of(world: World, traits: Traits, recent: Recent, closes_at: np.ndarray, k: int) -> Moment:
    """Return month `k` of the firms' lives; past the span's end the last month stands in."""
    t = np.minimum(traits.start + k, world.months - 1)
    yearly = across(recent.sales[:, -12:])
    ago = np.maximum(across(recent.sales[:, -15:-12]), 1.0)
    return Moment(
        world=world,
        traits=traits,
        k=k,
        t=t,
        monthly_sales=yearly / 12,
        yearly_margin=across(recent.ordinary[:, -12:]) / np.maximum(yearly, 1.0),
        sales_change=across(recent.sales[:, -3:]) / ago - 1,
        protected=t < np.maximum(traits.join, BURN_IN_MONTHS),
        closes=world.month_of_year[t] == traits.year_end,
        closing=t >= closes_at,
        wound_up=t >= closes_at + wind_down_months(traits),
    )
