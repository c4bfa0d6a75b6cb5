import numpy as np
import pandas as pd

from intake.accounts import (
    ACCOUNTS,
    BALANCE_ACCOUNTS,
    BALANCE_STEPS,
    PROFIT_ACCOUNTS,
    PROFIT_STEPS,
    ROUNDING_YEN,
    identity_gaps,
    load_accounts,
    unbalanced,
)


def small_books() -> pd.DataFrame:
    """One statement in yen whose every total adds up, worked out by hand."""
    row = dict.fromkeys(ACCOUNTS, 0.0)
    row |= {"cash_deposits": 30e6, "accounts_receivable": 20e6, "inventories": 10e6, "current_assets": 60e6}
    row |= {"depreciable_assets": 15e6, "land": 25e6, "fixed_assets": 40e6, "total_assets": 100e6}
    row |= {"accounts_payable": 12e6, "short_term_loans": 8e6, "current_liabilities": 20e6}
    row |= {"long_term_loans": 50e6, "fixed_liabilities": 50e6, "total_liabilities": 70e6}
    row |= {"capital": 10e6, "retained_earnings": 20e6, "net_assets": 30e6}
    row |= {"sales": 120e6, "cost_of_sales": 90e6, "gross_profit": 30e6}
    row |= {"selling_general_admin": 25e6, "operating_profit": 5e6}
    row |= {"nonoperating_income": 1e6, "nonoperating_expenses": 2e6, "ordinary_profit": 4e6}
    row |= {"pretax_profit": 4e6, "income_taxes": 1e6, "net_profit": 3e6}
    return pd.DataFrame([row])


def test_the_chart_names_each_account_once_and_every_parent_is_a_total():
    accounts = {account.name: account for account in load_accounts()}
    assert len(accounts) == len(load_accounts()) == len(ACCOUNTS)
    assert set(BALANCE_ACCOUNTS).isdisjoint(PROFIT_ACCOUNTS)
    for account in accounts.values():
        assert account.name.isascii()
        assert account.name.isidentifier()
        assert account.kind in ("part", "total", "memo")
        if account.parent:
            assert accounts[account.parent].kind == "total"
            assert accounts[account.parent].statement == account.statement
        if account.kind == "memo":
            assert not account.parent  # shown beside the sums, never in them


def test_totals_have_the_parts_of_a_japanese_balance_sheet():
    assert set(BALANCE_STEPS["total_assets"]) == {"current_assets", "fixed_assets", "deferred_assets"}
    assert set(BALANCE_STEPS["total_liabilities"]) == {"current_liabilities", "fixed_liabilities"}
    assert set(BALANCE_STEPS["net_assets"]) == {"capital", "retained_earnings", "other_net_assets"}
    named = {name for parts in PROFIT_STEPS.values() for name in parts} | set(PROFIT_STEPS)
    assert named <= set(PROFIT_ACCOUNTS)


def test_books_that_add_up_have_no_gap():
    gaps = identity_gaps(small_books())
    assert gaps.to_numpy().tolist() == [[0.0] * gaps.shape[1]]
    assert unbalanced(small_books()).isna().all()


def test_a_gap_is_the_total_less_its_parts():
    books = small_books().assign(inventories=12e6)  # 2 million more than current_assets of 60 million holds
    gaps = identity_gaps(books).iloc[0]
    assert gaps["current_assets"] == -2e6
    assert gaps.drop("current_assets").eq(0).all()
    assert unbalanced(books).tolist() == ["current_assets"]


def test_assets_must_equal_liabilities_and_net_assets():
    books = small_books().assign(net_assets=29e6, retained_earnings=19e6)  # 100 ≠ 70 + 29
    assert unbalanced(books).tolist() == ["balance"]


def test_a_total_is_not_judged_where_a_part_is_missing():
    books = small_books().assign(inventories=np.nan, cash_deposits=0.0)
    assert np.isnan(identity_gaps(books)["current_assets"].iloc[0])
    assert unbalanced(books).isna().all()


def test_rounding_to_thousand_yen_is_no_break_and_one_yen_beyond_it_is():
    # ten parts, each cut down by up to 999 yen, leave a total at most 9,990 yen above their sum
    at, beyond = small_books(), small_books()
    at["gross_profit"] += ROUNDING_YEN
    at["selling_general_admin"] += ROUNDING_YEN
    beyond["gross_profit"] += ROUNDING_YEN + 1
    beyond["selling_general_admin"] += ROUNDING_YEN + 1
    assert unbalanced(at).isna().all()
    assert unbalanced(beyond).tolist() == ["gross_profit"]
