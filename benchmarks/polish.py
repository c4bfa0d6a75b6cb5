"""Polish firms: random hold-outs of each file as published, then other files than those trained on.

What is measured, and on what, stands in docs/benchmarks.md.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedShuffleSplit

from benchmarks.holdouts import mean_over_holdouts
from benchmarks.published import references
from intake.contracts import TableError
from intake.store import read_table
from models.baselines import logistic_regression
from models.booster import margins, train_booster
from models.records import Record, measure, record

SET = "polish_bankruptcy"
LABEL = "class"
HOLDOUTS = 10
HELD_OUT = f"{HOLDOUTS} hold-outs of 10 %"
ACROSS = "trained on other files"
TRAIN_YEARS, TEST_YEARS = (1, 2, 3), (4, 5)
ROUNDS = 100  # with the rest of the parameters: what LightGBM does when nothing is said

Scorer = Callable[[pd.DataFrame], np.ndarray]


def run(
    data: Path,
    *,
    seed: int,
    num_threads: int,
    progress: Callable[[int, int, str], None],
    n_resamples: int = 500,
) -> list[Record]:
    """Judge LightGBM's defaults and a logistic regression on every ``yearN*.parquet`` there is.

    Parameters
    ----------
    data : Path
        Folder with ``polish_bankruptcy``.
    """
    files = read_files(data)
    records: list[Record] = []
    for done, (year, frame) in enumerate(files.items()):
        progress(done, len(files) + 1, "polish: files")
        records += _held_out(year, frame, seed=seed, num_threads=num_threads, n_resamples=n_resamples)
    progress(len(files), len(files) + 1, "polish: files")
    records += _across(files, seed=seed, num_threads=num_threads, n_resamples=n_resamples)
    progress(len(files) + 1, len(files) + 1, "polish: files")
    return records


def read_files(data: Path) -> dict[int, pd.DataFrame]:
    """Return number -> rows of every ``yearN*.parquet``, exact duplicates dropped.

    Raises
    ------
    TableError
        If there is no such file, two of one number, or one without the label.
    """
    folder = Path(data) / SET
    files: dict[int, pd.DataFrame] = {}
    for path in sorted(folder.glob("year*.parquet")):
        number = re.match(r"year(\d+)", path.stem)
        if number is None:
            raise TableError(SET, f"no number in the name of {path.name}")
        year = int(number[1])
        if year in files:
            raise TableError(SET, f"two files of year {year}; the second is {path.name}")
        frame = read_table(path)
        if LABEL not in frame:
            raise TableError(SET, f"{path.name} has no such column", column=LABEL)
        files[year] = frame.drop_duplicates(ignore_index=True)
    if not files:
        raise TableError(SET, f"no yearN*.parquet in {folder}")
    return dict(sorted(files.items()))


def _models(X: pd.DataFrame, y: np.ndarray, *, seed: int, num_threads: int) -> Mapping[str, Scorer]:
    """Fit LightGBM as it comes, and a logistic regression."""
    booster = train_booster(
        X,
        y,
        params={},
        num_boost_round=ROUNDS,
        monotone=[0] * X.shape[1],
        seed=seed,
        num_threads=num_threads,
    )
    line = logistic_regression().fit(X.to_numpy(), y)
    return {
        "yocho": lambda frame: margins(booster, frame, num_threads),
        "logistic": lambda frame: line.decision_function(frame.to_numpy()),
    }


def _split(frame: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    return frame.drop(columns=LABEL), frame[LABEL].to_numpy(dtype=np.float64)


def _held_out(
    year: int, frame: pd.DataFrame, *, seed: int, num_threads: int, n_resamples: int
) -> list[Record]:
    """Judge random stratified hold-outs of one file."""
    X, y = _split(frame)
    data = f"year{year}" if X.shape[1] == 64 else f"year{year} ({X.shape[1]} ratios)"
    held: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
    for train, test in StratifiedShuffleSplit(HOLDOUTS, test_size=0.1, random_state=seed).split(X, y):
        for name, score in _models(X.iloc[train], y[train], seed=seed, num_threads=num_threads).items():
            held.setdefault(name, []).append((test, score(X.iloc[test])))
    published = references("polish", f"year{year}", HELD_OUT)
    return [
        record(
            interval,
            benchmark="polish",
            data=data,
            split=HELD_OUT,
            model=name,
            metric=metric,
            n=len(y),
            positives=int(y.sum()),
            reference=published.get((name, metric)),
        )
        for name, holdouts in held.items()
        for metric, interval in mean_over_holdouts(y, holdouts, n_resamples=n_resamples, seed=seed).items()
    ]


def _across(
    files: Mapping[int, pd.DataFrame], *, seed: int, num_threads: int, n_resamples: int
) -> list[Record]:
    """Train on the files of the early years and judge on the late ones, over the columns they share."""
    train_years = [year for year in TRAIN_YEARS if year in files]
    test_years = [year for year in TEST_YEARS if year in files]
    if not train_years or not test_years:
        return []
    shared = set.intersection(*(set(frame.columns) for frame in files.values()))
    columns = [name for name in files[train_years[0]].columns if name in shared]
    X, y = _split(pd.concat([files[year][columns] for year in train_years], ignore_index=True))
    models = _models(X, y, seed=seed, num_threads=num_threads)
    groups = [[year] for year in test_years] + ([test_years] if len(test_years) > 1 else [])
    found: list[Record] = []
    for years in groups:
        late, truth = _split(pd.concat([files[year][columns] for year in years], ignore_index=True))
        split = " + ".join(f"year{year}" for year in years)
        found += measure(
            truth,
            {name: score(late) for name, score in models.items()},
            np.arange(len(truth)),  # no firm numbers: every row is taken for a firm
            ("auc", "pr_auc"),
            benchmark="polish",
            data=ACROSS,
            split=split,
            references=references("polish", ACROSS, split),
            n_resamples=n_resamples,
            seed=seed,
        )
    return found
