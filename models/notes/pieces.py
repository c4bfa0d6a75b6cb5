"""The pieces of texts that a reader weighs: runs of characters, how a text ends, words that share a sentence.

Every piece is one or two spans of a text in NFKC form, so what a reader says of a piece can be laid on the
characters it covers. A piece is known by a 64-bit number made of its characters and its kind; of ten million
different pieces two share a number with a chance of about one in a hundred thousand.

scikit-learn's vectorisers build each piece as a Python string and look it up; working on arrays of all
characters at once is some ten times as quick, and keeps the places.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LONGEST = 5  # characters of a run
END = 15  # characters before the last full stop whose runs count as the end: in Japanese it holds the verdict
REACH = 6  # how many words further the other word of a pair may stand

KINDS = ("run", "end", "pair")  # a key's last two bits say which
RUN, ENDING, PAIR = (np.uint64(number) for number in range(len(KINDS)))

_STOPS = "。.．!！？? \n\r\t\u3000"
_WORD = {"kanji": ("一", "鿿"), "katakana": ("゠", "ヿ"), "hiragana": ("぀", "ゟ")}
_MIX, _FOLD = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
_KIND = np.uint64(3)


@dataclass(frozen=True)
class Pieces:
    """Pieces of texts laid end to end; `first` and `second` are spans in that one long text.

    A run has one span: its second is empty.
    """

    text: np.ndarray  # (m,) which text
    key: np.ndarray  # (m,) uint64
    first: np.ndarray  # (m, 2) from and to
    second: np.ndarray  # (m, 2)


def pieces(texts: Sequence[str], *, longest: int = LONGEST, end: int = END, reach: int = REACH) -> Pieces:
    """Cut texts into pieces; a piece that stands in a text twice is there twice.

    Parameters
    ----------
    texts : (n,) of str
        In NFKC form.
    longest : int
        Runs of 1 to `longest` characters.
    end : int
        The same runs once more, of another kind, where they lie within the last `end` characters before the
        stops and the bracket that a text may close with; 0 for none.
    reach : int
        Pairs of words (runs of one script) of one sentence, at most so many words apart; 0 for none.

    Examples
    --------
    >>> found = pieces(["受注減。", "減"], longest=2, end=2, reach=0)
    >>> ["受注減。減"[a:b] for a, b in found.first]  # the ends again after the runs of one size
    ['受', '注', '減', '。', '減', '注', '減', '減', '受注', '注減', '減。', '注減']
    >>> found.text.tolist()
    [0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0]
    >>> pieces(["受注"], longest=0)
    Traceback (most recent call last):
    ValueError: longest must be 1 or more, end and reach 0 or more, got 0, 15, 6
    """
    if longest < 1 or end < 0 or reach < 0:
        raise ValueError(f"longest must be 1 or more, end and reach 0 or more, got {longest}, {end}, {reach}")
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    stops = np.cumsum(lengths)
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    text = np.repeat(np.arange(len(texts)), lengths)
    tail_to = stops - lengths + np.array([_end_of(one) for one in texts], dtype=np.int64)
    tail_from = np.maximum(tail_to - end, stops - lengths)
    found = []
    hashes = np.zeros(codes.size, dtype=np.uint64)
    for size in range(1, longest + 1):
        at = np.arange(max(codes.size - size + 1, 0))
        hashes = _mixed(hashes[: at.size], codes[size - 1 :])
        inside = at + size <= stops[text[at]]
        found.append((text[at][inside], _marked(hashes[inside], RUN), at[inside], at[inside] + size))
        if end:
            ends = inside & (at >= tail_from[text[at]]) & (at + size <= tail_to[text[at]])
            found.append((text[at][ends], _marked(hashes[ends], ENDING), at[ends], at[ends] + size))
    row, key, start, stop = (np.concatenate(parts) for parts in zip(*found, strict=True))
    runs = Pieces(row, key, np.column_stack([start, stop]), np.zeros((row.size, 2), dtype=np.int64))
    return _joined(runs, _pairs(codes, text, reach)) if reach else runs


def _end_of(text: str) -> int:
    """Return where a text ends before its last stops and one bracket among them, as in 増えた(東京都)。"""
    bare = text.rstrip(_STOPS)
    if bare.endswith(")") and "(" in bare:
        bare = bare[: bare.rindex("(")].rstrip(_STOPS)
    return len(bare)


def _mixed(state: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Stir values into states: multiply and shift, as MurmurHash3's last step does."""
    state = (state ^ (values.astype(np.uint64) + _MIX)) * _FOLD
    state ^= state >> np.uint64(32)
    state *= _FOLD
    return state ^ (state >> np.uint64(29))


def _marked(key: np.ndarray, kind: np.uint64) -> np.ndarray:
    return key & ~_KIND | kind


def kinds_of(keys: np.ndarray) -> np.ndarray:
    """Return which of `KINDS` each key is of, as its number."""
    return (keys & _KIND).astype(np.int64)


def _scripts(codes: np.ndarray) -> np.ndarray:
    """Return the script of each character: 0 for none that makes words."""
    found = np.zeros(codes.size, dtype=np.int8)
    for number, (low, high) in enumerate(_WORD.values(), start=1):
        found[(codes >= ord(low)) & (codes <= ord(high))] = number
    found[codes == ord("々")] = 1
    letters = ((codes | 32) >= ord("a")) & ((codes | 32) <= ord("z"))
    found[letters] = 4
    found[(codes >= ord("0")) & (codes <= ord("9"))] = 5
    return found


def _pairs(codes: np.ndarray, text: np.ndarray, reach: int) -> Pieces:
    script = _scripts(codes)
    sentence = np.cumsum(codes == ord("。")) + text * (codes.size + 1)  # differs between texts too
    starts = np.ones(codes.size, dtype=bool)
    starts[1:] = (script[1:] != script[:-1]) | (text[1:] != text[:-1])
    bounds = np.append(np.flatnonzero(starts), codes.size)
    words = np.column_stack([bounds[:-1], bounds[1:]])[script[bounds[:-1]] > 0]
    hashes = np.zeros(len(words), dtype=np.uint64)
    sizes = words[:, 1] - words[:, 0]
    for step in range(int(sizes.max(initial=0))):  # a character of every word that is long enough
        more = np.flatnonzero(sizes > step)
        hashes[more] = _mixed(hashes[more], codes[words[more, 0] + step])
    left, right = [], []
    for gap in range(1, reach + 1):
        at = np.arange(max(len(words) - gap, 0))
        at = at[sentence[words[at, 0]] == sentence[words[at + gap, 0]]]
        left.append(at)
        right.append(at + gap)
    one, other = np.concatenate(left), np.concatenate(right)
    key = _mixed(hashes[one], np.zeros(1, dtype=np.uint64)) * _MIX + hashes[other]
    return Pieces(text[words[one, 0]], _marked(key, PAIR), words[one], words[other])


def _joined(a: Pieces, b: Pieces) -> Pieces:
    return Pieces(
        np.concatenate([a.text, b.text]),
        np.concatenate([a.key, b.key]),
        np.concatenate([a.first, b.first]),
        np.concatenate([a.second, b.second]),
    )
