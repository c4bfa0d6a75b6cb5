import numpy as np
import pytest

from features import account_sums
from intake.accounts import ACCOUNTS

NAN = float("nan")


def accounts(**known: float) -> dict[str, np.ndarray]:
    return {name: np.array([known.get(name, NAN)]) for name in ACCOUNTS}


def test_an_unknown_part_counts_as_none_only_beside_a_known_one():
    books = accounts(accounts_receivable=15, electronic_receivables=1)
    assert account_sums.receivables(books)[0] == 16
    assert np.isnan(account_sums.payables(books)[0])


def test_debt_has_bonds_and_leaves_officers_loans_apart():
    books = accounts(
        short_term_loans=12,
        current_long_term_loans=6,
        long_term_loans=40,
        bonds_payable=2,
        officer_loans_payable=30,
    )
    assert account_sums.debt(books)[0] == 60


def test_sums_with_a_needed_line_are_unknown_without_it():
    assert np.isnan(account_sums.working_capital(accounts(accounts_receivable=20, accounts_payable=14))[0])
    assert np.isnan(account_sums.ebitda(accounts(operating_profit=6))[0])
    assert np.isnan(account_sums.quick_assets(accounts(accounts_receivable=20))[0])
    assert (
        account_sums.quick_assets(accounts(cash_deposits=10, accounts_receivable=20, securities=2))[0] == 32
    )
    assert account_sums.liquid_funds(accounts(cash_deposits=10))[0] == 10
    assert np.isnan(account_sums.liquid_funds(accounts(securities=10))[0])


def test_gross_profit_or_operating_profit_is_one_line_for_a_firm():
    books = {
        "gross_profit": np.array([[30.0, 36.0], [30.0, NAN]]),
        "operating_profit": np.array([[5.0, 6.0], [5.0, 6.0]]),
    }
    assert account_sums.profit_line(books).tolist() == [[30.0, 36.0], [5.0, 6.0]]


def test_sum_known_keeps_its_inputs():
    part = np.array([1.0, NAN])
    account_sums.sum_known(part, np.array([2.0, 3.0]))
    assert part[0] == 1.0
    assert np.isnan(part[1])


def test_a_name_outside_the_chart_is_refused():
    with pytest.raises(KeyError, match="turnover"):
        account_sums.latest({"sales": np.zeros((1, 4))})["turnover"]
