"""The charts of a firm's life, one beneath the other on the same calendar."""

from collections.abc import Sequence

import pandas as pd

from alerts.quantities import money_scale
from intake.contracts import DEFAULT_KINDS
from review import life_series as series
from review.labels import Words, label
from review.life_frames import Frames, books, differing, end_of
from review.life_panel import Calendar, Chart, Layer, Rule, draw

LOW = 110  # height of charts that are read for when, not for how much
TURNOVER = {"receivables": "main", "inventories": "stock", "payables": "against"}  # figure → style


def said(code: str) -> Words:
    """Return the words of something drawn."""
    return label("drawn", code)


def rules(frames: Frames) -> list[Rule]:
    """Return the days drawn through every chart: each rescheduling and the end."""
    events = frames["events"]
    eased = events.loc[events["kind"].eq("rescheduling").to_numpy(), "event_date"]
    lines = [Rule(day, "eased", label("event", "rescheduling")) for day in eased]
    end = end_of(frames, DEFAULT_KINDS)
    return lines + ([Rule(end[0], "end", label("event", end[1]))] if end else [])


def charts(frames: Frames, days: Calendar) -> list[Chart]:
    """Return every chart of one firm; one that has nothing to show says why in words.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        One firm's tables, as `life_frames.firm_frames` gives them.
    days : Calendar
    """
    annual, trial = books(frames["statements"], "annual"), books(frames["statements"], "trial")
    true = frames["truth/closings"]
    true = (
        true.drop_duplicates("period_end", keep="last").set_index("period_end") if len(true) else annual[:0]
    )
    lines = rules(frames)
    return [
        _sales(annual, trial, days, lines),
        _profit(annual, trial, true, days, lines),
        _cash(frames, annual, trial, days, lines),
        _flows(frames, days, lines),
        _loans(frames, days, lines),
        _turnover(annual, trial, true, days, lines),
        _arrears(frames, days, lines),
        _delays(frames, days, lines),
    ]


def _money(*values: pd.Series) -> tuple[float, Words]:
    """Return the scale that suits all the amounts, and its unit."""
    scale = money_scale([float(value) for one in values for value in one.dropna()])
    return scale, label("unit", "million_yen" if scale == 1e6 else "thousand_yen")


def _gaps(trial: pd.DataFrame) -> list[Words]:
    return [] if len(trial) else [said("no_trial")]


def _sales(annual: pd.DataFrame, trial: pd.DataFrame, days: Calendar, lines: Sequence[Rule]) -> Chart:
    months = series.account(trial, "sales")
    closing = series.account(annual, "sales") / series.YEAR
    scale, unit = _money(months, closing)
    layers = [
        Layer("bars", months, "month", said("sales_month")),
        Layer("line", series.year_sum(months) / series.YEAR, "main", said("sales_year")),
        Layer("chain", closing, "closing", said("sales_closing")),
    ]
    notes = _gaps(trial)
    return draw(days, layers, said("sales"), unit, scale=scale, rules=lines, right=12.0, notes=notes)


def _profit(
    annual: pd.DataFrame,
    trial: pd.DataFrame,
    true: pd.DataFrame,
    days: Calendar,
    lines: Sequence[Rule],
) -> Chart:
    year = series.year_sum(series.account(trial, "ordinary_profit"))
    shown = series.account(annual, "ordinary_profit")
    scale, unit = _money(year, shown)
    layers = [
        Layer("line", year, "main", said("trial_year")),
        Layer("chain", shown, "closing", said("closing")),
        Layer(
            "dots", differing(series.account(true, "ordinary_profit"), shown), "true", said("true_closing")
        ),
    ]
    return draw(days, layers, said("profit"), unit, scale=scale, rules=lines, notes=_gaps(trial))


