"""The fan: past, path and band stand where the figures say, and can be told apart without colour."""

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from review.fan_chart import fan_chart
from review.labels import Words

Maker = Callable[..., pd.DataFrame]
NAME = Words("資金", "Cash")


def corners(svg: str, style: str) -> list[list[tuple[float, float]]]:
    """Return the corners of every polyline and polygon of a class."""
    found = re.findall(rf'<poly(?:line|gon) points="([^"]*)" class="{style}"', svg)
    return [[tuple(map(float, pair.split(","))) for pair in path.split()] for path in found]


def dots(svg: str, style: str) -> list[tuple[float, float]]:
    """Return the centres of the dots of a class."""
    found = re.findall(rf'<circle cx="([^"]*)" cy="([^"]*)" r="[^"]*" class="dot {style}"', svg)
    return [(float(x), float(y)) for x, y in found]


def zero_line(svg: str) -> float:
    return float(re.search(r'<line [^>]*y1="([^"]*)"[^>]*class="nothing"', svg)[1])


def test_past_and_path_meet_in_the_as_of_month(make_projections: Maker) -> None:
    svg = fan_chart(make_projections(), NAME)
    past, centre = dots(svg, "past"), dots(svg, "centre")
    assert (len(past), len(centre)) == (12, 12)
    assert corners(svg, "line centre")[0][0] == past[-1]
    today = float(re.search(r'<line x1="([^"]*)"[^>]*class="today"', svg)[1])
    assert past[-1][0] == today
    # months stand at equal distances, falling cash at equal steps
    steps = np.diff([past[-1][0], *(x for x, _ in centre)])
    assert steps == pytest.approx(steps[0], abs=0.21)
    falls = np.diff([y for _, y in centre])
    assert falls == pytest.approx(falls[0], abs=0.21)


def test_the_month_of_the_shortfall_is_marked_where_it_is(make_projections: Maker) -> None:
    svg = fan_chart(make_projections(), NAME)
    # 30 − 5 a month: exactly 0 after six months, below after seven
    centre, zero = dots(svg, "centre"), zero_line(svg)
    assert centre[5][1] == pytest.approx(zero, abs=0.11)
    assert centre[6][1] > zero
    (triangle,) = corners(svg, "shortmark centre")
    assert triangle[2][0] == centre[6][0]
    assert "資金ショート予想月 2026-07" in svg
    assert "Cash runs short 2026-07" in svg


def test_the_plan_has_a_mark_of_its_own(make_projections: Maker) -> None:
    rows = make_projections()
    rows["closing_p50_yen"] = rows["closing_p50_yen"] + 40e6  # never short
    svg = fan_chart(rows, NAME)
    (triangle,) = corners(svg, "shortmark plan")
    assert triangle[2][0] == dots(svg, "centre")[6][0]
    assert "予定どおりなら不足 2026-07" in svg
    assert "資金ショート予想月" not in svg
    assert corners(svg, "line plan")[0][0] == dots(svg, "past")[-1]


@pytest.mark.parametrize("repaid", [4.6, 7.0, 12.0, 33.0])
def test_the_label_of_the_shortfall_keeps_off_the_as_of_month_and_within_the_picture(
    make_projections: Maker, repaid: float
) -> None:
    # 30 − 2.6 a month is short after twelve months, 30 − 31 after one
    svg = fan_chart(make_projections(repaid=repaid), NAME)
    middle = float(re.search(r'<text x="([^"]*)"[^>]*>資金ショート予想月', svg)[1])
    today = float(re.search(r'<line x1="([^"]*)"[^>]*class="today"', svg)[1])
    assert today + 84 < middle <= 520 - 84  # half its width is 84 at most


def test_cash_that_lasts_has_no_mark(make_projections: Maker) -> None:
    svg = fan_chart(make_projections(repaid=0.0), NAME)
    assert "shortmark" not in svg
    assert zero_line(svg) == max(
        float(y) for y in re.findall(r'y1="([^"]*)"[^>]*class="(?:grid|nothing)"', svg)
    )


