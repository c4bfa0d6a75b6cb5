"""Words of a note in their normalised forms, and where each stands in the text as it was written.

Sudachi cuts a text into short units (mode A) and gives each in one form: 売上, 売り上げ and 売上げ are one
word, 遅れて and 遅れた one verb, full-width digits plain ones.
"""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cache

from sudachipy import Dictionary, SplitMode, Tokenizer

# the small dictionary: the core one (193 MB on disk, not 110) cuts bankers' words into the same short units
DICTIONARY = "small"
LONGEST = 10_000  # characters in one go: Sudachi refuses a text of more than 49,149 bytes


@cache
def _tokenizer() -> Tokenizer:
    return Dictionary(dict=DICTIONARY).tokenizer(SplitMode.A)


@dataclass(frozen=True)
class Words:
    """A text in normalised words.

    Attributes
    ----------
    plain : str
        The words' normalised forms without anything between them.
    starts : tuple of int
        Where each word begins in `plain`, rising.
    begins, ends : tuple of int
        Where each word begins and ends in the text as written, in code points.
    """

    plain: str
    starts: tuple[int, ...]
    begins: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the text as written of the words that plain[start:end] touches."""
        first, last = bisect_right(self.starts, start) - 1, bisect_right(self.starts, end - 1) - 1
        return self.begins[first], self.ends[last]


def words_of(text: str) -> Words:
    """Return the normalised words of a text.

    Parameters
    ----------
    text : str

    Returns
    -------
    Words

    Raises
    ------
    TypeError
        If it is no text.

    Examples
    --------
    >>> words = words_of("売上げは５％減。")
    >>> words.plain
    '売り上げは5%減。'
    >>> words.span(0, 4)
    (0, 3)
    >>> words_of(None)
    Traceback (most recent call last):
    TypeError: a note's text must be a str, not None
    """
    if not isinstance(text, str):
        raise TypeError(f"a note's text must be a str, not {text!r}")
    forms, starts, begins, ends, length = [], [], [], [], 0
    for offset in range(0, len(text), LONGEST):
        for word in _tokenizer().tokenize(text[offset : offset + LONGEST]):
            form = word.normalized_form()
            if not form:
                continue
            forms.append(form)
            starts.append(length)
            begins.append(offset + word.begin())
            ends.append(offset + word.end())
            length += len(form)
    return Words("".join(forms), tuple(starts), tuple(begins), tuple(ends))
