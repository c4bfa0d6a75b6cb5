from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from benchmarks import watchers
from intake.contracts import TableError
from intake.store import write_table
from models.records import FIELDS

SUBJECTS = ("受注", "売上", "来客数", "販売量", "単価", "引き合い", "注文", "予約", "出荷", "生産")
MOVES = {
    "◎": "大幅に増加した",
    "○": "やや増えている",
    "□": "変わらない",
    "▲": "減っている",
    "×": "大幅に減少した",
}


def comments(months: list[str]) -> pd.DataFrame:
    """Return a comment of each subject and level for every month; `when` makes all texts different."""
    rows = [
        (month, f"地域{at % 4}", f"職種{at % 3}", judge, f"{month[:4]}年{month[4:]}月、{subject}は{move}。")
        for month in months
        for at, subject in enumerate(SUBJECTS)
        for judge, move in MOVES.items()
    ]
    return pd.DataFrame(rows, columns=list(watchers.COLUMNS))


def write(root: Path, rows: pd.DataFrame, name: str = "corporate_200001_202412.parquet") -> Path:
    write_table(rows, root / watchers.SET / name)
    return root


def run(data: Path, n_resamples: int = 10) -> list[dict]:
    return watchers.run(
        data, seed=1, num_threads=1, progress=lambda done, total, what: None, n_resamples=n_resamples
    )


def table(records: list[dict]) -> dict[tuple[str, str], dict]:
    return {(record["model"], record["metric"]): record for record in records}


YEARS = ["202211", "202312", "202401"]


def test_readers_learn_what_words_mean_and_stand_beside_lists_of_words(tmp_path: Path) -> None:
    records = run(write(tmp_path, comments(YEARS)))
    assert all(tuple(record) == FIELDS for record in records)
    found = table(records)
    for model in ("majority", *watchers.BY_WORDS, watchers.RIDGE, watchers.LEARNED):
        assert {metric for name, metric in found if name == model} == {"spearman", "macro_f1", "auc"}
    learned, majority = ((found[name, "spearman"]) for name in (watchers.LEARNED, "majority"))
    assert (learned["n"], learned["positives"], learned["split"]) == (50, 20, "test 2024-01 to 2024-01")
    assert learned["value"] > 0.97
    assert majority["value"] == 0
    assert found[watchers.LEARNED, "macro_f1"]["value"] == 1
    # one of five levels is said of all: its F1 is 2 * 10 / (10 + 50), that of the others 0
    assert found["majority", "macro_f1"]["value"] == pytest.approx(1 / 3 / 5)
    assert found[watchers.LEARNED, "auc"]["n"] == 40  # without the ten that see no change
    for a, b in watchers.PAIRS:
        one = found[f"{a} less {b}", "spearman"]
        assert one["value"] == pytest.approx(found[a, "spearman"]["value"] - found[b, "spearman"]["value"])
        assert one["reference"] in ("better", "worse", "no difference shown")


def test_lists_of_words_are_measured_as_they_stand(tmp_path: Path) -> None:
    rows = comments(YEARS)
    found = table(run(write(tmp_path, rows)))
    test = rows[rows["year_month"] >= "202401"]
    level = test["judge"].map(watchers.LEVELS)
    # the word list knows 増加 and 増え as better, 減少 and 減っ as worse: 1, 1, 0, -1, -1
    score = test["judge"].map({"◎": 1, "○": 1, "□": 0, "▲": -1, "×": -1})
    moved = level != 0
    expected = roc_auc_score(level[moved] > 0, score[moved])
    assert found[watchers.WORDS, "auc"]["value"] == pytest.approx(expected) == pytest.approx(1)


def test_scores_become_levels_by_a_straight_line() -> None:
    # scores 0, 1, 2 of levels -2, 0, 1: slope (2 + 0 + 1) / 2, through the means (1, -1/3), so 0, 1, 2 and 4
    # are -1.83, -.33, 1.17 and 4.17
    level = pd.Series([-2.0, 0.0, 1.0])
    assert watchers._nearest([0, 1, 2], level, np.array([0, 1, 2, 4])).tolist() == [-2, 0, 1, 2]
    assert watchers._nearest([5, 5, 5], level, np.array([5, 9])).tolist() == [0, 0]  # their mean, -.33


