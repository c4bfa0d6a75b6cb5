"""Labels: one firm's life by hand, every rule by hand, and all of them against a plain loop over firms."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.cohorts import STATUSES, as_of_dates, is_complete, label_cohort, label_cohorts

RULES = {"horizon_months": 12, "reporting_lag_months": 3}


def table(rows, columns):
    frame = pd.DataFrame(rows, columns=columns)
    dates = [name for name in columns if name.endswith("_date")]
    return frame.astype(dict.fromkeys(dates, "datetime64[ms]") | {"firm_id": "str"})


def firms(*rows):
    return table(rows, ["firm_id", "known_date"])


def events(*rows):
    return table(rows, ["firm_id", "kind", "event_date", "known_date"]).astype({"kind": "str"})


def life(firm_events, as_of, cutoff="2030-12-31", known="2015-01-01"):
    rows = [("a", *event) for event in firm_events]
    frame = label_cohort(firms(("a", known)), events(*rows), as_of, label_cutoff_date=cutoff, **RULES)
    return frame.iloc[0]


# One firm's life; M J S D are the cohorts of March, June, September, December:
#
#   2018       2019       2020       2021       2022
#   M J S D    M J S D    M J S D    M J S D    M
#   --K--------------------r----------------X----B--
#
# K: known from 2018-05-10
# r: rescheduled on 2020-02-10, between the cohorts of 2019-12 and 2020-03
# X: 90 days overdue on 2021-11-20, known on 2021-12-05: the default
# B: bankrupt on 2022-03-15
LIFE = [
    ("rescheduling", "2020-02-10", "2020-02-28"),
    ("overdue_90d", "2021-11-20", "2021-12-05"),
    ("bankruptcy", "2022-03-15", "2022-03-20"),
]
EXPECTED = {
    "2018-03-31": None,  # not known yet
    "2018-06-30": ("labelled", 0.0, 0.0),  # window to 2019-06-30: nothing
    "2019-03-31": ("labelled", 0.0, 1.0),  # window to 2020-03-31 holds the rescheduling
    "2019-12-31": ("labelled", 0.0, 1.0),
    "2020-03-31": ("labelled", 0.0, 0.0),  # the rescheduling is past: a feature now, no label
    "2020-09-30": ("labelled", 0.0, 0.0),  # window to 2021-09-30 ends before the default
    "2020-12-31": ("labelled", 1.0, 0.0),  # window to 2021-12-31 holds it
    "2021-09-30": ("labelled", 1.0, 0.0),
    "2021-12-31": ("in_default", None, None),  # out for good
    "2022-03-31": ("in_default", None, None),
}


@pytest.mark.parametrize("as_of", EXPECTED)
def test_one_firms_life(as_of):
    frame = label_cohort(
        firms(("a", "2018-05-10")),
        events(*[("a", *event) for event in LIFE]),
        as_of,
        label_cutoff_date="2030-12-31",
        **RULES,
    )
    if EXPECTED[as_of] is None:
        assert frame.empty
        return
    row = frame.iloc[0]
    status, label, rescheduled = EXPECTED[as_of]
    assert row["status"] == status
    assert np.array_equal(
        [row["label"], row["rescheduled"]], np.array([label, rescheduled], float), equal_nan=True
    )
    failed = status == "in_default" or label == 1
    assert row["default_date"] == pd.Timestamp("2021-11-20") if failed else pd.isna(row["default_date"])
    assert row["default_kind"] == "overdue_90d" if failed else pd.isna(row["default_kind"])


def test_the_window_is_open_on_the_left_and_closed_on_the_right():
    # as of 2020-06-30, window (2020-06-30, 2021-06-30]
    assert life([("bankruptcy", "2020-06-30", "2020-07-01")], "2020-06-30")["status"] == "in_default"
    assert life([("bankruptcy", "2020-07-01", "2020-07-01")], "2020-06-30")["label"] == 1
    assert life([("bankruptcy", "2021-06-30", "2021-07-01")], "2020-06-30")["label"] == 1
    assert life([("bankruptcy", "2021-07-01", "2021-07-01")], "2020-06-30")["label"] == 0
    # month ends stay month ends through February: (2019-02-28, 2020-02-29]
    assert life([("bankruptcy", "2020-02-29", "2020-03-01")], "2019-02-28")["label"] == 1


def test_only_what_is_known_by_the_cutoff_counts():
    event = ("subrogation", "2021-03-10", "2021-10-01")
    assert life([event], "2020-06-30", cutoff="2021-10-01")["label"] == 1
    assert life([event], "2020-06-30", cutoff="2021-09-30")["label"] == 0  # window + 3 months had passed
    # a default reported only after the as-of date still takes the firm out: it was failing, no survivor
    late = ("overdue_90d", "2020-06-10", "2020-07-20")
    assert life([late], "2020-06-30")["status"] == "in_default"
    assert life([late], "2020-06-30", cutoff="2020-07-19")["status"] == "censored_open"


def test_an_open_window_gives_nobody_a_label_however_much_is_known():
    known = firms(*[(firm, "2015-01-01") for firm in "abcd"])
    happened = events(
        ("a", "overdue_90d", "2020-08-01", "2020-08-02"),  # defaulted early in the window, known at once
        ("b", "paid_off", "2020-09-01", "2020-09-02"),
        ("c", "overdue_90d", "2020-05-01", "2020-05-02"),
    )
    frame = label_cohort(known, happened, "2020-06-30", label_cutoff_date="2021-09-29", **RULES)
    assert frame["status"].tolist() == ["censored_open", "censored_open", "in_default", "censored_open"]
    assert frame[["label", "rescheduled"]].isna().all(axis=None)
    assert frame.loc[frame["status"] == "censored_open", "default_date"].isna().all()
    whole = label_cohort(known, happened, "2020-06-30", label_cutoff_date="2021-09-30", **RULES)
    assert whole["status"].tolist() == ["labelled", "censored_left", "in_default", "labelled"]
    assert np.array_equal(whole["label"], [1, np.nan, np.nan, 0], equal_nan=True)


def test_a_leaver_is_no_survivor():
    default = ("bankruptcy", "2021-02-15", "2021-02-20")
    assert life([("paid_off", "2021-02-14", "2021-02-14")], "2020-06-30")["status"] == "censored_left"
    assert (
        life([("paid_off", "2021-02-14", "2021-02-14"), default], "2020-06-30")["status"] == "censored_left"
    )
    assert (
        life([("paid_off", "2021-02-15", "2021-02-15"), default], "2020-06-30")["label"] == 1
    )  # the same day
    assert life([("paid_off", "2021-02-16", "2021-02-16"), default], "2020-06-30")["label"] == 1
    assert life([("paid_off", "2021-07-01", "2021-07-01")], "2020-06-30")["label"] == 0  # watched to the end


def test_a_leaver_of_old_is_out_unless_the_firms_table_tells_of_it_again():
    left = events(("a", "paid_off", "2019-05-20", "2019-05-31"))
    gone = label_cohort(
        firms(("a", "2015-01-01")), left, "2020-06-30", label_cutoff_date="2022-12-31", **RULES
    )
    assert gone["status"].tolist() == ["gone"]
    back = firms(("a", "2015-01-01"), ("a", "2020-04-01"))
    rows = {
        day: label_cohort(back, left, day, label_cutoff_date="2022-12-31", **RULES)
        for day in ("2020-03-31", "2020-06-30")
    }
    assert rows["2020-03-31"]["status"].tolist() == ["gone"]
    assert rows["2020-06-30"]["status"].tolist() == ["labelled"]


def test_rescheduling_counts_while_the_firm_is_watched():
    eased = ("rescheduling", "2020-12-10", "2020-12-11")
    assert life([eased, ("paid_off", "2021-01-05", "2021-01-05")], "2020-06-30")["rescheduled"] == 1
    assert np.isnan(life([("paid_off", "2020-12-01", "2020-12-01"), eased], "2020-06-30")["rescheduled"])
    assert life([("overdue_90d", "2020-12-01", "2020-12-01"), eased], "2020-06-30")["rescheduled"] == 0
    assert life([("overdue_90d", "2020-12-20", "2020-12-20"), eased], "2020-06-30")["rescheduled"] == 1


def test_on_one_day_the_first_step_of_the_ladder_names_the_default():
    day = ("2021-02-15", "2021-02-20")
    row = life([("bankruptcy", *day), ("overdue_90d", *day)], "2020-06-30")
    assert row["default_kind"] == "overdue_90d"


KINDS = ["overdue_90d", "subrogation", "bankruptcy", "rescheduling", "paid_off", "dressing_confirmed"]
days = st.integers(0, 1200).map(lambda n: pd.Timestamp("2019-01-01") + pd.Timedelta(days=n))
happenings = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(KINDS), days, st.integers(0, 200)), max_size=8
)


def plain_label(firm, rows, as_of, window_end, cutoff, complete):
    """Follow the rules with one firm at a time and no table."""
    seen = [(kind, day) for f, kind, day, known in rows if f == firm and known <= cutoff]
    defaults = sorted(day for kind, day in seen if kind in ("overdue_90d", "subrogation", "bankruptcy"))
    if defaults and defaults[0] <= as_of:
        return "in_default", None
    if any(kind == "paid_off" and day <= as_of for kind, day in seen):
        return "gone", None
    if not complete:
        return "censored_open", None
    left = sorted(day for kind, day in seen if kind == "paid_off" and as_of < day <= window_end)
    fails = [day for day in defaults if day <= window_end and not (left and left[0] < day)]
    if fails:
        return "labelled", 1.0
    return ("censored_left", None) if left else ("labelled", 0.0)


@settings(max_examples=50, deadline=None)  # a busy machine is no failure
@given(happenings, st.sampled_from(["2019-12-31", "2020-06-30"]), days)
def test_labels_are_those_of_a_plain_loop(happened, as_of, cutoff):
    as_of = pd.Timestamp(as_of)
    rows = [(f, kind, day, day + pd.Timedelta(days=late)) for f, kind, day, late in happened]
    known = firms(*[(firm, "2015-01-01") for firm in "abc"])
    frame = label_cohort(known, events(*rows), as_of, label_cutoff_date=cutoff, **RULES)
    assert frame["firm_id"].tolist() == ["a", "b", "c"]
    complete = as_of + pd.offsets.MonthEnd(15) <= cutoff
    for firm, status, label in zip("abc", frame["status"], frame["label"], strict=True):
        window_end = as_of + pd.offsets.MonthEnd(12)
        expected, value = plain_label(firm, rows, as_of, window_end, cutoff, complete)
        assert status == expected
        assert label == value if value is not None else np.isnan(label)
        assert status in STATUSES


@settings(max_examples=50, deadline=None)  # a busy machine is no failure
@given(happenings, st.integers(0, 7), days)
def test_an_event_known_after_the_cutoff_has_no_effect(happened, which, cutoff):
    rows = [(f, kind, day, day + pd.Timedelta(days=late)) for f, kind, day, late in happened]
    known = firms(*[(firm, "2015-01-01") for firm in "abc"])
    moved = [(*row[:3], cutoff + pd.Timedelta(days=1)) if i == which else row for i, row in enumerate(rows)]
    without = [row for i, row in enumerate(rows) if i != which]
    frames = [
        label_cohort(known, events(*part), "2019-12-31", label_cutoff_date=cutoff, **RULES)
        for part in (moved, without)
    ]
    pd.testing.assert_frame_equal(*frames)


def test_cohorts_of_several_dates_stand_sorted_under_one_another():
    known = firms(("b", "2019-01-01"), ("a", "2020-05-01"))
    frame = label_cohorts(
        known, events(), ["2020-06-30", "2020-03-31"], label_cutoff_date="2030-12-31", **RULES
    )
    assert list(zip(frame["as_of_date"].dt.strftime("%Y-%m"), frame["firm_id"], strict=True)) == [
        ("2020-03", "b"),
        ("2020-06", "a"),
        ("2020-06", "b"),
    ]
    assert str(frame["as_of_date"].dtype) == str(frame["default_date"].dtype) == "datetime64[ms]"


def test_as_of_dates_are_month_ends_on_the_anchor():
    dates = as_of_dates("2019-11-15", "2020-12-31", every_months=3, anchor_month=2)
    assert [str(date.date()) for date in dates] == [
        "2019-11-30",
        "2020-02-29",
        "2020-05-31",
        "2020-08-31",
        "2020-11-30",
    ]
    assert as_of_dates("2020-01-01", "2020-03-30", every_months=12, anchor_month=3) == []
    with pytest.raises(ValueError, match="anchor_month must lie in"):
        as_of_dates("2020-01-01", "2020-12-31", every_months=3, anchor_month=0)


def test_complete_to_the_day():
    # 2020-02-29 + 12 + 3 months = 2021-05-31
    assert is_complete("2020-02-29", label_cutoff_date="2021-05-31", **RULES)
    assert not is_complete("2020-02-29", label_cutoff_date="2021-05-30", **RULES)


def test_refusals():
    with pytest.raises(ValueError, match="2020-06-29 is not the last day of a month"):
        life([], "2020-06-29")
    with pytest.raises(ValueError, match="horizon must be positive"):
        label_cohort(
            firms(),
            events(),
            "2020-06-30",
            horizon_months=0,
            reporting_lag_months=0,
            label_cutoff_date="2022-01-01",
        )
