"""Cash as it came to be known, laid on the months of a projection."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features.cash_flow.axis import FIRST
from features.cash_flow.naive import last_balance, seasonal_mean
from features.cash_flow.observed import became, cash_swing, observed_cash
from features.cash_flow.projection import project
from features.panel import Panel

NAN = np.nan
NOW = -FIRST  # the as-of month's column
AS_OF = pd.Timestamp("2025-03-31")


def panel(as_of_date=AS_OF, **changes) -> Panel:
    return replace(Panel.empty(["a"], as_of_date), **changes)


def months(*latest: float) -> np.ndarray:
    """Return the panel's 36 months, these the last."""
    return np.array([[NAN] * (36 - len(latest)) + list(latest)])


def test_books_are_trial_balances_and_closings_where_there_is_none():
    ends = np.array([["NaT", "NaT", "2024-12-31", "2025-01-31"]], dtype="datetime64[D]")
    found = observed_cash(panel(
        monthly={"cash_deposits": months(30.0, NAN)}, monthly_age_months=np.array([1.0]),
        closings={"cash_deposits": np.array([[NAN, NAN, 9.0, 31.0]])}, closing_end=ends,
        flows={"end_balance": months(5.0)}, flows_age_months=np.array([0.0]),
    ))  # fmt: skip
    # January has a trial balance of 30, which stands before the closing's 31
    assert found.books[0, NOW - 3 : NOW + 1].tolist() == pytest.approx([9.0, 30.0, NAN, NAN], nan_ok=True)
    assert found.flows[0, NOW] == 5.0
    assert np.isnan(found.flows[0, :NOW]).all()
    assert found.of(np.array([True]))[0, NOW] == 5.0


def test_what_became_is_of_the_same_source_and_of_months_that_are_known():
    later = panel(
        monthly={"cash_deposits": months(1.0, 2.0, 3.0)}, monthly_age_months=np.array([1.0]),
        flows={"end_balance": months(10.0, 20.0)}, flows_age_months=np.array([0.0]),
    )  # fmt: skip
    before = AS_OF - pd.offsets.MonthEnd(3)  # December: January is month 1
    ids = np.array(["a", "b"], dtype=object)
    found = became(ids, np.array([False, False]), before, later)
    assert found[0].tolist() == pytest.approx([2.0, 3.0, *[NAN] * 10], nan_ok=True)
    assert np.isnan(found[1]).all()  # unknown later
    found = became(ids[:1], np.array([True]), before, later)
    assert found[0].tolist() == pytest.approx([NAN, 10.0, 20.0, *[NAN] * 9], nan_ok=True)
    assert np.isnan(became(ids[:1], np.array([False]), AS_OF, later)).all()


@pytest.mark.parametrize(("known", "expected"), [(7, 3.0), (6, NAN)])
def test_six_changes_make_a_swing(known, expected):
    cash = {"cash_deposits": months(*([10.0, 13.0] * 4)[:known])}
    found = cash_swing(panel(monthly=cash), np.array([False]))
    assert found.tolist() == pytest.approx([expected], nan_ok=True)


def test_a_seasonal_mean_by_hand():
    """Two years to March: each April cash rises by 11, in every other month it falls by 1.

    From 100 in February, one month before the as-of month: March 99, then April 110, May 109.
    """
    change = np.where(pd.date_range("2023-03-31", periods=24, freq="ME").month == 4, 11.0, -1.0)
    cash = months(*(100.0 - change.sum() + np.cumsum(change)))
    one = panel(monthly={"cash_deposits": cash}, monthly_age_months=np.array([1.0]))
    projection = replace(project(panel()), last_cash=np.array([100.0]), opening_age_months=np.array([1.0]))
    found = seasonal_mean(projection, observed_cash(one).books)
    assert found[0, :3].tolist() == pytest.approx([110.0, 109.0, 108.0])
    assert last_balance(projection)[0].tolist() == [100.0] * 12


def test_of_months_never_seen_the_mean_of_all_changes_counts_and_of_none_nothing():
    one = panel(monthly={"cash_deposits": months(0.0, 4.0)}, monthly_age_months=np.array([0.0]))  # March: +4
    projection = replace(project(panel()), last_cash=np.array([4.0]), opening_age_months=np.array([0.0]))
    assert seasonal_mean(projection, observed_cash(one).books)[0, :2].tolist() == [8.0, 12.0]
    assert seasonal_mean(projection, observed_cash(panel()).books)[0, :2].tolist() == [4.0, 4.0]
