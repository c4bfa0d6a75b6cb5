"""A reader that learns from texts with a figure each: a line over n-grams of characters, and nothing hidden.

Each text is a bag of its character n-grams, weighted as scikit-learn's `TfidfVectorizer` does and brought to
length one; the figure read is a ridge line over them. So what a text reads adds up over its n-grams, and
each n-gram's part can be laid on the characters that it covers: the evidence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import Ridge
from threadpoolctl import threadpool_limits

from models.notes.aligned import aligned
from models.notes.reader_files import ReaderError, digest, load_reader, save_reader
from models.notes.texts import checked_texts, figures

__all__ = ["ReaderError", "TextReader"]

KIND, FORMAT = "line", 1  # raise the format when old readers could misread a new file
LONGEST = 3  # characters of an n-gram
FEWEST = 2  # texts that must hold an n-gram
PENALTY = 1.0


@dataclass(frozen=True)
class TextReader:
    """What a text reads: `base` plus a part for each of its n-grams.

    Examples
    --------
    >>> texts = ["受注が増えた", "売上が増えた", "受注が減った", "売上が減った"]
    >>> reader = TextReader.fit(texts, [1, 1, -1, -1], seed=1)
    >>> up, down = reader.read(["来客が増えた", "来客が減った"])
    >>> bool(up > 0 > down)
    True
    >>> parts = reader.evidence("来客が増えた")
    >>> "来客が増えた"[parts.argmax()], bool(abs(reader.base + parts.sum() - up) < 1e-12)
    ('増', True)
    >>> TextReader.fit(texts, [1, 1, -1], seed=1)
    Traceback (most recent call last):
    ValueError: 4 texts, but 3 targets
    """

    grams: tuple[str, ...]  # sorted
    idf: np.ndarray  # (k,) float64
    coefficients: np.ndarray  # (k,) float64
    base: float
    longest: int = LONGEST

    @classmethod
    def fit(
        cls, texts: Sequence[str], targets: np.ndarray, *, weights: np.ndarray | None = None, seed: int
    ) -> "TextReader":
        """Learn from texts and the figure that each should read.

        Parameters
        ----------
        texts : (n,) of str
        targets : (n,) float
        weights : (n,) float, optional
            How much each text counts; all alike by default.
        seed : int
            Of whatever is drawn at random.

        Raises
        ------
        ValueError
            If there are fewer than two texts, or texts, targets and weights differ in number, are missing or
            not finite.
        """
        texts = checked_texts(texts)
        targets = figures(targets, len(texts), "targets")
        weights = None if weights is None else figures(weights, len(texts), "weights")
        if len(texts) < 2:
            raise ValueError(f"a reader needs two texts or more, got {len(texts)}")
        counter = _counter(LONGEST)
        counts = counter.fit_transform(texts)
        grams = counter.get_feature_names_out()
        held = counts.getnnz(axis=0)
        kept = held >= FEWEST
        if not kept.any():
            raise ValueError(f"no n-gram stands in {FEWEST} of the {len(texts)} texts")
        counts, grams, held = counts[:, kept], grams[kept], held[kept]
        idf = np.log((1 + len(texts)) / (1 + held)) + 1
        line = Ridge(alpha=PENALTY, solver="sparse_cg", random_state=seed)
        with threadpool_limits(1):  # sums in one order, so the same figures on any number of cores
            line.fit(_unit_rows(counts, idf), targets, sample_weight=weights)
        return cls(tuple(grams.tolist()), idf, line.coef_, float(line.intercept_))

    def read(self, texts: Sequence[str]) -> np.ndarray:
        """Return what each text reads, (n,) float64; `base` where none of its n-grams is known.

        Raises
        ------
        ValueError
            If a text is missing.
        """
        texts = checked_texts(texts)
        if not texts:
            return np.zeros(0)
        return self.base + _unit_rows(self._counter.transform(texts), self.idf) @ self.coefficients

    def evidence(self, text: str) -> np.ndarray:
        """Return the part that each character of the original text has in what it reads.

        An n-gram's part is shared alike by its places in the text, and there by its characters.

        Returns
        -------
        (len(text),) float64
            Adds up, with `base`, to what `read` returns.
        """
        plain, spans = aligned(text)
        row = self._counter.transform([plain])
        unit = _unit_rows(row, self.idf)
        parts = dict(zip(unit.indices.tolist(), unit.data * self.coefficients[unit.indices], strict=True))
        counts = dict(zip(row.indices.tolist(), row.data.tolist(), strict=True))
        of_plain = np.zeros(len(plain))
        for size in range(1, self.longest + 1):
            for at in range(len(plain) - size + 1):
                gram = self._counter.vocabulary.get(plain[at : at + size])
                if gram is not None:
                    of_plain[at : at + size] += parts[gram] / (counts[gram] * size)
        found = np.zeros(len(text))
        for (start, end), part in zip(spans, of_plain, strict=True):
            found[start:end] += part / (end - start)
        return found

    @cached_property
    def _counter(self) -> CountVectorizer:
        return _counter(self.longest, {gram: number for number, gram in enumerate(self.grams)})

    def _arrays(self) -> dict[str, np.ndarray]:
        return {"idf": self.idf, "coefficients": self.coefficients}

    def _content(self) -> dict[str, object]:
        return {
            "kind": KIND,
            "format": FORMAT,
            "longest": self.longest,
            "base": self.base,
            "grams": list(self.grams),
        }

    @cached_property
    def hash(self) -> str:
        """SHA-256 of all that the reader is: equal readers have equal hashes on any machine."""
        return digest(self._content(), self._arrays())

    @property
    def version(self) -> str:
        """First twelve digits of the hash."""
        return self.hash[:12]

    def save(self, folder: Path) -> None:
        """Write the reader as a folder, whole or not at all; what stood there before is replaced."""
        save_reader(folder, self._content(), self._arrays())

    @classmethod
    def load(cls, folder: Path) -> "TextReader":
        """Read a reader back, after checking that nothing in it was changed.

        Raises
        ------
        ReaderError
            When a file is missing or cannot be read, or its content is not what was saved.

        Examples
        --------
        >>> TextReader.load(Path("nowhere"))
        Traceback (most recent call last):
        models.notes.reader_files.ReaderError: nowhere holds no reader: ... 'nowhere/reader.json'
        """
        content, arrays = load_reader(folder, KIND, FORMAT)
        return cls(tuple(content["grams"]), **arrays, base=content["base"], longest=content["longest"])


def _counter(longest: int, vocabulary: dict[str, int] | None = None) -> CountVectorizer:
    def grams(text: str) -> list[str]:
        """Return every run of 1 to `longest` characters; scikit-learn's own would fold white space."""
        sizes = range(1, longest + 1)
        return [text[at : at + size] for size in sizes for at in range(len(text) - size + 1)]

    return CountVectorizer(analyzer=grams, vocabulary=vocabulary, dtype=np.float64)


def _unit_rows(counts: sparse.csr_matrix, idf: np.ndarray) -> sparse.csr_array:
    """Return counts times idf, each row divided by its length (rows of zeros stay)."""
    weighted = sparse.csr_array(counts).copy()
    weighted.data *= idf[weighted.indices]
    lengths = np.sqrt(weighted.power(2).sum(axis=1))
    weighted.data /= np.repeat(np.where(lengths > 0, lengths, 1.0), np.diff(weighted.indptr))
    return weighted
