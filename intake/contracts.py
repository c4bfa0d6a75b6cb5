"""The contract of every raw table: columns, types, units, keys and the values they may take."""

from dataclasses import dataclass
from functools import cache

import pandas as pd
import pandera.pandas as pa

from intake.accounts import ACCOUNTS

DATE = "datetime64[ms]"
AMOUNT = "float64"  # whole yen; float64 holds them exactly up to 2**53 and lets a missing one stay NaN
LARGEST_YEN = 2.0**53

INDUSTRIES = (
    "0101 0201 0301 0302 0303 0304 0305 0306 0401 0402 0403 0404 0501 0601 0701 0801 0901 "
    "1001 1002 1003 1004 1005 1006 1101 1201 1301 1400"
).split()  # ロカベン minor industries (domain: METI ローカルベンチマーク, 27 小分類)
UNKNOWN = "unknown"  # the level of a code that an institution does not hold; counted in the data report

EVENT_KINDS = ("overdue_90d", "rescheduling", "subrogation", "bankruptcy", "dressing_confirmed", "paid_off")
DEFAULT_KINDS = ("overdue_90d", "subrogation", "bankruptcy")  # default is the first of these


@dataclass(frozen=True)
class Contract:
    """A raw table's schema and key; every key includes `known_date`."""

    table: str
    key: tuple[str, ...]
    schema: pa.DataFrameSchema

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of all columns, in order."""
        return tuple(self.schema.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns a table cannot do without."""
        return tuple(name for name, column in self.schema.columns.items() if column.required)


def _text(*, nullable: bool = False, isin: tuple | list | None = None, regex: str | None = None) -> pa.Column:
    checks = []
    if isin is not None:
        checks.append(pa.Check.isin(list(isin)))
    if regex is not None:
        checks.append(pa.Check.str_matches(regex))
    return pa.Column("str", checks=checks, nullable=nullable)


def _date(*, nullable: bool = False) -> pa.Column:
    # 1868: the first day of Meiji; before it no register of firms reaches
    return pa.Column(DATE, pa.Check.in_range(pd.Timestamp("1868-01-25"), pd.Timestamp("2199-12-31")), nullable=nullable)


def _whole_yen(values: pd.Series) -> pd.Series:
    return (values == values.round()) & (values.abs() <= LARGEST_YEN)


def _yen(*, nullable: bool = False, required: bool = True, minimum: float | None = None) -> pa.Column:
    checks = [pa.Check(_whole_yen, name="whole_yen")]
    if minimum is not None:
        checks.append(pa.Check.ge(minimum))
    return pa.Column(AMOUNT, checks, nullable=nullable, required=required)


def _number(low: float, high: float, *, nullable: bool = False) -> pa.Column:
    return pa.Column("float64", pa.Check.in_range(low, high), nullable=nullable)


def _flag() -> pa.Column:
    return pa.Column("bool")


_FIRM = {"firm_id": _text(regex=r"^\S+$")}
_KNOWN = {"known_date": _date()}

