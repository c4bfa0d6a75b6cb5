"""Window dressing: what is shown is what is true and what the table of truth says that it is off."""

import doctest

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import simulator.layers as layers_module
from intake.accounts import ACCOUNTS, BALANCE_ACCOUNTS, identity_gaps
from intake.quarantine import screen
from simulator import dressing, layers
from simulator.firms import draw_traits
from simulator.layers import KINDS, PART, PARTS
from simulator.life import NEVER, live
from simulator.portfolio import simulate_chunk
from simulator.seen.desk import Desk
from simulator.seen.dressed_books import dressed_accounts, dressed_months, shown_accounts, truth_dressing
from simulator.seen.endings import dressing_found, events
from simulator.seen.statements import _true_accounts, statements, truth_closings
from simulator.world import make_world

WORLD = make_world(8, first_month="2015-01", months=132)
FIRMS = np.arange(900)
KEY = ["firm_id", "period_end"]


def lived(share: float, numbers: np.ndarray) -> Desk:
    """Let firms live in a world where that share of them would dress."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dressing, "HONESTY_BELOW", share)
        return Desk(WORLD, live(WORLD, draw_traits(WORLD, numbers)))


@pytest.fixture(scope="module")
def desk():
    return lived(0.6, FIRMS)


@pytest.fixture(scope="module")
def honest():
    return lived(0.0, FIRMS)


@pytest.fixture(scope="module")
def shown(desk):
    return statements(desk)


@pytest.fixture(scope="module")
def true(desk):
    return truth_closings(desk).set_index(KEY)


@pytest.fixture(scope="module")
def rows(desk):
    return truth_dressing(desk)


@pytest.fixture(scope="module")
def last_k(desk):
    return np.where(desk.lives.ended >= 0, desk.lives.ended, desk.lives.months - 1)


@pytest.fixture(scope="module")
def record(desk, last_k):
    """Return places of the record that belong to a firm's life, as (firm, k, balance, booked)."""
    d = desk.lives.dressed
    alive = d.k <= last_k[d.firm]
    return d.firm[alive], d.k[alive], d.balance[alive], d.booked[alive]


def off_by(true: pd.DataFrame, books: pd.DataFrame) -> pd.Series:
    """Return shown − true per closing and account, where it is not nought; totals left out."""
    parts = [a for a in ACCOUNTS if a not in identity_gaps(books.head(0)).columns]
    both = books.set_index(KEY)[parts] - true.loc[pd.MultiIndex.from_frame(books[KEY]), parts]
    long = both.melt(ignore_index=False, var_name="account", value_name="off")
    long = long.set_index("account", append=True)["off"]
    return long[long != 0].sort_index()


def sums(rows: pd.DataFrame) -> pd.Series:
    long = rows.groupby([*KEY, "account"])["balance_yen"].sum()
    return long[long != 0].sort_index()


def test_doctests():
    assert doctest.testmod(layers_module).failed == 0


def test_every_copy_is_the_truth_and_what_the_table_says_it_is_off(desk, shown, true, rows):
    annual = shown[shown["kind"] == "annual"]
    for place, told in ((0, rows["shown_to"] == "all"), (1, rows["shown_to"] != "")):
        bank = desk.bank_names(annual["firm_id"].astype(int).to_numpy(), place)
        copies = annual[annual["source_actor"].to_numpy() == bank]
        mine = rows[told].merge(copies[KEY])
        pd.testing.assert_series_equal(off_by(true, copies), sums(mine), check_names=False, check_index=False)
        assert off_by(true, copies).index.tolist() == sums(mine).index.tolist()
        assert len(mine) > 100


def test_what_the_association_is_given_is_the_same_once_errors_are_mended(shown, true, rows):
    annual = shown[(shown["kind"] == "annual") & (shown["source_actor"] == "association")]
    final = annual.drop_duplicates(KEY, keep="last")
    off, told = off_by(true, final), sums(rows[rows["shown_to"] == "all"])
    wrong = (off - told.reindex(off.index).fillna(0) != 0).groupby(KEY).any()
    # an honest error that is mended after the span, or never, stands in few closings only
    assert wrong.sum() < 0.03 * len(final)


