"""What others report of the firm: half-yearly monitoring reports (S87) and flags of other systems (S96)."""

import numpy as np

from features import per_firm
from features.panel import Panel

LOOK_BACK_MONTHS = 12


def compute(panel: Panel) -> dict[str, np.ndarray]:
    """Return the family's features, each (F,) float64."""
    n, since = len(panel), per_firm.months_back(panel.as_of_date, LOOK_BACK_MONTHS)
    reports, flags = panel.facts["monitoring_reports"], panel.facts["external_flags"]
    reports = reports[per_firm.days(reports["period_end"]) > since]
    flags = flags[per_firm.days(flags["raised_on"]) > since]
    return {
        "monitoring_sales_trend_pct": per_firm.last_of_each(
            reports["row"].to_numpy(),
            per_firm.days(reports["period_end"]),
            reports["sales_trend_pct"].to_numpy(),
            n,
        ),
        "external_flags_12m_count": per_firm.count(flags["row"].to_numpy(), n),
    }
