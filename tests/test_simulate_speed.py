"""The measurement of the simulator's speed: what is counted, and that it runs. No time is tested."""

import doctest

import numpy as np
import pytest

from pipelines import simulate_speed
from pipelines.simulate_speed import CASES, Case, FirmMonths, Measured, count, fill, measure, speed_table
from simulator.firms import draw_traits
from simulator.life import live
from simulator.portfolio import simulate_chunk
from simulator.seen.desk import Desk
from simulator.world import make_world


def test_doctests():
    assert doctest.testmod(simulate_speed).failed == 0


def test_firm_months_are_those_of_the_lives():
    # every month between coming in and leaving, firm by firm, from the lives themselves
    world = make_world(3, first_month="2016-05", months=60)
    desk = Desk(world, live(world, draw_traits(world, np.arange(80))))
    in_sight = int(desk.in_sight().sum())
    lived = int((desk.last_k + 1).sum())

    truth = simulate_chunk(np.arange(80), months=60, seed=3, first_month="2016-05")["truth/lives"]

    assert count(truth, first_month="2016-05", months=60) == FirmMonths(80 * 60, lived, in_sight)


@pytest.mark.parametrize(
    "case", [Case("made"), Case("all, written", due_items=True, notes=True, workers=2, written=True)]
)
def test_a_case_is_measured_whole_in_chunks(case):
    took = measure(case, np.arange(9), months=24, chunk_firms=4)

    truth = simulate_chunk(np.arange(9), months=24, seed=simulate_speed.SEED)["truth/lives"]
    assert took.counted == count(truth, first_month="2015-01", months=24)
    assert took.counted.spanned == 9 * 24
    assert took.processor_seconds > 0
    assert took.seconds > 0
    assert (
        50 < took.mib < 5000
    )  # Python with numpy and pandas takes more than the one, nine firms less than the other


def test_rates_are_firm_months_over_seconds():
    took = Measured(2.0, 3.0, 512.4, FirmMonths(spanned=600_000, lived=480_000, seen=300_000))

    line = speed_table([(CASES[1], took)]).splitlines()[-1]

    # 600,000 / 2 s, 480,000 / 2 s, 300,000 / 2 s; two workers at 480,000 / 3 s each
    assert line == "| statements | 2 | 2.0 | 3.0 | 300 | 240 | 150 | 320 | 512 |"


def test_everything_is_measured_and_fills_the_page(monkeypatch):
    monkeypatch.setattr(simulate_speed, "CASES", CASES[:1])
    monkeypatch.setattr(simulate_speed, "MILLION", 1000)
    told = []

    text = simulate_speed.run(
        firms=3, months=24, rounds=1, sizes=(2, 5), chunk_firms=2, show=lambda *step: told.append(step[:2])
    )

    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert "3 firms, 24 months, best of 1." in text
    lines = [line.split(" | ")[:2] for line in text.splitlines() if line.startswith("| ")]
    assert ["| 5, whole", "5"] in lines
    assert ["| 1,000, the last chunk alone", "2"] in lines
    page = fill("before\n<!-- speed -->\n<!-- end -->\nafter", text)
    assert page == f"before\n<!-- speed -->\n\n{text}\n\n<!-- end -->\nafter"
