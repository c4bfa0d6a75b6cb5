"""chABSA: sentences of Japanese securities reports, good or bad news, read by what a survey taught.

What is measured, and on what, stands in docs/benchmarks.md.
"""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import watchers
from benchmarks.differences import difference_records
from intake.contracts import TableError
from models.notes.level_reader import LevelReader
from models.notes.text_reader import TextReader
from models.records import Record, measure

SET = "chabsa"
FILES = ("train.tsv", "test.tsv")
OWN = "ridge on train.tsv"


def run(
    data: Path,
    *,
    seed: int,
    num_threads: int,
    progress: Callable[[int, int, str], None],
    n_resamples: int = 500,
) -> list[Record]:
    """Read the sentences with what was learned from the survey alone, and of the test with their own train.

    Parameters
    ----------
    data : Path
        Folder with ``chabsa`` and ``economy_watchers``.
    """
    rows = read_rows(data)
    what = "chabsa: readers"
    progress(0, 2, what)
    survey, _, _ = watchers.cut(watchers.read_rows(data))
    learned = LevelReader.fit(survey["comment"], survey["level"], seed=seed)
    progress(1, 2, what)
    own = TextReader.fit(*(rows.loc[rows["file"] == FILES[0], name] for name in ("text", "label")), seed=seed)
    texts = rows["text"]
    scores = {
        "majority": np.zeros(len(rows)),
        **{name: read(texts) for name, read in watchers.BY_WORDS.items()},
        watchers.LEARNED: learned.read(texts),
        OWN: own.read(texts),
    }
    test = (rows["file"] == FILES[1]).to_numpy()
    records: list[Record] = []
    for split, at in (("all sentences", np.ones(len(rows), dtype=bool)), ("test.tsv", test)):
        here = {name: score[at] for name, score in scores.items() if at is test or name != OWN}
        y, sentences = rows["label"].to_numpy()[at], texts.to_numpy()[at]
        where = {"benchmark": "chabsa", "data": "sentences", "split": split}
        rest = {"n_resamples": n_resamples, "seed": seed}
        records += measure(y, here, sentences, ["auc"], **where, **rest)
        for other in (watchers.WORDS, watchers.DICTIONARY, *([OWN] if at is test else [])):
            pair = [(name, here[name]) for name in (watchers.LEARNED, other)]
            records += difference_records(y, *pair, sentences, ["auc"], **where, **rest)
    progress(2, 2, what)
    return records


def read_rows(data: Path) -> pd.DataFrame:
    """Return text, label (1 is positive) and file, in the files' order; of train, texts of test are left out.

    Raises
    ------
    TableError
        If a file is not there, or a label is neither 0 nor 1.
    """
    parts = []
    for name in FILES:
        path = Path(data) / SET / name
        if not path.is_file():
            raise TableError(SET, f"no file {path}")
        raw = pd.read_csv(path, sep="\t", header=None, quoting=csv.QUOTE_NONE, usecols=[0, 1], dtype="str")
        raw.columns = ["text", "label"]
        bad = ~raw["label"].isin(["0", "1"])
        if bad.any():
            at = int(np.argmax(bad))
            raise TableError(SET, f"{raw['label'].iloc[at]!r} in {name}", column="label", key=f"{at}")
        parts.append(raw.assign(label=raw["label"].astype("float64"), file=name))
    parts[0] = parts[0][~parts[0]["text"].isin(parts[1]["text"])]
    return pd.concat(parts, ignore_index=True)
