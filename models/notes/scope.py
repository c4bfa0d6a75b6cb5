"""How a sentence means what stands in it: said, denied, long settled, hearsay, asked about, or of others.

All patterns are over normalised words joined together (`models.notes.words`): verbs in their plain form with
what follows them (滞納為るて居るた is 滞納していた), 無い for ない, 為る for する, 居る for いる.
"""

import re
from typing import NamedTuple

MODALITIES = ("asserted", "suspected", "hearsay", "denied", "resolved", "question", "other")
CONFIDENCE = {  # how far a finding in each modality is to be believed; the last four say nothing bad
    "asserted": 0.9,
    "suspected": 0.6,
    "hearsay": 0.5,
    "denied": 0.9,
    "resolved": 0.9,
    "question": 0.7,
    "other": 0.8,
}
COUNTS = frozenset(("asserted", "suspected", "hearsay"))  # polarity of the others is 0

_CONTRAST = re.compile(
    r"(?:が|物の|けれども?|一方|反面|訳だは有るが|と)、|(?<!案)件、|(?<!案)件(?=は)|のは(?=以前|過去|昔)|ところ、"
)
_NO = (
    r"(?:無い|ない|なし|(?<![ま筈])ず|否定(?!(?:は|も)?出来る)|事実無根|"
    r"当たるない|該当為るない|杞憂|誤解|デマ|根も葉も|無縁|縁が無い|"
    r"縁の無い)"
)
_NEGATION = re.compile(_NO)
_TWICE = re.compile(rf"{_NO}(?:訳|と|ことも|とは|でも)[^、]{{0,8}}(?:無い|ない|ず|切れる)")
_HEDGE = re.compile(
    r"推測|印象|思うれる|模様|気に成る|気掛かり|懸念(?:が|有る)|可能性|恐れ|おそれ|懸念が残る|否定出来るない|否定は出来るない|ようだ見える|様子|かも知れる|疑い|気配|節が有る|らしき"
)
# what a negation after a finding may speak of instead of it
_OF_SOMETHING_ELSE = re.compile(
    r"改善|改める|見込み|目処|目途|余裕|方法|術|手立て|危機感|焦り|提示|他に|しか|回復|解消|戻る|打開|見通し|策|連絡|説明|仕方|返済の予定|返す|当面|吸収|転嫁|追い付く"
)
# a verb of being able, denied, is a failing (回収できない); not so to be seen, heard or found (みられず)
_CANNOT = re.compile(
    r"(?<!見る)(?<!聞く)(?<!為る)(?<!認める)(?<!受ける)(?:られる|(?<!ら)れる|出来る|執れる|捌ける|捌けるて居る)$"
)
_OF_IT_ALL = re.compile(
    r"(?:訳だは|訳では|事実は|事は|ことは|等は|兆候は|話は)$"
)  # …わけではない denies all that is before
_OTHER_PREDICATE = re.compile(
    r"(?:て居る|ておる|で居る|でおる|て|為る)[^、]{1,8}[をが]"
)  # 不足しており受注をこなせない
_ALL_OF_THEM = re.compile(
    r"いずれも|何れも|^共に|^ともに|と?も?(?:に)?(?:無い|なし|該当)$|^ともに|共(?:無い|なし|該当)"
)
_CONCERN = re.compile(
    r"気に為る|気に掛かる|気掛かり|心配|懸念|危惧|案じる|疑う|尋ねる|聞くてみる|聞くて居るた|聞くた|確かめる|水を向ける|質す|問うた|問う|"
    r"ではないか|だは無いか|のだは|のでは|ようだ見える|との見方|話すて居るた|言うて居るた|との声|を伺う|と見るて居るた|と思うて居るた|との話|の噂|との噂"
)
_EVADES = re.compile(
    r"はぐらかす|濁す|認めるず|認めるない|明言を避ける|明言為るない|答えるない|答えるず|回答無い|回答なし|要領を得る|話題を変える|話を変える|逸らす|"
    r"裏付け|裏付ける|歯切れ|口が重い|表情は冴える|表情が冴える|表情が曇る|はっきり為るない|黙る|言葉を選ぶ|曖昧|返答に窮する|目を合わせるず|笑うて誤魔化す|誤魔化す|取る合うず|回答|答えるて貰う|資料は出るない|出るて来るない|提示(?:は|が)?無い|示すない|見せる(?:ない|ず)|見せるて貰う"
)
_CLEARS = re.compile(
    _NO + r"|確認出来るた|遅滞無い|期日通り|順調|問題|心配は要る|解消|済み|"
    r"笑うて|正常|支障無い|良好|変わるず|維持|適正|実際に(?:は|だ)|"
    r"こと(?:を|が)確認|きちんと|予定通り|横這い|落ちる着く"
)
_PAST_END = re.compile(r"(?:居る|有る|い|しい|ある|だ|出る|残る|続く|受ける|有るます|居ります|おる)た$")
_BEFORE = re.compile(
    r"以前|昨年|前回|一時|嘗て|かつて|過去|当時|コロナ禍で|先般|時期が有る|昔|前期は|頃は|今頃|去年|一昨年|従来"
)
_STILL = re.compile(
    r"依然|猶も|猶、|未だ|相変わる|解消為るて居るない|改善為るて居るない|戻るて居るない|現在も|今も|継続為るて居る|悪化|更に"
)
_OVER = re.compile(
    r"一段落|懸念は後退|心配は無い成る|心配はなくなる|回避出来る|免れる|解消|完納|完済|解決|収束|一巡|正常化|平常に|復帰|元の水準|元に戻る|過去の話|以前のこと|納付を終える|納め終える|全額回収|復旧|和解|取る下げる|"
    r"既に(?:回復|持ち直す|持つ直す|立ち直る|立つ直る|改善)"
)
_IF = re.compile(r"仮に|若し|もし|万一|万が一|例えば")
_IF_TAIL = re.compile(
    r"^[^、。]{0,10}(?:ば(?!かり)|たら(?!しい)|ようだことが有る|ようだことに|ようだ事|場合|時は|なら|際には|際は|リスクに)"
)
_ASKED = re.compile(
    r"(?<!と)か$|かと|かの|有無|次回[^。]{0,14}(?:確認|聴取|聞く)|注意為る|注視|留意|備える|備え|苦労話|昔話|防止|予防|防ぐ|対策|(?<!社会)(?<!労働)保険(?!料)|共済|に付くて質問|つくて質問|"
    r"質問を受ける|申請出来る|と困る|照会|を説明|制度|セミナー|研修|手続き|様式|どう動く|どう為る|影響は(?:避ける|大きい|出る|有る)|話題に|事例|"
    r"要確認|確認為るたい|確認予定|ヒアリング予定|と良い|無いか|ないか|か如何|かどうか|か否か|か確認|に気を付ける|つくては(?:改めて|次回|後日)"
)
_GUESSES = re.compile(r"推測|印象|思うれる|と見る")
_ASKED_HEADING = re.compile(r"次回|宿題|予定|課題|今後|確認すべき")
_OTHERS = re.compile(
    r"同業(?!の顧問)|近隣の|近所の|某|他社(?!に)|知人の|知り合いの|取り引き先の社長|○|◯|〇|[A-Za-z]社|隣の|業界|ニュース|新聞|老舗|県内の|市内の|地元の|大手の"
)
_NAMED = re.compile(r"(?:某社|某店|[○◯〇]{2}[^、が]{0,4}|[A-Za-z]社|老舗)(?:が|は|の)")
_PARTNER = re.compile(r"取り引き先の|得意先の|主力の|大口の|仕入れ先の|テナントの|元請けの")
_OWN = re.compile(r"当社の|同社の|主力の|弊社の|自社の|当社が|当社も|当社は")
_NO_TIES = re.compile(
    r"取り引き(?:は|も|先だは)?(?:無い|なし)|影響(?:は|も)?(?:無い|なし|軽微|限定)|無関係|関係(?:は|が)?無い|関係なし|直接の取り引き"
)
_SOURCE = re.compile(
    r"噂|らしい|と聞く|と耳に|耳に為る|漏れ聞く|人伝|又聞き|伝聞|未検証|未確認|との話|と言う話|という話|説が|説有り|信用調査会社|調査会社|顧問先|業者筋|筋から|筋によると|"
    r"関係者(?:より|から|による|の話)|本人からの話だは|風の便り|とか$|伝聞|情報$|(?:担当者|調査会社|取り引き先|同業者?|仕入れ先|筋|社労士|税理士|保証先|指導員|銀行)(?:によると|によれば|による)|そうだ$|だそう|との声|の話だは|によればと|聞くて居る|聞くた|聞く及ぶ|よりの話|"
    r"(?:担当者|社労士|税理士|仕入れ先|同業者?|取り引き先|知り合い|元従業員|近所|業者|指導員|保証先|筋|同業の社長|他行|関係先|得意先)[^「」、]{0,10}は「|(?:より|から):"
)
_SOURCE_HEADING = re.compile(r"外部|伝聞|風評|噂|参考")
_FRONT = re.compile(r"表向き|口だは|建前|と言う張る|と主張|一点張り")


