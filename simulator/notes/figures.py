"""Figures as people write them in a note: round sums, changes, how long ago, since when."""

from simulator.notes.heard import LAGS

PCT_FACTS = {  # facts that are told with a per cent figure, and which
    "sales_down": "change", "epidemic": "change", "orders_up": "change", "cash_down": "cash_change",
}  # fmt: skip
PCT_WORTH_NAMING = range(8, 91)
LEAST_AMOUNT = 100_000  # yen; smaller sums are told without a figure


def rounded(value: float, digits: int = 2) -> int:
    """Return a whole number with the leading digits that people keep.

    Examples
    --------
    >>> rounded(12_345_678), rounded(987)
    (12000000, 990)
    """
    whole = round(value)
    places = len(str(abs(whole))) - digits
    return whole if places <= 0 else round(whole, -places)


def money(yen: float, unit: int, digits: int = 2) -> str:
    """Return an amount of yen in a writer's unit (0 万円, 1 百万円, 2 千円), rounded.

    Examples
    --------
    >>> money(12_345_678, 0), money(12_345_678, 1), money(123_456_789, 0), money(345_678, 1)
    ('1,200万円', '12百万円', '1億2千万円', '35万円')
    >>> money(-1, 0)
    Traceback (most recent call last):
    ValueError: an amount is 0 or more, got -1
    """
    if yen < 0:
        raise ValueError(f"an amount is 0 or more, got {yen}")
    value = rounded(yen, digits)
    if unit == 1 and value >= 2_000_000:
        return f"{value / 1e6:,.0f}百万円"
    if unit == 2 and value >= 100_000:
        return f"{value // 1000:,}千円"
    if value >= 100_000_000:
        large, rest = divmod(value // 10_000, 10_000)
        thousands = round(rest / 1000)
        if thousands == 10:
            large, thousands = large + 1, 0
        return f"{large}億{thousands}千万円" if thousands else f"{large}億円"
    return f"{max(value // 10_000, 1):,}万円"


def change(share: float, habit: int) -> str:
    """Return a change against last year: 0 with a triangle, 1 in words, 2 as a level.

    Examples
    --------
    >>> change(-0.032, 0), change(0.041, 1), change(-0.032, 2)
    ('▲3％', '4％増', '97％')
    """
    whole = round(100 * share)
    if habit == 2:
        return f"{100 + whole}％"
    if whole == 0:
        return "±0％"
    if habit == 0:
        return f"▲{-whole}％" if whole < 0 else f"＋{whole}％"
    return f"{-whole}％減" if whole < 0 else f"{whole}％増"


def tenths(whole: int, loose: bool) -> str:
    """Return a per cent figure, as tenths (割) where it is near one and the writer is `loose`.

    Examples
    --------
    >>> tenths(21, True), tenths(21, False), tenths(14, True)
    ('約2割', '21％', '14％')
    """
    near = round(whole / 10)
    return f"約{near}割" if loose and near and abs(whole - 10 * near) <= 1 else f"{whole}％"


def back(months: int, month: int) -> str:
    """Return how people name the month `months` ago; `month` is the present month's number.

    Examples
    --------
    >>> back(1, 2020 * 12 + 4), back(4, 2020 * 12 + 2), back(3, 2020 * 12 + 4)
    ('先月', '昨年11月', '2月')
    """
    if months <= 1:
        return "先月"
    if months == 2:
        return "先々月"
    then = month - months
    year = ("", "昨年", "一昨年")[min(month // 12 - then // 12, 2)]
    return f"{year}{then % 12 + 1}月"


def since(age: int) -> str:
    """Return since when something has been so, by the months it has lasted, to begin a sentence.

    Examples
    --------
    >>> since(1), since(6), since(99)
    ('先月頃から', '半年ほど前から', '1年以上前から')
    """
    if age <= 2:
        return "先月頃から"
    if age <= 4:
        return "この数ヶ月、"
    if age <= 8:
        return "半年ほど前から"
    return "1年ほど前から" if age < min(LAGS, 14) else "1年以上前から"


def months_of(share: float) -> str:
    """Return months of sales, to one place.

    Examples
    --------
    >>> months_of(0.04), months_of(1.24), months_of(3.0)
    ('0.1', '1.2', '3')
    """
    return f"{max(share, 0.1):.1f}".removesuffix(".0")
