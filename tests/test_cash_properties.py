"""What holds for every projection, on little random portfolios that go through the panel."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from features.cash_flow.assumptions import DEFAULTS
from features.cash_flow.axis import WIDTH
from features.cash_flow.bands import COLUMNS, expected_cash
from features.cash_flow.items import ledger_month, read_sides
from features.cash_flow.ledger import settle
from features.cash_flow.level import LEVELS
from features.cash_flow.projection import Projection, project
from features.cash_flow.summary import summarise
from features.panel import build_panel, prepare
from intake.contracts import TABLES, contract

AS_OF = pd.Timestamp("2025-03-31")
FIRMS = ("f1", "f2", "f3", "f4")
SEEDS = st.integers(0, 11)  # a seed stands for a whole little portfolio
Tables = dict[str, pd.DataFrame]


def profile(examples: int) -> settings:
    phases = (Phase.explicit, Phase.generate)  # a seed cannot be made simpler
    return settings(max_examples=examples, deadline=None, derandomize=True, phases=phases)


def statements(rng: np.random.Generator, firm: str, kind: str, ends: pd.DatetimeIndex) -> pd.DataFrame:
    """Return books that add up, of one firm, known some days after each period's end."""
    n, months = len(ends), 12 if kind == "annual" else 1
    sales = months * rng.integers(200, 900, n) * 1e4
    costs, admin = sales * rng.uniform(0.3, 0.7), sales * rng.uniform(0.1, 0.3)
    balance = {
        name: rng.integers(0, 2000, n) * 1e4
        for name in (
            *("accounts_receivable", "notes_receivable", "electronic_receivables", "accounts_payable"),
            *("cash_deposits", "income_taxes_payable", "consumption_taxes_payable"),
            *("current_long_term_loans", "long_term_loans"),
        )
    }
    profit = sales - costs - admin
    frame = pd.DataFrame(balance).assign(
        firm_id=firm,
        period_end=ends,
        kind=kind,
        source_actor="firm",
        known_date=ends + pd.to_timedelta(rng.integers(0, 40, n), "D"),
        period_months=float(months),
        sales=sales,
        cost_of_sales=costs,
        selling_general_admin=admin,
        operating_profit=profit,
        ordinary_profit=profit,
        pretax_profit=profit,
        income_taxes=np.maximum(profit, 0.0) * 0.25,
        depreciation=admin * 0.1,
        personnel_expenses=admin * 0.5,
        interest_expense=sales * 0.01,
    )
    return frame.mask(pd.DataFrame(rng.random(frame.shape) < 0.02, columns=frame.columns)).assign(
        **{name: frame[name] for name in ("firm_id", "period_end", "kind", "source_actor", "known_date")},
        period_months=float(months),
    )


def due_items(rng: np.random.Generator, firm: str, n: int) -> pd.DataFrame:
    """Return items of 18 months, known when issued; each that was settled has a second row."""
    issued = AS_OF - pd.to_timedelta(rng.integers(-30, 540, n), "D")
    due = issued + pd.to_timedelta(rng.integers(10, 100, n), "D")
    settled = due + pd.to_timedelta(rng.integers(-9, 90, n) * (rng.random(n) < 0.6), "D")  # after `issued`
    side = rng.choice(["receivable", "payable"], n)
    opened = pd.DataFrame({
        "item_id": [f"{firm}-{number}" for number in range(n)],
        "firm_id": firm,
        "known_date": issued,
        "side": side,
        "instrument": rng.choice(["account", "note", "electronic"], n),
        "counterparty": rng.choice(["x", "y", "z"], n),
        "issued": issued,
        "due": due,
        "settled_date": pd.Series(pd.NaT, index=range(n), dtype="datetime64[ns]"),
        "amount": rng.integers(1, 300, n) * 1e4,
    })  # fmt: skip
    paid = opened.assign(known_date=settled, settled_date=settled)
    return pd.concat([opened, paid[rng.random(n) < 0.9]], ignore_index=True)


def loans(rng: np.random.Generator, firm: str) -> pd.DataFrame:
    n = 3
    executed = AS_OF - pd.to_timedelta(rng.integers(0, 900, n), "D")
    amount = rng.integers(100, 2000, n) * 1e4
    return pd.DataFrame({
        "loan_id": [f"{firm}-{number}" for number in range(n)],
        "firm_id": firm,
        "known_date": executed + pd.to_timedelta(rng.integers(0, 300, n), "D"),
        "rate_pct": rng.choice([0.0, 1.5, 2.25], n),
        "executed": executed,
        "maturity": executed + pd.to_timedelta(rng.integers(200, 2500, n), "D"),
        "grace_until": pd.Series(executed + pd.to_timedelta(rng.integers(30, 700, n), "D")).where(
            pd.Series(rng.random(n) < 0.5)
        ),
        "amount": amount,
        "balance": amount * rng.choice([0.0, 0.4, 1.0], n),
        "monthly_repayment": amount * rng.choice([0.0, 1 / 60, 1 / 12], n),
    })  # fmt: skip


