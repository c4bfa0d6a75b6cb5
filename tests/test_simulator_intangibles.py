"""Software is written off in equal parts and renewed now and then: cases worked by hand."""

import doctest
from dataclasses import replace

import numpy as np
import pytest

from simulator import intangibles, sundries
from simulator.books import balance_sheet
from simulator.firms import draw_traits
from simulator.life import live
from simulator.moment import first_recent, moment_of
from simulator.opening import open_books
from simulator.shocks import NEVER_CLOSES, opening_drive
from simulator.world import make_world

WORLD = make_world(1, first_month="2015-01", months=24)
K = 30
TAX = 0.08  # July 2015
ZERO, HALF = np.zeros((1, sundries.DRAWS)), np.full((1, sundries.DRAWS), 0.5)


def test_doctests():
    assert doctest.testmod(intangibles).failed == 0


def test_a_purchase_is_gone_after_sixty_equal_months():
    schedule = np.zeros((1, intangibles.LIFE))
    intangibles.spread(schedule, np.array([600_000.0]), 7)
    parts = [intangibles.write_down(schedule, k)[0] for k in range(8, 8 + 62)]
    # 600,000 / 60 in each of the months 8 to 67, nothing afterwards
    assert parts == [10_000] * 60 + [0, 0]


def test_two_purchases_are_written_off_side_by_side():
    schedule = np.zeros((1, intangibles.LIFE))
    intangibles.spread(schedule, np.array([600_000.0]), 0)
    for k in range(1, 25):
        intangibles.write_down(schedule, k)
    intangibles.spread(schedule, np.array([1_200_000.0]), 24)
    # months 25 to 60 have 10,000 and 20,000, months 61 to 84 the second alone: 36 × 30,000 + 24 × 20,000
    parts = [intangibles.write_down(schedule, k)[0] for k in range(25, 86)]
    assert parts == [30_000] * 36 + [20_000] * 24 + [0]


def test_what_was_there_before_is_written_off_over_the_months_left():
    # 1 + 60 × 0.15 = 10 months are left of 100,001 yen: 10,000 each, and one yen that comes first
    schedule = intangibles.half_written(np.array([100_001.0]), np.array([0.15]))
    assert [intangibles.write_down(schedule, k)[0] for k in range(11)] == [10_001] + [10_000] * 9 + [0]


@pytest.mark.parametrize(("cash", "margin", "price"), [(1e6, 0.02, 320_000), (9e5, 0.02, 0), (1e6, -0.01, 0)])
def test_software_is_bought_with_its_tax_out_of_plenty(monkeypatch, cash, margin, price):
    traits = draw_traits(WORLD, np.array([3]))
    none = dict.fromkeys(
        ("suspense_share", "other_current_share", "premium", "payout", "draws_on_firm", "buffer"), np.zeros(1)
    )
    traits = replace(traits, start=np.array([0]), base_sales=np.array([1.2e7]), **none)
    moment = moment_of(WORLD, traits, first_recent(traits), np.array([NEVER_CLOSES]), K)
    moment = replace(moment, yearly_margin=np.array([margin]))
    ledger, _ = open_books(WORLD, traits)
    for values in vars(ledger).values():
        values[:] = 0
    ledger.cash[:] = cash
    monkeypatch.setattr(intangibles, "uniforms", lambda *_, **__: np.array([[0.5, 0.0]]))
    small = sundries.sundry_month(
        moment, ledger, opening_drive(traits), np.zeros(1), np.zeros(1, bool), ZERO, HALF
    )
    # 300,000 + 0.2 % of 12,000,000 = 324,000, in round ten thousands; a third of 1,000,000 pays for it, of
    # 900,000 (300,000) does not, and who loses money waits
    assert (small.spent[0], ledger.vat[0]) == (price * (1 + TAX), -price * TAX)
    assert balance_sheet(ledger)["intangible_assets"][0] == price == ledger.intangible_parts.sum()


def test_lives_write_off_what_they_hold_and_no_longer_all_at_the_same_pace():
    world = make_world(3, first_month="2015-01", months=132)
    lives = live(world, draw_traits(world, np.arange(200)))
    held = lives.accounts["intangible_assets"]
    k = np.arange(held.shape[1])[None, :]
    lived = k <= np.where(lives.ended >= 0, lives.ended, lives.months - 1)[:, None]
    assert (held[lived] >= 0).all()
    moved = np.diff(held, axis=1)[lived[:, 1:]]
    assert (moved > 0).sum() > 50  # bought
    assert (moved == 0).mean() > 0.3  # who holds nothing
    both = lived[:, 24:] & (held[:, 12:-12] > 0)
    pace = (held[:, 24:] / np.where(held[:, 12:-12] > 0, held[:, 12:-12], 1.0))[both]
    assert (np.abs(pace - 0.7767) < 0.002).mean() < 0.05  # (1 - 0.25/12)^12 was everybody's
