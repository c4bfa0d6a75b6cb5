"""How a firm keeps its books between closings: what it leaves for the year's end, what it books with tax.

The true books are complete in every month. Those handed in balance too, and look better or worse than the
year by what is not in them yet.
"""

from dataclasses import dataclass

import numpy as np

from simulator.columns import running
from simulator.seen.desk import Desk
from simulator.trade import BONUS_MONTHS, PAYS_BONUS

# Project defaults: how many firms keep their months so is not published; a large source of false signals.
# Chances that a thing is done, at the worst bookkeeping and by how much the best is above that.
DEPRECIATES = (0.25, 0.60)
COUNTS_STOCK = (0.20, 0.70)
ACCRUES = (0.35, 0.65)  # wages' insurance, unpaid wages and interest; the others book them when paid
SPREADS_BONUS = (0.05, 0.35)  # over the months before; the others book it when paid
# 税込経理: share of firms with at most so many staff that book gross of consumption tax
WITH_TAX, WITH_TAX_STAFF = 0.12, 20


@dataclass(frozen=True)
class Habits:
    """Which habits a firm has (n,) bool; they stay."""

    no_depreciation: np.ndarray
    no_counting: np.ndarray
    when_paid: np.ndarray
    spreads_bonus: np.ndarray
    with_tax: np.ndarray


def habits(desk: Desk) -> Habits:
    """Return the habits of a chunk's firms."""
    traits = desk.traits
    u, more = desk.draw("interim habits", 2), desk.draw("more interim habits", 3)

    def does(draw: np.ndarray, chance: tuple[float, float]) -> np.ndarray:
        return draw <= chance[0] + chance[1] * traits.bookkeeping

    when_paid = ~does(more[:, 0], ACCRUES)
    return Habits(
        no_depreciation=~does(u[:, 0], DEPRECIATES),
        no_counting=~does(u[:, 1], COUNTS_STOCK),
        when_paid=when_paid,
        spreads_bonus=does(more[:, 1], SPREADS_BONUS) & (traits.bonus_months > 0) & ~when_paid,
        with_tax=(more[:, 2] < WITH_TAX) & (traits.employees <= WITH_TAX_STAFF),
    )


