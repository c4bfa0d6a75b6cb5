"""Charts of the page as SVG: splits on a timeline, calibration, default rates, a firm's waterfall."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from markupsafe import Markup

from review.labels import Words, label
from review.svg import figure, mark, shorten, text

MINUS = "−"
SPAN_TEXT = 270  # at least the width of two dates and how many lie between them


def signed(value: float, decimals: int = 2) -> str:
    """Return a number with its sign; zero has none.

    Examples
    --------
    >>> signed(0.5), signed(-0.5), signed(0.001)
    ('+0.50', '−0.50', '0.00')
    """
    shown = f"{abs(value):.{decimals}f}"
    if not float(shown):
        return shown
    return ("+" if value > 0 else MINUS) + shown


def timeline(splits: Mapping) -> Markup:
    """Draw the as-of dates of train, calibration and test, each with the window its labels look ahead.

    Parameters
    ----------
    splits : mapping
        ``train``, ``calibration``, ``test``: lists of dates; ``horizon_months``; and, if known,
        ``label_cutoff_date``. A part without dates is left out.

    Returns
    -------
    Markup
        SVG. A pale bar that ends before the next part's first dot is the gap of one horizon.
    """
    parts = {name: pd.to_datetime(list(splits[name])) for name in ("train", "calibration", "test")}
    parts = {name: dates for name, dates in parts.items() if len(dates)}
    horizon = pd.DateOffset(months=int(splits["horizon_months"]))
    cutoff = pd.Timestamp(splits["label_cutoff_date"]) if splits.get("label_cutoff_date") else None
    ends = [dates.max() + horizon for dates in parts.values()] + ([cutoff] if cutoff is not None else [])
    first = pd.Timestamp(min(dates.min() for dates in parts.values()).year, 1, 1)
    last = pd.Timestamp(max(ends).year + 1, 1, 1)
    left, right, top, lane = 96, 24, 34, 44
    width, height = 1080, top + lane * len(parts) + 34
    scale = (width - left - right) / (last - first).days

    def x(day: pd.Timestamp) -> float:
        return float(left + (day - first).days * scale)

    bottom = top + lane * len(parts)
    marks = []
    for year in range(first.year, last.year + 1):
        at = x(pd.Timestamp(year, 1, 1))
        marks.append(mark("line", x1=at, x2=at, y1=top - 8, y2=bottom, class_="grid"))
        if year < last.year:
            marks.append(text(at + 3, top - 14, str(year), class_="tick"))
    for row, (name, dates) in enumerate(parts.items()):
        y = top + row * lane
        end = dates.max() + horizon
        begin, stop = x(dates.min()), x(dates.max())
        span = f"{dates.min():%Y-%m-%d} – {dates.max():%Y-%m-%d}"
        how_many = Words(f"{span}（基準日 {len(dates)}）", f"{span} ({len(dates)} as-of dates)")
        # a text that would run over the right edge ends where its window ends
        is_late = begin + SPAN_TEXT > width
        at, anchor = (x(end), "end") if is_late else (begin, None)
        marks += [
            text(left - 12, y + 20, label("part", name), class_="lane", text_anchor="end"),
            mark("rect", x=stop, y=y + 6, width=x(end) - stop, height=18, class_="window"),
            mark("rect", x=begin - 2.5, y=y + 6, width=stop - begin + 5, height=18, class_=f"part {name}"),
            *(mark("circle", cx=x(day), cy=y + 15, r=2.2, class_="asof") for day in dates),
            text(at, y + 37, how_many, class_="note", text_anchor=anchor),
        ]
    if cutoff is not None:
        at_cutoff = Words(f"ラベル締切 {cutoff:%Y-%m-%d}", f"Label cutoff {cutoff:%Y-%m-%d}")
        marks += [
            mark("line", x1=x(cutoff), x2=x(cutoff), y1=top - 8, y2=bottom + 6, class_="cutoff"),
            text(x(cutoff) - 4, bottom + 18, at_cutoff, class_="note", text_anchor="end"),
        ]
    return figure(
        width, height, Words("学習・較正・検証の期間", "Dates of train, calibration and test"), marks
    )


def _rate_ticks(highest: float) -> list[float]:
    ticks = [0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0]
    above = [tick for tick in ticks if tick >= highest]
    return [tick for tick in ticks if tick <= (above[0] if above else 1.0)]


def _percent(share: float) -> str:
    return f"{share * 100:g}%"


def calibration(reliability: pd.DataFrame, name: Words) -> Markup:
    """Draw predicted against observed default rates by decile of predicted probability.

    Parameters
    ----------
    reliability : DataFrame
        ``bin``, ``predicted``, ``observed``, ``low``, ``high`` (shares), safest bin first.
    name : Words
        What the chart shows, for screen readers.

    Returns
    -------
    Markup
        SVG; the vertical axis is a square root, so that safe deciles can be told apart and zero has a place.
    """
    rows = reliability.sort_values("bin")
    width, height, left, right, top, bottom = 520, 300, 52, 14, 14, 44
    ticks = _rate_ticks(float(rows[["predicted", "observed", "high"]].max().max()))
    span = height - top - bottom

    def y(share: float) -> float:
        return float(height - bottom - span * np.sqrt(max(share, 0.0) / ticks[-1]))

    step = (width - left - right) / max(len(rows), 1)
    marks = []
    for tick in ticks:
        if tick and y(tick) > height - bottom - 10:
            continue  # too near the axis for a label of its own
        marks.append(mark("line", x1=left, x2=width - right, y1=y(tick), y2=y(tick), class_="grid"))
        marks.append(text(left - 8, y(tick) + 4, _percent(tick), class_="tick", text_anchor="end"))
    for place, row in enumerate(rows.itertuples(index=False)):
        x = left + step * (place + 0.5)
        marks += [
            mark("line", x1=x, x2=x, y1=y(row.low), y2=y(row.high), class_="whisker"),
            mark("line", x1=x - step * 0.32, x2=x + step * 0.32, y1=y(row.predicted), y2=y(row.predicted),
                 class_="predicted"),
            mark("circle", cx=x, cy=y(row.observed), r=4, class_="observed"),
            text(x, height - bottom + 16, str(row.bin), class_="tick", text_anchor="middle"),
        ]  # fmt: skip
    marks.append(
        text((left + width - right) / 2, height - 8,
             Words("予測確率の十分位（1＝最も低い）", "Decile of predicted probability (1 = lowest)"),
             class_="note", text_anchor="middle")
    )  # fmt: skip
    return figure(width, height, name, marks)


def default_rates(rates: pd.DataFrame) -> Markup:
    """Draw the default rate of each cohort with its 95 % interval.

    Parameters
    ----------
    rates : DataFrame
        ``as_of_date``, ``rate``, ``low``, ``high`` (shares), one row a cohort.

    Returns
    -------
    Markup
        SVG.
    """
    rows = rates.sort_values("as_of_date")
    days = pd.to_datetime(rows["as_of_date"])
    width, height, left, right, top, bottom = 1080, 220, 52, 24, 14, 34
    first, last = pd.Timestamp(days.min().year, 1, 1), pd.Timestamp(days.max().year + 1, 1, 1)
    highest = max(float(rows["high"].max()), 0.001)
    step = next(s for s in (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25) if highest / s <= 6)
    top_share = step * np.ceil(highest / step)

    def x(day: pd.Timestamp) -> float:
        return float(left + (width - left - right) * (day - first).days / (last - first).days)

    def y(share: float) -> float:
        return float(height - bottom - (height - top - bottom) * share / top_share)

    marks = []
    for share in np.arange(0, top_share + step / 2, step):
        marks.append(mark("line", x1=left, x2=width - right, y1=y(share), y2=y(share), class_="grid"))
        marks.append(
            text(left - 8, y(share) + 4, _percent(round(share, 5)), class_="tick", text_anchor="end")
        )
    marks += [
        text(x(pd.Timestamp(year, 7, 1)), height - 12, str(year), class_="tick", text_anchor="middle")
        for year in range(first.year, last.year)
    ]
    points = list(zip(days, rows["rate"], rows["low"], rows["high"], strict=True))
    if len(points) > 1:
        path = " ".join(f"{x(day):.1f},{y(rate):.1f}" for day, rate, _, _ in points)
        marks.append(mark("polyline", points=path, class_="trend"))
    for day, rate, low, high in points:
        marks.append(mark("line", x1=x(day), x2=x(day), y1=y(low), y2=y(high), class_="whisker"))
        marks.append(mark("circle", cx=x(day), cy=y(rate), r=3, class_="observed"))
    return figure(width, height, Words("コホート別デフォルト率", "Default rate by cohort"), marks)


def waterfall(base: float, steps: Sequence[tuple[Words, float]], *, most: int = 8) -> Markup:
    """Draw how a firm's items lead from the base value to its margin, largest first.

    Parameters
    ----------
    base : float
        Base value of the model, log-odds.
    steps : sequence of (Words, float)
        Items with the sum of their contributions, in any order.
    most : int
        Items shown by name; the others are one step.

    Returns
    -------
    Markup
        SVG. Bars to the right raise the risk, to the left lower it; signs say it again for those who
        cannot tell the colours apart.
    """
    ranked = sorted(steps, key=lambda step: -abs(step[1]))
    shown, rest = ranked[:most], ranked[most:]
    if rest:
        others = Words(f"その他 {len(rest)} 項目", f"{len(rest)} other items")
        shown = [*shown, (others, float(sum(value for _, value in rest)))]
    levels = np.concatenate([[base], base + np.cumsum([value for _, value in shown])])
    low, high = float(levels.min()), float(levels.max())
    pad = max((high - low) * 0.16, 0.05)
    width, row, left, right = 520, 23, 206, 12
    height = row * (len(shown) + 2) + 12

    def x(level: float) -> float:
        return float(left + (width - left - right) * (level - low + pad) / (high - low + 2 * pad))

    marks = []

    def end(place: int, words: Words, level: float) -> None:
        y = 6 + row * place
        marks.extend([
            text(left - 10, y + 15, words, class_="total", text_anchor="end"),
            mark("line", x1=x(level), x2=x(level), y1=y + 2, y2=y + row - 2, class_="level"),
            text(x(level) + 6, y + 15, signed(level), class_="total"),
        ])  # fmt: skip

    end(0, Words("基準値", "Base value"), base)
    for place, ((words, value), start) in enumerate(zip(shown, levels[:-1], strict=True), start=1):
        y = 6 + row * place
        begin, stop = x(start), x(start + value)
        raises = value > 0
        cut = Words(shorten(words.ja, 32), shorten(words.en, 32))
        # a label stands beyond the bar's tip, or before it where the edge is near
        beyond = stop + 5 if raises else stop - 5
        marks += [
            text(left - 10, y + 15, cut, class_="item", text_anchor="end"),
            mark("rect", x=min(begin, stop), y=y + 4, width=max(abs(stop - begin), 0.8), height=row - 8,
                 class_="raises" if raises else "lowers"),
            text(beyond, y + 15, signed(value), class_="value", text_anchor="start" if raises else "end"),
            mark("line", x1=stop, x2=stop, y1=y + row - 4, y2=y + row + 4, class_="join"),
        ]  # fmt: skip
    end(len(shown) + 1, Words("マージン", "Margin"), float(levels[-1]))
    return figure(
        width, height, Words("要因の内訳（対数オッズ）", "Breakdown of the margin (log-odds)"), marks
    )