@cache
def portfolio(seed: int) -> Tables:
    """Return raw tables of four firms: f1 with all of them, the others without one, two and three kinds."""
    rng = np.random.default_rng(seed)
    ends = pd.date_range("2022-01-31", "2025-04-30", freq="ME")
    years = pd.date_range("2021-03-31", "2025-03-31", freq="12ME")
    books, flows = [], []
    for firm in FIRMS:
        books.append(statements(rng, firm, "annual", years + pd.offsets.MonthEnd(int(rng.integers(0, 12)))))
        if firm != "f4":
            books.append(statements(rng, firm, "trial", ends))
        if firm in ("f1", "f3"):
            cash = rng.integers(-100, 2000, len(ends)) * 1e4
            flows.append(pd.DataFrame({
                "firm_id": firm, "month": ends, "bank": "b", "known_date": ends + pd.Timedelta(days=3),
                "inflow": cash, "outflow": cash, "end_balance": cash, "lowest_balance": cash,
            }))  # fmt: skip
    return {
        "firms": pd.DataFrame({"firm_id": FIRMS, "known_date": pd.Timestamp("2020-01-31")}),
        "statements": pd.concat(books, ignore_index=True),
        "account_flows": pd.concat(flows, ignore_index=True),
        "due_items": pd.concat([due_items(rng, firm, 60) for firm in ("f1", "f2")], ignore_index=True),
        "loans": pd.concat([loans(rng, firm) for firm in FIRMS[:3]], ignore_index=True),
    }


def projected(tables: Tables, rules=DEFAULTS) -> Projection:
    return project(build_panel(prepare(tables), AS_OF), rules=rules)


def amounts(found: Projection) -> np.ndarray:
    """Return every amount of each firm (F, n), in yen."""
    return np.column_stack([*found.lines.values(), found.closing, found.opening, found.largest_near])


def same(one: Projection, other: Projection) -> bool:
    levels = one.level.tolist() == other.level.tolist()
    return levels and np.array_equal(amounts(one), amounts(other), equal_nan=True)


def bands() -> pd.DataFrame:
    """Return bands by which part of a projected change comes true, less the further ahead."""
    rows = [(level, month) for level in LEVELS for month in range(1, 13)]
    found = pd.DataFrame(rows, columns=["level", "month"]).assign(typical_swing=0.5, cash_share=0.1)
    fitted = {"p10": -1.0, "p50": 0.1, "p90": 2.0, "n_errors": 300, "n_firms": 90, "fitted_on": "level"}
    return found.assign(carry=1 / found["month"], **fitted)[list(COLUMNS)]


@profile(12)
@given(SEEDS)
def test_levels_and_every_line_are_there(seed):
    found = projected(portfolio(seed))
    assert found.level.tolist()[0] == "ledger"
    assert {"monthly", "annual"} & set(found.level)
    known = amounts(found)[:, :-1][found.is_known]
    assert np.isfinite(known).all()
    assert all((values[found.is_known] >= 0).all() for values in found.lines.values())


def doubled(tables: Tables) -> Tables:
    """Return the tables with every amount twice as large."""
    yen = {table: [name for name, kind in contract(table).types.items() if kind == "yen"] for table in tables}
    return {
        table: frame.assign(**{name: frame[name] * 2 for name in yen[table] if name in frame})
        for table, frame in tables.items()
    }


# the law's steps are amounts too
DOUBLED_STEPS = replace(
    DEFAULTS,
    consumption_above_yen=tuple(2 * step for step in DEFAULTS.consumption_above_yen),
    corporate_halfway_above_yen=2 * DEFAULTS.corporate_halfway_above_yen,
)


@profile(12)
@given(SEEDS)
def test_doubling_all_amounts_doubles_the_projection(seed):
    tables = portfolio(seed)
    once, twice = projected(tables), projected(doubled(tables), DOUBLED_STEPS)
    assert np.array_equal(2 * amounts(once), amounts(twice), equal_nan=True)
    for name, value in summarise(once).items():
        factor = 2 if name.endswith("_yen") else 1
        assert np.array_equal(factor * value, summarise(twice)[name], equal_nan=True)


@profile(12)
@given(SEEDS, st.integers(1, 300))
def test_later_collection_never_raises_cash_and_later_payment_never_lowers_it(seed, days):
    tables = portfolio(seed)
    items = tables["due_items"]
    settled = items.loc[items["settled_date"] <= AS_OF, "item_id"]
    ahead = ~items["item_id"].isin(settled) & (items["due"] > AS_OF)

    def after_moving(side: str) -> np.ndarray:
        later = items["due"].mask(ahead & (items["side"] == side), items["due"] + pd.Timedelta(days=days))
        return projected({**tables, "due_items": items.assign(due=later)}).closing

    before = projected(tables)
    known = before.is_known
    assert (after_moving("receivable") <= before.closing + 1e-3)[known].all()
    assert (after_moving("payable") >= before.closing - 1e-3)[known].all()


