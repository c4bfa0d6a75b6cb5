"""The 着眼点 (points of attention) under which features are grouped when something is said about a firm."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

ITEM_TIERS = ("basic", "standard", "advanced", "none")


@cache
def _items() -> pd.DataFrame:
    frame = pd.read_csv(files("alerts") / "items.csv", dtype=str, keep_default_na=False)
    return frame.set_index("code")


def load_items() -> pd.DataFrame:
    """Return the items as a frame indexed by code.

    Returns
    -------
    DataFrame (items, 3)
        ``label_ja``, ``label_en`` and ``tier``: the diagnosis (簡易, 通常, 高度) the item is published under,
        ``none`` for information the targeting at the start of a term rests on. 純資産額, 棚卸資産 and
        仮払金・未払金 are taken as 簡易 because they are account lines; the publication leaves it open.

    Examples
    --------
    >>> load_items().loc["S48", "label_ja"]
    '現預金'
    """
    return _items().copy()


def items_of(dictionary: pd.DataFrame, names: Sequence[str]) -> np.ndarray:
    """Return the item code of each feature.

    Parameters
    ----------
    dictionary : DataFrame
        The feature dictionary; its columns ``name`` and ``item`` are read.
    names : sequence of str, length f
        Feature names.

    Returns
    -------
    ndarray (f,) of str

    Raises
    ------
    KeyError
        A feature is not in the dictionary, or its item is not in items.csv; names both.

    Examples
    --------
    >>> words = pd.DataFrame({"name": ["cash_months", "odd"], "item": ["S48", "S999"]})
    >>> items_of(words, ["cash_months"]).tolist()
    ['S48']
    >>> items_of(words, ["odd"])
    Traceback (most recent call last):
    KeyError: "dictionary.csv: feature 'odd' has item 'S999', which is not in items.csv"
    """
    of_feature = dict(zip(dictionary["name"], dictionary["item"], strict=True))
    codes = []
    for name in names:
        if name not in of_feature:
            raise KeyError(f"dictionary.csv: no feature {name!r}")
        if of_feature[name] not in _items().index:
            raise KeyError(
                f"dictionary.csv: feature {name!r} has item {of_feature[name]!r}, which is not in items.csv"
            )
        codes.append(of_feature[name])
    return np.array(codes, dtype=object)
