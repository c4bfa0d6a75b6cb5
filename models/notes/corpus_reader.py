"""The reader of a labelled corpus: of levels where these are few, a line where they are many."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.notes.level_reader import KIND, MOST_LEVELS, LevelReader
from models.notes.reader_files import kind_of
from models.notes.text_reader import TextReader

CorpusReader = TextReader | LevelReader
FEWEST_TEXTS = 1_000  # of 300 comments a line reads .04 better, of 1,000 the reader of levels by .05


def fit_corpus_reader(texts: Sequence[str], levels: np.ndarray, *, seed: int) -> CorpusReader:
    """Learn from texts and the level of each, counted from their mean in standard deviations.

    A reader of levels for `FEWEST_TEXTS` or more with 2 to `MOST_LEVELS` different levels; a line otherwise.

    Raises
    ------
    ValueError
        As the two readers do.

    Examples
    --------
    >>> texts = ["受注が増えた", "売上が増えた", "受注が減った", "売上が減った"]
    >>> reader = fit_corpus_reader(texts, [5, 4, 2, 1], seed=1)
    >>> up, down = reader.read(["来客が増えた", "来客が減った"])
    >>> bool(up > 0 > down), type(reader).__name__
    (True, 'TextReader')
    >>> fit_corpus_reader(["受注が増えた"], [5], seed=1)
    Traceback (most recent call last):
    ValueError: a reader needs two texts or more, got 1
    """
    levels = np.asarray(levels, dtype=np.float64)
    targets = (levels - levels.mean()) / (levels.std() or 1.0)
    few = 2 <= np.unique(targets).size <= MOST_LEVELS
    reader = LevelReader if few and len(texts) >= FEWEST_TEXTS else TextReader
    return reader.fit(texts, targets, seed=seed)


def load_corpus_reader(folder: Path) -> CorpusReader:
    """Read back what `fit_corpus_reader` returned and `save` wrote.

    Raises
    ------
    ReaderError
        When the folder holds no reader, or one that was changed.

    Examples
    --------
    >>> load_corpus_reader(Path("nowhere"))
    Traceback (most recent call last):
    models.notes.reader_files.ReaderError: nowhere holds no reader: ... 'nowhere/reader.json'
    """
    return (LevelReader if kind_of(folder) == KIND else TextReader).load(folder)
