"""A reader that learns from texts with a level each, such as the five of a survey.

Each level has a line over the pieces of a text (`models.notes.pieces`); the levels' shares follow from the
lines as in a multinomial logistic regression, and what is read is the mean level under these shares. One
straight line over pieces cannot say "no change" of a text that also holds good and bad words; a line for each
level can, which is worth more than any other choice tried (docs/benchmarks.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from scipy import sparse
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from models.notes.aligned import aligned
from models.notes.bags import Sizes, bags, count, look_up, weigh
from models.notes.pieces import END, LONGEST, REACH, pieces
from models.notes.reader_files import digest, load_reader, save_reader
from models.notes.texts import checked_texts, figures

KIND, FORMAT = "levels", 1  # raise the format when old readers could misread a new file
FEWEST = 5  # texts that must hold a piece; 3 reads .001 better and takes twice the room
PENALTY = 0.4
TOLERANCE = 1e-3  # of the gradient
MOST_LEVELS = 12
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)


@dataclass(frozen=True)
class LevelReader:
    """What a text reads: the mean level, under shares that a line for each level over the pieces gives.

    Examples
    --------
    >>> texts = [a + b for a in ("受注が", "売上が", "来客が") for b in ("増えた", "減った", "変わらない")]
    >>> reader = LevelReader.fit(texts * 2, [1, -1, 0] * 6, seed=1)
    >>> up, down, same = reader.read(["単価が増えた", "単価が減った", "単価が変わらない"])
    >>> bool(up > same > down)
    True
    >>> parts = reader.evidence("単価が増えた")
    >>> "単価が増えた"[parts.argmax()], bool(abs(reader.base + parts.sum() - up) < 1e-9)
    ('増', True)
    >>> LevelReader.fit(texts, [1, -1, 0], seed=1)
    Traceback (most recent call last):
    ValueError: 9 texts, but 3 targets
    """

    levels: np.ndarray  # (l,) float64, rising
    keys: np.ndarray  # (k,) uint64, rising
    idf: np.ndarray  # (k,) float32
    coefficients: np.ndarray  # (k, l) float32
    intercepts: np.ndarray  # (l,) float64
    sizes: Sizes  # longest, end, reach of the pieces

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        targets: np.ndarray,
        *,
        weights: np.ndarray | None = None,
        seed: int,
        sizes: Sizes = (LONGEST, END, REACH),
        penalty: float = PENALTY,
    ) -> "LevelReader":
        """Learn from texts and the level of each.

        Parameters
        ----------
        texts : (n,) of str
        targets : (n,) float
            Two to `MOST_LEVELS` different values.
        weights : (n,) float, optional
            How much each text counts; all alike by default.
        seed : int
            Of whatever is drawn at random.
        sizes : longest, end and reach of `models.notes.pieces.pieces`
        penalty : float
            On the squares of the lines' coefficients, in texts.

        Raises
        ------
        ValueError
            If texts, targets and weights differ in number, one is missing or not finite, there are too few or
            too many levels, or no piece stands in `FEWEST` texts.
        """
        plain = checked_texts(texts)
        targets = figures(targets, len(plain), "targets")
        weights = None if weights is None else figures(weights, len(plain), "weights")
        levels, at = np.unique(targets, return_inverse=True)
        if not 2 <= levels.size <= MOST_LEVELS:
            raise ValueError(
                f"a reader of levels needs 2 to {MOST_LEVELS} different targets, got {levels.size}"
            )
        keys, held = count(plain, sizes, FEWEST)
        if not keys.size:
            raise ValueError(f"no piece stands in {FEWEST} of the {len(plain)} texts")
        idf = (np.log((1 + len(plain)) / (1 + held)) + 1).astype(np.float32)
        bag = sparse.vstack([part.astype(np.float32) for part in bags(plain, keys, idf, sizes)], format="csr")
        lines = LogisticRegression(C=1 / penalty, tol=TOLERANCE, max_iter=200, random_state=seed)
        with threadpool_limits(1):  # sums in one order, so the same figures on any number of cores
            lines.fit(bag, at, sample_weight=weights)
        coefficients, intercepts = lines.coef_.T, lines.intercept_
        if levels.size == 2:  # scikit-learn keeps the difference of the two lines alone
            coefficients = np.column_stack([-coefficients / 2, coefficients / 2])
            intercepts = np.array([-0.5, 0.5]) * intercepts
        return cls(
            levels,
            keys,
            idf,
            np.ascontiguousarray(coefficients, dtype=np.float32),
            intercepts.astype(np.float64),
            tuple(int(size) for size in sizes),
        )

    def shares(self, texts: Sequence[str]) -> np.ndarray:
        """Return the share of each level for each text, (N, l) float64; rows add up to 1."""
        plain = checked_texts(texts)
        lines = [bag @ self._coefficients for bag in bags(plain, self.keys, self.idf, self.sizes)]
        return softmax(np.concatenate([np.zeros((0, self.levels.size)), *lines]) + self.intercepts, axis=1)

    def read(self, texts: Sequence[str]) -> np.ndarray:
        """Return what each text reads, (N,) float64; `base` where none of its pieces is known.

        Raises
        ------
        ValueError
            If a text is missing.
        """
        # no @: BLAS adds up in another order for one text than for many
        return (self.shares(texts) * self.levels).sum(axis=1)

    @property
    def base(self) -> float:
        """What a text without known pieces reads."""
        return float(softmax(self.intercepts) @ self.levels)

    def evidence(self, text: str) -> np.ndarray:
        """Return the part that each character of the original text has in what it reads.

        The lines add up over pieces, the mean level does not: a piece's part is its effect averaged along the
        straight way from a text without pieces to this one (Aumann and Shapley 1974), by 32 Gauss-Legendre
        nodes. It is shared alike by the places of the piece, and there by its characters.

        Returns
        -------
        (len(text),) float64
            Adds up, with `base`, to what `read` returns, but for rounding.
        """
        plain, spans = aligned(text)
        longest, end, reach = self.sizes
        found = pieces([plain], longest=longest, end=end, reach=reach)
        number, known = look_up(found.key, self.keys)
        number, first, second = number[known], found.first[known], found.second[known]
        columns, place, times = np.unique(number, return_inverse=True, return_counts=True)
        weights = weigh(np.zeros_like(columns), self.keys[columns], self.idf[columns], 1)
        steps = weights[:, None] * self._coefficients[columns]
        part = (steps @ self._slopes(steps.sum(axis=0)))[place] / times[place]
        part /= (first[:, 1] - first[:, 0]) + (second[:, 1] - second[:, 0])
        change = np.zeros(
            len(plain) + 1
        )  # of the running sum: a span starts at its first character, ends at its last
        for pair in (first, second):
            np.add.at(change, pair[:, 0], part)
            np.add.at(change, pair[:, 1], -part)
        of_plain = np.cumsum(change)[:-1]
        evidence = np.zeros(len(text))
        for (start, end), one in zip(spans, of_plain, strict=True):
            evidence[start:end] += one / (end - start)
        return evidence

    def _slopes(self, way: np.ndarray) -> np.ndarray:
        """Return how the mean level moves with each line, averaged along the way from `intercepts`, (l,)."""
        at = softmax(self.intercepts + (_NODES[:, None] + 1) / 2 * way, axis=1)
        slopes = at * (self.levels - (at @ self.levels)[:, None])
        return _WEIGHTS @ slopes / 2

    @cached_property
    def _coefficients(self) -> np.ndarray:
        return self.coefficients.astype(np.float64)

    def _arrays(self) -> dict[str, np.ndarray]:
        names = ("levels", "keys", "idf", "coefficients", "intercepts")
        return {name: getattr(self, name) for name in names}

    def _content(self) -> dict[str, object]:
        return {"kind": KIND, "format": FORMAT, "sizes": list(self.sizes)}

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
    def load(cls, folder: Path) -> "LevelReader":
        """Read a reader back, after checking that nothing in it was changed.

        Raises
        ------
        ReaderError
            When a file is missing or cannot be read, or its content is not what was saved.

        Examples
        --------
        >>> LevelReader.load(Path("nowhere"))
        Traceback (most recent call last):
        models.notes.reader_files.ReaderError: nowhere holds no reader: ... 'nowhere/reader.json'
        """
        content, arrays = load_reader(folder, KIND, FORMAT)
        return cls(**arrays, sizes=tuple(content["sizes"]))
