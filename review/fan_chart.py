"""A firm's cash: what it was, what is left if nobody acts, and the fan of what is to be expected."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from markupsafe import Markup

from review.cash_outlook import CENTRE, HIGH, LOW, PLAN, chart_scale, money_unit, shortfall
from review.formats import number
from review.labels import Words
from review.scale import ticks
from review.svg import figure, mark, text

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 520, 300, 64, 36, 58, 28
LABEL_GAP = 13.0  # lines of text closer than this run into each other
LABEL_REACH = 84  # half the width of the longest label over the chart
EVERY = 3  # months between two dates beneath


@dataclass(frozen=True)
class _Plane:
    """Where figures stand: months across, amounts up."""

    months: int
    low: float
    high: float

    def x(self, place: float) -> float:
        return float(LEFT + (WIDTH - LEFT - RIGHT) * (place + 0.5) / self.months)

    def y(self, value: float) -> float:
        span = HEIGHT - TOP - BOTTOM
        return float(HEIGHT - BOTTOM - span * (value - self.low) / (self.high - self.low))

    def path(self, values: np.ndarray, places: np.ndarray) -> str:
        return " ".join(f"{self.x(place):.1f},{self.y(values[place]):.1f}" for place in places)


def fan_chart(rows: pd.DataFrame, name: Words, *, currency: str = "yen") -> Markup:
    """Draw one firm's cash at month ends: past, plan, middle path and the band from P10 to P90.

    Parameters
    ----------
    rows : DataFrame
        One firm's rows of `projections`: ``month``, ``is_projected``, ``closing_yen``,
        ``closing_p10_yen``, ``closing_p50_yen``, ``closing_p90_yen``. Past months without a balance leave a
        gap; a band that is not known is not drawn.
    name : Words
        What the chart says, for screen readers.
    currency : str

    Returns
    -------
    Markup
        SVG. The first month that ends below 0 carries a triangle and its date, a hollow one on the plan and
        a full one on the middle path. Past, plan and path differ in line and dots, all are named at their
        ends, so that no colour is needed.
    """
    rows = rows.sort_values("month", ignore_index=True)
    is_ahead = rows["is_projected"].to_numpy(dtype=bool)
    scale = chart_scale(rows)
    past, plan, low, centre, high = (
        np.where(is_ahead == ahead, rows[column].to_numpy(dtype=np.float64) / scale, np.nan)
        for column, ahead in ((PLAN, False), (PLAN, True), (LOW, True), (CENTRE, True), (HIGH, True))
    )
    now = int(np.flatnonzero(~is_ahead)[-1]) if (~is_ahead).any() else None
    if now is not None:
        for path in (plan, low, centre, high):
            if np.isfinite(path).any():
                path[now] = past[now]  # a path leaves from the last known balance
    figures = np.concatenate([past, plan, low, centre, high])
    figures = figures[np.isfinite(figures)]
    steps = ticks(min(0.0, float(figures.min())), max(0.0, float(figures.max())))
    plane = _Plane(len(rows), steps[0], steps[-1])
    unit = money_unit(scale, currency)
    title = Words(f"月末の現預金（{unit.ja}）", f"Cash at month ends ({unit.en})")
    marks = [
        *_axes(rows["month"], steps, plane, now),
        text(0, 12, title, class_="note"),
        *_band(low, high, plane),
        *_line(past, np.isfinite(past), plane, "past"),
        *_line(plan, np.zeros(len(plan), dtype=bool), plane, "plan"),
        *_line(centre, np.isfinite(centre) & is_ahead, plane, "centre"),
        *_edge_labels([("P90", high), ("P50", centre), ("P10", low), (Words("予定", "Plan"), plan)], plane),
        *_short_mark(rows["month"], np.where(is_ahead, plan, np.nan), plane, now, "plan"),
        *_short_mark(rows["month"], np.where(is_ahead, centre, np.nan), plane, now, "centre"),
    ]
    return figure(WIDTH, HEIGHT, name, marks)


def _axes(months: pd.Series, steps: Sequence[float], plane: _Plane, now: int | None) -> list[Markup]:
    """Return the scale, the line of no cash, the dates beneath and the as-of month."""
    marks, right = [], WIDTH - RIGHT
    for value in steps:
        y = plane.y(value)
        marks.append(mark("line", x1=LEFT, x2=right, y1=y, y2=y, class_="grid" if value else "nothing"))
        shown = number(value, 0 if float(value).is_integer() else 1)
        marks.append(text(LEFT - 7, y + 4, shown, class_="tick", text_anchor="end"))
    for place in range((now or 0) % EVERY, len(months), EVERY):
        when = f"{months.iloc[place]:%Y-%m}"
        marks.append(text(plane.x(place), HEIGHT - 8, when, class_="tick month", text_anchor="middle"))
    if now is not None:
        x = plane.x(now)
        marks.append(mark("line", x1=x, x2=x, y1=16, y2=HEIGHT - BOTTOM, class_="today"))
        marks.append(text(x, 12, Words("基準日", "As of"), class_="note", text_anchor="middle"))
    return marks


def _band(low: np.ndarray, high: np.ndarray, plane: _Plane) -> list[Markup]:
    """Return the area between the low and the high path, its edges dotted."""
    places = np.flatnonzero(np.isfinite(low) & np.isfinite(high))
    if not len(places):
        return []
    edges = plane.path(low, places), plane.path(high, places)
    around = f"{edges[0]} {plane.path(high, places[::-1])}"
    return [
        mark("polygon", points=around, class_="band"),
        *(mark("polyline", points=edge, class_="bandedge") for edge in edges),
    ]


def _line(values: np.ndarray, dotted: np.ndarray, plane: _Plane, style: str) -> list[Markup]:
    """Return a line through known months, broken where one is missing, and the dots on it."""
    places = np.flatnonzero(np.isfinite(values))
    runs = np.split(places, np.flatnonzero(np.diff(places) > 1) + 1)
    return [
        *(
            mark("polyline", points=plane.path(values, run), class_=f"line {style}")
            for run in runs
            if len(run) > 1
        ),
        *(
            mark("circle", cx=plane.x(place), cy=plane.y(values[place]), r=2.4, class_=f"dot {style}")
            for place in np.flatnonzero(dotted)
        ),
    ]


def _edge_labels(paths: Sequence[tuple[str | Words, np.ndarray]], plane: _Plane) -> list[Markup]:
    """Return the paths' names at the right end, from the highest down, moved apart where they would touch."""
    ends = sorted(((plane.y(path[-1]), name) for name, path in paths if np.isfinite(path[-1])), key=_place)
    marks, above = [], -np.inf
    room = HEIGHT - BOTTOM - LABEL_GAP * (len(ends) - 1)  # the last must not leave the picture
    for place, (y, name) in enumerate(ends):
        above = min(max(y, above + LABEL_GAP), room + LABEL_GAP * place)
        marks.append(text(WIDTH - RIGHT + 2, above + 4, name, class_="tick"))
    return marks


