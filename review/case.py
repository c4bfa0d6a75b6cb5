"""One firm's case as plain text for a terminal, in Japanese or in English."""

from collections.abc import Callable, Collection, Mapping

import pandas as pd

from alerts.findings import LATE_ITEMS
from alerts.items import items_of, load_items
from alerts.quantities import Language, quantity
from features.dictionary import load_dictionary
from features.peers import BASES, peer_name
from features.tier import NONE, TIERS, hint
from review.cash_outlook import outlook
from review.charts import signed
from review.labels import Words, codes, label
from review.sources import source_words
from review.terminal import pad, wrap

WIDTH = 78
SHOWN = 0.005  # smaller contributions are written 0.00
_HEAD = 12  # columns of a line's name; a full-width character takes two
_BASE_OF = {peer_name(base): base for base in BASES}
_SAID = {
    "firm": Words("事業者", "Firm"),
    "as_of": Words("基準日", "As of"),
    "industry": Words("業種・規模", "Industry"),
    "probability": Words("確率", "Probability"),
    "within": Words("今後{months}か月のデフォルト", "of default within {months} months"),
    "grade": Words("リスク区分", "Grade"),
    "tier": Words("診断", "Diagnosis"),
    "reasons": Words("リスクを高めている理由", "What raises the risk"),
    "none": Words("リスクを高めた項目はない。", "No item raised the risk."),
    "lowers": Words("リスクを下げている項目（理由ではない）", "Items that lower the risk (no reasons)"),
    "now": Words("現在", "now"),
    "before": Words("1年前", "a year before"),
    "known_before": Words("1年前の把握", "known a year before"),
    "median": Words("業種中央値", "industry median"),
    "tiers": Words("診断の段階ごと", "By diagnosis"),
    "shown": Words("表示", "shown"),
    "next": Words("次の段階", "Next step"),
    "cash": Words("資金見通し", "Cash ahead"),
    "allowed": Words(
        "（情報は{tier}診断に足りるが、そのモデルがない）",
        " (the information allows {tier}, which has no model)",
    ),
    "no_model": Words("{tier}診断のモデルはまだない", "The diagnosis after this, {tier}, has no model yet"),
    "no_tier": Words("なし", "None"),
    "versions": Words("版", "Versions"),
    "margin": Words(
        "寄与は対数オッズ。基準値 {base} ＋ 寄与の合計 ＝ マージン {margin}",
        "Contributions are log-odds: base value {base} + all contributions = margin {margin}",
    ),
    "not_live": Words(
        "この基準日にスコアはない: 事業者が未登録か、既にデフォルト又は完済している。",
        "No score on this date: the firm is not known yet, already in default, or has paid off.",
    ),
    "no_score": Words(
        "この基準日にスコアはない: 使えるモデルのある段階の資料が揃っていない。",
        "No score on this date: the information at hand allows no diagnosis that has a model.",
    ),
}


