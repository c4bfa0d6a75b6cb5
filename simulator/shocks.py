"""What strikes single firms, by name, and what each cause has cost them; never a default itself."""

from dataclasses import dataclass

import numpy as np

from simulator.columns import across
from simulator.firms import Traits
from simulator.moment import Moment, wind_down_months
from simulator.terms import CUSTOMER_SLOTS, GENERATIONS
from simulator.world import by_industry

CAUSES = (
    "structural", "demand", "epidemic", "material", "wages", "customer_failure", "customer_lost", "stock",
    "quality", "owner", "staff", "disaster", "accident", "venture",
)  # fmt: skip
CAUSE = {name: place for place, name in enumerate(CAUSES)}
MEMORY = 0.965  # a month's loss weighs half as much after 20 months when the cause of a failure is named

# how often things happen to a firm, a year (project defaults: no published rate was at hand)
HAZARD = {
    "customer_lost": 0.095,
    "stock": 0.035,
    "quality": 0.014,
    "owner": 0.050,
    "staff": 0.035,
    "accident": 0.004,
    "venture": 0.030,
    "rival": 0.040,
    "new_line": 0.04,
}
GIVES_UP_AT, GIVES_UP_BEYOND = 60, 0.80  # age, and how ill, from which an owner without a successor closes
NEVER_CLOSES = 1_000_000


@dataclass
class Drive:
    """What moves trade; one entry per firm, changed month by month."""

    permanent: np.ndarray  # log level of the firm's own demand
    cycle: np.ndarray
    efficiency: np.ndarray  # margin points, come and go
    stocking: np.ndarray  # log, stock kept beyond or below the usual
    repair: np.ndarray  # margin points won back by cutting costs
    price: np.ndarray  # log, what customers accepted
    trend: np.ndarray  # log, the sales level the firm itself sees
    capacity: np.ndarray  # log, staff and fixed costs follow the trend slowly
    officer_pay: np.ndarray  # factor on the base
    heads: np.ndarray  # people employed
    lost: np.ndarray  # (n, 3) share of a main customer's orders that is gone
    generation: np.ndarray  # (n, 3) which customer of the list it is
    gone_until_replaced: np.ndarray  # (n, 3) bool: the present one failed or left
    gap: np.ndarray  # (n, causes) log sales lost, healing
    closes_at: np.ndarray  # month index in which the owner gave up, or NEVER_CLOSES
    damage: np.ndarray  # (n, causes) yen lost lately, for the truth only


def opening_drive(traits: Traits) -> Drive:
    """Return the state of trade in a firm's first month."""
    n = len(traits)
    zero = np.zeros(n)
    return Drive(
        permanent=zero.copy(),
        cycle=zero.copy(),
        efficiency=zero.copy(),
        stocking=zero.copy(),
        repair=zero.copy(),
        price=zero.copy(),
        trend=zero.copy(),
        capacity=zero.copy(),
        officer_pay=np.ones(n),
        heads=traits.employees.astype(float),
        lost=np.zeros((n, CUSTOMER_SLOTS)),
        generation=np.zeros((n, CUSTOMER_SLOTS), dtype=np.int64),
        gone_until_replaced=np.zeros((n, CUSTOMER_SLOTS), dtype=bool),
        gap=np.zeros((n, len(CAUSES))),
        closes_at=np.full(n, NEVER_CLOSES),
        damage=np.zeros((n, len(CAUSES))),
    )