_SHORT = {  # path -> height of its label over the chart, and what it says
    "plan": (27, Words("予定どおりなら不足", "Plan runs short")),
    "centre": (13, Words("資金ショート予想月", "Cash runs short")),
}


def _short_mark(
    months: pd.Series, path: np.ndarray, plane: _Plane, now: int | None, name: str
) -> list[Markup]:
    """Return the mark of the first month in which a path ends below 0, if one does."""
    place = shortfall(path)
    if place is None:
        return []
    x, y = plane.x(place), plane.y(path[place])
    height, said = _SHORT[name]
    when = f"{months.iloc[place]:%Y-%m}"
    first = LEFT if now is None else plane.x(now) + 4  # the text keeps off the line of the as-of month
    corners = f"{x - 6:.1f},{y + 9:.1f} {x + 6:.1f},{y + 9:.1f} {x:.1f},{y - 2:.1f}"
    return [
        mark("line", x1=x, x2=x, y1=TOP - 8, y2=y, class_=f"short {name}"),
        mark("polygon", points=corners, class_=f"shortmark {name}"),
        text(min(max(x, first + LABEL_REACH), WIDTH - LABEL_REACH), TOP - height,
             Words(f"{said.ja} {when}", f"{said.en} {when}"), class_="total", text_anchor="middle"),
    ]  # fmt: skip


def _place(end: tuple[float, str | Words]) -> float:
    return end[0]
