"""Figures of a firm that people cite in a talk: as its papers show them, at each month's end."""

from dataclasses import dataclass

import numpy as np

from simulator.layers import TAXED
from simulator.seen import interim
from simulator.seen.desk import Desk


def past(values: np.ndarray, months: int) -> np.ndarray:
    """Return (n, months) values as they were some months before; the first month stands in for earlier."""
    first = np.repeat(values[:, :1], months, axis=1)
    return np.concatenate([first, values[:, :-months]], axis=1)


def rolling(values: np.ndarray, months: int) -> np.ndarray:
    """Return sums over the `months` months that end with each month (n, months)."""
    sums = np.cumsum(values, axis=1)
    before = np.concatenate([np.zeros((len(values), months)), sums[:, :-months]], axis=1)
    return sums - before


@dataclass(frozen=True)
class Books:
    """Figures that people cite, at each month's end (n, months); months and shares are plain numbers.

    Sales are with consumption tax where a firm books them so.
    """

    monthly: np.ndarray  # yen of sales a month, mean of twelve
    change: np.ndarray  # sales of three months against the same a year before
    cash: np.ndarray  # yen
    cash_months: np.ndarray
    cash_change: np.ndarray  # against a year before
    margin: np.ndarray  # ordinary profit ÷ sales of twelve months
    year_sales: np.ndarray  # yen, twelve months, as the closing shows them where one ends
    year_profit: np.ndarray  # yen, ordinary, as the last closing shows it


def books(desk: Desk) -> Books:
    """Return the figures that a firm's papers show: true in the months, dressed in the closings of some."""
    a = desk.lives.accounts
    net = np.ascontiguousarray(a["sales"])
    sales = np.where(interim.habits(desk).with_tax[:, None], net + interim.taxes(desk)[0], net)
    ordinary = net - a["cost_of_sales"] - a["selling_general_admin"]
    ordinary = ordinary + a["nonoperating_income"] - a["nonoperating_expenses"]
    year, quarter = rolling(sales, 12), rolling(sales, 3)
    cash = np.ascontiguousarray(a["cash_deposits"])
    more_sales, more_profit = _dressed(desk)
    profit = rolling(ordinary + more_profit, 12)
    return Books(
        monthly=year / 12,
        change=quarter / np.maximum(past(quarter, 12), 1.0) - 1,
        cash=cash,
        cash_months=12 * cash / np.maximum(year, 1.0),
        cash_change=cash / np.maximum(past(cash, 12), 1.0) - 1,
        margin=profit / np.maximum(year, 1.0),
        year_sales=year + more_sales,
        year_profit=profit,
    )


def _dressed(desk: Desk) -> tuple[np.ndarray, np.ndarray]:
    """Return by how much closings show more sales and ordinary profit than there were (n, months), yen."""
    record = desk.lives.dressed
    sales, profit = np.zeros((2, len(desk.traits), desk.months))
    if record is not None and len(record.firm):
        # what is taken off again is an extraordinary loss
        ordinary = np.where(record.corrected[:, None], 0.0, record.booked)
        made = np.maximum(ordinary[:, TAXED], 0.0).sum(axis=1)
        tax = desk.world.tax[desk.traits.start[record.firm] + record.k] * desk.traits.taxable[record.firm]
        sales[record.firm, record.k] = np.rint(made / (1 + tax)) + record.round_sales
        profit[record.firm, record.k] = ordinary.sum(axis=1)
    return sales, profit
