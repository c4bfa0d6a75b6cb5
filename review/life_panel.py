"""One chart of a firm's life: layers of figures over a calendar that all charts of the page share."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from markupsafe import Markup

from review.labels import Words
from review.scale import ticks
from review.svg import figure, mark, text

WIDTH, LEFT, RIGHT, TOP, BOTTOM = 1104, 96, 84, 10, 22
MONTH = pd.Timedelta(days=31)  # points further apart are not joined: something between them is missing


@dataclass(frozen=True)
class Calendar:
    """The days that every chart shows, from a first of January to a last of December."""

    first: pd.Timestamp
    last: pd.Timestamp

    def x(self, day: pd.Timestamp) -> float:
        """Return a day's place."""
        share = (day - self.first).days / (self.last - self.first).days
        return float(LEFT + (WIDTH - LEFT - RIGHT) * share)

    def holds(self, day: pd.Timestamp) -> bool:
        """Say whether a day lies on the calendar."""
        return bool(self.first <= day <= self.last)

    def years(self) -> range:
        """Return the years shown."""
        return range(self.first.year, self.last.year + 1)


def calendar(first: pd.Timestamp, last: pd.Timestamp) -> Calendar:
    """Return the calendar of whole years around two days.

    Examples
    --------
    >>> days = calendar(pd.Timestamp("2015-03-31"), pd.Timestamp("2025-12-31"))
    >>> days.x(pd.Timestamp("2015-01-01")), len(days.years())
    (96.0, 11)
    >>> calendar(pd.Timestamp("2016-01-01"), pd.Timestamp("2015-01-01"))
    Traceback (most recent call last):
    ValueError: a calendar cannot end on 2015-01-01 before it begins on 2016-01-01
    """
    if last < first:
        raise ValueError(f"a calendar cannot end on {last:%Y-%m-%d} before it begins on {first:%Y-%m-%d}")
    return Calendar(pd.Timestamp(first.year, 1, 1), pd.Timestamp(last.year, 12, 31))


@dataclass(frozen=True)
class Layer:
    """Figures by day and how they are drawn: line, step, bars, dots, chain (dots joined) or area."""

    form: str
    values: pd.Series
    style: str
    words: Words

    def shown(self, days: Calendar) -> pd.Series:
        """Return the figures within the calendar, missing ones left out."""
        values = self.values.dropna()
        return values[[days.holds(day) for day in values.index]] if len(values) else values


@dataclass(frozen=True)
class Rule:
    """A day that matters to every chart, drawn as a line from top to bottom."""

    day: pd.Timestamp
    style: str
    words: Words


@dataclass(frozen=True)
class Chart:
    """A chart with its heading and legend, or the reason why there is nothing to draw."""

    name: Words
    unit: Words
    svg: Markup
    legend: Sequence[tuple[str, str, Words]] = ()  # form, style, words
    notes: Sequence[Words] = ()


@dataclass
class _Canvas:
    """Where figures stand: the calendar across, a scale up and down."""

    days: Calendar
    low: float
    high: float
    height: int
    marks: list[Markup] = field(default_factory=list)

    def y(self, value: float) -> float:
        span = self.height - TOP - BOTTOM
        return float(self.height - BOTTOM - span * (value - self.low) / (self.high - self.low))

    def add(self, layer: Layer) -> None:
        values = layer.shown(self.days)
        if layer.form == "bars":
            wide = 0.7 * (WIDTH - LEFT - RIGHT) / (12 * len(self.days.years()))
            for day, value in values.items():
                top, foot = sorted((self.y(value), self.y(0.0)))
                self.marks.append(mark("rect", x=self.days.x(day) - wide, y=top, width=wide,
                                       height=max(foot - top, 0.4), class_=layer.style))  # fmt: skip
        elif layer.form in ("dots", "chain"):
            if layer.form == "chain":
                path = " ".join(
                    f"{self.days.x(day):.1f},{self.y(value):.1f}" for day, value in values.items()
                )
                self.marks.append(mark("polyline", points=path, class_="joined"))
            self.marks += [mark("circle", cx=self.days.x(day), cy=self.y(value), r=3.2, class_=layer.style)
                           for day, value in values.items()]  # fmt: skip
        elif layer.form in ("step", "area"):
            self._steps(values, layer)
        else:
            self._lines(values, layer)

    def _lines(self, values: pd.Series, layer: Layer) -> None:
        cuts = np.flatnonzero(np.diff(values.index.to_numpy()) > MONTH.to_numpy()) + 1
        for run in np.split(np.arange(len(values)), cuts):
            points = [(self.days.x(values.index[at]), self.y(values.iloc[at])) for at in run]
            if len(points) == 1:
                self.marks.append(mark("circle", cx=points[0][0], cy=points[0][1], r=1.4,
                                       class_=f"{layer.style} alone"))  # fmt: skip
            elif points:
                path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
                self.marks.append(mark("polyline", points=path, class_=f"line {layer.style}"))

    def _steps(self, values: pd.Series, layer: Layer) -> None:
        if values.empty:
            return
        path, before = [], None
        for day, value in values.items():
            x, y = self.days.x(day), self.y(value)
            path += [] if before is None else [f"{x:.1f},{before:.1f}"]
            path.append(f"{x:.1f},{y:.1f}")
            before = y
        if layer.form == "step":
            self.marks.append(mark("polyline", points=" ".join(path), class_=f"line {layer.style}"))
            return
        ends = [self.days.x(values.index[-1]), self.days.x(values.index[0])]
        path += [f"{x:.1f},{self.y(0.0):.1f}" for x in ends]
        self.marks.append(mark("polygon", points=" ".join(path), class_=layer.style))