class Reading(NamedTuple):
    """How a finding is meant."""

    modality: str
    confidence: float


def modality_of(
    sentence: str, start: int, end: int, *, good: bool, heading: str = "", after: str = ""
) -> str:
    """Return how what stands at sentence[start:end] is meant.

    Parameters
    ----------
    sentence : str
        In normalised words.
    start, end : int
        Of the finding.
    good : bool
        Whether it is good news: said for show only, it is suspected.
    heading : str
        What the sentence stands under.
    after : str
        The sentence that follows: it may say that the firm has no ties with those spoken of.

    Returns
    -------
    str
        One of `MODALITIES`.

    Examples
    --------
    >>> modality_of("滞納は無いとのこと", 0, 2, good=False)
    'denied'
    >>> modality_of("滞納為るて居るたが、完納為るた", 0, 2, good=False)
    'resolved'
    >>> modality_of("滞納の噂有り", 0, 2, good=False)
    'hearsay'
    """
    clause_start, clause_end, rest = _clause(sentence, start, end)
    clause, tail = sentence[clause_start:clause_end], _tail(sentence[end:clause_end])
    head = sentence[clause_start:start]
    if _is_of_others(sentence, start, after):
        return "other"
    is_put_to_them = bool(rest) and _CONCERN.search(sentence[end:clause_end])
    if not is_put_to_them and _is_asked(head, sentence[end:clause_end], heading):
        return "question"
    if good:
        return _good(sentence, clause, tail, rest)
    if _TWICE.search(tail):
        return "suspected"
    if _is_denied(tail):
        return "suspected" if _EVADES.search(rest) or _FRONT.search(sentence) else "denied"
    said = _is_hearsay(sentence, heading)
    if rest and _CONCERN.search(tail or clause):
        if _CLEARS.search(rest) and not _EVADES.search(rest):
            return "denied"
        return "hearsay" if said and not _EVADES.search(rest) else "suspected"
    if _is_settled(clause, sentence[end:clause_end], rest):
        return "resolved"
    if said:
        return "hearsay"
    return "suspected" if _HEDGE.search(tail) or _EVADES.search(sentence[end:]) else "asserted"


