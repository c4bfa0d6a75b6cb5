"""Grouped reasons: which items raise a firm's risk most, with its value, its own past and its peers."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import pandas as pd

from alerts.findings import Finding
from alerts.items import items_of
from alerts.wording import sentence
from features.peers import BASES, peer_name

MOST_REASONS = (
    4  # Regulation B, comment 9(b)(2)-1, as a measure: more than four are unlikely to help the reader
)
RAISES = "raises"
_BASE_OF = {peer_name(base): base for base in BASES}  # distance to the industry → what is compared
KEY = ("as_of_date", "firm_id", "alert", "tier")
COLUMNS = (
    *KEY, "rank", "item", "contribution", "feature",
    "value", "value_year_before", "industry_median", "direction", "text_ja", "text_en",
)  # fmt: skip


class Contributed(Protocol):
    """What is read of a model's contributions: margin units, one row a firm, one column a feature."""

    values: np.ndarray
    feature_names: Sequence[str]


def sum_by_item(values: np.ndarray, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sum contributions over the features of each item and find each item's leading feature.

    Parameters
    ----------
    values : ndarray (n, f)
        Contributions in units of the margin (log-odds).
    codes : ndarray (f,) of str
        Item of each feature.

    Returns
    -------
    items : ndarray (g,) of str, sorted
    sums : ndarray (n, g) float64
        A row's sums add up to the same as its contributions.
    leaders : ndarray (n, g) int
        Column of `values` that contributes most to the item, upwards.

    Examples
    --------
    >>> items, sums, leaders = sum_by_item(np.array([[0.3, -0.1, 0.2]]), np.array(["S48", "S55", "S48"]))
    >>> items.tolist(), sums.tolist(), leaders.tolist()
    (['S48', 'S55'], [[0.5, -0.1]], [[0, 1]])
    >>> sum_by_item(np.array([[np.nan]]), np.array(["S48"]))
    Traceback (most recent call last):
    ValueError: contributions: 1 of 1 values are not finite
    """
    values = np.asarray(values, dtype=np.float64)
    bad = int((~np.isfinite(values)).sum())
    if bad:
        raise ValueError(f"contributions: {bad} of {values.size} values are not finite")
    items, place = np.unique(np.asarray(codes, dtype=str), return_inverse=True)
    sums = values @ np.eye(len(items))[place]
    leaders = np.empty((len(values), len(items)), dtype=np.intp)
    for group in range(len(items)):
        columns = np.flatnonzero(place == group)
        leaders[:, group] = columns[values[:, columns].argmax(axis=1)]
    return items, sums, leaders


def reasons(
    key: pd.DataFrame,
    contributions: Contributed,
    features_now: pd.DataFrame,
    features_year_before: pd.DataFrame,
    norms: pd.DataFrame,
    dictionary: pd.DataFrame,
    *,
    top: int = MOST_REASONS,
    currency: str = "yen",
) -> pd.DataFrame:
    """Return the at most `top` items that raise each firm's risk, most first, each with its sentence.

    An item whose features together lower the risk, or leave it as it is, is never a reason.

    Parameters
    ----------
    key : DataFrame (n rows)
        ``as_of_date``, ``firm_id``, ``alert``, ``tier`` of the scores explained.
    contributions : models' Contributions
        ``values`` (n, f) in units of the margin and ``feature_names``, rows as in `key`.
    features_now : DataFrame (n rows)
        ``industry``, ``size_class`` and the features, rows as in `key`.
    features_year_before : DataFrame
        ``firm_id`` and the features as they were a year before; firms in any order, not all need be there.
    norms : DataFrame
        ``industry``, ``size_class``, ``feature``, ``median`` and ``level`` (cell, industry or all).
    dictionary : DataFrame
        The feature dictionary: ``name``, ``item``, ``label_ja``, ``label_en``, ``unit``, ``monotone``;
        of a distance to the industry also the ratio that is compared.
    top : int
        1 to 4 reasons a firm.
    currency : str
        What amounts are in: ``yen`` or ``dollar``.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`, one row per (key, rank), in the order of `key`. ``contribution`` is the
        sum over the item's features, ``feature`` its largest contributor, ``value`` that feature's value.
        ``industry_median`` is that of the feature, or, of a distance to the industry, of the ratio compared.

    Raises
    ------
    ValueError
        `top` is out of range, rows do not match, or a contribution is not finite.
    KeyError
        A feature or an item is unknown.
    """
    if not 1 <= top <= MOST_REASONS:
        raise ValueError(f"top must be 1 to {MOST_REASONS}, got {top}")
    names = list(contributions.feature_names)
    values = np.asarray(contributions.values)
    if values.shape != (len(key), len(names)) or len(features_now) != len(key):
        raise ValueError(
            f"contributions {values.shape} and features_now {features_now.shape} do not fit "
            f"{len(key)} keys and {len(names)} features"
        )
    items, sums, leaders = sum_by_item(values, items_of(dictionary, names))
    order = np.argsort(-sums, axis=1, kind="stable")[:, :top]
    chosen = np.take_along_axis(sums, order, axis=1)
    rows, ranks = np.nonzero(chosen > 0)  # row-major: firms in order, ranks ascending
    groups = order[rows, ranks]
    columns = leaders[rows, groups]

    frame = pd.DataFrame(
        {
            **{name: key[name].to_numpy()[rows] for name in KEY},
            "rank": ranks + 1,
            "item": items[groups],
            "contribution": chosen[rows, ranks],
            "feature": np.array(names, dtype=object)[columns],
            "value": features_now[names].to_numpy(dtype=np.float64)[rows, columns],
            "value_year_before": _year_before(key["firm_id"], features_year_before, names)[rows, columns],
        }
    )
    medians = _medians(
        norms,
        features_now["industry"].to_numpy()[rows],
        features_now["size_class"].to_numpy()[rows],
        frame["feature"].replace(_BASE_OF).to_numpy(),
    )
    frame["industry_median"] = medians["median"].to_numpy(dtype=np.float64)
    frame["direction"] = RAISES
    frame["text_ja"], frame["text_en"] = _texts(frame, medians["level"], dictionary, currency)
    text = ["firm_id", "alert", "tier", "item", "feature", "direction", "text_ja", "text_en"]
    return frame.astype(dict.fromkeys(text, "str"))[list(COLUMNS)]


def _year_before(firm_id: pd.Series, before: pd.DataFrame, names: list[str]) -> np.ndarray:
    """Return last year's features (n, f) of these firms; NaN where firm or feature is missing."""
    twice = before["firm_id"][before["firm_id"].duplicated()]
    if len(twice):
        raise ValueError(f"features a year before: firm_id {twice.iloc[0]!r} is there more than once")
    then = before.set_index("firm_id").reindex(columns=names)
    return then.reindex(firm_id).to_numpy(dtype=np.float64)


def _medians(
    norms: pd.DataFrame, industry: np.ndarray, size_class: np.ndarray, feature: np.ndarray
) -> pd.DataFrame:
    """Return median and level for each (industry, size_class, feature); NaN where there is no norm."""
    keys = ["industry", "size_class", "feature"]
    asked = pd.DataFrame(dict(zip(keys, (industry, size_class, feature), strict=True))).astype("str")
    found = asked.merge(
        norms[[*keys, "median", "level"]].astype(dict.fromkeys(keys, "str")),
        on=keys, how="left", validate="many_to_one",
    )  # fmt: skip
    return found[["median", "level"]]


def _texts(
    frame: pd.DataFrame, level: pd.Series, dictionary: pd.DataFrame, currency: str
) -> tuple[list[str], list[str]]:
    """Return the Japanese and the English sentence of each row."""
    word = dictionary.set_index("name")
    said = {}
    for name in frame["feature"].unique():
        about = word.loc[name]
        label_ja, label_en = word.loc[_BASE_OF.get(name, name), ["label_ja", "label_en"]]
        said[name] = (label_ja, label_en, about["unit"], int(about["monotone"]))
    findings = [
        Finding(*said[feature], value, before, median, peers, feature in _BASE_OF, item, currency)
        for feature, value, before, median, peers, item in zip(
            frame["feature"], frame["value"].tolist(), frame["value_year_before"].tolist(),
            frame["industry_median"].tolist(), level.fillna("cell"), frame["item"], strict=True,
        )
    ]  # fmt: skip
    return [sentence(f, "ja") for f in findings], [sentence(f, "en") for f in findings]