def _cash(
    frames: Frames, annual: pd.DataFrame, trial: pd.DataFrame, days: Calendar, lines: Sequence[Rule]
) -> Chart:
    flows = series.flows(frames)
    closing, month = series.account(annual, "cash_deposits"), series.account(trial, "cash_deposits")
    scale, unit = _money(closing, month, flows["end_balance"])
    layers = [
        Layer("line", series.by_month(flows["lowest_balance"]), "pale", said("cash_lowest")),
        Layer("line", series.by_month(month), "thin", said("cash_trial")),
        Layer("line", series.by_month(flows["end_balance"]), "main", said("cash_end")),
        Layer("chain", closing, "closing", said("cash_closing")),
    ]
    notes = [*_gaps(trial), *([] if len(flows) else [said("no_accounts")])]
    return draw(days, layers, said("cash"), unit, scale=scale, rules=lines, notes=notes)


def _flows(frames: Frames, days: Calendar, lines: Sequence[Rule]) -> Chart:
    flows = series.flows(frames)
    scale, unit = _money(flows["inflow"], flows["outflow"])
    layers = [
        Layer("line", series.by_month(flows["inflow"]), "main", said("inflow")),
        Layer("line", series.by_month(flows["outflow"]), "against", said("outflow")),
    ]
    notes = [] if len(flows) else [said("no_flows")]
    return draw(days, layers, said("flows"), unit, scale=scale, rules=lines, notes=notes)


def _loans(frames: Frames, days: Calendar, lines: Sequence[Rule]) -> Chart:
    loans = frames["loans"]
    total = series.balances(loans)
    covered = series.balances(loans[loans["guarantee_id"].notna().to_numpy()])
    scale, unit = _money(total)
    layers = [
        Layer("area", total, "own", said("own")),
        Layer("area", covered.reindex(total.index).ffill(), "covered", said("covered")),
    ]
    spans = series.grace_spans(loans)
    notes = [said("no_loans")] if loans.empty else [said("grace")] if spans else []
    return draw(days, layers, said("loans"), unit, scale=scale, rules=lines, spans=spans, notes=notes)


def _turnover(
    annual: pd.DataFrame,
    trial: pd.DataFrame,
    true: pd.DataFrame,
    days: Calendar,
    lines: Sequence[Rule],
) -> Chart:
    months = series.turnover(trial, series.year_sum(series.account(trial, "sales")))
    closing = series.turnover(annual, series.account(annual, "sales"))
    real = series.turnover(true, series.account(true, "sales"))
    layers = [Layer("line", months[name], style, said(name)) for name, style in TURNOVER.items()]
    layers += [
        Layer("chain", closing[name], f"dot {style}", said(f"{name}_closing"))
        for name, style in TURNOVER.items()
    ]
    layers += [
        Layer("dots", differing(real[name], closing[name]), "true", said(f"{name}_true"))
        for name in ("receivables", "inventories")
    ]
    unit = label("unit", "months")
    return draw(days, layers, said("turnover"), unit, rules=lines, notes=_gaps(trial))


def _arrears(frames: Frames, days: Calendar, lines: Sequence[Rule]) -> Chart:
    arrears, end = frames["arrears"], end_of(frames, DEFAULT_KINDS)
    until = end[0] if end else days.last
    layers = []
    for kind, style in (("tax", "main"), ("social_insurance", "against")):
        rows = arrears[arrears["kind"].eq(kind).to_numpy()]
        if len(rows):
            layers.append(Layer("step", series.arrears_amounts(rows, until), style, label("arrears", kind)))
    scale, unit = _money(*(layer.values for layer in layers))
    notes = [] if layers else [said("no_arrears")]
    return draw(days, layers, said("arrears"), unit, scale=scale, rules=lines, height=LOW, notes=notes)


def _delays(frames: Frames, days: Calendar, lines: Sequence[Rule]) -> Chart:
    items, unit = frames["due_items"], label("unit", "percent")
    if items.empty:
        return draw(days, [], said("delays"), unit, notes=[said("no_items")])
    layers = [
        Layer("line", series.by_month(100 * series.late_share(items, side)), style, said(f"late_{side}"))
        for side, style in (("payable", "against"), ("receivable", "main"))
    ]
    return draw(days, layers, said("delays"), unit, rules=lines, height=LOW)
