"""A month's trade before anything is paid: what is sold, used, bought, owed for work, and which shocks strike."""

from dataclasses import dataclass

import numpy as np

from simulator.firms import CUSTOMER_SLOTS, GENERATIONS, Traits
from simulator.world import BURN_IN_MONTHS, NEVER, World, industry_table

CAUSES = (
    "structural", "demand", "epidemic", "material", "wages", "customer_failure", "customer_lost", "stock", "quality",
    "owner", "staff", "disaster",
)  # fmt: skip
CAUSE = {name: place for place, name in enumerate(CAUSES)}
MEMORY = 0.965  # a month's loss weighs half as much after 20 months when the cause of a failure is named

# how often things happen to a firm, a year (project defaults: no published rate was at hand)
HAZARD = {"customer_lost": 0.030, "stock": 0.010, "quality": 0.012, "owner": 0.010, "staff": 0.016, "accident": 0.006}
MONTHLY_DRAWS = 20


@dataclass
class Drive:
    """What moves trade; one entry per firm, changed month by month."""

    permanent: np.ndarray  # log level of the firm's own demand
    cycle: np.ndarray
    efficiency: np.ndarray  # margin points, come and go
    repair: np.ndarray  # margin points won back by cutting costs
    price: np.ndarray  # log, what customers accepted
    trend: np.ndarray  # log, the sales level the firm itself sees
    capacity: np.ndarray  # log, staff and fixed costs follow the trend slowly
    officer_pay: np.ndarray  # factor on the base
    lost: np.ndarray  # (n, 3) share of a main customer's orders that is gone
    generation: np.ndarray  # (n, 3) which customer of the list it is
    gone_until_replaced: np.ndarray  # (n, 3) bool: the present one failed or left
    gap: np.ndarray  # (n, causes) log sales lost, healing
    damage: np.ndarray  # (n, causes) yen lost lately, for the truth only


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


def opening_drive(traits: Traits) -> Drive:
    """Return the state of trade in a firm's first month."""
    n = len(traits)
    zero = np.zeros(n)
    return Drive(
        permanent=zero.copy(),
        cycle=zero.copy(),
        efficiency=zero.copy(),
        repair=zero.copy(),
        price=zero.copy(),
        trend=zero.copy(),
        capacity=zero.copy(),
        officer_pay=np.ones(n),
        lost=np.zeros((n, CUSTOMER_SLOTS)),
        generation=np.zeros((n, CUSTOMER_SLOTS), dtype=np.int64),
        gone_until_replaced=np.zeros((n, CUSTOMER_SLOTS), dtype=bool),
        gap=np.zeros((n, len(CAUSES))),
        damage=np.zeros((n, len(CAUSES))),
    )


def trade_month(
    world: World, traits: Traits, drive: Drive, t: np.ndarray, z: np.ndarray, u: np.ndarray, yearly_margin: np.ndarray
) -> Month:
    """Move `drive` on by one month and return the month's trade.

    Parameters
    ----------
    t : (n,) int
        Index of the calendar month for each firm.
    z, u : (n, MONTHLY_DRAWS)
        Normals and the uniforms they come from; each is used in one of the two forms only.
    yearly_margin : (n,)
        Ordinary profit ÷ sales of the last twelve months, which owner and staff answer to.
    """
    rows = np.arange(len(traits))
    base = traits.base_sales / 12
    # price levels count from the firm's own start: its base figures are of that time
    material_level = (world.material[t] - world.material[traits.start]) * _exposure(traits)
    wage_level = world.wages[t] - world.wages[traits.start]

    drive.permanent += traits.growth + 0.16 * traits.volatility * z[:, 0]
    drive.cycle = 0.93 * drive.cycle + 0.28 * traits.volatility * z[:, 1]
    drive.efficiency = 0.97 * drive.efficiency + 0.0045 * z[:, 2]
    failed, customer = _customers(world, traits, drive, t, u)
    one_off, dead = _shocks(world, traits, drive, t, u)

    credit = 1 - traits.cash_share
    lost_share = credit[:, None] * traits.customer_share[:, :CUSTOMER_SLOTS] * drive.lost
    demand = world.demand[t, traits.industry]
    level = drive.permanent + drive.cycle + demand - drive.gap.sum(axis=1) + np.log1p(-lost_share.sum(axis=1))
    season = world.season[traits.industry, world.month_of_year[t] - 1] * traits.season_strength
    volume = base * np.exp(level + season + 0.45 * traits.volatility * z[:, 3])

    drive.price += 0.10 * (
        traits.pass_through * (traits.material * material_level + (traits.staff + traits.officers) * wage_level)
        - drive.price
    )
    drive.trend += 0.15 * (level - drive.trend)
    _manage(traits, drive, yearly_margin)

    fixed = base * np.exp(0.25 * wage_level)
    bonus_month = (world.month_of_year[t] == 7) | (world.month_of_year[t] == 12)
    pay_months = 12 / (12 + traits.bonus_months) * (1 + np.where(bonus_month, traits.bonus_months / 2, 0.0))
    staff = base * traits.staff * np.exp(drive.capacity + wage_level) * pay_months
    slack = (drive.efficiency + drive.repair) * base * np.exp(drive.capacity)
    other = fixed * traits.other * np.exp(0.6 * drive.capacity) - slack
    sales = volume * np.exp(drive.price)
    used = volume * traits.material * np.exp(material_level)
    month = Month(
        sales=np.rint(sales),
        material=np.rint(used),
        outsourcing=np.rint(volume * traits.outsourcing * np.exp(0.5 * wage_level)),
        staff_pay=np.rint(staff),
        officer_pay=np.rint(base * traits.officers * drive.officer_pay),
        other=np.rint(np.maximum(other, 0.25 * fixed * traits.other)),
        subsidy=_subsidy(world, traits, t, volume),
        one_off=one_off,
        dead_stock=dead,
        wanted_stock=traits.stock_months * base * np.exp(drive.trend + material_level),
        failed_customer=failed,
        customer=customer,
    )
    _blame(world, traits, drive, month, t, rows, lost_share, level)
    return month


