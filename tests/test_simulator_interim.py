"""Months as they are kept: what is left for the year's end, and books gross of consumption tax."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from intake.accounts import identity_gaps
from simulator.firms import draw_traits
from simulator.life import live
from simulator.seen import interim as module
from simulator.seen.desk import Desk
from simulator.seen.interim import Months, habits, interim, taxes
from simulator.seen.statements import _rows, _true_accounts
from simulator.seen.supply import books_handed_in
from simulator.world import make_world

WORLD = make_world(6, first_month="2015-01", months=132)


@pytest.fixture(scope="module")
def desk():
    return Desk(WORLD, live(WORLD, draw_traits(WORLD, np.arange(300))))


@pytest.fixture(scope="module")
def kept(desk):
    """Months given by the firms: (firm, k, complete accounts, accounts as they are kept)."""
    come = books_handed_in(desk)
    books = _true_accounts(desk, come.firm, come.k, 1)
    return come.firm, come.k, books, interim(desk, come.firm, come.k, books)


def one_month(**accounts):
    """Return a firm of two months as a desk, its second month to be looked at; tax is 10 %."""
    series = {name: np.array([values], dtype=float) for name, values in accounts.items()}
    bought = series.pop("bought")[:, :, None]
    return SimpleNamespace(
        months=2,
        traits=SimpleNamespace(start=np.array([0]), taxable=np.ones(1)),
        world=SimpleNamespace(tax=np.array([0.1, 0.1]), months=2),
        lives=SimpleNamespace(accounts=series, bought=bought),
    )


@pytest.mark.parametrize(
    ("net", "payable", "claim"),
    [
        (105.0, 25.0, 0.0),  # 80 of this year and 25 of the last: the last year's stays
        (60.0, 0.0, 20.0),  # 80 of this year less 20 that the tax office owes
    ],
)
def test_books_with_tax_are_those_without_it_times_the_rate(net, payable, claim):
    # sold 1,000 and 100 of tax; suppliers billed 400 and 40; others 100 and 10: 50 are owed, and 30 before
    desk = one_month(sales=[900, 1000], bought=[0, 440], vat=[30, 80], vat_net=[0, net])
    months = Months(np.array([0]), np.array([1]), np.array([2]), np.array([0]))
    books = {
        "sales": 1000.0, "cost_of_sales": 400.0, "selling_general_admin": 300.0, "retained_earnings": 500.0,
        "consumption_taxes_payable": max(net, 0.0), "other_current_assets": max(-net, 0.0),
    }  # fmt: skip
    out = {name: np.array([value]) for name, value in books.items()}
    module._gross_of_tax(desk, months, out, np.array([True]))
    assert (out["sales"][0], out["cost_of_sales"][0], out["selling_general_admin"][0]) == (1100, 440, 310)
    assert (out["consumption_taxes_payable"][0], out["other_current_assets"][0]) == (payable, claim)
    assert out["retained_earnings"][0] == 580  # the month's 50 and the 30 before look like profit
    unchanged = {name: np.array([value]) for name, value in books.items()}
    module._gross_of_tax(desk, months, unchanged, np.array([False]))
    assert {name: value[0] for name, value in unchanged.items()} == books


def test_kept_months_balance_whatever_is_left_out(desk, kept):
    firm, _, _, books = kept
    rows = pd.DataFrame(_rows({"firm_id": desk.firm_ids[firm]}, books, np.ones(len(firm), dtype=bool)))
    assert (identity_gaps(rows).to_numpy() == 0).all()
    assert (rows[["selling_general_admin", "accrued_expenses", "consumption_taxes_payable"]] >= 0).all().all()


def test_what_months_leave_out_is_what_the_balance_sheet_has_too_much(desk, kept):
    firm, k, true, books = kept
    since = (desk.month_of_year[firm, k] - desk.traits.year_end[firm] - 1) % 12 + 1

    def profit(columns):
        costs = ("cost_of_sales", "selling_general_admin", "extraordinary_loss", "income_taxes")
        return columns["sales"] - sum(columns[name] for name in costs)

    frame = pd.DataFrame({
        "firm": firm, "k": k, "since": since, "better": profit(books) - profit(true),
        "too_much": books["retained_earnings"] - true["retained_earnings"],
    })  # fmt: skip
    # a year handed in from its first month on: what months are better by adds up to what equity has too much
    frame["year"] = frame["k"] - frame["since"]
    whole = frame.groupby(["firm", "year"]).filter(
        lambda rows: (
            (rows["since"].to_numpy() == np.arange(1, len(rows) + 1)).all() and rows["year"].min() > 0
        )
    )
    assert len(whole) > 3000
    assert (whole.groupby(["firm", "year"])["better"].cumsum() == whole["too_much"]).all()


def test_a_closing_month_is_before_its_closing_entries(desk, kept):
    firm, k, true, books = kept
    closing = desk.month_of_year[firm, k] == desk.traits.year_end[firm]
    assert (true["income_taxes"][closing] > 0).all()
    assert (books["income_taxes"] == 0).all()


def test_poor_bookkeepers_leave_more_for_the_year_end(desk):
    has, quality = habits(desk), desk.traits.bookkeeping
    for habit in (has.no_depreciation, has.no_counting, has.when_paid):
        assert 0.1 < habit.mean() < 0.8
        assert quality[habit].mean() < quality[~habit].mean() - 0.05
    assert not (has.when_paid & has.spreads_bonus).any()
    assert not has.with_tax[desk.traits.employees > 20].any()
    assert 0.06 < has.with_tax[desk.traits.employees <= 20].mean() < 0.18


def test_a_bonus_set_aside_is_gone_when_it_is_paid_or_the_year_closes(desk):
    every = np.repeat(np.arange(3), 24), np.tile(np.arange(24, 48), 3)
    desk = SimpleNamespace(
        traits=SimpleNamespace(bonus_months=np.array([2.0, 2.0, 0.0])),
        month_of_year=np.tile(np.arange(48) % 12 + 1, (3, 1)),
        lives=SimpleNamespace(
            accounts={
                # wages 100 a month; the month of a bonus, a month's pay more
                "personnel_expenses": np.tile(
                    np.where(np.isin(np.arange(48) % 12, (6, 11)), 200.0, 100.0), (3, 1)
                ),
                "officers_compensation": np.zeros((3, 48)),
            }
        ),
    )
    months = Months(*every, every[1] % 12 + 1, every[1] // 12 * 12 - 1)
    aside, month = module._bonus(desk, months, np.array([True, False, True]))
    mine = aside.reshape(3, 24)
    # the last bonus was 100: a seventh of it each month from January, taken back when July pays; then a fifth
    assert mine[0, :12].tolist() == [14, 29, 43, 57, 71, 86, 0, 20, 40, 60, 80, 0]
    assert month.reshape(3, 24)[0, :12].tolist() == [14, 15, 14, 14, 14, 15, -86, 20, 20, 20, 20, -80]
    assert (mine[1:] == 0).all()


def test_tax_in_bills_is_what_is_left_without_it(desk):
    sold, bought = taxes(desk)
    rate = desk.world.tax[
        np.minimum(desk.traits.start[:, None] + np.arange(desk.months), desk.world.months - 1)
    ]
    assert set(np.unique(rate)) == {0.05, 0.08, 0.1}
    billed = desk.lives.bought.sum(axis=2)
    assert (np.abs((billed - bought) * rate - bought) <= 1).all()
    on_sales = rate * desk.traits.taxable[:, None]
    assert (np.abs(desk.lives.accounts["sales"] * on_sales - sold) <= 0.5).all()
