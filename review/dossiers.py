"""What is shown of each of the first firms: the way to its margin, its cash ahead, its notes."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from review.cash_outlook import cash_table, chart_scale, money_unit, outlook, projected
from review.charts import waterfall
from review.fan_chart import fan_chart
from review.flags import Flag
from review.grid import Grid
from review.labels import Words
from review.shown_notes import Notes, notes_of


@dataclass(frozen=True)
class Cash:
    """A firm's projected cash: said, drawn, and as a table in `unit`."""

    words: Words
    chart: Markup
    table: Grid
    unit: Words


@dataclass(frozen=True)
class Dossier:
    """One firm's part of the page; `cash` and `notes` are None where the tables have nothing of it."""

    flag: Flag
    waterfall: Markup
    cash: Cash | None
    notes: Notes | None


def cash_of(firm_id: str, projections: pd.DataFrame, *, currency: str = "yen") -> Cash | None:
    """Return a firm's projected cash; None where it has no projection."""
    rows = projections[(projections["firm_id"] == firm_id).to_numpy()]
    if projected(rows).empty:
        return None
    words, scale = outlook(rows, currency=currency), chart_scale(rows)
    chart = fan_chart(rows, words, currency=currency)
    return Cash(words, chart, cash_table(rows, scale), money_unit(scale, currency))


def dossiers(
    flags: Sequence[Flag],
    as_of_date: pd.Timestamp,
    *,
    projections: pd.DataFrame | None = None,
    notes: pd.DataFrame | None = None,
    note_signals: pd.DataFrame | None = None,
    currency: str = "yen",
) -> list[Dossier]:
    """Return a dossier of each flag.

    Parameters
    ----------
    flags : sequence of Flag
    as_of_date : Timestamp
        The day that the scores speak from: notes known later are left out.
    projections : DataFrame, optional
        The table `projections`; other days' rows are passed over.
    notes, note_signals : DataFrame, optional
        See `notes_of`; without both there are no notes on the page.
    currency : str

    Returns
    -------
    list of Dossier
        In the order of `flags`.
    """
    if projections is not None:
        projections = projections[(projections["as_of_date"] == as_of_date).to_numpy()]
    is_read = notes is not None and note_signals is not None and len(notes) > 0
    return [
        Dossier(
            flag,
            waterfall(flag.base, flag.steps),
            cash_of(flag.firm_id, projections, currency=currency) if projections is not None else None,
            notes_of(flag.firm_id, notes, note_signals, as_of_date) if is_read else None,
        )
        for flag in flags
    ]
