"""The panel against figures worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from features.panel import MONTHS, Panel, build_panel, prepare
from intake.contracts import empty_table

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


def panel_of(day=DAY, **tables: pd.DataFrame) -> Panel:
    return build_panel(prepare({"firms": rows("firms", firm()), **tables}), day)


def test_only_firms_known_by_then_are_there_each_with_its_last_known_row():
    firms = rows(
        "firms",
        firm("b", "2025-04-01"),
        firm("c", "2020-01-01", size_class="small"),
        firm("c", "2025-03-31", size_class="medium"),
        firm("c", "2025-04-01", size_class="unknown"),
        firm("a", "2024-01-01"),
    )
    panel = build_panel(prepare({"firms": firms}), DAY)
    assert panel.firm_ids.tolist() == ["a", "c"]
    assert panel.firms["firm_id"].tolist() == ["a", "c"]
    assert panel.firms["size_class"].tolist() == ["small", "medium"]
    assert panel.monthly["sales"].shape == (2, MONTHS)
    assert np.isnan(panel.monthly["sales"]).all()


def test_months_are_aligned_to_the_latest_known_trial_month():
    panel = panel_of(
        statements=rows(
            "statements",
            statement("2024-11-30", "2024-12-20", sales=11.0, cash_deposits=110.0),
            statement("2025-01-31", "2025-02-20", sales=1.0, cash_deposits=10.0),
            statement("2025-02-28", "2025-04-01", sales=2.0, cash_deposits=20.0),  # known a day late
            statement("2025-01-31", "2025-02-20", kind="annual", sales=99.0),  # the closing is another row
        )
    )
    # January is the latest month known: column -1. December is not known. November is column -3.
    assert panel.monthly["sales"][0, -3:].tolist()[0::2] == [11.0, 1.0]
    assert np.isnan(panel.monthly["sales"][0, -2])
    assert panel.monthly["cash_deposits"][0, -1] == 10.0
    assert np.isfinite(panel.monthly["sales"]).sum() == 2
    assert panel.monthly_age_months.tolist() == [2.0]  # January to March
    assert panel.closings["sales"][0, -1] == 99.0


def test_the_window_is_36_months_back_from_the_latest_and_the_latest_is_one_of_the_last_36():
    # as of March 2025 the last 36 months are April 2022 ... March 2025
    old = rows("statements", statement("2022-03-31", "2022-05-01", sales=1.0))
    assert np.isnan(panel_of(statements=old).monthly_age_months[0])
    assert np.isnan(panel_of(statements=old).monthly["sales"]).all()
    edge = rows(
        "statements",
        statement("2022-04-30", "2022-06-01", sales=1.0),
        statement("2022-05-31", "2022-07-01", sales=2.0),
        statement("2025-03-31", "2025-03-31", sales=3.0),
    )
    panel = panel_of(statements=edge)
    # April 2022 is 35 months before March 2025: column 0
    assert panel.monthly["sales"][0, [0, 1, 35]].tolist() == [1.0, 2.0, 3.0]
    assert panel.monthly_age_months.tolist() == [0.0]


def test_a_correction_replaces_what_was_known_from_the_day_it_is_known():
    statements = rows(
        "statements",
        statement("2025-01-31", "2025-02-20", sales=100.0, cash_deposits=7.0),
        statement("2025-01-31", "2025-03-31", sales=80.0),  # the corrected one says nothing of cash
    )
    before, after = (panel_of(day, statements=statements) for day in ("2025-03-30", "2025-03-31"))
    assert before.monthly["sales"][0, -1] == 100.0
    assert after.monthly["sales"][0, -1] == 80.0
    assert np.isnan(after.monthly["cash_deposits"][0, -1])  # a version stands as a whole


def test_the_associations_books_win_over_later_ones_and_else_the_latest_known():
    def books(source: str, known: str, sales: float) -> dict:
        return statement("2025-01-31", known, sales=sales) | {"source_actor": source}

    bank = [books("bank:1", "2025-02-10", 1.0), books("bank:2", "2025-02-12", 2.0)]
    assert panel_of(statements=rows("statements", *bank)).monthly["sales"][0, -1] == 2.0
    own = books("association", "2025-02-05", 3.0)
    assert panel_of(statements=rows("statements", *bank, own)).monthly["sales"][0, -1] == 3.0
    late = books("association", "2025-04-05", 3.0)
    assert panel_of(statements=rows("statements", *bank, late)).monthly["sales"][0, -1] == 2.0


def test_closings_are_the_last_four_by_period_and_profit_is_scaled_to_12_months():
    years = [statement(f"{y}-03-31", f"{y}-06-20", kind="annual", sales=float(y)) for y in range(2018, 2023)]
    short = statement("2022-12-31", "2023-02-20", kind="annual", months=9, sales=90.0, total_assets=500.0)
    panel = panel_of(statements=rows("statements", *years, short))
    # 90 in 9 months are 120 in 12; total assets stay
    assert panel.closings["sales"].tolist() == [[2020.0, 2021.0, 2022.0, 120.0]]
    assert panel.closings["total_assets"][0, -1] == 500.0
    assert panel.closing_end[0].astype(str).tolist() == [
        "2020-03-31",
        "2021-03-31",
        "2022-03-31",
        "2022-12-31",
    ]
    assert panel.closing_known[0].astype(str).tolist()[-2:] == ["2022-06-20", "2023-02-20"]


def test_an_earlier_closing_that_comes_late_takes_its_place_in_order():
    statements = rows(
        "statements",
        statement("2024-03-31", "2024-06-20", kind="annual", sales=24.0),
        statement("2022-03-31", "2022-06-20", kind="annual", sales=22.0),
        statement("2023-03-31", "2025-03-01", kind="annual", sales=23.0),
    )
    early, late = (panel_of(day, statements=statements) for day in ("2025-02-28", "2025-03-31"))
    np.testing.assert_array_equal(early.closings["sales"], [[np.nan, np.nan, 22.0, 24.0]])
    np.testing.assert_array_equal(late.closings["sales"], [[np.nan, 22.0, 23.0, 24.0]])
    assert np.isnat(late.closing_end[0, 0])
    assert np.isnat(late.closing_known[0, 0])


def test_a_trial_balance_of_three_months_is_shown_as_one_months_share():
    quarter = rows(
        "statements", statement("2025-03-31", "2025-03-31", months=3, sales=30.0, cash_deposits=6.0)
    )
    panel = panel_of(statements=quarter)
    assert panel.monthly["sales"][0, -1] == 10.0
    assert panel.monthly["cash_deposits"][0, -1] == 6.0


def test_an_account_that_no_statement_has_is_unknown_and_a_misspelt_one_is_refused():
    statements = rows("statements", statement("2025-03-31", "2025-03-31", sales=3.0))
    panel = panel_of(statements=statements.drop(columns="land"))
    assert np.isnan(panel.monthly["land"]).all()
    with pytest.raises(KeyError, match="'lands' is not in the panel"):
        panel.monthly["lands"]


def test_employees_are_the_latest_known_count_not_after_the_closing():
    headcounts = rows(
        "headcounts",
        {"firm_id": "a", "period_end": "2023-03-31", "known_date": "2023-06-30", "employees": 10},
        {"firm_id": "a", "period_end": "2024-03-31", "known_date": "2024-06-30", "employees": 12},
        {"firm_id": "a", "period_end": "2024-03-31", "known_date": "2024-09-30", "employees": 11},
        {"firm_id": "a", "period_end": "2024-04-30", "known_date": "2024-06-30", "employees": 99},
        {"firm_id": "z", "period_end": "2022-04-30", "known_date": "2024-06-30", "employees": 77},
    )
    closings = [statement(f"{y}-03-31", f"{y}-06-20", kind="annual") for y in (2022, 2023, 2024)]
    panel = panel_of(statements=rows("statements", *closings), headcounts=headcounts)
    # 2022: no count yet; 2024: the corrected 11, as 99 speaks of April
    np.testing.assert_array_equal(panel.employees, [[np.nan, np.nan, 10.0, 11.0]])


def test_account_flows_are_summed_over_banks():
    def flow(month: str, bank: str, known: str, inflow: float, lowest: float) -> dict:
        amounts = {"inflow": inflow, "outflow": 0, "end_balance": 0, "lowest_balance": lowest}
        return {"firm_id": "a", "month": month, "bank": bank, "known_date": known, **amounts}

    flows = rows(
        "account_flows",
        flow("2025-01-31", "b1", "2025-02-10", 5.0, -1.0),
        flow("2025-01-31", "b2", "2025-02-10", 6.0, 3.0),
        flow("2025-01-31", "b2", "2025-02-20", 7.0, 4.0),
        flow("2024-11-30", "b1", "2025-02-10", 1.0, 9.0),
    )
    panel = panel_of(account_flows=flows)
    np.testing.assert_array_equal(panel.flows["inflow"][0, -3:], [1.0, np.nan, 12.0])  # 5 + the corrected 7
    np.testing.assert_array_equal(panel.flows["lowest_balance"][0, -3:], [9.0, np.nan, 3.0])  # -1 + 4
    assert panel.flows_age_months.tolist() == [2.0]


def test_the_empty_panel_has_the_shape_and_types_of_a_built_one():
    built = build_panel(prepare({"firms": rows("firms", firm("a"), firm("b"))}), DAY)
    empty = Panel.empty(["a", "b"], DAY)
    assert list(empty.monthly) == list(built.monthly)
    assert list(empty.closings) == list(built.closings)
    for table, frame in built.facts.items():
        pd.testing.assert_frame_equal(frame, empty.facts[table], check_index_type=False)
    for name in ("monthly_age_months", "closing_end", "closing_known", "employees", "flows_age_months"):
        one, other = getattr(built, name), getattr(empty, name)
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
    for kind, known in built.provided.items():
        assert (known.dtype, known.shape) == (empty.provided[kind].dtype, empty.provided[kind].shape)
    assert built.firms.dtypes.to_dict() == empty.firms.dtypes.to_dict()


def test_an_as_of_date_that_is_no_day_is_refused():
    with pytest.raises(ValueError, match="as_of_date must be a day, not NaT"):
        panel_of(pd.NaT)
    with pytest.raises(ValueError, match="as_of_date must be a day, not 2025-03-31 12:00:00"):
        panel_of(DAY + pd.Timedelta(hours=12))
