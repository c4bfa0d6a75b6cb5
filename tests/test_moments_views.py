"""The views say of each firm what the raw tables say, known by the day; only members are seen."""

import numpy as np
import pandas as pd
import pytest

from intake.store import read_table
from pipelines.moments.views import RULES, all_views, quarters
from simulator.portfolio import simulate

DAYS = quarters("2016-12-31", "2019-12-31")
DAY = pd.Timestamp("2018-09-30")


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    folder = tmp_path_factory.mktemp("views")
    simulate(folder, firms=90, months=60, seed=4, chunk_firms=50, notes=False)
    return folder


@pytest.fixture(scope="module")
def views(raw):
    return all_views(raw, DAYS)


def latest(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    known = frame[frame["known_date"] <= DAY].sort_values("known_date")
    return known.drop_duplicates(key, keep="last")


def of_day(views: pd.DataFrame) -> pd.DataFrame:
    return views[views["as_of_date"] == DAY].set_index("firm_id")


def test_guarantees_are_those_with_a_balance_known_by_the_day(raw, views):
    now = of_day(views)
    held = latest(read_table(raw / "guarantees"), "guarantee_id")
    held = held[held["balance"] > 0].groupby("firm_id")
    expected = held["balance"].agg(["size", "sum"]).reindex(now.index).fillna(0)

    assert (now["guarantees"] == expected["size"]).all()
    assert (now["balance_yen"] == expected["sum"]).all()
    assert now["guarantees"].sum() > 40
    general = latest(read_table(raw / "guarantees"), "guarantee_id")
    general = general.loc[(general["balance"] > 0) & (general["scheme"] == "general"), "firm_id"]
    assert set(now.index[now["scheme_general"]]) == set(general) & set(now.index)


def test_the_closing_is_the_latest_known_and_its_ratio_follows(raw, views):
    now = of_day(views)
    books = read_table(raw / "statements")
    annual = books[(books["kind"] == "annual") & (books["known_date"] <= DAY)]
    ends = annual.groupby("firm_id")["period_end"].max().reindex(now.index)

    assert (now["closing_end"] == ends).all()
    ours = annual[annual["source_actor"] == "association"].sort_values("known_date")
    ours = ours.drop_duplicates(["firm_id", "period_end"], keep="last").set_index(["firm_id", "period_end"])
    found = ours.reindex(pd.MultiIndex.from_arrays([now.index, ends]))
    expected = 100 * found["net_assets"].to_numpy() / found["total_assets"].to_numpy()
    known = ~np.isnan(expected)
    assert known.sum() > 40
    np.testing.assert_allclose(now["equity_ratio_pct"].to_numpy()[known], expected[known])


def test_relief_lasts_a_year_and_arrears_until_they_are_cleared(raw, views):
    now = of_day(views)
    events = read_table(raw / "events")
    eased = events[(events["kind"] == "rescheduling") & (events["known_date"] <= DAY)]
    eased = eased[eased["event_date"] > pd.Timestamp("2017-09-30")]
    assert set(now.index[now["is_eased"]]) == set(eased["firm_id"]) & set(now.index)

    arrears = read_table(raw / "arrears").assign(
        key=lambda rows: rows["firm_id"] + rows["kind"] + rows["from_date"].astype("str")
    )
    open_ = latest(arrears, "key")
    open_ = open_[~(open_["cleared_date"] <= DAY)]
    assert set(now.index[now["in_arrears"]]) == set(open_["firm_id"]) & set(now.index)


def test_only_members_are_seen_and_late_windows_have_no_label(raw, views):
    events = read_table(raw / "events")
    failed = events[events["kind"].isin(["overdue_90d", "bankruptcy", "subrogation"])]
    first = failed.groupby("firm_id")["event_date"].min()
    seen = views.merge(first.rename("failed_on"), left_on="firm_id", right_index=True)
    assert (seen["failed_on"] > seen["as_of_date"]).all()

    labelled = views.dropna(subset="label")["as_of_date"].max()
    assert labelled == DAYS[-1] - pd.offsets.MonthEnd(sum(RULES.values()))
    positive = views[views["label"] == 1]
    assert len(positive) > 0
    ahead = positive["firm_id"].map(first) - positive["as_of_date"]
    assert ahead.dt.days.between(1, 366).all()


def test_workers_and_chunks_change_nothing(raw, views, tmp_path):
    pd.testing.assert_frame_equal(all_views(raw, DAYS, workers=2), views)
    simulate(tmp_path, firms=90, months=60, seed=4, chunk_firms=90, notes=False)
    pd.testing.assert_frame_equal(all_views(tmp_path, DAYS), views)
