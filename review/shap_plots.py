"""shap's own plots as SVG: texts in the page's font and both languages, dots as one small image."""

import io
import re
import warnings
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import escape, unescape
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup

from review.labels import Words

if TYPE_CHECKING:
    import shap
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RAISES, LOWERS, INK = "#b3462e", "#2f6690", "#3e4c59"
_DOTS_DPI = 130  # of the image the dots become
_SETTINGS = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "yocho",  # ids are the same on every run
    "font.family": "sans-serif",
    "axes.edgecolor": "#bcccdc",
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}
_PHRASES = {
    "SHAP value (impact on model output)": Words(
        "寄与（対数オッズ）　← リスクを下げる ｜ 上げる →",
        "Contribution (log-odds)  ← lowers ｜ raises the risk →",
    ),
    "High": Words("値が高い", "High value"),
    "Low": Words("値が低い", "Low value"),
    "SHAP value": Words("寄与（対数オッズ）", "Contribution (log-odds)"),
}
_TEXT = re.compile(r"<text([^>]*)>([^<]*)</text>")


@contextmanager
def _same_every_time() -> Iterator[None]:
    """Fix numpy's global generator, from which shap's plots draw the order of dots, and put it back after."""
    state = np.random.get_state()  # noqa: NPY002
    np.random.seed(0)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(state)  # noqa: NPY002


def in_both_languages(svg: str, words: Mapping[str, Words]) -> str:
    """Write every text of an SVG that is a key of `words` twice, once for each language of the page.

    Examples
    --------
    >>> in_both_languages('<text x="1">cash</text>', {"cash": Words("現預金", "Cash")})
    '<text x="1" class="ja">現預金</text><text x="1" class="en">Cash</text>'
    """

    def twice(match: re.Match) -> str:
        found = words.get(unescape(match[2]))
        if found is None:
            return match[0]
        return "".join(
            f'<text{match[1]} class="{language}">{escape(getattr(found, language), quote=False)}</text>'
            for language in ("ja", "en")
        )

    return _TEXT.sub(twice, svg)


