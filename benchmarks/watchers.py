"""Economy Watchers Survey: comments with one of five levels, learned to a month and read after it.

What is measured, and on what, stands in docs/benchmarks.md.
"""

import logging
import re
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.differences import difference_records, verdict
from benchmarks.polarity import said_by_dictionary, said_by_keywords, word_polarity
from benchmarks.published import references
from intake.contracts import TableError
from intake.store import read_table
from models.graded import graded_intervals
from models.notes.level_reader import LevelReader
from models.notes.text_reader import TextReader
from models.notes.texts import checked_texts
from models.records import Record, measure, record

log = logging.getLogger(__name__)

SET = "economy_watchers"
FILES = "corporate_*.parquet"
COLUMNS = ("year_month", "region", "industry_job", "judge", "comment")
LEVELS = {"×": -2.0, "▲": -1.0, "□": 0.0, "○": 1.0, "◎": 2.0}
LATER = "202501"  # the test where comments of that month or later are there
LAST_YEAR = "202401"  # the test otherwise
RIDGE_FROM = "201501"
LEARNED, RIDGE = "reader of levels", "ridge, from 2015"
KEYWORDS, WORDS, DICTIONARY = "keyword list", "word list", "dictionary of notes"
BY_WORDS: Mapping[str, Callable[[Sequence[str]], np.ndarray]] = {  # nothing in them is learned
    KEYWORDS: said_by_keywords,
    WORDS: word_polarity,
    DICTIONARY: said_by_dictionary,
}
PAIRS = ((LEARNED, RIDGE), (LEARNED, DICTIONARY), (DICTIONARY, KEYWORDS))
LINED = 10_000  # comments that give lists of words their line to the levels


def run(
    data: Path,
    *,
    seed: int,
    num_threads: int,
    progress: Callable[[int, int, str], None],
    n_resamples: int = 500,
) -> list[Record]:
    """Train on comments up to a month, read the later ones.

    Parameters
    ----------
    data : Path
        Folder with ``economy_watchers``.
    """
    rows = read_rows(data)
    train, test, split = cut(rows)
    what = "watchers: readers"
    progress(0, 3, what)
    recent = train[train["year_month"] >= RIDGE_FROM]
    ridge = TextReader.fit(recent["comment"], recent["level"], seed=seed)
    progress(1, 3, what)
    learned = LevelReader.fit(train["comment"], train["level"], seed=seed)
    progress(2, 3, what)
    texts, most = test["comment"], float(train["level"].mode()[0])
    start = time.thread_time()
    shares = learned.shares(texts)
    spent = time.thread_time() - start
    log.info("%s: %.0f comments a second, one thread", LEARNED, len(texts) / spent)
    scores = {
        "majority": np.full(len(test), most),
        **{name: read(texts) for name, read in BY_WORDS.items()},
        RIDGE: ridge.read(texts),
        LEARNED: shares @ learned.levels,
    }
    lined = recent.sample(min(len(recent), LINED), random_state=seed)
    said = {
        "majority": scores["majority"],
        **{
            name: _nearest(read(lined["comment"]), lined["level"], scores[name])
            for name, read in BY_WORDS.items()
        },
        RIDGE: np.clip(np.round(scores[RIDGE]), -2, 2),
        LEARNED: learned.levels[shares.argmax(axis=1)],
    }
    where = {"benchmark": "watchers", "data": "comments of firms", "split": split}
    rest = {"n_resamples": n_resamples, "seed": seed}
    records = _graded(test, scores, said, where, rest) + _up_or_down(test, scores, where, rest)
    records += _twins(rows, rest)
    progress(3, 3, what)
    return records


def read_rows(data: Path) -> pd.DataFrame:
    """Return `COLUMNS` but judge, `level` (-2 to 2), `plain` (the bare text) and `unit`, in the files' order.

    A unit is a region and job: the survey does not number those who answer, and each answers every month.

    Raises
    ------
    TableError
        If no file is there, one misses a column, or a judge is not one of the five.
    """
    files = sorted((Path(data) / SET).glob(FILES))
    if not files:
        raise TableError(SET, f"no file {Path(data) / SET / FILES}")
    rows = pd.concat([read_table(file, COLUMNS) for file in files], ignore_index=True)
    unknown = ~rows["judge"].isin(LEVELS) | rows["comment"].isna()
    if unknown.any():
        at = int(np.argmax(unknown))
        raise TableError(SET, f"{rows['judge'].iloc[at]!r} of a comment", column="judge", key=f"{at}")
    rows["level"] = rows.pop("judge").map(LEVELS).astype("float64")
    rows["plain"] = [_bare(text) for text in checked_texts(rows["comment"])]
    rows["unit"] = rows["region"].fillna("") + "/" + rows["industry_job"].fillna("")
    return rows


