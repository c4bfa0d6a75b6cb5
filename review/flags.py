"""The firms to look at first: their score, their reasons, and what led to it item by item."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from alerts.items import items_of, load_items
from review.labels import Words, label


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


def riskiest(scores: pd.DataFrame, top: int) -> pd.DataFrame:
    """Return the scores that speak for the `top` firms by probability, most probable first, ties by firm_id.

    Examples
    --------
    >>> scores = pd.DataFrame({"firm_id": ["a", "b", "c"], "probability": [0.1, 0.3, 0.9]})
    >>> riskiest(scores.assign(is_shown=[True, True, False]), 1)["firm_id"].tolist()
    ['b']
    """
    shown = scores[scores["is_shown"].astype(bool)]
    return shown.sort_values(["probability", "firm_id"], ascending=[False, True], kind="stable").head(top)


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
    chosen = riskiest(scores, top)
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
