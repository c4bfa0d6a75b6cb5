"""Marks in a note: they never cross, and without them the text is what it was."""

import html
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.labels import Words
from review.note_marks import Span, finding_words, highlight, merge, style_of

STOCK, TAX = Words("在庫", "Stock"), Words("税・社保", "Taxes")


class Marks(HTMLParser):
    """Collect the text, which of its characters are marked how, and whether tags are closed in turn."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.text = ""
        self.styles: list[frozenset[str]] = []
        self.says: list[tuple[int, str]] = []  # after how many characters what is said

    def handle_starttag(self, tag: str, attrs: list) -> None:
        found = dict(attrs)
        self.open.append((tag, found.get("class", "")))
        if tag == "i":
            self.says.append((len(self.text), found["data-ja"]))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        assert not any(tag == "i" for tag, _ in self.open)
        marked = frozenset(name for _, styles in self.open for name in styles.split())
        self.text += data
        self.styles += [marked] * len(data)


def read(markup: str) -> Marks:
    reader = Marks()
    reader.feed(str(markup))
    reader.close()
    assert reader.open == []
    return reader


def test_a_span_within_another_and_one_across_it() -> None:
    # 0123456789: stock 1–6, taxes 4–8
    found = read(highlight("0123456789", [Span(1, 6, STOCK, "bad"), Span(4, 8, TAX, "neither")]))
    assert found.text == "0123456789"
    assert ["".join(sorted(style)) for style in found.styles] == (
        [""] + ["bad"] * 3 + ["badneitherseveral"] * 2 + ["neither"] * 2 + [""] * 2
    )
    assert found.says == [(6, "在庫"), (8, "税・社保")]


def test_the_same_found_twice_is_named_once() -> None:
    spans = [Span(0, 3, STOCK, "bad"), Span(2, 5, STOCK, "bad"), Span(5, 6, STOCK, "bad")]
    assert merge(spans) == [Span(0, 6, STOCK, "bad")]
    assert len(merge([*spans, Span(7, 8, STOCK, "bad"), Span(0, 6, TAX, "bad")])) == 3
    assert merge([Span(0, 3, STOCK, "bad"), Span(2, 5, STOCK, "good")]) == [
        Span(0, 3, STOCK, "bad"), Span(2, 5, STOCK, "good"),
    ]  # fmt: skip


def test_a_text_without_findings_is_only_escaped() -> None:
    assert highlight("<b>在庫</b>", []) == "&lt;b&gt;在庫&lt;/b&gt;"
    assert highlight("", []) == ""


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (0, 0), (2, 1), (1, 4)])
def test_a_span_outside_the_text_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match=f"from {start} to {end} does not lie in a text of 3 characters"):
        highlight("在庫増", [Span(start, end, STOCK, "bad")])


TEXTS = st.text(alphabet=st.sampled_from(list("在庫税金<>&\"'\n /・a𠮷")), min_size=1, max_size=30)


@st.composite
def texts_with_findings(draw: st.DrawFn) -> tuple[str, list[Span]]:
    text = draw(TEXTS)
    findings = []
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, len(text)))
        words = draw(st.sampled_from([STOCK, TAX, Words('"<i>', "&")]))
        findings.append(Span(start, end, words, draw(st.sampled_from(["bad", "good", "neither"]))))
    return text, findings


@settings(deadline=None)  # a busy machine is no failure
@given(texts_with_findings())
def test_any_findings_leave_the_text_and_mark_just_what_they_cover(given_: tuple[str, list[Span]]) -> None:
    text, findings = given_
    markup = highlight(text, findings)
    assert html.unescape(re.sub(r"<[^>]*>", "", markup)) == text  # quotes in attributes are escaped
    found = read(markup)
    assert found.text == text
    for place, styles in enumerate(found.styles):
        over = {one.style for one in findings if one.start <= place < one.end}
        assert styles - {"several"} == over
    assert {said for _, said in found.says} == {one.words.ja for one in findings}
    # each is named at the end of the words that say it, never within
    assert {place for place, _ in found.says} <= {one.end for one in findings}


def test_directions_and_modalities_are_words_and_signs() -> None:
    assert finding_words("Q6", -2, "asserted") == Words("↓↓ 税・社保", "↓↓ Taxes, social insurance")
    assert finding_words("Q6", 0, "denied") == Words("税・社保（否定）", "Taxes, social insurance (denied)")
    assert finding_words("Q3", 0, "resolved").ja == "販売先（解消）"
    assert finding_words("Q99", -1, "sung").ja == "↓ Q99（sung）"
    assert [style_of(polarity) for polarity in (-2, -1, 0, 1)] == ["bad", "bad", "neither", "good"]