def _clause(sentence: str, start: int, end: int) -> tuple[int, int, str]:
    """Return where the finding's clause, between words of contrast, starts and ends, and what follows it."""
    first, last, rest = 0, len(sentence), ""
    for match in _CONTRAST.finditer(sentence):
        if match.end() <= start:
            first = match.end()
        elif match.start() >= end:
            last, rest = match.start(), sentence[match.end() :]
            break
    return first, last, rest


def _tail(text: str) -> str:
    """Return what follows the finding up to the comma that ends its statement; a list goes on over commas."""
    parts = text.split("、")
    every = [place for place, part in enumerate(parts) if _ALL_OF_THEM.search(part)]
    taken = every[0] + 1 if every else 1
    while taken < len(parts) and not parts[taken - 1]:
        taken += 1
    return "、".join(parts[:taken])


def _is_of_others(sentence: str, start: int, after: str) -> bool:
    head = sentence[:start]
    named = _NAMED.search(head)
    if named is not None and not _PARTNER.search(head[: named.start()]):
        return True
    if not _OTHERS.search(head) or _OWN.search(head):
        return False
    if _NO_TIES.search(sentence) or _NO_TIES.search(after):
        return True
    return not _SOURCE.search(sentence[: start + 1]) and not re.search(
        r"によると|によれば|の話だは|(?:から|より)[^。]{0,20}聞く", sentence
    )


def _is_asked(head: str, tail: str, heading: str) -> bool:
    if _ASKED_HEADING.search(heading) or _IF.search(head):
        return True
    first = tail.split("、")[0]
    if _GUESSES.search(first):
        return False
    return bool(_IF_TAIL.search(tail) or _ASKED.search(first[:24]))


def _is_denied(tail: str) -> bool:
    found = _NEGATION.search(tail)
    if found is None or found.start() > 24:
        return False
    before = tail[: found.start()]
    if _OF_IT_ALL.search(before):
        return True
    return not _OTHER_PREDICATE.search(before) and not (
        _OF_SOMETHING_ELSE.search(before) or _CANNOT.search(before)
    )


def _is_hearsay(sentence: str, heading: str) -> bool:
    return bool(_SOURCE.search(sentence) or _SOURCE_HEADING.search(heading))


def _is_settled(clause: str, tail: str, rest: str) -> bool:
    if rest and (_PAST_END.search(clause) or _BEFORE.search(clause)):
        return not _STILL.search(rest)
    over = _OVER.search(tail + rest)
    return over is not None and not _NEGATION.search((tail + rest)[over.end() :][:12])


def _good(sentence: str, clause: str, tail: str, rest: str) -> str:
    if _FRONT.search(sentence) or _EVADES.search(rest):
        return "suspected"
    if _is_denied(tail.split("、")[0][:8]):
        return "denied"
    if rest and (_BEFORE.search(clause) or re.search(r"居るた$|有るた$", clause)):
        return "resolved"
    return "hearsay" if _is_hearsay(clause, "") else "asserted"
