"""What drives the models: shap's plots for each tier, from the written contributions."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from markupsafe import Markup

from alerts.quantities import CURRENCIES
from review import shap_plots
from review.labels import Words, codes, label
from review.svg import shorten

if TYPE_CHECKING:
    import shap

_UNITS = {
    "pct": Words("%", "%"),
    "points": Words("ポイント", "points"),
    "months": Words("か月", "months"),
    "days": Words("日", "days"),
    "years": Words("年", "years"),
    "ratio": Words("倍", "×"),
}


class Driver(NamedTuple):
    """The plots of one tier's model."""

    tier: Words
    rows: int
    beeswarm: Markup
    dependence: list[tuple[Words, Markup]]


def explanation_of(
    contributions: pd.DataFrame, values: pd.DataFrame, tier: str, rows: int
) -> "shap.Explanation":
    """Return at most `rows` firms' contributions of one tier's model as a shap.Explanation.

    Parameters
    ----------
    contributions, values : DataFrame
        As in `ReportData`.
    tier : str
    rows : int

    Returns
    -------
    shap.Explanation (n, f)
        Firms in the order of `contributions`; ``data`` holds the features' values.

    Raises
    ------
    ValueError
        The firms' features differ, or are not in one order.
    """
    import shap

    part = contributions[(contributions["tier"] == tier).to_numpy()]
    feature = part["feature"].astype("str").to_numpy(dtype=object)
    names = list(dict.fromkeys(feature))
    firms = part["firm_id"].to_numpy(dtype=object)[:: len(names)]
    whole = len(part) == len(firms) * len(names)
    if (
        not whole
        or (
            (feature != np.tile(names, len(firms)))
            | (part["firm_id"].to_numpy() != np.repeat(firms, len(names)))
        ).any()
    ):
        raise ValueError(
            f"contributions of tier {tier}: firms do not have the same features in the same order"
        )
    return shap_plots.sample(
        shap.Explanation(
            values=part["contribution"].to_numpy(dtype=np.float64).reshape(len(firms), len(names)),
            data=values.set_index("firm_id").reindex(index=firms, columns=names).to_numpy(dtype=np.float64),
            feature_names=names,
        ),
        rows,
    )


def feature_words(
    dictionary: pd.DataFrame, currency: str, *, with_unit: bool, most: int = 46
) -> dict[str, Words]:
    """Return the labels of features by name, cut to `most` half-width characters."""
    money = CURRENCIES[currency]
    units = _UNITS | {"yen": Words(f"百万{money.ja}", f"{money.en} million")}
    words = {}
    for row in dictionary.itertuples(index=False):
        pair = Words(shorten(row.label_ja, most), shorten(row.label_en, most))
        unit = units.get(row.unit)
        if with_unit and unit:
            pair = Words(f"{pair.ja}（{unit.ja}）", f"{pair.en} ({unit.en})")
        words[row.name] = pair
    return words


def drivers(
    contributions: pd.DataFrame,
    values: pd.DataFrame,
    dictionary: pd.DataFrame,
    *,
    currency: str,
    rows: int,
    dependence_plots: int,
) -> list[Driver]:
    """Return, for each tier scored, its beeswarm and the dependence plots of its leading features.

    Parameters
    ----------
    contributions, values, dictionary : DataFrame
        As in `review.report.ReportData`.
    currency : str
        What amounts are in; axes of amounts are in millions of it.
    rows : int
        Firms drawn at most; more are sampled.
    dependence_plots : int
        Features drawn one by one.
    """
    short = feature_words(dictionary, currency, with_unit=False)
    with_unit = feature_words(dictionary, currency, with_unit=True)
    unit = dict(zip(dictionary["name"], dictionary["unit"], strict=True))
    blocks = []
    for tier in (code for code in codes("tier") if (contributions["tier"] == code).any()):
        explanation = explanation_of(contributions, values, tier, rows)
        words = label("tier", tier)
        name = Words(f"寄与の分布（{words.ja}）", f"Contributions ({words.en})")
        single = [
            (short[feature], shap_plots.dependence(
                explanation, feature, with_unit,
                Words(f"{short[feature].ja}と寄与（{words.ja}）", f"Contribution of {feature} ({words.en})"),
                divide=1e6 if unit[feature] == "yen" else 1.0,
            ))
            for feature in shap_plots.leading_features(explanation, dependence_plots)
        ]  # fmt: skip
        blocks.append(
            Driver(words, explanation.shape[0], shap_plots.beeswarm(explanation, short, name), single)
        )
    return blocks
