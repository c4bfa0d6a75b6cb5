from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.accounts import ACCOUNTS
from intake.contracts import TableError, contract
from intake.quarantine import screen, screen_firms, screen_rows


def statements(**changes: list) -> pd.DataFrame:
    """Four months of one firm that keep the contract: assets 50 = liabilities 30 + net assets 20 million."""
    frame = pd.DataFrame(
        {
            "firm_id": "A",
            "period_end": ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"],
            "kind": "trial",
            "source_actor": "association",
            "known_date": "2024-05-20",
            "period_months": 1,
            "total_assets": 50_000_000,
            "total_liabilities": 30_000_000,
            "net_assets": 20_000_000,
            "sales": 10_000_000,
        }
    )
    return frame.assign(**changes)


def arrears(rows: int = 1, **changes: object) -> pd.DataFrame:
    row = {
        "firm_id": [f"F{number}" for number in range(rows)],
        "kind": "tax",
        "from_date": "2024-03-31",
        "known_date": "2024-06-30",
        "amount": 100_000,
        "cleared_date": None,
    }
    return pd.DataFrame(row | changes)


def reasons(table: str, frame: pd.DataFrame, **options: object) -> Counter:
    screened = screen(table, frame, **options)
    assert len(frame) == len(screened.good) + len(screened.rejected)
    assert screened.counts == Counter(screened.rejected["reason"].tolist())
    return screened.counts


def test_what_keeps_the_contract_comes_out_typed_and_sorted_whatever_form_it_arrived_in():
    shuffled = statements().iloc[[2, 0, 3, 1]]
    screened = screen("statements", shuffled.astype("str"))
    assert screened.rejected.empty
    assert screened.good.dtypes.astype(str).to_dict() == contract("statements").dtypes
    assert screened.good["period_end"].dt.month.tolist() == [1, 2, 3, 4]
    assert screened.good["total_assets"].tolist() == [50e6] * 4
    assert screened.good["inventories"].isna().all()  # a column that did not arrive
    contract("statements").schema.validate(screened.good)
    pd.testing.assert_frame_equal(screened.good, screen("statements", screened.good).good)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"amount": ["12万"]}, "amount: not a number"),
        ({"amount": [0.5]}, "amount: not whole yen"),
        ({"amount": [-1]}, "amount: out of range"),
        ({"amount": [None]}, "amount: missing"),
        ({"amount": ["inf"]}, "amount: not whole yen"),
        ({"kind": ["income_tax"]}, "kind: not one of the codes"),
        ({"firm_id": [" "]}, "firm_id: missing"),
        ({"firm_id": ["F 1"]}, "firm_id: has a space in it"),
        ({"from_date": ["2024-02-30"]}, "from_date: not a day"),
        ({"from_date": ["1850-01-01"]}, "from_date: out of range"),
        ({"from_date": ["2024-07-01"]}, "from_date: after known_date"),
        ({"cleared_date": ["2024-07-01"]}, "cleared_date: after known_date"),
        ({"cleared_date": ["soon"]}, "cleared_date: not a day"),
        ({"known_date": [None]}, "known_date: missing"),
    ],
)
def test_a_row_that_breaks_the_contract_is_quarantined_with_the_reason(changes, reason):
    frame = pd.concat([arrears(), arrears(1, **changes), arrears(1, firm_id=["F9"])], ignore_index=True)
    assert reasons("arrears", frame) == {reason: 1}


def test_the_detail_names_table_column_row_and_value():
    frame = pd.concat([arrears(), arrears(1, firm_id=["F7"], amount=["12万"])], ignore_index=True)
    rejected = screen("arrears", frame).rejected
    assert rejected["detail"].tolist() == [
        "table arrears, column amount, row firm_id=F7 kind=tax from_date=2024-03-31 known_date=2024-06-30, "
        "value '12万': not a number"
    ]
    assert rejected["amount"].tolist() == ["12万"]  # every cell as it arrived
    assert {str(dtype) for dtype in rejected.dtypes} == {"str"}


def test_a_row_counts_once_under_the_first_of_its_reasons():
    frame = pd.concat([arrears(), arrears(1, amount=["x"], kind=["y"], from_date=["z"])], ignore_index=True)
    assert reasons("arrears", frame).total() == 1


def test_orphans_are_quarantined():
    assert reasons("arrears", arrears(3), firm_ids=["F0", "F2"]) == {"firm_id: not in table firms": 1}


def test_a_statement_that_does_not_add_up_is_quarantined():
    assert reasons("statements", statements(net_assets=[20e6, 20e6, 19e6, 20e6])) == {
        "total_assets: not liabilities and net assets": 1
    }
    frame = statements(cost_of_sales=7e6, gross_profit=[3e6, 3e6, 3e6, 4e6])
    assert reasons("statements", frame) == {"gross_profit: not the sum of its parts": 1}


def test_a_statement_without_any_amount_and_a_trial_balance_of_a_year_are_quarantined():
    frame = statements()
    frame.loc[0, [name for name in ACCOUNTS if name in frame]] = None
    frame.loc[1, "period_months"] = 12
    assert reasons("statements", frame) == {
        "no amount in any account": 1,
        "period_months: a trial balance is of one month": 1,
    }


def test_one_statement_in_thousand_yen_is_quarantined():
    thousand = {name: [50e6, 50e6, 50e3, 50e6] for name in ("total_assets", "total_liabilities")}
    frame = statements(**thousand, net_assets=0)
    assert reasons("statements", frame) == {"total_assets: off by about 1000 from the firm's others": 1}


