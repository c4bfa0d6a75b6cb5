"""Days on which Japanese banks are closed, and the bank days around them.

Saturdays, Sundays, public holidays and December 31 to January 3: Banking Act art. 15 and its order art. 5
[found: orangeline-law.jp, which quotes both]. A claim that falls due on such a day is paid on the next bank
day (Civil Code art. 142); notes too (Bills Act art. 72) [own knowledge, verify].
"""

from datetime import date
from functools import cache

import jpholiday
import numpy as np

from features.per_firm import DAY

# jpholiday is checked against the Cabinet Office's list to 2026; after that equinoxes are computed
FIRST_YEAR, LAST_YEAR = 1955, 2099
YEAR_END = ("12-31", "01-01", "01-02", "01-03")


@cache
def bank_holidays(year: int) -> tuple[date, ...]:
    """Return a year's bank holidays other than weekends, in order; one may fall on a weekend.

    Raises
    ------
    ValueError
        If the year lies outside 1955 to 2099.

    Examples
    --------
    >>> [f"{day:%m-%d}" for day in bank_holidays(2025)][:6]
    ['01-01', '01-02', '01-03', '01-13', '02-11', '02-23']
    >>> bank_holidays(2100)
    Traceback (most recent call last):
    ValueError: bank holidays are known from 1955 to 2099, not in 2100
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"bank holidays are known from {FIRST_YEAR} to {LAST_YEAR}, not in {year}")
    public = {day for day, _ in jpholiday.year_holidays(year)}
    return tuple(sorted(public | {date.fromisoformat(f"{year}-{day}") for day in YEAR_END}))


@cache
def _calendar(first_year: int, last_year: int) -> np.busdaycalendar:
    holidays = [day for year in range(first_year, last_year + 1) for day in bank_holidays(year)]
    return np.busdaycalendar(holidays=np.array(holidays, dtype=DAY))


def _roll(days: np.ndarray, roll: str) -> np.ndarray:
    days = np.asarray(days, dtype=DAY)
    there = days[~np.isnat(days)]
    if not there.size:
        return days.copy()
    first, last = (int(str(day)[:4]) for day in (there.min(), there.max()))
    for year in (first, last):
        bank_holidays(year)  # refuses years that nothing is known of
    # a year more on either side: January 1 goes back into it, December 31 on
    calendar = _calendar(max(first - 1, FIRST_YEAR), min(last + 1, LAST_YEAR))
    return np.busday_offset(days, 0, roll=roll, busdaycal=calendar)


def next_bank_day(days: np.ndarray) -> np.ndarray:
    """Return the days given, or the first bank day after each.

    Parameters
    ----------
    days : (...) datetime64
        NaT stays NaT.

    Returns
    -------
    (...) datetime64[D]

    Raises
    ------
    ValueError
        If a day lies outside 1955 to 2099.

    Examples
    --------
    >>> next_bank_day(np.array(["2025-05-31", "2024-12-31", "NaT"], dtype="datetime64[D]"))
    array(['2025-06-02', '2025-01-06',        'NaT'], dtype='datetime64[D]')
    >>> next_bank_day(np.array(["2199-12-31"], dtype="datetime64[D]"))
    Traceback (most recent call last):
    ValueError: bank holidays are known from 1955 to 2099, not in 2199
    """
    return _roll(days, "forward")


def previous_bank_day(days: np.ndarray) -> np.ndarray:
    """Return the days given, or the last bank day before each; else as `next_bank_day`.

    Examples
    --------
    >>> previous_bank_day(np.array(["2025-05-31", "2025-01-03"], dtype="datetime64[D]"))
    array(['2025-05-30', '2024-12-30'], dtype='datetime64[D]')
    >>> previous_bank_day(np.array(["1900-01-01"], dtype="datetime64[D]"))
    Traceback (most recent call last):
    ValueError: bank holidays are known from 1955 to 2099, not in 1900
    """
    return _roll(days, "backward")
