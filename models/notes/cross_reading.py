"""Reading so that no firm's outcome speaks in its own notes: they are read by one fitted without it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from intake.store import fresh_folder, write_json
from models.notes.text_reader import ReaderError, TextReader
from models.time_splits import place_of_firm

META_FILE = "readers.json"


def fold_of(firm_ids: Sequence[str] | pd.Series, *, folds: int, seed: int) -> np.ndarray:
    """Return the fold of each row's firm, (n,) int: a hash of its id, so it never changes.

    Examples
    --------
    >>> folds = fold_of(["a", "b", "a"], folds=5, seed=1)
    >>> bool(folds[0] == folds[2]), bool((folds < 5).all())
    (True, True)
    >>> fold_of(["a"], folds=1, seed=1)
    Traceback (most recent call last):
    ValueError: folds must be 2 or more, got 1
    """
    if folds < 2:
        raise ValueError(f"folds must be 2 or more, got {folds}")
    return (place_of_firm(firm_ids, seed=seed) * folds).astype("int64")


@dataclass(frozen=True)
class CrossReader:
    """A reader for each fold of firms, fitted without that fold.

    What it reads is how far what was written lies above, or below, what is written on average: the target
    less the mean of the targets it was fitted on.
    """

    readers: tuple[TextReader, ...]
    seed: int

    @classmethod
    def fit(
        cls,
        texts: pd.Series,
        targets: np.ndarray,
        firm_ids: pd.Series,
        *,
        weights: np.ndarray,
        penalty: float,
        folds: int,
        seed: int,
    ) -> "CrossReader":
        """Fit a reader for each fold on the notes of the firms outside it.

        Parameters
        ----------
        texts, targets, firm_ids, weights : (n,)
        penalty : float
            Of the ridge, in notes of weight one.
        folds, seed : int

        Raises
        ------
        ValueError
            If a fold leaves texts too few to learn from.
        """
        fold = fold_of(firm_ids, folds=folds, seed=seed)
        readers = []
        for number in range(folds):
            rows = np.flatnonzero(fold != number)
            weight, target = weights[rows], targets[rows]
            mean = float(np.average(target, weights=weight))
            readers.append(
                TextReader.fit(texts.iloc[rows].tolist(), target - mean, weights=weight / penalty, seed=seed)
            )
        return cls(tuple(readers), seed)

    @property
    def versions(self) -> tuple[str, ...]:
        """The version of each fold's reader."""
        return tuple(reader.version for reader in self.readers)

    @property
    def version(self) -> str:
        """One hash for all."""
        return hashlib.sha256(" ".join((*self.versions, str(self.seed))).encode()).hexdigest()[:12]

    def read(self, texts: Sequence[str], firm_ids: Sequence[str]) -> np.ndarray:
        """Return what each text reads by the reader that never saw its firm, (n,) float64."""
        texts = pd.Series(list(texts), dtype=object)
        fold = fold_of(firm_ids, folds=len(self.readers), seed=self.seed)
        found = np.zeros(len(texts))
        for number, reader in enumerate(self.readers):
            rows = np.flatnonzero(fold == number)
            if len(rows):
                found[rows] = reader.read(texts.iloc[rows].tolist())
        return found

    def reader_of(self, firm_id: str) -> TextReader:
        """Return the reader that reads a firm's notes."""
        return self.readers[int(fold_of([firm_id], folds=len(self.readers), seed=self.seed)[0])]

    def save(self, folder: Path, about: dict[str, object]) -> None:
        """Write a folder for each reader and what they were fitted on, whole or not at all."""
        with fresh_folder(folder) as fresh:
            for number, reader in enumerate(self.readers):
                reader.save(fresh / str(number))
            write_json(
                {"folds": len(self.readers), "seed": self.seed, "version": self.version} | about,
                fresh / META_FILE,
            )

    @classmethod
    def load(cls, folder: Path) -> "CrossReader | None":
        """Read the readers back; None where outcomes were too few to fit any.

        Raises
        ------
        ReaderError
            If a file is missing or was changed.
        """
        try:
            about = json.loads((folder / META_FILE).read_text(encoding="utf-8"))
            folds, seed, stated = about["folds"], about["seed"], about["version"]
        except (OSError, KeyError, ValueError) as error:
            raise ReaderError(f"{folder} holds no readers: {error}") from error
        if not folds:
            return None
        found = cls(tuple(TextReader.load(folder / str(number)) for number in range(folds)), seed)
        if found.version != stated:
            raise ReaderError(f"{folder}: the readers are not those that {META_FILE} names")
        return found


def save_none(folder: Path, about: dict[str, object]) -> None:
    """Write that there is no reader, and why."""
    with fresh_folder(folder) as fresh:
        write_json({"folds": 0, "seed": 0, "version": "none"} | about, fresh / META_FILE)
