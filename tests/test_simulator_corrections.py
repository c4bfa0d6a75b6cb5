"""Wrong first versions: each kind by hand, what they leave alone, how often; nothing is overwritten."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.accounts import ACCOUNTS, identity_gaps
from simulator.firms import draw_traits
from simulator.life import live
from simulator.seen.corrections import KINDS, Wrong, errors, with_error
from simulator.seen.desk import Desk
from simulator.seen.statements import _rows, statements
from simulator.world import make_world

WORLD = make_world(6, first_month="2015-01", months=132)
BOOKS = {
    "sales": 12_000.0, "cost_of_sales": 7_000.0, "selling_general_admin": 4_000.0, "income_taxes": 300.0,
    "accounts_receivable": 900.0, "inventories": 600.0, "suspense_payments": 0.0,
    "accounts_payable_other": 200.0, "income_taxes_payable": 300.0, "current_long_term_loans": 240.0,
    "long_term_loans": 760.0, "retained_earnings": 0.0,
}  # fmt: skip


@pytest.fixture(scope="module")
def desk():
    return Desk(WORLD, live(WORLD, draw_traits(WORLD, np.arange(300))))


@pytest.fixture(scope="module")
def table(desk):
    return statements(desk)


def changes(kind, size):
    """Return the accounts that an error of a kind changes, and by how much; next month's sales are 1,000."""
    wrong = Wrong(np.array([KINDS.index(kind)]), np.array([size]), np.array(["2020-01-01"], "datetime64[D]"))
    books = {name: np.array([value]) for name, value in BOOKS.items()}
    out = with_error(books, wrong, np.array([1_000.0]))
    return {name: out[name][0] - BOOKS[name] for name in BOOKS if out[name][0] != BOOKS[name]}


@pytest.mark.parametrize(
    ("kind", "size", "expected"),
    [
        # 8 % of 4,000 is more than the 200 of bills there are
        ("forgotten_bills", 1.0, {
            "selling_general_admin": -200, "accounts_payable_other": -200, "retained_earnings": 200,
        }),
        # 25 % of the next month's sales taken in, or 3 + 0.4 × 22 % forgotten
        ("cut_off", 1.0, {"sales": 250, "accounts_receivable": 250, "retained_earnings": 250}),
        ("cut_off", 0.3, {"sales": -118, "accounts_receivable": -118, "retained_earnings": -118}),
        # counted 20 % too much, or too little
        ("stock_recount", 1.0, {"inventories": 120, "cost_of_sales": -120, "retained_earnings": 120}),
        ("stock_recount", 0.0, {"inventories": -120, "cost_of_sales": 120, "retained_earnings": -120}),
        # 60 % of what is owed was paid and not booked against it; loans in one line
        ("reclassified", 1.0, {"suspense_payments": 120, "accounts_payable_other": 120}),
        ("reclassified", 0.0, {"current_long_term_loans": -240, "long_term_loans": 240}),
        ("tax_return", 1.0, {"income_taxes": -150, "income_taxes_payable": -150, "retained_earnings": 150}),
    ],
)  # fmt: skip
def test_each_error_by_hand(kind, size, expected):
    assert changes(kind, size) == expected


@given(st.sampled_from(KINDS), st.floats(0, 1))
def test_an_error_leaves_the_books_balanced(kind, size):
    wrong = Wrong(np.array([KINDS.index(kind)]), np.array([size]), np.array(["2020-01-01"], "datetime64[D]"))
    books = {name: np.array([BOOKS.get(name, 0.0)]) for name in ACCOUNTS}
    books["capital"] = books["accounts_receivable"] + books["inventories"] - 1_500.0
    shown = with_error(books, wrong, np.array([1_000.0]))
    rows = pd.DataFrame(_rows({"firm_id": np.array(["a"])}, shown, np.array([True])))
    assert (identity_gaps(rows).to_numpy() == 0).all()


def test_every_version_of_every_statement_balances(table):
    assert (identity_gaps(table).to_numpy() == 0).all()


def test_corrections_are_rows_of_their_own_and_the_first_version_stays(table):
    key = ["firm_id", "period_end", "kind", "source_actor"]
    twice = table[table.duplicated(key, keep=False)].sort_values([*key, "known_date"])
    assert not twice.duplicated([*key, "known_date"]).any()
    accounts = [name for name in ACCOUNTS if name in twice]
    before = twice.groupby(key)[accounts].shift()
    told_anew = (twice[accounts] != before).any(axis=1)[twice.duplicated(key)]
    assert told_anew.all()  # a later version says something new
    by_kind = twice.groupby("kind").size()
    assert by_kind["annual"] > 50
    assert by_kind["trial"] > 100


def test_firms_correct_some_of_their_closings_and_never_all(desk, table):
    annual = table.query("kind == 'annual' and source_actor == 'association'")
    versions = annual.groupby(["firm_id", "period_end"]).size()
    corrected = (versions > 1).groupby("firm_id").agg(["sum", "size"])
    assert 0.015 < (versions > 1).mean() < 0.055
    assert 0.1 < (corrected["sum"] > 0).mean() < 0.35
    much = corrected[(corrected["size"] >= 6) & (corrected["sum"] > 0)]
    assert (much["sum"] / much["size"]).mean() < 0.25
    trial = table.query("kind == 'trial'").groupby(["firm_id", "period_end"]).size()
    assert 0.008 < (trial > 1).mean() < 0.03


def test_careless_firms_err_more_often(desk):
    firm, k, known = desk.closings
    quality = desk.traits.bookkeeping[firm]
    wrong = errors(desk, "closing", np.repeat(firm, 1), k, known)[0].kind >= 0
    poor = np.mean(wrong[quality < np.median(quality)])
    assert poor > 1.2 * np.mean(wrong[quality >= np.median(quality)])
    with pytest.raises(KeyError, match="week"):
        errors(desk, "week", firm, k, known)


def test_sales_taken_from_the_next_month_are_missing_there(table):
    trial = table.query("kind == 'trial'").sort_values(["firm_id", "period_end", "known_date"])
    first = trial.drop_duplicates(["firm_id", "period_end"]).set_index(["firm_id", "period_end"])
    last = trial.drop_duplicates(["firm_id", "period_end"], keep="last").set_index(["firm_id", "period_end"])
    off = (first["sales"] - last["sales"])[lambda x: x != 0]
    cash = (first["total_assets"] == last["total_assets"]).loc[off.index]
    mirrored = off[cash]  # only the profit of the month is off: nothing is left of it at its end
    assert len(mirrored) > 3
    for (firm, end), amount in mirrored.items():
        before = (firm, end + pd.offsets.MonthEnd(-1))
        assert off[before] == -amount
        # both are right from the same day on, if nothing else was wrong with the month before
        assert last.loc[(firm, end), "known_date"] <= last.loc[before, "known_date"]
