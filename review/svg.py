"""The few SVG marks that charts are made of, with every text in both languages."""

from collections.abc import Iterable

from markupsafe import Markup

from review.labels import Words


def attributes(**values: object) -> Markup:
    """Return XML attributes; `_` becomes `-` and numbers get one decimal, so that output is short and stable.

    Examples
    --------
    >>> print(attributes(x=1.25, stroke_width=2, class_="axis"))
     x="1.2" stroke-width="2" class="axis"
    """
    parts = []
    for name, value in values.items():
        if value is None:
            continue
        shown = f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else value
        parts.append(Markup(' {}="{}"').format(name.rstrip("_").replace("_", "-"), shown))
    return Markup("").join(parts)


def mark(tag: str, **values: object) -> Markup:
    """Return one empty element, e.g. a line, a rect or a circle."""
    return Markup("<{}{}/>").format(Markup(tag), attributes(**values))


def text(x: float, y: float, words: Words | str, **values: object) -> Markup:
    """Return a text, twice where the languages differ; the page shows one of them.

    Examples
    --------
    >>> print(text(1, 2, Words("学習", "Train")))
    <text x="1" y="2" class="ja">学習</text><text x="1" y="2" class="en">Train</text>
    >>> print(text(1, 2, "<script>"))
    <text x="1" y="2">&lt;script&gt;</text>
    """
    if isinstance(words, str) or words.ja == words.en:
        shown = words if isinstance(words, str) else words.ja
        return Markup("<text{}>{}</text>").format(attributes(x=x, y=y, **values), shown)
    style = values.pop("class_", "")
    return Markup("").join(
        Markup("<text{}>{}</text>").format(
            attributes(x=x, y=y, class_=f"{style} {language}".strip(), **values), getattr(words, language)
        )
        for language in ("ja", "en")
    )


def figure(width: int, height: int, name: Words, marks: Iterable[Markup]) -> Markup:
    """Return a whole SVG that scales with the page and carries a name for screen readers."""
    return Markup(
        '<svg class="chart" viewBox="0 0 {w} {h}" style="max-width:{w}px" role="img" '
        'aria-label="{name}">{marks}</svg>'
    ).format(w=width, h=height, name=f"{name.ja} / {name.en}", marks=Markup("").join(marks))


def shorten(words: str, most: int) -> str:
    """Cut a text to `most` characters' width, full-width characters counting two.

    Examples
    --------
    >>> shorten("営業運転資本回転期間", 12), shorten("Sales", 12)
    ('営業運転資…', 'Sales')
    """
    width, kept = 0, ""
    for character in words:
        width += 2 if ord(character) > 0x2E7F else 1
        if width > most:
            while kept and sum(2 if ord(c) > 0x2E7F else 1 for c in kept) > most - 1:
                kept = kept[:-1]
            return kept + "…"
        kept += character
    return kept