def test_profits_are_off_by_what_the_table_says(shown, true, rows):
    annual = shown[(shown["kind"] == "annual") & (shown["source_actor"] == "association")]
    final = annual.drop_duplicates(KEY, keep="last").set_index(KEY)
    told = rows[rows["shown_to"] == "all"].groupby(KEY)["profit_yen"].sum()
    off = (final["pretax_profit"] - true["pretax_profit"].reindex(final.index)).reindex(told.index)
    assert (off == told).mean() > 0.95
    # taxes are those of the shown profit, and really paid: they are no part of the difference
    tax = (final["income_taxes"] - true["income_taxes"].reindex(final.index)).reindex(told.index)
    assert (tax == 0).mean() > 0.95


def test_retained_earnings_are_off_by_all_that_was_shown_too_much_so_far(rows):
    everybody = rows[rows["shown_to"] == "all"]
    jumps = set(everybody.loc[everybody["kind"] == "earnings_break", "firm_id"])
    smooth = everybody[~everybody["firm_id"].isin(jumps)]
    # closings that lie before the first one handed in are not in the table: changes from there on
    for _, firm in smooth.groupby("firm_id"):
        kept = firm[firm["account"] == "retained_earnings"].groupby("period_end")["balance_yen"].sum()
        made = firm.groupby("period_end")["profit_yen"].sum()
        kept = kept.reindex(made.index, fill_value=0.0)
        one_year = made.index.to_series().diff().dt.days.between(364, 367).to_numpy()
        assert (kept.diff()[one_year] == made[one_year]).all()
    breaks = everybody[everybody["firm_id"].isin(jumps)]
    booked = breaks.groupby("firm_id")["profit_yen"].sum()
    at_last = breaks[breaks["account"] == "retained_earnings"].groupby(KEY)["balance_yen"].sum()
    assert (at_last.groupby("firm_id").max() > booked.reindex(sorted(jumps))).any()


def test_shown_books_balance_and_no_account_falls_below_nought(desk, shown, true):
    assert (identity_gaps(shown) == 0).all().all()
    firm, k, _ = desk.closings
    truth = _true_accounts(desk, firm, k, 12)
    for second in (False, True):
        books = dressed_accounts(desk, firm, k, truth, second=second)
        for name, value in books.items():
            if name not in ("retained_earnings", "income_taxes", "nonoperating_income"):
                assert ((value >= 0) | (truth[name] < 0)).all(), name
            assert (value == np.rint(value)).all()


def test_nothing_is_quarantined(desk, shown):
    screened = screen("statements", shown, firm_ids=desk.firm_ids)
    assert len(screened.rejected) == 0, screened.rejected["detail"].head().to_string()


def test_every_kind_occurs_and_stock_is_the_commonest(rows, desk):
    firms = rows.groupby("kind")["firm_id"].nunique()
    assert set(firms.index) == set(KINDS)
    first = desk.lives.dressed.firm
    assert len(np.unique(first)) > 150
    assert firms.drop("asset_shift").idxmax() == "stock_padding"


def test_cash_and_paper_are_left_alone(desk, rows, shown):
    untouched = {"cash_deposits", "notes_receivable", "electronic_receivables", "notes_payable", "capital"}
    assert not set(rows["account"]) & untouched
    firm = shown["firm_id"].astype(int).to_numpy()
    end = shown["period_end"].dt
    k = (end.year * 12 + end.month - 1).to_numpy() - WORLD.first - desk.traits.start[firm]
    accounts = desk.lives.accounts
    assert (shown["cash_deposits"].to_numpy() == accounts["cash_deposits"][firm, k]).all()
    cash = np.diff(accounts["cash_deposits"], axis=1)
    moved = (accounts["inflow"] - accounts["outflow"])[:, 1:]
    alive = np.arange(1, desk.months)[None, :] <= desk.last_k[:, None]
    assert (cash == moved)[alive].all()