def to_svg(plot: "Figure", words: Mapping[str, Words], name: Words) -> Markup:
    """Return a matplotlib figure as inline SVG without dates, its texts in both languages."""
    buffer = io.StringIO()
    plot.savefig(
        buffer, format="svg", dpi=_DOTS_DPI, metadata={"Date": None, "Creator": None}, transparent=True
    )
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(
        r"<(metadata|style).*?</\1>\s*", "", svg, flags=re.DOTALL
    )  # a style would reach the whole page
    svg = re.sub(r"font-family: [^;]*; ", "", svg)  # the page's font, not matplotlib's
    svg = _own_ids(svg, f"{zlib.crc32(name.en.encode()):08x}")
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*" height="[^"]*"', r"\1", svg, count=1)
    head = f'<svg class="chart plot" role="img" aria-label="{escape(f"{name.ja} / {name.en}")}"'
    return Markup(in_both_languages(svg.replace("<svg", head, 1), words))


def _own_ids(svg: str, suffix: str) -> str:
    """Keep only the ids that the figure refers to, with a suffix: a page holds several figures."""
    used = set(re.findall(r"#([\w-]+)[\")]", svg))
    svg = re.sub(r' id="([^"]+)"', lambda id_: f' id="{id_[1]}-{suffix}"' if id_[1] in used else "", svg)
    return re.sub(r'(url\(#|href="#)([\w-]+)', rf"\1\2-{suffix}", svg)


def sample(explanation: "shap.Explanation", rows: int, *, seed: int = 0) -> "shap.Explanation":
    """Return at most `rows` rows, drawn without replacement and kept in their order.

    Examples
    --------
    >>> sample(np.arange(5), 9).tolist()
    [0, 1, 2, 3, 4]
    >>> sample(np.arange(5), 0)
    Traceback (most recent call last):
    ValueError: need one row or more, asked for 0
    """
    if rows < 1:
        raise ValueError(f"need one row or more, asked for {rows}")
    n = explanation.shape[0]
    if n <= rows:
        return explanation
    return explanation[np.sort(np.random.default_rng(seed).choice(n, rows, replace=False))]


def leading_features(explanation: "shap.Explanation", most: int) -> list[str]:
    """Return the features with the largest mean absolute contribution; features never used are left out."""
    weight = np.abs(explanation.values).mean(axis=0)
    order = np.argsort(-weight, kind="stable")[:most]
    return [explanation.feature_names[place] for place in order if weight[place] > 0]


def beeswarm(
    explanation: "shap.Explanation", words: Mapping[str, Words], name: Words, *, most: int = 15
) -> Markup:
    """Draw shap's beeswarm of the features that move the margin most.

    Parameters
    ----------
    explanation : shap.Explanation (n, f)
        Contributions to the margin, with ``data`` and ``feature_names``.
    words : mapping
        Labels by feature name.
    name : Words
        What the plot shows, for screen readers.
    most : int
        Features shown.

    Returns
    -------
    Markup
        SVG.
    """
    import matplotlib as mpl
    import shap
    from matplotlib import pyplot as plt

    names = leading_features(explanation, most)
    place = [list(explanation.feature_names).index(feature) for feature in names]
    shown = shap.Explanation(
        values=np.asarray(explanation.values)[:, place],
        data=np.asarray(explanation.data, dtype=np.float64)[:, place],
        feature_names=names,
    )
    height = 0.34 * len(names) + 0.9
    with mpl.rc_context(_SETTINGS), _same_every_time(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "All-NaN", RuntimeWarning)  # a feature that no sampled firm has
        warnings.filterwarnings("ignore", "Attempting to set identical", UserWarning)  # or all alike
        plot = plt.figure(figsize=(15, height))
        axes = plot.add_axes((0.32, 0.6 / height, 0.62, 1 - 0.65 / height))
        shap.plots.beeswarm(
            shown, max_display=len(names), ax=axes, show=False, plot_size=None, s=10, color_bar_label="",
            color=mpl.colors.LinearSegmentedColormap.from_list("risk", [LOWERS, "#cfd6de", RAISES]),
        )  # fmt: skip
        _rasterise(axes)
        svg = to_svg(plot, {**words, **_PHRASES}, name)
        plt.close(plot)
    return svg


def dependence(
    explanation: "shap.Explanation",
    feature: str,
    words: Mapping[str, Words],
    name: Words,
    *,
    divide: float = 1.0,
) -> Markup:
    """Draw shap's dependence plot of one feature.

    Parameters
    ----------
    explanation : shap.Explanation (n, f)
    feature : str
        One of its features.
    words : mapping
        Labels by feature name, with the unit the axis is in.
    name : Words
        What the plot shows, for screen readers.
    divide : float
        What the feature's values are divided by, e.g. 1e6 to show millions.

    Returns
    -------
    Markup
        SVG; the axis leaves out the outermost 1 % on either side.

    Raises
    ------
    ValueError
        The explanation has no such feature.
    """
    import matplotlib as mpl
    import shap
    from matplotlib import pyplot as plt

    names = list(explanation.feature_names)
    if feature not in names:
        raise ValueError(f"no feature {feature!r} in the explanation")
    place = names.index(feature)
    shown = shap.Explanation(
        values=np.asarray(explanation.values)[:, place],
        data=np.asarray(explanation.data, dtype=np.float64)[:, place] / divide,
        feature_names=feature,
    )
    with mpl.rc_context(_SETTINGS), _same_every_time(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "All-NaN", RuntimeWarning)  # a feature that no sampled firm has
        warnings.filterwarnings("ignore", "Attempting to set identical", UserWarning)  # or all alike
        plot = plt.figure(figsize=(7.3, 4))
        axes = plot.add_axes((0.11, 0.16, 0.86, 0.8))
        shap.plots.scatter(
            shown, color=LOWERS, alpha=0.55, dot_size=10, x_jitter=0, show=False, ax=axes,
            xmin="percentile(1)", xmax="percentile(99)", ylabel="SHAP value",
        )  # fmt: skip
        axes.axhline(0, color="#9fb3c8", lw=0.8, zorder=-1)
        axes.set_ylabel("SHAP value")
        axes.xaxis.label.set_fontsize(12)
        axes.yaxis.label.set_fontsize(12)
        _rasterise(axes)
        svg = to_svg(plot, {**words, **_PHRASES}, name)
        plt.close(plot)
    return svg


def _rasterise(axes: "Axes") -> None:
    for dots in axes.collections:
        dots.set_rasterized(True)