def grid(days: Calendar, height: int) -> list[Markup]:
    """Return a line at each year's begin and the years beneath."""
    marks = []
    for year in days.years():
        x = days.x(pd.Timestamp(year, 1, 1))
        marks.append(mark("line", x1=x, x2=x, y1=TOP, y2=height - BOTTOM, class_="grid"))
        middle = days.x(pd.Timestamp(year, 7, 1))
        marks.append(text(middle, height - 6, str(year), class_="tick", text_anchor="middle"))
    return marks


def rules_of(rules: Sequence[Rule], days: Calendar, height: int) -> list[Markup]:
    """Return the lines of the days that matter to every chart."""
    return [
        mark("line", x1=days.x(rule.day), x2=days.x(rule.day), y1=TOP, y2=height - BOTTOM,
             class_=f"rule {rule.style}")
        for rule in rules if days.holds(rule.day)
    ]  # fmt: skip


def _tick(value: float) -> str:
    return f"{value:,.10g}".replace("-", "−")


def draw(
    days: Calendar,
    layers: Sequence[Layer],
    name: Words,
    unit: Words,
    *,
    scale: float = 1.0,
    rules: Sequence[Rule] = (),
    spans: Sequence[tuple[pd.Timestamp, pd.Timestamp]] = (),
    right: float = 0.0,
    height: int = 150,
    notes: Sequence[Words] = (),
) -> Chart:
    """Draw layers of figures over the calendar; layers without any figure are left out of the legend too.

    Parameters
    ----------
    days : Calendar
    layers : sequence of Layer
        Drawn one over the other, the first at the bottom.
    name, unit : Words
    scale : float
        What figures are divided by: 1e3 or 1e6 for amounts in yen.
    rules : sequence of Rule
        Days marked from top to bottom.
    spans : sequence of (from, until)
        Drawn as a bar along the foot.
    right : float
        Where not 0, ticks on the right are those on the left times this.
    notes : sequence of Words
        What is missing and why; said beneath, and alone where no layer has a figure.

    Returns
    -------
    Chart
    """
    there = [layer for layer in layers if len(layer.shown(days))]
    if not there:
        return Chart(name, unit, Markup(""), notes=notes or [Words("データなし。", "No data.")])
    scaled = [Layer(one.form, one.values / scale, one.style, one.words) for one in there]
    figures = np.concatenate([one.shown(days).to_numpy(dtype="float64") for one in scaled])
    steps = ticks(min(0.0, float(figures.min())), max(0.0, float(figures.max())))
    canvas = _Canvas(days, steps[0], steps[-1], height, grid(days, height))
    for value in steps:
        y = canvas.y(value)
        style = "level zero" if value == 0 and steps[0] < 0 else "grid"
        canvas.marks.append(mark("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_=style))
        canvas.marks.append(text(LEFT - 8, y + 4, _tick(value), class_="tick", text_anchor="end"))
        if right:
            canvas.marks.append(text(WIDTH - RIGHT + 8, y + 4, _tick(value * right), class_="tick"))
    for layer in scaled:
        canvas.add(layer)
    for begin, end in (span for span in spans if span[1] > days.first and span[0] < days.last):
        left, stop = (days.x(min(max(day, days.first), days.last)) for day in (begin, end))
        canvas.marks.append(
            mark(
                "rect", x=left, y=height - BOTTOM - 5, width=max(stop - left, 1.0), height=5.0, class_="span"
            )
        )
    canvas.marks += rules_of(rules, days, height)
    legend = [(one.form, one.style, one.words) for one in there]
    return Chart(name, unit, figure(WIDTH, height, name, canvas.marks), legend, notes)
