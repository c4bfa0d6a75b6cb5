"""Aims of dressed closings: a black figure and equity above nought, or mostly nothing is laid on."""

import doctest

import numpy as np
import pytest

from simulator import aims, dressing, layers
from simulator.aims import Wish
from simulator.firms import draw_traits
from simulator.layers import KIND, PART, PARTS
from simulator.life import live
from simulator.seen.desk import Desk
from simulator.seen.dressed_books import truth_dressing
from simulator.seen.statements import statements
from simulator.world import make_world

TAX = np.array([0.1])
STOCK, OFFICER, DEFERRED = PART["stock"], PART["officer"], PART["deferral"]
HABIT = np.array([[KIND["stock_padding"], KIND["officer_account"], KIND["deferral"]]])
CONTENT, WANTS_EQUITY = 0.0, 0.99  # third draw of a firm
LOOKS_FURTHER, LEAVES_IT, STUBBORN = 0.2, 0.7, 0.95  # second draw


def closing(ordinary: float, net: float, need: float, gap: float = 0.0) -> Wish:
    return Wish(*(np.array([value]) for value in (need, gap, 0.0, ordinary, net)))


def laid_on(wish: Wish, second: float, third: float = WANTS_EQUITY) -> tuple[list[float], float]:
    """Lay on where stock carries 300,000 yen, the officer's account 200,000 and deferred costs 400,000."""
    most = np.zeros((1, len(PARTS)))
    most[0, [STOCK, OFFICER, DEFERRED]] = 300_000, 200_000, 400_000
    layer, gap = aims.lay_on(
        np.zeros((1, len(PARTS))), HABIT, wish, most, TAX, np.array([[0.5, second, third]])
    )
    return layer[0, [STOCK, OFFICER, DEFERRED]].tolist(), float(gap[0])


def test_doctests():
    assert doctest.testmod(aims).failed == 0


@pytest.mark.parametrize("second", [LOOKS_FURTHER, LEAVES_IT, STUBBORN])
def test_two_habits_that_suffice_are_used_whoever_it_is(second):
    # a loss of 400,000 and 50,000 to show: 300,000 of stock and 150,000 lent to the officer
    assert laid_on(closing(-400_000, 9e6, 450_000), second) == ([300_000, 150_000, 0], 0)


def test_what_two_habits_do_not_reach_a_third_may_and_else_it_is_left():
    # a loss of 600,000: stock and officer hold 500,000
    lost = closing(-600_000, 9e6, 650_000)
    assert laid_on(lost, LOOKS_FURTHER) == ([300_000, 200_000, 150_000], 0)
    assert laid_on(lost, LEAVES_IT) == ([0, 0, 0], 0)
    assert laid_on(lost, STUBBORN) == ([300_000, 200_000, 0], 0)
    # a loss of 1,000,000 is beyond all three, which hold 900,000
    assert laid_on(closing(-1_000_000, 9e6, 1_050_000), LOOKS_FURTHER) == ([0, 0, 0], 0)


def test_a_black_figure_alone_is_enough_for_some_where_equity_is_lost():
    # the loss could be hidden, but 5 million of equity are missing
    lost = closing(-100_000, -5e6, 150_000)
    assert laid_on(lost, LEAVES_IT) == ([0, 0, 0], 0)
    assert laid_on(lost, LEAVES_IT, CONTENT) == ([150_000, 0, 0], 0)


def test_what_is_put_into_equity_counts_and_is_left_with_the_rest():
    # −600,000 and 150,000 of profit leave −450,000: a gap of 500,000 fills it
    assert laid_on(closing(-100_000, -600_000, 150_000, 500_000), LEAVES_IT) == ([150_000, 0, 0], 500_000)
    # without the profit there is no use in it
    assert laid_on(closing(-600_000, -600_000, 650_000, 500_000), LEAVES_IT) == ([0, 0, 0], 0)


def test_invented_sales_count_without_their_tax():
    habit = np.array([[KIND["fictitious_sales"], -1, KIND["deferral"]]])
    most = np.zeros((1, len(PARTS)))
    most[0, PART["sales"]] = 440_000
    # 440,000 with tax are 400,000 of profit: enough for a loss of 400,000, not of 410,000
    for loss, laid in ((400_000, 440_000), (410_000, 0)):
        layer, _ = aims.lay_on(
            np.zeros((1, len(PARTS))), habit, closing(-loss, 9e6, loss + 50_000), most, TAX,
            np.array([[0.5, LEAVES_IT, WANTS_EQUITY]]),
        )  # fmt: skip
        assert layer[0, PART["sales"]] == laid


def test_few_dressed_closings_still_show_what_dressing_was_meant_to_hide():
    world = make_world(8, first_month="2015-01", months=132)
    traits = draw_traits(world, np.arange(9000))
    who = np.flatnonzero(traits.honesty < dressing.HONESTY_BELOW)
    desk = Desk(world, live(world, draw_traits(world, who)))
    rows = truth_dressing(desk)
    key = ["firm_id", "period_end"]
    profit = rows[rows["shown_to"] == "all"].groupby(key)["profit_yen"].sum()
    books = statements(desk)
    books = books[(books["kind"] == "annual") & (books["source_actor"] == "association")]
    books = books.drop_duplicates(key, keep="last").set_index(key)
    shown = books.loc[profit.index[profit > 0].intersection(books.index)]
    assert len(shown) > 300
    assert (shown["ordinary_profit"] < 0).mean() < 0.10
    assert (shown["net_assets"] < 0).mean() < 0.16


def test_gain_is_what_layers_lay_on():
    layer, most = np.zeros((1, len(PARTS))), np.full((1, len(PARTS)), 2e6)
    habit = np.array([[KIND["fictitious_sales"], KIND["stock_padding"]]])
    full = layers.lay_on(layer, habit, np.array([2_500_000.0]), most, TAX)
    # 2,000,000 of sales with tax are 1,818,182 of profit; stock makes up the rest, in full 10,000
    assert layers.gain(full - layer, TAX)[0] == pytest.approx(2_500_000, abs=10_000)
