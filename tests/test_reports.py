from dataclasses import replace

import numpy as np
import pandas as pd

from features import reports
from features.panel import Panel

NAN = float("nan")


def test_latest_report_and_flags_of_twelve_months():
    panel = Panel.empty(["a", "b", "c"], "2025-03-31")
    monitoring = pd.DataFrame(
        {
            "row": [0, 0, 1],
            "period_end": pd.to_datetime(["2024-09-30", "2025-03-31", "2024-03-31"]),  # the last: a year ago
            "sales_trend_pct": [5.0, -8.0, -20.0],
        }
    )
    flags = pd.DataFrame(
        {"row": [1, 1, 2], "raised_on": pd.to_datetime(["2024-04-01", "2025-03-31", "2024-03-31"])}
    )
    facts = {**panel.facts, "monitoring_reports": monitoring, "external_flags": flags}
    found = reports.compute(replace(panel, facts=facts))
    np.testing.assert_array_equal(found["monitoring_sales_trend_pct"], [-8, NAN, NAN])
    np.testing.assert_array_equal(found["external_flags_12m_count"], [0, 2, 0])
