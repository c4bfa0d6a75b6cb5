"""Many small choices out of one drawn number: which words, which sentence, which of two."""

import numpy as np

_STEP, _A, _B = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB  # splitmix64


def spread(u: np.ndarray, width: int, *, salt: int = 0) -> np.ndarray:
    """Spread each drawn number out into `width` words of 64 bits.

    Notes need some hundred choices each, most firm-months have no note, and a stream lies still for every
    firm and month: so one number is drawn a month (`simulator.draws`), and a counter-based mixer makes the
    rest out of its 53 bits. The same number gives the same words.

    Parameters
    ----------
    u : (n,) float64, inside (0, 1)
        Numbers from `simulator.draws.uniforms`.
    width : int
    salt : int
        Another salt gives other words out of the same numbers.

    Returns
    -------
    (n, width) uint64

    Raises
    ------
    ValueError
        If a number is not inside (0, 1).

    Examples
    --------
    >>> a, b = spread(np.array([0.25, 0.75]), 3)
    >>> bool((a == spread(np.array([0.25]), 3)[0]).all()), bool((a == b).any())
    (True, False)
    >>> spread(np.array([1.5]), 3)
    Traceback (most recent call last):
    ValueError: uniforms lie inside (0, 1), got 1.5
    """
    u = np.asarray(u, dtype=np.float64)
    wrong = ~((u > 0) & (u < 1))
    if wrong.any():
        raise ValueError(f"uniforms lie inside (0, 1), got {u[wrong][0]}")
    seed = (u * 2.0**53).astype(np.uint64)[:, None]
    steps = (np.arange(1, width + 1, dtype=np.uint64) + np.uint64(salt << 20)) * np.uint64(_STEP)
    x = seed * np.uint64(_A) + steps[None, :]
    x = (x ^ (x >> np.uint64(30))) * np.uint64(_A)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(_B)
    return x ^ (x >> np.uint64(31))


def shares(u: np.ndarray, width: int, *, salt: int = 0) -> np.ndarray:
    """Spread each drawn number out into `width` uniforms of 32 bits, float32 in [0, 1); see `spread`."""
    words = spread(u, -(-width // 2), salt=salt)
    return words.view(np.uint32)[:, :width].astype(np.float32) * np.float32(2.0**-32)
