"""How a portfolio is made up, and how many of each cohort defaulted."""

from dataclasses import dataclass

import pandas as pd

from features.tier import NONE, TIERS
from models.metrics import wilson
from review.labels import Words, codes, label


@dataclass(frozen=True)
class Count:
    """How many of a portfolio carry one code."""

    words: Words
    n: int
    share: float


@dataclass(frozen=True)
class TierCount:
    """How many firms the information at hand allows a tier, and how many are diagnosed there."""

    words: Words
    n: int
    share: float
    diagnosed: int
    has_model: bool


def tier_counts(allowed: pd.Series, shown: pd.Series) -> list[TierCount]:
    """Count firms by the tier their information allows, and by the tier that speaks for them.

    Parameters
    ----------
    allowed : Series
        A tier, or "none", of every live firm.
    shown : Series
        The tier of every score that is shown: the highest with a model.

    Returns
    -------
    list of TierCount
        Lowest first, tiers that no firm is in left out. A tier has no model where firms are allowed it and
        none is diagnosed there.

    Examples
    --------
    >>> rows = tier_counts(pd.Series(["basic", "advanced", "none"]), pd.Series(["basic", "basic"]))
    >>> [(row.words.en, row.n, row.diagnosed, row.has_model) for row in rows]
    [('Not enough data', 1, 0, True), ('Basic', 1, 2, True), ('Advanced', 1, 0, False)]
    """
    found, said = allowed.value_counts(), shown.value_counts()
    return [
        TierCount(
            label("tier", code),
            int(found.get(code, 0)),
            float(found.get(code, 0) / len(allowed)),
            int(said.get(code, 0)),
            code == NONE or code in said.index,
        )
        for code in (NONE, *TIERS)
        if code in found.index or code in said.index
    ]


def counts(values: pd.Series, kind: str, *, keep_empty: bool = False) -> list[Count]:
    """Count the codes of a column, in the order of labels.csv, unlisted ones last.

    Codes that no row has are left out, or with `keep_empty` counted as 0.

    Examples
    --------
    >>> sizes = pd.Series(["small", "small", "small", "x"])
    >>> [(count.words.en, count.n, count.share) for count in counts(sizes, "size")]
    [('Small', 3, 0.75), ('x', 1, 0.25)]
    """
    found = values.value_counts()
    listed = [code for code in codes(kind) if keep_empty or code in found.index]
    others = sorted(str(code) for code in found.index if code not in listed)
    return [
        Count(label(kind, code), int(found.get(code, 0)), float(found.get(code, 0) / max(len(values), 1)))
        for code in [*listed, *others]
    ]


def cohort_rates(labels: pd.DataFrame) -> pd.DataFrame:
    """Return the default rate of each cohort.

    Parameters
    ----------
    labels : DataFrame
        ``as_of_date``, ``label`` (1 default, 0 none, NaN censored); one row per cohort and firm.

    Returns
    -------
    DataFrame
        ``as_of_date``, ``n`` (firms with a label), ``positives``, ``censored``, ``rate``, ``low``, ``high``
        (Wilson's 95 % interval); cohorts without a labelled firm are left out.

    Examples
    --------
    >>> day = pd.Timestamp("2020-03-31")
    >>> rates = cohort_rates(pd.DataFrame({"as_of_date": [day] * 3, "label": [1.0, 0.0, float("nan")]}))
    >>> rates[["n", "positives", "censored", "rate"]].to_dict("records")
    [{'n': 2, 'positives': 1, 'censored': 1, 'rate': 0.5}]
    """
    grouped = labels.groupby("as_of_date", sort=True)["label"]
    table = pd.DataFrame({"n": grouped.count(), "positives": grouped.sum(), "rows": grouped.size()})
    table = table[table["n"] > 0]
    table = table.assign(
        positives=table["positives"].astype(int),
        censored=table["rows"] - table["n"],
        rate=table["positives"] / table["n"],
    )
    bounds = [wilson(k, n) for k, n in zip(table["positives"], table["n"], strict=True)]
    table["low"], table["high"] = [low for low, _ in bounds], [high for _, high in bounds]
    columns = ["as_of_date", "n", "positives", "censored", "rate", "low", "high"]
    return table.reset_index()[columns]


def yearly_rates(rates: pd.DataFrame) -> pd.DataFrame:
    """Return one cohort of each calendar year, the last: windows of cohorts within a year overlap."""
    year = pd.to_datetime(rates["as_of_date"]).dt.year
    return rates.assign(year=year).groupby("year", as_index=False).last()
