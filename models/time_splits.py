"""Which cohorts train, calibrate and test: pure arithmetic of dates, drawn before anything is fitted."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.cohorts import is_complete, month_end, months_later

SPLITS = ("train", "calibration", "test")


@dataclass(frozen=True)
class Splits:
    """As-of dates of the three splits, rising; between two of them lies a gap of one horizon."""

    train: tuple[pd.Timestamp, ...]
    calibration: tuple[pd.Timestamp, ...]
    test: tuple[pd.Timestamp, ...]
    horizon_months: int

    @property
    def train_end(self) -> pd.Timestamp:
        """The last training date: what is fitted beside the model sees nothing known later."""
        return self.train[-1]

    def split_of(self, as_of_date: str | pd.Timestamp) -> str | None:
        """Return "train", "calibration" or "test"; None for a date in a gap or outside."""
        date = month_end(as_of_date)
        return next((split for split in SPLITS if date in getattr(self, split)), None)

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON, dates as text."""
        dates = {name: [str(date.date()) for date in getattr(self, name)] for name in SPLITS}
        return dates | {"horizon_months": self.horizon_months}

    @classmethod
    def from_dict(cls, values: dict[str, object]) -> "Splits":
        """Build from `to_dict`'s values."""
        dates = {name: tuple(map(month_end, values[name])) for name in SPLITS}
        return cls(**dates, horizon_months=int(values["horizon_months"]))


def draw_splits(
    as_of_dates: Iterable[str | pd.Timestamp],
    *,
    horizon_months: int,
    test_months: int,
    calibration_months: int,
    reporting_lag_months: int = 0,
    label_cutoff_date: str | pd.Timestamp | None = None,
    train_months: int | None = None,
    min_train_dates: int = 1,
) -> Splits:
    """Split cohorts by date: train | gap | calibration | gap | test, counted back from the last complete one.

    Between the last date of one split and the first of the next lies at least one horizon, so that no two
    splits look at the same months for their labels, and a model is tested only on a time when every label it
    was trained on had come true. (Some of its last events may have been reported within the lag after that.)

    Parameters
    ----------
    as_of_dates : month ends
    horizon_months : int
        Length of the label's window, and of the gaps.
    test_months, calibration_months : int
        How far each reaches back from its last date: 12 holds four quarterly cohorts, one yearly.
    reporting_lag_months, label_cutoff_date : optional
        Dates whose window is not complete by the cutoff are left out; without a cutoff none is.
    train_months : int, optional
        How far training reaches back; all there is by default.
    min_train_dates : int
        Fewer training dates than this are refused.

    Raises
    ------
    ValueError
        When the dates are too few; the message says which part is left without one.

    Examples
    --------
    Eleven years of quarterly cohorts, 2014-03 to 2024-12, known up to the end of 2024. A window of 12 months
    and 3 months of reporting lag make 2023-09 the last complete cohort:

        test         2022-12 2023-03 2023-06 2023-09     12 months back from 2023-09
        gap          2022-03 ... 2022-09                 2021-12 + 12 months is the first test date
        calibration  2021-03 2021-06 2021-09 2021-12     12 months back from 2021-12
        gap          2020-06 ... 2020-12
        train        2014-03 ... 2020-03                 25 cohorts

    >>> dates = pd.date_range("2014-03-31", "2024-12-31", freq="QE")
    >>> rules = {"horizon_months": 12, "test_months": 12, "calibration_months": 12, "reporting_lag_months": 3}
    >>> splits = draw_splits(dates, label_cutoff_date="2024-12-31", **rules)
    >>> [f"{part[0]:%Y-%m} {part[-1]:%Y-%m}" for part in (splits.train, splits.calibration, splits.test)]
    ['2014-03 2020-03', '2021-03 2021-12', '2022-12 2023-09']
    >>> draw_splits(dates[:10], label_cutoff_date="2024-12-31", **rules)
    Traceback (most recent call last):
    ValueError: no date is left for training: 10 complete dates from 2014-03-31 to 2016-06-30; ...
    """
    for name, months in (
        ("horizon", horizon_months),
        ("test", test_months),
        ("calibration", calibration_months),
    ):
        if months < 1:
            raise ValueError(f"{name}_months must be positive, got {months}")
    dates = sorted({month_end(date) for date in as_of_dates})
    if not dates:
        raise ValueError("there are no as-of dates to split")
    complete = dates
    if label_cutoff_date is not None:
        window = {"horizon_months": horizon_months, "reporting_lag_months": reporting_lag_months}
        complete = [
            date for date in dates if is_complete(date, label_cutoff_date=label_cutoff_date, **window)
        ]
    if not complete:
        raise ValueError(
            f"none of the {len(dates)} dates is complete by {pd.Timestamp(label_cutoff_date).date()}: "
            f"{horizon_months} months of window, {reporting_lag_months} of reporting lag"
        )
    test = _last_months(complete, test_months)
    calibration = _last_months(_before(complete, test[0], horizon_months), calibration_months)
    train = _before(complete, calibration[0], horizon_months) if calibration else []
    if train_months is not None:
        train = _last_months(train, train_months)
    if len(train) < max(1, min_train_dates):
        left = f"no date is left for {'training' if calibration else 'calibration'}"
        if train:
            left = f"only {len(train)} of {min_train_dates} training dates are left"
        raise ValueError(
            f"{left}: {len(complete)} complete dates from {complete[0].date()} to {complete[-1].date()}; "
            f"test takes {test_months} months, calibration {calibration_months}, each gap {horizon_months}"
        )
    return Splits(tuple(train), tuple(calibration), tuple(test), horizon_months)


