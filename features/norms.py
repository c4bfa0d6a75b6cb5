"""Industry norms: what is usual for firms of an industry and size, fitted in training and kept as a table."""

from itertools import product

import numpy as np
import pandas as pd

from features.tier import NONE
from intake.contracts import INDUSTRIES, SIZE_CLASSES, UNKNOWN

QUANTILES = {"median": 0.5, "p25": 0.25, "p75": 0.75}
COLUMNS = ("industry", "size_class", "feature", *QUANTILES, "n_firms", "level")
NOT_FEATURES = ("as_of_date", "firm_id", "tier", "industry", "size_class")


def fit_norms(features: pd.DataFrame, *, min_firms: int) -> pd.DataFrame:
    """Fit the norms of every feature for every industry and size class.

    Parameters
    ----------
    features : DataFrame (n firms)
        Feature table of one as-of date, the end of training: `industry`, `size_class` and features. Firms of
        `tier` "none", where there is that column, are left out: their figures are those of years ago.
    min_firms : int
        A cell with as many firms counts half by itself, half as its industry; an industry with as many half
        by itself, half as all firms: the weight of n firms is n / (n + min_firms).

    Returns
    -------
    DataFrame
        One row for each industry and size class there is a code for (whether or not a firm has it) and each
        feature: `industry`, `size_class`, `feature`; `median`, `p25`, `p75` in the feature's unit, NaN where
        no firm at all has a value; `n_firms`, the cell's firms with a value; `level`, whom the figures
        chiefly speak of: "cell" or "industry" where that is known and has `min_firms` or more, else "all".

    Raises
    ------
    ValueError
        If `min_firms` is below 1, a firm is there twice, or an industry or size class has no code.

    Examples
    --------
    >>> industry = ["0201", "0201", "0601"]
    >>> firms = pd.DataFrame({"industry": industry, "size_class": "small", "margin_pct": [10.0, 20.0, 60.0]})
    >>> norms = fit_norms(firms, min_firms=2).astype(object).set_index(["industry", "size_class"])
    >>> norms.loc[("0201", "small")].tolist()
    ['margin_pct', 16.25, 13.125, 23.125, 2, 'cell']
    >>> norms.loc[("1400", "medium")].tolist()
    ['margin_pct', 20.0, 15.0, 40.0, 0, 'all']
    >>> fit_norms(firms.assign(industry="9999"), min_firms=2)
    Traceback (most recent call last):
    ValueError: norms: no code for industry '9999', size_class 'small'
    """
    if min_firms < 1:
        raise ValueError(f"min_firms must be 1 or more, not {min_firms}")
    if "firm_id" in features and features["firm_id"].duplicated().any():
        twice = features.loc[features["firm_id"].duplicated(), "firm_id"].iloc[0]
        raise ValueError(f"norms are fitted on one as-of date, but firm_id {twice!r} is there more than once")
    if "tier" in features:
        features = features[features["tier"] != NONE]
    grid = list(product((*INDUSTRIES, UNKNOWN), (*SIZE_CLASSES, UNKNOWN)))
    cell = _codes(grid, features["industry"], features["size_class"])
    industry_of_cell = np.arange(len(grid)) // (len(SIZE_CLASSES) + 1)
    names = [name for name in features.columns if name not in NOT_FEATURES]
    values = features[names].astype("float64").reset_index(drop=True)

    everyone = _quantiles(values, np.zeros(len(values), dtype=int), groups=1)[0]
    in_industry, industry_count = _quantiles(values, industry_of_cell[cell], groups=len(INDUSTRIES) + 1)
    in_cell, cell_count = _quantiles(values, cell, groups=len(grid))
    level = np.where(industry_count[industry_of_cell] >= min_firms, "industry", "all")
    level = np.where(cell_count >= min_firms, "cell", level)
    no_industry, no_size = (
        np.array([part == UNKNOWN for part in parts]) for parts in zip(*grid, strict=True)
    )
    level[no_size] = np.where(level[no_size] == "cell", "industry", level[no_size])
    level[no_industry] = "all"  # "of the same unknown industry" would say nothing
    in_industry = _shrink(in_industry, industry_count, everyone, min_firms)
    in_cell = _shrink(in_cell, cell_count, in_industry[industry_of_cell], min_firms)

    rows = pd.DataFrame(grid, columns=["industry", "size_class"]).merge(
        pd.DataFrame({"feature": names}), "cross"
    )
    for place, name in enumerate(QUANTILES):
        rows[name] = in_cell[:, :, place].ravel()
    rows["n_firms"] = cell_count.ravel()
    rows["level"] = level.ravel()
    text = ("industry", "size_class", "feature", "level")
    return rows.astype(dict.fromkeys(text, "str"))[list(COLUMNS)]


