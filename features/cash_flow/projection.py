"""The cash projection (資金繰り予定): the next twelve months' cash of each firm, line by line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.account_sums import Accounts, latest, payables, receivables
from features.cash_flow.assumptions import DEFAULTS, Assumptions
from features.cash_flow.axis import AHEAD, AXIS, PAST, calendar_months
from features.cash_flow.books import YEAR, Books, known_months, own_season, read_books
from features.cash_flow.items import ledger_month, read_sides
from features.cash_flow.ledger import Settlements, paid_later, settle
from features.cash_flow.level import LEVELS, closing_age, is_recent, level_of, opening_cash
from features.cash_flow.loans import schedule
from features.cash_flow.observed import cash_swing
from features.cash_flow.payroll import paid_out, personnel_costs
from features.cash_flow.taxes import read_tax_year, tax_payments
from features.cash_flow.turnover import count_back, turned_to_cash
from features.panel import Panel
from features.tier import MONTHLY_MONTHS, NONE

# whether a line brings cash (+1) or takes it (−1), in the order of the 資金繰り表
LINES = {
    "cash_sales": 1,
    "collections": 1,
    "suppliers": -1,
    "personnel": -1,
    "other_costs": -1,
    "interest": -1,
    "taxes_and_social": -1,
    "equipment_and_other": -1,
    "new_loans": 1,
    "repayments": -1,
}
RECEIPTS = ("cash_sales", "collections")
FINANCE = ("new_loans", "repayments")


@dataclass(frozen=True, eq=False)
class Projection:
    """The twelve months after the as-of month, of F firms; yen, not rounded; NaN at level "none".

    Attributes
    ----------
    as_of_date : Timestamp
    firm_ids : (F,) object
    level : (F,) object
        "ledger", "monthly", "annual" or "none": what the firm's projection rests on. Projections of different
        levels are different measures and do not belong in one feature without it.
    opening : (F,) float64
        Cash at the end of the as-of month (前月繰越), rolled forward from the last known balance.
    opening_age_months : (F,) float64
        Months from that balance to the as-of month.
    last_cash : (F,) float64
        That balance.
    from_flows : (F,) bool
        Whether banks told it (account flows), else the firm's books.
    swing : (F,) float64
        How far cash moves in a month by its own past; NaN where that is not known.
    operating : (F, 12) float64
        Everything but loans and repayments, added up from the month after that balance to each month.
    lines : mapping of the names of `LINES` -> (F, 12) float64
        Amounts as they stand in the 資金繰り表, receipts and payments both positive.
    closing : (F, 12) float64
        Cash at each month's end (翌月繰越).
    monthly_sales : (F,) float64
        The usual month's, without consumption tax.
    largest_near : (F,) float64
        Of what open items bring in months 1 to 3, that of the largest customer; level "ledger" only.
    doubtful_share : (F,) float64
        Of receivables that stand open, what is not expected to come; level "ledger" only.
    """

    as_of_date: pd.Timestamp
    firm_ids: np.ndarray
    level: np.ndarray
    opening: np.ndarray
    opening_age_months: np.ndarray
    last_cash: np.ndarray
    from_flows: np.ndarray
    swing: np.ndarray
    operating: np.ndarray
    lines: Mapping[str, np.ndarray]
    closing: np.ndarray
    monthly_sales: np.ndarray
    largest_near: np.ndarray
    doubtful_share: np.ndarray

    def __len__(self) -> int:
        return len(self.firm_ids)

    @property
    def is_known(self) -> np.ndarray:
        """Firms (F,) that have a projection."""
        return self.level != NONE


def project(panel: Panel, *, season: np.ndarray | None = None, rules: Assumptions = DEFAULTS) -> Projection:
    """Project the cash of each firm for the twelve months after the as-of month.

    Parameters
    ----------
    panel : Panel
        Of F firms.
    season : (F, 12) float64, optional
        Seasonal index by calendar month, January first, 1 in the mean, for firms whose own is not known (less
        than 24 months of sales): that of their industry. Without it, their months are alike.
    rules : Assumptions
        Rates and rules, each with its reason there.

    Returns
    -------
    Projection
        The central path: expected collections, no spread around them. An as-of date counts as its month's
        end.

    Raises
    ------
    ValueError
        If `season` has another shape, a negative or missing month, or a mean that is not 1.

    Notes
    -----
    Own design after domain 6.3; nothing standard is published. Sales are the latest year's × season, without
    growth; what is bought follows sales, other costs and pay do not. Nothing is borrowed, bought as
    equipment, sold or paid in that is not known. Stock stays as it is. Books are taken to be without
    consumption tax (税抜経理).

    Examples
    --------
    >>> found = project(Panel.empty(["a"], "2025-03-31"))
    >>> found.level.tolist(), found.closing.shape
    (['none'], (1, 12))
    >>> project(Panel.empty(["a"], "2025-03-31"), season=np.full((1, 12), 2.0))
    Traceback (most recent call last):
    ValueError: season: firm 'a' has a mean of 2.0, not 1
    """
    calendar = calendar_months(panel.as_of_date)
    known_sales = known_months(panel, "sales")
    season = _season(panel, known_sales, calendar, season)
    trial = is_recent(panel, "trial", MONTHLY_MONTHS)
    books = read_books(panel, season, calendar, trial)
    opening = opening_cash(panel)
    level = level_of(panel, books, opening)

    sales = np.where(np.isnan(known_sales), books.sales[:, None] * season[:, calendar], known_sales)
    billed = np.nan_to_num(sales) * (1 + rules.consumption_tax)
    lines = _trade(panel, level, books, billed, trial, rules)
    largest_near, doubtful_share = lines.pop("largest_near"), lines.pop("doubtful_share")
    pay = personnel_costs(
        books, known_months(panel, "personnel_expenses"), panel.monthly_age_months, calendar, rules
    )
    financing = schedule(panel, rules)
    lines["personnel"], social = paid_out(np.nan_to_num(pay), rules)
    lines["interest"] = financing.interest
    lines["taxes_and_social"] = social + tax_payments(read_tax_year(panel, books, rules), rules)
    lines["equipment_and_other"] = np.zeros(billed.shape)
    lines["new_loans"], lines["repayments"] = financing.new_loans, financing.repayments

    net = sum(sign * lines[name] for name, sign in LINES.items())
    operating = sum(sign * lines[name] for name, sign in LINES.items() if name not in FINANCE)
    is_known = level != NONE
    since = (AXIS[None, :] <= 0) & (AXIS[None, :] > -opening.age_months[:, None])
    start = np.where(is_known, opening.cash + np.where(since, net, 0.0).sum(axis=1), np.nan)
    rolled = np.where(since, operating, 0.0).sum(axis=1)

    def ahead(values: np.ndarray) -> np.ndarray:
        return np.where(is_known[:, None], values[:, AHEAD], np.nan)

    return Projection(
        as_of_date=panel.as_of_date,
        firm_ids=panel.firm_ids,
        level=level,
        opening=start,
        opening_age_months=np.where(is_known, opening.age_months, np.nan),
        last_cash=np.where(is_known, opening.cash, np.nan),
        from_flows=opening.from_flows,
        swing=np.where(is_known, cash_swing(panel, opening.from_flows), np.nan),
        operating=rolled[:, None] + np.cumsum(ahead(operating), axis=1),
        lines={name: ahead(lines[name]) for name in LINES},
        closing=start[:, None] + np.cumsum(ahead(net), axis=1),
        monthly_sales=np.where(is_known, books.sales, np.nan),
        largest_near=largest_near,
        doubtful_share=doubtful_share,
    )


def _season(
    panel: Panel, known_sales: np.ndarray, calendar: np.ndarray, given: np.ndarray | None
) -> np.ndarray:
    """Return each firm's index (F, 12): its own, else the one given, else 1."""
    given = np.ones((len(panel), YEAR)) if given is None else np.asarray(given, dtype=np.float64)
    if given.shape != (len(panel), YEAR):
        raise ValueError(f"season: a row of 12 for each of {len(panel)} firms is wanted, not {given.shape}")
    mean = given.mean(axis=1)
    for wrong in np.flatnonzero(~((given.min(axis=1) >= 0) & (np.abs(mean - 1) < 1e-6))):
        what = f"a mean of {mean[wrong]}, not 1" if given[wrong].min() >= 0 else "a month that is none"
        raise ValueError(f"season: firm {panel.firm_ids[wrong]!r} has {what}")
    own = own_season(known_sales, calendar)
    return np.where(np.isnan(own), given, own)


