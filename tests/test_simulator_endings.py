"""Days of endings and what is known of them: worked by hand on a calendar."""

import doctest
from dataclasses import replace

import numpy as np
import pytest

from simulator.firms import draw_traits
from simulator.life import live
from simulator.seen import endings as module
from simulator.seen import workdays
from simulator.seen.desk import Desk
from simulator.seen.endings import PAYMENT_DAYS, PAYMENT_SHARES, _due_on, endings, events
from simulator.seen.workdays import last_workday, next_workday
from simulator.world import make_world

WORLD = make_world(6, first_month="2015-01", months=132)


def dates(*text):
    return np.array(text, dtype="datetime64[D]")


@pytest.fixture(scope="module")
def desk():
    return Desk(WORLD, live(WORLD, draw_traits(WORLD, np.arange(1200))))


@pytest.fixture(scope="module")
def table(desk):
    return events(desk)


def test_doctests():
    assert doctest.testmod(workdays).failed == 0


def test_closed_days_are_passed_over():
    # 2024-06-01 was a Saturday; 2024-12-28 was one too, and the 4th of January 2025 again
    assert (next_workday(dates("2024-06-01", "2024-06-03")) == dates("2024-06-03", "2024-06-03")).all()
    assert (next_workday(dates("2024-12-28")) == dates("2025-01-06")).all()
    assert (last_workday(dates("2025-01-04", "2024-06-02")) == dates("2024-12-27", "2024-05-31")).all()


def test_loans_fall_due_on_a_day_of_the_firms_own(monkeypatch, desk):
    # June 2024 ended on a Sunday: the payment of its end moves to Monday, July 1; the 15th was a Saturday
    due = {5: "2024-06-05", 10: "2024-06-10", 15: "2024-06-17", 20: "2024-06-20", 25: "2024-06-25",
           31: "2024-07-01"}  # fmt: skip
    june = WORLD.index(2024, 6) - desk.traits.start
    middle = np.cumsum(PAYMENT_SHARES) - np.array(PAYMENT_SHARES) / 2
    for place, day in enumerate(PAYMENT_DAYS.tolist()):
        monkeypatch.setattr(Desk, "draw", lambda self, *_, u=middle[place]: np.full((len(self.traits), 1), u))
        assert (_due_on(desk, june) == dates(due[day])).all()


def test_an_overdue_payment_is_ninety_days_old(monkeypatch, desk):
    lives = desk.lives
    firm = np.flatnonzero(lives.overdue >= 0)
    scene = replace(lives, overdue=lives.overdue.copy(), ended=lives.ended.copy(), missed=lives.missed.copy())
    september = WORLD.index(2024, 9) - desk.traits.start
    scene.overdue[firm] = scene.ended[firm] = september[firm]
    scene.missed[firm] = 4
    monkeypatch.setattr(module, "_due_on", lambda desk, k: desk.day(np.arange(len(desk.traits)), k - 1) + 5)
    # four payments missed to September: the first was due on June 5, and 90 days later is September 3
    assert (endings(Desk(WORLD, scene)).overdue_on[firm] == dates("2024-09-03")).all()


def test_endings_come_on_days_when_somebody_works(table):
    for kind in ("bankruptcy", "overdue_90d", "paid_off"):
        days = table.loc[table["kind"] == kind, "event_date"].to_numpy().astype("datetime64[D]")
        assert len(days) > 30
        assert np.is_busday(days, busdaycal=workdays.CALENDAR).all(), kind
    assert (table["known_date"] >= table["event_date"]).all()


def test_overdue_days_are_spread_over_the_month(table):
    day = table.loc[table["kind"] == "overdue_90d", "event_date"].dt.day
    assert day.value_counts(normalize=True).max() < 0.4
    assert day.nunique() > 12


@pytest.mark.parametrize(
    ("u", "overdue", "filed"), [(0.0, "2024-10-18", "2025-02-12"), (0.999, "2025-03-03", "2025-06-12")]
)
def test_a_claim_is_paid_months_after_the_first_day_on_which_it_may_be_made(
    monkeypatch, desk, u, overdue, filed
):
    lives = desk.lives
    firm = np.flatnonzero((lives.stopped >= 0) | (lives.overdue >= 0))
    scene = replace(lives, ended=lives.ended.copy(), missed=lives.missed.copy())
    scene.ended[firm] = (WORLD.index(2024, 9) - desk.traits.start)[firm]
    scene.missed[firm] = 4
    monkeypatch.setattr(module, "_due_on", lambda desk, k: desk.day(np.arange(len(desk.traits)), k - 1) + 5)
    monkeypatch.setattr(
        Desk,
        "draw",
        lambda self, name, width: np.full((len(self.traits), width), u if name == "endings" else 0.5),
    )
    ends = endings(Desk(WORLD, scene))
    late = ~np.isnat(ends.overdue_on) & ~np.isnat(ends.subrogated_on)
    # the 90th day is September 3: 45 days later is October 18, 179 days later March 1, 2025, a Saturday
    assert set(ends.subrogated_on[late].astype(str)) == {overdue}
    early = np.isnat(ends.overdue_on) & ~np.isnat(ends.subrogated_on)
    # filed on September 30, or 14 days before on the 16th: 90 and 45, or 90 and 179 days later
    assert set(ends.subrogated_on[early].astype(str)) == {filed}
