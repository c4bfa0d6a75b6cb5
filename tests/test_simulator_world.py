"""The world all firms share."""

import doctest

import numpy as np
import pytest

import simulator.world as world_module
from intake.contracts import INDUSTRIES
from simulator.world import BURN_IN_MONTHS, NEVER, SEASONS, industry_table, make_world, month_end_dates

WORLD = make_world(1, first_month="2015-01", months=132)


def test_doctests():
    assert doctest.testmod(world_module).failed == 0


def test_industries_are_those_of_the_contract_and_their_costs_leave_room_for_a_margin():
    table = industry_table()
    assert tuple(table.index) == INDUSTRIES
    costs = table[["material", "outsourcing", "personnel", "depreciation"]].sum(axis=1)
    assert ((costs > 0.5) & (costs < 0.95)).all()
    assert set(table["season"]) <= set(SEASONS)


def test_seasons_have_twelve_months_and_mean_one():
    for name, factors in SEASONS.items():
        assert len(factors) == 12, name
        assert np.mean(factors) == pytest.approx(1.0, abs=0.005), name


def test_the_calendar_begins_with_the_burn_in():
    assert WORLD.month_ends[BURN_IN_MONTHS] == np.datetime64("2015-01-31")
    assert WORLD.month_of_year[BURN_IN_MONTHS] == 1
    assert WORLD.month_ends[WORLD.months - 1] == np.datetime64("2025-12-31")
    # February 2016 was a leap month: 29 days
    assert month_end_dates(np.array([2016 * 12 + 1]))[0] == np.datetime64("2016-02-29")


def test_consumption_tax_follows_the_law():
    tax = {(2014, 3): 0.05, (2014, 4): 0.08, (2019, 9): 0.08, (2019, 10): 0.10, (2025, 12): 0.10}
    for (year, month), rate in tax.items():
        assert WORLD.tax[WORLD.index(year, month)] == rate


def test_the_epidemic_is_a_fall_by_industry_that_passes():
    dining = INDUSTRIES.index("0601")
    building = INDUSTRIES.index("0201")
    may = WORLD.index(2020, 5)
    # 43 % of restaurants' sales at the worst: log(0.57) = -0.562
    assert WORLD.epidemic[may, dining] == pytest.approx(np.log(0.57))
    assert WORLD.epidemic[may, building] > -0.06
    assert (WORLD.epidemic[WORLD.index(2019, 12)] == 0).all()
    assert (WORLD.epidemic[WORLD.index(2024, 1)] == 0).all()


def test_a_longer_world_is_the_same_world_that_goes_on():
    longer = make_world(1, first_month="2015-01", months=150)
    months = WORLD.months
    assert (longer.demand[:months] == WORLD.demand[:months]).all()
    assert (longer.disaster[:months] == WORLD.disaster[:months]).all()
    early = WORLD.customer_fails < months
    assert (longer.customer_fails[early] == WORLD.customer_fails[early]).all()


def test_customers_pay_late_before_they_fail():
    fails = WORLD.customer_fails
    failing = np.flatnonzero((fails > 12) & (fails < NEVER))
    before = np.mean([WORLD.customer_late[fails[c] - 2, c] for c in failing])
    usual = WORLD.customer_late[:, fails == NEVER].mean()
    assert len(failing) > 50
    assert before > 10 * usual


def test_another_seed_is_another_world():
    other = make_world(2, first_month="2015-01", months=132)
    assert not np.allclose(other.demand, WORLD.demand)
    assert (other.tax == WORLD.tax).all()
