"""What the dictionary reader looks for: concepts, as patterns over normalised words (concepts.csv).

A pattern is terms that follow one another, a few characters apart and within one clause; a term is words of
which one must stand there, or a class of words in angle brackets (`CLASSES`). The first row that fits wins.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pandas as pd

from models.notes.words import words_of

SIGNALS = tuple(f"Q{number}" for number in range(1, 12))
GAP = r"[^。、「」/\n]{0,15}?"  # between terms: within a clause, at most about six words

_FALLS = (
    "減少|落ちる込む|落ち込み|減る|減収|落ちる|低迷|下回る|不振|鈍い|"
    "鈍化|細る|下がる|悪化|伸び悩む|伸びるない|割る込む|激減|急減|"
    "半減"
)
CLASSES = {
    "<代表>": "社長|代表|代取り|理事長|院長|経営者|会長|オーナー|店主|園長",
    "<得意先>": "得意先|販売先|納入先|納品先|取り引き先|取る引く先|荷主|元請け|"
    "発注元|発注者|量販店|卸先|主力先|大口先|"
    "テナント|クライアント|法人客|出荷先|需要家|発注先|排出事業者|施主|受注先|売り先|親会社|主力|大口|メイン先|販路|顧客",
    "<仕入先>": "管理業者|元売|傭車先|材料商|仕入れ先|仕入先|外注先|外注業者|下請け|"
    "協力会社|買い掛け先|問屋|産地|メーカー|業者|支払い先|卸元|納入業者|"
    "商社",
    "<税>": "社保|社会保険|税金|消費税|源泉税|源泉所得税|法人税|固定資産税|"
    "住民税|国税|地方税|公租公課|厚生年金|事業税|"
    "労働保険|年金|税",
    "<資金>": "資金繰り|資金繰|資金面|資金|キャッシュ|手元流動性|手許流動性|現預金|預金|手元|手許|金繰り|懐",
    "<苦>": "厳しい|ぎりぎりで回るて居る|苦しい|逼迫|切迫|ぎりぎり|タイト|"
    "余裕が無い|余裕がない|余裕無い|余裕なし|薄い|不足|足りるない|"
    "足りるず|"
    "窮屈|綱渡り|悪化|枯渇|回るない|回るず|続くない|底を突く|底を付く|難|低い|乏しい|詰まる|詰まり|行く詰まる|火の車|楽だは無い|窮する",
    "<他行>": "他行|他の銀行|他の金融機関|他金融機関|メイン行|メインバンク|主力行|"
    "取り引き銀行|取り引き行|信金|信組|新しい銀行|別の銀行|"
    "公庫|準メイン|他社銀行",
    "<新行>": "他行|別の金融機関|他の銀行|他の金融機関|他金融機関|新しい銀行|"
    "別の銀行|他信金|新たな銀行|新たな金融機関|新規の金融機関",
    "<売上>": "売り上げ高|売り上げ|月商|年商|受注|売れ行き|客数|来客数|出荷|"
    "生産量|稼働|工事量|業績|取る引く量|取り引き量|単価",
    "<減>": rf"(?:{_FALLS})|[1-9][0-9](?:\.[0-9])?%(?:程|ほど|程度|超|近い|以上)?の?(?:減|"
    rf"ダウン|落ち|マイナス)|"
    r"(?:▲|-|マイナス)[1-9][0-9](?:\.[0-9])?%",
    "<増>": r"上回る|伸びる|増加|増収|増える|好調|拡大|上向く|回復|持ち直す|"
    r"急増|倍増|%増|%の増|\+[0-9]|右肩上がり|増産|増(?!減)",
    "<帳簿>": "決算書|決算|試算表|帳簿|残高|在庫|売り掛け|月次|元帳|説明|数字|内訳",
}


class ConceptError(ValueError):
    """A row of concepts.csv that breaks its rules."""


@dataclass(frozen=True)
class Concept:
    """One thing a note may say: what it is called, its group of signals, how good or bad, how it is found."""

    name: str
    signal: str
    polarity: int
    pattern: re.Pattern[str]
    begins_with: frozenset[str]  # first two characters


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Return the regular expression, over normalised words joined together, that a pattern stands for.

    Raises
    ------
    ConceptError
        If a term is empty or names a class that there is not.

    Examples
    --------
    >>> compile_pattern("<税> 滞納|未納").search("消費税を数箇月分滞納為るて居る").group()
    '消費税を数箇月分滞納'
    >>> compile_pattern("<色> 滞納")
    Traceback (most recent call last):
    models.notes.concepts.ConceptError: concepts.csv: no class <色> (pattern '<色> 滞納')
    """
    terms = [f"(?:{'|'.join(_words(term, pattern))})" for term in pattern.split()]
    if not terms:
        raise ConceptError("concepts.csv: an empty pattern")
    return re.compile(GAP.join(terms))


