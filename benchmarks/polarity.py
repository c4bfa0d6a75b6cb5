"""What lists of words say of a text, better above worse: one written for these benchmarks, two of notes."""

from collections.abc import Sequence

import numpy as np

from models.notes.dictionary_reader import load_dictionary_reader
from models.notes.keywords import note_scores
from models.notes.texts import checked_texts

BETTER = (
    "増加", "増え", "増収", "増益", "上昇", "上向", "回復", "改善", "好調", "順調",
    "堅調", "伸び", "活発", "活況", "好転", "良く", "良い", "良好", "期待", "拡大",
    "持ち直", "明る", "忙し", "満室", "黒字", "強い", "盛り上が", "好影響", "プラス",
)  # fmt: skip
WORSE = (
    "減少", "減っ", "減り", "減収", "減益", "下降", "下落", "悪化", "低迷", "不調",
    "不振", "鈍", "落ち込", "厳し", "苦し", "悪い", "悪く", "懸念", "不安", "縮小",
    "停滞", "暗い", "赤字", "倒産", "廃業", "中止", "延期", "値上げ", "高騰", "不足",
    "圧迫", "弱い", "マイナス", "冷え込", "見通せない", "先行き不透明", "影響を受け", "大変",
)  # fmt: skip


def word_polarity(texts: Sequence[str]) -> np.ndarray:
    """Return words for better less words for worse over their number, (n,) float64; 0 where there is none.

    Examples
    --------
    >>> word_polarity(["受注が増加しているが、利益は厳しい", "好調である", "変わらない"]).tolist()
    [0.0, 1.0, 0.0]
    >>> word_polarity([None])
    Traceback (most recent call last):
    ValueError: text 0 is None; every row needs a text
    """
    plain = checked_texts(texts)
    better = np.array([sum(text.count(word) for word in BETTER) for text in plain], dtype=np.float64)
    worse = np.array([sum(text.count(word) for word in WORSE) for text in plain], dtype=np.float64)
    return (better - worse) / np.maximum(better + worse, 1)


def said_by_keywords(texts: Sequence[str]) -> np.ndarray:
    """Return minus the keyword score of the product's notes, (n,) float64."""
    return -note_scores(texts)["score"].to_numpy(dtype=np.float64)


def said_by_dictionary(texts: Sequence[str]) -> np.ndarray:
    """Return the sum of polarity times confidence of what the dictionary of notes finds, (n,) float64.

    Examples
    --------
    >>> said_by_dictionary(["消費税を滞納している。", "変わらない。"]).tolist()
    [-1.8, 0.0]
    >>> said_by_dictionary([None])
    Traceback (most recent call last):
    ValueError: text 0 is None; every row needs a text
    """
    reader = load_dictionary_reader()
    return np.array(
        [sum(one.polarity * one.confidence for one in reader.read(text)) for text in checked_texts(texts)],
        dtype=np.float64,
    )
