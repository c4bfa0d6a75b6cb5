from pathlib import Path

import pandas as pd
import pytest

from benchmarks import chabsa, watchers
from intake.contracts import TableError
from intake.store import write_table
from models.records import FIELDS

SUBJECTS = ("受注", "売上", "来客数", "販売量", "単価", "引き合い", "注文", "予約", "出荷", "生産")


def write_survey(root: Path) -> None:
    rows = [
        (month, "関東", "小売", judge, f"{month}の{subject}は{move}。")
        for month in ("202311", "202312", "202401")
        for subject in SUBJECTS
        for judge, move in (("○", "増加した"), ("□", "変わらない"), ("×", "減少した"))
    ]
    write_table(
        pd.DataFrame(rows, columns=list(watchers.COLUMNS)),
        root / watchers.SET / "corporate_200001_202412.parquet",
    )


def write_sentences(root: Path, train: list[str], test: list[str]) -> Path:
    folder = root / chabsa.SET
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in zip(chabsa.FILES, (train, test), strict=True):
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return root


TRAIN = [
    f"{what}が{move}しました\t{label}" for what in SUBJECTS for move, label in (("増加", 1), ("減少", 0))
]
TEST = [f"{what}は{move}し\t{label}" for what in SUBJECTS[:5] for move, label in (("増加", 1), ("減少", 0))]


def test_the_survey_reads_the_reports_and_every_reader_stands_beside_it(tmp_path: Path) -> None:
    write_survey(tmp_path)
    data = write_sentences(tmp_path, TRAIN, TEST)
    records = chabsa.run(data, seed=1, num_threads=1, progress=lambda done, total, what: None, n_resamples=10)
    assert all(tuple(record) == FIELDS for record in records)
    found = {(record["split"], record["model"]): record for record in records}
    whole, test = (found[split, watchers.LEARNED] for split in ("all sentences", "test.tsv"))
    assert (whole["n"], whole["positives"], test["n"], test["positives"]) == (30, 15, 10, 5)
    assert whole["value"] == test["value"] == 1  # 増加 and 減少 mean what they mean in the survey
    assert found["test.tsv", "majority"]["value"] == 0.5
    assert found["test.tsv", chabsa.OWN]["value"] == 1
    assert ("all sentences", chabsa.OWN) not in found  # it has learned from them
    for other in (watchers.WORDS, watchers.DICTIONARY):
        assert ("all sentences", f"{watchers.LEARNED} less {other}") in found


def test_a_sentence_of_the_test_is_not_learned_from_and_marks_are_no_quotes(tmp_path: Path) -> None:
    data = write_sentences(tmp_path, ['"増加\t1', "同じ\t1", "減少\t0"], ["同じ\t1", "別\t0"])
    rows = chabsa.read_rows(data)
    assert rows.to_dict("list") == {
        "text": ['"増加', "減少", "同じ", "別"],
        "label": [1, 0, 1, 0],
        "file": ["train.tsv", "train.tsv", "test.tsv", "test.tsv"],
    }


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"no file .*train\.tsv"):
        chabsa.read_rows(tmp_path)
    write_sentences(tmp_path, ["増加\t1"], ["増加する\t1", "減少\t2"])
    with pytest.raises(TableError, match=r"column label, row 1: '2' in test\.tsv"):
        chabsa.read_rows(tmp_path)


def test_the_real_sentences_are_read_whole(public_data: Path) -> None:
    if not (public_data / chabsa.SET).is_dir():
        pytest.skip(f"no folder {chabsa.SET}")
    rows = chabsa.read_rows(public_data)
    assert set(rows["label"]) == {0, 1}
    assert rows["text"].notna().all()
    train, test = (set(rows.loc[rows["file"] == name, "text"]) for name in chabsa.FILES)
    assert train
    assert test
    assert not train & test
    # words alone tell good from bad news in part, in a domain they were not written for
    score = watchers.word_polarity(rows["text"])
    good, bad = score[rows["label"] == 1].mean(), score[rows["label"] == 0].mean()
    assert good > bad + 0.3
