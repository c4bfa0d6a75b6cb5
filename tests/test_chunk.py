"""What of a chunk's tables was known on a day: versions, first days, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from features.chunk import Known, prepare
from intake.contracts import TableError, empty_table

DAY = pd.Timestamp("2025-03-31")


def rows(table: str, *records: dict) -> pd.DataFrame:
    """Return records as a table with all columns of its contract; what is not given is missing."""
    empty = empty_table(table)
    given_columns = pd.DataFrame(list(records)).reindex(columns=list(empty.columns))
    given_columns = given_columns.fillna({c: False for c, d in empty.dtypes.items() if d.kind == "b"})
    return given_columns.astype(empty.dtypes.to_dict())


def firm(firm_id: str = "a", known: str = "2015-01-31", **more) -> dict:
    return {"firm_id": firm_id, "known_date": known, "industry": "0201", "size_class": "small", **more}


def statement(
    period_end: str, known: str, firm_id: str = "a", kind: str = "trial", months=None, **more
) -> dict:
    months = months or (12 if kind == "annual" else 1)
    return {
        "firm_id": firm_id, "period_end": period_end, "known_date": known, "kind": kind,
        "source_actor": "association", "period_months": months, **more,
    }  # fmt: skip


def known(day=DAY, **tables: pd.DataFrame) -> Known:
    chunk = prepare({"firms": rows("firms", firm()), **tables})
    return Known(chunk, (day - pd.Timestamp("1970-01-01")).days)


def test_facts_are_the_last_known_versions_with_the_day_of_the_first():
    def arrear(firm_id: str, known: str, cleared: str | None) -> dict:
        what = {"kind": "tax", "from_date": "2024-12-31", "amount": 5.0, "cleared_date": cleared}
        return {"firm_id": firm_id, "known_date": known, **what}

    arrears = rows(
        "arrears",
        arrear("c", "2025-01-10", None),
        arrear("c", "2025-03-20", "2025-03-15"),
        arrear("a", "2025-02-10", None),
        arrear("a", "2025-05-10", "2025-05-01"),
        arrear("b", "2025-02-10", None),  # a firm that is known only later
        arrear("x", "2025-02-10", None),  # a firm that nobody knows
    )
    firms = rows("firms", firm("a"), firm("b", "2025-04-30"), firm("c"))
    facts = known(firms=firms, arrears=arrears).frame("arrears")
    assert facts["row"].tolist() == [0, 1]
    assert facts["firm_id"].tolist() == ["a", "c"]
    assert facts["first_known_date"].astype(str).tolist() == ["2025-02-10", "2025-01-10"]
    assert facts["known_date"].astype(str).tolist() == ["2025-02-10", "2025-03-20"]
    assert facts["cleared_date"].isna().tolist() == [True, False]


def test_statements_seen_lists_every_source_by_the_day_of_its_first_version():
    seen = known(
        statements=rows(
            "statements",
            statement("2025-01-31", "2025-03-20"),
            statement("2025-01-31", "2025-02-20"),
            statement("2025-01-31", "2025-02-25") | {"source_actor": "bank:1"},
            statement("2024-03-31", "2024-06-20", kind="annual"),
            statement("2025-02-28", "2025-04-20"),
        )
    ).frame("statements_seen")
    found = seen.sort_values(["kind", "period_end", "source_actor"])
    assert found["kind"].tolist() == ["annual", "trial", "trial"]
    assert found["source_actor"].tolist() == ["association", "association", "bank:1"]
    assert found["known_date"].astype(str).tolist() == ["2024-06-20", "2025-02-20", "2025-02-25"]
    assert found["row"].tolist() == [0, 0, 0]


def test_provided_is_the_last_day_something_new_came():
    due = {"side": "payable", "issued": "2025-01-05", "due": "2025-02-28", "amount": 1.0, "firm_id": "a"}
    day = known(
        statements=rows(
            "statements",
            statement("2025-01-31", "2025-02-20"),
            statement("2025-01-31", "2025-03-20"),  # a correction is not new
            statement("2025-02-28", "2025-04-01"),
        ),
        due_items=rows("due_items", due | {"item_id": "i", "known_date": "2025-01-31"}),
    )
    assert day.provided("trial").astype(str).tolist() == ["2025-02-20"]
    assert day.provided("due_items").astype(str).tolist() == ["2025-01-31"]
    assert np.isnat(day.provided("annual")).all()


def test_tables_that_break_their_key_are_refused():
    firms = rows("firms", firm())
    with pytest.raises(TableError, match="table firms: the chunk has no such table"):
        prepare({})
    with pytest.raises(TableError, match="table dreams: no contract knows this table"):
        prepare({"firms": firms, "dreams": firms})
    with pytest.raises(TableError, match="table statements, column kind: the column is missing"):
        prepare({"firms": firms, "statements": empty_table("statements").drop(columns="kind")})
