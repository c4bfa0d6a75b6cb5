from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features import history
from features.panel import Panel


def panel_of(*events: tuple[int, str, str], established: tuple[str | None, ...] = (None, None)) -> Panel:
    panel = Panel.empty(["a", "b"], "2025-03-31")
    rows = pd.DataFrame(events, columns=["row", "kind", "event_date"]).astype({"row": "int64", "kind": "str"})
    rows = rows.assign(event_date=pd.to_datetime(rows["event_date"]))
    firms = panel.firms.assign(established=pd.to_datetime(pd.Series(established)).astype("datetime64[ms]"))
    return replace(panel, facts={**panel.facts, "events": rows}, firms=firms)


def test_reschedulings_count_within_two_and_three_years():
    found = history.compute(
        panel_of(
            (0, "rescheduling", "2022-04-01"),
            (0, "rescheduling", "2022-03-31"),  # three years ago to the day: no longer inside
            (1, "rescheduling", "2023-04-01"),
            (1, "rescheduling", "2024-12-31"),
            (1, "dressing_confirmed", "2024-12-31"),
        )
    )
    assert found["rescheduling_36m_count"].tolist() == [1, 2]
    assert found["is_rescheduled_24m"].tolist() == [0, 1]


def test_age_in_years():
    found = history.compute(panel_of(established=("2015-04-01", None)))
    assert found["firm_age_years"][0] == pytest.approx(10.0, abs=0.01)
    assert np.isnan(found["firm_age_years"][1])
