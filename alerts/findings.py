"""What a reason says of a firm: a feature now, a year before and among its peers, as texts on one scale."""

import math
from dataclasses import dataclass

from alerts.quantities import Language, money_scale, quantity

# which firms a median speaks of, by the level of its row in the norms
PEERS = {
    "cell": ("同業種・同規模の中央値", "the median of the same industry and size"),
    "industry": ("同業種の中央値", "the median of the industry"),
    "all": ("全業種の中央値", "the median of all firms"),
}
PROVISION_ITEM = "S12"  # 情報提供: here a missing value is itself the finding, not a gap in the evidence
# arrears, banks' flags, reschedulings: what was so a year before may have come to light since then
LATE_ITEMS = frozenset({"S59", "S96", "S119"})
_COUNTERS = {"期数": "期", "回数": "回"}  # 件 otherwise


@dataclass(frozen=True)
class Finding:
    """What one sentence says: a feature of a firm now, a year before, and among its peers.

    `monotone` is +1 where a higher value is riskier, -1 where a lower one is, 0 where neither holds; NaN
    stands for what is not known. With `is_gap` the values are distances to the median of the peers, the
    labels those of the quantity compared.
    """

    label_ja: str
    label_en: str
    unit: str
    monotone: int
    value: float
    year_before: float = math.nan
    median: float = math.nan
    peers: str = "cell"
    is_gap: bool = False
    item: str = ""
    currency: str = "yen"

    @property
    def is_late(self) -> bool:
        """Whether the year before has to be called what was known then."""
        return self.item in LATE_ITEMS


def head(label: str) -> str:
    """Return a label without what stands in brackets.

    Examples
    --------
    >>> head("手元流動性（月商比）")
    '手元流動性'
    """
    return label.split("（")[0]


def texts(finding: Finding, language: Language) -> tuple[str, str, str]:
    """Return value, year before and median as texts on one common scale.

    Examples
    --------
    >>> texts(Finding("売上高", "Sales", "yen", 0, 320e6, 5e6), "ja")
    ('320百万円', '5百万円', '不明')
    >>> texts(Finding("売上高", "Sales", "acre", 0, 1.0), "ja")
    Traceback (most recent call last):
    ValueError: unknown unit 'acre'; known: yen, flag, grade, pct, points, months, days, years, ...
    """
    values = (finding.value, finding.year_before, finding.median)
    scale = money_scale(values) if finding.unit == "yen" else None
    texts = [quantity(v, finding.unit, language, currency=finding.currency, scale=scale) for v in values]
    if language == "ja" and finding.unit == "count":
        counter = next((c for word, c in _COUNTERS.items() if head(finding.label_ja).endswith(word)), "件")
        texts = [text.replace("件", counter) for text in texts]
    if finding.unit == "years":
        over = "100年以上" if language == "ja" else "100 years or more"  # where the dictionary's range ends
        texts = [over if v >= 100 else text for v, text in zip(values, texts, strict=True)]
    value, before, median = texts
    return value, before, median


def step(now: float, then: float, now_text: str, then_text: str) -> int:
    """Return +1, -1 or 0 for higher, lower or not told apart once written out.

    Examples
    --------
    >>> step(1.24, 1.18, "1.2", "1.2"), step(0.9, 1.2, "0.9", "1.2")
    (0, -1)
    """
    if math.isnan(now) or math.isnan(then) or now_text == then_text:
        return 0
    return 1 if now > then else -1
