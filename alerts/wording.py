"""One reason as one sentence, in Japanese and in English."""

import math
from dataclasses import dataclass

from alerts.quantities import Language, money_scale, quantity, unit_of

# which firms a median speaks of, by the level of its row in the norms
_PEERS = {
    "cell": ("同業種・同規模の中央値", "the median of the same industry and size"),
    "industry": ("同業種の中央値", "the median of the industry"),
    "all": ("全業種の中央値", "the median of all firms"),
}
PROVISION_ITEM = "S12"  # 情報提供: here a missing value is itself the finding, not a gap in the evidence
_LENGTHS = ("期間", "年数", "日数", "月数", "経過", "遅れ")


@dataclass(frozen=True)
class Finding:
    """What one sentence says: a feature of a firm now, a year before, and among its peers.

    `monotone` is +1 where a higher value is riskier, -1 where a lower one is, 0 where neither holds;
    NaN stands for what is not known.
    """

    label_ja: str
    label_en: str
    unit: str
    monotone: int
    value: float
    year_before: float = math.nan
    median: float = math.nan
    peers: str = "cell"
    item: str = ""
    currency: str = "yen"


def sentence(finding: Finding, language: Language) -> str:
    """Return the finding as one sentence.

    The sentence only says what the figures show: a value that got better or lies on the good side of its
    peers is never described as a worsening, and a missing value is called missing.

    Parameters
    ----------
    finding : Finding
    language : "ja" or "en"

    Returns
    -------
    str

    Examples
    --------
    >>> thin = Finding("手元流動性", "Cash in months of sales", "months", -1, 0.8, 1.6, 1.9)
    >>> sentence(thin, "ja")
    '手元流動性は0.8か月と、1年前の1.6か月から減少し、同業種・同規模の中央値1.9か月を下回る。'
    >>> sentence(thin, "en")
    'Cash in months of sales: 0.8 months, down from 1.6 months a year before and below the median of the same industry and size (1.9 months).'
    >>> sentence(Finding("手元流動性", "Cash", "furlong", -1, 0.8), "ja")
    Traceback (most recent call last):
    ValueError: unknown unit 'furlong'; known: yen, flag, grade, pct, points, months, days, years, ...
    """  # noqa: E501
    unit = unit_of(finding.unit)
    write = _japanese if language == "ja" else _english
    if math.isnan(finding.value):
        return (_missing_ja if language == "ja" else _missing_en)(finding)
    if unit == "flag":
        return (_flag_ja if language == "ja" else _flag_en)(finding)
    return write(finding, unit)


def _texts(finding: Finding, language: Language) -> tuple[str, str, str]:
    """Return value, year before and median as texts on one common scale."""
    values = (finding.value, finding.year_before, finding.median)
    scale = money_scale(values) if unit_of(finding.unit) == "yen" else None
    value, before, median = (
        quantity(v, finding.unit, language, currency=finding.currency, scale=scale) for v in values
    )
    return value, before, median


def _step(now: float, then: float, now_text: str, then_text: str) -> int:
    """Return +1, -1 or 0 for higher, lower or not told apart once written out."""
    if math.isnan(now) or math.isnan(then) or now_text == then_text:
        return 0
    return 1 if now > then else -1


def _verb_ja(finding: Finding, unit: str, move: int) -> str:
    profit = "利益" in finding.label_ja or "粗利" in finding.label_ja
    if profit and unit in ("yen", "pct") and finding.value < 0 <= finding.year_before:
        return "マイナスに転じ"
    if unit in ("months", "days", "years") and any(word in finding.label_ja for word in _LENGTHS):
        return "長期化し" if move > 0 else "短縮し"
    if unit in ("yen", "count", "people", "months", "days", "years"):
        return "増加し" if move > 0 else "減少し"
    return "上昇し" if move > 0 else "低下し"


def _japanese(finding: Finding, unit: str) -> str:
    value, before, median = _texts(finding, "ja")
    label, peers = finding.label_ja, _PEERS[finding.peers][0]
    move = _step(finding.value, finding.year_before, value, before)
    gap = _step(finding.value, finding.median, value, median)
    verb = _verb_ja(finding, unit, move)
    beyond = f"{peers}{median}を{'上回る' if gap > 0 else '下回る'}"
    knows_before, knows_median = not math.isnan(finding.year_before), not math.isnan(finding.median)
    worse, off = move * finding.monotone > 0, gap * finding.monotone > 0
    aside = f"（{peers}は{median}）" if knows_median else ""

    if worse and off:
        return f"{label}は{value}と、1年前の{before}から{verb}、{beyond}。"
    if worse:
        return f"{label}は{value}と、1年前の{before}から{_past(verb)}{aside}。"
    if off and not knows_before:
        return f"{label}は{value}で、{beyond}（1年前は不明）。"
    if off and move == 0:
        return f"{label}は1年前から横ばいの{value}で、{beyond}。"
    if off:
        return f"{label}は{value}と、1年前の{before}から{_past(verb)}ものの、なお{beyond}。"
    beside = "、".join([f"1年前 {before}"] + ([f"{peers} {median}"] if knows_median else []))
    if finding.monotone and (move or gap):
        how = "単独では悪化を示さないものの、他の項目との組合せでリスクを高める方向に働いている"
    else:
        how = "この水準がリスクを高める方向に働いている"
    return f"{label}は{value}（{beside}）で、{how}。"


