"""SVG marks: escaped, short numbers, texts once or twice."""

from hypothesis import given, settings
from hypothesis import strategies as st

from review.labels import Words
from review.svg import attributes, figure, mark, shorten, text


def test_numbers_are_short_and_names_are_xml() -> None:
    assert mark("line", x1=1.04, y1=2.0, stroke_width=1, class_="grid", title=None) == (
        '<line x1="1" y1="2" stroke-width="1" class="grid"/>'
    )


def test_values_are_escaped() -> None:
    assert attributes(title='"><script>') == ' title="&#34;&gt;&lt;script&gt;"'
    assert "<script>" not in text(0, 0, Words("<script>", "x"))


def test_a_text_that_reads_the_same_is_written_once() -> None:
    assert text(1, 2, Words("AUC", "AUC"), class_="tick").count("<text") == 1
    assert text(1, 2, Words("学習", "Train"), class_="tick") == (
        '<text x="1" y="2" class="tick ja">学習</text><text x="1" y="2" class="tick en">Train</text>'
    )


def test_a_figure_has_a_size_and_a_name() -> None:
    svg = figure(10, 20, Words("図", "Chart"), [mark("rect", x=1)])
    assert 'viewBox="0 0 10 20"' in svg
    assert 'aria-label="図 / Chart"' in svg
    assert svg.endswith('<rect x="1"/></svg>')


@settings(deadline=None)  # a busy machine is no failure
@given(st.text(alphabet="abc 売上高増加率", max_size=40), st.integers(4, 30))
def test_a_shortened_text_fits_and_says_that_it_was_cut(words: str, most: int) -> None:
    short = shorten(words, most)
    width = sum(2 if ord(character) > 0x2E7F else 1 for character in short)
    assert width <= most
    assert short == words or short.endswith("…")
