"""Texts in NFKC form, each character tied to the characters of the original that it comes from."""

import unicodedata
from itertools import pairwise

import numpy as np

_MARKS = "\uff9e\uff9f"  # half-width voicing marks: they join the kana before them


def aligned(text: str) -> tuple[str, np.ndarray]:
    """Return a text in NFKC form, and where each of its characters stands in the original.

    Returns
    -------
    str
        `unicodedata.normalize("NFKC", text)`.
    (m, 2) int array
        From and to (exclusive) in `text`, for each of the m characters of the plain form. One character may
        come of several (ｶﾞ is ガ), several of one (㈱ is (株)).

    Raises
    ------
    TypeError
        If there is no text.

    Examples
    --------
    >>> plain, spans = aligned("㈱ｶﾞ")
    >>> plain, spans.tolist()
    ('(株)ガ', [[0, 1], [0, 1], [0, 1], [1, 3]])
    >>> aligned(None)
    Traceback (most recent call last):
    TypeError: a text must be a str, got None
    """
    if not isinstance(text, str):
        raise TypeError(f"a text must be a str, got {text!r}")
    whole = unicodedata.normalize("NFKC", text)
    bounds = [at for at, char in enumerate(text) if not (at and _joins(char))] + [len(text)]
    parts = [unicodedata.normalize("NFKC", text[a:b]) for a, b in pairwise(bounds)]
    if "".join(parts) != whole:  # scripts that join starters, such as Hangul's single letters
        bounds, parts = [0, len(text)], [whole]
    spans = np.column_stack([bounds[:-1], bounds[1:]]).astype(np.int64).reshape(-1, 2)
    return whole, np.repeat(spans, [len(part) for part in parts], axis=0)


def _joins(char: str) -> bool:
    return char in _MARKS or unicodedata.combining(char) != 0