_COLUMNS: dict[str, tuple[tuple[str, ...], dict[str, pa.Column]]] = {
    "firms": (
        ("firm_id", "known_date"),
        _FIRM
        | _KNOWN
        | {
            "industry": _text(isin=[*INDUSTRIES, UNKNOWN]),
            "size_class": _text(isin=["medium", "small", UNKNOWN]),
            "prefecture": _text(regex=r"^(0[1-9]|[1-3][0-9]|4[0-7]|unknown)$"),  # JIS X 0401
            "established": _date(nullable=True),
            "association": _text(),
            "main_bank": _text(),
            "adviser": _text(nullable=True),
            "consent_scope": _text(isin=["none", "association", "association_and_bank", "all"]),
        },
    ),
    "headcounts": (
        ("firm_id", "period_end", "known_date"),
        _FIRM | {"period_end": _date()} | _KNOWN | {"employees": _number(0, 1_000_000)},
    ),
    "statements": (
        ("firm_id", "period_end", "kind", "source_actor", "known_date"),
        _FIRM
        | {
            "period_end": _date(),
            "kind": _text(isin=["annual", "trial"]),
            "source_actor": _text(),  # who handed the books over: association, bank:CODE, adviser, firm
        }
        | _KNOWN
        | {
            # 12 for a full year; a trial balance carries its single month's profit and loss
            "period_months": _number(1, 24),
            **{name: _yen(nullable=True, required=False) for name in ACCOUNTS},
        },
    ),
    "loans": (
        ("loan_id", "known_date"),
        {"loan_id": _text()}
        | _FIRM
        | _KNOWN
        | {
            "lender": _text(),
            "guarantee_id": _text(nullable=True),  # null: not guaranteed
            "rate_pct": _number(0, 20),  # 20 %: the ceiling of 利息制限法
            "executed": _date(),
            "maturity": _date(),
            "grace_until": _date(nullable=True),  # 据置期限
            "amount": _yen(minimum=0),
            "balance": _yen(minimum=0),
            "monthly_repayment": _yen(minimum=0),
        },
    ),
    "guarantees": (
        ("guarantee_id", "known_date"),
        {"guarantee_id": _text()}
        | _FIRM
        | _KNOWN
        | {
            "bank": _text(),
            "scheme": _text(),
            "guaranteed_ratio": _number(0, 1),  # 0.8 under 責任共有制度, 1.0 outside it
            "amount": _yen(minimum=0),
            "balance": _yen(minimum=0),
            "executed": _date(),
            "maturity": _date(),
        },
    ),
    "due_items": (
        ("item_id", "known_date"),
        {"item_id": _text()}
        | _FIRM
        | _KNOWN
        | {
            "side": _text(isin=["receivable", "payable"]),
            "instrument": _text(isin=["account", "note", "electronic"]),
            "counterparty": _text(),
            "issued": _date(),
            "due": _date(),
            "amount": _yen(minimum=0),
            "settled_date": _date(nullable=True),  # null: open
        },
    ),
    "account_flows": (
        ("firm_id", "month", "bank", "known_date"),
        _FIRM
        | {"month": _date(), "bank": _text()}  # month: its last day
        | _KNOWN
        | {
            "inflow": _yen(minimum=0),
            "outflow": _yen(minimum=0),
            "end_balance": _yen(),
            "lowest_balance": _yen(),
        },
    ),
    "arrears": (
        ("firm_id", "kind", "from_date", "known_date"),
        _FIRM
        | {"kind": _text(isin=["tax", "social_insurance"]), "from_date": _date()}
        | _KNOWN
        | {"amount": _yen(minimum=0), "cleared_date": _date(nullable=True)},
    ),
    "crd_grades": (
        ("firm_id", "graded_on", "known_date"),
        _FIRM
        | {"graded_on": _date()}
        | _KNOWN
        | {"grade": _number(1, 9), "assigned_by_default": _flag()},  # CRD区分: 1 is worst, 9 best
    ),
    "notes": (
        ("note_id", "known_date"),
        {"note_id": _text()}
        | _FIRM
        | _KNOWN
        | {"date": _date(), "author_role": _text(), "channel": _text(), "text": _text()},
    ),
    "monitoring_reports": (
        ("report_id", "known_date"),
        {"report_id": _text()}
        | _FIRM
        | _KNOWN
        | {
            "period_end": _date(),
            "visits": _number(0, 200),
            "sales_trend_pct": _number(-100, 10_000, nullable=True),  # recent months against a year before
        },
    ),
    "external_flags": (
        ("flag_id", "known_date"),
        {"flag_id": _text()}
        | _FIRM
        | _KNOWN
        | {"source_actor": _text(), "raised_on": _date(), "code": _text(), "severity": _number(1, 3)},
    ),
    "events": (
        ("firm_id", "kind", "event_date", "known_date"),
        _FIRM | {"kind": _text(isin=EVENT_KINDS), "event_date": _date()} | _KNOWN,
    ),
}

TABLES: tuple[str, ...] = tuple(_COLUMNS)
OPTIONAL_TABLES = frozenset(TABLES) - {"firms", "statements", "events"}  # absent: taken as empty, and said so


@cache
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
    if table not in _COLUMNS:
        raise KeyError(f"no contract for table {table!r}; known: {', '.join(TABLES[:5])}, ...")
    key, columns = _COLUMNS[table]
    return Contract(table, key, pa.DataFrameSchema(columns, strict=True, ordered=False))


def empty_table(table: str) -> pd.DataFrame:
    """Return `table` without rows, with every column of its contract in the right type."""
    columns = contract(table).schema.columns
    return pd.DataFrame({name: pd.Series(dtype=str(column.dtype)) for name, column in columns.items()})
