"""How a portfolio is made up, and how many of each cohort defaulted."""

from dataclasses import dataclass

import pandas as pd

from models.metrics import wilson
from review.labels import Words, codes, label


@dataclass(frozen=True)
class Count:
    """How many of a portfolio carry one code."""

    words: Words
    n: int
    share: float


def counts(values: pd.Series, kind: str) -> list[Count]:
    """Count the codes of a column, in the order of labels.csv, unlisted ones last; absent ones are left out.

    Examples
    --------
    >>> sizes = pd.Series(["small", "small", "small", "x"])
    >>> [(count.words.en, count.n, count.share) for count in counts(sizes, "size")]
    [('Small', 3, 0.75), ('x', 1, 0.25)]
    """
    found = values.value_counts()
    listed = [code for code in codes(kind) if code in found.index]
    others = sorted(str(code) for code in found.index if code not in listed)
    return [
        Count(label(kind, code), int(found[code]), float(found[code] / len(values)))
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
