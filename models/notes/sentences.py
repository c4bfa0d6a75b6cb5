"""Sentences of a note in normalised words: cut at full stops, line ends, slashes and the marks of lists."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_ENDS = re.compile(r"[。!！/■\n]|(?:^|(?<=\n))[・\-*]")
_HEADING = re.compile(r"[【<\[]([^】>\]]{1,12})[】>\]]")


class Sentence(NamedTuple):
    """A sentence: where it stands in the normalised text, what it says, and the heading it stands under."""

    start: int
    text: str
    heading: str


def sentences(plain: str) -> Iterator[Sentence]:
    """Yield the sentences of a text of normalised words, empty ones left out.

    A heading (【…】, ＜…＞) holds for the sentences after it until the next, at most to the line's end.

    Examples
    --------
    >>> [(one.text, one.heading) for one in sentences("【其の他】噂有り。特になし。\\n業況は堅調")]
    [('噂有り', '其の他'), ('特になし', '其の他'), ('業況は堅調', '')]
    """
    heading, start = "", 0
    for match in [*_ENDS.finditer(plain), None]:
        end = len(plain) if match is None else match.start()
        piece, at = plain[start:end], start
        while (found := _HEADING.search(piece)) is not None:
            if found.start():
                yield Sentence(at, piece[: found.start()], heading)
            heading, piece, at = found[1], piece[found.end() :], at + found.end()
        if piece.strip():
            yield Sentence(at, piece, heading)
        if match is not None:
            start = match.end()
            heading = "" if match[0] == "\n" else heading
