import re
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.errors
import pytest

from intake.columns import DTYPES
from intake.contracts import (
    DEFAULT_KINDS,
    EVENT_KINDS,
    INDUSTRIES,
    OPTIONAL_TABLES,
    TABLES,
    UNKNOWN,
    contract,
    empty_table,
)


@pytest.mark.parametrize("table", TABLES)
def test_key_is_of_columns_that_are_never_missing_and_holds_known_date(table):
    rule = contract(table)
    assert "known_date" in rule.key
    for name in (*rule.key, "firm_id"):
        column = rule.schema.columns[name]
        assert column.required
        assert not column.nullable


@pytest.mark.parametrize("table", TABLES)
def test_rules_over_columns_name_columns_of_the_right_kind(table):
    rule = contract(table)
    assert {rule.types[name] for name in rule.speaks_of} <= {"date"}
    assert {rule.types[name] for name in rule.levels} <= {"text"}
    if rule.unit_floor:
        assert rule.types[rule.unit_floor[0]] == "yen"


@pytest.mark.parametrize("table", TABLES)
def test_empty_table_has_exactly_the_contract_types(table):
    frame = empty_table(table)
    assert list(frame.columns) == list(contract(table).columns)
    for name, kind in contract(table).types.items():
        assert frame[name].dtype == DTYPES[kind]
        assert str(frame[name].dtype) == DTYPES[kind]  # `str`, not `string`; [ms], not [ns]
    contract(table).schema.validate(frame)


def test_empty_table_is_a_fresh_one_each_time():
    changed = empty_table("events")
    changed["kind"] = 1.0
    assert empty_table("events")["kind"].dtype == "str"


def test_every_amount_of_a_statement_is_optional_and_nothing_else_is():
    rule = contract("statements")
    assert set(rule.columns) - set(rule.required) == {
        name for name, kind in rule.types.items() if kind == "yen"
    }
    for table in set(TABLES) - {"statements"}:
        assert contract(table).required == contract(table).columns


def test_levels_and_kinds():
    assert len(INDUSTRIES) == len(set(INDUSTRIES)) == 27  # the minor industries of ロカベン
    assert UNKNOWN not in INDUSTRIES
    assert set(DEFAULT_KINDS) < set(EVENT_KINDS)
    assert set(TABLES) - OPTIONAL_TABLES == {"firms", "statements", "events"}


def grades(**cells: object) -> pd.DataFrame:
    row = {"firm_id": "A", "graded_on": "2024-03-31", "known_date": "2024-04-10", "grade": 1.0}
    frame = pd.DataFrame([row | {"assigned_by_default": False} | cells])
    return frame.astype({"graded_on": "datetime64[ms]", "known_date": "datetime64[ms]"})


def test_the_schema_takes_pandas_str_and_millisecond_dates():
    assert contract("crd_grades").schema.validate(grades()).equals(grades())


@pytest.mark.parametrize(
    "cells", [{"grade": 10.0}, {"grade": np.nan}, {"firm_id": "A B"}, {"graded_on": "1850-01-01"}]
)
def test_the_schema_refuses_a_cell_out_of_range(cells):
    with pytest.raises(pandera.errors.SchemaError):
        contract("crd_grades").schema.validate(grades(**cells))


README = Path(__file__).resolve().parent.parent / "data" / "README.md"


@pytest.mark.parametrize("table", TABLES)
def test_the_readme_of_data_names_each_table_with_its_key_and_columns(table):
    (row,) = [
        line for line in README.read_text(encoding="utf-8").splitlines() if line.startswith(f"| `{table}` |")
    ]
    _, _, key, others, *_ = row.split("|")
    assert tuple(re.findall(r"`(\w+)`", key)) == contract(table).key
    optional = dict(re.findall(r"`(\w+)`(\??)", others))
    if table == "statements":
        assert list(optional) == ["period_months"]  # the accounts are those of intake/accounts.csv
        return
    schema = contract(table).schema.columns
    assert set(optional) == set(schema) - set(contract(table).key)
    assert {name for name in optional if optional[name]} == {name for name in schema if schema[name].nullable}
