from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features import arrears
from features.panel import Panel


def compute(*facts: tuple[int, str, str | None, float], firms: int = 3) -> dict[str, list[float]]:
    panel = Panel.empty([f"f{i}" for i in range(firms)], "2025-03-31")
    rows = pd.DataFrame(facts, columns=["row", "from_date", "cleared_date", "amount"])
    rows = rows.assign(
        row=rows["row"].astype("int64"),
        amount=rows["amount"].astype("float64"),
        from_date=pd.to_datetime(rows["from_date"]),
        cleared_date=pd.to_datetime(rows["cleared_date"]),
    )
    panel = replace(
        panel,
        facts={**panel.facts, "arrears": rows},
        closings={**panel.closings, "sales": np.full((firms, 4), 1200.0)},
    )
    return {name: found.tolist() for name, found in arrears.compute(panel).items()}


def test_open_amount_age_and_months():
    found = compute(
        (0, "2025-01-15", None, 30.0),  # open at the ends of January, February, March
        (0, "2024-10-10", "2024-12-20", 500.0),  # at the ends of October and November
        (0, "2025-02-01", None, 20.0),
        (1, "2024-01-01", "2024-02-10", 10.0),  # at the end of January 2024, and open no more
    )
    # 50 of 100 a month; oldest open since 15 January: 75 days
    assert found["arrears_open_months"] == pytest.approx([0.5, 0, 0])
    assert found["arrears_age_months"] == pytest.approx([75 / 30.4375, 0, 0])
    assert found["arrears_24m_count"] == [5, 1, 0]


def test_what_was_cleared_before_two_years_ago_is_forgotten():
    assert compute((0, "2022-01-01", "2023-03-31", 10.0))["arrears_24m_count"] == [0, 0, 0]
    assert compute((0, "2022-01-01", None, 10.0))["arrears_24m_count"] == [24, 0, 0]


def test_without_facts_there_are_no_arrears():
    assert compute()["arrears_open_months"] == [0, 0, 0]
