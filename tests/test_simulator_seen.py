"""What is seen: interim books, corrections, arrears, grades, notes; beside the truth."""

import numpy as np
import pandas as pd
import pytest

from intake.accounts import identity_gaps
from simulator.desk import Desk, days
from simulator.firms import draw_traits
from simulator.life import live
from simulator.notes import TOPICS_FROM_STATE, note_texts, notes
from simulator.signals import arrears, crd_grades
from simulator.statements import statements
from simulator.world import make_world

WORLD = make_world(6, first_month="2015-01", months=132)


@pytest.fixture(scope="module")
def desk():
    return Desk(WORLD, live(WORLD, draw_traits(WORLD, np.arange(300))))


@pytest.fixture(scope="module")
def table(desk):
    return statements(desk)


def place(desk, rows):
    """Return (firm, month of life) of table rows."""
    firm = rows["firm_id"].astype(int).to_numpy()
    month = rows["period_end"].dt.year * 12 + rows["period_end"].dt.month - 1
    return firm, month.to_numpy() - WORLD.first - desk.traits.start[firm]


def test_days_are_whole():
    assert days(np.array([2.9]))[0] == np.timedelta64(2, "D")


def test_a_closing_is_the_sum_of_the_true_months(desk, table):
    last = table.query("kind == 'annual' and source_actor == 'association'")
    last = last.drop_duplicates(["firm_id", "period_end"], keep="last")
    firm, k = place(desk, last)
    sums = np.cumsum(desk.lives.accounts["sales"], axis=1)
    year = sums[firm, k] - np.where(k >= 12, sums[firm, np.maximum(k - 12, 0)], 0)
    assert (last["sales"].to_numpy() == year).all()
    cash = desk.lives.accounts["cash_deposits"][firm, k]
    assert (last["cash_deposits"].to_numpy() == cash).all()


def test_interim_books_are_true_or_lack_depreciation_and_stock_taking(desk, table):
    trial = table.query("kind == 'trial'").drop_duplicates(["firm_id", "period_end"], keep="last")
    firm, k = place(desk, trial)
    true = {
        name: desk.lives.accounts[name][firm, k]
        for name in ("sales", "cash_deposits", "depreciation", "inventories")
    }
    assert (trial["sales"].to_numpy() == true["sales"]).all()
    assert (trial["cash_deposits"].to_numpy() == true["cash_deposits"]).all()
    assert (trial["income_taxes"] == 0).all()
    shown = trial["depreciation"].to_numpy()
    assert ((shown == true["depreciation"]) | (shown == 0)).all()
    without = (shown == 0) & (true["depreciation"] > 0)
    assert 0.2 < without.mean() < 0.7
    same_stock = trial["inventories"].to_numpy() == true["inventories"]
    assert 0.2 < same_stock.mean() < 0.8


def test_months_of_a_firm_that_books_no_depreciation_look_better_by_just_that(desk, table):
    trial = table.query("kind == 'trial'").drop_duplicates(["firm_id", "period_end"], keep="last")
    firm, k = place(desk, trial)
    a = desk.lives.accounts
    true = (a["sales"] - a["cost_of_sales"] - a["selling_general_admin"])[firm, k]
    missing = a["depreciation"][firm, k] - trial["depreciation"].to_numpy()
    # firms whose stock is shown as it is in every month; of the others the cost is what was bought
    counted = trial["inventories"].to_numpy() == a["inventories"][firm, k]
    rows = pd.Series(counted).groupby(firm).transform("min").to_numpy()
    # a wrong first version of the last months is corrected after the span only
    rows = rows & (trial["period_end"] < "2025-08-01").to_numpy() & (desk.lives.ended[firm] < 0)
    assert rows.sum() > 200
    assert (missing[rows] > 0).any()
    assert (trial["operating_profit"].to_numpy() - true == missing)[rows].all()


def test_corrections_are_rows_of_their_own_and_lower_the_profit(table):
    annual = table.query("kind == 'annual' and source_actor == 'association'")
    twice = annual[annual.duplicated(["firm_id", "period_end"], keep=False)]
    first = twice.drop_duplicates(["firm_id", "period_end"], keep="first")
    last = twice.drop_duplicates(["firm_id", "period_end"], keep="last")
    assert 0.005 < len(first) / len(annual) < 0.05
    assert (first["known_date"].to_numpy() < last["known_date"].to_numpy()).all()
    assert (first["net_profit"].to_numpy() >= last["net_profit"].to_numpy()).all()
    assert (identity_gaps(first) == 0).all().all()


def test_closings_come_two_to_five_months_late(desk):
    firm, k, known = desk.closings
    lag = (known - desk.day(firm, k)).astype(int)[~desk.traits.is_entrant[firm]]
    assert lag.min() >= 62
    assert 75 < np.median(lag) < 130
    assert lag.max() < 170


def test_copies_for_the_bank_are_the_same_books(table):
    annual = table.query("kind == 'annual'")
    bank = annual[annual["source_actor"].str.startswith("bank:")].set_index(["firm_id", "period_end"])
    final = annual.query("source_actor == 'association'").drop_duplicates(
        ["firm_id", "period_end"], keep="last"
    )
    both = bank.join(
        final.set_index(["firm_id", "period_end"])[["total_assets"]], suffixes=("", "_cgc"), how="inner"
    )
    assert len(both) > 100
    assert (both["total_assets"] == both["total_assets_cgc"]).all()


def test_arrears_that_are_known_are_true(desk):
    table = arrears(desk)
    firm, k = place(desk, table.assign(period_end=table["from_date"]))
    names = {"tax": "tax_arrears", "social_insurance": "social_arrears"}
    for kind, name in names.items():
        rows = (table["kind"] == kind).to_numpy()
        assert (desk.lives.accounts[name][firm[rows], k[rows]] > 0).all()
        assert (desk.lives.accounts[name][firm[rows], k[rows] - 1] == 0).all()
    assert table["amount"].gt(0).all()
    # not all of them become known
    owed = desk.lives.accounts["tax_arrears"] > 0
    spells = (owed[:, 1:] & ~owed[:, :-1]).sum()
    assert table.query("kind == 'tax'").groupby(["firm_id", "from_date"]).ngroups < spells


def test_grades_are_worst_at_one(desk):
    grades = crd_grades(desk)
    assert grades["grade"].between(1, 9).all()
    assert (grades.loc[grades["assigned_by_default"], "grade"] == 5).all()
    last = grades[~grades["assigned_by_default"]].drop_duplicates("firm_id", keep="last")
    failed = {f for f, s in zip(desk.firm_ids, desk.lives.stopped >= 0, strict=True) if s}
    bad = last["firm_id"].isin(failed)
    assert last.loc[bad, "grade"].mean() < last.loc[~bad, "grade"].mean()


def test_notes_speak_of_what_there_is_to_speak_of(desk):
    table = notes(desk)
    texts = note_texts()
    assert set(TOPICS_FROM_STATE) < set(texts)
    firm, k = place(desk, table.assign(period_end=table["date"]))
    said = table["text"].str.contains("滞納あり|納付が遅れ", regex=True).to_numpy()
    owes = (desk.lives.accounts["tax_arrears"] + desk.lives.accounts["social_arrears"])[firm, k] > 0
    assert said.sum() > 0
    assert owes[said].all()
    # a denial carries the same word and means the opposite
    assert table["text"].str.contains("滞納はない").any()
    assert table["text"].nunique() > 30
