"""Stages of data supply over the years, consent, advisers, and months that come late, together or never."""

import numpy as np
import pandas as pd
import pytest

import simulator.seen.supply as module
from simulator.firms import draw_traits
from simulator.life import live
from simulator.seen.accounts import account_flows, firms
from simulator.seen.desk import Desk
from simulator.seen.due_items import due_items
from simulator.seen.statements import statements
from simulator.seen.supply import ALL, AND_BANK, ASSOCIATION, books_handed_in, spells, steps
from simulator.terms import NO_SUPPLY
from simulator.world import make_world, month_number

WORLD = make_world(6, first_month="2015-01", months=132)
SCOPES = ("none", "association", "association_and_bank", "all")


@pytest.fixture(scope="module")
def lives():
    return live(WORLD, draw_traits(WORLD, np.arange(400)))


@pytest.fixture(scope="module")
def desk(lives):
    return Desk(WORLD, lives)


@pytest.fixture(scope="module")
def register(desk):
    return firms(desk)


@pytest.mark.parametrize(
    ("year", "annual_only", "due_items"),
    # planned for who is there at the year's end; stops take some of it: 74/20/6 % in 2016, 45/35/20 % in 2024
    [
        (2016, (0.69, 0.77), (0.045, 0.085)),
        (2018, (0.63, 0.71), (0.09, 0.14)),
        (2024, (0.38, 0.46), (0.23, 0.30)),
    ],
)
def test_stages_grow_from_year_to_year(year, annual_only, due_items):
    traits, month = draw_traits(WORLD, np.arange(3000)), month_number(year, 12)
    given = traits.supply_from[WORLD.first + traits.join <= month] <= month
    monthly, items = given[:, :2].any(axis=1), given[:, 2]
    assert annual_only[0] < 1 - monthly.mean() < annual_only[1]
    assert due_items[0] < items.mean() < due_items[1]
    assert given[items, 0].all()  # due items come out of monthly books


def test_larger_firms_and_good_bookkeepers_are_ready_first():
    traits = draw_traits(WORLD, np.arange(3000))
    ready = (traits.supply_from[:, :2] <= month_number(2018, 12)).any(axis=1)
    never = (traits.supply_from == NO_SUPPLY).all(axis=1)
    assert np.median(traits.employees[ready]) > np.median(traits.employees[never])
    assert traits.bookkeeping[ready].mean() > traits.bookkeeping[never].mean() + 0.1
    assert traits.has_adviser[ready].mean() > traits.has_adviser[never].mean() + 0.05
    assert set(np.unique(traits.stage)) == {1, 2, 3}
    assert (traits.stage[never] == 1).all()


def test_spells_run_from_their_begin_and_join():
    begins = np.array([[True, False, False, True, True, False, False]])
    length = np.array([[2, 9, 9, 1, 2, 9, 9]])
    assert spells(begins, length).astype(int).tolist() == [[1, 1, 0, 1, 1, 1, 0]]


def test_nothing_is_given_before_its_step_or_out_of_sight(desk):
    supply, k = desk.supply, np.arange(desk.months)[None, :]
    reached = k[:, :, None] >= steps(desk)[:, None, :]
    assert not (supply.books & ~(reached[:, :, 0] & desk.in_sight())).any()
    assert not (supply.items & ~(reached[:, :, 2] & desk.in_sight())).any()
    assert (supply.consent[supply.items] == ALL).all()
    assert (supply.consent[supply.books] >= ASSOCIATION).all()


def test_some_stop_without_reason_and_those_who_hide_stop_in_trouble(desk):
    reached = desk.in_sight() & (np.arange(desk.months)[None, :] >= steps(desk)[:, :1])
    hides = (desk.traits.pride >= module.PROUD) | (desk.traits.honesty < module.DISHONEST)
    rate = {
        (in_trouble, hiding): desk.supply.books[
            reached & (desk.troubled == in_trouble) & (hides == hiding)[:, None]
        ]
        for in_trouble in (False, True)
        for hiding in (False, True)
    }
    given = {name: months.mean() for name, months in rate.items()}
    assert 0.75 < given[False, False] < 0.95
    assert given[True, True] < given[False, True] - 0.1


