from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features import provision
from features.panel import Panel

NAN = float("nan")


def compute(*seen: tuple[int, str, str, str, str], closings: dict[int, list[tuple[str, str]]] | None = None):
    """Return the features of two firms; `closings` has each firm's (end, known) pairs, latest last."""
    panel = Panel.empty(["a", "b"], "2025-03-31")
    rows = pd.DataFrame(seen, columns=["row", "kind", "period_end", "known_date", "source_actor"])
    rows = rows.assign(
        row=rows["row"].astype("int64"),
        period_end=pd.to_datetime(rows["period_end"]),
        known_date=pd.to_datetime(rows["known_date"]),
    )
    end, known = panel.closing_end.copy(), panel.closing_known.copy()
    for row, pairs in (closings or {}).items():
        for place, (period_end, known_date) in enumerate(pairs):
            end[row, place - len(pairs)] = period_end
            known[row, place - len(pairs)] = known_date
    panel = replace(
        panel,
        facts={**panel.facts, "statements_seen": rows},
        closing_end=end,
        closing_known=known,
        monthly_age_months=np.array([2.0, NAN]),
    )
    return {name: found.tolist() for name, found in provision.compute(panel).items()}


def test_delays_are_those_of_the_first_actor_to_hand_a_period_over():
    found = compute(
        (0, "annual", "2024-03-31", "2024-06-29", "association"),  # 90 days
        (0, "annual", "2024-03-31", "2024-05-30", "bank:0001"),  # 60 days: this one counts
        (0, "annual", "2022-03-31", "2023-03-31", "association"),  # longer than 24 months ago
        (0, "trial", "2024-12-31", "2025-01-20", "association"),  # 20 days
        (0, "trial", "2025-01-31", "2025-03-02", "association"),  # 30 days
    )
    assert found["closing_delay_days"] == pytest.approx([60, NAN], nan_ok=True)
    assert found["trial_delay_days"] == pytest.approx([25, NAN], nan_ok=True)
    assert found["source_actors_count"] == [2, 0]
    assert found["trial_age_months"] == pytest.approx([2, NAN], nan_ok=True)


def test_share_of_the_twelve_months_before_the_as_of_month():
    ends = pd.date_range("2023-01-31", "2025-03-31", freq="ME")
    every = [(0, "trial", str(end.date()), "2025-03-31", "association") for end in ends]
    some = [
        (1, "trial", end, "2025-03-31", actor)
        for end in ("2024-03-31", "2025-02-28", "2024-02-29")  # the last is 13 months before
        for actor in ("association", "adviser")
    ]
    assert compute(*every, *some)["trial_months_pct"] == pytest.approx([100, 2 / 12 * 100])


def test_a_closing_shown_in_a_later_version_is_a_correction():
    seen = [
        (0, "annual", "2023-03-31", "2023-06-10", "association"),
        (0, "annual", "2024-03-31", "2024-06-10", "association"),
        (1, "annual", "2024-03-31", "2024-06-10", "association"),
        (1, "annual", "2024-03-31", "2024-07-20", "bank:0001"),
    ]
    shown = {
        0: [("2023-03-31", "2023-06-10"), ("2024-03-31", "2024-09-01")],
        1: [("2024-03-31", "2024-07-20")],  # the other bank's first version, not a correction
    }
    assert compute(*seen, closings=shown)["corrections_count"] == [1, 0]


def test_a_firm_that_sends_nothing():
    found = compute()
    assert found["trial_months_pct"] == [0, 0]
    assert np.isnan(found["closing_delay_days"]).all()
    assert found["corrections_count"] == [0, 0]
