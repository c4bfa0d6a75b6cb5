"""What every reader asks of the texts and figures that it is given."""

import unicodedata
from collections.abc import Sequence

import numpy as np
import pandas as pd


def checked_texts(texts: Sequence[str]) -> list[str]:
    """Return the texts in NFKC form, or raise naming the first that is missing.

    Examples
    --------
    >>> checked_texts(["５％減"])
    ['5%減']
    >>> checked_texts(["５％減", None])
    Traceback (most recent call last):
    ValueError: text 1 is None; every row needs a text
    """
    texts = texts.tolist() if isinstance(texts, pd.Series | np.ndarray) else list(texts)
    for at, text in enumerate(texts):
        if not isinstance(text, str):
            raise ValueError(f"text {at} is {text!r}; every row needs a text")
    return [unicodedata.normalize("NFKC", text) for text in texts]


def figures(values: np.ndarray, n: int, what: str) -> np.ndarray:
    """Return a finite figure for each of n texts as float64, or raise naming the first that is none.

    Examples
    --------
    >>> figures([1, float("nan")], 2, "targets")
    Traceback (most recent call last):
    ValueError: targets of text 1: nan is not finite
    """
    values = np.asarray(values, dtype=np.float64)
    if values.shape != (n,):
        raise ValueError(f"{n} texts, but {values.size} {what}")
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        raise ValueError(f"{what} of text {bad[0]}: {values[bad[0]]} is not finite")
    return values