def lose_customers(moment: Moment, drive: Drive, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Let main customers fail (in the world) or turn away (from this firm); lost orders come back slowly.

    Returns who fails this month (n, 3) bool, and each main customer's place in the world's pool (n, 3).
    """
    traits = moment.traits
    rows, slots = np.arange(len(traits))[:, None], np.arange(CUSTOMER_SLOTS)[None, :]
    customer = traits.customers[rows, slots, drive.generation]
    there = ~drive.gone_until_replaced
    failed = (moment.world.customer_fails[customer] == moment.t[:, None]) & there
    calm = ~(moment.protected | moment.closing)
    away = (u < HAZARD["customer_lost"] / 12) & there & ~failed & calm[:, None]
    drive.lost = np.where(failed | away, 1.0, drive.lost)
    drive.gone_until_replaced |= failed | away
    # a replacement is found in half a year by the best managers, in three years by the weakest
    drive.lost *= 1 - (0.025 + 0.13 * traits.management**1.5)[:, None]
    replaced = drive.gone_until_replaced & (drive.lost < 0.55)
    drive.generation = np.where(replaced, np.minimum(drive.generation + 1, GENERATIONS - 1), drive.generation)
    drive.gone_until_replaced &= ~replaced
    return failed, customer


def strike(moment: Moment, drive: Drive, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Let stock stop moving, quality fail, owners fall ill, key staff leave, accidents and weather strike.

    Returns what has to be paid for it (n,) yen, and the share of stock that dies (n,).
    """
    traits, base, severity = moment.traits, moment.traits.base_sales, u[:, 5]

    def strikes(name: str, draw: int, factor: np.ndarray | float = 1.0) -> np.ndarray:
        # a firm is taken in while nothing of the kind has struck it
        return (u[:, draw] < HAZARD[name] / 12 * factor) & ~moment.protected

    drive.gap *= (0.98 - 0.08 * traits.management)[:, None]
    quality, accident = strikes("quality", 0), strikes("accident", 1)
    age = traits.owner_age + (moment.t - traits.start) / 12
    owner = strikes("owner", 2, np.clip((age - 55) / 10, 0.3, 3.0))
    staff = strikes("staff", 3)
    stock = strikes("stock", 4, np.clip(traits.stock_months, 0, 3))
    drive.gap[:, CAUSE["quality"]] += quality * (0.05 + 0.35 * severity)
    drive.gap[:, CAUSE["owner"]] += owner * np.where(traits.has_successor, 0.25, 0.8) * (0.15 + severity)
    gives_up = owner & ~traits.has_successor & (age >= GIVES_UP_AT) & (severity > GIVES_UP_BEYOND)
    drive.closes_at = np.where(gives_up, np.minimum(drive.closes_at, moment.t), drive.closes_at)
    drive.damage[:, CAUSE["owner"]] += gives_up * base
    drive.gap[:, CAUSE["staff"]] += staff * (0.05 + 0.40 * severity**2)
    drive.gap[:, CAUSE["stock"]] += stock * (0.05 + 0.35 * severity**2)
    weather = moment.world.disaster[moment.t, traits.prefecture] * ~moment.protected
    drive.gap[:, CAUSE["disaster"]] += 0.4 * weather
    # small firms are hit harder: one claim is a larger share of a year's sales
    heavy = base * np.clip(np.sqrt(2e8 / base), 0.4, 2.0)
    claims = {
        "quality": np.rint(heavy * quality * 0.20 * severity**2),
        "accident": np.rint(heavy * accident * (0.05 + 0.75 * severity**2)),
        "disaster": np.rint(heavy * 0.02 * weather),
    }
    for cause, claim in claims.items():
        drive.damage[:, CAUSE[cause]] += claim
    return sum(claims.values()), stock * (0.2 + 0.6 * severity)


def compete(moment: Moment, drive: Drive, u: np.ndarray) -> None:
    """Let rivals open, goods go out of fashion, and now and then a new line find buyers; `u` is (n, 2)."""
    free = ~(moment.protected | moment.closing)
    worse = free & (u[:, 0] < HAZARD["rival"] / 12)
    better = free & (u[:, 0] > 1 - HAZARD["new_line"] / 12)
    drive.gap[:, CAUSE["demand"]] += worse * (0.06 + 0.80 * u[:, 1] ** 2)
    drive.permanent += better * (0.04 + 0.2 * u[:, 1])


def venture(moment: Moment, drive: Drive, u: np.ndarray) -> np.ndarray:
    """Return what owners would sink into things that never pay (n,) yen: a franchise, a friend's business."""
    often = HAZARD["venture"] / 12
    begins = (u < often) & ~(moment.protected | moment.closing)
    sunk = begins * moment.monthly_sales * (0.3 + 3.2 * np.minimum(u / often, 1.0) ** 1.5)
    return np.rint(sunk / 1e5) * 1e5


def closing_share(moment: Moment, drive: Drive) -> np.ndarray:
    """Return the share of its trade a firm still does (n,): 1, and less and less once it closes."""
    since = np.maximum(moment.t - drive.closes_at, 0)
    left = np.maximum(1 - since / wind_down_months(moment.traits), 0.0)
    return np.where(moment.t < drive.closes_at, 1.0, 0.7 * left)


def cost_levels(moment: Moment) -> tuple[np.ndarray, np.ndarray]:
    """Return log levels of material prices and wages since a firm's start, where its base figures hold."""
    world, traits = moment.world, moment.traits
    exposure = by_industry("material_exposure")[traits.industry]
    material = (world.material[moment.t] - world.material[traits.start]) * exposure
    return material, world.wages[moment.t] - world.wages[traits.start]


def blame(
    moment: Moment,
    drive: Drive,
    *,
    sales: np.ndarray,
    level: np.ndarray,
    lost: np.ndarray,
    customer: np.ndarray,
) -> None:
    """Book the month's lost margin to its causes; only the truth tables read it.

    Parameters
    ----------
    sales : (n,) yen
    level : (n,) log level of demand
    lost : (n, 3) share of sales gone with each main customer
    customer : (n, 3) their places in the world's pool
    """
    world, traits, t = moment.world, moment.traits, moment.t
    epidemic = world.epidemic[t, traits.industry]
    market = world.demand[t, traits.industry] - epidemic
    parts = drive.gap.copy()
    parts[:, CAUSE["demand"]] += np.maximum(-market - drive.permanent - drive.cycle, 0.0)
    parts[:, CAUSE["epidemic"]] = np.maximum(-epidemic, 0.0)
    failed = np.where(world.customer_fails[customer] <= t[:, None], lost, 0.0).sum(axis=1)
    parts[:, CAUSE["customer_failure"]] = failed
    parts[:, CAUSE["customer_lost"]] = lost.sum(axis=1) - failed
    share = parts / np.maximum(across(parts), 1e-9)[:, None]
    # sales below what staff and rent are made for lose their margin until costs have followed
    behind = sales * (1 - traits.material - traits.outsourcing) * np.clip(drive.capacity - level, 0.0, 1.5)
    drive.damage *= MEMORY
    drive.damage += share * behind[:, None]
    material, wages = cost_levels(moment)
    passed_on = np.expm1(drive.price)
    squeezed = {
        "material": traits.material * material - 0.7 * passed_on,
        "wages": (traits.staff + traits.officers) * wages - 0.3 * passed_on,
        "structural": -(traits.margin + drive.efficiency + drive.repair),
    }
    for cause, points in squeezed.items():
        drive.damage[:, CAUSE[cause]] += np.maximum(points, 0.0) * sales
