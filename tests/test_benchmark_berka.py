"""Berka's accounts: how rows become months, forecasts out of account, and the figure that must come out."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import berka
from benchmarks.berka_accounts import LOANS, SET, TRANSACTIONS, months_before, read_accounts
from intake.contracts import TableError
from models.intervals import bootstrap_by_firm
from models.records import FIELDS


def make_set(folder: Path, accounts: int = 90, **changes: object) -> Path:
    """Write accounts of twenty months with an inflow and an outflow a month; some run low and are bad."""
    rng = np.random.default_rng(5)
    months = pd.date_range("1996-01-10", periods=20, freq="MS") + pd.Timedelta(days=9)
    rows, loans = [], []
    for account in range(1, accounts + 1):
        is_bad = account % 6 == 0
        balance = 20_000.0
        rows.append((account, pd.Timestamp("1996-01-05"), "credit", balance))
        for month in months:
            amount = rng.uniform(8000, 12_000)
            out = rng.uniform(0.9, 1.1) * amount + 900 * is_bad
            rows += [(account, month, "credit", amount), (account, month, "withdrawal in cash", out)]
        loans.append((account, 971001, "D" if is_bad else "C", int(is_bad)))
    frame = pd.DataFrame(rows, columns=["account_id", "day", "type", "amount"])
    signed = np.where(frame["type"] == "credit", frame["amount"], -frame["amount"])
    frame["balance"] = pd.Series(signed).groupby(frame["account_id"]).cumsum()
    frame["date"] = frame["day"].dt.strftime("%y%m%d").astype("int64")
    (folder / SET).mkdir(parents=True)
    frame.drop(columns="day").assign(**changes).to_parquet(folder / SET / TRANSACTIONS)
    loans = pd.DataFrame(loans, columns=["account_id", "date", "status", "bad"])
    loans.to_csv(folder / SET / LOANS, index=False)
    return folder


def test_months_are_counted_back_from_the_loan_and_lowest_balances_are_of_days_ends():
    """The loan is of April 15: the last month runs from March 15 to April 14.

    On March 20 90 go out before 50 come in, but a day's order is not known: 60 are left at its end. The first
    row, of February 10, makes February 15 the first whole month's begin.
    """
    days = ["1997-02-10", "1997-03-14", "1997-03-20", "1997-03-20", "1997-04-14"]
    net = np.array([70.0, 30.0, -90.0, 50.0, 5.0])
    loan = np.array(["1997-04-15"], dtype="datetime64[D]")
    found = months_before(np.zeros(5, dtype=int), np.array(days, dtype="datetime64[D]"), net, loan)
    assert found["inflow"][0, -2:].tolist() == [30.0, 55.0]
    assert found["outflow"][0, -2:].tolist() == [0.0, 90.0]
    assert found["end_balance"][0, -2:].tolist() == [100.0, 65.0]
    assert found["lowest_balance"][0, -2:].tolist() == [70.0, 60.0]
    assert all(np.isnan(values[0, :-2]).all() for values in found.values())
    shuffled = [3, 0, 4, 2, 1]
    again = months_before(
        np.zeros(5, dtype=int), np.array(days, dtype="datetime64[D]")[shuffled], net[shuffled], loan
    )
    for name, values in found.items():
        assert np.array_equal(values, again[name], equal_nan=True)


def test_a_panel_some_months_back_shows_nothing_of_the_months_since(tmp_path):
    accounts = read_accounts(make_set(tmp_path, accounts=6))
    now, before = berka.panel_of(accounts), berka.panel_of(accounts, 3)
    assert np.array_equal(before.flows["inflow"][:, 3:], now.flows["inflow"][:, :-3], equal_nan=True)
    assert before.as_of_date == now.as_of_date - pd.offsets.MonthEnd(3)


def test_flows_alone_make_a_projection_by_hand(tmp_path):
    accounts = read_accounts(make_set(tmp_path, accounts=6))
    found = berka.project_flows(berka.panel_of(accounts))
    inflow, outflow = (accounts.flows[name][0, -12:] for name in ("inflow", "outflow"))
    assert found.level.tolist() == ["monthly"] * 6
    assert found.monthly_sales[0] == pytest.approx(inflow.mean())
    assert found.operating[0, :2] == pytest.approx(np.array([1, 2]) * (inflow - outflow).mean())
    assert found.last_cash[0] == accounts.flows["end_balance"][0, -1]


def test_records_share_the_schema_and_the_bad_are_found(tmp_path, monkeypatch):
    monkeypatch.setattr(berka, "REPEATS", 2)
    monkeypatch.setattr(berka, "ROUNDS", 10)
    records = berka.run(
        make_set(tmp_path), seed=1, num_threads=1, progress=lambda done, total, what: None, n_resamples=20
    )
    assert all(tuple(row) == FIELDS and row["benchmark"] == "berka" for row in records)
    by = {(row["data"], row["split"], row["model"]): row for row in records}
    assert by["loans", "2 × 5-fold", "yocho, flows"]["value"] > 0.9  # 900 a month more go out
    assert by["loans", "2 × 5-fold", "yocho, flows"]["positives"] == 15
    within = by["balances", "1 months ahead", "within P10 to P90"]
    assert 65 < within["value"] < 95
    assert {row["split"] for row in records if row["data"] == "balances"} == {
        f"{month} months ahead" for month in (1, 2, 3)
    }
    assert {row["n"] for row in records if row["data"] == "balances"} == {90 * (20 - 6 - 3 + 1)}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"type": "gift"}, "column type, value 'gift': the type is not known"),
        ({"date": 971001}, "is not before the loan"),
    ],
)
def test_rows_that_cannot_be_read_are_refused(tmp_path, changes, words):
    with pytest.raises(TableError, match=words):
        read_accounts(make_set(tmp_path, accounts=2, **changes))
    with pytest.raises(TableError, match="no file"):
        read_accounts(tmp_path / "elsewhere")


def test_the_lowest_balance_alone_gives_its_known_auc(public_data):
    accounts = read_accounts(public_data)
    assert (len(accounts.bad), accounts.bad.sum()) == (354, 30)
    auc = bootstrap_by_firm(accounts.bad, -accounts.lowest, accounts.account_ids, ["auc"], n_resamples=2)
    assert auc["auc"].value == pytest.approx(0.786, abs=5e-4)
    # every day's end balance is one of the balances the bank wrote
    rows = pd.read_parquet(public_data / SET / TRANSACTIONS)
    last = rows[rows["date"] == rows.groupby("account_id")["date"].transform("max")]
    end = pd.Series(accounts.flows["end_balance"][:, -1], index=[int(one) for one in accounts.account_ids])
    gap = (last["balance"] - last["account_id"].map(end)).abs().groupby(last["account_id"]).min()
    assert gap.max() < 1.5  # the bank rounds
