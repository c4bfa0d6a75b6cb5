"""Inner folds: nobody judges itself, and later dates judge earlier ones."""

import logging

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.folds import inner_folds


def rows(dates, firms=60):
    stamps = np.repeat(np.asarray(dates), firms)
    ids = np.tile([f"{i:08d}" for i in range(firms)], len(dates))
    return stamps, ids, np.arange(stamps.size) % 3 == 0


@settings(max_examples=40)
@given(st.integers(1, 24), st.sampled_from([3, 12]), st.integers(2, 4), st.integers(0, 5))
def test_no_firm_and_no_month_on_both_sides(count, every, folds, seed):
    stamps, ids, y = rows(pd.date_range("2010-03-31", periods=count, freq=f"{every}ME"))
    made = inner_folds(stamps, ids, y, folds=folds, horizon_months=12, seed=seed)
    assert len(made) == folds
    judged = np.concatenate([np.unique(ids[fold.valid]) for fold in made])
    assert np.unique(judged).size == judged.size  # each firm is judged in one fold at most
    alone = any(stamps[fold.train].max() >= stamps[fold.valid].min() for fold in made)
    for fold in made:
        assert not set(ids[fold.train]) & set(ids[fold.valid])
        assert (np.diff(fold.train) > 0).all()
        assert (np.diff(fold.valid) > 0).all()
        if not alone:
            gap_end = pd.Timestamp(stamps[fold.train].max()) + pd.offsets.MonthEnd(12)
            assert gap_end <= pd.Timestamp(stamps[fold.valid].min())
    if every == 12 and count >= 2 * folds:
        assert not alone


def test_dates_by_hand_latest_fold_first():
    # 12 quarters 2015-03..2017-12; the later half 2016-09..2017-12 in two blocks of three. The block from
    # 2016-09 trains on what lies 12 months before it, up to 2015-09; that from 2017-06 up to 2016-06
    stamps, ids, y = rows(pd.date_range("2015-03-31", periods=12, freq="QE"))
    made = inner_folds(stamps, ids, y, folds=2, horizon_months=12, seed=0)
    spans = [
        [
            f"{pd.Timestamp(day):%Y-%m}"
            for part in (fold.train, fold.valid)
            for day in (stamps[part].min(), stamps[part].max())
        ]
        for fold in made
    ]
    assert spans == [
        ["2015-03", "2016-06", "2017-06", "2017-12"],
        ["2015-03", "2015-09", "2016-09", "2017-03"],
    ]


def test_too_few_dates_fall_back_to_firms_and_say_so(caplog):
    stamps, ids, y = rows(pd.date_range("2015-03-31", periods=4, freq="QE"))
    with caplog.at_level(logging.WARNING):
        made = inner_folds(stamps, ids, y, folds=3, horizon_months=12, seed=0)
    assert "4 dates are too few for 3 inner folds with a gap of 12 months" in caplog.text
    assert sum(fold.valid.size for fold in made) == stamps.size  # every row is judged once
    assert all(fold.train.size + fold.valid.size == stamps.size for fold in made)


def test_refusals():
    stamps, ids, y = rows(pd.date_range("2015-03-31", periods=12, freq="QE"))
    with pytest.raises(ValueError, match="fold 1 of 2: training rows hold 0 positives"):
        inner_folds(stamps, ids, np.zeros(y.size), folds=2, horizon_months=12, seed=0)
    with pytest.raises(ValueError, match="folds must be 2 or more"):
        inner_folds(stamps, ids, y, folds=1, horizon_months=12, seed=0)