def test_a_text_of_the_past_is_not_read_again_whatever_its_stops_and_place(tmp_path: Path) -> None:
    rows = comments(["202311", "202401"])
    known = rows["comment"][0]  # of 2023-11
    again = pd.DataFrame(
        {"comment": [known, known.replace("、", "") + "（東京都）", f" {known}"], "year_month": "202402"}
    ).assign(region="地域0", industry_job="職種0", judge="×")
    data = write(tmp_path, pd.concat([rows, again], ignore_index=True))
    train, test, _ = watchers.cut(watchers.read_rows(data))
    assert (len(train), len(test)) == (50, 50)
    assert set(test["year_month"]) == {"202401"}


def test_later_files_are_the_test_once_they_are_there(tmp_path: Path) -> None:
    data = write(tmp_path, comments(["202312", "202401"]))
    write(tmp_path, comments(["202501", "202604"]), "corporate_202501_202604.parquet")
    train, test, split = watchers.cut(watchers.read_rows(data))
    assert split == "test 2025-01 to 2026-04"  # as the published figure names it
    assert sorted(set(train["year_month"])) == ["202312", "202401"]
    assert sorted(set(test["year_month"])) == ["202501", "202604"]
    found = table(run(data))
    assert found[watchers.RIDGE, "spearman"]["reference"] == 0.677
    assert found[watchers.RIDGE, "auc"]["reference"] == 0.969


def test_what_is_learned_does_not_hang_on_what_comes_after(tmp_path: Path) -> None:
    rows = comments(YEARS)
    turned = rows.assign(judge=rows["judge"].where(rows["year_month"] < "202401", "×"))
    fitted = [
        watchers.TextReader.fit(train["comment"], train["level"], seed=1).version
        for name, one in (("a", rows), ("b", turned))
        for train in [watchers.cut(watchers.read_rows(write(tmp_path / name, one)))[0]]
    ]
    assert fitted[0] == fitted[1]


def test_twins_are_the_same_words_of_others(tmp_path: Path) -> None:
    # units A, B, C say x with 1, -1, 0; A and B say y with 2 and 1; A says z twice, which is no twin.
    # Of x the mean of the others is -.5, .5, 0, of y 1, 2. Levels 1 -1 0 2 1 have ranks 3.5 1 2 5 3.5,
    # means -.5 .5 0 1 2 ranks 1 3 2 4 5; from their mean .5 -2 -1 2 .5 and -2 0 -1 1 2: products sum to
    # -1 + 0 + 1 + 2 + 1 = 3, squares to 9.5 and 10
    said = [
        ("A", "x", 1),
        ("B", "x", -1),
        ("C", "x", 0),
        ("A", "y", 2),
        ("B", "y", 1),
        ("A", "z", 0),
        ("A", "z", 1),
    ]
    rows = pd.DataFrame(said, columns=["unit", "plain", "level"]).astype({"level": "float64"})
    (found,) = watchers._twins(rows, {"n_resamples": 5, "seed": 1})
    assert found["n"] == 5
    assert found["value"] == pytest.approx(3 / np.sqrt(9.5 * 10))
    assert watchers._twins(rows[rows["plain"] == "z"], {"n_resamples": 5, "seed": 1}) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"judge": "?"}, "column judge, row 3: '\\?' of a comment"),
        ({"comment": None}, "column judge, row 3: '▲' of a comment"),
    ],
)
def test_what_cannot_be_read_is_named(change: dict, message: str, tmp_path: Path) -> None:
    rows = comments(["202312"])
    for name, value in change.items():
        rows.loc[3, name] = value
    with pytest.raises(TableError, match=message):
        watchers.read_rows(write(tmp_path, rows))


def test_a_missing_column_or_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="no file"):
        watchers.read_rows(tmp_path)
    write(tmp_path, comments(["202312"]).drop(columns="region"))
    with pytest.raises(TableError, match="region"):
        watchers.read_rows(tmp_path)
    write(tmp_path, comments(["202312"]))
    with pytest.raises(TableError, match="no comment after 202401"):
        watchers.cut(watchers.read_rows(tmp_path))


def test_on_a_sample_of_the_real_comments_learning_beats_words(public_data: Path, tmp_path: Path) -> None:
    file = public_data / watchers.SET / "corporate_200001_202412.parquet"
    if not file.is_file():
        pytest.skip(f"no {file.name}")
    rows = watchers.read_table(file, watchers.COLUMNS)
    late = rows[rows["year_month"].between("202001", "202412")].sample(6_000, random_state=1)
    found = table(run(write(tmp_path, late), n_resamples=100))
    assert found[f"{watchers.LEARNED} less {watchers.DICTIONARY}", "spearman"]["reference"] == "better"
    assert found[watchers.LEARNED, "spearman"]["low"] > 0.5
