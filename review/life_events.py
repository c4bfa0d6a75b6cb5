"""What happened and what was handed in, lane by lane over the calendar of a firm's life."""

from collections.abc import Callable

import pandas as pd
from markupsafe import Markup

from review.labels import Words, label
from review.life_frames import Frames, books
from review.life_panel import BOTTOM, LEFT, RIGHT, TOP, WIDTH, Calendar, Rule, grid, rules_of
from review.life_series import arrears_spans
from review.svg import figure, mark, text

LANE = 22
Draw = Callable[[Frames, Calendar, float], list[Markup]]  # marks of a lane whose middle stands at y


def _titled(tag: str, title: str, **values: object) -> Markup:
    """Return a mark that says what it is when pointed at."""
    open_mark = mark(tag, **values)
    return Markup("{}<title>{}</title></{}>").format(
        Markup(str(open_mark).removesuffix("/>") + ">"), title, Markup(tag)
    )


def _diamond(x: float, y: float, style: str, title: str, size: float = 6.0) -> Markup:
    points = f"{x:.1f},{y - size:.1f} {x + size:.1f},{y:.1f} {x:.1f},{y + size:.1f} {x - size:.1f},{y:.1f}"
    return _titled("polygon", title, points=points, class_=style)


def lanes(frames: Frames, days: Calendar, rules: list[Rule]) -> Markup:
    """Draw events, arrears, flags, grades, papers handed in and notes; and the truth where it is given.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        One firm's tables, as `life_frames.firm_frames` gives them.
    days : Calendar
    rules : list of Rule

    Returns
    -------
    Markup
        SVG; what each mark is stands in its title.
    """
    drawn_by: dict[str, Draw] = {
        "events": _events, "arrears": _arrears, "flags": _flags, "grades": _grades, "books": _papers,
        "reports": _reports, "notes": _notes,
    }  # fmt: skip
    if len(frames["truth/lives"]):
        drawn_by["truth"] = _truth
    height = TOP + LANE * len(drawn_by) + BOTTOM
    marks = grid(days, height)
    for place, (lane, drawn) in enumerate(drawn_by.items()):
        y = TOP + LANE * (place + 0.5)
        if lane == "truth":
            band = {"x": 0, "width": WIDTH - RIGHT, "height": LANE}
            marks.append(mark("rect", y=y - LANE / 2, **band, class_="truthlane"))
        marks.append(text(LEFT - 10, y + 4, label("lane", lane), class_="lanename", text_anchor="end"))
        marks.append(mark("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y + LANE / 2, y2=y + LANE / 2, class_="grid"))
        marks += drawn(frames, days, y)
    marks += rules_of(rules, days, height)
    return figure(WIDTH, height, label("drawn", "lanes"), marks)


def _both(words: Words) -> str:
    return words.ja if words.ja == words.en else f"{words.ja} / {words.en}"


def _box(x: float, y: float, wide: float, high: float, style: str, title: str) -> Markup:
    """Return a rectangle around `x` and `y` with a title."""
    return _titled("rect", title, x=x - wide / 2, y=y - high / 2, width=wide, height=high, class_=style)


def _bar(begin: float, end: float, y: float, high: float, style: str, title: str) -> Markup:
    """Return a bar from one place to another, two wide at the least."""
    wide = max(end - begin, 2.0)
    return _titled("rect", title, x=begin, y=y - high / 2, width=wide, height=high, class_=style)


def _events(frames: Frames, days: Calendar, y: float) -> list[Markup]:
    rows = [row for row in frames["events"].itertuples() if days.holds(row.event_date)]
    titles = [f"{row.event_date:%Y-%m-%d} {_both(label('event', row.kind))}" for row in rows]
    return [
        _diamond(days.x(row.event_date), y, f"event {row.kind}", title)
        for row, title in zip(rows, titles, strict=True)
    ]


def _arrears(frames: Frames, days: Calendar, y: float) -> list[Markup]:
    marks = []
    for kind, begin, end in arrears_spans(frames["arrears"], days.last):
        left, right = (days.x(min(max(day, days.first), days.last)) for day in (begin, end))
        title = f"{begin:%Y-%m} – {end:%Y-%m} {_both(label('arrears', kind))}"
        marks.append(_bar(left, right, y - 4 if kind == "tax" else y + 4, 6.0, f"arrears {kind}", title))
    return marks


def _flags(frames: Frames, days: Calendar, y: float) -> list[Markup]:
    marks = []
    for row in frames["external_flags"].itertuples():
        if days.holds(row.raised_on):
            title = f"{row.raised_on:%Y-%m-%d} {_both(label('flag', row.code))}"
            marks.append(_box(days.x(row.raised_on), y, 3.0, 12.0, f"flag {row.code}", title))
    return marks


def _grades(frames: Frames, days: Calendar, y: float) -> list[Markup]:
    """Return each grade as its number; one assigned by default stands in brackets."""
    marks = []
    for row in frames["crd_grades"].itertuples():
        if days.holds(row.graded_on):
            shown = f"({row.grade:.0f})" if row.assigned_by_default else f"{row.grade:.0f}"
            place = days.x(row.graded_on)
            marks.append(text(place, y + 4, shown, class_="gradeno", text_anchor="middle"))
    return marks


def _papers(frames: Frames, days: Calendar, y: float) -> list[Markup]:
    """Return a tick on the day each trial balance came, and a square on that of each closing."""
    marks = []
    for kind, wide, high in (("trial", 1.0, 6.0), ("annual", 8.0, 8.0)):
        rows = books(frames["statements"], kind)
        for end, known in zip(rows.index, rows["known_date"], strict=True):
            if days.holds(known):
                title = f"{end:%Y-%m} ({known:%Y-%m-%d})"
                marks.append(_box(days.x(known), y, wide, high, f"paper {kind}", title))
    return marks


def _reports(frames: Frames, days: Calendar, y: float) -> list[Markup]:
    ends = [end for end in frames["monitoring_reports"]["period_end"] if days.holds(end)]
    return [mark("circle", cx=days.x(end), cy=y, r=2.6, class_="report") for end in ends]


def _notes(frames: Frames, days: Calendar, y: float) -> list[Markup]:
    marks = []
    for row in frames["notes"].itertuples():
        if days.holds(row.date):
            title = f"{row.date:%Y-%m-%d} {_both(label('role', row.author_role))}: {row.text}"
            style = f"memo {row.author_role}"
            marks.append(_titled("circle", title, cx=days.x(row.date), cy=y, r=4.0, class_=style))
    return marks


def _truth(frames: Frames, days: Calendar, y: float) -> list[Markup]:
    """Return spells of trouble, the first sign of the end, and dressed closings."""
    marks = []
    for row in frames["truth/troubles"].itertuples():
        end = days.last if pd.isna(row.end_date) else row.end_date
        if end >= days.first and row.begin_date <= days.last:
            left, right = (days.x(min(max(day, days.first), days.last)) for day in (row.begin_date, end))
            title = f"{_both(label('cause', row.cause))}: {_both(label('outcome', row.outcome))}"
            marks.append(_bar(left, right, y, 12.0, f"trouble {row.outcome}", title))
    signs = [day for day in _column(frames["truth/lives"], "first_sign_date") if days.holds(day)]
    marks += [_diamond(days.x(day), y, "sign", f"{day:%Y-%m-%d}", 5.0) for day in signs]
    dressed = [day for day in _column(frames["truth/dressing"], "period_end") if days.holds(day)]
    return marks + [mark("circle", cx=days.x(day), cy=y, r=4.0, class_="dressed") for day in dressed]


def _column(frame: pd.DataFrame, name: str) -> list:
    """Return a column's values in order, each once; none where the frame does not have it."""
    return list(dict.fromkeys(frame[name].dropna())) if name in frame else []


def legend(frames: Frames) -> list[tuple[str, str, Words]]:
    """Return (form, style, words) of the marks that do occur in the lanes."""
    found = [("diamond", f"event {kind}", label("event", kind)) for kind in _column(frames["events"], "kind")]
    parts = [("bar", f"arrears {kind}") for kind in _column(frames["arrears"], "kind")]
    found += [
        ("tick", f"flag {code}", label("flag", code)) for code in _column(frames["external_flags"], "code")
    ]
    kinds = {"annual": "box", "trial": "tick"}
    parts += [(kinds[kind], f"paper {kind}") for kind in sorted(_column(frames["statements"], "kind"))]
    parts += [("bar", f"trouble {outcome}") for outcome in _column(frames["truth/troubles"], "outcome")]
    parts += [("diamond", "sign")] * bool(_column(frames["truth/lives"], "first_sign_date"))
    parts += [("dot", "dressed")] * bool(len(frames["truth/dressing"]))
    parts += [("dot", f"memo {role}") for role in _column(frames["notes"], "author_role")]
    return found + [(form, style, label("marked", style)) for form, style in parts]
