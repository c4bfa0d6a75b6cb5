"""Corporate and consumption tax in the months they are paid: what the closing owes, then each year's."""

from dataclasses import dataclass

import numpy as np

from features.account_sums import latest
from features.cash_flow.assumptions import Assumptions
from features.cash_flow.axis import FIRST, NEVER, PAST, WIDTH, month_of, relative_months
from features.cash_flow.books import YEAR, Books
from features.cash_flow.tax_calendar import CORPORATE_HALFWAY_AFTER, FINAL_AFTER, consumption_schedule
from features.panel import Panel

YEARS = 3  # year ends from the oldest closing that counts to the last whose taxes are paid within the horizon


@dataclass(frozen=True, eq=False)
class TaxYear:
    """What is known of F firms' taxes, (F,); yen a year.

    Attributes
    ----------
    year_end : (F,) int64
        Month of the latest closing, from the as-of month.
    corporate, consumption : (F,) float64
        Taxes of the year that the closing speaks of.
    corporate_owed, consumption_owed : (F,) float64
        What of them was not paid yet at the closing.
    corporate_next : (F,) float64
        Tax of each year after it.
    """

    year_end: np.ndarray
    corporate: np.ndarray
    consumption: np.ndarray
    corporate_owed: np.ndarray
    consumption_owed: np.ndarray
    corporate_next: np.ndarray


def own_tax_rate(taxes: np.ndarray, pretax: np.ndarray, most: float) -> np.ndarray:
    """Return the share of profit that a firm pays in tax (F,): its last closing's, from 0 to `most`.

    A firm with a loss carries it forward and pays next to nothing on what it earns next; its rate is 0.
    Where nothing is known it is `most`.

    Examples
    --------
    >>> taxes, pretax = np.array([20.0, 7.0, 50.0, np.nan]), np.array([100.0, -9.0, 100.0, 10.0])
    >>> own_tax_rate(taxes, pretax, 0.34).tolist()
    [0.2, 0.0, 0.34, 0.34]
    """
    rate = np.divide(taxes, pretax, out=np.zeros(len(taxes)), where=pretax > 0)
    rate = np.clip(rate, 0.0, most)
    return np.where(np.isnan(taxes) | np.isnan(pretax), most, rate)


def read_tax_year(panel: Panel, books: Books, rules: Assumptions) -> TaxYear:
    """Return what is known of each firm's taxes; where no closing is known, a year's end without debts."""
    accounts = latest(panel.closings)
    stated = relative_months(panel.closing_end[:, -1], panel.as_of_date)
    has_closing = stated != NEVER
    by_default = -((month_of(panel.as_of_date) + 1 - rules.year_end_month) % YEAR)
    # a closing older than two years tells the month of the year's end, and no debts
    is_old = stated <= -PAST
    year_end = np.where(is_old, stated % YEAR - PAST + YEAR, stated)
    year_end = np.where(has_closing, np.minimum(year_end, 0), by_default)
    rate = own_tax_rate(accounts["income_taxes"], accounts["pretax_profit"], rules.most_tax_rate)
    a_year = rate * np.maximum(np.nan_to_num(books.ordinary_profit), 0.0) * YEAR
    taxes = np.where(np.isnan(accounts["income_taxes"]), a_year, accounts["income_taxes"])
    added = np.maximum(np.nan_to_num(books.sales - books.bought), 0.0)
    consumption = rules.consumption_tax * added * YEAR
    ahead = consumption_schedule(
        consumption * rules.national_consumption_share, rules.consumption_above_yen
    ).sum(axis=1)
    owed, consumption_owed = accounts["income_taxes_payable"], accounts["consumption_taxes_payable"]
    owes = has_closing & ~is_old
    return TaxYear(
        year_end=year_end,
        corporate=np.maximum(taxes, 0.0),
        consumption=consumption,
        corporate_owed=np.where(owes, np.where(np.isnan(owed), np.maximum(taxes, 0.0), owed), 0.0),
        consumption_owed=np.where(
            owes, np.where(np.isnan(consumption_owed), consumption * (1 - ahead), consumption_owed), 0.0
        ),
        corporate_next=a_year,
    )


def tax_payments(year: TaxYear, rules: Assumptions) -> np.ndarray:
    """Return the taxes paid in each month of the axis, (F, WIDTH) yen.

    Two months after the closing what it owes; after each later year's end that year's tax less what was paid
    ahead, never below 0: a refund comes later than it is hoped for. In between, instalments by the tax of the
    year before.

    Examples
    --------
    >>> from features.cash_flow.assumptions import DEFAULTS
    >>> from features.cash_flow.axis import AHEAD
    >>> one = lambda *values: [np.array([value]) for value in values]
    >>> year = TaxYear(*one(0, 400_000.0, 600_000.0, 100_000.0, 300_000.0, 300_000.0))
    >>> tax_payments(year, DEFAULTS)[0, AHEAD].tolist()  # 65 % of 400,000 and 78 % of 600,000: no steps
    [0.0, 400000.0, 0.0, 0.0, 0.0, 0.0, 0.0, 200000.0, 0.0, 0.0, 0.0, 0.0]
    """
    paid = np.zeros((len(year.year_end), WIDTH))

    def pay(month: np.ndarray, amount: np.ndarray) -> None:
        column = month - FIRST
        inside = np.flatnonzero((column >= 0) & (column < WIDTH))
        paid[inside, column[inside]] += amount[inside]

    def halfway(tax: np.ndarray) -> np.ndarray:
        steps = tax * rules.national_corporate_share > rules.corporate_halfway_above_yen
        return np.where(steps, tax / 2, 0.0)

    shares = consumption_schedule(
        year.consumption * rules.national_consumption_share, rules.consumption_above_yen
    )
    corporate, corporate_owed, consumption_owed = year.corporate, year.corporate_owed, year.consumption_owed
    for number in range(YEARS):
        end = year.year_end + number * YEAR
        pay(end + FINAL_AFTER, corporate_owed + consumption_owed)
        pay(end + CORPORATE_HALFWAY_AFTER, halfway(corporate))
        for after in np.flatnonzero(shares.any(axis=0)):
            pay(end + after, shares[:, after] * year.consumption)
        corporate_owed = np.maximum(year.corporate_next - halfway(corporate), 0.0)
        consumption_owed = year.consumption * (1 - shares.sum(axis=1))
        corporate = year.corporate_next
    return paid
