"""Splits of time: dates listed by hand, the gaps as an invariant, firms held out by a stable hash."""

import json
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.time_splits import Splits, draw_splits, fold_of_firm, place_of_firm


def yearly(first, last):
    return pd.date_range(f"{first}-03-31", f"{last}-03-31", freq="12ME")


def text(dates):
    return [f"{date:%Y-%m}" for date in dates]


def test_quarterly_dates_by_hand():
    # cutoff 2022-06-30: a cohort + 12 + 3 months must not lie after it, so 2021-03 is the last complete one.
    # test 2020-06..2021-03; calibration ends 12 months before 2020-06: 2018-09..2019-06; train ends 2017-09
    dates = pd.date_range("2016-03-31", "2022-06-30", freq="QE")
    splits = draw_splits(
        dates,
        horizon_months=12,
        test_months=12,
        calibration_months=12,
        reporting_lag_months=3,
        label_cutoff_date="2022-06-30",
    )
    assert text(splits.test) == ["2020-06", "2020-09", "2020-12", "2021-03"]
    assert text(splits.calibration) == ["2018-09", "2018-12", "2019-03", "2019-06"]
    assert text(splits.train) == ["2016-03", "2016-06", "2016-09", "2016-12", "2017-03", "2017-06", "2017-09"]
    assert splits.train_end == pd.Timestamp("2017-09-30")


def test_ten_yearly_dates_give_one_date_each_to_test_and_calibration():
    splits = draw_splits(yearly(2010, 2019), horizon_months=12, test_months=12, calibration_months=12)
    assert text(splits.test) == ["2019-03"]
    assert text(splits.calibration) == ["2018-03"]
    assert text(splits.train) == [f"{year}-03" for year in range(2010, 2018)]
    # a horizon of two years leaves one date out on each side
    splits = draw_splits(yearly(2010, 2019), horizon_months=24, test_months=12, calibration_months=24)
    assert text(splits.test) == ["2019-03"]
    assert text(splits.calibration) == ["2016-03", "2017-03"]
    assert text(splits.train) == [f"{year}-03" for year in range(2010, 2015)]


def test_the_reach_of_training_can_be_limited():
    splits = draw_splits(
        yearly(2010, 2019), horizon_months=12, test_months=12, calibration_months=12, train_months=36
    )
    assert text(splits.train) == ["2015-03", "2016-03", "2017-03"]


@given(
    st.sampled_from([1, 3, 6, 12]),
    st.integers(6, 60),
    st.integers(1, 24),
    st.integers(1, 24),
    st.integers(1, 24),
    st.integers(0, 6),
)
def test_no_two_splits_look_at_the_same_months(every, count, horizon, test, calibration, lag):
    dates = pd.date_range("2010-12-31", periods=count, freq=f"{every}ME")
    cutoff = dates[-1]
    try:
        splits = draw_splits(
            dates,
            horizon_months=horizon,
            test_months=test,
            calibration_months=calibration,
            reporting_lag_months=lag,
            label_cutoff_date=cutoff,
        )
    except ValueError:
        assume(False)
    parts = [splits.train, splits.calibration, splits.test]
    assert all(parts)
    for earlier, later in pairwise(parts):
        assert earlier[-1] + pd.offsets.MonthEnd(horizon) <= later[0]
    assert splits.test[-1] + pd.offsets.MonthEnd(horizon + lag) <= cutoff
    assert len(splits.test) <= -(-test // every)
    assert set().union(*parts) <= set(dates)


def test_splits_survive_json_and_name_each_date():
    splits = draw_splits(yearly(2010, 2019), horizon_months=24, test_months=12, calibration_months=12)
    assert Splits.from_dict(json.loads(json.dumps(splits.to_dict()))) == splits
    named = [splits.split_of(date) for date in yearly(2014, 2019)]
    assert named == ["train", "train", None, "calibration", None, "test"]


@pytest.mark.parametrize(
    ("first", "message"),
    [
        (2018, "no date is left for training: 2 complete dates from 2018-03-31 to 2019-03-31"),
        (2019, "no date is left for calibration"),
        (2017, "only 1 of 2 training dates are left"),
    ],
)
def test_too_few_dates_are_refused(first, message):
    with pytest.raises(ValueError, match=message):
        draw_splits(
            yearly(first, 2019), horizon_months=12, test_months=12, calibration_months=12, min_train_dates=2
        )


def test_other_refusals():
    rules = {"horizon_months": 12, "test_months": 12, "calibration_months": 12}
    with pytest.raises(ValueError, match="none of the 3 dates is complete by 2010-06-30"):
        draw_splits(yearly(2010, 2012), label_cutoff_date="2010-06-30", **rules)
    with pytest.raises(ValueError, match="test_months must be positive"):
        draw_splits(yearly(2010, 2019), **rules | {"test_months": 0})
    with pytest.raises(ValueError, match="no as-of dates"):
        draw_splits([], **rules)
    with pytest.raises(ValueError, match="2010-03-30 is not the last day"):
        draw_splits(["2010-03-30"], **rules)


def test_a_firm_keeps_its_place_whoever_else_is_there():
    ids = np.array([f"{i:08d}" for i in range(5_000)])
    held = fold_of_firm(ids, seed=3, share=0.2)
    assert held.dtype == bool
    assert abs(held.mean() - 0.2) < 0.02  # standard deviation .0057
    assert np.array_equal(fold_of_firm(ids[::7], seed=3, share=0.2), held[::7])
    assert np.array_equal(fold_of_firm(np.repeat(ids[:9], 3), seed=3, share=0.2), np.repeat(held[:9], 3))
    assert not fold_of_firm(ids, seed=3, share=0).any()
    assert fold_of_firm(ids, seed=3, share=1).all()
    # a larger share adds firms and takes none away; another seed deals anew
    assert (fold_of_firm(ids, seed=3, share=0.3) >= held).all()
    assert abs((held & fold_of_firm(ids, seed=4, share=0.2)).mean() - 0.04) < 0.01


def test_places_never_change_between_versions():
    # printf 1:00000001 | b2sum -l 64 gives 810647cb12a76377; its upper 53 bits over 2^53
    assert place_of_firm(["00000001"], seed=1)[0] == (0x810647CB12A76377 >> 11) / 2**53
    with pytest.raises(ValueError, match="row 1 has no firm_id"):
        place_of_firm(["a", None], seed=1)
