"""What stays with a firm: industry, size, margins, terms, owner, honesty, what it lets others see."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import ndtri

from simulator.draws import normals, uniforms
from simulator.terms import draw_banks, draw_terms, draw_visibility
from simulator.world import BURN_IN_MONTHS, World, industry_table

YEARLY_ENTRY = (
    0.052  # share of the portfolio that is replaced in a year, near what leaves (defaults and repaid)
)
MEDIAN_WEALTH, MOST_WEALTH = 0.055, 1.5  # years of sales: what owners could put in, not what they own
MOST_FAMILY_INCOME = 0.06  # a year, of base sales: nobody pours in more than that for years
PASS_THROUGH = 0.67  # median share of cost rises that customers accept in the end (project default)
STOPS_AT_ONCE = 0.18  # share of owners who are late with nobody until they stop (project default)
PAYS_IN_FIRST = 0.67  # share of owners who pay in before anybody has to wait (project default)
RICH_PAY_FIRST, WEALTH_SPREAD = 0.85, 2.4  # correlation of that with the log of what they have; its spread
LEAVE_YEARS = 30.0  # mean years until an owner wants to be without guarantees, or to close in good order
# months in which business years end; order of magnitude of the National Tax Agency's counts of corporations
YEAR_END_SHARES = (0.03, 0.06, 0.19, 0.07, 0.09, 0.10, 0.08, 0.10, 0.11, 0.04, 0.03, 0.10)
# association: by prefecture, weighted by a rough share of firms (Tokyo, Osaka, Aichi and so on)
PREFECTURE_WEIGHTS = (
    4.2, 1.0, 1.0, 1.7, 0.8, 0.9, 1.5, 2.2, 1.7, 1.8, 4.6, 3.6, 11.5, 5.4, 2.1, 1.0, 1.1, 0.8, 0.8, 2.0,
    1.9, 3.2, 6.2, 1.4, 1.1, 2.4, 7.6, 4.1, 0.9, 0.9, 0.5, 0.6, 1.6, 2.4, 1.2, 0.7, 0.9, 1.2, 0.7, 3.7,
    0.6, 1.1, 1.3, 0.9, 0.9, 1.3, 1.3,
)  # fmt: skip
# share of sales without consumption tax: care that insurance pays for; rent of homes and of land (project
# defaults); of the nearer bound, how far firms differ from it; the rate that published costs were seen under
EXEMPT, EXEMPT_SPREAD, FIRST_TAX = {"0701": 0.35, "1101": 0.92}, 0.8, 0.08
# industries whose small class reaches 20 employees (METI's size rules); the others' reaches 5
SMALL_TO_20 = ("01", "02", "03", "07", "08", "09", "13", "14")


@dataclass(frozen=True)
class Traits:
    """Persistent traits, one entry per firm; months are indices on the world's axis, shares of base sales."""

    number: np.ndarray
    industry: np.ndarray  # place in the industry table
    prefecture: np.ndarray  # 0..46
    start: np.ndarray  # first month lived
    join: np.ndarray  # first month in the portfolio; start..start+24
    is_entrant: np.ndarray
    leave_month: np.ndarray  # from then on the owner wants out
    established_years: np.ndarray  # years before `start`
    year_end: np.ndarray  # month of the year, 1..12
    employees: np.ndarray
    base_sales: np.ndarray  # yen a year
    material: np.ndarray
    outsourcing: np.ndarray
    staff: np.ndarray  # personnel without officers
    officers: np.ndarray
    other: np.ndarray
    taxable: np.ndarray  # share of sales that bears consumption tax
    depreciation_rate: np.ndarray  # of depreciable assets, a year
    depreciable: np.ndarray  # target depreciable assets ÷ base sales
    land: np.ndarray
    margin: np.ndarray  # structural operating margin
    factory_share: np.ndarray  # of personnel and depreciation in cost of sales
    bonus_months: np.ndarray
    growth: np.ndarray  # log a month
    volatility: np.ndarray
    season_strength: np.ndarray
    pass_through: np.ndarray  # share of cost rises that customers accept
    management: np.ndarray  # 0..1
    repair_limit: np.ndarray  # how much margin can be won back by cutting costs
    idle_land: np.ndarray  # share of the land that work does not need
    land_value: np.ndarray  # market price ÷ book value
    suspense_share: np.ndarray  # of base sales
    other_current_share: np.ndarray
    draws_on_firm: np.ndarray  # 0 or 1: an owner who borrows from the firm
    premium: np.ndarray  # a year, share of base sales: insurances that are savings as well
    payout: np.ndarray  # dividends ÷ net profit
    add_back: np.ndarray  # share of base sales that the tax office does not accept as cost
    family_income: np.ndarray  # a year, share of base sales: rents, a pension, a spouse's pay
    wealth: np.ndarray  # owner's, yen; nobody outside sees it
    owner_age: np.ndarray
    has_successor: np.ndarray
    honesty: np.ndarray  # 0..1
    bookkeeping: np.ndarray  # 0..1
    pride: np.ndarray  # months in trouble before the bank is told
    pays_taxes_last: np.ndarray
    patience: np.ndarray  # (n, 3) months a supplier waits, BACK at most
    stops_at_once: np.ndarray  # bool: pays everybody on the day, or stops
    pays_in_first: np.ndarray  # bool: the owner's money comes before others have to wait
    cash_wanted: np.ndarray  # months of sales
    buffer: np.ndarray  # months of sales under which levers are pulled
    equity_target: np.ndarray  # opening equity ratio
    owner_loan_share: np.ndarray  # of the funding gap at the opening
    relation: np.ndarray  # the bank's trust beyond the figures
    stock_months: np.ndarray
    cash_share: np.ndarray  # of sales paid on the spot
    customer_share: np.ndarray  # (n, 4) of credit sales; the last one is all others
    customers: np.ndarray  # (n, 3, GENERATIONS) places in the world's pool
    receivable_term: np.ndarray  # (n, 4) months from the end of the month of issue
    receivable_paper: np.ndarray  # (n, 4) 0 account, 1 note, 2 electronic
    supplier_share: np.ndarray  # (n, 3) of purchases on credit
    payable_term: np.ndarray  # (n, 3)
    payable_paper: np.ndarray  # (n, 3)
    obeys_at: np.ndarray  # (n, 2) month number from which terms beyond 60 days are cut: received, paid
    notes_end: np.ndarray  # (n, 2) month number from which notes are electronic claims
    banks: np.ndarray  # (n, 3) bank numbers, the main bank first
    supply_from: np.ndarray  # (n, 3) month numbers: monthly books, account flows, due items; NO_SUPPLY: never
    stage: np.ndarray  # of data supply, 1..3: the last one planned, whether or not the firm lives to see it
    has_adviser: np.ndarray  # when it came in
    consent: np.ndarray  # then: 0 none, 1 association, 2 association and bank, 3 all

    def __len__(self) -> int:
        return len(self.number)


