"""The small things of a month, worked by hand: nothing is spent that is not there."""

from dataclasses import replace

import numpy as np
import pytest

from simulator import sundries
from simulator.firms import draw_traits
from simulator.moment import first_recent, moment_of
from simulator.opening import open_books
from simulator.shocks import CAUSE, NEVER_CLOSES, opening_drive
from simulator.world import make_world

WORLD = make_world(1, first_month="2015-01", months=24)
FEBRUARY = next(t for t in range(24, 36) if WORLD.month_of_year[t] == 2)
Z, U = np.zeros((1, sundries.DRAWS)), np.full((1, sundries.DRAWS), 0.5)
BASE = 12_000_000.0


@pytest.fixture
def firm():
    """A firm with sales of a million a month, its books empty; it keeps no buffer and no habits."""
    traits = draw_traits(WORLD, np.array([3]))
    habits = dict.fromkeys(
        ("suspense_share", "other_current_share", "premium", "payout", "draws_on_firm", "buffer"), np.zeros(1)
    )
    traits = replace(
        traits,
        start=np.array([0]),
        join=np.array([0]),
        year_end=np.array([3]),
        base_sales=np.array([BASE]),
        **habits,
    )
    moment = moment_of(WORLD, traits, first_recent(traits), np.array([NEVER_CLOSES]), FEBRUARY + 1)
    ledger, _ = open_books(WORLD, traits)
    for values in vars(ledger).values():
        values[:] = 0
    return moment, ledger, opening_drive(traits)


def with_traits(firm, **traits):
    moment, *rest = firm
    return replace(
        moment, traits=replace(moment.traits, **{k: np.array([v]) for k, v in traits.items()})
    ), *rest


def month(firm, *, sunk=0.0, eased=False, z=Z, u=U):
    return sundries.sundry_month(*firm, np.array([sunk]), np.array([eased]), z, u)


def test_odd_income_comes_every_month(firm):
    small = month(firm)
    # 0.12 % of a month's sales
    assert (small.income[0], small.received[0], small.spent[0]) == (1_200, 1_200, 0)


def test_one_month_in_fifty_brings_nine_times_as_much(firm):
    u = U.copy()
    u[:, 13] = 0.019
    assert month(firm, u=u).income[0] == 10_800


def test_deposits_bear_interest_twice_a_year(firm):
    moment, ledger, drive = firm
    ledger.cash[:] = 10_000_000
    half = np.floor(10_000_000 * WORLD.deposit_rate[FEBRUARY] / 200)
    february = replace(moment, t=np.array([FEBRUARY]))
    assert month((february, ledger, drive)).interest_income[0] == half > 0
    assert month(firm).interest_income[0] == 0  # March


def test_a_premium_is_paid_while_there_is_money(firm):
    saver = with_traits(firm, premium=0.01)
    _, ledger, _ = saver
    assert month(saver).spent[0] == 0
    ledger.cash[:] = 40 * 7_000
    month(saver)
    assert ledger.investments[0] == 7_000  # a fortieth of what is to spare
    ledger.cash[:] = 40 * 20_000
    assert month(saver).spent[0] == 10_000  # 1 % of sales a year, a twelfth a month
    assert ledger.investments[0] == 17_000


@pytest.mark.parametrize(("lent", "drawn"), [(0, 9_600), (1, 0)])
def test_an_owner_draws_on_a_firm_that_loses_unless_he_lends_to_it(firm, lent, drawn):
    moment, ledger, drive = with_traits(firm, draws_on_firm=1.0)
    ledger.cash[:], ledger.owner_loan[:] = 10_000_000, lent
    losing = replace(moment, yearly_margin=np.array([-0.02]))
    assert month((losing, ledger, drive)).spent[0] == drawn  # 0.08 % of sales
    assert ledger.officer_receivable[0] == drawn


def test_a_venture_takes_seven_tenths_of_what_is_to_spare_at_most(firm):
    _, ledger, drive = firm
    ledger.cash[:] = 1_000_000
    assert month(firm, sunk=5_000_000).spent[0] == 700_000
    assert (ledger.officer_receivable[0], ledger.intangible[0]) == (350_000, 350_000)
    assert drive.damage[0, CAUSE["venture"]] == 700_000


@pytest.mark.parametrize(
    ("month_of_year", "eased", "retained", "paid"),
    [
        (5, False, 9e6, 400_000),
        (5, True, 9e6, 0),
        (6, False, 9e6, 0),
        (5, False, -1.0, 0),
        (5, False, 3.6e5, 300_000),
    ],
)
def test_dividends_come_out_of_kept_profit_two_months_after_the_year(
    firm, month_of_year, eased, retained, paid
):
    moment, ledger, drive = with_traits(firm, payout=0.2)
    t = next(t for t in range(24, 36) if WORLD.month_of_year[t] == month_of_year)
    ledger.cash[:], ledger.last_net[:], ledger.retained[:] = 10_000_000, 2_400_000, retained
    small = month((replace(moment, t=np.array([t])), ledger, drive), eased=eased)
    # 20 % of 2,400,000 are 480,000, in full hundred thousands
    assert (small.dividends[0], ledger.retained[0]) == (paid, retained - paid)


def test_worn_machines_are_thrown_away_at_a_years_end(firm):
    moment, ledger, drive = firm
    ledger.depreciable[:] = 1_000_000
    u = U.copy()
    u[:, 14] = 0.15
    goes_on = replace(moment, closes=np.array([False]))
    assert month((goes_on, ledger, drive), u=u).scrapped[0] == 0
    # March ends the year; 0.15 of the 0.30 of draws that scrap anything: half of 5 %
    assert month(firm, u=u).scrapped[0] == 25_000
    assert ledger.depreciable[0] == 975_000


def test_a_balance_wanders_home(firm):
    # a quarter of the way from 0 to 100, and 0.3 of it by chance
    step = sundries._towards(np.array([0.0]), np.array([100.0]), 0.3, np.array([1.0]))
    assert step[0] == 55
    assert (
        sundries._towards(np.array([40.0]), np.array([100.0]), 1.0, np.array([-2.0]))[0] == -40
    )  # never below 0