def gap_to_norms(
    values: np.ndarray, industry: np.ndarray, size_class: np.ndarray, norms: pd.DataFrame
) -> np.ndarray:
    """Return how far each firm's value lies above the median of its industry and size.

    Parameters
    ----------
    values : (F,) float
        One feature, in its unit.
    industry, size_class : (F,) str
    norms : DataFrame
        The rows of that feature in the table that `fit_norms` returned.

    Returns
    -------
    (F,) float64
        In the feature's unit; negative below the median, NaN where value or median is missing.

    Raises
    ------
    ValueError
        If `norms` speaks of no feature or of several, or has no row for a firm.

    Examples
    --------
    >>> firms = pd.DataFrame({"industry": "0201", "size_class": "small", "x_pct": [1.0, 2.0, 4.0]})
    >>> norms = fit_norms(firms, min_firms=1)
    >>> gap_to_norms(np.array([5.0, np.nan]), np.array(["0201"] * 2), np.array(["small"] * 2), norms)
    array([ 3., nan])
    >>> gap_to_norms(np.array([5.0]), np.array(["0201"]), np.array(["tiny"]), norms)
    Traceback (most recent call last):
    ValueError: norms: no code for industry '0201', size_class 'tiny'
    """
    features = sorted(set(norms["feature"]))
    if len(features) != 1:
        raise ValueError(f"norms of one feature are wanted, not of {features}")
    cell = _codes(list(zip(norms["industry"], norms["size_class"], strict=True)), industry, size_class)
    return np.asarray(values, dtype="float64") - norms["median"].to_numpy()[cell]


def _codes(grid: list[tuple[str, str]], industry: np.ndarray, size_class: np.ndarray) -> np.ndarray:
    """Return the place of each firm's cell in `grid`."""
    place = {cell: number for number, cell in enumerate(grid)}
    codes = [place.get(cell, -1) for cell in zip(industry, size_class, strict=True)]
    if -1 in codes:
        one = codes.index(-1)
        wanted = f"industry {str(list(industry)[one])!r}, size_class {str(list(size_class)[one])!r}"
        raise ValueError(f"norms: no code for {wanted}")
    return np.array(codes, dtype=int)


def _quantiles(values: pd.DataFrame, group: np.ndarray, *, groups: int) -> tuple[np.ndarray, np.ndarray]:
    """Return quantiles (groups, features, 3) and counts (groups, features) of the values that are there."""
    grouped = values.groupby(group)
    every = range(groups)
    quantiles = [grouped.quantile(q).reindex(every).to_numpy() for q in QUANTILES.values()]
    return np.stack(quantiles, axis=-1), grouped.count().reindex(every, fill_value=0).to_numpy()


def _shrink(own: np.ndarray, count: np.ndarray, parent: np.ndarray, min_firms: int) -> np.ndarray:
    """Return the mean of own and parent figures, own ones with weight n / (n + min_firms)."""
    weight = (count / (count + min_firms))[:, :, None]
    return np.where(weight > 0, weight * own + (1 - weight) * parent, parent)
