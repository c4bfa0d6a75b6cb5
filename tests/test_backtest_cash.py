"""The backtest of projected cash: rows by hand, and that it runs on a portfolio."""

import numpy as np
import pandas as pd
import pytest

from intake.store import chunk_names
from pipelines import backtest_variants as variants
from pipelines import build_features
from pipelines.backtest_cash import backtest, joined
from pipelines.backtest_tables import (
    WARNINGS,
    Backtest,
    coverage_table,
    error_table,
    first_thin,
    thin_table,
    trouble_table,
)
from pipelines.build_features import cash_errors, days_of_errors
from pipelines.params import ParamsError

REST = {"n_resamples": 20, "seed": 1}
LEVELS = ("ledger", "monthly", "annual")


def rows(firms: int = 30) -> Backtest:
    """Return each level's firms with 1, 2 … months of sales; every third falls to 0.2 in month 4."""
    keys = pd.DataFrame({
        "as_of_date": pd.Timestamp("2024-03-31"),
        "firm_id": [f"{level}-{n:02d}" for level in LEVELS for n in range(firms)],
        "level": np.repeat(LEVELS, firms),
    })  # fmt: skip
    start = np.tile(np.arange(1.0, firms + 1), 3)[:, None]
    falls = np.tile(np.arange(firms) % 3 == 0, 3)[:, None]
    cash = np.where(falls & (np.arange(12) >= 3), 0.2, np.repeat(start, 12, axis=1))
    flat = np.repeat(start, 12, axis=1)
    forecasts = dict.fromkeys(WARNINGS, flat) | {"projected": cash, "p10": flat - 0.5, "p90": flat + 0.5}
    return Backtest(keys, cash, forecasts)


def lines_of(table: str, *begin: str) -> list[list[str]]:
    """Return the cells of the lines that begin so."""
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    return [line for line in lines if tuple(line[: len(begin)]) == begin]


def test_errors_and_coverage_by_hand():
    """In month 1 nothing has happened: no error. From month 4 on a third lies below P10."""
    errors = error_table(rows(), **REST)
    assert lines_of(errors, "ledger", "1")[0][2:5] == ["30", "0.00 [0.00, 0.00]", "0.00 [0.00, 0.00]"]
    assert len(lines_of(errors, "annual")) == 4
    covered = coverage_table(rows(), **REST)
    assert lines_of(covered, "monthly", "3")[0][3].startswith("100.0 ")
    within, below, above = lines_of(covered, "monthly", "6")[0][3:6]
    assert (within[:5], below[:5], above[:4]) == ("66.7 ", "33.3 ", "0.0 ")


def test_who_runs_thin_is_foretold_by_the_forecast_that_knows():
    table = thin_table(rows(), **REST)
    knows = lines_of(table, "ledger", "30", "10", "projected (nobody acts)")[0]
    assert [cell.split(" ")[0] for cell in knows[4:]] == ["10", "100.0", "100.0", "100.0"]
    assert lines_of(table, "ledger", "30", "10", "last balance")[0][4:6] == ["0", "–"]
    assert first_thin(np.array([[0.5, 0.49], [0.5, 0.5]])).tolist() == [2, 3]


def test_trouble_is_ranked_by_lowest_cash():
    some = rows()
    labels = some.keys[["as_of_date", "firm_id"]].assign(label=0.0, rescheduled=0.0)
    number = labels["firm_id"].str[-2:].astype(int)
    labels.loc[number % 3 == 0, "label"] = 1.0
    labels.loc[number == 1, "rescheduled"] = 1.0
    table = trouble_table(some, labels, **REST)
    default, either = lines_of(table, "ledger")
    assert (default[2:4], either[2:4]) == (["30", "10"], ["30", "11"])
    assert default[4].startswith("1.000 ")  # all that fall lie below all that do not
    # nobody is projected below 0
    assert (default[-3][:4], default[-2]) == ("0.0 ", "–")


def test_rows_without_an_outcome_are_left_out():
    some = rows()
    some.cash[:5, 0] = np.nan
    assert len(some.of_level("ledger").measurable(1).cash) == 25
    assert len(joined([some, some]).cash) == 180


@pytest.mark.xdist_group("small_run")
def test_it_runs_on_a_portfolio_and_says_what_it_is(small_run):
    page = backtest(small_run.root)
    assert page.startswith("Simulated data: ")
    for title in ("Closing cash", "P10 to P90", "runs thin", "Trouble", "Other ways"):
        assert title in page


@pytest.mark.xdist_group("small_run")
def test_a_backtest_without_a_run_says_what_to_do(tmp_path, small_run):
    (tmp_path / "params.yaml").write_text((small_run.root / "params.yaml").read_text(encoding="utf-8"))
    with pytest.raises(ParamsError, match="make run"):
        backtest(tmp_path)


def test_errors_are_of_the_days_whose_months_the_last_days_panel_shows():
    days = list(pd.date_range("2015-03-31", "2021-03-31", freq="QE"))
    kept = days_of_errors(days)
    assert (kept[0], kept[-1]) == (pd.Timestamp("2018-06-30"), pd.Timestamp("2021-03-31"))
    assert days_of_errors(days[-1:]) == days[-1:]


@pytest.mark.xdist_group("small_run")
def test_bands_see_nothing_that_was_not_known_at_the_end_of_training(small_run, monkeypatch):
    paths = small_run.paths
    chunk = chunk_names(paths.interim)[0]
    days = list(pd.date_range("2019-06-30", "2020-06-30", freq="QE"))
    found = cash_errors(paths, days, chunk)
    assert len(found) > 1000

    read = build_features.chunk_tables

    def known(paths, name):
        return {table: frame[frame["known_date"] <= days[-1]] for table, frame in read(paths, name).items()}

    monkeypatch.setattr(build_features, "chunk_tables", known)
    pd.testing.assert_frame_equal(cash_errors(paths, days, chunk), found)


@pytest.mark.xdist_group("small_run")
def test_variants_fit_a_season_of_mean_one_and_shares(small_run):
    interim = small_run.paths.interim
    day = pd.Timestamp("2020-06-30")
    fitted = variants.fit([variants.sums_of(interim, day, chunk) for chunk in chunk_names(interim)])
    assert all(season.mean() == pytest.approx(1) for season in fitted.season.values())
    assert all(0 <= share <= 1 for share in fitted.hazard)
    assert fitted.hazard[0] > 0.8  # most of what is due is paid in its month
