"""From notes to the table `note_signals`: what the dictionary finds, and the tone learned readers hear."""

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from intake.contracts import empty_table
from models.notes.corpus_reader import CorpusReader
from models.notes.cross_reading import CrossReader
from models.notes.dictionary_reader import DictionaryReader

OUTCOME, CORPUS = "outcome", "corpus"
KEY = ["note_id", "known_date", "signal", "start"]


@dataclass(frozen=True)
class Readers:
    """All that reads notes; learned ones may be missing, and then their tone is."""

    dictionary: DictionaryReader
    outcome: CrossReader | None
    corpus: CorpusReader | None

    @property
    def version(self) -> str:
        """A hash of all of them."""
        parts = (self.dictionary, self.outcome, self.corpus)
        return hashlib.sha256(
            " ".join(getattr(part, "version", "none") for part in parts).encode()
        ).hexdigest()[:12]


def text_hash(text: str) -> str:
    """Return a short hash of a text."""
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def read_notes(notes: pd.DataFrame, readers: Readers, *, half_life_months: float) -> pd.DataFrame:
    """Read notes into signals.

    Parameters
    ----------
    notes : DataFrame
        Of the raw table: note_id, firm_id, known_date, date, text.
    readers : Readers
    half_life_months : float
        After how many months what a note says counts half.

    Returns
    -------
    DataFrame
        Table `note_signals`, sorted by key. Of every note one row `outcome` and one `corpus` (value: the
        tone; missing where there is no such reader), and a row for each finding of the dictionary reader.
    """
    if notes.empty:
        return empty_table("note_signals")
    texts = notes["text"].tolist()
    whole = pd.DataFrame(
        {
            "at": np.arange(len(notes)),
            "start": 0.0,
            "end": [float(len(text)) for text in texts],
            "concept": None,
            "polarity": 0.0,
            "modality": "tone",
            "confidence": 1.0,
        }
    )
    outcome = whole.assign(signal=OUTCOME, value=np.nan)
    if readers.outcome is not None:
        outcome["value"] = readers.outcome.read(texts, notes["firm_id"])
    corpus = whole.assign(signal=CORPUS, value=np.nan)
    if readers.corpus is not None:
        corpus["value"] = readers.corpus.read(texts)
    found = pd.concat([_findings(texts, readers.dictionary), outcome, corpus], ignore_index=True)
    at = found.pop("at").to_numpy()
    for name in ("note_id", "firm_id", "known_date", "date"):
        found[name] = notes[name].to_numpy()[at]
    found["text_hash"] = np.array([text_hash(text) for text in texts], dtype=object)[at]
    found = found.assign(half_life_months=float(half_life_months), reader=readers.version)
    like = empty_table("note_signals")
    return found[list(like.columns)].astype(like.dtypes.to_dict()).sort_values(KEY, ignore_index=True)


def _findings(texts: list[str], reader: DictionaryReader) -> pd.DataFrame:
    rows = [(at, *one) for at, text in enumerate(texts) for one in reader.read(text)]
    names = ["at", "concept", "signal", "start", "end", "polarity", "modality", "confidence"]
    frame = pd.DataFrame(rows, columns=names).assign(value=np.nan)
    return frame.astype({"at": "int64", "start": "float64", "end": "float64", "polarity": "float64"})