def size_class(industry_codes: np.ndarray, employees: np.ndarray) -> np.ndarray:
    """Return "small" or "medium" by METI's staff limits of the ロカベン sheet.

    Examples
    --------
    >>> size_class(np.array(["0301", "0501"]), np.array([12, 12])).tolist()
    ['small', 'medium']
    """
    return np.where(employees <= most_small_staff(industry_codes), "small", "medium")


def most_small_staff(industry_codes: np.ndarray) -> np.ndarray:
    """Return up to how many staff a firm of an industry is small (n,): 20, or 5 in commerce and services."""
    return np.where(np.isin([code[:2] for code in industry_codes], SMALL_TO_20), 20, 5)


@cache
def small_staff_by_industry() -> np.ndarray:
    """Return `most_small_staff` of the industries (27,), in the table's order."""
    return most_small_staff(industry_table().index)


def draw_traits(world: World, numbers: np.ndarray) -> Traits:
    """Draw the traits of firms by number.

    Parameters
    ----------
    world : World
    numbers : (n,) int, strictly increasing

    Returns
    -------
    Traits
        A firm's traits depend on (seed, number) and the reported span only.
    """
    seed, table = world.seed, industry_table()
    u = uniforms(seed, "who", numbers, 12)
    industry = _pick(u[:, 0], table["weight"].to_numpy())
    prefecture = _pick(u[:, 1], np.array(PREFECTURE_WEIGHTS))
    year_end = _pick(u[:, 2], np.array(YEAR_END_SHARES)) + 1
    by = {name: table[name].to_numpy()[industry] for name in table.columns if name not in ("season",)}
    by["exempt"] = np.array([EXEMPT.get(code, 0.0) for code in table.index])[industry]
    # seven of ten users have five staff or fewer; the largest some hundreds
    employees = np.clip(np.floor(np.exp(np.log(4.0) + 1.15 * ndtri(u[:, 3]))), 1, 300)
    small = size_class(table.index.to_numpy()[industry], employees) == "small"

    life = _lifetimes(world, u[:, 4:8])
    money = _economics(seed, numbers, by, employees, small)
    # nobody guarantees a newcomer whose debts are above his assets
    floor = np.where(life["is_entrant"], 0.05, -1.0)
    money["equity_target"] = np.maximum(money["equity_target"], floor)
    return Traits(
        number=np.asarray(numbers, dtype=np.int64),
        industry=industry,
        prefecture=prefecture,
        year_end=year_end,
        employees=employees,
        established_years=1.5 + 58.0 * u[:, 8] ** 1.6,
        **life,
        **money,
        **_habits(seed, numbers, employees, money, life["is_entrant"]),
        **draw_terms(seed, numbers, by),
        **draw_visibility(seed, numbers, employees, money["bookkeeping"]),
        banks=draw_banks(u[:, 9:12], prefecture),
    )


