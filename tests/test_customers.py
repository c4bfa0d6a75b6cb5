from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features import customers
from features.panel import Panel

NAN = float("nan")
AS_OF = pd.Timestamp("2025-03-31")


def item(
    issued: int,
    due: int,
    settled: int | None,
    amount: float,
    *,
    who: str = "c1",
    side: str = "receivable",
    row: int = 0,
) -> dict:
    """Return one due item; days are counted from the as-of date, those before it are negative."""
    return {
        "row": row,
        "side": side,
        "counterparty": who,
        "issued": AS_OF + pd.Timedelta(days=issued),
        "due": AS_OF + pd.Timedelta(days=due),
        "settled_date": pd.NaT if settled is None else AS_OF + pd.Timedelta(days=settled),
        "amount": float(amount),
    }


def compute(*items: dict) -> dict[str, list[float]]:
    panel = Panel.empty(["a", "b"], AS_OF)
    facts = dict(panel.facts)
    if items:
        facts["due_items"] = pd.DataFrame(items)
    return {name: found.tolist() for name, found in customers.compute(replace(panel, facts=facts)).items()}


def first(name: str, *items: dict) -> float:
    return compute(*items)[name][0]


def test_late_is_more_than_thirty_days_after_the_due_date():
    items = [
        item(-100, -60, -60, 50),  # on the day
        item(-100, -60, -30, 20),  # 30 days: not yet late
        item(-100, -60, -29, 20),  # 31 days
        item(-100, -60, None, 10),  # open for 60 days
        item(-40, -20, None, 900),  # had no 30 days yet: outside
        item(-300, -211, None, 900),  # fell due before the half year
    ]
    assert first("customer_late_pct", *items) == pytest.approx(30)
    year_ago = [item(-500, -425, -425, 90), item(-500, -425, -380, 10)]  # 45 days late: 10 %
    assert first("customer_late_change_pct", *items, *year_ago) == pytest.approx(20)


def test_what_is_open_and_past_due():
    items = [item(-50, -10, None, 30), item(-50, 10, None, 70), item(-50, -10, -5, 500)]
    assert first("customer_overdue_pct", *items) == pytest.approx(30)
    payables = [item(-50, -10, None, 10, side="payable"), item(-50, 10, None, 10, side="payable")]
    assert first("own_overdue_pct", *items, *payables) == pytest.approx(50)


def test_settlement_after_the_as_of_date_leaves_an_item_open():
    assert first("customer_overdue_pct", item(-50, -10, 5, 30), item(-50, 10, None, 30)) == pytest.approx(50)


def test_the_main_customer():
    items = [
        item(-90, -60, -40, 60),  # c1: 20 days late
        item(-90, -60, -80, 20),  # c1 again, paid early: no delay, and none to make good for others
        item(-90, -60, None, 20, who="c2"),
        item(-400, -370, None, 999, who="c3"),  # invoiced more than a year ago
    ]
    assert first("main_customer_share_pct", *items) == pytest.approx(80)
    assert first("main_customer_delay_days", *items) == pytest.approx(15)  # (60 × 20 + 20 × 0) ÷ 80


def test_a_main_customer_without_an_invoice_for_half_a_year_is_lost():
    before = [item(-300, -270, -270, 80), item(-300, -270, -270, 20, who="c2")]
    assert first("is_main_customer_lost", *before, item(-60, -30, -30, 50, who="c2")) == 1
    assert first("is_main_customer_lost", *before, item(-60, -30, -30, 50)) == 0
    assert np.isnan(first("is_main_customer_lost", item(-60, -30, -30, 50)))


def test_terms_got_longer():
    items = [item(-100, -40, -40, 10), item(-465, -435, -435, 10)]  # 60 days after 30
    assert first("customer_terms_change_days", *items) == pytest.approx(30)


def test_receipts_and_payments_of_the_next_three_months():
    items = [
        item(-10, 30, None, 40),
        item(-10, 91, None, 900),  # beyond
        item(-10, -5, None, 900),  # past due: nobody counts on it
        item(-10, 90, None, 50, side="payable"),
    ]
    assert first("due_cover_pct", *items) == pytest.approx(80)


def test_which_of_two_equal_customers_is_the_main_one_does_not_hang_on_other_firms():
    mine = [item(-90, -60, -40, 50, who="b"), item(-90, -60, -60, 50, who="a")]
    other = item(-90, -60, -60, 50, who="b", row=1)
    alone = first("main_customer_delay_days", *mine)
    assert alone == 0  # "a" comes first
    assert compute(other, *mine)["main_customer_delay_days"][0] == alone


def test_own_payments_late():
    items = [item(-100, -60, -10, 40, side="payable"), item(-100, -60, -60, 60, side="payable")]
    assert first("own_late_pct", *items) == pytest.approx(40)
    assert np.isnan(first("own_late_change_pct", *items))


def test_firms_without_due_items_have_no_values():
    assert all(np.isnan(values).all() for values in compute().values())
