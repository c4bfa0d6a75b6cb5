"""What a page says about where its figures come from."""

from typing import NamedTuple

from review.labels import Words


class Source(NamedTuple):
    """What a portfolio's origin is called: a tag for every section, and the sentence of the banner."""

    tag: Words
    note: Words


_SOURCES = {
    "simulator": Source(
        Words("模擬データ", "Simulated data"),
        Words(
            "模擬データ — 本ページの事業者・金額・デフォルトはすべてシミュレーションで作成したもので、"
            "実在の事業者とは関係がない。数値は手法が動くことの確認であり、実際の精度を示すものではない。",
            "Simulated data — every firm, amount and default on this page was made by a simulator; none is "
            "real. The figures show that the method works as built, not how accurate it is in practice.",
        ),
    ),
    "american": Source(
        Words("公開データ（米国上場企業）", "Public data (US listed firms)"),
        Words(
            "公開データ — 米国上場企業の財務パネル"
            "（Lombardo et al. 2022、Pellegrino et al. 2024、CC BY 4.0）。"
            "金額は米ドル、事由は連邦破産法の申請、日付は会計年度から置いたものである。"
            "日本の中小企業でも保証付融資でもない。",
            "Public data — a panel of US listed firms (Lombardo et al. 2022, Pellegrino et al. 2024, CC BY "
            "4.0). Amounts are US dollars, the event is a bankruptcy filing, and dates are derived from "
            "fiscal years. These are neither Japanese small firms nor guaranteed loans.",
        ),
    ),
}


def source_words(source: str) -> Source | None:
    """Return what to say about a portfolio's source; None for a user's own tables (``folder``).

    Examples
    --------
    >>> source_words("simulator").tag.ja
    '模擬データ'
    >>> source_words("lottery")
    Traceback (most recent call last):
    KeyError: "no words for the source 'lottery'; known: folder, simulator, american"
    """
    if source == "folder":
        return None
    if source not in _SOURCES:
        raise KeyError(f"no words for the source {source!r}; known: folder, {', '.join(_SOURCES)}")
    return _SOURCES[source]
