"""The dictionary reader: which of the concepts a note speaks of, where, and how it means them."""

import hashlib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import version as version_of
from importlib.resources import files
from typing import NamedTuple

from models.notes.concepts import Concept, compiled, load_concepts
from models.notes.scope import CONFIDENCE, COUNTS, modality_of
from models.notes.sentences import Sentence, sentences
from models.notes.words import DICTIONARY, words_of


class Finding(NamedTuple):
    """What a note says: of which signal, where in the text as written, how bad or good, how it is meant."""

    concept: str
    signal: str
    start: int
    end: int
    polarity: int
    modality: str
    confidence: float


class _Hit(NamedTuple):
    start: int
    end: int
    concept: Concept
    modality: str

    @property
    def counts(self) -> bool:
        """Whether it says something of the firm today; good news must be plainly said."""
        return self.modality == "asserted" or (self.concept.polarity < 0 and self.modality in COUNTS)

    @property
    def is_bad(self) -> bool:
        """Whether it says something bad of the firm today."""
        return self.counts and self.concept.polarity < 0


@dataclass(frozen=True)
class DictionaryReader:
    """Finds concepts in notes; nothing in it is learned.

    Examples
    --------
    >>> reader = load_dictionary_reader()
    >>> text = "消費税を滞納しているが、給料の遅配はない。"
    >>> [(one.signal, text[one.start : one.end], one.polarity, one.modality) for one in reader.read(text)]
    [('Q6', '消費税を滞納', -2, 'asserted'), ('Q2', '給料の遅配', 0, 'denied')]
    >>> reader.read(None)
    Traceback (most recent call last):
    TypeError: a note's text must be a str, not None
    """

    concepts: tuple[Concept, ...]
    version: str

    @cached_property
    def _by_beginning(self) -> dict[str, tuple[Concept, ...]]:
        """The concepts that may begin with each one or two characters, in order: most have none."""
        found: dict[str, list[Concept]] = {}
        for concept in self.concepts:
            for beginning in concept.begins_with:
                found.setdefault(beginning, []).append(concept)
        return {beginning: tuple(some) for beginning, some in found.items()}

    def read(self, text: str) -> list[Finding]:
        """Return what a note says, in order of place; `polarity` is 0 where it is not said of the firm today.

        Parameters
        ----------
        text : str

        Returns
        -------
        list of Finding
            `start` and `end` count code points of `text`. One place says one thing: of findings that
            overlap one is kept.
        """
        words = words_of(text)
        every = list(sentences(words.plain))
        found = []
        for place, sentence in enumerate(every):
            after = every[place + 1].text if place + 1 < len(every) else ""
            for hit in _settled(self._hits(sentence, after, words.starts)):
                start, end = words.span(sentence.start + hit.start, sentence.start + hit.end)
                concept, modality = hit.concept, hit.modality
                polarity = concept.polarity if hit.counts else 0
                found.append(
                    Finding(
                        concept.name, concept.signal, start, end, polarity, modality, CONFIDENCE[modality]
                    )
                )
        return found

    def _hits(self, sentence: Sentence, after: str, starts: Sequence[int]) -> Iterator[_Hit]:
        """Yield the hits of a sentence; each begins where a word does."""
        text, known = sentence.text, self._by_beginning
        first = bisect_left(starts, sentence.start)
        last = bisect_left(starts, sentence.start + len(text), lo=first)
        for start in starts[first:last]:
            at = start - sentence.start
            for concept in (*known.get(text[at : at + 2], ()), *known.get(text[at], ())):
                match = concept.pattern.match(text, at)
                if match is not None:
                    good, end, heading = concept.polarity > 0, match.end(), sentence.heading
                    how = modality_of(text, at, end, good=good, heading=heading, after=after)
                    yield _Hit(at, end, concept, how)


def _settled(hits: Iterator[_Hit]) -> list[_Hit]:
    """Return the hits of a sentence of which none overlaps another.

    What is bad of the firm goes before what comforts (資金繰りがぎりぎりで回っている is no comfort),
    then the earlier and the longer: 手元の資金に不足なし comforts, since the shortage in it is denied.
    """
    kept: list[_Hit] = []
    for hit in sorted(hits, key=lambda one: (not one.is_bad, one.start, -one.end)):
        if all(hit.end <= other.start or other.end <= hit.start for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda one: one.start)


@cache
def load_dictionary_reader() -> DictionaryReader:
    """Return the reader of concepts.csv; its version changes with the list, the code and Sudachi's words."""
    sha = hashlib.sha256()
    for name in (
        "concepts.csv",
        "concepts.py",
        "dictionary_reader.py",
        "scope.py",
        "sentences.py",
        "words.py",
    ):
        sha.update((files("models.notes") / name).read_bytes())
    for package in ("sudachipy", f"sudachidict_{DICTIONARY}"):
        sha.update(version_of(package).encode())
    return DictionaryReader(tuple(compiled(load_concepts())), sha.hexdigest()[:12])


def read_all(reader: DictionaryReader, texts: Sequence[str]) -> list[list[Finding]]:
    """Return the findings of each text."""
    return [reader.read(text) for text in texts]
