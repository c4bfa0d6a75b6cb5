"""Random numbers by (seed, purpose, month, firm): the same for a firm whoever is simulated beside it."""

from hashlib import blake2b

import numpy as np
from scipy.special import ndtri

_WORDS = 4  # a Philox 4x64 counter step yields four 64-bit words
_SKIPPED = 500  # numbers: to draw so many and drop them is quicker than to open a stream behind them


def _key(seed: int, purpose: str, month: int) -> np.ndarray:
    name = int.from_bytes(blake2b(purpose.encode(), digest_size=4).digest())
    # as uint64 from the start: a plain list above 2**63 would pass through float64 and lose the month
    return np.array([seed, (name << 32) | month], dtype=np.uint64)


def uniforms(seed: int, purpose: str, numbers: np.ndarray, width: int, *, month: int = 0) -> np.ndarray:
    """Draw a row of uniforms per firm from counter-based streams.

    Parameters
    ----------
    seed : int, 0 or more
    purpose : str
        What the numbers are for; a new purpose leaves the old ones as they are.
    numbers : (n,) int, strictly increasing
        Firm numbers; each has its own place in the stream.
    width : int
        Numbers per firm.
    month : int, optional
        Month of the firm's life, for draws made month by month.

    Returns
    -------
    (n, width) float64, inside (0, 1); by columns in memory

    Raises
    ------
    ValueError
        If the numbers do not increase or the seed is negative.

    Examples
    --------
    >>> many = uniforms(7, "traits", np.arange(100), 3)
    >>> bool((uniforms(7, "traits", np.array([17]), 3)[0] == many[17]).all())
    True
    >>> uniforms(7, "traits", np.array([3, 2]), 1)
    Traceback (most recent call last):
    ValueError: firm numbers must increase strictly, got 3 before 2
    """
    if seed < 0:
        raise ValueError(f"seed must be 0 or more, got {seed}")
    numbers = np.asarray(numbers, dtype=np.int64)
    steps = np.diff(numbers)
    if steps.min(initial=1) <= 0:
        first = int(np.argmax(steps <= 0))
        raise ValueError(
            f"firm numbers must increase strictly, got {numbers[first]} before {numbers[first + 1]}"
        )
    blocks = -(-width // _WORDS)
    key = _key(seed, purpose, month)
    if len(numbers) == 0:
        return np.empty((0, width))
    if steps.max(initial=1) <= _SKIPPED:
        raw = _stretch(key, numbers, blocks)[:, :width]
    else:
        runs = np.split(numbers, np.flatnonzero(steps > _SKIPPED) + 1)
        raw = np.concatenate([_stretch(key, run, blocks)[:, :width] for run in runs])
    # by columns: they are used one by one
    out = (raw >> np.uint64(11)).astype(np.float64, order="F")
    out += 0.5
    out *= 2.0**-53
    return out


def _stretch(key: np.ndarray, numbers: np.ndarray, blocks: int) -> np.ndarray:
    """Return the words of firms not far apart (n, 4 × blocks); those between are drawn and dropped."""
    first, size = int(numbers[0]), int(numbers[-1] - numbers[0]) + 1
    stream = np.random.Philox(key=key, counter=first * blocks)
    words = stream.random_raw(size * blocks * _WORDS).reshape(size, -1)
    return words if size == len(numbers) else words[numbers - first]


def normals(seed: int, purpose: str, numbers: np.ndarray, width: int, *, month: int = 0) -> np.ndarray:
    """Draw a row of standard normals per firm; see `uniforms`."""
    return ndtri(uniforms(seed, purpose, numbers, width, month=month))


def world_generator(seed: int, purpose: str) -> np.random.Generator:
    """Return the generator of something all firms share: it depends on the seed alone."""
    return np.random.Generator(np.random.Philox(key=_key(seed, f"world {purpose}", 0)))
