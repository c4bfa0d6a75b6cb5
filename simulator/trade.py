"""A month's trade before anything is paid: what is sold, used up, bought and owed for work."""

from dataclasses import dataclass

import numpy as np

from simulator.firms import Traits
from simulator.moment import Moment
from simulator.shocks import Drive, blame, cost_levels, lose_customers, strike
from simulator.terms import CUSTOMER_SLOTS

DRAWS = 16  # numbers a month and firm: the first four as normals, the rest as uniforms
BONUS_MONTHS = (7, 12)


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
    dead_stock: np.ndarray  # share of stock that stops moving
    wanted_stock: np.ndarray  # yen
    failed_customer: np.ndarray  # (n, 3) bool: fails this month
    customer: np.ndarray  # (n, 3) place in the pool


def trade_month(moment: Moment, drive: Drive, z: np.ndarray, u: np.ndarray) -> Month:
    """Move `drive` on by one month and return the month's trade.

    Parameters
    ----------
    moment : Moment
    drive : Drive
        Changed in place.
    z, u : (n, DRAWS)
        Normals and the uniforms they come from; each is used in one of the two forms only.
    """
    world, traits, t = moment.world, moment.traits, moment.t
    base = traits.base_sales / 12
    material, wages = cost_levels(moment)
    drive.permanent += traits.growth + 0.11 * traits.volatility * z[:, 0]
    drive.cycle = 0.93 * drive.cycle + 0.22 * traits.volatility * z[:, 1]
    drive.efficiency = 0.97 * drive.efficiency + 0.0035 * z[:, 2]
    failed, customer = lose_customers(moment, drive, u[:, 4:7])
    claims, dead = strike(moment, drive, u[:, 7:13])

    lost = (1 - traits.cash_share)[:, None] * traits.customer_share[:, :CUSTOMER_SLOTS] * drive.lost
    market = world.demand[t, traits.industry] + drive.permanent + drive.cycle
    level = market - drive.gap.sum(axis=1) + np.log1p(-lost.sum(axis=1))
    season = world.season[traits.industry, world.month_of_year[t] - 1] * traits.season_strength
    volume = base * np.exp(level + season + 0.45 * traits.volatility * z[:, 3])
    rise = traits.material * material + (traits.staff + traits.officers) * wages
    drive.price += 0.10 * (traits.pass_through * rise - drive.price)
    drive.trend += 0.15 * (level - drive.trend)
    _manage(traits, drive, moment.yearly_margin)

    bonus = np.isin(world.month_of_year[t], BONUS_MONTHS) * traits.bonus_months / 2
    staff = (
        base * traits.staff * np.exp(drive.capacity + wages) * 12 / (12 + traits.bonus_months) * (1 + bonus)
    )
    fixed = base * traits.other * np.exp(0.25 * wages)
    saved = (drive.efficiency + drive.repair) * base * np.exp(drive.capacity)
    month = Month(
        sales=np.rint(volume * np.exp(drive.price)),
        material=np.rint(volume * traits.material * np.exp(material)),
        outsourcing=np.rint(volume * traits.outsourcing * np.exp(0.5 * wages)),
        staff_pay=np.rint(staff),
        officer_pay=np.rint(base * traits.officers * drive.officer_pay),
        other=np.rint(np.maximum(fixed * np.exp(0.6 * drive.capacity) - saved, 0.25 * fixed)),
        subsidy=_subsidy(moment, volume),
        one_off=claims,
        dead_stock=dead,
        wanted_stock=traits.stock_months * base * np.exp(drive.trend + material),
        failed_customer=failed,
        customer=customer,
    )
    blame(moment, drive, sales=month.sales, level=level, lost=lost, customer=customer)
    return month


def _manage(traits: Traits, drive: Drive, yearly_margin: np.ndarray) -> None:
    """Costs follow sales slowly, quicker down in the hands of good managers who see a loss."""
    losing = yearly_margin < 0
    down = 0.05 + 0.09 * traits.management * (1 + losing)
    speed = np.where(drive.trend > drive.capacity, 0.08, down)
    drive.capacity += speed * (drive.trend - drive.capacity)
    step = np.where(losing, 0.0010 + 0.0035 * traits.management, np.where(yearly_margin > 0.03, -0.0010, 0.0))
    drive.repair = np.clip(drive.repair + step, -0.04, traits.repair_limit)
    pay = np.where(yearly_margin < -0.01, -0.012, np.where(yearly_margin > 0.025, 0.010, 0.0))
    drive.officer_pay = np.clip(drive.officer_pay + pay, 0.35, 2.5)


def _subsidy(moment: Moment, volume: np.ndarray) -> np.ndarray:
    """Public money in the epidemic: a part of the sales that it took."""
    world, t = moment.world, moment.t
    taken = np.maximum(-world.epidemic[t, moment.traits.industry], 0.0)
    part = np.where(t <= world.index(2021, 12), 0.28, np.where(t <= world.index(2022, 6), 0.10, 0.0))
    return np.rint(np.expm1(taken) * volume * part)
