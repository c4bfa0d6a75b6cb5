"""The panel: what is known of a chunk of firms on one date, as dense arrays that features read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from features.chunk import PROVIDED, Chunk, Known, prepare
from features.facts import LatestDay, days
from features.layout import Lazy, add_up, align_last, align_months, lay_out, months, place
from intake.accounts import ACCOUNTS, PROFIT_ACCOUNTS
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
        Of the firms that had a row in `firms` by then. Arrays and tables are laid out when first asked for.

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
    monthly, monthly_age_months = _monthly(known)
    closing_cells = _closing_cells(known)
    closing_end = lay_out(known.column("statements", "period_end"), closing_cells)
    flows, flows_age_months = _flows(known)
    return Panel(
        as_of_date=as_of_date,
        firm_ids=known.firms["firm_id"].to_numpy(dtype=object),
        firms=known.firms,
        monthly=monthly,
        monthly_age_months=monthly_age_months,
        closings=_accounts(known, closing_cells, period_months=12),
        closing_end=closing_end,
        closing_known=lay_out(known.column("statements", "known_date"), closing_cells),
        employees=_employees(known, closing_end),
        flows=flows,
        flows_age_months=flows_age_months,
        provided={kind: known.provided(kind) for kind in PROVIDED},
        facts=Lazy(FACT_TABLES, known.frame),
    )


def _statements(known: Known, *, annual: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return index and row of the annual statements or of the trial balances, in order of row and period."""
    index, row = known.latest("statements")
    is_kind = known.column("statements", "is_annual")[index] == annual
    return index[is_kind], row[is_kind]


def _accounts(known: Known, cells: np.ndarray, *, period_months: int) -> Lazy[np.ndarray]:
    """Return the accounts of the statements in `cells`, profit and loss scaled to `period_months`."""
    frame = known.chunk.facts["statements"].frame
    scale = period_months / lay_out(frame["period_months"].to_numpy(), cells)

    def account(name: str) -> np.ndarray:
        if name not in frame:
            return np.full(cells.shape, np.nan)
        values = lay_out(frame[name].to_numpy(), cells)
        return values * scale if name in PROFIT_ACCOUNTS else values

    return Lazy(ACCOUNTS, account)


def _month_columns(known: Known, table: str, name: str, index: np.ndarray, row: np.ndarray) -> tuple:
    """Return the column of each fact of a month, and the age of each row's latest month."""
    month = months(days(known.column(table, name)[index]))
    as_of_month = int(months(np.array(known.day)))
    return align_months(row, month, rows=len(known.firms), last=as_of_month, width=MONTHS)


def _monthly(known: Known) -> tuple[Lazy[np.ndarray], np.ndarray]:
    """Lay out the trial balances, and the age of the latest."""
    index, row = _statements(known, annual=False)
    column, age = _month_columns(known, "statements", "period_end", index, row)
    cells = place(row, column, index, shape=(len(known.firms), MONTHS))
    return _accounts(known, cells, period_months=1), age


def _closing_cells(known: Known) -> np.ndarray:
    """Place the last annual closings."""
    index, row = _statements(known, annual=True)
    return place(row, align_last(row, width=CLOSINGS), index, shape=(len(known.firms), CLOSINGS))


def _flows(known: Known) -> tuple[Lazy[np.ndarray], np.ndarray]:
    """Add up the account flows of all banks, and return the age of the latest month."""
    index, row = known.latest("account_flows")
    column, age = _month_columns(known, "account_flows", "month", index, row)
    shape = (len(known.firms), MONTHS)
    return Lazy(
        FLOWS, lambda name: add_up(known.column("account_flows", name)[index], row, column, shape=shape)
    ), age


def _employees(known: Known, closing_end: np.ndarray) -> np.ndarray:
    """Return the headcount at each closing."""
    index, row = known.latest("headcounts")
    counted = LatestDay(row, days(known.column("headcounts", "period_end")[index]))
    found = counted.find(np.arange(len(known.firms))[:, None], days(closing_end))
    return lay_out(known.column("headcounts", "employees")[index], found)
