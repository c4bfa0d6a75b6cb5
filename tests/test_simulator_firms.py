"""Traits of firms."""

import doctest

import numpy as np

import simulator.firms as firms_module
from simulator.firms import draw_traits, size_class
from simulator.world import BURN_IN_MONTHS, industry_table, make_world

WORLD = make_world(1, first_month="2015-01", months=132)
TRAITS = draw_traits(WORLD, np.arange(4000))


def test_doctests():
    assert doctest.testmod(firms_module).failed == 0


def test_size_class_by_metis_staff_limits():
    # 0201, 1400: small up to 20; 0401, 0501, 1006: small up to 5
    codes = np.array(["0201", "0201", "1400", "0401", "0501", "1006", "1006"])
    staff = np.array([20, 21, 20, 5, 6, 5, 6])
    expected = ["small", "medium", "small", "small", "medium", "small", "medium"]
    assert size_class(codes, staff).tolist() == expected


def test_cost_shares_and_margin_make_up_sales():
    depreciation = TRAITS.depreciable * 0.13
    bought = TRAITS.material + TRAITS.outsourcing + TRAITS.other
    # 8 % on what is bought, of which the part for exempt sales is a cost
    tax = 0.08 * (1 - TRAITS.taxable) * bought
    assert np.allclose(bought + tax + TRAITS.staff + TRAITS.officers + depreciation + TRAITS.margin, 1.0)
    for name in ("material", "outsourcing", "staff", "officers", "other"):
        assert (getattr(TRAITS, name) > 0).all(), name


def test_sizes_span_three_orders_of_magnitude_and_most_firms_are_small():
    low, high = np.quantile(TRAITS.base_sales, [0.005, 0.999])
    assert high / low > 300
    assert np.mean(TRAITS.employees <= 5) > 0.55


def test_shares_add_up():
    assert np.allclose(TRAITS.customer_share.sum(axis=1), 1.0)
    assert np.allclose(TRAITS.supplier_share.sum(axis=1), 1.0)
    assert (TRAITS.customer_share >= 0).all()
    assert (TRAITS.supplier_share >= 0).all()


def test_every_industry_and_year_end_occurs():
    assert set(TRAITS.industry) == set(range(len(industry_table())))
    assert set(TRAITS.year_end) == set(range(1, 13))


def test_entrants_live_two_years_before_they_come_in():
    entrants = TRAITS.is_entrant
    assert (TRAITS.join[entrants] - TRAITS.start[entrants] == BURN_IN_MONTHS).all()
    assert (TRAITS.join[entrants] > BURN_IN_MONTHS).all()
    assert (TRAITS.start[~entrants] == 0).all()
    # 1 / (1 + 0.052 × 11 years) = 0.636 are there from the beginning
    assert abs(np.mean(~entrants) - 0.636) < 0.03


def test_care_and_rents_bear_little_consumption_tax():
    code = industry_table().index.to_numpy()[TRAITS.industry]
    care, homes = TRAITS.taxable[code == "1101"], TRAITS.taxable[code == "0701"]
    # exempt around 92 %, by up to 0.8 × 8 points; around 35 %, by up to 0.8 × 35 points
    assert 0.016 < care.min() < care.max() < 0.144
    assert 0.37 < homes.min() < homes.max() < 0.93
    assert (TRAITS.taxable[~np.isin(code, ("0701", "1101"))] == 1).all()