def test_until_its_first_layer_a_firm_lives_as_if_it_were_honest(desk, honest):
    d = desk.lives.dressed
    first = desk.lives.months.copy()  # what is lived past the span's end is nobody's
    np.minimum.at(first, d.firm, d.k)
    before = np.arange(desk.months)[None, :] < first[:, None]
    at_it = np.flatnonzero(first < desk.lives.months)
    for name, values in desk.lives.accounts.items():
        assert (values == honest.lives.accounts[name])[before].all(), name
    # in that month it only pays for it: consumption tax on what it invented, and corporate tax
    a, b = desk.lives.accounts, honest.lives.accounts
    cost = {name: (a[name] - b[name])[at_it, first[at_it]] for name in a}
    touched = {name for name, off in cost.items() if (off != 0).any()}
    paid = cost["selling_general_admin"] + cost["income_taxes"]
    assert {"selling_general_admin", "income_taxes", "retained_earnings"} <= touched
    assert not touched & {
        "sales",
        "cost_of_sales",
        "cash_deposits",
        "inventories",
        "receivables",
        "inflow",
        "outflow",
    }
    assert (cost["retained_earnings"] == -paid).all()
    assert (cost["income_taxes"] >= 0).all()
    assert (cost["income_taxes"] > 0).any()


def test_invented_sales_cost_their_consumption_tax(desk, honest, record):
    firm, k, _, booked = record
    new = np.unique(firm, return_index=True)[1]  # first layers: before them both worlds are the same
    up = np.maximum(booked[new][:, layers.TAXED], 0.0)
    rate = (WORLD.tax[desk.traits.start[firm[new]] + k[new]] * desk.traits.taxable[firm[new]])[:, None]
    levy = (up - np.rint(up / (1 + rate))).sum(axis=1)
    name = "selling_general_admin"
    cost = (desk.lives.accounts[name] - honest.lives.accounts[name])[firm[new], k[new]]
    assert (cost == levy).all()
    assert (levy > 0).sum() > 10


def test_only_true_losses_begin_it_and_small_black_figures_come_of_it(desk, true, record):
    firm, k, balance, booked = record
    new = np.unique(firm, return_index=True)[1]
    firm, k, lift = firm[new], k[new], booked[new].sum(axis=1)
    accounts = desk.lives.accounts
    year = {}
    for name in (
        "sales",
        "cost_of_sales",
        "selling_general_admin",
        "nonoperating_income",
        "nonoperating_expenses",
    ):
        ends = np.cumsum(accounts[name], axis=1)
        year[name] = ends[firm, k] - np.where(k >= 12, ends[firm, np.maximum(k - 12, 0)], 0.0)
    ordinary = year["sales"] - year["cost_of_sales"] - year["selling_general_admin"]
    ordinary = ordinary + year["nonoperating_income"] - year["nonoperating_expenses"]
    owed = desk.lives.loans["balance"][firm, k].sum(axis=1)
    assert (owed > 0).all()
    black = ordinary + lift > 0
    assert 0.4 < black.mean() < 1  # the others could not be made to look well enough
    loss = ordinary < 0
    assert loss.mean() > 0.75  # of the rest equity was about to be lost
    margin = ((ordinary + lift) / year["sales"])[loss & black]
    # between a third of a per cent and 1.2 per cent, rounding and what a thin equity asks for aside
    assert np.median(margin) == pytest.approx(0.0075, abs=0.003)
    assert (balance[new].sum(axis=1) > 0).all()


def test_copies_differ_between_banks_only_where_versions_are_told(shown, rows):
    annual = shown[(shown["kind"] == "annual") & shown["source_actor"].str.startswith("bank:")]
    pairs = annual[annual.duplicated(KEY, keep=False)].sort_values([*KEY, "source_actor"])
    one, other = pairs.iloc[::2].set_index(KEY), pairs.iloc[1::2].set_index(KEY)
    differ = (one[list(ACCOUNTS)] != other[list(ACCOUNTS)]).any(axis=1)
    told = rows[rows["shown_to"] != "all"]
    versions = pd.MultiIndex.from_frame(told[KEY].drop_duplicates())
    assert (differ == differ.index.isin(versions)).all()
    assert 5 < differ.sum() < 0.5 * len(differ)
    assert set(told["kind"]) == {"bank_versions"}
    # other banks' loans are left out, and the second bank sees more of its own
    loans = told[told["account"] == "long_term_loans"]
    assert (loans["balance_yen"] < 0).all()