def _before(dates: Sequence[pd.Timestamp], first: pd.Timestamp, gap_months: int) -> list[pd.Timestamp]:
    """Return the dates that lie at least the gap before `first`."""
    return [date for date in dates if months_later(date, gap_months) <= first]


def _last_months(dates: Sequence[pd.Timestamp], months: int) -> list[pd.Timestamp]:
    """Return the dates of the last `months`, counted back from the last date."""
    return [date for date in dates if months_later(date, months) > dates[-1]]


def fold_of_firm(firm_ids: Sequence[str] | np.ndarray | pd.Series, *, seed: int, share: float) -> np.ndarray:
    """Return which rows belong to firms held out of training, (n,) bool.

    A firm's place comes from a hash of its id and the seed alone: it stays the same whoever else is in the
    portfolio, so a firm never wanders from the held-out side into training when others join.

    Examples
    --------
    >>> ids = [f"{i:08d}" for i in range(10_000)]
    >>> round(fold_of_firm(ids, seed=1, share=0.2).mean(), 2)
    np.float64(0.2)
    >>> fold_of_firm(ids, seed=1, share=20)
    Traceback (most recent call last):
    ValueError: share must lie in [0, 1], got 20
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share must lie in [0, 1], got {share}")
    return place_of_firm(firm_ids, seed=seed) < share


def place_of_firm(firm_ids: Sequence[str] | np.ndarray | pd.Series, *, seed: int) -> np.ndarray:
    """Return each row's place in [0, 1) by a stable hash of its firm, (n,) float64."""
    codes, firms = pd.factorize(pd.Series(firm_ids, dtype="str").to_numpy(dtype=object))
    if codes.size and codes.min() < 0:
        raise ValueError(f"row {int(np.argmin(codes))} has no firm_id")
    digests = (hashlib.blake2b(f"{seed}:{firm}".encode(), digest_size=8).digest() for firm in firms)
    # 53 bits: as many as a float64 below 1 holds exactly
    places = np.array([int.from_bytes(digest, "big") >> 11 for digest in digests], dtype=np.float64) / 2.0**53
    return places[codes] if codes.size else np.empty(0)
