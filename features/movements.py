"""How an amount moved: change on the year before, over the years, over the same months of two years."""

import numpy as np

from features.ratios import PCT, divide

YEAR = 12
FEWEST_PAIRS = 9  # months of a year that must be known in both years to speak of a year's growth
SHORTEST_GAP_DAYS, LONGEST_GAP_DAYS = 270, 460  # a "year before": nine to fifteen months apart
DAYS_PER_YEAR = 365.25


def year_before(values: np.ndarray, closing_end: np.ndarray) -> np.ndarray:
    """Return the value (n,) of the closing before the latest, NaN where it is not about a year older.

    A closing that is missing in between, or a changed closing month with a short year, would make the change
    another thing than a year's.

    Parameters
    ----------
    values : (n, closings) float64
    closing_end : (n, closings) datetime64[D], NaT where there is none

    Examples
    --------
    >>> ends = np.array([["2023-03-31", "2024-03-31"], ["2022-03-31", "2024-03-31"]], dtype="datetime64[D]")
    >>> year_before(np.array([[7.0, 8.0], [7.0, 8.0]]), ends).tolist()
    [7.0, nan]
    """
    gap = closing_end[:, -1] - closing_end[:, -2]
    days = np.where(np.isnat(gap), 0, gap.astype("timedelta64[D]").astype(np.int64))
    a_year = (days >= SHORTEST_GAP_DAYS) & (days <= LONGEST_GAP_DAYS)
    return np.where(a_year, values[:, -2], np.nan)


def change_pct(now: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Return now ÷ before − 1 in per cent (n,); NaN unless `before` is known and positive.

    Examples
    --------
    >>> change_pct(np.array([90.0, 90.0]), np.array([100.0, -100.0])).round(6).tolist()
    [-10.0, nan]
    """
    return (divide(now, before).value - 1.0) * PCT


def slope(values: np.ndarray, at: np.ndarray, *, at_least: int) -> np.ndarray:
    """Return the least-squares slope (n,) of `values` over `at`, NaN with fewer than `at_least` known points.

    Parameters
    ----------
    values : (n, k) float64
    at : (n, k) or (k,) float64
        When each value stands, in the unit the slope is per; NaN where `values` is.
    at_least : int
        Fewest known points, 2 or more.

    Examples
    --------
    >>> slope(np.array([[1.0, 3.0, 5.0], [1.0, np.nan, 5.0]]), np.arange(3.0), at_least=3).tolist()
    [2.0, nan]
    >>> slope(np.array([[1.0]]), np.array([0.0]), at_least=1)
    Traceback (most recent call last):
    ValueError: a slope needs at least 2 points, not 1
    """
    if at_least < 2:
        raise ValueError(f"a slope needs at least 2 points, not {at_least}")
    at = np.broadcast_to(at, values.shape)
    known = ~(np.isnan(values) | np.isnan(at))
    count = known.sum(axis=1)
    x, y = np.where(known, at, 0.0), np.where(known, values, 0.0)
    safe_count = np.maximum(count, 1)
    x = np.where(known, x - (x.sum(axis=1) / safe_count)[:, None], 0.0)
    y = np.where(known, y - (y.sum(axis=1) / safe_count)[:, None], 0.0)
    spread = (x * x).sum(axis=1)
    enough = (count >= at_least) & (spread > 0)
    return np.divide((x * y).sum(axis=1), spread, out=np.full(len(values), np.nan), where=enough)


def closing_years(closing_end: np.ndarray) -> np.ndarray:
    """Return when each closing stands, in years relative to the latest (n, closings): 0, −1, …; NaN for NaT.

    Examples
    --------
    >>> closing_years(np.array([["2023-03-31", "2024-03-31"]], dtype="datetime64[D]")).round(2).tolist()
    [[-1.0, 0.0]]
    """
    gap = closing_end - closing_end[:, -1:]
    return np.where(np.isnat(gap), np.nan, gap.astype("timedelta64[D]").astype(np.float64) / DAYS_PER_YEAR)


def trailing_sum(monthly: np.ndarray, months: int, *, ending: int = 0) -> np.ndarray:
    """Return the sum (n,) of `months` months, the last one `ending` months back; NaN unless all known.

    Examples
    --------
    >>> months = np.array([[1.0, 2.0, 3.0, 4.0], [1.0, 2.0, np.nan, 4.0]])
    >>> trailing_sum(months, 2).tolist(), trailing_sum(months, 2, ending=2).tolist()
    ([7.0, nan], [3.0, 3.0])
    """
    width = monthly.shape[1]
    return monthly[:, width - ending - months : width - ending].sum(axis=1)


def on_year_before(monthly: np.ndarray, months: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the sums (n,) of the last `months` months and of the same months a year before.

    The same calendar months on both sides: seasons cancel out, and so does a bookkeeper's habit of leaving
    depreciation and stock-taking to the closing month.
    """
    return trailing_sum(monthly, months), trailing_sum(monthly, months, ending=YEAR)


def growth_12m_pct(monthly: np.ndarray) -> np.ndarray:
    """Return the growth of the last 12 months on the 12 before, in per cent (n,), over months known in both.

    A month that one year lacks is left out of the other too, so that like is compared with like; NaN with
    fewer than `FEWEST_PAIRS` months.

    Examples
    --------
    >>> months = np.array([[100.0] * 12 + [90.0] * 12])
    >>> months[0, -1] = np.nan
    >>> growth_12m_pct(months).round(6).tolist()
    [-10.0]
    """
    now, before = monthly[:, -YEAR:], monthly[:, -2 * YEAR : -YEAR]
    both = ~(np.isnan(now) | np.isnan(before))
    change = change_pct(np.where(both, now, 0.0).sum(axis=1), np.where(both, before, 0.0).sum(axis=1))
    return np.where(both.sum(axis=1) >= FEWEST_PAIRS, change, np.nan)
