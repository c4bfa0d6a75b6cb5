"""A chunk of firms: its raw tables, sorted once, and what of them was known on a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.facts import Facts, LatestDay, days, sort_facts
from features.layout import Lazy, add_up, align_last, align_months, lay_out, months, place
from intake.accounts import ACCOUNTS, PROFIT_ACCOUNTS
from intake.contracts import TABLES, WRITTEN_TABLES, TableError, contract, empty_table

PROVIDED = ("annual", "trial", "account_flows", "due_items")


@dataclass(frozen=True, eq=False)
class Chunk:
    """The raw tables of some firms, sorted so that a panel of any date costs little; see `prepare`."""

    firm_ids: np.ndarray
    facts: Mapping[str, Facts]
    provided: Mapping[str, LatestDay]


def prepare(tables: Mapping[str, pd.DataFrame]) -> Chunk:
    """Sort the raw tables of a chunk of firms, once for all as-of dates.

    Parameters
    ----------
    tables : mapping of name to DataFrame
        As `intake.store.read_chunk` returns them, and what stages wrote of them (`note_signals`): rows that
        keep their contracts, in any order. A table that is not there counts as empty.

    Raises
    ------
    TableError
        If there is no table of firms, a table is unknown, a key column is missing or two rows have one key.

    Examples
    --------
    >>> firms = empty_table("firms")
    >>> len(prepare({"firms": firms}).firm_ids)
    0
    >>> prepare({"loans": empty_table("loans")})
    Traceback (most recent call last):
    intake.contracts.TableError: table firms: the chunk has no such table
    """
    if "firms" not in tables:
        raise TableError("firms", "the chunk has no such table")
    for table in tables:
        if table not in (*TABLES, *WRITTEN_TABLES):
            raise TableError(table, "no contract knows this table")
    firm_ids = np.sort(tables["firms"]["firm_id"].unique().astype(object))
    facts = {}
    for table in (*TABLES, *WRITTEN_TABLES):
        frame = tables.get(table, empty_table(table))
        if table == "statements":
            facts |= _statements(frame, firm_ids)
        else:
            fact_key = [name for name in contract(table).key if name not in ("firm_id", "known_date")]
            facts[table] = sort_facts(table, frame, firm_ids, fact_key=fact_key)
    return Chunk(firm_ids, facts, {kind: _provided(facts, kind) for kind in PROVIDED})


def _statements(frame: pd.DataFrame, firm_ids: np.ndarray) -> dict[str, Facts]:
    """Sort the statements twice: a period's books from whatever source, and each source's by themselves."""
    for name in ("kind", "source_actor"):
        if name not in frame:
            raise TableError("statements", "the column is missing", column=name)
    frame = frame.assign(
        is_annual=frame["kind"] == "annual", is_association=frame["source_actor"] == "association"
    )
    # of several sources the association's books win, then the latest known; the last only keeps ties in order
    versions = ("is_association", "known_date", "source_actor")
    return {
        "statements": sort_facts(
            "statements", frame, firm_ids, fact_key=("is_annual", "period_end"), version_key=versions
        ),
        "statements_seen": sort_facts(
            "statements", frame, firm_ids, fact_key=("is_annual", "period_end", "source_actor")
        ),
    }


def _provided(facts: Mapping[str, Facts], kind: str) -> LatestDay:
    """Index the days on which new facts of a kind came to be known."""
    one = facts["statements_seen" if kind in ("annual", "trial") else kind]
    firm, day = one.firm[one.start], one.first_known
    if kind in ("annual", "trial"):
        is_kind = one.frame["is_annual"].to_numpy()[one.order[one.start]] == (kind == "annual")
        firm, day = firm[is_kind], day[is_kind]
    return LatestDay(firm, day)


class Known:
    """What of a chunk was known on a day (days since 1970).

    Attributes
    ----------
    firms : DataFrame (F rows)
        The last known row of each firm known by then, sorted by firm_id.
    row_of : (all firms of the chunk,) int64
        Row of each firm in `firms`; -1: not known yet.
    """

    def __init__(self, chunk: Chunk, day: int) -> None:
        self.chunk = chunk
        self.day = day
        facts = chunk.facts["firms"]
        known = facts.latest(day)
        self.firms = _rows(facts.frame, facts.order[known])
        self.row_of = np.full(len(chunk.firm_ids), -1)
        self.row_of[facts.firm[known]] = np.arange(len(known))

    def column(self, table: str, name: str) -> np.ndarray:
        """Return a column of numbers, flags or dates as it came, to be read at the index of `latest`."""
        return self.chunk.facts[table].frame[name].to_numpy()

    def latest(self, table: str) -> tuple[np.ndarray, np.ndarray]:
        """Return index in the frame and row of each fact's last known version, for the firms known."""
        facts = self.chunk.facts[table]
        position, row = self._of_known_firms(facts, facts.latest(self.day))
        return facts.order[position], row

    def frame(self, table: str) -> pd.DataFrame:
        """Return those versions as a frame, with `row` and `first_known_date`; see `Panel.facts`."""
        facts = self.chunk.facts[table]
        if table == "statements_seen":
            start, row = self._of_known_firms(facts, facts.start[facts.first_known <= self.day])
            seen = _rows(
                facts.frame[["period_end", "kind", "source_actor", "known_date"]], facts.order[start]
            )
            seen.insert(0, "row", row)
            return seen
        position, row = self._of_known_firms(facts, facts.latest(self.day))
        first = facts.first_known[facts.fact[position]].astype("datetime64[D]").astype("datetime64[ms]")
        return _rows(facts.frame, facts.order[position]).assign(row=row, first_known_date=first)

    def provided(self, kind: str) -> np.ndarray:
        """Return the latest day a new fact of `kind` came to be known, (F,) datetime64[D]; see `Panel`."""
        new = self.chunk.provided[kind]
        firm = np.flatnonzero(self.row_of >= 0)
        return lay_out(new.day.astype("datetime64[D]"), new.find(firm, np.full(len(firm), self.day)))

    def monthly(self, *, width: int) -> tuple[Lazy[np.ndarray], np.ndarray]:
        """Return each account of the trial balances, (F, width), and the age of the latest in months."""
        index, row = self._statements(annual=False)
        column, age = self._month_columns("statements", "period_end", index, row, width)
        return self.accounts(place(row, column, index, shape=(len(self.firms), width)), period_months=1), age

    def closing_cells(self, *, width: int) -> np.ndarray:
        """Return where in the frame of statements the last closings stand, (F, width); -1: none."""
        index, row = self._statements(annual=True)
        return place(row, align_last(row, width=width), index, shape=(len(self.firms), width))

    def accounts(self, cells: np.ndarray, *, period_months: int) -> Lazy[np.ndarray]:
        """Return each account of the statements in `cells`, profit and loss scaled to `period_months`."""
        frame = self.chunk.facts["statements"].frame
        scale = period_months / lay_out(frame["period_months"].to_numpy(), cells)

        def account(name: str) -> np.ndarray:
            if name not in frame:
                return np.full(cells.shape, np.nan)
            values = lay_out(frame[name].to_numpy(), cells)
            return values * scale if name in PROFIT_ACCOUNTS else values

        return Lazy(ACCOUNTS, account)

    def flows(self, names: Sequence[str], *, width: int) -> tuple[Lazy[np.ndarray], np.ndarray]:
        """Return the account flows summed over banks, (F, width), and the age of the latest month, (F,)."""
        index, row = self.latest("account_flows")
        column, age = self._month_columns("account_flows", "month", index, row, width)

        def flow(name: str) -> np.ndarray:
            values = self.column("account_flows", name)[index]
            return add_up(values, row, column, shape=(len(self.firms), width))

        return Lazy(names, flow), age

    def employees(self, closing_end: np.ndarray) -> np.ndarray:
        """Return the latest headcount known of a day not after each closing's end, shaped as that."""
        index, row = self.latest("headcounts")
        counted = LatestDay(row, days(self.column("headcounts", "period_end")[index]))
        found = counted.find(np.arange(len(self.firms))[:, None], days(closing_end))
        return lay_out(self.column("headcounts", "employees")[index], found)

    def _statements(self, *, annual: bool) -> tuple[np.ndarray, np.ndarray]:
        """Return index and row of the annual statements or of the trial balances, in order of row, period."""
        index, row = self.latest("statements")
        is_kind = self.column("statements", "is_annual")[index] == annual
        return index[is_kind], row[is_kind]

    def _month_columns(
        self, table: str, name: str, index: np.ndarray, row: np.ndarray, width: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the column of each fact of a month, and the age of each row's latest month."""
        month = months(days(self.column(table, name)[index]))
        return align_months(
            row, month, rows=len(self.firms), last=int(months(np.array(self.day))), width=width
        )

    def _of_known_firms(self, facts: Facts, position: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        row = self.row_of[facts.firm[position]]
        return position[row >= 0], row[row >= 0]


def _rows(frame: pd.DataFrame, positions: np.ndarray) -> pd.DataFrame:
    """Return the rows at `positions`, numbered from 0."""
    return frame.take(positions).reset_index(drop=True)
