"""What a firm sells and spends in a usual month, from its latest year of books: trial balances or a closing.

All amounts are without consumption tax, per month.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from features.account_sums import latest
from features.cash_flow.axis import FIRST, lay_on_axis
from features.panel import MONTHS, Panel

YEAR = 12
FEWEST_MONTHS = 9  # known months that make a year of trial balances
SEASON_MONTHS = 24  # known months that tell a firm's own season


@dataclass(frozen=True, eq=False)
class Books:
    """The usual month of F firms, (F,) yen; NaN where sales or costs are not known.

    Attributes
    ----------
    is_monthly : (F,) bool
        From trial balances; else from the latest closing.
    sales, cost_of_sales : (F,) float64
    bought : (F,) float64
        Costs that are paid to others: all operating costs less depreciation and personnel.
    personnel : (F,) float64
        0 where the books do not show it: it is then in `bought`.
    ordinary_profit, interest : (F,) float64
    """

    is_monthly: np.ndarray
    sales: np.ndarray
    cost_of_sales: np.ndarray
    bought: np.ndarray
    personnel: np.ndarray
    ordinary_profit: np.ndarray
    interest: np.ndarray

    @property
    def is_known(self) -> np.ndarray:
        """Firms (F,) whose sales and costs are known."""
        return ~(np.isnan(self.sales) | np.isnan(self.bought))


def own_season(sales: np.ndarray, calendar: np.ndarray) -> np.ndarray:
    """Return each firm's seasonal index (F, 12), January first, 1 in the mean; NaN where it is not known.

    A calendar month's mean over the mean of the twelve. Known with 24 months or more, each calendar month
    twice, and sales above 0: over fewer years a month's luck looks like a season.

    Parameters
    ----------
    sales : (F, k) float64
        NaN where not known.
    calendar : (k,) int64
        Calendar month of each column, 0 for January.

    Examples
    --------
    >>> year = np.array([1.0] * 11 + [13.0])
    >>> own_season(np.tile(year, 2)[None, :], np.arange(24) % 12)[0, -2:].tolist()
    [0.5, 6.5]
    >>> bool(np.isnan(own_season(year[None, :], np.arange(12))).all())
    True
    """
    known = ~np.isnan(sales)
    amount = np.where(known, sales, 0.0)
    count, total = np.zeros((2, len(sales), YEAR))
    for month in range(YEAR):
        here = calendar == month
        count[:, month] = known[:, here].sum(axis=1)
        total[:, month] = amount[:, here].sum(axis=1)
    mean = total / np.maximum(count, 1)
    level = mean.sum(axis=1) / YEAR
    told = (known.sum(axis=1) >= SEASON_MONTHS) & (count.min(axis=1) >= 2) & (level > 0)
    return np.divide(mean, level[:, None], out=np.full(mean.shape, np.nan), where=told[:, None])


def read_books(panel: Panel, season: np.ndarray, calendar: np.ndarray, is_recent: np.ndarray) -> Books:
    """Return each firm's usual month.

    Parameters
    ----------
    panel : Panel
        Of F firms.
    season : (F, 12) float64
        Index by calendar month: months that are not known must not bend the mean.
    calendar : (WIDTH,) int64
        Calendar month of the axis' columns.
    is_recent : (F,) bool
        Firms whose trial balances are recent enough to be used.

    Returns
    -------
    Books
        From trial balances where sales and costs of 9 or more of the latest 12 months are known, else from
        the latest closing.
    """
    monthly = _year_of_months(panel, season, calendar)
    yearly = _parts(latest(panel.closings), YEAR)
    use = is_recent & ~(np.isnan(monthly["sales"]) | np.isnan(monthly["bought"]))
    return Books(use, **{name: np.where(use, monthly[name], yearly[name]) for name in yearly})


def _year_of_months(panel: Panel, season: np.ndarray, calendar: np.ndarray) -> dict[str, np.ndarray]:
    """Return the mean month of the latest 12, sales as in a year of average months; NaN: too few known."""
    parts = _parts({name: panel.monthly[name][:, MONTHS - YEAR :] for name in _ACCOUNTS}, 1)
    known = ~(np.isnan(parts["sales"]) | np.isnan(parts["bought"]))
    count = known.sum(axis=1)
    enough = count >= FEWEST_MONTHS

    def mean(values: np.ndarray) -> np.ndarray:
        total = np.where(known & ~np.isnan(values), values, 0.0).sum(axis=1)
        return np.where(enough, total / np.maximum(count, 1), np.nan)

    found = {name: mean(values) for name, values in parts.items()}
    # the index of the months that are known, on the mean: 1 for a whole year
    age = np.nan_to_num(panel.monthly_age_months).astype(np.int64)
    of_month = (calendar[-FIRST] - age[:, None] + np.arange(1 - YEAR, 1)) % YEAR
    index = np.where(known, np.take_along_axis(season, of_month, axis=1), 0.0).sum(axis=1)
    total = np.where(known, parts["sales"], 0.0).sum(axis=1)
    found["sales"] = np.divide(total, index, out=np.full(len(total), np.nan), where=enough & (index > 0))
    return found


_ACCOUNTS = (
    "sales",
    "cost_of_sales",
    "gross_profit",
    "selling_general_admin",
    "operating_profit",
    "depreciation",
    "personnel_expenses",
    "ordinary_profit",
    "interest_expense",
)


def _parts(accounts: Mapping[str, np.ndarray], months: int) -> dict[str, np.ndarray]:
    """Return the parts of `Books` of periods of so many months, in the shape of the accounts."""
    sales, operating = accounts["sales"], accounts["operating_profit"]
    own = np.where(
        np.isnan(accounts["cost_of_sales"]), sales - accounts["gross_profit"], accounts["cost_of_sales"]
    )
    # what is between sales and operating profit; only without the profit the two lines are added up
    costs = np.where(np.isnan(operating), own + accounts["selling_general_admin"], sales - operating)
    personnel = np.nan_to_num(accounts["personnel_expenses"])
    bought = np.maximum(costs - np.nan_to_num(accounts["depreciation"]) - personnel, 0.0)
    ordinary = accounts["ordinary_profit"]
    interest = np.nan_to_num(accounts["interest_expense"])
    found = {
        "sales": sales,
        "cost_of_sales": np.nan_to_num(own),
        "bought": bought,
        "personnel": personnel,
        "ordinary_profit": np.where(np.isnan(ordinary), sales - costs - interest, ordinary),
        "interest": interest,
    }
    return {name: values / months for name, values in found.items()}


def known_months(panel: Panel, name: str) -> np.ndarray:
    """Return an account of the trial balances on the axis (F, WIDTH); NaN where not known."""
    return lay_on_axis(panel.monthly[name], panel.monthly_age_months)
