"""One reason as one sentence, in Japanese and in English."""

import math

from alerts.findings import PEERS, PROVISION_ITEM, Finding, head, step, texts
from alerts.quantities import Language, check_unit, quantity

_LENGTHS = ("期間", "年数", "日数", "経過", "継続")  # of these one says 長期化, of other months and days 増加
_DIFFERENCES = ("変化", "増減", "差", "傾向", "推移")
# said of a measure without a known direction, so that a debt paid down does not read as a fault by itself
_OPEN = {"ja": ("水準", "減少", "動き", "増加"), "en": ("level", "fall", "course", "rise")}
_EITHER = {
    "ja": ("高低のどちらが悪いとは決まらない項目", "増減のどちらが悪いとは決まらない項目"),
    "en": ("neither high nor low is bad by itself", "neither a rise nor a fall is bad by itself"),
}


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
    check_unit(finding.unit)
    ja = language == "ja"
    if math.isnan(finding.value):
        return _missing_ja(finding) if ja else _missing_en(finding)
    if finding.unit == "flag":
        return _flag_ja(finding) if ja else _flag_en(finding)
    if finding.is_gap:
        return _gap_ja(finding) if ja else _gap_en(finding)
    return _level_ja(finding) if ja else _level_en(finding)


def _verb_ja(finding: Finding, move: int) -> str:
    """Return how the value moved in a year, as a 連用形: its past tense adds た."""
    name, unit = head(finding.label_ja), finding.unit
    if unit in ("yen", "pct", "points") and finding.value < 0 < finding.year_before:
        return "マイナスに転じ"
    if any(word in finding.label_ja for word in _DIFFERENCES):
        return "上昇し" if move > 0 else "低下し"
    if unit in ("months", "days", "years") and any(word in name for word in _LENGTHS):
        return "長期化し" if move > 0 else "短縮し"
    if unit in ("yen", "count", "people", "months", "days", "years"):
        return "増加し" if move > 0 else "減少し"
    return "上昇し" if move > 0 else "低下し"


def _level_ja(finding: Finding) -> str:
    value, before, median = texts(finding, "ja")
    label, peers = finding.label_ja, PEERS[finding.peers][0]
    move = step(finding.value, finding.year_before, value, before)
    gap = step(finding.value, finding.median, value, median)
    verb = _verb_ja(finding, move)
    beyond = f"{peers}{median}を{'上回る' if gap > 0 else '下回る'}"
    knows_before, knows_median = not math.isnan(finding.year_before), not math.isnan(finding.median)
    worse, off = move * finding.monotone > 0, gap * finding.monotone > 0
    aside = f"（{peers}は{median}）" if knows_median else ""
    then = "1年前に把握していた" if finding.is_late else "1年前の"

    if worse and off:
        return f"{label}は{value}と、{then}{before}から{verb}、{beyond}。"
    if worse:
        return f"{label}は{value}と、{then}{before}から{verb}た{aside}。"
    if off and not knows_before:
        return f"{label}は{value}で、{beyond}（1年前は不明）。"
    if off and move == 0:
        return f"{label}は{'1年前の把握' if finding.is_late else '1年前'}から横ばいの{value}で、{beyond}。"
    if off:
        return f"{label}は{value}と、{then}{before}から{verb}たものの、なお{beyond}。"
    was = f"{'1年前の把握' if finding.is_late else '1年前'} {before}"
    beside = "、".join([was] + ([f"{peers} {median}"] if knows_median else []))
    if finding.monotone and (move or gap):
        how = "単独では悪化を示さないものの、他の項目との組合せでリスクを高める方向に働いている"
    elif finding.monotone:
        how = "この水準がリスクを高める方向に働いている"
    else:
        way = _way(finding)
        how = f"この{_OPEN['ja'][way]}がリスクを高める方向に働いている（{_EITHER['ja'][way > 0]}）"
    return f"{label}は{value}（{beside}）で、{how}。"


def _level_en(finding: Finding) -> str:
    value, before, median = texts(finding, "en")
    label, peers = finding.label_en, PEERS[finding.peers][1]
    move = step(finding.value, finding.year_before, value, before)
    gap = step(finding.value, finding.median, value, median)
    then = "known a year before" if finding.is_late else "a year before"
    way = {1: f"up from {before} {then}", -1: f"down from {before} {then}"}.get(move, "")
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
        return f"{label}: {value}, unchanged on {'what was ' if finding.is_late else ''}{then} and {beyond}."
    if off:
        return f"{label}: {value}, {way} but still {beyond}."
    beside = ", ".join([f"{then} {before}"] + ([f"{peers} {median}"] if knows_median else []))
    if finding.monotone and (move or gap):
        how = "no worsening by itself, but it raises the risk together with other items"
    elif finding.monotone:
        how = "this level raises the risk"
    else:
        open_way = _way(finding)
        how = f"this {_OPEN['en'][open_way]} raises the risk ({_EITHER['en'][open_way > 0]})"
    return f"{label}: {value} ({beside}); {how}."


