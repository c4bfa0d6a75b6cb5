"""Trade credit without due items: how many months of billing a balance is, and when billing turns to cash."""

import numpy as np

from features.cash_flow.axis import FIRST, MOST_LAG, PAST, WIDTH


def count_back(balance: np.ndarray, billed: np.ndarray, age_months: np.ndarray) -> np.ndarray:
    """Return of how many of the latest months' bills each balance is made up.

    Counted back from the balance's month: all of that month's bills are open, then all of the month before,
    and so on; of the last month it reaches a part. Right for a firm with a season, where balance ÷ mean
    sales is not.

    Parameters
    ----------
    balance : (F,) float64, yen
        Unknown and negative ones count as 0.
    billed : (F, WIDTH) float64, yen
        Bills of each month of the axis.
    age_months : (F,) float64
        Months from the balance to the as-of month; where NaN or above 24 the answer is 0.

    Returns
    -------
    (F,) float64
        From 0 to 6 months. What is older than six months' bills is not counted on: it seldom comes.

    Raises
    ------
    ValueError
        If `billed` does not have the axis' months.

    Examples
    --------
    >>> billed = np.full((3, WIDTH), 100.0)
    >>> billed[1, -FIRST] = 200.0  # month 0
    >>> count_back(np.array([250.0, 250.0, 900.0]), billed, np.zeros(3)).tolist()
    [2.5, 1.5, 6.0]
    >>> count_back(np.array([250.0]), billed[:1, :5], np.zeros(1))
    Traceback (most recent call last):
    ValueError: bills of 49 months are wanted, not of 5
    """
    if billed.shape[1] != WIDTH:
        raise ValueError(f"bills of {WIDTH} months are wanted, not of {billed.shape[1]}")
    known = age_months <= PAST
    last = -np.where(known, age_months, 0).astype(np.int64) - FIRST
    left = np.where(known, np.maximum(np.nan_to_num(balance), 0.0), 0.0)
    found = np.zeros(len(billed))
    for back in range(MOST_LAG):
        bills = np.take_along_axis(billed, (last - back)[:, None], axis=1)[:, 0]
        # a month without bills is passed over whole while something is left
        part = np.divide(left, bills, out=(left > 0).astype(np.float64), where=bills > 0)
        found += np.minimum(part, 1.0)
        left = np.maximum(left - np.maximum(bills, 0.0), 0.0)
    return found


def turned_to_cash(billed: np.ndarray, lag_months: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return when bills are paid that are open for so many months.

    Parameters
    ----------
    billed : (F, WIDTH) float64, yen
    lag_months : (F,) float64
        From `count_back`: 2.5 means that half of a month's bills is paid after two months, half after three;
        just so a balance of 2.5 months' bills stays one.

    Returns
    -------
    at_once, later : (F, WIDTH) float64, yen
        Cash in each month: of that month's own bills, and of earlier ones. Months whose bills would lie
        before the axis have none.

    Raises
    ------
    ValueError
        If a lag is not from 0 to 6.

    Examples
    --------
    >>> billed = np.arange(float(WIDTH))[None, :]
    >>> at_once, later = turned_to_cash(billed, np.array([0.25]))
    >>> at_once[0, -1].item(), later[0, -1].item(), billed[0, -2:].tolist()
    (36.0, 11.75, [47.0, 48.0])
    >>> turned_to_cash(billed, np.array([7.0]))
    Traceback (most recent call last):
    ValueError: a lag must be from 0 to 6 months, not 7.0
    """
    outside = ~((lag_months >= 0) & (lag_months <= MOST_LAG))
    if outside.any():
        raise ValueError(f"a lag must be from 0 to {MOST_LAG} months, not {lag_months[outside][0]}")
    whole = np.floor(lag_months).astype(np.int64)
    part = (lag_months - whole)[:, None]

    def shifted(months: np.ndarray) -> np.ndarray:
        place = np.arange(WIDTH) - months[:, None]
        return np.where(place >= 0, np.take_along_axis(billed, np.maximum(place, 0), axis=1), 0.0)

    sooner, later = (1 - part) * shifted(whole), part * shifted(whole + 1)
    own_month = (whole == 0)[:, None]
    return np.where(own_month, sooner, 0.0), later + np.where(own_month, 0.0, sooner)