@profile(12)
@given(SEEDS)
def test_what_is_paid_is_not_expected_again(seed):
    tables = portfolio(seed)
    items = tables["due_items"]
    paid = items.assign(settled_date=items["issued"].clip(upper=AS_OF), known_date=items["issued"])
    paid = paid[paid["issued"] <= AS_OF].drop_duplicates("item_id")
    panel = build_panel(prepare({**tables, "due_items": paid}), AS_OF)
    sides = read_sides(panel)
    for side in sides:
        found = settle(side, ledger_month(sides), np.ones((len(panel), WIDTH)), DEFAULTS)
        assert not found.known.any()
        assert not found.largest_near.any()


@profile(12)
@given(SEEDS, st.integers(0, 60))
def test_an_item_paid_years_ago_changes_nothing(seed, days):
    tables = portfolio(seed)
    day = pd.Timestamp("2022-06-15") + pd.Timedelta(days=days)
    old = tables["due_items"].iloc[:1].assign(
        item_id="old", known_date=day, issued=day, due=day, settled_date=day, side="receivable"
    )  # fmt: skip
    more = pd.concat([tables["due_items"], old], ignore_index=True)
    assert same(projected(tables), projected({**tables, "due_items": more}))


@profile(12)
@given(SEEDS)
def test_neither_the_order_of_rows_nor_other_firms_matter(seed):
    tables = portfolio(seed)
    whole = projected(tables)
    shuffled = {
        table: frame.sample(frac=1.0, random_state=seed).reset_index(drop=True)
        for table, frame in tables.items()
    }
    assert same(whole, projected(shuffled))
    for place, firm in enumerate(FIRMS):
        alone = projected({table: frame[frame["firm_id"] == firm] for table, frame in tables.items()})
        assert np.array_equal(amounts(whole)[place], amounts(alone)[0], equal_nan=True)


@profile(12)
@given(SEEDS, st.sampled_from([table for table in TABLES if table in portfolio(0)]))
def test_rows_known_later_have_no_effect(seed, table):
    tables = portfolio(seed)
    known = {**tables, table: tables[table][tables[table]["known_date"] <= AS_OF]}
    # a correction of every row that is known, with other amounts, known a day too late
    later = known[table].drop_duplicates([name for name in contract(table).key if name != "known_date"])
    later = later.assign(
        known_date=AS_OF + pd.Timedelta(days=1),
        **{
            name: later[name] * 3 + 1
            for name, kind in contract(table).types.items()
            if kind == "yen" and name in later
        },
    )
    assert same(projected(known), projected({**tables, table: pd.concat([known[table], later])}))


@profile(12)
@given(SEEDS)
def test_expected_cash_is_in_order_doubles_with_amounts_and_sees_nothing_known_later(seed):
    tables = portfolio(seed)
    found = expected_cash(projected(tables), bands())
    twice = expected_cash(projected(doubled(tables), DOUBLED_STEPS), bands())
    known = {table: frame[frame["known_date"] <= AS_OF] for table, frame in tables.items()}
    for name, values in expected_cash(projected(known), bands()).items():
        assert np.array_equal(values, found[name], equal_nan=True)
    for name, values in found.items():
        np.testing.assert_allclose(twice[name], 2 * values, rtol=1e-9)
    here = ~np.isnan(found["p50"])
    assert here.any()
    assert (found["p10"] <= found["p50"])[here].all()
    assert (found["p50"] <= found["p90"])[here].all()


@profile(12)
@given(SEEDS, st.integers(1, 300))
def test_later_collection_never_raises_expected_cash(seed, days):
    tables = portfolio(seed)
    items = tables["due_items"]
    settled = items.loc[items["settled_date"] <= AS_OF, "item_id"]
    ahead = ~items["item_id"].isin(settled) & (items["due"] > AS_OF) & (items["side"] == "receivable")
    later = items.assign(due=items["due"].mask(ahead, items["due"] + pd.Timedelta(days=days)))
    before = expected_cash(projected(tables), bands())
    after = expected_cash(projected({**tables, "due_items": later}), bands())
    for name, values in before.items():
        here = ~np.isnan(values)
        assert (after[name][here] <= values[here] + 1e-3).all()


def test_the_portfolio_has_firms_that_run_dry_and_firms_that_do_not():
    months = np.concatenate([summarise(projected(portfolio(seed)))["shortfall_month"] for seed in range(3)])
    assert (months <= 12).any()
    assert (months == 13).any()
