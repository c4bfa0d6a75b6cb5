"""When cash runs out, and on whom receipts hang."""

import numpy as np
import pytest

from features.cash_flow.summary import runway_months, shortfall_month

FALLING = np.array([10.0 - 3.0 * month for month in range(1, 13)])  # 7, 4, 1, −2, …


def test_cash_runs_out_within_the_first_month_below_zero():
    closing, opening = FALLING[None, :], np.array([10.0])
    assert shortfall_month(closing).tolist() == [4]
    assert runway_months(opening, closing)[0] == pytest.approx(3 + 1 / 3)  # 1 left, 3 a month


def test_cash_that_comes_back_was_short_all_the_same():
    closing = np.full((1, 12), 5.0)
    closing[0, 1] = -5.0
    assert shortfall_month(closing).tolist() == [2]
    assert runway_months(np.array([5.0]), closing).tolist() == [1.5]


@pytest.mark.parametrize(
    ("opening", "first", "months"),
    [
        (-1.0, -2.0, 0.0),  # nothing to begin with
        (-1.0, 5.0, 13.0),  # an overdraft that is made good by the month's end
        (4.0, 0.0, 13.0),  # down to nothing is not below it
    ],
)
def test_edges(opening, first, months):
    closing = np.full((1, 12), 5.0)
    closing[0, 0] = first
    assert runway_months(np.array([opening]), closing).tolist() == [months]


def test_unknown_stays_unknown():
    closing = np.full((1, 12), np.nan)
    assert np.isnan(shortfall_month(closing)).all()
    assert np.isnan(runway_months(np.array([np.nan]), closing)).all()
