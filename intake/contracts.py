"""The contract of every raw table: columns, types, units, keys and the values they may take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import pandas as pd
import pandera.pandas as pa

from intake import columns
from intake.accounts import ACCOUNTS
from intake.columns import DTYPES

# ロカベン minor industries (METI ローカルベンチマーク, 27 小分類)
# fmt: off
INDUSTRIES = (
    "0101", "0201", "0301", "0302", "0303", "0304", "0305", "0306", "0401", "0402", "0403", "0404", "0501",
    "0601", "0701", "0801", "0901", "1001", "1002", "1003", "1004", "1005", "1006", "1101", "1201", "1301",
    "1400",
)
# fmt: on
SIZE_CLASSES = ("medium", "small")
PREFECTURES = tuple(f"{number:02d}" for number in range(1, 48))  # JIS X 0401
UNKNOWN = "unknown"  # the level of a code that an institution does not hold; counted in the data report

EVENT_KINDS = ("overdue_90d", "rescheduling", "subrogation", "bankruptcy", "dressing_confirmed", "paid_off")
# Q1 … Q11: groups of what notes say (docs/notes.md); tones: of what became of firms, and of a labelled corpus
NOTE_SIGNALS = (*(f"Q{number}" for number in range(1, 12)), "outcome", "corpus")
NOTE_MODALITIES = ("asserted", "suspected", "hearsay", "denied", "resolved", "question", "other", "tone")

DEFAULT_KINDS = ("overdue_90d", "subrogation", "bankruptcy")  # default is the first of these


class TableError(ValueError):
    """A table that cannot be used: names the table and, where there is one, the column, row key and value.

    Examples
    --------
    >>> print(TableError("loans", "not a number", column="amount", key="loan_id=L1", value="abc"))
    table loans, column amount, row loan_id=L1, value 'abc': not a number
    """

    def __init__(self, table: str, message: str, *, column: str = "", key: str = "", value: object = None):
        self.table, self.column, self.key, self.value, self.message = table, column, key, value, message
        where = [f"table {table}"]
        where += [f"column {column}"] if column else []
        where += [f"row {key}"] if key else []
        where += [f"value {value!r}"] if value is not None else []
        super().__init__(f"{', '.join(where)}: {message}")


@dataclass(frozen=True)
class Contract:
    """A raw table's schema, key (with `known_date`) and the rules that concern more than one column."""

    table: str
    key: tuple[str, ...]
    schema: pa.DataFrameSchema
    speaks_of: tuple[str, ...] = ()  # dates of facts: none may lie after the day they became known
    levels: Mapping[str, Sequence[str]] = field(default_factory=dict)  # codes; any other becomes `unknown`
    unit_floor: tuple[str, float] | None = None  # a whole table whose median lies below is not in yen

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of all columns, in order."""
        return tuple(self.schema.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns a table cannot do without."""
        return tuple(name for name, column in self.schema.columns.items() if column.required)

    @property
    def types(self) -> dict[str, str]:
        """What each column holds: text, date, yen, number or flag."""
        return {name: column.metadata["type"] for name, column in self.schema.columns.items()}

    @property
    def dtypes(self) -> dict[str, str]:
        """The pandas type of each column."""
        return {name: DTYPES[kind] for name, kind in self.types.items()}


def _schema(**columns: pa.Column) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(columns, strict=True, ordered=False)


_FIRM = columns.identifier()