def _exposure(traits: Traits) -> np.ndarray:
    return industry_table()["material_exposure"].to_numpy()[traits.industry]


def _customers(world: World, traits: Traits, drive: Drive, t: np.ndarray, u: np.ndarray):
    """Main customers fail (in the world) or turn away (from this firm); lost orders come back slowly."""
    rows = np.arange(len(traits))[:, None]
    slots = np.arange(CUSTOMER_SLOTS)[None, :]
    customer = traits.customers[rows, slots, drive.generation]
    fails_at = world.customer_fails[customer]
    failed = (fails_at == t[:, None]) & ~drive.gone_until_replaced
    away = (u[:, 4:7] < HAZARD["customer_lost"] / 12) & ~drive.gone_until_replaced & ~failed
    protected = (t < np.maximum(traits.join, BURN_IN_MONTHS))[:, None]
    away &= ~protected
    drive.lost = np.where(failed | away, 1.0, drive.lost)
    drive.gone_until_replaced |= failed | away
    # a replacement is found in half a year by the best managers, in three years by the weakest
    drive.lost *= 1 - (0.025 + 0.13 * traits.management**1.5)[:, None]
    replaced = drive.gone_until_replaced & (drive.lost < 0.55)
    drive.generation = np.where(replaced, np.minimum(drive.generation + 1, GENERATIONS - 1), drive.generation)
    # a name on the list that failed in the meantime is no customer: its orders count as everybody else's
    drive.gone_until_replaced &= ~replaced
    return failed, customer


def _shocks(world: World, traits: Traits, drive: Drive, t: np.ndarray, u: np.ndarray):
    """Stock that stops moving, quality trouble, the owner's health, key staff leaving, accidents, weather."""
    base, severity = traits.base_sales, u[:, 14]
    free = t >= np.maximum(traits.join, BURN_IN_MONTHS)  # a firm is taken in while nothing of the kind has struck it

    def strikes(name: str, draw: int, factor=1.0) -> np.ndarray:
        return (u[:, draw] < HAZARD[name] / 12 * factor) & free

    heal = 1 - (0.02 + 0.08 * traits.management)
    drive.gap *= heal[:, None]
    quality, accident = strikes("quality", 7), strikes("accident", 8)
    age = traits.owner_age + (t - traits.start) / 12
    old = np.clip((age - 55) / 10, 0.3, 3.0)
    owner, staff = strikes("owner", 9, old), strikes("staff", 10)
    stock = strikes("stock", 11, np.clip(traits.stock_months, 0, 3))
    drive.gap[:, CAUSE["quality"]] += quality * (0.05 + 0.35 * severity)
    drive.gap[:, CAUSE["owner"]] += owner * np.where(traits.has_successor, 0.25, 0.8) * (0.15 + severity)
    drive.gap[:, CAUSE["staff"]] += staff * (0.05 + 0.25 * severity)
    drive.gap[:, CAUSE["stock"]] += stock * (0.05 + 0.20 * severity)
    weather = world.disaster[t, traits.prefecture] * free
    drive.gap[:, CAUSE["disaster"]] += 0.4 * weather
    # small firms are hit harder: one claim is a larger share of a year's sales
    heavy = np.clip(np.sqrt(2e8 / base), 0.4, 2.0)
    one_off = np.rint(
        base * heavy * (quality * 0.10 * severity**2 + accident * (0.03 + 0.27 * severity**3) + 0.02 * weather)
    )
    drive.damage[:, CAUSE["quality"]] += np.where(quality | accident, one_off, 0.0)
    drive.damage[:, CAUSE["disaster"]] += np.where(quality | accident, 0.0, one_off)
    return one_off, stock * (0.2 + 0.6 * severity)


