"""How late claims are paid: by hand, against SciPy's Kaplan-Meier, and the months to come."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

from features.cash_flow.axis import NEVER
from features.cash_flow.collection import (
    LAGS,
    count_lags,
    fit_hazards,
    shares_of_new,
    shares_of_open,
)
from features.cash_flow.items import Items

NOTHING = (0.0,) * LAGS


def items_of(*rows: tuple[int, int, int | None]) -> Items:
    """Return items (counterparty, due, settled) of one firm; None is open."""
    counterparty, due, settled = (list(column) for column in zip(*rows, strict=True))
    k = len(rows)
    return Items(
        n=1,
        row=np.zeros(k, dtype=int),
        counterparty=np.array(counterparty),
        firm_of=np.zeros(max(counterparty) + 1, dtype=int),
        issued=np.array(due) - 1,
        due=np.array(due),
        settled=np.array([NEVER if month is None else month for month in settled]),
        amount=np.full(k, 100.0),
    )


LATE_PAYER = [
    (0, -3, -3),  # on time
    (0, -3, -2),  # a month late
    (0, -3, None),  # watched at lags 0 to 3
    (0, -1, 0),  # a month late
    (0, -1, None),  # watched at lags 0 and 1
    (0, 0, None),  # watched at lag 0 alone
    (0, 1, None),  # not due yet: says nothing
]


def test_kaplan_meier_by_hand():
    paid, at_risk = count_lags(items_of(*LATE_PAYER), np.array([0]), np.zeros(7, dtype=int), 1)
    assert at_risk[0].tolist() == [6, 4, 1, 1, 0, 0, 0]
    assert paid[0].tolist() == [1, 2, 0, 0, 0, 0, 0]
    # hazards 1/6, 2/4, 0, 0: paid on time 1/6, a month late 5/6 × 1/2, and 5/12 are open after three months
    share = shares_of_new(np.divide(paid, at_risk, out=np.zeros((1, LAGS)), where=at_risk > 0))[0]
    assert share == pytest.approx([1 / 6, 5 / 12, 0, 0, 0, 0, 0])


def test_what_lies_outside_the_window_or_is_not_observed_yet_says_nothing():
    rows = [(0, -24, -24), (0, -23, -23), (0, 0, None)]
    paid, at_risk = count_lags(items_of(*rows), np.array([-1]), np.zeros(3, dtype=int), 1)
    # the ledger reaches to month -1: its 24 months begin with -24, and month 0 has not been seen
    assert (paid[0, 0], at_risk[0, 0]) == (2, 2)


def test_early_counts_as_on_time_and_after_six_months_as_unpaid():
    rows = [(0, -9, -11), (0, -9, -3), (0, -9, -2)]
    paid, at_risk = count_lags(items_of(*rows), np.array([0]), np.zeros(3, dtype=int), 1)
    assert paid[0].tolist() == [1, 0, 0, 0, 0, 0, 1]  # two before the due month, six and seven after it
    assert at_risk[0].tolist() == [3, 2, 2, 2, 2, 2, 2]


def test_pooling_by_hand():
    # counterparty 0 paid one of two items on time, counterparty 1 both: the firm 3 of 4
    rows = [(0, -1, -1), (0, -1, 0), (1, -1, -1), (1, -1, -1)]
    prior = (0.5, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0)
    found = fit_hazards(items_of(*rows), np.array([0]), prior=prior, counterparty_pool=2.0, firm_pool=4.0)
    firm = (3 + 4 * 0.5) / (4 + 4)  # 5/8
    assert found[:, 0] == pytest.approx([(1 + 2 * firm) / 4, (2 + 2 * firm) / 4])  # 9/16, 13/16
    # a month late: one item of counterparty 0 was at risk, and was paid
    firm = (1 + 4 * 0.5) / (1 + 4)  # 3/5
    assert found[:, 1] == pytest.approx([(1 + 2 * firm) / 3, firm])


def test_many_items_speak_for_themselves_and_none_for_the_prior():
    rows = [(0, -month, -month + 2) for month in range(3, 24)] * 40
    late = fit_hazards(items_of(*rows), np.array([0]))
    assert late[0, 0] < 0.01
    assert late[0, 2] > 0.99
    prior = (0.9, 0.3, 0.1, 0.1, 0.1, 0.1, 0.1)
    unknown = fit_hazards(items_of((0, 1, None)), np.array([0]), prior=prior)
    assert unknown[0] == pytest.approx(prior)


TIMES = st.lists(st.tuples(st.integers(0, LAGS - 1), st.booleans()), min_size=1, max_size=12)


@settings(max_examples=30, deadline=None)
@given(TIMES)
def test_kaplan_meier_against_scipy(times):
    # paid at lag t: due 6 months ago and paid then; open for t months: due t months ago
    rows = [(0, -6, t - 6) if is_paid else (0, -t, None) for t, is_paid in times]
    paid, at_risk = count_lags(items_of(*rows), np.array([0]), np.zeros(len(rows), dtype=int), 1)
    still_open = np.cumprod(1 - np.divide(paid, at_risk, out=np.zeros((1, LAGS)), where=at_risk > 0))

    lags, censored = np.array([t for t, _ in times]), np.array([not is_paid for _, is_paid in times])
    oracle = ecdf(CensoredData(uncensored=lags[~censored], right=lags[censored])).sf
    last = lags.max()
    assert still_open[: last + 1] == pytest.approx(oracle.evaluate(np.arange(last + 1)))


SHARES = st.lists(st.floats(0, 1), min_size=LAGS, max_size=LAGS)


@settings(max_examples=30, deadline=None)
@given(SHARES, st.integers(0, LAGS + 2))
def test_given_that_it_is_open_now(hazard, first):
    hazard = np.array([hazard])
    new, ahead = shares_of_new(hazard)[0], shares_of_open(hazard, np.array([first]))[0]
    open_now = 1 - new[:first].sum()
    # Bayes: what is open now had not been paid at the lags before
    assert ahead[: max(LAGS - first, 0)] * open_now == pytest.approx(new[first:])
    assert not ahead[max(LAGS - first, 0) :].any()
    assert 0 <= ahead.sum() <= 1 + 1e-12