def test_months_carry_the_last_closings_layer_and_bring_unpaid_bills_back(desk, record):
    firm, k, balance, _ = record
    d = desk.lives.dressed
    first, own = k + 1, {name: np.zeros(len(firm)) for name in ACCOUNTS}
    after = dressed_months(desk, firm, first, own)
    unpaid = balance[:, layers.UNPAID].sum(axis=1)
    costs = after["selling_general_admin"] + after["cost_of_sales"]
    assert (costs == unpaid).all()
    assert (unpaid > 0).sum() > 50
    # retained earnings then follow from the closing's by the month's own profit
    closing = balance[:, layers.NET].sum(axis=1)
    assert (after["retained_earnings"] - closing == -costs).all()
    later = dressed_months(desk, firm, first + 3, own)
    assert (later["selling_general_admin"] == 0).all()
    assert (later["sales"] == 0).all()
    assert (later["inventories"] == balance[:, PART["stock"]]).all()
    assert (later["accounts_payable_other"] == 0).all()
    assert (later["long_term_loans"] == 0).all()
    # the closing month itself still stands on the closing before it
    earlier = dressed_months(desk, d.firm[:1], d.k[:1], {name: np.zeros(1) for name in ACCOUNTS})
    assert all((value == 0).all() for value in earlier.values())


def test_circular_trade_leaves_turnover_periods_as_they_were(desk, true, rows):
    mine = rows[rows["kind"] == "circular_trade"]
    wide = mine.pivot_table(index=KEY, columns="account", values="balance_yen", aggfunc="sum").fillna(0.0)
    carried = wide[wide["accounts_payable"] > 0]
    books = true.loc[carried.index]
    owed = books["accounts_receivable"] + books["notes_receivable"] + books["electronic_receivables"]
    before = owed / books["sales"]
    after = (owed + carried["accounts_payable"]) / (books["sales"] + carried["sales"])
    assert len(carried) > 30
    # by the rounds alone: what they made is on top, as profit that never becomes money
    assert np.median(after / before) == pytest.approx(1.0, abs=0.02)
    assert (carried["accounts_receivable"] >= carried["accounts_payable"]).all()
    assert (carried["cost_of_sales"] > 0).all()


def test_grades_are_given_on_what_is_shown(desk):
    shown, d = shown_accounts(desk), desk.lives.dressed
    inside = d.k < desk.months
    firm, k, layer = d.firm[inside], d.k[inside], d.balance[inside][:, layers.NET].sum(axis=1)
    off = shown["retained_earnings"] - desk.lives.accounts["retained_earnings"]
    assert (off[firm, k] == layer).all()
    assert (off != 0).sum() == (layer != 0).sum()


def test_found_books_are_put_right_and_no_bank_lends_again(desk, last_k, record):
    d = desk.lives.dressed
    found = np.flatnonzero((d.found >= 0) & (d.found < last_k))
    assert len(found) > 10
    for f in found:
        later = (d.firm == f) & (d.k > d.found[f])
        assert (d.balance[later] == 0).all()
        next_close = np.flatnonzero(later)[:1]
        assert d.corrected[next_close].all()
        serial = desk.lives.loans["serial"][f, d.found[f] : last_k[f] + 1].max(axis=1)
        assert (np.maximum.accumulate(serial) == serial[0]).all()
    others = np.setdiff1d(np.unique(d.firm), np.flatnonzero(d.found >= 0))
    assert not d.corrected[np.isin(d.firm, others)].any()


def test_a_correction_is_a_loss_of_its_own(desk, rows):
    loss = rows[(rows["account"] == "extraordinary_loss") & (rows["shown_to"] == "all")]
    assert len(loss) > 10
    assert (loss["balance_yen"] == -loss["profit_yen"]).all()
    assert (loss["balance_yen"] > 0).all()
    firm_years = loss[KEY].drop_duplicates()
    left = rows.merge(firm_years)
    assert not set(left["account"]) & set(BALANCE_ACCOUNTS)


def test_confirmed_after_the_first_dressed_closing_was_known_and_late_if_at_all(desk, rows):
    table = events(desk)
    confirmed = table[table["kind"] == "dressing_confirmed"].set_index("firm_id")
    assert not confirmed.index.duplicated().any()
    firm, k, known = desk.closings
    closings = pd.DataFrame({"firm_id": desk.firm_ids[firm], "period_end": desk.day(firm, k), "known": known})
    closings["period_end"] = closings["period_end"].astype("datetime64[ms]")
    layer = rows[(rows["account"].isin(BALANCE_ACCOUNTS)) & (rows["shown_to"] == "all")][
        KEY
    ].drop_duplicates()
    first = closings.merge(layer).groupby("firm_id")["known"].min()
    assert (confirmed["event_date"] > first.reindex(confirmed.index)).all()
    assert (confirmed["known_date"] > confirmed["event_date"]).all()
    assert set(confirmed.index) < set(first.index)
    assert 0.05 < len(confirmed) / len(first) < 0.5
    found_on, _ = dressing_found(desk)
    told = rows.drop_duplicates("firm_id").set_index("firm_id")["found_on"]
    by_number = pd.Series(found_on, index=desk.firm_ids).astype("datetime64[ms]").reindex(told.index)
    pd.testing.assert_series_equal(told, by_number, check_names=False)


