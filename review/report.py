"""The page a risk team opens first: one HTML file that needs nothing else, Japanese first, English at a switch."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files

import numpy as np
import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from alerts.quantities import CURRENCIES
from review import charts, shap_plots, summary
from review.labels import Words, codes, label
from review.sources import source_words
from review.svg import shorten


@dataclass(frozen=True)
class ReportData:
    """Everything the page shows, as written by earlier stages; review reads no file itself.

    Parameters
    ----------
    source : str
        Where the raw tables came from: ``simulator``, ``folder`` or the name of a public set. The page says so
        in every section.
    as_of_date : Timestamp
        The day the scores speak from.
    data_report : mapping
        ``tables``: per table ``rows``, ``kept``, ``quarantined`` (reason → count), ``first_known_date``,
        ``last_known_date`` (ISO or None) and ``unknown`` (column → count of the level "unknown").
    labels : DataFrame
        ``as_of_date``, ``firm_id``, ``label`` (1, 0, NaN censored) of every cohort.
    splits : mapping
        ``train``, ``calibration``, ``test`` (lists of ISO dates), ``horizon_months``, ``label_cutoff_date``.
    evaluation : sequence of mapping
        The shared records (``split``, ``model``, ``metric``, ``value``, ``low``, ``high``, ``n``, ``positives``)
        with ``tier`` beside. Codes of splits, models and metrics are those of labels.csv.
    reliability : DataFrame
        ``tier``, ``split``, ``model``, ``bin``, ``n``, ``positives``, ``predicted``, ``observed``, ``low``,
        ``high``; rows of model ``lightgbm`` are shown, of the split listed first.
    scores : DataFrame
        The scores table of one as-of date, all tiers; ``is_shown`` marks the one that speaks for a firm.
    contributions : DataFrame
        Long: ``firm_id``, ``alert``, ``tier``, ``feature``, ``contribution`` (log-odds), every feature of a
        scored firm and tier in the same order.
    reasons : DataFrame
        The reasons table.
    values : DataFrame
        One row per live firm: ``firm_id``, ``tier``, ``industry``, ``size_class`` and every feature scored.
    dictionary : DataFrame
        The feature dictionary.
    exposure : Series
        Guaranteed balance by firm_id; may be empty where no guarantee is known.
    versions : mapping
        What the footer names, e.g. ``{"model (basic)": "3f2a…", "data": "8c1d…"}``.
    currency : str
        What amounts are in: ``yen`` or ``dollar``.
    top_flags, waterfalls, shap_rows : int
        Firms listed, firms drawn, rows in shap's plots.
    """

    source: str
    as_of_date: pd.Timestamp
    data_report: Mapping
    labels: pd.DataFrame
    splits: Mapping
    evaluation: Sequence[Mapping]
    reliability: pd.DataFrame
    scores: pd.DataFrame
    contributions: pd.DataFrame
    reasons: pd.DataFrame
    values: pd.DataFrame
    dictionary: pd.DataFrame
    exposure: pd.Series = field(default_factory=lambda: pd.Series(dtype="float64"))
    versions: Mapping[str, str] = field(default_factory=dict)
    currency: str = "yen"
    top_flags: int = 50
    waterfalls: int = 10
    shap_rows: int = 1500
    dependence_plots: int = 4


def bilingual(ja: object, en: object | None = None) -> Markup:
    """Return a text in both languages, of which the page shows one; the same in both is written once.

    Examples
    --------
    >>> print(bilingual("学習", "Train"))
    <span class="ja" lang="ja">学習</span><span class="en" lang="en">Train</span>
    >>> print(bilingual(Words("<b>", "<b>")))
    &lt;b&gt;
    """
    if en is None and isinstance(ja, Words):
        ja, en = ja
    if en is None or ja == en:
        return Markup("{}").format(ja)
    return Markup('<span class="ja" lang="ja">{}</span><span class="en" lang="en">{}</span>').format(ja, en)


def number(value: float, decimals: int = 0) -> str:
    """Return a number with thousands commas; NaN is a dash.

    Examples
    --------
    >>> number(12345.0), number(-0.5, 2), number(float("nan"))
    ('12,345', '−0.50', '–')
    """
    if value is None or math.isnan(value):
        return "–"
    return f"{value:,.{decimals}f}".replace("-", "−")


def percent(share: float, decimals: int = 1) -> str:
    """Return a share as per cent; NaN is a dash.

    Examples
    --------
    >>> percent(0.0175, 2), percent(float("nan"))
    ('1.75%', '–')
    """
    return "–" if math.isnan(share) else f"{share * 100:.{decimals}f}%"


def metric_figure(value: float, metric: str) -> str:
    """Return a metric's value as validation tables print it: rates in per cent, months with one decimal."""
    if metric.startswith(("precision_", "recall_")):
        return percent(value)
    return number(value, {"lead_time_months": 1, "calibration_slope": 2, "brier": 4}.get(metric, 3))


