"""The page a risk team opens first: one HTML file that needs nothing else, in Japanese and English."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from alerts.quantities import CURRENCIES
from review import charts, summary
from review.dossiers import dossiers
from review.drivers import drivers
from review.flags import top_flags
from review.formats import bilingual, metric_figure, number, percent
from review.labels import Words, codes, fault, label
from review.sources import source_words
from review.validation import METRICS, tier_comparison, validation


@dataclass(frozen=True)
class ReportData:
    """Everything the page shows, as written by earlier stages; review reads no file itself.

    Parameters
    ----------
    source : str
        Where the raw tables came from: ``simulator``, ``folder`` or the name of a public set. The page
        says so in every section.
    as_of_date : Timestamp
        The day the scores speak from.
    data_report : mapping
        As intake's IngestReport writes it; of ``tables`` are read: ``present``, ``rows_in``, ``kept``,
        ``quarantined``, ``reasons`` (reason → rows), ``first_known_date``, ``last_known_date`` and
        ``unknown_levels`` (column → ``rows`` and the ``codes`` that arrived).
    labels : DataFrame
        ``as_of_date``, ``firm_id``, ``label`` (1, 0, NaN censored) of every cohort.
    splits : mapping
        ``train``, ``calibration``, ``test`` (lists of ISO dates), ``horizon_months``, ``label_cutoff_date``.
    evaluation : sequence of mapping
        The shared records (``split``, ``model``, ``metric``, ``value``, ``low``, ``high``, ``n``,
        ``positives``) with ``tier`` beside. Codes of splits, models and metrics are those of labels.csv;
        the split `validation.SAME_FIRMS` holds differences between tiers, its models named ``high − low``.
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
    projections : DataFrame, optional
        The table `projections`: cash of the firms drawn, or of all; without it the page speaks of no cash.
    notes, note_signals : DataFrame, optional
        Notes of talks and what a reader found in them, of the firms drawn or of all; without both the page
        shows no notes.
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
    projections: pd.DataFrame | None = None
    notes: pd.DataFrame | None = None
    note_signals: pd.DataFrame | None = None


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
    flags = top_flags(
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
    return _environment(data).get_template("report.html").render(
        data=data,
        source=source_words(data.source),
        style=Markup(files("review").joinpath("report.css").read_text(encoding="utf-8")),
        script=Markup(files("review").joinpath("report.js").read_text(encoding="utf-8")),
        tables=[(label("table", name), table) for name, table in tables.items()],
        quarantined=[(label("table", name), fault(reason), n) for name, table in tables.items()
                     for reason, n in table["reasons"].items()],
        unknown=[(label("table", name), column, level["rows"], ", ".join(level["codes"]))
                 for name, table in tables.items() for column, level in table["unknown_levels"].items()],
        live=len(data.values),
        shown=shown,
        expected=float(shown["probability"].sum()),
        by_tier=summary.tier_counts(data.values["tier"], shown["tier"]),
        by_grade=summary.counts(shown["grade"], "grade", keep_empty=True),
        by_size=summary.counts(data.values["size_class"], "size"),
        by_industry=summary.counts(data.values["industry"], "industry"),
        rates_chart=charts.default_rates(rates) if len(rates) else "",
        yearly=summary.yearly_rates(rates).to_dict("records"),
        timeline=charts.timeline(data.splits),
        metrics=[(code, label("metric", code)) for code in METRICS],
        validation=validation(data.evaluation),
        comparison=tier_comparison(data.evaluation),
        calibration=_calibration_section(data.reliability),
        drivers=drivers(data.contributions, data.values, data.dictionary, currency=data.currency,
                        rows=data.shap_rows, dependence_plots=data.dependence_plots),
        flags=flags,
        has_exposure=any(not math.isnan(flag.exposure) for flag in flags),
        has_projections=data.projections is not None and len(data.projections) > 0,
        cases=dossiers([flag for flag in flags[: data.waterfalls] if flag.steps], data.as_of_date,
                       projections=data.projections, notes=data.notes, note_signals=data.note_signals,
                       currency=data.currency),
    )  # fmt: skip


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
        "signed": charts.signed,
        "nan": math.nan,
    }
    environment.filters |= {"number": number, "percent": percent}
    return environment