def _pick(u: np.ndarray, weights: np.ndarray) -> np.ndarray:
    edges = np.cumsum(weights / weights.sum())
    return np.minimum(np.searchsorted(edges, u, side="right"), len(weights) - 1)


def _lifetimes(world: World, u: np.ndarray) -> dict[str, np.ndarray]:
    years = world.reported_months / 12
    is_entrant = u[:, 0] > 1 / (1 + YEARLY_ENTRY * years)
    join_entrant = BURN_IN_MONTHS + 1 + np.floor(u[:, 1] * (world.reported_months - 1)).astype(int)
    # those there from the beginning came in at some month of the burn-in or before it
    join = np.where(is_entrant, join_entrant, 0)
    return {
        "is_entrant": is_entrant,
        "join": join,
        "start": np.where(is_entrant, join_entrant - BURN_IN_MONTHS, 0),
        "leave_month": join + BURN_IN_MONTHS + np.ceil(-np.log(u[:, 2]) * LEAVE_YEARS * 12).astype(int),
    }


def _economics(seed: int, numbers: np.ndarray, by: dict, employees: np.ndarray, small: np.ndarray) -> dict:
    z, u = normals(seed, "economics", numbers, 20), uniforms(seed, "owner", numbers, 16)
    base_sales = np.rint(employees * by["sales_per_head_kyen"] * 1000 * np.exp(0.42 * z[:, 0]) / 1e5) * 1e5
    # what makes both margins and equity good, and lasts; who is much worse is not there any more
    quality = np.where(z[:, 1] < -1.2, -1.2 + 0.35 * (z[:, 1] + 1.2), z[:, 1])
    spread = np.where(small, 0.042, 0.030)
    margin = np.where(small, by["margin_small"], by["margin_medium"]) / 100 + 0.008 + spread * quality
    personnel = by["personnel"] * np.exp(0.15 * z[:, 2])
    depreciation = by["depreciation"] * np.exp(0.3 * z[:, 3])
    material = by["material"] * np.exp(0.06 * z[:, 4])
    outsourcing = by["outsourcing"] * np.exp(0.20 * z[:, 5])
    other = 1 - margin - personnel - depreciation - material - outsourcing
    short = np.maximum(
        0.04 - other, 0
    )  # a firm has rent and power to pay: what is missing comes off what it buys
    off = np.minimum(short, 0.8 * outsourcing)
    outsourcing, material, other = outsourcing - off, material - (short - off), other + short
    # tax on what is bought for exempt sales is not given back: it is in the costs that industries publish
    exempt = _exempt_share(seed, numbers, by["exempt"])
    not_back = exempt * FIRST_TAX
    other = np.maximum((other - not_back * (material + outsourcing)) / (1 + not_back), 0.005)
    officers = np.minimum(
        np.where(employees <= 2, 0.85, 0.45) * personnel,
        (4.5e6 + 0.6e6 * np.sqrt(employees)) * np.exp(0.3 * z[:, 6]) / base_sales,
    )
    # money that is not in the firm is in the owner's hands
    wealth = MEDIAN_WEALTH * np.exp(1.4 * z[:, 12] - 1.9 * z[:, 13] - 0.5 * z[:, 14])
    # uncertain sales make owners hold more
    cash_wanted = np.clip(1.0 * np.exp(0.7 * z[:, 13] + 0.4 * z[:, 10] - 0.3 * z[:, 15]), 0.2, 8.0)
    return {
        "base_sales": base_sales,
        "material": material,
        "outsourcing": outsourcing,
        "staff": personnel - officers,
        "officers": officers,
        "other": other,
        "taxable": 1 - exempt,
        "margin": margin,
        "depreciation_rate": np.clip(0.13 * np.exp(0.2 * z[:, 7]), 0.06, 0.25),
        "depreciable": depreciation / 0.13,
        "land": np.maximum(2.1 * by["fixed_to_sales"] * np.exp(0.4 * z[:, 8]) - depreciation / 0.13, 0.01)
        * (u[:, 0] < 0.75),
        "idle_land": np.where(u[:, 0] < 0.25, 0.6 * u[:, 0] / 0.25, 0.0),
        "land_value": np.exp(0.35 * z[:, 17]),
        "factory_share": np.where(by["outsourcing"] + by["material"] > 0.6, 0.25, 0.55),
        "bonus_months": np.where(u[:, 1] < 0.3, 0.0, 0.5 + 2.5 * u[:, 2]),
        "growth": (0.005 + 0.020 * z[:, 9]) / 12,
        "volatility": by["volatility"] * np.exp(0.35 * z[:, 10]) * np.where(small, 1.25, 1.0),
        "season_strength": 0.3 + 1.2 * u[:, 3],
        "pass_through": np.clip(PASS_THROUGH + 0.17 * z[:, 11], 0.3, 1.05),
        "management": u[:, 4],
        "repair_limit": 0.008 + 0.05 * u[:, 4] * u[:, 5] + 0.015 * u[:, 5],
        "wealth": np.rint(np.minimum(wealth, MOST_WEALTH) * base_sales / 1e5) * 1e5,
        "owner_age": 38 + 38 * u[:, 6],
        "has_successor": u[:, 7] < 0.42,
        "honesty": u[:, 8],
        "bookkeeping": np.clip(0.5 * u[:, 9] + 0.5 * u[:, 4], 0, 1),
        "pride": 2 + np.floor(9 * u[:, 10] ** 2),
        "pays_taxes_last": u[:, 11] < 0.68,
        "cash_wanted": cash_wanted,
        "buffer": 0.05 + 0.35 * u[:, 12] ** 2,
        "equity_target": _equity(by, small, quality, z[:, 14]),
        "owner_loan_share": np.where(u[:, 13] < 0.6, 0.5 * u[:, 14], 0.0) * np.where(small, 1.0, 0.5),
        "relation": 0.5 * z[:, 15],
        "stock_months": 0.85 * by["stock_months"] * np.exp(0.85 * z[:, 16]),
    }


