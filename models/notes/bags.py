"""Texts as bags of pieces: which of the known pieces stand in which text, and with which weight.

Each kind of piece is brought to a length of its own, so that the end of a text counts as much in a long text
as in a short one.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from scipy import sparse

from models.notes.pieces import KINDS, Pieces, kinds_of, pieces

BATCH = 256  # texts cut at once: quickest, since their characters then fit the processor's cache
Sizes = tuple[int, int, int]  # longest, end and reach of `pieces`
LENGTHS = np.array([1.0, 0.7, 0.7])  # of the runs, ends and pairs of a text


def cut(texts: Sequence[str], sizes: Sizes) -> Iterator[tuple[Pieces, int]]:
    """Yield the pieces of a batch of texts, and how many texts it is."""
    longest, end, reach = sizes
    for start in range(0, len(texts), BATCH):
        batch = texts[start : start + BATCH]
        yield pieces(batch, longest=longest, end=end, reach=reach), len(batch)


def count(texts: Sequence[str], sizes: Sizes, fewest: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the keys of pieces that stand in `fewest` texts or more, rising, and their number of texts."""
    held = [np.empty(0, dtype=np.uint64)]
    for found, _ in cut(texts, sizes):
        order = np.lexsort((found.key, found.text))
        key, text = found.key[order], found.text[order]
        first = np.ones(key.size, dtype=bool)
        first[1:] = (key[1:] != key[:-1]) | (text[1:] != text[:-1])
        held.append(key[first])
    keys = np.concatenate(held)
    del held
    keys.sort()
    starts = (
        np.flatnonzero(np.append(True, keys[1:] != keys[:-1])) if keys.size else np.empty(0, dtype=np.int64)
    )
    counts = np.diff(np.append(starts, keys.size))
    kept = counts >= fewest
    return keys[starts[kept]], counts[kept]


def look_up(key: np.ndarray, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the place of each key in the rising `keys`, and whether it stands there at all."""
    if not keys.size:
        return np.zeros(key.size, dtype=np.int64), np.zeros(key.size, dtype=bool)
    place = np.minimum(np.searchsorted(keys, key), keys.size - 1)
    return place, keys[place] == key


def weigh(row: np.ndarray, keys: np.ndarray, idf: np.ndarray, n: int) -> np.ndarray:
    """Return the weight of each different piece of each text: its idf, its text's kind brought to `LENGTHS`.

    Parameters
    ----------
    row, keys, idf : (m,)
        The text that a piece stands in, its key and its idf.
    n : int
        How many texts there are.
    """
    kind = kinds_of(keys)
    group = row * len(KINDS) + kind
    weights = idf.astype(np.float64)
    lengths = np.sqrt(np.bincount(group, weights=weights**2, minlength=n * len(KINDS)))
    return weights * LENGTHS[kind] / lengths[group]


def bags(texts: Sequence[str], keys: np.ndarray, idf: np.ndarray, sizes: Sizes) -> Iterator[sparse.csr_array]:
    """Yield batches of texts as rows over the known pieces, weighted as `weigh` does.

    A piece counts once, however often it stands in a text; a text without known pieces is a row of zeros.
    """
    for found, n in cut(texts, sizes):
        place, known = look_up(found.key, keys)
        cells = np.unique(found.text[known] * np.int64(keys.size) + place[known])
        row, column = np.divmod(cells, np.int64(max(keys.size, 1)))
        weights = weigh(row, keys[column], idf[column], n)
        starts = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=n))])
        yield sparse.csr_array(
            (weights, column.astype(np.int32), starts.astype(np.int32)), shape=(n, keys.size)
        )
