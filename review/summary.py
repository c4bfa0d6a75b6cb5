"""From written tables to what the page's tables show: counts, rates, validation figures, flagged firms."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from alerts.items import items_of, load_items
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
    >>> [(count.words.en, count.n, count.share) for count in counts(pd.Series(["small", "small", "x"]), "size")]
    [('Small', 2, 0.6666666666666666), ('x', 1, 0.3333333333333333)]
    """
    found = values.value_counts()
    listed = [code for code in codes(kind) if code in found.index]
    others = sorted(str(code) for code in found.index if code not in listed)
    return [
        Count(label(kind, code), int(found[code]), found[code] / len(values)) for code in [*listed, *others]
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


@dataclass(frozen=True)
class Figure:
    """A metric's value with its 95 % interval; NaN where a model has none."""

    value: float = math.nan
    low: float = math.nan
    high: float = math.nan

    @property
    def is_known(self) -> bool:
        """Whether there is a value."""
        return not math.isnan(self.value)


@dataclass(frozen=True)
class ValidationRows:
    """The models of one tier on one split, on the same rows."""

    split: Words
    n: int
    positives: int
    rows: list[tuple[Words, bool, list[Figure]]]

    @property
    def prevalence(self) -> float:
        """Share of defaults."""
        return self.positives / self.n if self.n else math.nan


METRICS = tuple(codes("metric"))


def validation(records: Iterable[Mapping]) -> list[tuple[Words, list[ValidationRows]]]:
    """Arrange evaluation records by tier, split and model.

    Parameters
    ----------
    records : iterable of mapping
        ``tier``, ``split``, ``model``, ``metric``, ``value``, ``low``, ``high``, ``n``, ``positives``.
        Metrics that the page does not show are left out.

    Returns
    -------
    list of (tier, list of ValidationRows)
        Per row: the model, whether it is the product's own, and a Figure per metric of `METRICS`.

    Raises
    ------
    ValueError
        Two records speak of the same figure.
    """
    found: dict[tuple[str, str, str], dict[str, Mapping]] = {}
    for record in records:
        place = found.setdefault((record["tier"], record["split"], record["model"]), {})
        if record["metric"] in place:
            raise ValueError(f"evaluation: two records of {record['metric']} for {record['tier']}, "
                             f"{record['split']}, {record['model']}")  # fmt: skip
        place[record["metric"]] = record

    def order(kind: str, seen: Iterable[str]) -> list[str]:
        listed = codes(kind)
        return sorted(
            set(seen), key=lambda code: (listed.index(code) if code in listed else len(listed), code)
        )

    tables = []
    for tier in order("tier", (key[0] for key in found)):
        blocks = []
        for split in order("split", (key[1] for key in found if key[0] == tier)):
            models = order("model", (key[2] for key in found if key[:2] == (tier, split)))
            first = next(iter(found[tier, split, models[0]].values()))
            rows = [(label("model", model), model == "lightgbm", [
                _figure(found[tier, split, model].get(metric)) for metric in METRICS
            ]) for model in models]  # fmt: skip
            blocks.append(
                ValidationRows(label("split", split), int(first["n"]), int(first["positives"]), rows)
            )
        tables.append((label("tier", tier), blocks))
    return tables


def _figure(record: Mapping | None) -> Figure:
    if record is None:
        return Figure()
    numbers = [record["value"], record["low"], record["high"]]
    return Figure(*(math.nan if number is None else float(number) for number in numbers))


@dataclass(frozen=True)
class Flag:
    """A firm near the top of the list, with what is said about it."""

    rank: int
    firm_id: str
    industry: Words
    size_class: Words
    tier: Words
    tier_code: str
    probability: float
    grade: str
    exposure: float
    base: float
    reasons: list[Words]
    steps: list[tuple[Words, float]]


def top_flags(
    scores: pd.DataFrame,
    reasons: pd.DataFrame,
    contributions: pd.DataFrame,
    values: pd.DataFrame,
    exposure: pd.Series,
    dictionary: pd.DataFrame,
    top: int,
) -> list[Flag]:
    """Return the `top` firms by probability, each at the tier it is shown at.

    Parameters
    ----------
    scores, reasons, contributions : DataFrame
        As scoring writes them.
    values : DataFrame
        ``firm_id``, ``industry``, ``size_class``.
    exposure : Series
        Guaranteed balance by firm_id, in the portfolio's currency; firms it lacks have NaN.
    dictionary : DataFrame
        The feature dictionary.
    top : int
        How many; ties go by firm_id.

    Returns
    -------
    list of Flag
        Most probable first.
    """
    shown = scores[scores["is_shown"].astype(bool)]
    chosen = shown.sort_values(["probability", "firm_id"], ascending=[False, True], kind="stable").head(top)
    key = ["firm_id", "alert", "tier"]
    wanted = chosen[key].astype("str")

    def of_chosen(frame: pd.DataFrame) -> dict[tuple, pd.DataFrame]:
        near = frame[frame["firm_id"].isin(wanted["firm_id"])]
        near = near.assign(**{name: near[name].astype("str") for name in key}).merge(wanted, on=key)
        return {tuple(map(str, group)): part for group, part in near.groupby(key, sort=False)}

    said, parts = of_chosen(reasons), of_chosen(contributions)
    about = values.drop_duplicates("firm_id").set_index("firm_id")[["industry", "size_class"]]
    flags = []
    for rank, row in enumerate(chosen.itertuples(index=False), start=1):
        place = (row.firm_id, row.alert, row.tier)
        texts = said[place].sort_values("rank") if place in said else reasons.head(0)
        flags.append(
            Flag(
                rank=rank,
                firm_id=row.firm_id,
                industry=label("industry", about.loc[row.firm_id, "industry"]),
                size_class=label("size", about.loc[row.firm_id, "size_class"]),
                tier=label("tier", row.tier),
                tier_code=row.tier,
                probability=float(row.probability),
                grade=str(row.grade),
                exposure=float(exposure.get(row.firm_id, math.nan)),
                base=float(row.base_value),
                reasons=[Words(*pair) for pair in zip(texts["text_ja"], texts["text_en"], strict=True)],
                steps=item_steps(parts[place], dictionary) if place in parts else [],
            )
        )
    return flags


def item_steps(contributions: pd.DataFrame, dictionary: pd.DataFrame) -> list[tuple[Words, float]]:
    """Return one firm's contributions summed by item: ``feature`` and ``contribution`` are read."""
    names: Sequence[str] = contributions["feature"].astype("str").tolist()
    sums = contributions["contribution"].astype("float64").groupby(items_of(dictionary, names)).sum()
    items = load_items()
    return [(Words(*items.loc[code, ["label_ja", "label_en"]]), float(value)) for code, value in sums.items()]
