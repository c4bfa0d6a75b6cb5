from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import spain
from benchmarks.spain_firms import find_firms
from intake.contracts import TableError
from models.records import FIELDS


def make_rows(n_firms: int = 80, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    weak = rng.random(n_firms) < 0.4
    fails = np.where(weak, rng.integers(2000, 2004, n_firms), 9999)
    birth = rng.integers(1950, 1998, n_firms)
    years = []
    for year in range(1998, 2004):
        rows = pd.DataFrame(rng.normal(size=(n_firms, len(spain.RATIOS))), columns=list(spain.RATIOS))
        rows["DEBT_RATIO"] += 2 * weak
        for name in spain.COUNTS:
            rows[name] = rng.integers(0, 3, n_firms)
        rows = rows.assign(
            YEAR=year,
            AGE=year - birth,
            SIZE="small",
            SOCIAL_CODE="Co",
            LINKED_GROUP="no",
            DELAY_ACCOUNTS="no",
            AUDITED="no",
            AUDITORS_OPINION="nothing",
            PROVINCE_CODE=np.arange(n_firms) % 50,
            NUMBER_PARTNERS=np.arange(n_firms) % 7,
            BANKRUPTCY=np.where(year >= fails, "YES", "NO"),
        )
        years.append(rows)
    return pd.concat(years, ignore_index=True)


def write(folder: Path, rows: pd.DataFrame) -> Path:
    (folder / spain.SET).mkdir(parents=True)
    rows.to_csv(folder / spain.SET / spain.FILE, sep=";", index=False)
    return folder


def run(data: Path) -> list[dict]:
    return spain.run(data, seed=1, num_threads=1, progress=lambda done, total, what: None, n_resamples=10)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spain, "SEEDS", 1)
    monkeypatch.setattr(spain, "ROUNDS", 10)
    monkeypatch.setattr(spain, "FOLDS", 2)


def test_records_share_the_schema_and_stand_beside_published_figures(tmp_path: Path) -> None:
    rows = make_rows()
    records = run(write(tmp_path, rows))
    assert all(tuple(row) == FIELDS for row in records)
    assert {(row["data"], row["split"]) for row in records} == {
        (name, split) for name in spain.SETS for split in spain.SPLITS
    }
    found = {
        (row["data"], row["split"], row["metric"]): row["reference"]
        for row in records
        if row["model"] == "yocho"
    }
    assert found["both", "test 2003", "auc"] == 0.881
    assert found["both", "test 2003, by models without the firm", "auc"] is None
    before = rows.loc[(rows["YEAR"] == 2002) & (rows["BANKRUPTCY"] == "YES")]
    fresh = {
        row["n"] for row in records if row["split"] == "test 2003, not bankrupt before, without the firm"
    }
    assert fresh == {80 - len(before)}


def test_a_firm_judged_without_itself_does_not_depend_on_its_past(tmp_path: Path) -> None:
    rows = spain.read_rows(write(tmp_path / "a", make_rows()))
    firm = int(rows.loc[rows["YEAR"] == 2003, "firm_id"].iloc[0])
    past = (rows["firm_id"] == firm) & (rows["YEAR"] < 2003)
    changed = rows.assign(
        label=rows["label"].mask(past, 1 - rows["label"]), DEBT_RATIO=rows["DEBT_RATIO"].mask(past, -99.0)
    )
    columns = list(spain.RATIOS)
    at = rows.loc[rows["YEAR"] == 2003, "firm_id"].to_numpy() == firm
    for sees_firm in (False, True):
        scores = [
            spain._score_last_year(frame, columns, sees_firm=sees_firm, seed=1, num_threads=1)["yocho"][at][0]
            for frame in (rows, changed)
        ]
        assert (scores[0] != scores[1]) == sees_firm


def test_the_province_is_no_feature(tmp_path: Path) -> None:
    rows = make_rows()
    moved = rows.assign(PROVINCE_CODE=50 - rows["PROVINCE_CODE"])
    assert run(write(tmp_path / "a", rows)) == run(write(tmp_path / "b", moved))


def test_a_level_that_is_not_known_is_named(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="column SIZE: unknown level 'huge'"):
        spain.read_rows(write(tmp_path, make_rows().assign(SIZE="huge")))


def test_firms_are_found_where_years_lack_some() -> None:
    rows = make_rows(n_firms=40).assign(truth=np.tile(np.arange(40), 6))
    rng = np.random.default_rng(1)
    kept = rows[(rows["YEAR"] == 2003) | (rng.random(len(rows)) < 0.9)].reset_index(drop=True)
    assert (find_firms(kept) == kept["truth"].to_numpy()).all()


def test_public_set_follows_484_firms_and_12_of_34_failed_before(public_data: Path) -> None:
    rows = spain.read_rows(public_data)
    assert rows["firm_id"].nunique() == 484
    assert not rows.duplicated(["firm_id", "YEAR"]).any()
    failed = rows[rows["label"] == 1]
    now = set(failed.loc[failed["YEAR"] == 2003, "firm_id"])
    before = set(failed.loc[failed["YEAR"] < 2003, "firm_id"])
    assert (len(now), len(now & before), before - now) == (34, 12, set())


def test_published_figures_come_out_within_the_interval(
    public_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spain, "ROUNDS", 100)
    published = 0
    for row in spain.run(public_data, seed=1, num_threads=1, progress=lambda *_: None, n_resamples=50):
        if isinstance(row["reference"], float):
            published += 1
            assert row["low"] <= row["reference"] <= row["high"], row
    assert published == 6
