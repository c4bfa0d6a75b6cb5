"""The one list of features: name, item, tier, words, unit, formula, source, direction (dictionary.csv)."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import pandas as pd

from features.tier import TIERS

TEXT = (
    "name",
    "family",
    "item",
    "tier",
    "role",
    "label_ja",
    "label_en",
    "unit",
    "formula",
    "source",
    "known_at",
    "why",
)
NEVER_EMPTY = ("family", "label_ja", "label_en", "formula", "source", "known_at")
NUMBERS = {"monotone": "int64", "min": "float64", "max": "float64"}
ROLES = ("feature", "part", "status")  # models see `feature`; the rest is kept beside a ratio for people
# the last word of a name says the measure; a difference of percentages is in points, a count may be of months
UNITS_OF_SUFFIX = {
    "yen": {"yen"},
    "pct": {"pct", "points"},
    "days": {"days"},
    "months": {"months"},
    "years": {"years"},
    "ratio": {"ratio"},
    "count": {"count", "months", "people"},
    "grade": {"grade", "number"},
    "status": {"number"},
    "z2": {"number"},
}
FLAG_PREFIXES = ("is_", "has_")


def unit_fits(name: str, unit: str) -> bool:
    """Return whether a name ends, or for a flag begins, as its unit demands.

    Examples
    --------
    >>> unit_fits("op_margin_pct", "pct"), unit_fits("is_insolvent", "flag"), unit_fits("sales", "yen")
    (True, True, False)
    """
    if name.startswith(FLAG_PREFIXES):
        return unit == "flag"
    return unit in UNITS_OF_SUFFIX.get(name.rsplit("_", 1)[-1], set())


def check(dictionary: pd.DataFrame) -> None:
    """Refuse a dictionary that breaks its own rules.

    Parameters
    ----------
    dictionary : DataFrame
        As `load_dictionary` returns it.

    Raises
    ------
    ValueError
        Naming the feature, the column and the value: a name that is there twice, no ASCII snake_case or
        without its unit; an unknown tier, role or monotone direction; no direction and no reason why; a
        label, formula, source or known_at left empty; min above max.
    """
    rules = {
        "name": ~dictionary["name"].duplicated() & dictionary["name"].str.fullmatch(r"[a-z][a-z0-9_]*"),
        "unit": pd.Series(
            [unit_fits(*pair) for pair in zip(dictionary["name"], dictionary["unit"], strict=True)],
            index=dictionary.index,
            dtype=bool,
        ),
        "item": dictionary["item"].str.fullmatch(r"S[0-9]{1,3}"),
        "tier": dictionary["tier"].isin(TIERS),
        "role": dictionary["role"].isin(ROLES),
        "monotone": dictionary["monotone"].isin([-1, 0, 1]),
        "why": (dictionary["why"] != "") | (dictionary["monotone"] != 0),
        "max": dictionary["min"] < dictionary["max"],
    } | {name: dictionary[name] != "" for name in NEVER_EMPTY}
    for column, good in rules.items():
        for row in dictionary[~good].itertuples(index=False):
            raise ValueError(f"dictionary.csv: feature {row.name!r} has {column} {getattr(row, column)!r}")


@cache
def _read() -> pd.DataFrame:
    types = dict.fromkeys(TEXT, "str") | NUMBERS
    dictionary = pd.read_csv(files("features") / "dictionary.csv", dtype=types, keep_default_na=False)
    check(dictionary)
    return dictionary


def load_dictionary() -> pd.DataFrame:
    """Return the dictionary, checked: one row a column of the feature table, in that table's order.

    Returns
    -------
    DataFrame
        `name`; `family` (the module that makes it); `item` (the 着眼点 it speaks to, or another S-number);
        `tier`; `role`; `label_ja`, `label_en`; `unit`; `formula`; `source`; `known_at` (what must be known);
        `monotone` (+1 riskier when higher, −1 when lower, 0 neither); `min`, `max` (plausible bounds in the
        unit, for the data report, nothing is cut off); `why` (of the direction, or of none).
    """
    return _read().copy()


def features_of(tier: str) -> list[str]:
    """Return the names of the features that a model of `tier` sees, in dictionary order.

    Raises
    ------
    ValueError
        If there is no such tier.

    Examples
    --------
    >>> features_of("basic")[:2], set(features_of("basic")) < set(features_of("advanced"))
    (['sales_yen', 'sales_trend_pct'], True)
    >>> features_of("gold")
    Traceback (most recent call last):
    ValueError: no tier 'gold'; known: basic, standard, advanced
    """
    if tier not in TIERS:
        raise ValueError(f"no tier {tier!r}; known: {', '.join(TIERS)}")
    dictionary = _read()
    seen = dictionary["tier"].isin(TIERS[: TIERS.index(tier) + 1]) & (dictionary["role"] == "feature")
    return dictionary.loc[seen, "name"].tolist()


def monotone_of(names: Iterable[str]) -> list[int]:
    """Return the monotone direction of each feature, in the order asked.

    Raises
    ------
    KeyError
        If the dictionary has no such feature.

    Examples
    --------
    >>> monotone_of(["crd_grade", "debt_years", "sales_yen"])
    [-1, 1, 0]
    >>> monotone_of(["sex"])
    Traceback (most recent call last):
    KeyError: "dictionary.csv: no feature 'sex'"
    """
    dictionary = _read()
    direction = dict(zip(dictionary["name"], dictionary["monotone"].tolist(), strict=True))
    found = []
    for name in names:
        if name not in direction:
            raise KeyError(f"dictionary.csv: no feature {name!r}")
        found.append(direction[name])
    return found