def test_after_a_failure_the_trustee_finds_it_months_later(desk):
    found_on, known_on = dressing_found(desk)
    after = np.flatnonzero(~np.isnat(found_on) & (desk.lives.dressed.found < 0))
    assert len(after) > 10
    failed = np.maximum(desk.lives.stopped, desk.lives.overdue)[after]
    assert (failed != NEVER).all()
    assert ((found_on[after] - desk.day(after, failed)).astype(int) >= 45).all()
    assert (known_on[after] > found_on[after]).all()


def test_about_four_firms_of_a_hundred_ever_dress():
    desk = lived(dressing.HONESTY_BELOW, np.arange(1500))
    table = truth_dressing(desk)
    share = table["firm_id"].nunique() / desk.appears.sum()
    assert 0.02 < share < 0.07
    assert desk.traits.honesty[table["firm_id"].astype(int).unique()].max() < dressing.HONESTY_BELOW


def test_a_dresser_alone_is_the_dresser_among_others(monkeypatch):
    monkeypatch.setattr(dressing, "HONESTY_BELOW", 0.6)
    options = {"months": 72, "seed": 8, "due_items": False, "notes": False}
    among = simulate_chunk(np.arange(40), **options)
    dressers = among["truth/dressing"]["firm_id"].value_counts()
    for firm_id in dressers.index[:3]:
        alone = simulate_chunk(np.array([int(firm_id)]), **options)
        for table, frame in alone.items():
            mine = among[table][among[table]["firm_id"] == firm_id].reset_index(drop=True)
            assert mine.to_csv() == frame.to_csv(), table


def test_without_dressers_the_tables_are_there_and_empty(monkeypatch):
    monkeypatch.setattr(dressing, "HONESTY_BELOW", 0.0)
    chunk = simulate_chunk(np.arange(6), months=36, seed=8, due_items=False, notes=False)
    assert len(chunk["truth/dressing"]) == 0
    assert chunk["truth/dressing"].dtypes.astype(str).to_dict() == {
        "firm_id": "str", "period_end": "datetime64[ms]", "kind": "str", "account": "str",
        "balance_yen": "float64", "profit_yen": "float64", "shown_to": "str", "found_on": "datetime64[ms]",
    }  # fmt: skip
    assert list(chunk["truth/closings"].columns) == [*KEY, *ACCOUNTS]
    assert len(chunk["truth/closings"]) > 0


yen = st.integers(0, 10_000).map(lambda units: 1e4 * units)


@given(
    laid=st.lists(yen, min_size=len(PARTS), max_size=len(PARTS)),
    most=st.lists(yen, min_size=len(PARTS), max_size=len(PARTS)),
    habit=st.tuples(st.integers(0, len(KINDS) - 1), st.integers(-1, len(KINDS) - 1)),
    need=st.integers(0, 300_000_000),
    spare=st.integers(0, 300_000_000),
)
def test_layers_grow_as_far_as_believed_and_go_as_far_as_they_are(laid, most, habit, need, spare):
    laid, most = np.array([laid]), np.array([most])
    full = layers.lay_on(laid, np.array([habit]), np.array([float(need)]), most, np.array([0.1]))
    grown = full - laid
    assert (grown >= 0).all()
    assert (grown <= most).all()
    untaxed = grown[:, [part for part in layers.FILLED if part not in layers.TAXED]].sum()
    assert untaxed <= np.ceil(need / layers.UNIT) * layers.UNIT + layers.UNIT
    off = full - layers.take_off(full, np.array([float(spare)]))
    assert (off >= 0).all()
    assert (off <= full).all()
    assert off.sum() <= spare
    moved = layers.shift(full, laid, np.array([True]), np.array([0.5]))
    assert moved.sum() == full.sum()
    assert (moved >= 0).all()
