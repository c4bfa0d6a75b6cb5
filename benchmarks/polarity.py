"""Words for better and worse in Japanese business talk, a short list written for these benchmarks."""

from collections.abc import Sequence

import numpy as np

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


def polarity(texts: Sequence[str]) -> np.ndarray:
    """Return words for better less words for worse over their number, (n,) float64; 0 where there is none.

    Examples
    --------
    >>> polarity(["受注が増加しているが、利益は厳しい", "好調である", "変わらない"]).tolist()
    [0.0, 1.0, 0.0]
    >>> polarity([None])
    Traceback (most recent call last):
    ValueError: text 0 is None; every row needs a text
    """
    plain = checked_texts(texts)
    better = np.array([sum(text.count(word) for word in BETTER) for text in plain], dtype=np.float64)
    worse = np.array([sum(text.count(word) for word in WORSE) for text in plain], dtype=np.float64)
    return (better - worse) / np.maximum(better + worse, 1)
