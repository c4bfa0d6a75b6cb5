"""Text in a terminal's columns, of which a full-width character takes two."""

import re
import unicodedata

_WIDE = "\u2e80-\uff60"  # from CJK radicals to full-width forms
# a line may break after a narrow word, a katakana word or a wide character, and the marks that cling to it
_PIECE = re.compile(rf"[（「]*(?:[^{_WIDE} ]+|[ァ-ヶー]+|[{_WIDE}]?)[、。）」]* *")


def text_width(text: str) -> int:
    """Return how many terminal columns a text takes.

    Examples
    --------
    >>> text_width("売上 a")
    6
    """
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def pad(text: str, width: int) -> str:
    """Fill a text with spaces up to `width` columns; a longer one gets a single space.

    Examples
    --------
    >>> pad("売上", 6) + "|", pad("売上高", 4) + "|"
    ('売上  |', '売上高 |')
    """
    return text + " " * max(width - text_width(text), 1)


def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines of at most `width` columns.

    English breaks between words, Japanese anywhere, but no line begins with 、 or 。. A word longer than a
    line keeps its length.

    Examples
    --------
    >>> wrap("売上は減少した。", 14), wrap("down from two", 9)
    (['売上は減少し', 'た。'], ['down from', 'two'])
    """
    lines, line = [], ""
    for piece in _PIECE.findall(text):
        if line and text_width(line) + text_width(piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()]