def beginnings(pattern: str) -> set[str]:
    """Return the first two characters (or the one) that a match of a pattern may begin with.

    Examples
    --------
    >>> sorted(beginnings("賃金|給料 遅れる"))
    ['給料', '賃金']
    """
    term = pattern.split()[0]
    plain = "|".join(CLASSES.get(word, word) for word in term.split("|"))
    return {word[:2].split("…")[0] for word in plain.split("|")}


def _words(term: str, pattern: str) -> list[str]:
    """Return the regular expression of each word of a term; … within a word stands for a gap."""
    found = []
    for word in term.split("|"):
        if not word:
            raise ConceptError(f"concepts.csv: a term without a word (pattern {pattern!r})")
        if word.startswith("<") and word not in CLASSES:
            raise ConceptError(f"concepts.csv: no class {word} (pattern {pattern!r})")
        found.append(CLASSES.get(word) or GAP.join(map(re.escape, word.split("…"))))
    return found


def check(concepts: pd.DataFrame) -> None:
    """Refuse a list that breaks its own rules.

    Raises
    ------
    ConceptError
        Naming the concept, the column and the value: an unknown signal; a polarity that is not −2 or −1,
        or for good news +1; an unknown source; no reason; a pattern that does not find its own example.
    """
    good = concepts["signal"] == "Q11"
    finds = [
        bool(compile_pattern(pattern).search(words_of(example).plain))
        for pattern, example in zip(concepts["pattern"], concepts["example"], strict=True)
    ]
    rules = {
        "signal": concepts["signal"].isin(SIGNALS),
        "polarity": (good & (concepts["polarity"] == 1)) | (~good & concepts["polarity"].isin([-2, -1])),
        "source": concepts["source"].isin(["read", "added"]),
        "why": concepts["why"] != "",
        "example": pd.Series(finds, index=concepts.index),
    }
    for column, kept in rules.items():
        for row in concepts[~kept].itertuples(index=False):
            raise ConceptError(f"concepts.csv: concept {row.concept!r} has {column} {getattr(row, column)!r}")


@cache
def _read() -> pd.DataFrame:
    types = {"polarity": "int64"}
    concepts = pd.read_csv(files("models.notes") / "concepts.csv", keep_default_na=False, dtype=types)
    return concepts.astype({name: "str" for name in concepts.columns if name not in types})


def load_concepts() -> pd.DataFrame:
    """Return the list.

    Returns
    -------
    DataFrame
        `concept`; `signal` (Q1 … Q11); `polarity` (−2 … +1, lower is worse); `pattern`; `source` (read: words
        of one of the 200 notes, added: other ways to say it); `example` (a sentence that says it); `why`.
    """
    return _read().copy()


def compiled(concepts: pd.DataFrame) -> list[Concept]:
    """Return the concepts ready to be searched for, in order."""
    return [
        Concept(
            row.concept,
            row.signal,
            int(row.polarity),
            compile_pattern(row.pattern),
            frozenset(beginnings(row.pattern)),
        )
        for row in concepts.itertuples(index=False)
    ]