def test_months_come_in_order_late_together_and_not_before_their_end(desk):
    come = books_handed_in(desk)
    lag = (come.known - desk.day(come.firm, come.k)).astype(int)
    assert lag.min() >= 5
    assert 12 <= np.median(lag) <= 35
    assert 40 < np.quantile(lag, 0.95) < 100
    same = come.firm[1:] == come.firm[:-1]
    assert (np.diff(come.known.astype(int))[same] >= 0).all()
    together = pd.Series(come.firm).groupby([come.firm, come.known]).size()
    assert set(together.unique()) == {1, 2, 3, 4}
    assert 0.03 < (together > 1).mean() < 0.25
    automatic = desk.supply.items[come.firm, come.k]
    assert np.median(lag[automatic]) < np.median(lag[~automatic])


def test_months_are_missing_in_runs(desk):
    come = books_handed_in(desk)
    frame = pd.DataFrame({"firm": come.firm, "k": come.k})
    missing = (frame.groupby("firm")["k"].diff() - 1).dropna()
    runs = missing[missing > 0]
    assert 0.005 < len(runs) / len(frame) < 0.06
    assert (runs >= 2).mean() > 0.3
    assert runs.max() >= 9


def test_advisers_change_some_three_in_a_hundred_years_and_more_in_trouble(desk, register):
    adviser = register["adviser"].fillna("none")
    new = (adviser != adviser.groupby(register["firm_id"]).shift()) & register["firm_id"].duplicated()
    years = desk.in_sight().sum() / 12
    assert 0.02 < new.sum() / years < 0.045
    moved = desk.supply.adviser_months == 0
    assert moved[desk.in_sight() & desk.troubled].mean() > moved[desk.in_sight() & ~desk.troubled].mean()


def test_a_new_adviser_delays_books_and_the_next_closing(desk):
    gap = (desk.supply.adviser_months < 2) & desk.in_sight()
    assert gap.sum() > 50
    assert not desk.supply.books[gap].any()
    firm, k, known = desk.closings
    lag = (known - desk.day(firm, k)).astype(int)
    late = desk.supply.adviser_months[firm, k] < 12
    old = ~desk.traits.is_entrant[firm]
    assert np.median(lag[late & old]) > np.median(lag[~late & old]) + 20


def last_scope(register, firm_id, day):
    """Return the scope of consent known on a day."""
    rows = register[(register["firm_id"] == firm_id) & (register["known_date"] <= day)]
    return SCOPES.index(rows.sort_values("known_date")["consent_scope"].iloc[-1])


def test_consent_changes_are_rows_and_data_follow_them(desk, register):
    scope = register["consent_scope"].map(SCOPES.index)
    moved = (scope - scope.groupby(register["firm_id"]).shift()).dropna()
    assert (moved > 0).sum() > 5 * (moved < 0).sum() > 0
    flows, items = account_flows(desk), due_items(desk)
    books = statements(desk).query("kind == 'trial'")
    copies = statements(desk).query("source_actor.str.startswith('bank:')")
    for table, need in ((flows, AND_BANK), (items, ALL), (books, ASSOCIATION), (copies, AND_BANK)):
        days = table[["firm_id", "known_date"]].drop_duplicates()
        given = pd.merge_asof(
            days.sort_values("known_date"),
            register[["firm_id", "known_date", "consent_scope"]].sort_values("known_date"),
            on="known_date", by="firm_id",
        )  # fmt: skip
        assert (given["consent_scope"].map(SCOPES.index) >= need).all()


def test_withdrawn_consent_takes_later_rows_only(lives, desk, monkeypatch):
    monkeypatch.setattr(module, "WITHDRAWS", 0.0)
    kept = Desk(WORLD, lives)
    fewer = desk.supply.consent < kept.supply.consent
    # the last day before the month of the withdrawal; for ever where nobody withdraws
    until = np.where(
        fewer.any(axis=1),
        desk.day(np.arange(len(fewer)), fewer.argmax(axis=1) - 1),
        np.datetime64("2200-01-01", "D"),
    )
    taken = 0
    for table in (account_flows, due_items, statements):
        rows = table(kept).merge(table(desk), how="outer", indicator=True)
        later = rows["known_date"].to_numpy() > until[rows["firm_id"].astype(int)]
        assert (rows.loc[~later, "_merge"] == "both").all()
        taken += (rows.loc[later, "_merge"] == "left_only").sum()
    assert taken > 20
