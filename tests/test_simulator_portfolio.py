"""The raw tables: contracts, determinism, points in time."""

import doctest

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import simulator.portfolio as portfolio_module
from intake.accounts import identity_gaps
from intake.contracts import TABLES, contract
from intake.quarantine import screen
from intake.store import read_table
from simulator.portfolio import simulate, simulate_chunk

MONTHS = 60


@pytest.fixture(scope="module")
def chunk():
    return simulate_chunk(np.arange(250), months=132, seed=4)


@pytest.fixture(scope="module")
def small():
    return simulate_chunk(np.arange(40), months=MONTHS, seed=9)


def test_doctests():
    assert doctest.testmod(portfolio_module).failed == 0


@pytest.mark.parametrize("table", TABLES)
def test_nothing_of_a_table_is_quarantined(chunk, table):
    frame = chunk[table]
    screened = screen(table, frame, firm_ids=chunk["firms"]["firm_id"].unique())
    assert len(screened.rejected) == 0, screened.rejected[["reason", "detail"]].head().to_string()
    assert len(screened.good) == len(frame) > 0
    pd.testing.assert_frame_equal(screened.good.reset_index(drop=True), frame[list(screened.good.columns)])


def test_reported_statements_add_up(chunk):
    gaps = identity_gaps(chunk["statements"])
    assert gaps.notna().all().all()
    assert (gaps == 0).all().all()


@pytest.mark.parametrize(
    ("table", "day"),
    [
        ("statements", "period_end"), ("headcounts", "period_end"), ("loans", "executed"),
        ("guarantees", "executed"), ("due_items", "issued"), ("account_flows", "month"),
        ("arrears", "from_date"), ("crd_grades", "graded_on"), ("notes", "date"),
        ("monitoring_reports", "period_end"), ("external_flags", "raised_on"), ("events", "event_date"),
    ],
)  # fmt: skip
def test_nothing_is_known_before_it_happened_or_after_the_span(chunk, table, day):
    frame = chunk[table]
    assert (frame["known_date"] >= frame[day]).all()
    assert frame["known_date"].max() <= pd.Timestamp("2025-12-31")


def test_settlements_and_clearings_are_not_foreseen(chunk):
    items, arrears = chunk["due_items"], chunk["arrears"]
    settled = items[items["settled_date"].notna()]
    assert (settled["known_date"] >= settled["settled_date"]).all()
    cleared = arrears[arrears["cleared_date"].notna()]
    assert (cleared["known_date"] >= cleared["cleared_date"]).all()
    assert len(cleared) > 0


def test_account_flows_move_the_balance_and_agree_with_the_books(chunk):
    flows = chunk["account_flows"].sort_values(["firm_id", "bank", "month"])
    number = flows["month"].dt.year * 12 + flows["month"].dt.month
    account = [flows["firm_id"], flows["bank"]]
    moved = flows["end_balance"].groupby(account).diff()
    same = number.groupby(account).diff() == 1  # an account may be out of sight for a while
    assert same.mean() > 0.9
    assert (moved[same] == (flows["inflow"] - flows["outflow"])[same]).all()
    flows = flows.groupby(["firm_id", "month"])[["end_balance"]].sum()
    trials = (
        chunk["statements"].query("kind == 'trial'").drop_duplicates(["firm_id", "period_end"], keep="last")
    )
    both = flows.join(
        trials.set_index(["firm_id", "period_end"])["cash_deposits"].rename_axis(["firm_id", "month"])
    )
    both = both.dropna()
    assert len(both) > 500
    # seldom are all accounts shared
    assert (both["end_balance"] <= both["cash_deposits"]).all()
    assert (both["end_balance"] == both["cash_deposits"]).mean() > 0.4


