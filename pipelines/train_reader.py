"""Stage: fit readers of notes on what became of the firms, and on a labelled corpus where params name one."""

import json
import logging
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from intake.store import chunk_names, read_chunk, read_table, to_frame
from models.notes.corpus_reader import fit_corpus_reader
from models.notes.cross_reading import CrossReader, save_none
from models.notes.outcomes import targets_of_notes
from pipelines.params import Params, ParamsError
from pipelines.paths import Paths
from pipelines.stage import run_stage

log = logging.getLogger(__name__)

CORPUS_COLUMNS = ("text", "level")


def training_notes(paths: Paths, months: int) -> pd.DataFrame:
    """Return the notes of training firms whose outcome is known, with `target` and `weight`."""
    splits = json.loads(paths.splits.read_text(encoding="utf-8"))
    days = [pd.Timestamp(day) for day in splits["train"]]
    labels = read_table(paths.labels, columns=["as_of_date", "firm_id", "label", "split", "is_holdout"])
    labels = labels[(labels["split"] == "train") & ~labels["is_holdout"] & labels["label"].notna()]
    parts = [read_chunk(paths.interim, chunk, ["notes"])["notes"] for chunk in chunk_names(paths.interim)]
    notes = pd.concat(parts, ignore_index=True)
    notes = notes[notes["known_date"] <= days[-1]].reset_index(drop=True)
    notes = notes.join(targets_of_notes(notes, labels, days, months=months))
    return notes[notes["target"].notna()].reset_index(drop=True)


def read_corpus(path: Path) -> pd.DataFrame:
    """Return the texts and levels of a labelled corpus (Parquet or CSV).

    Raises
    ------
    ParamsError
        If the file is missing or a column is; a row without text or level is named.
    """
    if not path.is_file():
        raise ParamsError(f"read_notes.corpus: there is no {path}")
    try:
        frame = read_table(path) if path.suffix == ".parquet" else to_frame(pyarrow.csv.read_csv(path))
    except pa.ArrowException as error:
        raise ParamsError(f"read_notes.corpus: {path} cannot be read: {error}") from error
    for name in CORPUS_COLUMNS:
        if name not in frame:
            raise ParamsError(f"read_notes.corpus: {path} has no column {name}; it has {', '.join(frame)}")
    frame = frame[list(CORPUS_COLUMNS)].assign(level=pd.to_numeric(frame["level"], errors="coerce"))
    bad = frame.index[frame["text"].isna() | ~np.isfinite(frame["level"])]
    if len(bad):
        raise ParamsError(f"read_notes.corpus: {path}, row {bad[0]}: a text and a finite level are needed")
    return frame


def train_reader(params: Params, paths: Paths) -> None:
    """Write data/artifacts/readers and, with a corpus, data/artifacts/corpus_reader."""
    choice = params.train_reader
    notes = training_notes(paths, choice.months)
    failed = notes.loc[notes["target"] == 1, "firm_id"].nunique()
    about = {"notes": len(notes), "failed_firms": int(failed)}
    if failed < choice.min_defaults:
        log.warning(
            "%d firms with notes defaulted in training, fewer than %d: no reader", failed, choice.min_defaults
        )
        save_none(paths.readers, about)
    else:
        reader = CrossReader.fit(
            notes["text"],
            notes["target"].to_numpy(),
            notes["firm_id"],
            weights=notes["weight"].to_numpy(),
            penalty=choice.penalty,
            folds=choice.folds,
            seed=choice.seed,
        )
        reader.save(paths.readers, about)
        log.info("readers %s of %d notes, %d firms that defaulted", reader.version, len(notes), failed)
    fit_corpus(params, paths)


def fit_corpus(params: Params, paths: Paths) -> None:
    """Fit the reader of the corpus that params name, or take away the one of a corpus no longer named."""
    name = params.read_notes.corpus
    if name is None:
        save_none(paths.corpus_reader, {})
        return
    corpus = read_corpus(paths.root / name)
    reader = fit_corpus_reader(
        corpus["text"].tolist(), corpus["level"].to_numpy(), seed=params.train_reader.seed
    )
    reader.save(paths.corpus_reader)
    log.info("corpus reader %s of %d texts", reader.version, len(corpus))


if __name__ == "__main__":
    run_stage(train_reader)