def _bare(text: str) -> str:
    """Return a text without white space, stops and a closing place in brackets, as in (東京都)."""
    return re.sub(r"[\s、。,.・]", "", re.sub(r"\([^()]{1,6}\)\W*$", "", text))


def cut(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    """Return what is learned from, what is read, and the split's name; a text on both sides is not read.

    Examples
    --------
    >>> rows = pd.DataFrame({"year_month": ["202312", "202401", "202402"], "plain": ["a", "a", "b"]})
    >>> train, test, split = cut(rows)
    >>> len(train), test["plain"].tolist(), split
    (1, ['b'], 'test 2024-01 to 2024-02')
    >>> cut(rows.head(1))
    Traceback (most recent call last):
    intake.contracts.TableError: table economy_watchers, column year_month: no comment after 202401
    """
    first = LATER if (rows["year_month"] >= LATER).any() else LAST_YEAR
    later = rows["year_month"] >= first
    if not later.any():
        raise TableError(SET, f"no comment after {first}", column="year_month")
    train = rows[~later].reset_index(drop=True)
    test = rows[later & ~rows["plain"].isin(train["plain"])].reset_index(drop=True)
    ends = [f"{month[:4]}-{month[4:]}" for month in (first, rows["year_month"].max())]
    return train, test, f"test {ends[0]} to {ends[1]}"


def _nearest(score: np.ndarray, level: pd.Series, given: np.ndarray) -> np.ndarray:
    """Return the level nearest to each given score by the straight line from scores to levels."""
    score, level = np.asarray(score, dtype=np.float64), level.to_numpy()
    spread = score.var()
    slope = ((score - score.mean()) @ level) / (len(score) * spread) if spread > 0 else 0.0
    return np.clip(np.round(level.mean() + slope * (given - score.mean())), -2, 2)


def _graded(test: pd.DataFrame, scores: dict, said: dict, where: dict, rest: dict) -> list[Record]:
    level, units = test["level"].to_numpy(), test["unit"].to_numpy()
    known = references("watchers", where["data"], where["split"])
    records = []
    for name, given in (("spearman", scores), ("macro_f1", said)):
        found = graded_intervals(name, level, given, units, less=PAIRS, **rest)
        records += [
            record(
                interval,
                model=model,
                metric=name,
                n=len(level),
                positives=int((level > 0).sum()),
                reference=verdict(interval) if " less " in model else known.get((model, name)),
                **where,
            )
            for model, interval in found.items()
        ]
    return records


def _up_or_down(test: pd.DataFrame, scores: dict, where: dict, rest: dict) -> list[Record]:
    """Return the AUC of better against worse, comments without a change left out."""
    moved = (test["level"] != 0).to_numpy()
    y = (test["level"].to_numpy()[moved] > 0).astype(np.float64)
    units = test["unit"].to_numpy()[moved]
    here = {model: score[moved] for model, score in scores.items()}
    known = references("watchers", where["data"], where["split"])
    records = measure(y, here, units, ["auc"], references=known, **where, **rest)
    for a, b in PAIRS:
        records += difference_records(y, (a, here[a]), (b, here[b]), units, ["auc"], **where, **rest)
    return records


def _twins(rows: pd.DataFrame, rest: dict) -> list[Record]:
    """Return how well a level follows from the same words by others, mostly one or two."""
    ties = rows.groupby("plain", sort=False)
    own = rows.groupby(["plain", "unit"], sort=False)["level"]
    others = ties["level"].transform("size") - own.transform("size")
    twin = (others > 0).to_numpy()
    if not twin.any():
        return []
    mean = (ties["level"].transform("sum") - own.transform("sum"))[twin] / others[twin]
    level = rows["level"].to_numpy()[twin]
    found = graded_intervals(
        "spearman",
        level,
        {"the same words by others": mean.to_numpy()},
        rows["plain"].to_numpy()[twin],
        **rest,
    )
    where = {"benchmark": "watchers", "data": "comments with a twin by another", "split": "all months"}
    return [
        record(one, model=model, metric="spearman", n=len(level), positives=int((level > 0).sum()), **where)
        for model, one in found.items()
    ]
