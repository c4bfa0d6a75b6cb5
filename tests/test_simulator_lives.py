"""How firms fail, recover and leave: from lack of cash alone."""

import re
from pathlib import Path

import numpy as np
import pytest

import simulator
from simulator.distress import OVERDUE_AT
from simulator.firms import draw_traits
from simulator.life import live
from simulator.seen.desk import Desk
from simulator.seen.troubles import truth_troubles
from simulator.world import BURN_IN_MONTHS, make_world

WORLD = make_world(1, first_month="2015-01", months=132)


@pytest.fixture(scope="module")
def lives():
    return live(WORLD, draw_traits(WORLD, np.arange(2500)))


@pytest.fixture(scope="module")
def in_sight(lives):
    k = np.arange(lives.accounts["sales"].shape[1])[None, :]
    first = np.maximum(lives.traits.join, BURN_IN_MONTHS) - lives.traits.start
    last = np.where(lives.ended >= 0, lives.ended, lives.months - 1)
    return (k >= first[:, None]) & (k <= last[:, None])


def years(lives, month_of_life):
    return 2013 + (lives.traits.start + month_of_life) // 12


def test_default_rate_by_year_is_plausible_and_follows_the_calendar(lives, in_sight):
    default = np.maximum(lives.overdue, lives.stopped)
    firm_years = in_sight.sum() / 12
    rate = (default >= 0).sum() / firm_years
    assert 0.010 < rate < 0.025  # CGC statistics: 1 to 2.5 % a year (domain §5.2)
    when = np.where(default >= 0, years(lives, default), 0)
    counts = {year: (when == year).sum() for year in range(2015, 2026)}
    # held down while epidemic loans, subsidies and relief last; more after it
    assert counts[2021] < 0.7 * np.mean([counts[2018], counts[2019]])
    assert np.mean([counts[2023], counts[2024], counts[2025]]) > 1.3 * counts[2021]


def test_the_number_of_firms_stays_about_the_same(lives, in_sight):
    alive = []
    for year in range(2015, 2026):
        k = (year - 2013) * 12 - lives.traits.start
        ok = (k >= 0) & (k < in_sight.shape[1])
        alive.append(in_sight[np.flatnonzero(ok), k[ok]].sum())
    assert max(alive) < 1.2 * min(alive)


def test_who_goes_bankrupt_has_no_money_left(lives):
    firm = np.flatnonzero(lives.stopped >= 0)
    cash = lives.accounts["cash_deposits"][firm, lives.stopped[firm]]
    wages = lives.accounts["personnel_expenses"][firm, lives.stopped[firm]]
    bills = lives.accounts["accounts_payable_other"] + lives.accounts["payables"]
    assert len(firm) > 50
    # what is left covers neither the month's wages nor the bills that wait
    assert (cash < wages + bills[firm, lives.stopped[firm]]).all()


def test_who_is_overdue_missed_four_months_in_a_row(lives):
    firm = np.flatnonzero(lives.overdue >= 0)
    assert len(firm) > 5
    for f in firm:
        assert lives.stressed[f, lives.overdue[f] - OVERDUE_AT + 1 : lives.overdue[f] + 1].sum() >= 1
        assert lives.loans["balance"][f, lives.overdue[f]].sum() > 0


def test_most_trouble_passes(lives):
    outcome = truth_troubles(Desk(WORLD, lives))["outcome"].value_counts()
    # the tolerance of the moments: 60 % of the spells that are over, 1.5 for each that ended in failure
    assert outcome["failed"] > 50
    assert outcome["passed"] > 1.5 * outcome["failed"]


def test_some_fail_with_hardly_a_sign_and_others_after_a_long_one(lives):
    default = np.maximum(lives.overdue, lives.stopped)
    firm = np.flatnonzero(default >= 0)
    since = np.where(
        lives.first_sign[firm] >= 0, lives.traits.start[firm] + default[firm] - lives.first_sign[firm], 0
    )
    assert 0.05 < np.mean(since <= 1) < 0.4
    assert np.mean(since >= 12) > 0.3


def test_causes_are_many(lives):
    failed = np.maximum(lives.overdue, lives.stopped) >= 0
    shares = np.bincount(lives.cause[failed]) / failed.sum()
    assert shares.max() < 0.5
    assert (shares > 0.02).sum() >= 5


def test_who_repaid_owes_nothing_under_guarantee(lives):
    firm = np.flatnonzero(lives.repaid >= 0)
    owed = (lives.loans["balance"] * (lives.loans["scheme"] > 0))[firm, lives.repaid[firm]].sum(axis=1)
    assert len(firm) > 50
    assert (owed == 0).all()


def test_nobody_fails_before_coming_in(lives):
    default = np.maximum(lives.overdue, lives.stopped)
    first = np.maximum(lives.traits.join, BURN_IN_MONTHS) - lives.traits.start
    assert (default[default >= 0] >= first[default >= 0]).all()


def test_no_line_of_code_draws_a_default():
    # who fails, is overdue or repaid is decided without a random number: `_end` is given none
    source = (Path(simulator.__file__).parent / "life.py").read_text(encoding="utf-8")
    body = source[source.index("def _end(") : source.index("def _empty(")]
    assert not re.search(r"uniform|normal|random|\bu\b|\bb\b\[", body)
    for file in Path(simulator.__file__).parent.glob("*.py"):
        assert not re.search(
            r"default_(rate|prob)|prob\w*_of_default|hazard.*default", file.read_text(encoding="utf-8"), re.I
        )