def _past(verb: str) -> str:
    """Return the past tense of a 連用形: 低下し → 低下した, マイナスに転じ → マイナスに転じた."""
    return verb + "た"


def _english(finding: Finding, unit: str) -> str:
    value, before, median = _texts(finding, "en")
    label, peers = finding.label_en, _PEERS[finding.peers][1]
    move = _step(finding.value, finding.year_before, value, before)
    gap = _step(finding.value, finding.median, value, median)
    way = {1: f"up from {before} a year before", -1: f"down from {before} a year before"}.get(move, "")
    beyond = f"{'above' if gap > 0 else 'below'} {peers} ({median})"
    knows_before, knows_median = not math.isnan(finding.year_before), not math.isnan(finding.median)
    worse, off = move * finding.monotone > 0, gap * finding.monotone > 0
    aside = f" ({peers}: {median})" if knows_median else ""

    if worse and off:
        return f"{label}: {value}, {way} and {beyond}."
    if worse:
        return f"{label}: {value}, {way}{aside}."
    if off and not knows_before:
        return f"{label}: {value}, {beyond}; a year before not known."
    if off and move == 0:
        return f"{label}: {value}, unchanged on a year before and {beyond}."
    if off:
        return f"{label}: {value}, {way} but still {beyond}."
    beside = ", ".join([f"a year before {before}"] + ([f"{peers} {median}"] if knows_median else []))
    if finding.monotone and (move or gap):
        how = "no worsening by itself, but it raises the risk together with other items"
    else:
        how = "this level raises the risk"
    return f"{label}: {value} ({beside}); {how}."


def _subject_ja(label: str) -> str:
    """Return a flag's label as what can be found: 税金滞納の有無 → 税金滞納."""
    for ending in ("の有無", "有無", "フラグ"):
        label = label.removesuffix(ending)
    return label


def _flag_ja(finding: Finding) -> str:
    subject, now, before = _subject_ja(finding.label_ja), finding.value > 0.5, finding.year_before
    if math.isnan(before):
        return f"{subject}が認められ{'る' if now else 'ない'}（1年前は不明）。"
    if now and before > 0.5:
        return f"{subject}が1年前に続き認められる。"
    if now:
        return f"{subject}が認められる（1年前は認められず）。"
    return f"{subject}が認められない（1年前は{'認められた' if before > 0.5 else '同じ'}）。"


def _flag_en(finding: Finding) -> str:
    _, before, _ = _texts(finding, "en")
    return f"{finding.label_en}: {'yes' if finding.value > 0.5 else 'no'} (a year before: {before})."


def _missing_ja(finding: Finding) -> str:
    _, before, median = _texts(finding, "ja")
    beside = f"1年前は{before}"
    if not math.isnan(finding.median):
        beside += f"、{_PEERS[finding.peers][0]}は{median}"
    if finding.item == PROVISION_ITEM:
        stopped = "途絶えており" if not math.isnan(finding.year_before) else "なく"
        return (
            f"{finding.label_ja}に当たる資料の提供が{stopped}（{beside}）、"
            "提供がないこと自体をモデルがリスクと評価している。"
        )
    return (
        f"{finding.label_ja}は不明（資料未入手または算出不能、{beside}）で、"
        "不明であること自体をモデルがリスクと評価している。"
    )


def _missing_en(finding: Finding) -> str:
    _, before, median = _texts(finding, "en")
    beside = f"a year before: {before}"
    if not math.isnan(finding.median):
        beside += f"; {_PEERS[finding.peers][1]}: {median}"
    if finding.item == PROVISION_ITEM:
        stopped = "no longer provided" if not math.isnan(finding.year_before) else "not provided"
        return (
            f"{finding.label_en}: {stopped} ({beside}); the model takes the absence itself as a sign of risk."
        )
    return (
        f"{finding.label_en}: not known, because nothing was received or it cannot be computed ({beside}); "
        "the model takes that itself as a sign of risk."
    )