@dataclass(frozen=True)
class Months:
    """Months asked for (m,), and the closing before each of them."""

    firm: np.ndarray
    k: np.ndarray
    since: np.ndarray  # months of the business year so far, 1..12
    opening: np.ndarray  # month of life of the last closing; 0 before the first

    def at(self, values: np.ndarray) -> np.ndarray:
        """Return values (n, months) of the months."""
        return values[self.firm, self.k]

    def put_off(self, values: np.ndarray, who: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return by how much balances (n, months) moved since the closing, and in the month itself (m,) each.

        Nothing for firms of which `who` (n,) is false.
        """
        here, mine = values[self.firm, self.k], who[self.firm]
        before = values[self.firm, np.maximum(self.k - 1, 0)]
        year, month = here - values[self.firm, self.opening], here - before
        return np.where(mine, year, 0.0), np.where(mine, month, 0.0)


def interim(desk: Desk, firm: np.ndarray, k: np.ndarray, columns: dict) -> dict:
    """Return months as they are kept.

    Parameters
    ----------
    desk : Desk
    firm, k : (m,) int
        Place in the chunk and month of life.
    columns : dict of (m,) yen
        Complete parts of the chart of accounts of each month.

    Returns
    -------
    dict of (m,) yen
        Still balanced. Over a year the months add up to the closing but for depreciation, stock-taking, what
        was not paid yet, and taxes.
    """
    accounts, has, traits = desk.lives.accounts, habits(desk), desk.traits
    since = (desk.month_of_year[firm, k] - traits.year_end[firm] - 1) % 12 + 1
    months = Months(firm, k, since, np.maximum(k - since, 0))
    out = dict(columns)

    sums = running(accounts["depreciation"])
    year, month = months.put_off(sums, has.no_depreciation)
    machines = np.rint(month * traits.factory_share[firm])
    _add(out, depreciation=-month, cost_of_sales=-machines, selling_general_admin=machines - month)
    _add(out, depreciable_assets=year, retained_earnings=year)

    # what is bought counts as used up: the change in stock is missing in the cost
    year, month = months.put_off(accounts["inventories"], has.no_counting)
    _add(out, inventories=-year, retained_earnings=-year, cost_of_sales=month)

    # last closing's unpaid items stand until the next one, and each month's cost is what was paid
    year, month = months.put_off(accounts["accrued_expenses"], has.when_paid)
    _add(out, accrued_expenses=-year, retained_earnings=year)
    aside, part = _bonus(desk, months, has.spreads_bonus)
    _add(out, accrued_expenses=aside, retained_earnings=-aside)
    wages = part - month
    workshop = np.rint(wages * traits.factory_share[firm])
    _add(out, cost_of_sales=workshop, selling_general_admin=wages - workshop)
    _without_year_end_entries(desk, months, out, has.no_counting)
    _gross_of_tax(desk, months, out, has.with_tax)
    return out


def _add(out: dict, **changes: np.ndarray) -> None:
    for name, change in changes.items():
        out[name] = out[name] + change


def _bonus(desk: Desk, months: Months, who: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what is set aside for the next bonus, and the month's part of it (m,): as much as the last took.

    A closing has none: it is no expense for the tax office before it is paid.
    """
    accounts, traits = desk.lives.accounts, desk.traits
    staff = accounts["personnel_expenses"] - accounts["officers_compensation"]
    half = traits.bonus_months[:, None] / 2
    paid = np.where(PAYS_BONUS[desk.month_of_year], np.rint(staff * half / (1 + half)), 0.0)
    calendar, (first, second) = months.at(desk.month_of_year), BONUS_MONTHS
    # months since the last bonus, and from it to the next
    into = np.where((calendar >= first) & (calendar < second), calendar - first, (calendar - second) % 12)
    to_second, to_first = second - first, first + 12 - second
    length = np.where((calendar >= first) & (calendar < second), to_second, to_first)
    last = paid[months.firm, np.maximum(months.k - into, 0)]
    aside = np.rint(last * np.minimum(into, months.since) / length)
    before = np.rint(last * np.minimum(np.maximum(into - 1, 0), months.since - 1) / length)
    # the month that pays a bonus takes back what was set aside for it
    length_before = np.where(calendar == first, to_first, to_second)
    earlier = paid[months.firm, np.maximum(months.k - length_before, 0)]
    back = np.rint(earlier * np.minimum(length_before - 1, months.since - 1) / length_before)
    before = np.where(into == 0, back, before)
    mine = who[months.firm]
    return np.where(mine, aside, 0.0), np.where(mine, aside - before, 0.0)


def _without_year_end_entries(desk: Desk, months: Months, out: dict, no_counting: np.ndarray) -> None:
    """Leave income tax and stock write-downs of a closing month out: they are booked with the closing."""
    tax, settled = out["income_taxes"], months.at(desk.lives.accounts["tax_settled"])
    # what was paid halfway still stands as paid in advance
    _add(out, income_taxes=-tax, income_taxes_payable=settled - tax, suspense_payments=settled)
    _add(out, retained_earnings=tax)
    dead = desk.lives.accounts["dead_stock"]
    fall = np.maximum(dead[months.firm, np.maximum(months.k - 1, 0)] - months.at(dead), 0.0)
    written = np.where(no_counting[months.firm], fall, 0.0)
    _add(out, extraordinary_loss=-written, cost_of_sales=written)


def _gross_of_tax(desk: Desk, months: Months, out: dict, who: np.ndarray) -> None:
    """Book sales and costs with consumption tax; the running year's own is in no account until closing.

    What is due halfway through the year is charged to taxes and dues then, as is the tax on machines.
    """
    mine = who[months.firm]
    sold, bought = (np.where(mine, months.at(tax), 0.0) for tax in taxes(desk))
    running = desk.lives.accounts["vat"]
    owed = np.where(mine, months.at(running), 0.0)
    before = np.where(mine & (months.since > 1), running[months.firm, np.maximum(months.k - 1, 0)], 0.0)
    _add(out, sales=sold, cost_of_sales=bought)
    _add(out, selling_general_admin=sold - bought - (owed - before), retained_earnings=owed)
    # with the year's own tax left out what is owed to the tax office may turn into a claim, or back
    net = months.at(desk.lives.accounts["vat_net"])
    payable, claim = np.maximum(net - owed, 0.0) - np.maximum(net, 0.0), np.maximum(owed - net, 0.0)
    _add(out, consumption_taxes_payable=payable, other_current_assets=claim - np.maximum(-net, 0.0))


def taxes(desk: Desk) -> tuple[np.ndarray, np.ndarray]:
    """Return the consumption tax in each month's sales and in what suppliers billed (n, months), yen."""
    place = desk.traits.start[:, None] + np.arange(desk.months)[None, :]
    rate = desk.world.tax[np.minimum(place, desk.world.months - 1)]
    billed = desk.lives.bought.sum(axis=2)
    on_sales = rate * desk.traits.taxable[:, None]
    return np.rint(desk.lives.accounts["sales"] * on_sales), billed - np.rint(billed / (1 + rate))


def year_with_tax(desk: Desk, firm: np.ndarray, k: np.ndarray, columns: dict) -> dict:
    """Return closings of firms that book with tax: sales and costs gross of it, the tax itself an expense.

    Profit and balances are as without it: stock and machines are taken without tax here.
    """
    mine, out = habits(desk).with_tax[firm], dict(columns)
    sold, bought = (
        np.where(mine, sums[firm, k] - np.where(k >= 12, sums[firm, np.maximum(k - 12, 0)], 0.0), 0.0)
        for sums in (np.cumsum(tax, axis=1) for tax in taxes(desk))
    )
    _add(out, sales=sold, cost_of_sales=bought, selling_general_admin=sold - bought)
    return out
