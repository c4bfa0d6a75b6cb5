"""Amounts, ratios and durations as text, in the units a credit file uses."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Language = Literal["ja", "en"]


@dataclass(frozen=True)
class Currency:
    """How amounts of one currency are written: `ja` after the scale's word, `en` before the number."""

    ja: str
    en: str


CURRENCIES = {"yen": Currency("円", "JPY"), "dollar": Currency("ドル", "USD")}
MILLIONS_FROM = (
    1e8  # from 100 million on, 百万円 carries three digits or more; below it 千円 is read more easily
)

# unit → (decimals, Japanese suffix, English suffix)
_PLAIN = {
    "pct": (1, "%", "%"),
    "points": (1, "ポイント", " points"),
    "months": (1, "か月", " months"),
    "days": (0, "日", " days"),
    "years": (1, "年", " years"),
    "count": (0, "件", ""),
    "people": (0, "人", " people"),
    "ratio": (2, "倍", "×"),
    "number": (2, "", ""),
}
_FLAGS = {"ja": ("無", "有"), "en": ("no", "yes")}
_UNKNOWN = {"ja": "不明", "en": "not known"}

UNITS = ("yen", "flag", "grade", *_PLAIN)


def check_unit(unit: str) -> str:
    """Return `unit` if it is one of the dictionary's.

    Examples
    --------
    >>> check_unit("months")
    'months'
    >>> check_unit("furlong")
    Traceback (most recent call last):
    ValueError: unknown unit 'furlong'; known: yen, flag, grade, pct, points, months, days, years, ...
    """
    if unit not in UNITS:
        raise ValueError(f"unknown unit {unit!r}; known: {', '.join(UNITS[:8])}, ...")
    return unit


def money_scale(values: Iterable[float]) -> float:
    """Return 1e3 (千円) or 1e6 (百万円), whichever suits the largest of amounts shown side by side.

    Examples
    --------
    >>> money_scale([2_500_000.0, float("nan")]), money_scale([2_500_000.0, -340_000_000.0])
    (1000.0, 1000000.0)
    """
    sizes = [abs(value) for value in values if not math.isnan(value)]
    return 1e6 if sizes and max(sizes) >= MILLIONS_FROM else 1e3


def _number(value: float, decimals: int, language: Language) -> str:
    text = f"{abs(value):,.{decimals}f}"
    if value >= 0 or not any(digit in "123456789" for digit in text):
        return text
    return ("▲" if language == "ja" else "−") + text  # ▲ is how Japanese statements mark a minus


def quantity(
    value: float, unit: str, language: Language, *, currency: str = "yen", scale: float | None = None
) -> str:
    """Return `value` as text.

    Parameters
    ----------
    value : float
        In the unit's own measure: whole yen, per cent, months, ...; NaN is not known.
    unit : str
        A unit of the feature dictionary.
    language : "ja" or "en"
    currency : str
        What the unit ``yen`` stands for in this portfolio: ``yen`` or ``dollar``.
    scale : float, optional
        Of amounts: 1e3 or 1e6; by default what `money_scale` picks for this value alone.

    Returns
    -------
    str

    Examples
    --------
    >>> quantity(-3_200_000.0, "yen", "ja"), quantity(-3_200_000.0, "yen", "en")
    ('▲3,200千円', 'JPY −3,200 thousand')
    >>> quantity(0.84, "months", "ja"), quantity(float("nan"), "pct", "ja"), quantity(1.0, "flag", "ja")
    ('0.8か月', '不明', '有')
    >>> quantity(1.0, "furlong", "en")
    Traceback (most recent call last):
    ValueError: unknown unit 'furlong'; known: yen, flag, grade, pct, points, months, days, years, ...
    """
    check_unit(unit)
    if math.isnan(value):
        return _UNKNOWN[language]
    if unit == "flag":
        return _FLAGS[language][int(value > 0.5)]
    if unit == "grade":
        return ("区分" if language == "ja" else "grade ") + _number(value, 0, language)
    if unit == "yen":
        scale = scale or money_scale([value])
        number, money = _number(value / scale, 0, language), CURRENCIES[currency]
        if language == "ja":
            return f"{number}{'百万' if scale == 1e6 else '千'}{money.ja}"
        return f"{money.en} {number} {'million' if scale == 1e6 else 'thousand'}"
    decimals, ja, en = _PLAIN[unit]
    if unit in ("months", "years", "number") and float(value).is_integer():
        decimals = 0  # a count of months, not a period measured in months
    elif unit == "count" and not float(value).is_integer():
        decimals = 1  # a mean or a change of counts
    text = _number(value, decimals, language)
    if (
        language == "en"
        and unit in ("months", "days", "years")
        and float(text.lstrip("−").replace(",", "")) == 1
    ):
        en = en.rstrip("s")
    return text + (ja if language == "ja" else en)