def case_text(
    firm_id: str,
    as_of_date: pd.Timestamp,
    tables: Mapping[str, pd.DataFrame],
    *,
    language: Language = "ja",
    source: str = "folder",
    currency: str = "yen",
    horizon_months: int = 12,
    modelled: Collection[str] = TIERS,
) -> str:
    """Return a firm's case: how likely, why, and what would allow a closer look.

    Parameters
    ----------
    firm_id : str
    as_of_date : Timestamp
    tables : mapping
        What scoring made of the firm's facts: ``scores``, ``contributions`` (long), ``reasons``, and
        ``values`` (its features; no row if the firm was not live); where there is one, ``projections`` too.
        Other firms' rows are passed over.
    language : "ja" or "en"
    source : str
        Where the raw tables came from; a simulated or public portfolio is named in the first line.
    currency : str
        What amounts are in: ``yen`` or ``dollar``.
    horizon_months : int
        What the probability speaks of.
    modelled : collection of str
        The tiers that have a model.

    Returns
    -------
    str
        Lines of at most `WIDTH` terminal columns, where an id or a version allows it.

    Raises
    ------
    ValueError
        The language is neither ja nor en.
    """
    if language not in ("ja", "en"):
        raise ValueError(f"language must be ja or en, got {language!r}")
    own = {name: frame[(frame["firm_id"] == firm_id).to_numpy()] for name, frame in tables.items()}

    def say(key: str, **values: object) -> str:
        return getattr(_SAID[key], language).format(**values)

    def word(kind: str, code: object) -> str:
        return getattr(label(kind, code), language)

    def line(key: str, text: str) -> str:
        return pad(say(key), _HEAD) + text

    lines = []
    if origin := source_words(source):
        lines += [f"[{getattr(origin.tag, language)}]"]
    lines += [line("firm", firm_id), line("as_of", f"{as_of_date:%Y-%m-%d}")]
    if own["values"].empty:
        return "\n".join([*lines, "", say("not_live")])
    values = own["values"].iloc[0]
    comma = "・" if language == "ja" else ", "
    lines.append(
        line("industry", f"{word('industry', values['industry'])}{comma}{word('size', values['size_class'])}")
    )

    def block(key: str, text: str) -> list[str]:
        pieces = wrap(text, WIDTH - _HEAD)
        return [pad(say(key) if at == 0 else "", _HEAD) + piece for at, piece in enumerate(pieces)]

    allowed = str(values["tier"])
    following = (NONE, *TIERS, None)[(NONE, *TIERS).index(allowed) + 1]
    if following is not None and following not in modelled:
        tip = block("next", say("no_model", tier=word("tier", following)))
    elif following is None and allowed not in modelled:
        tip = []  # said beside the diagnosis
    else:
        tip = block("next", getattr(hint(allowed), language))
    unmodelled = "" if allowed in (NONE, *modelled) else say("allowed", tier=word("tier", allowed))
    shown = own["scores"][own["scores"]["is_shown"].astype(bool).to_numpy()]
    if shown.empty:
        made = say("no_tier") + unmodelled if unmodelled else word("tier", allowed)
        return "\n".join([*lines, *block("tier", made), "", say("no_score"), *tip])
    score = shown.iloc[0]
    cash = own["projections"] if "projections" in own else own["scores"].head(0)
    lines += [
        *block("tier", word("tier", score["tier"]) + unmodelled),
        line("probability", f"{score['probability']:.1%}  {say('within', months=horizon_months)}"),
        line("grade", str(score["grade"])),
        "",
        say("reasons"),
        *(_reason_lines(own["reasons"], score, language, say, currency) or ["  " + say("none")]),
    ]
    lowering = _lowering(own["contributions"], score, language)
    if lowering:
        lines += [
            "",
            say("lowers"),
            *(f"  {pad(name, 44)}{signed(value)}" for name, value in lowering),
        ]
    level = {"base": signed(score["base_value"]), "margin": signed(score["margin"])}
    lines += [f"  {piece}" for piece in wrap(say("margin", **level), WIDTH - 2)]
    if len(own["scores"]) > 1:
        lines += ["", say("tiers")]
        for tier in codes("tier"):
            for row in own["scores"][(own["scores"]["tier"] == tier).to_numpy()].itertuples(index=False):
                mark = f"  ← {say('shown')}" if row.is_shown else ""
                lines.append(f"  {pad(word('tier', tier), _HEAD)}{row.probability:>6.1%}  {row.grade}{mark}")
    if len(cash):
        lines += ["", *block("cash", getattr(outlook(cash, currency=currency), language))]
    return "\n".join(
        [*lines, "", *tip, line("versions", f"{score['model_version']} / {score['data_version']}")]
    )


def _of_score(frame: pd.DataFrame, score: pd.Series) -> pd.DataFrame:
    """Return the rows that belong to a score: the same alert and tier."""
    same = (frame["alert"].astype("str") == score["alert"]) & (frame["tier"].astype("str") == score["tier"])
    return frame[same.to_numpy()]


def _reason_lines(
    reasons: pd.DataFrame, score: pd.Series, language: Language, say: Callable[[str], str], currency: str
) -> list[str]:
    """Return each reason's item and contribution, its sentence, and its three figures."""
    units = load_dictionary().set_index("name")["unit"]
    items = load_items()[f"label_{language}"]
    lines = []
    for row in _of_score(reasons, score).sort_values("rank").itertuples(index=False):
        head = f"{row.rank}. {items[row.item]}"
        lines.append(f"  {pad(head, 44)}{signed(row.contribution)}")
        lines += [f"     {piece}" for piece in wrap(getattr(row, f"text_{language}"), WIDTH - 5)]
        unit = units[row.feature]
        before = "known_before" if row.item in LATE_ITEMS else "before"
        figures = (("now", row.value, unit), (before, row.value_year_before, unit),
                   ("median", row.industry_median, unit))  # fmt: skip
        lines.append("     " + " | ".join(
            f"{say(key)} {quantity(value, unit, language, currency=currency)}" for key, value, unit in figures
            # a distance stands beside no median: that is of the ratio compared, in the sentence already
            if key != "median" or (value == value and row.feature not in _BASE_OF)
        ))  # fmt: skip
    return lines


def _lowering(contributions: pd.DataFrame, score: pd.Series, language: Language) -> list[tuple[str, float]]:
    """Return the three items that lower the risk most, for balance; they are no reasons."""
    own = _of_score(contributions, score)
    if own.empty:
        return []
    item = items_of(load_dictionary(), own["feature"].astype("str").tolist())
    sums = own["contribution"].astype("float64").groupby(item).sum().sort_values(kind="stable").head(3)
    items = load_items()[f"label_{language}"]
    return [(items[code], float(value)) for code, value in sums.items() if value <= -SHOWN]
