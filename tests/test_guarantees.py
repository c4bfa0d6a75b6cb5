from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features import guarantees
from features.panel import Panel

NAN = float("nan")


def loan(
    row: int, lender: str, balance: float, *, guarantee: str | None = None, grace: str | None = None
) -> dict:
    return {
        "row": row,
        "lender": lender,
        "guarantee_id": guarantee,
        "balance": balance,
        "grace_until": grace,
        "monthly_repayment": 2.0,
    }


def guarantee(row: int, balance: float, *, ratio: float = 0.8, executed: str = "2024-03-31") -> dict:
    return {
        "row": row,
        "guaranteed_ratio": ratio,
        "amount": 100.0,
        "balance": balance,
        "executed": executed,
        "maturity": "2026-03-31",
    }


def compute(*, loans: list[dict] = (), given: list[dict] = ()) -> dict[str, np.ndarray]:
    panel = Panel.empty(["a", "b", "c"], "2025-03-31")
    facts = dict(panel.facts)
    if loans:
        frame = pd.DataFrame(loans)
        facts["loans"] = frame.assign(
            grace_until=pd.to_datetime(frame["grace_until"]), guarantee_id=frame["guarantee_id"].astype("str")
        )
    if given:
        frame = pd.DataFrame(given)
        facts["guarantees"] = frame.assign(
            executed=pd.to_datetime(frame["executed"]), maturity=pd.to_datetime(frame["maturity"])
        )
    books = {"sales": 1200.0, "long_term_loans": 200.0, "ordinary_profit": 10.0, "depreciation": 5.4}
    closings = {name: np.full((3, 4), value) for name, value in books.items()}
    return guarantees.compute(replace(panel, facts=facts, closings={**panel.closings, **closings}))


def test_use_of_guarantees():
    found = compute(
        given=[guarantee(0, 60), guarantee(0, 20, ratio=1.0, executed="2024-12-31"), guarantee(0, 0)]
    )
    assert found["guarantees_count"].tolist() == [2, 0, 0]  # the one without balance is over
    assert found["guaranteed_debt_pct"].tolist() == [40, 0, 0]  # 80 of 200
    assert found["guaranteed_sales_months"].tolist() == [0.8, 0, 0]
    np.testing.assert_allclose(found["full_guarantee_pct"], [25, NAN, NAN])
    np.testing.assert_allclose(found["guarantee_use_pct"], [40, NAN, NAN])  # 80 of 200 guaranteed
    np.testing.assert_allclose(found["guarantee_age_months"], [90 / 30.4375, NAN, NAN])
    np.testing.assert_allclose(found["guarantee_maturity_months"], [365 / 30.4375, NAN, NAN])


@pytest.mark.parametrize(
    ("guaranteed", "own", "is_main"),
    [
        (50.0, {"x": 50.0}, 1),  # half of all
        (49.0, {"x": 51.0}, 0),  # bank x carries more
        (40.0, {"x": 35.0, "y": 25.0}, 1),  # less than half, and still more than any bank
        (30.0, {"x": 30.0, "y": 40.0}, 0),
        (0.0, {"x": 10.0}, 0),
    ],
)
def test_the_association_is_main_with_half_or_more_than_any_bank(guaranteed, own, is_main):
    loans = [loan(0, "x", guaranteed, guarantee="g")] + [
        loan(0, bank, amount) for bank, amount in own.items()
    ]
    assert compute(loans=loans)["is_association_main"].tolist() == pytest.approx(
        [is_main, NAN, NAN], nan_ok=True
    )


def test_one_banks_loans_are_taken_together():
    loans = [loan(1, "x", 40, guarantee="g"), loan(1, "x", 30), loan(1, "x", 30), loan(0, "x", 90)]
    assert compute(loans=loans)["is_association_main"].tolist() == pytest.approx([0, 0, NAN], nan_ok=True)


def test_grace_that_ends_within_six_months():
    loans = [
        loan(0, "x", 10, grace="2025-09-30"),
        loan(1, "x", 10, grace="2025-10-01"),
        loan(1, "x", 10, grace="2025-03-30"),  # over already
        loan(1, "x", 0, grace="2025-05-31"),  # repaid
    ]
    np.testing.assert_array_equal(compute(loans=loans)["is_grace_ending"], [1, 0, NAN])


def test_cash_flow_against_a_years_instalments():
    # cash flow 10 × 0.66 + 5.4 = 12; instalments 24 a year, but no more than the balance of 6 on the second
    found = compute(loans=[loan(0, "x", 100), loan(1, "x", 6)])
    np.testing.assert_allclose(found["repayment_cover_pct"], [50, 200, NAN])
