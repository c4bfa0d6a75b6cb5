"""The projection as a 資金繰り表."""

import numpy as np
import pandas as pd
import pytest

from features.cash_flow.projection import LINES, Projection
from features.cash_flow.table import COLUMNS, lay_out_table, read_lines, with_sums

AS_OF = pd.Timestamp("2025-03-31")


def projection() -> Projection:
    """Return a firm without a projection, and one whose line number n (from 1) is 10ⁿ each month."""
    lines = {name: np.array([[np.nan] * 12, [10.0**n] * 12]) for n, name in enumerate(LINES, start=1)}
    net = sum(sign * lines[name] for name, sign in LINES.items())
    opening = np.array([np.nan, 5.0])
    return Projection(
        as_of_date=AS_OF,
        firm_ids=np.array(["a", "b"], dtype=object),
        level=np.array(["none", "annual"], dtype=object),
        opening=opening,
        opening_age_months=np.array([np.nan, 0.0]),
        last_cash=opening,
        from_flows=np.zeros(2, dtype=bool),
        swing=np.full(2, np.nan),
        operating=np.full((2, 12), np.nan),
        lines=lines,
        closing=opening[:, None] + np.cumsum(net, axis=1),
        monthly_sales=np.ones(2),
        largest_near=np.full(2, np.nan),
        doubtful_share=np.full(2, np.nan),
    )


def test_sums_of_the_first_month():
    found = lay_out_table(projection())
    first = found[found["month"] == "2025-04-30"].set_index("line")["yen"]
    assert first["operating_receipts"] == 10 + 100
    assert first["operating_payments"] == 1e3 + 1e4 + 1e5 + 1e6 + 1e7
    assert first["operating_balance"] == 110 - 11_111_000
    assert first["overall_balance"] == 110 - 11_111_000 - 1e8
    assert first["financing_balance"] == 1e9 - 1e10
    assert first["closing"] == first["opening"] + first["overall_balance"] + first["financing_balance"]


def test_shape_order_and_keys():
    found = lay_out_table(projection())
    assert tuple(found.columns) == COLUMNS
    assert len(found) == 12 * 17
    assert not found.duplicated(["firm_id", "month", "line"]).any()
    assert found["firm_id"].unique().tolist() == ["b"]
    assert found["month"].drop_duplicates().tolist() == list(
        pd.date_range("2025-04-30", periods=12, freq="ME")
    )
    assert found["line"][:17].tolist() == read_lines()["line"].tolist()
    assert found["yen"].notna().all()


def test_every_month_begins_where_the_last_ended_and_adds_up():
    lines = with_sums(projection())
    assert lines["opening"][1, 1:].tolist() == lines["closing"][1, :-1].tolist()
    parts = lines["opening"] + lines["overall_balance"] + lines["financing_balance"]
    assert parts[1] == pytest.approx(lines["closing"][1])


def test_the_list_of_lines_knows_every_line_once_with_both_labels():
    lines = read_lines()
    assert set(LINES) < set(lines["line"])
    assert lines["line"].is_unique
    assert set(lines["part_of"].dropna()) < set(lines["line"])
    assert lines[["label_ja", "label_en"]].notna().all(axis=None)
    # a line's sign on its way to the last sum is the one that the projection adds it with
    by_name = lines.set_index("line")
    for name, sign in LINES.items():
        found, at = 1, name
        while at != "closing":
            found, at = found * by_name.loc[at, "sign"], by_name.loc[at, "part_of"]
        assert found == sign