def _exempt_share(seed: int, numbers: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """Return the share of sales without consumption tax (n,), around what is usual in the industry."""
    u = uniforms(seed, "exempt sales", numbers, 1)[:, 0]
    return usual + EXEMPT_SPREAD * np.minimum(usual, 1 - usual) * (2 * u - 1)


def _habits(
    seed: int,
    numbers: np.ndarray,
    employees: np.ndarray,
    money: dict[str, np.ndarray],
    is_entrant: np.ndarray,
) -> dict[str, np.ndarray]:
    """Draw small ways of keeping house (project defaults)."""
    u = uniforms(seed, "habits", numbers, 12)
    margin = money["margin"]
    # who has money pays in before others must wait; who has little lets them wait first
    richer = np.log(np.maximum(money["wealth"], 1e5) / money["base_sales"] / MEDIAN_WEALTH) / WEALTH_SPREAD
    readiness = RICH_PAY_FIRST * richer + np.sqrt(1 - RICH_PAY_FIRST**2) * ndtri(u[:, 8])
    # who loses year after year and still trades is kept by somebody: rents, a pension, a spouse's pay
    kept = np.where(
        u[:, 10] < np.where(is_entrant, 0.85, 0.985),
        np.maximum(0.012 - margin, 0.0) * (0.9 + 1.1 * u[:, 11]),
        0.0,
    )
    spare = np.where((u[:, 10] < 0.5) & (employees <= 20), 0.05 * u[:, 11], 0.0)
    return {
        "suspense_share": 0.006 * u[:, 0] ** 2,
        "other_current_share": 0.008 + 0.022 * u[:, 1],
        "draws_on_firm": (u[:, 2] < 0.30).astype(float),
        "premium": np.where(u[:, 3] < 0.55, 0.0012 + 0.006 * u[:, 4], 0.0),
        # owners of small firms take pay: few ever pay themselves a dividend
        "payout": np.where(u[:, 5] < 0.06, 0.10 + 0.20 * u[:, 6], 0.0),
        "add_back": 0.004 * u[:, 7],
        "family_income": np.minimum(np.maximum(kept, spare), MOST_FAMILY_INCOME),
        "pays_in_first": readiness > ndtri(1 - PAYS_IN_FIRST),
        "stops_at_once": u[:, 9] < STOPS_AT_ONCE,
    }


def _equity(by: dict, small: np.ndarray, quality: np.ndarray, noise: np.ndarray) -> np.ndarray:
    middle = np.where(small, by["equity_small"], by["equity_medium"]) / 100 - 0.09
    spread = np.where(small, 0.30, 0.22)
    return np.clip(middle + spread * (0.3 * quality + 0.95 * noise), -0.9, 0.88)
