from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import polish
from intake.contracts import TableError
from models.records import FIELDS


def make_file(n: int, columns: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(n, columns)), columns=[f"Attr{i + 1}" for i in range(columns)])
    frame["class"] = (rng.random(n) < 1 / (1 + np.exp(2 - 2 * frame["Attr1"]))).astype(int)
    return frame


def write(folder: Path, **files: pd.DataFrame) -> Path:
    (folder / "polish_bankruptcy").mkdir(parents=True)
    for name, frame in files.items():
        frame.to_parquet(folder / "polish_bankruptcy" / f"{name}.parquet")
    return folder


def run(data: Path) -> list[dict]:
    return polish.run(data, seed=1, num_threads=1, progress=lambda done, total, what: None, n_resamples=10)


def test_every_file_and_the_way_across_files(tmp_path: Path) -> None:
    data = write(
        tmp_path,
        year1=make_file(300, 64, 1),
        year2_48_ratios=make_file(300, 48, 2),
        year4=make_file(300, 64, 4),
        year5=make_file(200, 64, 5),
    )
    records = run(data)
    assert all(tuple(row) == FIELDS for row in records)
    assert {row["data"] for row in records if row["split"] == polish.HELD_OUT} == {
        "year1",
        "year2 (48 ratios)",
        "year4",
        "year5",
    }
    across = {row["split"]: row["n"] for row in records if row["data"] == polish.ACROSS}
    assert across == {"year4": 300, "year5": 200, "year4 + year5": 500}
    references = {
        (row["data"], row["split"]): row["reference"]
        for row in records
        if row["model"] == "yocho" and row["metric"] == "auc"
    }
    assert references["year1", polish.HELD_OUT] == 0.960
    assert references[polish.ACROSS, "year4 + year5"] == 0.769
    assert references[polish.ACROSS, "year5"] is None


def test_exact_duplicates_are_dropped(tmp_path: Path) -> None:
    once = make_file(100, 5, 1)
    twice = pd.concat([once, once.head(30)], ignore_index=True)
    assert len(polish.read_files(write(tmp_path, year3=twice))[3]) == 100


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["year1", "year1_48_ratios"], "two files of year 1"),
        (["yearly"], "no number in the name of yearly.parquet"),
        ([], "no yearN"),
    ],
)
def test_files_that_cannot_be_told_apart(tmp_path: Path, names: list[str], message: str) -> None:
    data = write(tmp_path, **{name: make_file(20, 3, 1) for name in names})
    with pytest.raises(TableError, match=message):
        polish.read_files(data)


def test_a_file_without_label_is_named(tmp_path: Path) -> None:
    data = write(tmp_path, year1=make_file(20, 3, 1).drop(columns="class"))
    with pytest.raises(TableError, match=r"column class.*year1\.parquet"):
        polish.read_files(data)


def test_public_files_have_the_rows_of_the_set(public_data: Path) -> None:
    # 7,027 and 5,910 rows less exact duplicates
    files = polish.read_files(public_data)
    assert {year: (len(files[year]), int(files[year]["class"].sum())) for year in (1, 5)} == {
        1: (6945, 271),
        5: (5850, 408),
    }


@pytest.mark.long
def test_published_means_come_out_within_their_spread(public_data: Path) -> None:
    records = run(public_data)
    found = {
        row["data"]: row["value"] for row in records if (row["model"], row["metric"]) == ("yocho", "auc")
    }
    # published .960 and .958, with spreads of .012 to .020 over ten hold-outs
    assert found["year1"] == pytest.approx(0.960, abs=0.012)
    assert found["year5"] == pytest.approx(0.958, abs=0.012)
