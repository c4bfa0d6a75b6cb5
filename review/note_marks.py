"""What a reader found in a note, marked where the note says so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from markupsafe import Markup

from review.labels import Words, label

_ARROWS = {
    -2: "↓↓ ",
    -1: "↓ ",
    1: "↑ ",
    2: "↑↑ ",
}  # colours alone do not tell


@dataclass(frozen=True)
class Span:
    """A signal's words and where they stand: code points from `start` to before `end`."""

    start: int
    end: int
    words: Words
    style: str


def finding_words(signal: str, polarity: int, modality: str) -> Words:
    """Return how a signal is named beside its words: which way it points, what it is, and how it was said.

    Examples
    --------
    >>> finding_words("Q7", -1, "hearsay")
    Words(ja='↓ 他行・資金（伝聞）', en='↓ Other banks, funds (hearsay)')
    >>> finding_words("Q11", 1, "asserted").ja
    '↑ 好材料'
    """
    topic, said = label("topic", signal), label("modality", modality)
    arrow = _ARROWS.get(polarity, "")
    if modality in ("asserted", "none"):
        return Words(f"{arrow}{topic.ja}", f"{arrow}{topic.en}")
    return Words(f"{arrow}{topic.ja}（{said.ja}）", f"{arrow}{topic.en} ({said.en})")


def style_of(polarity: int) -> str:
    """Return the style of a signal: good, bad, or neither, as of a matter denied or resolved."""
    return "bad" if polarity < 0 else "good" if polarity > 0 else "neither"


def merge(findings: Iterable[Span]) -> list[Span]:
    """Return the findings with those of the same words that overlap or touch made one, in order of place.

    Examples
    --------
    >>> stock = Words("在庫", "Stock")
    >>> one = merge([Span(4, 9, stock, "bad"), Span(0, 5, stock, "bad")])
    >>> [(found.start, found.end) for found in one]
    [(0, 9)]
    """
    merged: list[Span] = []
    for found in sorted(findings, key=lambda one: (one.words, one.style, one.start, one.end)):
        last = merged[-1] if merged else None
        if last and (last.words, last.style) == (found.words, found.style) and found.start <= last.end:
            merged[-1] = replace(last, end=max(last.end, found.end))
        else:
            merged.append(found)
    return sorted(merged, key=lambda one: (one.start, one.end, one.words))


def highlight(text: str, findings: Sequence[Span]) -> Markup:
    """Mark what was found in a text, each finding named where its words end.

    Parameters
    ----------
    text : str
        The note as it was written.
    findings : sequence of Span
        In any order; they may lie within or across one another.

    Returns
    -------
    Markup
        The text escaped, cut where a finding begins or ends: a piece that several cover is one mark with the
        styles of all, so that marks never cross. Names stand in attributes, so that a copy of the page's
        text is the note and nothing else.

    Raises
    ------
    ValueError
        A finding is empty or does not lie within the text.

    Examples
    --------
    >>> print(highlight("在庫<多い", [Span(0, 2, Words("在庫", "Stock"), "bad")]))
    <mark class="bad">在庫</mark><i class="says bad" role="note" aria-label="在庫 / Stock" data-ja="在庫" data-en="Stock"></i>&lt;多い
    >>> highlight("在庫", [Span(1, 3, Words("在庫", "Stock"), "bad")])
    Traceback (most recent call last):
    ValueError: a finding from 1 to 3 does not lie in a text of 2 characters
    """  # noqa: E501
    for found in findings:
        if not 0 <= found.start < found.end <= len(text):
            place = f"from {found.start} to {found.end}"
            raise ValueError(f"a finding {place} does not lie in a text of {len(text)} characters")
    merged = merge(findings)
    cuts = sorted({0, len(text), *(place for found in merged for place in (found.start, found.end))})
    parts = []
    for begin, end in pairwise(cuts):
        over = [found for found in merged if found.start <= begin and end <= found.end]
        styles = sorted({found.style for found in over}) + (["several"] if len(over) > 1 else [])
        piece = text[begin:end]
        parts.append(
            Markup('<mark class="{}">{}</mark>').format(" ".join(styles), piece)
            if over
            else Markup("{}").format(piece)
        )
        parts += [
            Markup('<i class="says {}" role="note" aria-label="{}" data-ja="{}" data-en="{}"></i>').format(
                found.style, f"{found.words.ja} / {found.words.en}", found.words.ja, found.words.en
            )
            for found in merged
            if found.end == end
        ]
    return Markup("").join(parts)