def test_the_band_runs_from_the_low_to_the_high_path(make_projections: Maker) -> None:
    svg = fan_chart(make_projections(), NAME)
    (band,), edges = corners(svg, "band"), corners(svg, "bandedge")
    centre = dots(svg, "centre")
    assert len(band) == 2 * 13  # twelve months and the known balance that both leave from
    assert band[0] == band[-1] == edges[0][0] == edges[1][0]
    # the spread grows by one a month, a fifth of the fall of five
    fall = centre[1][1] - centre[0][1]
    assert edges[0][-1][1] - centre[-1][1] == pytest.approx(12 * fall / 5, abs=0.3)
    assert centre[-1][1] - edges[1][-1][1] == pytest.approx(12 * fall / 5, abs=0.3)
    assert [name for name in ("P90", "P50", "P10") if f">{name}</text>" in svg] == ["P90", "P50", "P10"]


def test_what_is_not_known_is_left_out(make_projections: Maker) -> None:
    rows = make_projections().assign(closing_p10_yen=np.nan, closing_p90_yen=np.nan)
    rows.loc[[3, 4, 6, 11], "closing_yen"] = np.nan
    svg = fan_chart(rows, NAME)
    assert "band" not in svg
    assert ">P10</text>" not in svg
    assert len(dots(svg, "past")) == 8
    # 0–2 and 7–10 are runs, 5 stands alone; the path begins with its own first month
    assert [len(run) for run in corners(svg, "line past")] == [3, 4]
    assert corners(svg, "line centre")[0] == dots(svg, "centre")


def test_without_any_past_balance_the_path_is_drawn(make_projections: Maker) -> None:
    rows = make_projections()
    rows.loc[:11, "closing_yen"] = np.nan
    svg = fan_chart(rows, NAME)
    assert dots(svg, "past") == []
    assert len(dots(svg, "centre")) == 12
    ahead_only = fan_chart(make_projections().tail(12), NAME)
    assert "today" not in ahead_only


@pytest.mark.parametrize("unit", [1.0, 1e3, 1e6, 1e9])
@pytest.mark.parametrize("repaid", [0.0, 7.0, 40.0])
def test_everything_lies_within_the_picture(make_projections: Maker, unit: float, repaid: float) -> None:
    svg = fan_chart(make_projections(unit=unit, repaid=repaid, spread=3.0), NAME)
    width, height = map(int, re.search(r'viewBox="0 0 (\d+) (\d+)"', svg).groups())
    xs = [float(x) for x in re.findall(r' (?:x|cx|x1|x2)="([^"]*)"', svg)]
    ys = [float(y) for y in re.findall(r' (?:y|cy|y1|y2)="([^"]*)"', svg)]
    styles = ("band", "bandedge", "line centre", "line plan", "shortmark centre", "shortmark plan")
    every = [point for style in styles for run in corners(svg, style) for point in run]
    assert 0 <= min(xs) <= max(xs) <= width
    assert 0 <= min(ys) <= max(ys) <= height
    assert all(0 <= x <= width and 0 <= y <= height for x, y in every)


def test_names_at_the_right_end_do_not_run_into_each_other(make_projections: Maker) -> None:
    svg = fan_chart(make_projections(spread=0.0), NAME)
    places = [float(re.search(rf'y="([^"]*)"[^>]*>{name}<', svg)[1]) for name in ("P90", "P50", "P10")]
    assert np.diff(places).min() >= 13 - 0.11


def test_the_unit_suits_the_amounts_and_the_chart_says_what_it_shows(make_projections: Maker) -> None:
    small, large = fan_chart(make_projections(), NAME), fan_chart(make_projections(unit=1e8), NAME)
    assert "月末の現預金（千円）" in small
    assert "月末の現預金（百万円）" in large
    assert "Cash at month ends (USD thousand)" in fan_chart(make_projections(), NAME, currency="dollar")
    assert 'aria-label="資金 / Cash"' in small
