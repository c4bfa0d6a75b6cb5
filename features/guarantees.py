"""Use of guarantees (S89), and whether the guarantee corporation is in effect the main lender (S26)."""

import numpy as np
import pandas as pd

from features import per_firm
from features.account_sums import debt, latest
from features.bank_ratios import percent, repayment_cash_flow
from features.panel import Panel
from features.ratios import divide
from features.trends import monthly_sales

GRACE_ENDS_WITHIN_MONTHS = 6
FULL = 1.0
MAIN_SHARE_PCT = 50.0
MONTHS = 12.0


def is_association_main(
    row: np.ndarray, lender: np.ndarray, guaranteed: np.ndarray, balance: np.ndarray, n: int
) -> np.ndarray:
    """Return whether the guarantee corporation carries the firm more than any bank does: 0, 1, NaN.

    NaN without loans. Own design, as the seed gives no rule for 実質保証協会メイン: the guaranteed balance is
    at least half of all loans' balance, or larger than any single lender's balance without guarantee.

    Parameters
    ----------
    row : (k,) int64
        The firm of each loan.
    lender : (k,) int64
        Codes of the lenders, 0 and up.
    guaranteed : (k,) bool
    balance : (k,) float64, yen
    n : int

    Examples
    --------
    >>> row, lender = np.array([0, 0, 0, 1, 1]), np.array([0, 1, 2, 0, 0])
    >>> guaranteed = np.array([True, False, False, True, False])
    >>> is_association_main(row, lender, guaranteed, np.array([40.0, 35.0, 35.0, 40.0, 60.0]), 3).tolist()
    [1.0, 0.0, nan]
    """
    in_all = per_firm.total(row, balance, n)
    with_guarantee = per_firm.total(row, balance * guaranteed, n)
    lenders = int(lender.max()) + 1 if len(lender) else 1
    pairs, of_pair = np.unique(row * lenders + lender, return_inverse=True)
    own_risk = per_firm.total(of_pair, balance * ~guaranteed, len(pairs))
    largest = np.nan_to_num(per_firm.largest(pairs // lenders, own_risk, n))
    is_main = (with_guarantee > largest) | (percent(with_guarantee, in_all) >= MAIN_SHARE_PCT)
    return np.where(in_all > 0, is_main.astype(np.float64), np.nan)


def _loans(panel: Panel) -> dict[str, np.ndarray]:
    """Return the features of the loans that have a balance."""
    n, as_of = len(panel), np.datetime64(panel.as_of_date, "D")
    loans = panel.facts["loans"]
    loans = loans[loans["balance"] > 0]
    row, balance = loans["row"].to_numpy(), loans["balance"].to_numpy()
    guaranteed = loans["guarantee_id"].notna().to_numpy()
    grace = per_firm.days(loans["grace_until"])
    soon = per_firm.months_back(panel.as_of_date, -GRACE_ENDS_WITHIN_MONTHS)
    ends_soon = per_firm.count(row[(grace >= as_of) & (grace <= soon)], n) > 0
    # what is to be repaid within a year once grace is over: the burden to come, not today's
    year = np.minimum(loans["monthly_repayment"].to_numpy() * MONTHS, balance)
    closing = latest(panel.closings)
    cash_flow = repayment_cash_flow(closing["ordinary_profit"], closing["depreciation"])
    has_loans = per_firm.count(row, n) > 0
    return {
        "is_association_main": is_association_main(
            row, pd.factorize(loans["lender"])[0].astype(np.int64), guaranteed, balance, n
        ),
        "is_grace_ending": np.where(has_loans, ends_soon.astype(np.float64), np.nan),
        "repayment_cover_pct": percent(cash_flow, per_firm.total(row, year, n)),
    }


def compute(panel: Panel) -> dict[str, np.ndarray]:
    """Return the family's features, each (F,) float64."""
    n, as_of = len(panel), np.datetime64(panel.as_of_date, "D")
    facts = panel.facts["guarantees"]
    facts = facts[facts["balance"] > 0]
    row, balance = facts["row"].to_numpy(), facts["balance"].to_numpy()
    full = facts["guaranteed_ratio"].to_numpy() >= FULL
    age = -per_firm.largest(row, -per_firm.months_between(per_firm.days(facts["executed"]), as_of), n)
    to_maturity = per_firm.months_between(as_of, per_firm.days(facts["maturity"]))
    in_all = per_firm.total(row, balance, n)
    return _loans(panel) | {
        "guaranteed_debt_pct": percent(in_all, debt(latest(panel.closings))),
        "guaranteed_sales_months": divide(in_all, monthly_sales(panel)).value,
        "full_guarantee_pct": percent(per_firm.total(row, balance * full, n), in_all),
        "guarantees_count": per_firm.count(row, n),
        "guarantee_age_months": age,
        "guarantee_maturity_months": per_firm.mean(row, to_maturity, n, balance),
        "guarantee_use_pct": percent(in_all, per_firm.total(row, facts["amount"].to_numpy(), n)),
    }