def _trade(
    panel: Panel,
    level: np.ndarray,
    books: Books,
    billed: np.ndarray,
    trial: np.ndarray,
    rules: Assumptions,
) -> dict[str, np.ndarray]:
    """Return receipts from sales and payments for what is bought (F, WIDTH), and (F,) of customers."""
    bought_share = np.divide(
        np.minimum(books.bought, books.cost_of_sales),
        books.sales,
        out=np.zeros(len(panel)),
        where=(books.sales > 0) & books.is_known,
    )
    cash_sales, collections = _by_turnover(panel, receivables, trial, billed)
    paid_at_once, paid_on_credit = _by_turnover(panel, payables, trial, bought_share[:, None] * billed)
    suppliers = paid_at_once + paid_on_credit
    largest_near, doubtful_share = np.full((2, len(panel)), np.nan)

    if (level == LEVELS[-1]).any():
        sides = read_sides(panel)
        observed = ledger_month(sides)
        sold, got = (settle(items, observed, billed, rules) for items in sides)
        use = ((level == LEVELS[-1]) & sold.is_used)[:, None]
        share = np.minimum(sold.share, 1.0)[:, None]
        cash_sales = np.where(use, (1 - share) * billed, cash_sales)
        collections = np.where(use, _settled(sold, observed, share * billed), collections)
        largest_near = np.where(use[:, 0], sold.largest_near, np.nan)
        doubtful_share = np.where(use[:, 0], sold.doubtful_share, np.nan)
        use = ((level == LEVELS[-1]) & got.is_used)[:, None]
        suppliers = np.where(use, _settled(got, observed, got.share[:, None] * billed), suppliers)
        bought_share = np.where(use[:, 0], got.share, bought_share)
    other = np.maximum(books.bought - bought_share * books.sales, 0.0) * (1 + rules.consumption_tax)
    return {
        "cash_sales": cash_sales,
        "collections": collections,
        "suppliers": suppliers,
        "other_costs": np.broadcast_to(other[:, None], billed.shape),
        "largest_near": largest_near,
        "doubtful_share": doubtful_share,
    }


def _settled(side: Settlements, observed: np.ndarray, invoices: np.ndarray) -> np.ndarray:
    return side.settled + side.known + paid_later(invoices, observed, side.spread)


def _by_turnover(
    panel: Panel,
    balance_of: Callable[[Accounts], np.ndarray],
    trial: np.ndarray,
    billed: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return when bills are paid by the latest balance of claims: of a trial balance, else of the closing."""
    of_month = balance_of(latest(panel.monthly))
    of_year = balance_of(latest(panel.closings))
    use = trial & ~np.isnan(of_month) & (panel.monthly_age_months <= PAST)
    balance = np.where(use, of_month, of_year)
    age = np.where(use, panel.monthly_age_months, closing_age(panel))
    return turned_to_cash(billed, count_back(balance, billed, age))