def test_a_years_trial_balances_come_to_its_closing_but_for_what_is_left_to_it(chunk):
    statements = chunk["statements"].sort_values("known_date")
    left = set(chunk["events"].query("kind != 'rescheduling'")["firm_id"])  # no time to correct their books
    last = statements.drop_duplicates(["firm_id", "period_end", "kind"], keep="last")
    annual = last[last["kind"] == "annual"].set_index(["firm_id", "period_end"])
    trial = last[last["kind"] == "trial"].set_index("firm_id")
    dressers = set(chunk["truth/dressing"]["firm_id"])  # their closings are better than their months
    better = []
    for (firm, end), closing in annual.iterrows():
        if firm not in trial.index or firm in dressers | left or end > pd.Timestamp("2024-12-31"):
            continue
        months = trial.loc[[firm]]
        months = months[
            (months["period_end"] > end - pd.DateOffset(months=12) + pd.Timedelta(days=4))
            & (months["period_end"] <= end)
        ]
        if len(months) == 12:
            # sales are never provisional; costs may miss depreciation, stock-taking, what was not paid, taxes
            assert months["sales"].sum() == closing["sales"]
            better.append(np.sign(months["operating_profit"].sum() - closing["operating_profit"]))
    assert len(better) > 20
    assert np.mean(np.array(better) > 0) > 0.45
    assert np.mean(np.array(better) > 0) > 2 * np.mean(np.array(better) < 0)


def test_open_items_are_the_books_receivables_and_payables(chunk):
    items = chunk["due_items"]
    items = items[~items["firm_id"].isin(chunk["truth/dressing"]["firm_id"])]
    firm = items.groupby("firm_id").size().sort_values().index[-1]
    mine = items[items["firm_id"] == firm].sort_values("known_date")
    trials = (
        chunk["statements"]
        .query("firm_id == @firm and kind == 'trial'")
        .drop_duplicates("period_end", keep="last")
    )
    checked = 0
    for row in trials.itertuples():
        end = row.period_end
        if end <= mine["known_date"].min() or end > pd.Timestamp("2025-09-30"):
            continue
        made = mine[mine["issued"] <= end]
        latest = made.drop_duplicates("item_id", keep="last")
        first = made.drop_duplicates("item_id", keep="first").set_index("item_id")["amount"]
        written = latest["amount"].eq(0) & (latest["known_date"] <= end + pd.Timedelta(days=15))
        is_open = (latest["settled_date"].isna() | (latest["settled_date"] > end)) & ~written
        sums = (
            latest[is_open]
            .assign(amount=lambda f, a=first: f["item_id"].map(a))
            .groupby("side")["amount"]
            .sum()
        )
        owed = row.accounts_receivable + row.notes_receivable + row.electronic_receivables
        owing = row.accounts_payable + row.notes_payable + row.electronic_payables
        assert sums.get("receivable", 0.0) == owed
        assert sums.get("payable", 0.0) == owing
        checked += 1
    assert checked > 12


def test_balances_of_guarantees_end_at_nought_and_ratios_are_those_of_the_schemes(chunk):
    guarantees = chunk["guarantees"]
    ratio = guarantees.groupby("scheme")["guaranteed_ratio"].agg(["min", "max"])
    assert ratio.loc["general"].tolist() == [0.8, 0.8]  # 責任共有制度
    assert ratio.loc["epidemic"].tolist() == [1.0, 1.0]
    executed = guarantees.loc[guarantees["scheme"] == "epidemic", "executed"]
    assert executed.between("2020-05-31", "2021-03-31").all()
    last = guarantees.drop_duplicates("guarantee_id", keep="last").set_index("guarantee_id")
    paid_off = set(chunk["events"].query("kind == 'paid_off'")["firm_id"])
    assert (last[last["firm_id"].isin(paid_off)]["balance"] == 0).all()


def test_subrogation_comes_three_months_after_the_failure_at_the_earliest(chunk):
    events = chunk["events"]
    first = events.pivot_table(index="firm_id", columns="kind", values="event_date", aggfunc="min")
    late = first.dropna(subset=["subrogation", "overdue_90d"])
    # the 90 days are in the event: the claim comes after it
    assert (late["subrogation"] > late["overdue_90d"]).all()
    broke = first[first["overdue_90d"].isna()].dropna(subset=["subrogation", "bankruptcy"])
    assert ((broke["subrogation"] - broke["bankruptcy"]).dt.days >= 90).all()
    assert len(broke) > 3


