"""Inner folds of tuning: later dates judge earlier ones, and no firm judges itself."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.time_splits import place_of_firm

log = logging.getLogger(__name__)

_FEWEST_GROUPS = 3  # of firms, so that a fold trains on two thirds of them at least


@dataclass(frozen=True)
class Fold:
    """Positions of a fold's rows."""

    train: np.ndarray
    valid: np.ndarray


def _blocks(dates: np.ndarray, folds: int, horizon_months: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return each fold's (train dates, valid dates); none where some fold would have no training date."""
    later = np.array_split(np.arange(dates.size)[dates.size // 2 :], folds)
    parts = []
    for block in later:
        if not block.size:
            return []
        first = pd.Timestamp(dates[block[0]])
        train = [date for date in dates if pd.Timestamp(date) + pd.offsets.MonthEnd(horizon_months) <= first]
        if not train:
            return []
        parts.append((np.array(train), dates[block]))
    return parts


def inner_folds(
    as_of_dates: Sequence[pd.Timestamp] | np.ndarray,
    firm_ids: Sequence[str] | np.ndarray,
    y: np.ndarray,
    *,
    folds: int,
    horizon_months: int,
    seed: int,
) -> list[Fold]:
    """Divide training rows into folds, the one of the latest dates first.

    The later half of the dates is cut into `folds` blocks. Fold k judges one group of firms on block k and
    trains on all other firms on dates at least one horizon earlier. Where the dates are too few for that,
    folds are groups of firms alone, over all dates, and a warning says so.

    Parameters
    ----------
    as_of_dates, firm_ids, y : (n,)
        Date, firm and label (0, 1) of each training row.
    folds : int
        2 or more.
    horizon_months : int
        Length of the gap.
    seed : int
        Of the hash that groups firms.

    Returns
    -------
    list of Fold
        Positions of training and validation rows, rising.

    Raises
    ------
    ValueError
        When a part of a fold lacks one of the labels, or `folds` is below 2.

    Examples
    --------
    Eight yearly dates, two folds: the later half is 2014-15 and 2016-17, judged by models that saw up to 2015
    and 2013.

    >>> dates = np.repeat(pd.date_range("2010-03-31", "2017-03-31", freq="12ME"), 30)
    >>> firms = np.tile([f"{i:03d}" for i in range(30)], 8)
    >>> made = inner_folds(dates, firms, np.arange(240) % 2, folds=2, horizon_months=12, seed=1)
    >>> [[f"{dates[part].min().year}-{dates[part].max().year}" for part in (f.train, f.valid)] for f in made]
    [['2010-2015', '2016-2017'], ['2010-2013', '2014-2015']]
    >>> inner_folds(dates, firms, np.zeros(240), folds=2, horizon_months=12, seed=1)
    Traceback (most recent call last):
    ValueError: fold 1 of 2: training rows hold 0 positives of ...; take fewer folds or more data
    """
    if folds < 2:
        raise ValueError(f"folds must be 2 or more, got {folds}")
    y = np.asarray(y, dtype=np.float64)
    stamps = pd.DatetimeIndex(as_of_dates)
    dates = np.sort(stamps.unique())
    groups = max(folds, _FEWEST_GROUPS)
    blocks = _blocks(dates, folds, horizon_months)
    if not blocks:
        log.warning(
            "%d dates are too few for %d inner folds with a gap of %d months: grouped by firm alone",
            dates.size,
            folds,
            horizon_months,
        )
        groups, blocks = folds, [(dates, dates)] * folds
    group = np.floor(place_of_firm(firm_ids, seed=seed) * groups).astype(int)
    made = []
    for k in reversed(range(folds)):
        train_dates, valid_dates = blocks[k]
        train = np.flatnonzero((group != k) & stamps.isin(train_dates))
        valid = np.flatnonzero((group == k) & stamps.isin(valid_dates))
        for name, part in (("training", train), ("validation", valid)):
            positives = int(y[part].sum())
            if not 0 < positives < part.size:
                raise ValueError(
                    f"fold {folds - k} of {folds}: {name} rows hold {positives} positives of {part.size}; "
                    "take fewer folds or more data"
                )
        made.append(Fold(train, valid))
    return made
