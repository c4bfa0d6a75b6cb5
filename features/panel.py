"""The panel: what is known of a chunk of firms on one date, as dense arrays that features read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from features.chunk import PROVIDED, Chunk, Known, prepare
from features.facts import days
from features.layout import Lazy, lay_out
from intake.accounts import ACCOUNTS
from intake.contracts import empty_table

__all__ = [
    "CLOSINGS",
    "FACT_TABLES",
    "FLOWS",
    "MONTHS",
    "PROVIDED",
    "Chunk",
    "Panel",
    "build_panel",
    "prepare",
]

MONTHS = 36  # the panel's width: three years, so that a year can be compared with two before it
CLOSINGS = 4  # annual closings kept: four give three changes on the year before
FLOWS = ("inflow", "outflow", "end_balance", "lowest_balance")
FACT_TABLES = (
    "loans",
    "guarantees",
    "due_items",
    "arrears",
    "crd_grades",
    "notes",
    "note_signals",
    "monitoring_reports",
    "external_flags",
    "events",
    "statements_seen",
)


@dataclass(frozen=True, eq=False)
class Panel:
    """What was known of F firms by the end of `as_of_date`; amounts in yen, NaN where nothing was known.

    Attributes
    ----------
    as_of_date : Timestamp
        Only rows with ``known_date <= as_of_date`` went in.
    firm_ids : (F,) object
        Sorted; the chunk's firms that had a row in `firms` by then.
    firms : DataFrame (F rows, RangeIndex)
        The last known row of `firms` for each of `firm_ids`, in the same order.
    monthly : mapping account -> (F, 36) float64
        From trial balances: one month's profit and loss, month-end balances. Column -1 is the firm's latest
        known trial month, column -2 the month before it, whether or not that one is known.
    monthly_age_months : (F,) float64
        Months from that latest month to the month of `as_of_date` (0: the same month). NaN, and a row of NaN
        in `monthly`, where no trial balance speaks of one of the last 36 months.
    closings : mapping account -> (F, 4) float64
        Annual closings in order of `period_end`, column -1 the latest known. Profit and loss is scaled to 12
        months where the closing covers more or fewer; balances are as they stand.
    closing_end, closing_known : (F, 4) datetime64[D]
        Last day of each closing and the day the version shown came to be known; NaT where there is none.
    employees : (F, 4) float64
        Headcount of the latest known `period_end` not after the closing's; NaN where there is none.
    flows : mapping "inflow" | "outflow" | "end_balance" | "lowest_balance" -> (F, 36) float64
        Account flows summed over the banks known for the month; column -1 is the firm's latest known month.
        The sum of the banks' lowest balances is a lower bound of the firm's lowest: their days may differ.
    flows_age_months : (F,) float64
        As `monthly_age_months`, for account flows.
    provided : mapping "annual" | "trial" | "account_flows" | "due_items" -> (F,) datetime64[D]
        The latest day on which a *new* fact of that kind came to be known (a correction is none); NaT: never.
    facts : mapping table -> DataFrame
        Every other table (see FACT_TABLES): the last known version of each fact, the table's own columns and
        `row` (int64, index into `firm_ids`) and `first_known_date` (of the fact's first version), ordered by
        row and key. `statements_seen` has one row for each (firm, period_end, kind, source_actor) known: row,
        period_end, kind, source_actor and known_date, here that of the first version.
    """

    as_of_date: pd.Timestamp
    firm_ids: np.ndarray
    firms: pd.DataFrame
    monthly: Mapping[str, np.ndarray]
    monthly_age_months: np.ndarray
    closings: Mapping[str, np.ndarray]
    closing_end: np.ndarray
    closing_known: np.ndarray
    employees: np.ndarray
    flows: Mapping[str, np.ndarray]
    flows_age_months: np.ndarray
    provided: Mapping[str, np.ndarray]
    facts: Mapping[str, pd.DataFrame]

    def __len__(self) -> int:
        return len(self.firm_ids)

    @classmethod
    def empty(cls, firm_ids: Sequence[str], as_of_date: pd.Timestamp | str) -> "Panel":
        """Return a panel of firms of which nothing but the name is known; `dataclasses.replace` fills it in.

        Parameters
        ----------
        firm_ids : sequence of str, (F,)
            Sorted and unique.
        as_of_date : Timestamp or ISO date

        Raises
        ------
        ValueError
            If `firm_ids` is not sorted or names a firm twice.

        Examples
        --------
        >>> from dataclasses import replace
        >>> panel = Panel.empty(["a", "b"], "2025-03-31")
        >>> panel.monthly["sales"].shape, panel.closings["sales"].shape, len(panel.facts["loans"])
        ((2, 36), (2, 4), 0)
        >>> sales = np.full((2, 36), 100.0)
        >>> panel = replace(panel, monthly={**panel.monthly, "sales": sales})
        >>> panel.monthly["sales"][:, -12:].sum(axis=1).tolist()
        [1200.0, 1200.0]
        >>> Panel.empty(["b", "a"], "2025-03-31")
        Traceback (most recent call last):
        ValueError: firm_ids must be sorted and unique; 'a' follows 'b'
        """
        for before, after in pairwise(firm_ids):
            if not before < after:
                raise ValueError(f"firm_ids must be sorted and unique; {after!r} follows {before!r}")
        n = len(firm_ids)
        ids = np.array(firm_ids, dtype=object)
        never = np.full((n, CLOSINGS), np.datetime64("NaT", "D"))
        firms = empty_table("firms").reindex(range(n)).assign(firm_id=pd.Series(ids, dtype="str"))
        return cls(
            as_of_date=pd.Timestamp(as_of_date),
            firm_ids=ids,
            firms=firms.assign(industry="unknown", size_class="unknown", prefecture="unknown"),
            monthly={name: np.full((n, MONTHS), np.nan) for name in ACCOUNTS},
            monthly_age_months=np.full(n, np.nan),
            closings={name: np.full((n, CLOSINGS), np.nan) for name in ACCOUNTS},
            closing_end=never,
            closing_known=never.copy(),
            employees=np.full((n, CLOSINGS), np.nan),
            flows={name: np.full((n, MONTHS), np.nan) for name in FLOWS},
            flows_age_months=np.full(n, np.nan),
            provided={kind: never[:, 0].copy() for kind in PROVIDED},
            facts={table: no_facts(table) for table in FACT_TABLES},
        )


def no_facts(table: str) -> pd.DataFrame:
    """Return the frame of `Panel.facts[table]` without rows.

    Examples
    --------
    >>> no_facts("statements_seen").columns.tolist()
    ['row', 'period_end', 'kind', 'source_actor', 'known_date']
    >>> no_facts("dreams")
    Traceback (most recent call last):
    KeyError: "no contract for table 'dreams'; known: firms, headcounts, statements, loans, guarantees, ..."
    """
    if table == "statements_seen":
        seen = empty_table("statements")[["period_end", "kind", "source_actor", "known_date"]]
        return pd.concat([pd.DataFrame({"row": pd.Series(dtype="int64")}), seen], axis=1)
    frame = empty_table(table)
    return frame.assign(row=pd.Series(dtype="int64"), first_known_date=frame["known_date"])


def build_panel(chunk: Chunk, as_of_date: pd.Timestamp | str) -> Panel:
    """Lay out what was known of a chunk's firms on one date.

    Parameters
    ----------
    chunk : Chunk
        From `prepare`.
    as_of_date : Timestamp or ISO date
        Rows that came to be known later are not seen, whatever they speak of.

    Returns
    -------
    Panel
        Of the firms that had a row in `firms` by then. Arrays and tables are laid out when first asked for:
        some 0.09 ms a firm in all, where each has 132 monthly statements in 58 accounts, flows of two banks
        and 300 due items, after 0.7 ms a firm once in `prepare` (one core, measured on 5,000 firms).

    Raises
    ------
    ValueError
        If `as_of_date` is not a day.

    Examples
    --------
    >>> def rows(**columns): return pd.DataFrame({"firm_id": "a", **columns})
    >>> may, june, july = pd.to_datetime(["2024-05-31", "2024-06-30", "2024-07-31"])
    >>> firms = rows(known_date=[may])
    >>> grades = rows(graded_on=[may, may], known_date=[june, july], grade=[5.0, 3.0])
    >>> chunk = prepare({"firms": firms, "crd_grades": grades})
    >>> build_panel(chunk, "2024-06-30").facts["crd_grades"]["grade"].tolist()
    [5.0]
    >>> build_panel(chunk, "2024-07-31").facts["crd_grades"]["grade"].tolist()
    [3.0]
    >>> len(build_panel(chunk, "2024-03-31"))
    0
    >>> build_panel(chunk, "2024-07-31 09:00")
    Traceback (most recent call last):
    ValueError: as_of_date must be a day, not 2024-07-31 09:00:00
    """
    as_of_date = pd.Timestamp(as_of_date)
    if pd.isna(as_of_date) or as_of_date != as_of_date.normalize():
        raise ValueError(f"as_of_date must be a day, not {as_of_date}")
    known = Known(chunk, int(days(np.datetime64(as_of_date, "D"))))
    monthly, monthly_age_months = known.monthly(width=MONTHS)
    flows, flows_age_months = known.flows(FLOWS, width=MONTHS)
    closing = known.closing_cells(width=CLOSINGS)
    closing_end = lay_out(known.column("statements", "period_end"), closing)
    return Panel(
        as_of_date=as_of_date,
        firm_ids=known.firms["firm_id"].to_numpy(dtype=object),
        firms=known.firms,
        monthly=monthly,
        monthly_age_months=monthly_age_months,
        closings=known.accounts(closing, period_months=12),
        closing_end=closing_end,
        closing_known=lay_out(known.column("statements", "known_date"), closing),
        employees=known.employees(closing_end),
        flows=flows,
        flows_age_months=flows_age_months,
        provided={kind: known.provided(kind) for kind in PROVIDED},
        facts=Lazy(FACT_TABLES, known.frame),
    )