def test_truth_names_a_cause_for_every_default_and_for_no_other_firm(chunk):
    truth, events = chunk["truth/lives"], chunk["events"]
    kinds = ["overdue_90d", "bankruptcy", "subrogation"]
    known = set(events[events["kind"].isin(kinds)]["firm_id"])
    failed = truth[truth["default_date"].notna()]
    assert known <= set(failed["firm_id"])
    assert failed["cause"].notna().all()
    assert truth[truth["default_date"].isna()]["cause"].isna().all()
    signs = failed.dropna(subset=["first_sign_date"])
    assert (signs["first_sign_date"] <= signs["default_date"] + pd.Timedelta(days=100)).all()


def test_dates_of_settlement_show_late_payers(chunk):
    items = chunk["due_items"].query("settled_date.notna() and side == 'receivable'")
    late = items["settled_date"] > items["due"]
    assert 0.005 < late.mean() < 0.2
    assert (items["settled_date"] >= items["due"]).all()


def as_bytes(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False).encode()


@settings(max_examples=5, deadline=None)
@given(others=st.sets(st.integers(0, 5000), max_size=6))
def test_firm_17_is_the_same_whoever_is_beside_it(small, others):
    numbers = np.array(sorted(others | {17}))
    beside = simulate_chunk(numbers, months=MONTHS, seed=9)
    for table, frame in beside.items():
        alone = small[table][small[table]["firm_id"] == "00000017"].reset_index(drop=True)
        mine = frame[frame["firm_id"] == "00000017"].reset_index(drop=True)
        assert as_bytes(mine) == as_bytes(alone), table


def test_chunks_and_workers_change_nothing(tmp_path, small):
    done = []
    rows = simulate(
        tmp_path / "a", firms=40, months=MONTHS, seed=9, chunk_firms=16, progress=lambda *at: done.append(at)
    )
    simulate(tmp_path / "b", firms=40, months=MONTHS, seed=9, chunk_firms=25, workers=2)
    assert done == [(1, 3), (2, 3), (3, 3)]
    for table, expected in small.items():
        a, b = read_table(tmp_path / "a" / table), read_table(tmp_path / "b" / table)
        keys = list(contract(table).key) if table in TABLES else ["firm_id"]
        expected = expected.sort_values(keys, ignore_index=True, kind="stable")
        for frame in (a, b):
            got = frame.sort_values(keys, ignore_index=True, kind="stable")
            pd.testing.assert_frame_equal(got, expected)
        assert rows[table] == len(expected)
    assert sorted(p.name for p in (tmp_path / "a" / "firms").iterdir()) == [
        f"part-0000{i}.parquet" for i in range(3)
    ]


def test_due_items_and_notes_can_be_left_out_and_leave_the_rest_alone(small):
    without = simulate_chunk(np.arange(40), months=MONTHS, seed=9, due_items=False, notes=False)
    assert len(without["due_items"]) == len(without["notes"]) == len(without["truth/notes"]) == 0
    for table in set(small) - {"due_items", "notes", "truth/notes"}:
        pd.testing.assert_frame_equal(without[table], small[table])
    assert tuple(without["due_items"].columns) == contract("due_items").columns


def test_another_seed_is_another_portfolio(small):
    other = simulate_chunk(np.arange(40), months=MONTHS, seed=10)
    assert as_bytes(other["firms"]) != as_bytes(small["firms"])


@pytest.mark.parametrize("wrong", [{"firms": 0}, {"chunk_firms": 0}, {"workers": 0}])
def test_impossible_sizes_are_refused(tmp_path, wrong):
    with pytest.raises(ValueError, match="must be 1 or more"):
        simulate(tmp_path, **({"firms": 2, "months": 24, "seed": 1} | wrong))
    assert list(tmp_path.iterdir()) == []