_CONTRACTS = (
    Contract(
        "firms",
        ("firm_id", "known_date"),
        _schema(
            firm_id=_FIRM,
            known_date=columns.date(),
            industry=columns.text(isin=[*INDUSTRIES, UNKNOWN]),
            size_class=columns.text(isin=[*SIZE_CLASSES, UNKNOWN]),
            prefecture=columns.text(isin=[*PREFECTURES, UNKNOWN]),
            established=columns.date(nullable=True),
            association=columns.text(),
            main_bank=columns.text(),
            adviser=columns.text(nullable=True),
            consent_scope=columns.text(isin=["none", "association", "association_and_bank", "all"]),
        ),
        speaks_of=("established",),
        levels={"industry": INDUSTRIES, "size_class": SIZE_CLASSES, "prefecture": PREFECTURES},
    ),
    Contract(
        "headcounts",
        ("firm_id", "period_end", "known_date"),
        _schema(
            firm_id=_FIRM,
            period_end=columns.date(),
            known_date=columns.date(),
            employees=columns.number(0, 1_000_000),
        ),
        speaks_of=("period_end",),
    ),
    Contract(
        "statements",
        ("firm_id", "period_end", "kind", "source_actor", "known_date"),
        _schema(
            firm_id=_FIRM,
            period_end=columns.date(),
            kind=columns.text(isin=["annual", "trial"]),
            source_actor=columns.text(),  # who handed the books over: association, bank:CODE, adviser, firm
            known_date=columns.date(),
            # 12 for a full year; 1 for a trial balance, which carries its single month's profit and loss
            period_months=columns.number(1, 24),
            **{name: columns.yen(nullable=True, required=False) for name in ACCOUNTS},
        ),
        speaks_of=("period_end",),
        # even sole owners' assets have a median of some million yen; in thousands that is some thousand
        unit_floor=("total_assets", 1e6),
    ),
    Contract(
        "loans",
        ("loan_id", "known_date"),
        _schema(
            loan_id=columns.text(),
            firm_id=_FIRM,
            known_date=columns.date(),
            lender=columns.text(),
            guarantee_id=columns.text(nullable=True),  # null: not guaranteed
            rate_pct=columns.number(0, 20),  # 20 %: the ceiling of 利息制限法
            executed=columns.date(),
            maturity=columns.date(),
            grace_until=columns.date(nullable=True),  # 据置期限: the first principal is due in its month
            amount=columns.yen(minimum=0),
            balance=columns.yen(minimum=0),
            monthly_repayment=columns.yen(minimum=0),
        ),
        speaks_of=("executed",),
        # a guaranteed loan is about 10 million yen on average (Nagasaki, FY2023)
        unit_floor=("amount", 1e5),
    ),
    Contract(
        "guarantees",
        ("guarantee_id", "known_date"),
        _schema(
            guarantee_id=columns.text(),
            firm_id=_FIRM,
            known_date=columns.date(),
            bank=columns.text(),
            scheme=columns.text(),
            guaranteed_ratio=columns.number(0, 1),  # 0.8 under 責任共有制度, 1.0 outside it
            amount=columns.yen(minimum=0),
            balance=columns.yen(minimum=0),
            executed=columns.date(),
            maturity=columns.date(),
        ),
        speaks_of=("executed",),
        unit_floor=("amount", 1e5),  # as for loans
    ),
    Contract(
        "due_items",
        ("item_id", "known_date"),
        _schema(
            item_id=columns.text(),
            firm_id=_FIRM,
            known_date=columns.date(),
            side=columns.text(isin=["receivable", "payable"]),
            instrument=columns.text(isin=["account", "note", "electronic"]),
            counterparty=columns.text(),
            issued=columns.date(),
            due=columns.date(),
            amount=columns.yen(minimum=0),
            settled_date=columns.date(nullable=True),  # null: open
        ),
        speaks_of=("issued", "settled_date"),
    ),
    Contract(
        "account_flows",
        ("firm_id", "month", "bank", "known_date"),
        _schema(
            firm_id=_FIRM,
            month=columns.date(month_end=True),
            bank=columns.text(),
            known_date=columns.date(),
            inflow=columns.yen(minimum=0),
            outflow=columns.yen(minimum=0),
            end_balance=columns.yen(),
            lowest_balance=columns.yen(),
        ),
        speaks_of=("month",),
    ),
    Contract(
        "arrears",
        ("firm_id", "kind", "from_date", "known_date"),
        _schema(
            firm_id=_FIRM,
            kind=columns.text(isin=["tax", "social_insurance"]),
            from_date=columns.date(),
            known_date=columns.date(),
            amount=columns.yen(minimum=0),
            cleared_date=columns.date(nullable=True),
        ),
        speaks_of=("from_date", "cleared_date"),
    ),
    Contract(
        "crd_grades",
        ("firm_id", "graded_on", "known_date"),
        _schema(
            firm_id=_FIRM,
            graded_on=columns.date(),
            known_date=columns.date(),
            grade=columns.number(1, 9),  # CRD区分: 1 is worst, 9 best
            assigned_by_default=columns.flag(),
        ),
        speaks_of=("graded_on",),
    ),
    Contract(
        "notes",
        ("note_id", "known_date"),
        _schema(
            note_id=columns.text(),
            firm_id=_FIRM,
            known_date=columns.date(),
            date=columns.date(),
            author_role=columns.text(),
            channel=columns.text(),
            text=columns.text(),
        ),
        speaks_of=("date",),
    ),
    Contract(
        "monitoring_reports",
        ("report_id", "known_date"),
        _schema(
            report_id=columns.text(),
            firm_id=_FIRM,
            known_date=columns.date(),
            period_end=columns.date(),
            visits=columns.number(0, 200),
            sales_trend_pct=columns.number(
                -100, 10_000, nullable=True
            ),  # recent months against a year before
        ),
        speaks_of=("period_end",),
    ),
    Contract(
        "external_flags",
        ("flag_id", "known_date"),
        _schema(
            flag_id=columns.text(),
            firm_id=_FIRM,
            known_date=columns.date(),
            source_actor=columns.text(),
            raised_on=columns.date(),
            code=columns.text(),
            severity=columns.number(1, 3),
        ),
        speaks_of=("raised_on",),
    ),
    Contract(
        "events",
        ("firm_id", "kind", "event_date", "known_date"),
        _schema(
            firm_id=_FIRM,
            kind=columns.text(isin=EVENT_KINDS),
            event_date=columns.date(),
            known_date=columns.date(),
        ),
        speaks_of=("event_date",),
    ),
)
# what stages write of the raw tables and features read like them: no raw folder holds these
_WRITTEN = (
    Contract(
        "note_signals",
        ("note_id", "known_date", "signal", "start"),
        _schema(
            note_id=columns.text(),
            firm_id=_FIRM,
            known_date=columns.date(),  # of the version of the note that was read
            date=columns.date(),  # of the talk
            signal=columns.text(isin=NOTE_SIGNALS),
            start=columns.number(0, 1_000_000),  # the span in the text that says it, in code points
            end=columns.number(0, 1_000_000),
            concept=columns.text(nullable=True),  # null: no concept, the tone of the whole note
            polarity=columns.number(-2, 1),  # 0 where it is not said of the firm today
            modality=columns.text(isin=NOTE_MODALITIES),
            confidence=columns.number(0, 1),
            value=columns.number(-1000, 1000, nullable=True),  # of a tone; null: no reader was fitted
            half_life_months=columns.number(0.1, 1200),  # after so many months it counts half
            reader=columns.text(),  # version of what read it
            text_hash=columns.text(),  # of what was read
        ),
        speaks_of=("date",),
    ),
)
_BY_NAME = {one.table: one for one in (*_CONTRACTS, *_WRITTEN)}