def _manage(traits: Traits, drive: Drive, yearly_margin: np.ndarray) -> None:
    """Costs follow sales slowly, quicker down in the hands of good managers who see a loss."""
    losing = yearly_margin < 0
    down = 0.03 + 0.07 * traits.management * (1 + losing)
    speed = np.where(drive.trend > drive.capacity, 0.08, down)
    drive.capacity += speed * (drive.trend - drive.capacity)
    step = np.where(losing, 0.0006 + 0.0030 * traits.management, np.where(yearly_margin > 0.03, -0.0010, 0.0))
    drive.repair = np.clip(drive.repair + step, -0.04, traits.repair_limit)
    pay = np.where(yearly_margin < -0.01, -0.012, np.where(yearly_margin > 0.025, 0.010, 0.0))
    drive.officer_pay = np.clip(drive.officer_pay + pay, 0.35, 2.5)


def _subsidy(world: World, traits: Traits, t: np.ndarray, volume: np.ndarray) -> np.ndarray:
    """Public money in the epidemic: a part of the sales that it took."""
    taken = np.maximum(-world.epidemic[t, traits.industry], 0.0)
    until = np.where(t <= world.index(2021, 12), 0.22, np.where(t <= world.index(2022, 6), 0.10, 0.0))
    return np.rint(np.expm1(taken) * volume * until)


def _blame(world, traits, drive, month, t, rows, lost_share, level) -> None:
    """Book this month's lost margin to its causes; only the truth tables read it."""
    keep = 1 - traits.material - traits.outsourcing  # margin lost with a yen of sales, before costs follow
    behind = np.clip(drive.capacity - level, 0.0, 1.5)
    lost = month.sales * keep * behind
    demand = np.maximum(-(world.demand - world.epidemic)[t, traits.industry] - drive.permanent - drive.cycle, 0.0)
    epidemic = np.maximum(-world.epidemic[t, traits.industry], 0.0)
    parts = drive.gap.copy()
    parts[:, CAUSE["demand"]] = demand
    parts[:, CAUSE["epidemic"]] = epidemic
    gone = lost_share.sum(axis=1)
    failed_part = np.where(world.customer_fails[month.customer] <= t[:, None], lost_share, 0.0).sum(axis=1)
    parts[:, CAUSE["customer_failure"]] = failed_part
    parts[:, CAUSE["customer_lost"]] = gone - failed_part
    share = parts / np.maximum(parts.sum(axis=1, keepdims=True), 1e-9)
    drive.damage *= MEMORY
    drive.damage += share * lost[:, None]
    material_level = (world.material[t] - world.material[traits.start]) * _exposure(traits)
    wage_level = world.wages[t] - world.wages[traits.start]
    unpaid = np.exp(drive.price) - 1
    squeeze_material = np.maximum(traits.material * material_level - unpaid * 0.7, 0.0)
    squeeze_wages = np.maximum((traits.staff + traits.officers) * wage_level - unpaid * 0.3, 0.0)
    drive.damage[:, CAUSE["material"]] += squeeze_material * month.sales
    drive.damage[:, CAUSE["wages"]] += squeeze_wages * month.sales
    structural = np.maximum(-(traits.margin + drive.efficiency + drive.repair), 0.0)
    drive.damage[:, CAUSE["structural"]] += structural * month.sales


__all__ = ["CAUSE", "CAUSES", "MONTHLY_DRAWS", "NEVER", "Drive", "Month", "opening_drive", "trade_month"]
