"""Words and numbers as the page prints them."""

import math

from markupsafe import Markup

from review.labels import Words


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
