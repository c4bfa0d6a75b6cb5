"""The firm's age and its reschedulings (条件変更): an event that it may have behind it and stay scored."""

import numpy as np

from features import per_firm
from features.panel import Panel

MONTHS_PER_YEAR = 12.0
LOOK_BACK_MONTHS = 36
RECENT_MONTHS = 24


def compute(panel: Panel) -> dict[str, np.ndarray]:
    """Return the family's features, each (F,) float64."""
    n, events, as_of = len(panel), panel.facts["events"], np.datetime64(panel.as_of_date, "D")
    events = events[events["kind"] == "rescheduling"]
    row, date = events["row"].to_numpy(), per_firm.days(events["event_date"])

    def since(months: int) -> np.ndarray:
        inside = (date > per_firm.months_back(panel.as_of_date, months)) & (date <= as_of)
        return per_firm.count(row[inside], n)

    established = per_firm.days(panel.firms["established"])
    return {
        "firm_age_years": per_firm.months_between(established, as_of) / MONTHS_PER_YEAR,
        "rescheduling_36m_count": since(LOOK_BACK_MONTHS),
        "is_rescheduled_24m": (since(RECENT_MONTHS) > 0).astype(np.float64),
    }
