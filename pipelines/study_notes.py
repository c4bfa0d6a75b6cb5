"""What the words of notes say of a default on the test rows, beside how many notes there are."""

import logging

import pandas as pd

from intake.store import chunk_names, read_chunk, read_table
from models.notes.keywords import firm_scores, note_scores
from models.records import measure
from pipelines.evaluate import FEWEST_POSITIVES
from pipelines.params import Params
from pipelines.paths import Paths
from pipelines.rows import KEY

log = logging.getLogger(__name__)

SCORES = {  # column of the rows -> how the tables call it
    "score": "keyword score",
    "mean_score": "keyword score per note",
    "worse": "worse words alone",
    "notes": "number of notes",
}
METRICS = ("auc", "pr_auc", "precision_at_5pct", "recall_at_5pct")
ALL_ROWS, WITH_NOTES = "out_of_time_notes", "out_of_time_with_notes"


def notes_rows(paths: Paths) -> pd.DataFrame:
    """Return the labelled rows of the test split with what the firm's notes add up to on the as-of date.

    Returns
    -------
    DataFrame
        Key, label, and the columns of `SCORES`; 0 without a note, which is no opinion.
    """
    labels = read_table(paths.labels, columns=[*KEY, "label", "split"])
    rows = labels[(labels["split"] == "test") & labels["label"].notna()].drop(columns="split")
    found = []
    for chunk in chunk_names(paths.interim):
        notes = read_chunk(paths.interim, chunk, ["notes"])["notes"]
        notes = notes.join(note_scores(notes["text"]))
        found += [
            firm_scores(notes, day).reset_index().assign(as_of_date=day)
            for day in sorted(rows["as_of_date"].unique())
        ]
    rows = rows.merge(pd.concat(found), on=KEY, how="left", validate="1:1")
    return rows.fillna(dict.fromkeys(SCORES, 0)).sort_values(KEY, kind="stable", ignore_index=True)


def notes_records(params: Params, paths: Paths) -> list[dict]:
    """Measure each of `SCORES` on all labelled test rows and on those with a note in the window."""
    choice = params.evaluate
    rows = notes_rows(paths)
    records = []
    for split, part in {ALL_ROWS: rows, WITH_NOTES: rows[rows["notes"] > 0]}.items():
        y = part["label"].to_numpy()
        if y.sum() < FEWEST_POSITIVES:
            log.warning("notes, %s: %d positives of %d rows: not measured", split, y.sum(), len(y))
            continue
        scores = {model: part[column].to_numpy() for column, model in SCORES.items()}
        where = {"benchmark": "portfolio", "data": params.portfolio.source, "split": split}
        sizes = {"n_resamples": choice.resamples, "seed": choice.seed}
        measured = measure(y, scores, part["firm_id"].to_numpy(), METRICS, **where, **sizes)
        records += [{"tier": "all", **row} for row in measured]
    return records
