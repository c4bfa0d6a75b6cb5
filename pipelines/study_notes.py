"""What readers of notes say of a default on the test rows: keywords, dictionary, learned tone, and both."""

import json
import logging
from collections.abc import Sequence

import numpy as np
import pandas as pd

from intake.store import chunk_names, read_chunk, read_table
from models.intervals import paired_difference
from models.notes.keywords import firm_scores, note_scores
from models.records import measure, record
from pipelines.evaluate import FEWEST_POSITIVES
from pipelines.params import Params
from pipelines.paths import Paths
from pipelines.rows import KEY

log = logging.getLogger(__name__)

SUMS = {  # column of the rows -> how the tables call it: sums over the notes of 12 months
    "score": "keyword score",
    "mean_score": "keyword score per note",
    "worse": "worse words alone",
    "notes": "number of notes",
    "dictionary": "dictionary score",
}
FADED = {"note_worse_pct": "dictionary, faded mean", "note_tone_pct": "learned, faded mean"}
BOTH = "dictionary and learned"
RIVALS = ("score", "worse")
METRICS = ("auc", "pr_auc", "precision_at_5pct", "recall_at_5pct")
DIFFERENCES = ("auc", "pr_auc")
ALL_ROWS, WITH_NOTES = "out_of_time_notes", "out_of_time_with_notes"


def dictionary_scores(notes: pd.DataFrame, signals: pd.DataFrame) -> pd.Series:
    """Return what the dictionary found in each version of a note, (n,): what is bad less what is good.

    A finding counts with polarity × confidence: a rumour less than a fact, a denial nothing.
    """
    found = signals[signals["modality"] != "tone"]
    weight = (-found["polarity"] * found["confidence"]).groupby([found["note_id"], found["known_date"]]).sum()
    keys = pd.MultiIndex.from_frame(notes[["note_id", "known_date"]])
    return pd.Series(weight.reindex(keys).fillna(0.0).to_numpy(), index=notes.index)


def notes_rows(paths: Paths) -> pd.DataFrame:
    """Return the labelled rows of the test split with what the firm's notes add up to on the as-of date.

    Returns
    -------
    DataFrame
        Key, label, and the columns of `SUMS` and `FADED`; 0 without a note, which is no opinion.
    """
    labels = read_table(paths.labels, columns=[*KEY, "label", "split"])
    rows = labels[(labels["split"] == "test") & labels["label"].notna()].drop(columns="split")
    days = sorted(rows["as_of_date"].unique())
    found = []
    for chunk in chunk_names(paths.interim):
        notes = read_chunk(paths.interim, chunk, ["notes"])["notes"]
        signals = read_table(paths.signals / f"{chunk}.parquet")
        notes = notes.join(note_scores(notes["text"])).assign(bad=dictionary_scores(notes, signals))
        for day in days:
            scores = firm_scores(notes, day)
            bad = firm_scores(notes.assign(score=notes["bad"]), day)["score"]
            found.append(scores.assign(dictionary=bad).reset_index().assign(as_of_date=day))
    rows = rows.merge(pd.concat(found), on=KEY, how="left", validate="1:1")
    faded = pd.concat([read_table(paths.rows_of(day), columns=[*KEY, *FADED]) for day in days])
    rows = rows.merge(faded, on=KEY, how="left", validate="1:1")
    return rows.fillna(dict.fromkeys([*SUMS, *FADED], 0)).sort_values(KEY, kind="stable", ignore_index=True)


def training_spreads(paths: Paths) -> dict[str, float]:
    """Return the standard deviation of each of `FADED` on the training rows, where a note is."""
    days = json.loads(paths.splits.read_text(encoding="utf-8"))["train"]
    frames = [read_table(paths.rows_of(pd.Timestamp(day)), columns=[*KEY, *FADED]) for day in days]
    spreads = pd.concat(frames)[list(FADED)].std()
    return spreads.where(spreads > 0, 1.0).to_dict()  # where nothing varies, or is known, there is no scale


def notes_records(params: Params, paths: Paths) -> list[dict]:
    """Measure every score on all labelled test rows and on those with a note, and beside rivals, paired."""
    rows, spreads = notes_rows(paths), training_spreads(paths)
    rows = rows.assign(both=sum(rows[name] / spread for name, spread in spreads.items()))
    columns = SUMS | FADED | {"both": BOTH}
    records = []
    for split, part in {ALL_ROWS: rows, WITH_NOTES: rows[rows["notes"] > 0]}.items():
        y, firms = part["label"].to_numpy(), part["firm_id"].to_numpy()
        if y.sum() < FEWEST_POSITIVES:
            log.warning("notes, %s: %d positives of %d rows: not measured", split, y.sum(), len(y))
            continue
        scores = {model: part[column].to_numpy() for column, model in columns.items()}
        where = {"benchmark": "portfolio", "data": params.portfolio.source, "split": split}
        sizes = {"n_resamples": params.evaluate.resamples, "seed": params.evaluate.seed}
        records += measure(y, scores, firms, METRICS, **where, **sizes)
        better = [model for model in scores if model.startswith(("dictionary", "learned"))]
        for rival in (columns[name] for name in RIVALS):
            records += _differences(y, scores, firms, better, rival, where, sizes)
    return [{"tier": "all", **row} for row in records]


def _differences(
    y: np.ndarray,
    scores: dict[str, np.ndarray],
    firms: np.ndarray,
    models: Sequence[str],
    rival: str,
    where: dict[str, str],
    sizes: dict[str, int],
) -> list[dict]:
    found = []
    count = where | {"split": f"{where['split']}_differences", "n": len(y), "positives": int(y.sum())}
    for model in models:
        differences = paired_difference(y, scores[model], scores[rival], firms, DIFFERENCES, **sizes)
        found += [
            record(one, model=f"{model} − {rival}", metric=name, **count) for name, one in differences.items()
        ]
    return found