def _way(finding: Finding) -> int:
    """Return where a measure without a known direction stands: 0 a level, else a fall, no move or a rise."""
    if not any(word in finding.label_ja for word in _DIFFERENCES):
        return 0
    return 2 + (finding.value > 0) - (finding.value < 0)


def _side(value: float, finding: Finding, language: Language) -> str:
    """Return how far, and on which side of the median, a firm lies: 15.2ポイント下回る, 15.2 points below."""
    distance = quantity(abs(value), finding.unit, language, currency=finding.currency)
    level = not any(digit in "123456789" for digit in distance)
    if language == "ja":
        return "と同水準にある" if level else f"を{distance}{'上回る' if value > 0 else '下回る'}"
    return "level with" if level else f"{distance} {'above' if value > 0 else 'below'}"


def _course(finding: Finding) -> int:
    """Return +1 where a year's move raised the risk, -1 where it lowered it, 0 if neither is known."""
    value, before, _ = texts(finding, "ja")
    return step(finding.value, finding.year_before, value, before) * finding.monotone


def _gap_ja(finding: Finding) -> str:
    text = f"{finding.label_ja}は{PEERS[finding.peers][0]}{_side(finding.value, finding, 'ja')}"
    either = "" if finding.monotone else f"、{_EITHER['ja'][0]}"
    if math.isnan(finding.year_before):
        return f"{text}（1年前は不明{either}）。"
    before = _side(finding.year_before, finding, "ja").removeprefix("を").replace("と同水準にある", "同水準")
    course = {1: "、悪化", -1: "、改善したがなおリスクを高める水準"}.get(_course(finding), either)
    return f"{text}（1年前は{before}{course}）。"


def _gap_en(finding: Finding) -> str:
    text = f"{finding.label_en}: {_side(finding.value, finding, 'en')} {PEERS[finding.peers][1]}"
    either = "" if finding.monotone else f"; {_EITHER['en'][0]}"
    if math.isnan(finding.year_before):
        return f"{text}; a year before not known{either}."
    before = _side(finding.year_before, finding, "en")
    course = {1: ", worse than a year before", -1: ", better than a year before but still raising the risk"}
    return f"{text} (a year before {before}){course.get(_course(finding), either)}."


def _flag_ja(finding: Finding) -> str:
    subject, before = f"「{finding.label_ja}」に該当", finding.year_before
    now = "する" if finding.value > 0.5 else "しない"
    if math.isnan(before):
        return f"{subject}{now}（1年前は不明）。"
    if (before > 0.5) == (finding.value > 0.5):
        return f"{subject}{now}（1年前も同じ）。"
    then = "1年前の把握では" if finding.is_late else "1年前は"
    return f"{subject}{now}（{then}該当{'' if before > 0.5 else 'せず'}）。"


def _flag_en(finding: Finding) -> str:
    _, before, _ = texts(finding, "en")
    then = (
        "known a year before" if finding.is_late and not math.isnan(finding.year_before) else "a year before"
    )
    return f"{finding.label_en}: {'yes' if finding.value > 0.5 else 'no'} ({then}: {before})."


def _missing_ja(finding: Finding) -> str:
    _, before, median = texts(finding, "ja")
    label = f"「{finding.label_ja}」" if finding.unit == "flag" else finding.label_ja
    beside = f"1年前は{before}"
    if finding.is_gap:
        label += "の業種中央値との差"
    elif not math.isnan(finding.median):
        beside += f"、{PEERS[finding.peers][0]}は{median}"
    known_before = not math.isnan(finding.year_before)
    if finding.item == PROVISION_ITEM:
        why = f"資料の提供が{'途絶えており' if known_before else 'なく'}不明で（{beside}）"
        return f"{label}は{why}、モデルは提供がないこと自体をリスクと評価している。"
    why = f"不明で（資料未入手または算出不能、{beside}）"
    return f"{label}は{why}、モデルは不明であること自体をリスクと評価している。"


def _missing_en(finding: Finding) -> str:
    _, before, median = texts(finding, "en")
    label, beside = finding.label_en, f"a year before: {before}"
    if finding.is_gap:
        label += " less industry median"
    elif not math.isnan(finding.median):
        beside += f"; {PEERS[finding.peers][1]}: {median}"
    if finding.item == PROVISION_ITEM:
        stopped = "no longer provided" if not math.isnan(finding.year_before) else "not provided"
        return f"{label}: {stopped} ({beside}); the model takes the absence itself as a sign of risk."
    return (
        f"{label}: not known, because nothing was received or it cannot be computed ({beside}); "
        "the model takes that itself as a sign of risk."
    )
