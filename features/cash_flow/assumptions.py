"""What a projection takes for granted, each value with its reason; all may be passed in otherwise."""

from dataclasses import dataclass

from features.bank_ratios import TAX_RATE
from features.cash_flow.collection import COUNTERPARTY_POOL, FIRM_POOL, PRIOR_HAZARD
from features.cash_flow.tax_calendar import (
    BONUS_MONTHS,
    CONSUMPTION_ABOVE_YEN,
    CORPORATE_HALFWAY_ABOVE_YEN,
)


@dataclass(frozen=True)
class Assumptions:
    """Rates and rules of a projection.

    Attributes
    ----------
    consumption_tax : float
        10 % since 2019-10; on all sales and on all costs but pay. What is at 8 %, exempt or untaxed is not in
        the accounts: too much is taken in and then paid to the tax office, so timing suffers, not the year.
    national_consumption_share : float
        7.8 points of the 10 are the State's: the steps of the law count these.
    national_corporate_share : float
        Project default: of all taxes on income some 65 % are national corporate tax (15 of 23 % at the low
        rate), which the law's step for halfway payments counts.
    most_tax_rate : float
        Of profit, where the firm's own rate is not known.
    social_share : float
        Project default: of personnel cost, what goes to social insurance a month later. Pay of 100 costs 115
        with the employer's half of some 30 %, and 30 of 115 are 26 %.
    bonus_months, bonus_pay : tuple of int, float
        Project default: half a month's pay each; firms of 5 to 29 heads that pay a bonus pay some 0.96 months
        (毎月勤労統計, summer 2017), but many pay none, and officers seldom get one.
    year_end_month : int
        Where no closing tells it: March, the commonest.
    renews_bullets : bool
        Whether loans without instalments (手形貸付 and the like) are taken to be renewed when they mature, as
        lenders mostly do (docs/cash.md: without it closing cash is further off at every horizon).
    prior_hazard, counterparty_pool, firm_pool
        See `collection`.
    consumption_above_yen, corporate_halfway_above_yen
        See `tax_calendar`: the law's steps are the only amounts in yen that a projection knows by itself.
    """

    consumption_tax: float = 0.10
    national_consumption_share: float = 0.78
    national_corporate_share: float = 0.65
    most_tax_rate: float = TAX_RATE
    social_share: float = 0.26
    bonus_months: tuple[int, ...] = BONUS_MONTHS
    bonus_pay: float = 0.5
    year_end_month: int = 3
    renews_bullets: bool = True
    prior_hazard: tuple[float, ...] = PRIOR_HAZARD
    counterparty_pool: float = COUNTERPARTY_POOL
    firm_pool: float = FIRM_POOL
    consumption_above_yen: tuple[float, ...] = CONSUMPTION_ABOVE_YEN
    corporate_halfway_above_yen: float = CORPORATE_HALFWAY_ABOVE_YEN


DEFAULTS = Assumptions()
