"""A month's trade before anything is paid: what is sold, used up, bought and owed for work."""

from dataclasses import dataclass

import numpy as np

from simulator.columns import across
from simulator.moment import Moment
from simulator.shocks import (
    Drive,
    blame,
    closing_share,
    compete,
    cost_levels,
    lose_customers,
    strike,
    venture,
)
from simulator.terms import CUSTOMER_SLOTS

DRAWS, NORMALS = 16, 4  # numbers a month and firm: the first four as normals, the rest as uniforms
BONUS_MONTHS = (7, 12)
STOCKING_STAYS, STOCKING_MOVES = 0.94, 0.14  # a month; log: stock wanders by 0.4 in the long run
PAYS_BONUS = np.isin(np.arange(13), BONUS_MONTHS)  # by month of the year
# lump sums of the epidemic: month paid, least fall in sales, months of loss, most yen (orders of magnitude)
LUMP_SUMS = (((2020, 7), 0.40, 12, 2e6), ((2021, 5), 0.45, 2, 6e5), ((2022, 4), 0.25, 5, 2e6))


@dataclass(frozen=True)
class Month:
    """One month's trade, whole yen; (n,) unless said otherwise."""

    sales: np.ndarray
    material: np.ndarray  # used
    outsourcing: np.ndarray
    staff_pay: np.ndarray
    officer_pay: np.ndarray
    other: np.ndarray
    subsidy: np.ndarray
    one_off: np.ndarray  # an accident, repairs, compensation: an extraordinary loss that is paid
    sunk: np.ndarray  # put into a new branch, a building, a friend's business: assets that will not earn
    dead_stock: np.ndarray  # share of stock that stops moving
    wanted_stock: np.ndarray  # yen
    failed_customer: np.ndarray  # (n, 3) bool: fails this month
    customer: np.ndarray  # (n, 3) place in the pool


def trade_month(moment: Moment, drive: Drive, z: np.ndarray, u: np.ndarray, odd: np.ndarray) -> Month:
    """Move `drive` on by one month and return the month's trade.

    Parameters
    ----------
    moment : Moment
    drive : Drive
        Changed in place.
    z, u : (n, NORMALS), (n, DRAWS)
        Normals and the uniforms they come from; each is used in one of the two forms only.
    odd : (n, 3) normals
        What makes stock, other costs and overtime differ from month to month.
    """
    world, traits, t = moment.world, moment.traits, moment.t
    base = traits.base_sales / 12
    material, wages = cost_levels(moment)
    drive.permanent += traits.growth + 0.06 * traits.volatility * z[:, 0]
    drive.cycle = 0.93 * drive.cycle + 0.15 * traits.volatility * z[:, 1]
    drive.efficiency = 0.97 * drive.efficiency + 0.0022 * z[:, 2]
    drive.stocking = STOCKING_STAYS * drive.stocking + STOCKING_MOVES * odd[:, 0]
    failed, customer = lose_customers(moment, drive, u[:, 4:7])
    claims, dead = strike(moment, drive, u[:, 7:13])

    lost = (1 - traits.cash_share)[:, None] * traits.customer_share[:, :CUSTOMER_SLOTS] * drive.lost
    market = world.demand[t, traits.industry] + drive.permanent + drive.cycle
    level = market - across(drive.gap) + np.log1p(-lost.sum(axis=1))
    season = world.season[traits.industry, world.month_of_year[t] - 1] * traits.season_strength
    still = closing_share(moment, drive)
    compete(moment, drive, u[:, 13:15])
    volume = base * still * np.exp(level + season + 0.6 * traits.volatility * z[:, 3])
    rise = traits.material * material + (traits.staff + traits.officers) * wages
    drive.price += 0.10 * (traits.pass_through * rise - drive.price)
    drive.trend += 0.15 * (level - drive.trend)
    _manage(moment, drive)

    bonus = PAYS_BONUS[world.month_of_year[t]] * traits.bonus_months / 2
    staff = (
        base * traits.staff * drive.heads / traits.employees * np.exp(wages + 0.02 * odd[:, 2])
        * 12 / (12 + traits.bonus_months) * (1 + bonus)
    )  # fmt: skip
    fixed = base * traits.other * np.exp(0.25 * wages + 0.09 * odd[:, 1])
    saved = (drive.efficiency + drive.repair) * base * np.exp(drive.capacity)
    month = Month(
        sales=np.rint(volume * np.exp(drive.price)),
        material=np.rint(volume * traits.material * np.exp(material)),
        outsourcing=np.rint(volume * traits.outsourcing * np.exp(0.5 * wages)),
        staff_pay=np.rint(staff * still),
        officer_pay=np.rint(base * traits.officers * drive.officer_pay * still),
        other=np.rint(
            np.maximum(fixed * np.exp(0.6 * drive.capacity) - saved, 0.25 * fixed) * (0.2 + 0.8 * still)
        ),
        subsidy=_subsidy(moment),
        one_off=claims,
        sunk=venture(moment, drive, u[:, 15]),
        dead_stock=dead,
        wanted_stock=traits.stock_months * base * still * np.exp(drive.trend + drive.stocking + material),
        failed_customer=failed,
        customer=customer,
    )
    blame(moment, drive, sales=month.sales, level=level, lost=lost, customer=customer)
    return month