TABLES: tuple[str, ...] = tuple(one.table for one in _CONTRACTS)  # raw ones
WRITTEN_TABLES: tuple[str, ...] = tuple(one.table for one in _WRITTEN)
OPTIONAL_TABLES = frozenset(TABLES) - {"firms", "statements", "events"}  # absent: taken as empty, and said so


def contract(table: str) -> Contract:
    """Return the contract of `table`.

    Examples
    --------
    >>> contract("crd_grades").key
    ('firm_id', 'graded_on', 'known_date')
    >>> contract("balances")
    Traceback (most recent call last):
    KeyError: "no contract for table 'balances'; known: firms, headcounts, statements, loans, guarantees, ..."
    """
    if table not in _BY_NAME:
        raise KeyError(f"no contract for table {table!r}; known: {', '.join(TABLES[:5])}, ...")
    return _BY_NAME[table]


@cache
def _empty(table: str) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in contract(table).dtypes.items()})


def empty_table(table: str) -> pd.DataFrame:
    """Return `table` without rows, with every column of its contract in the right type.

    Examples
    --------
    >>> empty_table("headcounts").dtypes.astype(str).to_dict()
    {'firm_id': 'str', 'period_end': 'datetime64[ms]', 'known_date': 'datetime64[ms]', 'employees': 'float64'}
    """
    return _empty(table).copy()
