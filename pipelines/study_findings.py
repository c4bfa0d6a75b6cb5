"""How much of what simulated notes were made to say the dictionary reader finds."""

import json
from collections.abc import Iterator

import numpy as np
import pandas as pd

from intake.store import read_table
from models.intervals import Interval
from models.records import record
from pipelines.params import Params
from pipelines.paths import Paths

KINDS = {  # modality of the statement -> what is measured on it
    "asserted": "found",
    "hearsay": "found",
    "hedged": "found",
    "denied": "false alarm",
    "resolved": "false alarm",
    "none": "false alarm",
}
KNOWN, NEW = "notes_known_structures", "notes_new_structures"


def statements(truth: pd.DataFrame) -> pd.DataFrame:
    """Return every statement that notes were made to make: note_id, topic, polarity, modality, structure.

    Examples
    --------
    >>> truth = pd.DataFrame({"note_id": ["n"], "topic": ["Q1"], "polarity": [-2], "modality": ["asserted"],
    ...                       "structure": ["A1"], "also": ["Q6:0:denied"]})
    >>> statements(truth)[["topic", "polarity", "modality"]].to_numpy().tolist()
    [['Q1', -2, 'asserted'], ['Q6', 0, 'denied']]
    """

    def each() -> Iterator[tuple]:
        for row in truth.itertuples(index=False):
            if row.topic != "calm":
                yield row.note_id, row.topic, int(row.polarity), row.modality, row.structure
            for more in filter(None, (part.strip() for part in str(row.also or "").split(";"))):
                topic, polarity, modality = more.split(":")
                if topic != "calm":
                    yield row.note_id, topic, int(polarity), modality, row.structure

    return pd.DataFrame(each(), columns=["note_id", "topic", "polarity", "modality", "structure"])


def share_of_firms(hit: np.ndarray, firm_ids: np.ndarray, *, resamples: int, seed: int) -> Interval:
    """Return the share of hits with its 95 % interval from resampled firms.

    Examples
    --------
    >>> share_of_firms(np.array([1, 1, 0, 0]), np.array(["a", "b", "c", "d"]), resamples=50, seed=1).value
    0.5
    >>> share_of_firms(np.array([]), np.array([]), resamples=50, seed=1)
    Traceback (most recent call last):
    ValueError: there is nothing to take a share of
    """
    if not len(hit):
        raise ValueError("there is nothing to take a share of")
    codes = pd.factorize(firm_ids)[0]
    hits, sizes = np.bincount(codes, weights=hit), np.bincount(codes).astype(np.float64)
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(len(sizes), np.full(len(sizes), 1 / len(sizes)), size=resamples)
    low, high = np.percentile(drawn @ hits / (drawn @ sizes), [2.5, 97.5])
    return Interval(float(np.mean(hit)), float(low), float(high))


def finding_records(params: Params, paths: Paths) -> list[dict]:
    """Measure the dictionary reader on notes known after training, by modality, structures new or not.

    Returns
    -------
    list of dict
        `found`: the share of statements of something bad (asserted, hearsay, hedged) for which something bad
        of the same signal was found in the note; `false alarm`: that share where the statement is that there
        is nothing (denied, resolved, hedged, none); `precision`: the share of findings of something bad, one
        for each note and signal, of which the note was made to say something bad.
    """
    notes = read_table(paths.interim / "notes", columns=["note_id", "firm_id", "known_date"])
    notes = notes.sort_values("known_date").drop_duplicates("note_id", keep="last")
    said = statements(read_table(paths.truth / "notes")).merge(notes, on="note_id")
    end = pd.Timestamp(json.loads(paths.splits.read_text(encoding="utf-8"))["train"][-1])
    seen = set(said.loc[said["known_date"] <= end, "structure"])
    later = said[said["known_date"] > end]
    found = read_table(paths.signals, columns=["note_id", "known_date", "signal", "polarity"])
    found = found.merge(notes, on=["note_id", "known_date"])
    found = found[(found["polarity"] < 0) & (found["known_date"] > end)]
    pairs = set(zip(found["note_id"], found["signal"], strict=True))
    later = later.assign(
        hit=[pair in pairs for pair in zip(later["note_id"], later["topic"], strict=True)],
        split=np.where(later["structure"].isin(seen), KNOWN, NEW),
    )
    structure = later.groupby("note_id")["split"].first()
    records = list(_by_modality(later, params))
    bad = set(zip(*(later.loc[later["polarity"] < 0, name] for name in ("note_id", "topic")), strict=True))
    found = found.drop_duplicates(["note_id", "signal"]).assign(
        split=lambda frame: frame["note_id"].map(structure).fillna(KNOWN),
        hit=lambda frame: [pair in bad for pair in zip(frame["note_id"], frame["signal"], strict=True)],
    )
    return records + [
        _record(part, split, "all findings", "precision", params) for split, part in found.groupby("split")
    ]


def _by_modality(later: pd.DataFrame, params: Params) -> Iterator[dict]:
    for split, rows in later.groupby("split"):
        is_bad = rows["polarity"] < 0
        for modality, metric in KINDS.items():
            wanted = is_bad if metric == "found" else rows["polarity"] == 0
            part = rows[(rows["modality"] == modality) & wanted]
            if len(part):
                yield _record(part, split, modality, metric, params)
        part = rows[(rows["modality"] == "hedged") & (rows["polarity"] == 0)]
        if len(part):
            yield _record(part, split, "hedged, nothing in it", "false alarm", params)


def _record(part: pd.DataFrame, split: str, modality: str, metric: str, params: Params) -> dict:
    sizes = {"resamples": params.evaluate.resamples, "seed": params.evaluate.seed}
    hit, firms = part["hit"].to_numpy(dtype=float), part["firm_id"].to_numpy()
    where = {"benchmark": "portfolio", "data": params.portfolio.source, "split": split}
    count = {"n": len(part), "positives": int(hit.sum())}
    one = share_of_firms(hit, firms, **sizes)
    return {"tier": "all", **record(one, model=modality, metric=metric, **where, **count)}
