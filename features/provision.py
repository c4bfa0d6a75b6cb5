"""How regularly and how late a firm lets itself be seen (S12): statements seen, and when they came."""

import numpy as np
import pandas as pd

from features import per_firm
from features.panel import Panel

LOOK_BACK_MONTHS = 24
YEAR = 12
DAYS_BEFORE_1970 = 40_000  # back to 1860, before the first day a table may hold
LONGEST_DAYS = 200_000  # to the year 2407, after the last


def month_number(dates: np.ndarray) -> np.ndarray:
    """Return the months since 1970-01 of datetime64 dates as int64, so that months can be subtracted.

    Examples
    --------
    >>> month_number(np.array(["1970-01-31", "2025-03-31"], dtype="datetime64[D]")).tolist()
    [0, 662]
    """
    return dates.astype("datetime64[M]").astype(np.int64)


def first_of_period(seen: pd.DataFrame) -> pd.DataFrame:
    """Return one row a firm and period: the earliest day any actor's books of it came to be known."""
    ordered = seen.sort_values(["row", "period_end", "known_date"], kind="stable")
    return ordered.drop_duplicates(["row", "period_end"])


def mean_delay_days(periods: pd.DataFrame, panel: Panel) -> np.ndarray:
    """Return the mean days (F,) from a period's end to its books' arrival, over the last 24 months."""
    ends, known = per_firm.days(periods["period_end"]), per_firm.days(periods["known_date"])
    recent = ends > per_firm.months_back(panel.as_of_date, LOOK_BACK_MONTHS)
    delay = per_firm.days_between(ends, known)
    return per_firm.mean(periods["row"].to_numpy()[recent], delay[recent], len(panel))


def closing_version(row: np.ndarray, end: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return one number (k,) int64 for each (firm, closing, day known), equal only for equal ones."""
    day = [date.astype(np.int64) + DAYS_BEFORE_1970 for date in (end, known)]
    return (row * LONGEST_DAYS + day[0]) * LONGEST_DAYS + day[1]


def corrections(panel: Panel, annual: pd.DataFrame) -> np.ndarray:
    """Return how many of the closings in the panel are shown in a later version than any actor's first (F,).

    A version is a correction when the day it came to be known is no actor's first day for that closing.
    """
    firm, place = np.nonzero(~np.isnat(panel.closing_end))
    shown = closing_version(firm, panel.closing_end[firm, place], panel.closing_known[firm, place])
    firsts = closing_version(
        annual["row"].to_numpy(), per_firm.days(annual["period_end"]), per_firm.days(annual["known_date"])
    )
    return per_firm.count(firm[~np.isin(shown, firsts)], len(panel))


def compute(panel: Panel) -> dict[str, np.ndarray]:
    """Return the family's features, each (F,) float64."""
    n, seen = len(panel), panel.facts["statements_seen"]
    annual, trial = seen[seen["kind"] == "annual"], seen[seen["kind"] == "trial"]
    trial_periods = first_of_period(trial)
    as_of_month = month_number(np.array([panel.as_of_date], dtype=per_firm.DAY))[0]
    age = as_of_month - month_number(per_firm.days(trial_periods["period_end"]))
    # the as-of month itself is not over before its last day: the twelve months before it could be known
    provided = per_firm.count(trial_periods["row"].to_numpy()[(age >= 1) & (age <= YEAR)], n)
    recent = per_firm.days(seen["known_date"]) > per_firm.months_back(panel.as_of_date, LOOK_BACK_MONTHS)
    actors = seen.loc[recent, ["row", "source_actor"]].drop_duplicates()
    return {
        "closing_delay_days": mean_delay_days(first_of_period(annual), panel),
        "trial_delay_days": mean_delay_days(trial_periods, panel),
        "trial_months_pct": provided / YEAR * 100.0,
        "trial_age_months": panel.monthly_age_months,
        "corrections_count": corrections(panel, annual),
        "source_actors_count": per_firm.count(actors["row"].to_numpy(), n),
    }