def _manage(moment: Moment, drive: Drive) -> None:
    """Costs follow sales slowly, quicker down in the hands of good managers who see a loss."""
    traits, yearly_margin = moment.traits, moment.yearly_margin
    losing = yearly_margin < 0
    down = 0.05 + 0.09 * traits.management * (1 + losing)
    speed = np.where(drive.trend > drive.capacity, 0.08, down)
    drive.capacity += speed * (drive.trend - drive.capacity)
    step = np.where(losing, 0.0008 + 0.0030 * traits.management, np.where(yearly_margin > 0.03, -0.0010, 0.0))
    drive.repair = np.clip(drive.repair + step, -0.01, traits.repair_limit)
    # people are whole: somebody comes or goes when the work of most of one is there or gone
    work = np.maximum(traits.employees * np.exp(drive.capacity), 1.0)
    drive.heads = np.where(np.abs(work - drive.heads) > 0.7, np.maximum(np.rint(work), 1.0), drive.heads)
    # tax law lets officers' pay change once, within three months of the closing, or when things get bad
    since = (moment.world.month_of_year[moment.t] - traits.year_end) % 12
    settles = (since == 3) | ((since == 9) & (yearly_margin < -0.05))
    pay = np.where(yearly_margin < -0.01, -0.09, np.where(yearly_margin > 0.03, 0.06, 0.0))
    pay = np.where(settles, pay, 0.0)
    drive.officer_pay = np.clip(drive.officer_pay + pay, 0.5, 2.5)


def _subsidy(moment: Moment) -> np.ndarray:
    """Public money in the epidemic: for staff by the month, and three lump sums, where own sales fell far."""
    world, traits, t, fell = moment.world, moment.traits, moment.t, -moment.sales_change
    # the money for staff comes for a quarter at once, months after
    aided = (t >= world.index(2020, 8)) & (t <= world.index(2022, 5)) & (world.month_of_year[t] % 3 == 2)
    staff = np.where(aided & (fell > 0.15), 0.9 * fell * traits.staff * traits.base_sales / 4, 0.0)
    total = np.floor(staff / 1000) * 1000
    for when, least, months, most in LUMP_SUMS:
        sum_lost = np.maximum(fell, 0.0) * months * moment.monthly_sales
        paid = np.minimum(np.floor(sum_lost / 1e5) * 1e5, np.where(traits.base_sales > 5e8, 1.25, 1.0) * most)
        total = total + np.where((t == world.index(*when)) & (fell >= least), paid, 0.0)
    return total