def test_a_whole_table_in_thousand_yen_is_refused_with_a_hint():
    frame = statements()
    amounts = [name for name in ACCOUNTS if name in frame]
    frame[amounts] //= 1000
    with pytest.raises(TableError, match=r"total_assets: .*median is about 50,000: .*in thousand.*by 1000"):
        screen("statements", frame)


def test_plain_duplicates_and_conflicting_ones():
    frame = pd.concat([arrears(3), arrears(2), arrears(1, amount=[5])], ignore_index=True)
    # F0 stands three times: 100,000 twice and 5 once; F1 twice; F2 once
    screened = screen("arrears", frame)
    assert screened.counts == {"duplicate": 2, "conflicting duplicate key": 1}
    assert screened.good["firm_id"].tolist() == ["F0", "F1", "F2"]


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(6)))
def test_which_of_several_rows_with_one_key_stays_does_not_depend_on_their_order(order):
    frame = pd.concat([arrears(3), arrears(2), arrears(1, amount=[5])], ignore_index=True)
    kept = screen("arrears", frame.iloc[order]).good
    pd.testing.assert_frame_equal(kept, screen("arrears", frame).good)
    assert kept["amount"].tolist() == [5, 100_000, 100_000]


def test_codes_that_no_list_has_become_unknown_and_are_counted():
    frame = pd.DataFrame(
        {
            "firm_id": list("ABCD"),
            "known_date": "2024-01-01",
            "industry": ["0201", "201", "9999", None],  # 201: a spreadsheet dropped the zero
            "size_class": ["small", "medium", "large", "unknown"],
            "prefecture": [13, 1, 48, 47],
            "established": None,
            "association": "x",
            "main_bank": "y",
            "adviser": None,
            "consent_scope": "all",
        }
    )
    screened = screen("firms", frame)
    assert screened.good["industry"].tolist() == ["0201", "0201", "unknown", "unknown"]
    assert screened.good["prefecture"].tolist() == ["13", "01", "unknown", "47"]
    assert screened.unknown_levels == {
        "industry": {"9999": 1, "missing": 1},
        "size_class": {"large": 1, "unknown": 1},
        "prefecture": {"48": 1},
    }


def test_a_table_that_breaks_as_a_whole_is_one_clear_error():
    with pytest.raises(TableError, match="table arrears, column amount: the table has no such column"):
        screen("arrears", arrears().drop(columns="amount"))
    with pytest.raises(
        TableError, match=r"table arrears: every one of the 2 rows .* value 'x': not a number"
    ):
        screen("arrears", arrears(2, amount="x"))
    with pytest.raises(TableError, match="column amount: the table has 2 columns of this name"):
        screen("arrears", pd.concat([arrears(), arrears()[["amount"]]], axis=1))
    with pytest.raises(TableError, match="no column of the chart of accounts"):
        screen("statements", statements()[list(contract("statements").required)])
    with pytest.raises(TableError, match="table statements: the table is there but has no rows"):
        screen("statements", statements().iloc[:0])
    with pytest.raises(KeyError, match="no contract for table 'balances'"):
        screen("balances", arrears())


def test_an_optional_table_may_be_empty_and_columns_nobody_knows_are_left_out():
    screened = screen("arrears", arrears().iloc[:0].assign(remarks=""))
    assert screened.good.dtypes.astype(str).to_dict() == contract("arrears").dtypes
    assert screened.rejected.empty


def test_pieces_then_firms_is_the_same_as_the_whole():
    frame = pd.concat([arrears(5), arrears(3), arrears(2, amount="x")], ignore_index=True)
    whole = screen("arrears", frame)
    halves = [screen_rows("arrears", half) for half in (frame.iloc[:4], frame.iloc[4:])]
    firms = screen_firms("arrears", pd.concat([half.good for half in halves], ignore_index=True))
    pd.testing.assert_frame_equal(firms.good, whole.good)
    assert halves[0].counts + halves[1].counts + firms.counts == whole.counts


BROKEN = st.sampled_from([None, "", "x", "12", -1, 0.5, 1e300, np.inf, True, "2024-02-30", "2031-01-01", [1]])


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_rows_in_are_rows_kept_and_rows_quarantined_whatever_breaks(data):
    frame = statements(firm_id=["A", "A", "A", "B"]).astype(object)
    frame = frame.iloc[data.draw(st.lists(st.integers(0, 3), min_size=1, max_size=12))].reset_index(drop=True)
    cell = st.tuples(st.integers(0, len(frame) - 1), st.integers(0, frame.shape[1] - 1), BROKEN)
    cells = frame.to_numpy(dtype=object)
    for row, column, value in data.draw(st.lists(cell, max_size=10)):
        cells[row, column] = value
    frame = pd.DataFrame(cells, columns=frame.columns)
    firm_ids = data.draw(st.sampled_from([None, ["A"], ["A", "B"]]))
    try:
        screened, refusal = screen("statements", frame, firm_ids=firm_ids), ""
    except TableError as error:
        screened, refusal = None, str(error)
    if screened is None:
        assert "every one of" in refusal or "thousand yen" in refusal
        return
    assert len(frame) == len(screened.good) + len(screened.rejected)
    assert screened.counts.total() == len(screened.rejected)
    assert screened.rejected["detail"].notna().all()
    assert not screened.good.duplicated(list(contract("statements").key)).any()
    contract("statements").schema.validate(screened.good)
