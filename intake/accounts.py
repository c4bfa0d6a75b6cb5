"""The chart of accounts: what a statement's columns are called and how they add up."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Account:
    """One canonical account; `parent` is the total it is a part of, `kind` part, total or memo."""

    name: str
    statement: str
    kind: str
    parent: str
    etax_code: str
    label_ja: str
    label_en: str


@cache
def load_accounts() -> tuple[Account, ...]:
    """Read the chart of accounts in statement order."""
    frame = pd.read_csv(files("intake") / "accounts.csv", dtype=str, keep_default_na=False)
    return tuple(Account(**row) for row in frame.to_dict("records"))


BALANCE_ACCOUNTS: tuple[str, ...] = tuple(a.name for a in load_accounts() if a.statement == "BS")
PROFIT_ACCOUNTS: tuple[str, ...] = tuple(a.name for a in load_accounts() if a.statement == "PL")
ACCOUNTS: tuple[str, ...] = BALANCE_ACCOUNTS + PROFIT_ACCOUNTS

# total = sum of its signed parts; the profit and loss lines follow the Japanese order of 損益計算書
PROFIT_STEPS: dict[str, dict[str, int]] = {
    "gross_profit": {"sales": 1, "cost_of_sales": -1},
    "operating_profit": {"gross_profit": 1, "selling_general_admin": -1},
    "ordinary_profit": {"operating_profit": 1, "nonoperating_income": 1, "nonoperating_expenses": -1},
    "pretax_profit": {"ordinary_profit": 1, "extraordinary_income": 1, "extraordinary_loss": -1},
    "net_profit": {"pretax_profit": 1, "income_taxes": -1},
}


def _balance_steps() -> dict[str, dict[str, int]]:
    """Return total → signed parts for the balance sheet."""
    steps: dict[str, dict[str, int]] = {}
    for account in load_accounts():
        if account.statement == "BS" and account.parent:
            steps.setdefault(account.parent, {})[account.name] = 1
    return steps


BALANCE_STEPS: dict[str, dict[str, int]] = _balance_steps()


def identity_gaps(statements: pd.DataFrame) -> pd.DataFrame:
    """Return by how many yen each accounting identity fails on each row.

    Parameters
    ----------
    statements : DataFrame (n, accounts), yen
        Columns named as in the chart of accounts; missing ones and NaN make a gap NaN.

    Returns
    -------
    DataFrame (n, identities), yen
        One column per total, named after it, and ``balance`` for assets = liabilities + net assets.

    Examples
    --------
    >>> rows = pd.DataFrame({"total_assets": [100.0], "total_liabilities": [70.0], "net_assets": [20.0]})
    >>> identity_gaps(rows)[["balance", "gross_profit"]].to_dict("records")
    [{'balance': 10.0, 'gross_profit': nan}]
    """
    missing = pd.Series(np.nan, index=statements.index)

    def column(name: str) -> pd.Series:
        return statements.get(name, missing)

    gaps = {
        total: column(total) - sum(sign * column(part) for part, sign in parts.items())
        for total, parts in (BALANCE_STEPS | PROFIT_STEPS).items()
    }
    gaps["balance"] = column("total_assets") - column("total_liabilities") - column("net_assets")
    return pd.DataFrame(gaps, index=statements.index)


# Books kept in thousand yen round each line by up to 1,000 yen, and no total has more than ten parts.
ROUNDING_YEN = 10_000.0


def unbalanced(statements: pd.DataFrame) -> pd.Series:
    """Name the first total of each row that is not the sum of its parts.

    Parameters
    ----------
    statements : DataFrame (n, accounts), yen
        A total is judged only where it and all its parts are there.

    Returns
    -------
    Series (n,) of str
        Name of the total, ``"balance"`` for assets ≠ liabilities + net assets, missing where all add up
        to within `ROUNDING_YEN`.

    Examples
    --------
    >>> rows = pd.DataFrame({"sales": [5e6, 5e6], "cost_of_sales": [3e6, 3e6], "gross_profit": [2e6, 1e6]})
    >>> unbalanced(rows).tolist()
    [nan, 'gross_profit']
    """
    wide = identity_gaps(statements).abs() > ROUNDING_YEN
    if not wide.to_numpy().any():
        return pd.Series(np.nan, index=statements.index, dtype="str")
    return wide.idxmax(axis=1).astype("str").where(wide.any(axis=1))