def explanation_of(contributions: pd.DataFrame, values: pd.DataFrame, tier: str, rows: int):  # noqa: ANN201
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
    """
    import shap

    part = contributions[(contributions["tier"] == tier).to_numpy()]
    names = part["feature"].astype("str").drop_duplicates().tolist()
    firms = part["firm_id"].to_numpy()[:: len(names)]
    if len(part) != len(firms) * len(names):
        raise ValueError(
            f"contributions of tier {tier}: {len(part)} rows are no whole number of {len(names)} features"
        )
    return shap_plots.sample(
        shap.Explanation(
            values=part["contribution"].to_numpy(dtype=np.float64).reshape(len(firms), len(names)),
            data=values.set_index("firm_id").reindex(index=firms, columns=names).to_numpy(dtype=np.float64),
            feature_names=names,
        ),
        rows,
    )


def _feature_words(
    dictionary: pd.DataFrame, currency: str, *, with_unit: bool, most: int = 46
) -> dict[str, Words]:
    """Return the labels of features by name, cut to `most` half-width characters."""
    money = CURRENCIES[currency]
    units = {
        "yen": Words(f"百万{money.ja}", f"{money.en} million"), "pct": Words("%", "%"), "months": Words("か月", "months"),
        "days": Words("日", "days"), "ratio": Words("倍", "×"), "count": Words("件", "count"), "years": Words("年", "years"),
    }  # fmt: skip
    words = {}
    for row in dictionary.itertuples(index=False):
        pair = Words(shorten(row.label_ja, most), shorten(row.label_en, most))
        unit = units.get(row.unit)
        if with_unit and unit:
            pair = Words(f"{pair.ja}（{unit.ja}）", f"{pair.en} ({unit.en})")
        words[row.name] = pair
    return words


def _shap_section(data: ReportData) -> list[dict]:
    """Return, per tier, its beeswarm and the dependence plots of its leading features."""
    short = _feature_words(data.dictionary, data.currency, with_unit=False)
    with_unit = _feature_words(data.dictionary, data.currency, with_unit=True)
    unit = dict(zip(data.dictionary["name"], data.dictionary["unit"], strict=True))
    blocks = []
    for tier in (code for code in codes("tier") if (data.scores["tier"] == code).any()):
        explanation = explanation_of(data.contributions, data.values, tier, data.shap_rows)
        of_tier = label("tier", tier)
        blocks.append(
            {
                "tier": of_tier,
                "rows": explanation.shape[0],
                "beeswarm": shap_plots.beeswarm(
                    explanation, short, Words(f"寄与の分布（{of_tier.ja}）", f"Contributions ({of_tier.en})")
                ),
                "dependence": [
                    (short[name], shap_plots.dependence(
                        explanation, name, with_unit, Words(f"{short[name].ja}と寄与", f"{short[name].en}: contribution"),
                        divide=1e6 if unit[name] == "yen" else 1.0,
                    ))
                    for name in shap_plots.leading_features(explanation, data.dependence_plots)
                ],
            }
        )  # fmt: skip
    return blocks


def _calibration_section(reliability: pd.DataFrame) -> list[dict]:
    """Return, per tier, the calibration chart of the product's model and its table."""
    own = reliability[reliability["model"] == "lightgbm"]
    blocks = []
    for tier in (code for code in codes("tier") if (own["tier"] == code).any()):
        of_tier = own[own["tier"] == tier]
        split = next(
            code for code in [*codes("split"), *of_tier["split"]] if (of_tier["split"] == code).any()
        )
        rows = of_tier[of_tier["split"] == split].sort_values("bin")
        words = label("tier", tier)
        name = Words(f"較正（{words.ja}）", f"Calibration ({words.en})")
        blocks.append(
            {
                "tier": words,
                "split": label("split", split),
                "chart": charts.calibration(rows, name),
                "rows": rows.to_dict("records"),
            }
        )
    return blocks


def render(data: ReportData) -> str:
    """Return the whole page as one HTML text.

    Parameters
    ----------
    data : ReportData

    Returns
    -------
    str
        HTML without any reference to the outside; the same data give the same bytes.
    """
    rates = summary.cohort_rates(data.labels)
    flags = summary.top_flags(
        data.scores,
        data.reasons,
        data.contributions,
        data.values,
        data.exposure,
        data.dictionary,
        data.top_flags,
    )
    shown = data.scores[data.scores["is_shown"].astype(bool)]
    tables = data.data_report["tables"]
    page = _environment(data).get_template("report.html").render(
        data=data,
        source=source_words(data.source),
        style=Markup(files("review").joinpath("report.css").read_text(encoding="utf-8")),
        script=Markup(files("review").joinpath("report.js").read_text(encoding="utf-8")),
        tables=[(label("table", name), table) for name, table in tables.items()],
        quarantined=[(label("table", name), reason, n) for name, table in tables.items()
                     for reason, n in table["quarantined"].items() if n],
        unknown=[(label("table", name), column, n) for name, table in tables.items()
                 for column, n in table["unknown"].items() if n],
        live=len(data.values),
        shown=shown,
        expected=float(shown["probability"].sum()),
        by_tier=summary.counts(data.values["tier"], "tier"),
        by_size=summary.counts(data.values["size_class"], "size"),
        by_industry=summary.counts(data.values["industry"], "industry"),
        rates_chart=charts.default_rates(rates) if len(rates) else "",
        yearly=summary.yearly_rates(rates).to_dict("records"),
        timeline=charts.timeline(data.splits),
        metrics=[(code, label("metric", code)) for code in summary.METRICS],
        validation=summary.validation(data.evaluation),
        calibration=_calibration_section(data.reliability),
        shap=_shap_section(data),
        flags=flags,
        has_exposure=any(not math.isnan(flag.exposure) for flag in flags),
        cases=[(flag, charts.waterfall(flag.base, flag.steps)) for flag in flags[: data.waterfalls] if flag.steps],
    )  # fmt: skip
    return page


def _environment(data: ReportData) -> Environment:
    environment = Environment(
        loader=PackageLoader("review", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    money = CURRENCIES[data.currency]
    environment.globals |= {
        "t": bilingual,
        "thousands": Words(f"千{money.ja}", f"{money.en} thousand"),
        "figure": metric_figure,
        "nan": math.nan,
    }
    environment.filters |= {"number": number, "percent": percent}
    return environment
