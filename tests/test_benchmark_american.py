from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import american, american_fit
from benchmarks.american_rows import ITEMS
from models.records import FIELDS


def make_windows(n_firms: int = 150, seed: int = 0) -> pd.DataFrame:
    """Firms over five years; the weaker the margin the sooner the failure."""
    rng = np.random.default_rng(seed)
    firms = []
    for i in range(n_firms):
        split = "train" if i < 100 else "validation" if i < 125 else "test"
        last = int(rng.integers(2003, 2012)) if split == "train" else 2013
        weak = rng.random() < 0.4
        assets = np.exp(rng.normal(4, 1)) * np.exp(np.cumsum(rng.normal(0, 0.1, 5)))
        margin = rng.normal(-0.05 if weak else 0.05, 0.2, 5)
        items = {name: assets * rng.uniform(0.05, 0.3, 5) for name in ITEMS}
        items |= {
            "total_assets": assets,
            "net_sales": assets,
            "ebit": assets * margin,
            "net_income": assets * margin,
        }
        items["total_liabilities"] = assets * (0.75 if weak else 0.6) * rng.uniform(0.6, 1.3)
        years = np.arange(last - 4, last + 1)
        rows = pd.DataFrame(items).assign(
            firm_id=f"F{i:04d}", fyear=years, split=split, status=int(weak), total_revenue=assets
        )
        firms += [rows.tail(window).assign(window=window) for window in (3, 4, 5)]
    return pd.concat(firms, ignore_index=True)


def write(folder: Path, windows: pd.DataFrame) -> Path:
    target = folder / "american_bankruptcy"
    target.mkdir(parents=True)
    is_test = windows["split"] == "test"
    windows[~is_test].to_parquet(target / "windows_train_validation.parquet")
    if is_test.any():
        windows[is_test].to_parquet(target / "windows_test.parquet")
    return folder


def run(data: Path) -> list[dict]:
    return american.run(
        data, seed=1, num_threads=1, progress=lambda done, total, what: None, trials=1, n_resamples=10
    )


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("long"):  # runs at full size
        return
    monkeypatch.setattr(american_fit, "SEEDS", 1)
    monkeypatch.setattr(american_fit, "ROUNDS", 20)
    monkeypatch.setattr(american_fit, "FOLDS", 2)


def test_records_of_all_splits_and_windows_share_the_schema(tmp_path: Path) -> None:
    records = run(write(tmp_path, make_windows()))
    assert all(tuple(row) == FIELDS for row in records)
    assert {(row["data"], row["split"]) for row in records} == {
        (f"{years}-year windows", split)
        for years in (3, 4, 5)
        for split in ("train, 5 folds by firm", "validation", "test")
    }
    counts = {row["split"]: row["n"] for row in records}
    assert counts == {"train, 5 folds by firm": 100, "validation": 25, "test": 25}
    published = [
        row["reference"] for row in records if row["model"] == american.PLAIN and row["split"] == "test"
    ]
    assert [value for value in published if value is not None] == [0.874, 0.253, 0.877, 0.381]


def test_without_test_windows_only_train_and_validation_are_judged(tmp_path: Path) -> None:
    windows = make_windows()
    records = run(write(tmp_path, windows[windows["split"] != "test"]))
    assert {row["split"] for row in records} == {"train, 5 folds by firm", "validation"}


def test_neither_the_year_nor_total_revenue_is_a_feature(tmp_path: Path) -> None:
    windows = make_windows()
    before = run(write(tmp_path / "a", windows))
    moved = windows.assign(fyear=windows["fyear"] + 1, total_revenue=7.0)
    assert run(write(tmp_path / "b", moved)) == before


def test_the_correction_of_the_prior_moves_the_intercept_and_not_the_slope(tmp_path: Path) -> None:
    windows = make_windows()
    # of the test's failed firms all but three are dropped: another share than in training
    failed = windows.loc[(windows["split"] == "test") & (windows["status"] == 1), "firm_id"].unique()
    records = run(write(tmp_path, windows[~windows["firm_id"].isin(failed[3:])]))
    found = {
        (row["model"], row["metric"]): row["value"]
        for row in records
        if row["split"] == "test" and row["data"] == "3-year windows"
    }
    slope, moved = (found[model, "calibration_slope"] for model in ("yocho", american.CORRECTED))
    assert moved == pytest.approx(slope, rel=1e-6)
    intercepts = [found[model, "calibration_intercept"] for model in ("yocho", american.CORRECTED)]
    assert intercepts[0] < intercepts[1]


@pytest.mark.long
def test_better_than_the_plain_model_on_the_public_validation(public_data: Path) -> None:
    records = american.run(public_data, seed=1, num_threads=1, progress=lambda *_: None)
    verdicts = {
        row["data"]: row["reference"]
        for row in records
        if row["split"] == "validation" and row["metric"] == "auc" and " less " in row["model"]
    }
    assert verdicts == {f"{years}-year windows": "better" for years in (3, 4, 5)}
