"""Evaluation records arranged as the page's validation tables."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from review.labels import Words, codes, label


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
    event: Words  # what the positives are

    @property
    def prevalence(self) -> float:
        """Share of positives."""
        return self.positives / self.n if self.n else math.nan


@dataclass(frozen=True)
class Comparison:
    """Paired differences between tiers' models on the same firms."""

    metrics: list[Words]
    n: int
    positives: int
    rows: list[tuple[Words, list[Figure]]]


METRICS = tuple(codes("metric"))
DEFAULTS = Words("デフォルト", "defaults")
EVENTS = {"out_of_time_rescheduling": Words("条件変更", "reschedulings")}  # splits of another label
SAME_FIRMS = "out_of_time_advanced_firms"  # the split whose records are differences between tiers


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
        if record["split"] == SAME_FIRMS:
            continue  # differences: a table of their own
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
            # a lead time counts defaults alone; every other metric counts the split's rows
            first = max(found[tier, split, models[0]].values(), key=lambda record: record["n"])
            rows = [(label("model", model), model == "lightgbm", [
                _figure(found[tier, split, model].get(metric)) for metric in METRICS
            ]) for model in models]  # fmt: skip
            event = EVENTS.get(split, DEFAULTS)
            blocks.append(
                ValidationRows(label("split", split), int(first["n"]), int(first["positives"]), rows, event)
            )
        tables.append((label("tier", tier), blocks))
    return tables


def tier_comparison(records: Iterable[Mapping]) -> Comparison | None:
    """Arrange the differences between tiers, whose model is ``high − low``; None without any.

    Examples
    --------
    >>> figures = {"value": 0.02, "low": 0.01, "high": 0.03, "n": 900, "positives": 20}
    >>> record = {"split": SAME_FIRMS, "model": "advanced − basic", "metric": "auc"} | figures
    >>> tier_comparison([record]).rows[0]
    (Words(ja='高度 − 簡易', en='Advanced − Basic'), [Figure(value=0.02, low=0.01, high=0.03)])
    >>> tier_comparison([]) is None
    True
    """
    own = [record for record in records if record["split"] == SAME_FIRMS]
    if not own:
        return None
    metrics = [metric for metric in METRICS if any(record["metric"] == metric for record in own)]
    rows = []
    for model in dict.fromkeys(record["model"] for record in own):
        by_metric = {record["metric"]: record for record in own if record["model"] == model}
        high, low = (label("tier", code) for code in model.split(" − "))
        figures = [_figure(by_metric.get(metric)) for metric in metrics]
        rows.append((Words(f"{high.ja} − {low.ja}", f"{high.en} − {low.en}"), figures))
    return Comparison([label("metric", m) for m in metrics], int(own[0]["n"]), int(own[0]["positives"]), rows)


def _figure(record: Mapping | None) -> Figure:
    if record is None:
        return Figure()
    numbers = [record["value"], record["low"], record["high"]]
    return Figure(*(math.nan if number is None else float(number) for number in numbers))
