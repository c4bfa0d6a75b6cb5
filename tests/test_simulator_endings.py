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
from simulator.seen.endings import PAYMENT_DAYS, PAYMENT_SHARES, _due_on, endings, events, rescheduled
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


def test_relief_is_signed_late_in_its_month_and_heard_of_at_once():
    # June 2024 ended on a Sunday. By u: its end, 30 - 0, rolls back to Friday 28; 30 - 5 = Tuesday 25;
    # 30 - 9 = Friday 21; 30 - 8 = Saturday 22 rolls forward to Monday 24
    end, u = dates(*4 * ["2024-06-30"]), np.array([0.0, 0.55, 0.95, 0.85])
    expected = dates("2024-06-28", "2024-06-25", "2024-06-21", "2024-06-24")
    assert (workdays.workday_late_in_month(end, u) == expected).all()
    # December: from the 29th on all is closed, and the 28th was a Saturday
    assert workdays.workday_late_in_month(dates("2024-12-31"), np.array([0.1]))[0] == dates("2024-12-27")[0]


def test_each_rescheduling_is_known_in_its_own_time(desk, table):
    firm, on, known = rescheduled(desk)
    lag = (known - on).astype(int)
    assert ((lag >= 0) & (lag <= 5)).mean() > 0.95  # nearly all here have a guaranteed loan: 0 to 5 days
    assert ((lag <= 5) | ((lag >= 10) & (lag <= 29))).all()
    several = [set(lag[firm == f].tolist()) for f in np.unique(firm) if (firm == f).sum() >= 4]
    assert len(several) > 20
    assert (
        np.mean([len(lags) > 1 for lags in several]) > 0.9
    )  # four of six equal days: (1/6)^3, half a percent
    month = on.astype("datetime64[M]")
    last = (month + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
    assert ((last - on).astype(int) <= 9).all()
    eased_firm, k = np.nonzero(desk.lives.eased & desk.in_sight())
    assert (last == desk.day(eased_firm, k)).all()  # still the month in which it was granted
    assert (on == last).mean() < 0.3
    assert np.is_busday(on, busdaycal=workdays.CALENDAR).all()
    rows = table[table["kind"] == "rescheduling"]
    assert len(rows) == (known <= desk.today).sum()


def test_relief_on_a_banks_own_loans_is_heard_of_weeks_later(desk):
    loans = dict(desk.lives.loans)
    loans["scheme"] = np.zeros_like(loans["scheme"])
    _, on, known = rescheduled(Desk(WORLD, replace(desk.lives, loans=loans)))
    lag = (known - on).astype(int)
    # 10 to 29 days
    assert (lag.min(), lag.max()) == (10, 29)
