"""Days on which courts and banks are open: weekdays, but not from December 29 to January 3."""

import numpy as np

YEARS = range(1990, 2060)
CLOSED = [f"{year}-{day}" for year in YEARS for day in ("01-01", "01-02", "01-03", "12-29", "12-30", "12-31")]
CALENDAR = np.busdaycalendar(holidays=CLOSED)


def next_workday(day: np.ndarray) -> np.ndarray:
    """Return the days given, or the first open day after them; NaT stays.

    Examples
    --------
    >>> next_workday(np.array(["2022-12-29", "2023-01-04", "NaT"], dtype="datetime64[D]"))
    array(['2023-01-04', '2023-01-04',        'NaT'], dtype='datetime64[D]')
    """
    return np.busday_offset(day, 0, roll="forward", busdaycal=CALENDAR)


def last_workday(day: np.ndarray) -> np.ndarray:
    """Return the days given, or the last open day before them; NaT stays.

    Examples
    --------
    >>> last_workday(np.array(["2023-01-03", "2023-01-08", "NaT"], dtype="datetime64[D]"))
    array(['2022-12-28', '2023-01-06',        'NaT'], dtype='datetime64[D]')
    """
    return np.busday_offset(day, 0, roll="backward", busdaycal=CALENDAR)


def workday_late_in_month(month_end: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Return an open day of the month's last ten, by uniforms `u`; never after its end."""
    day = next_workday(month_end - np.floor(10 * u).astype("timedelta64[D]"))
    return np.where(day <= month_end, day, last_workday(month_end))
