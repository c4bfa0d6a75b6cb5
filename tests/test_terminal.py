"""Text in terminal columns."""

from hypothesis import given, settings
from hypothesis import strategies as st

from review.terminal import pad, text_width, wrap

TEXT = st.text(alphabet="ab. 0売上高は、。（）「」ーカ", max_size=60)


def test_full_width_characters_take_two_columns() -> None:
    assert text_width("売上 1か月") == 2 * 2 + 2 + 2 * 2


def test_padding_lines_columns_up() -> None:
    assert text_width(pad("事業者", 12)) == text_width(pad("Firm", 12)) == 12
    assert pad("too long", 3) == "too long "


@settings(deadline=None)  # a busy machine is no failure
@given(TEXT, st.integers(12, 40))
def test_wrapping_loses_nothing_but_spaces(text: str, width: int) -> None:
    assert "".join(wrap(text, width)).replace(" ", "") == text.replace(" ", "")


@settings(deadline=None)  # a busy machine is no failure
@given(st.text(alphabet="売上高は減少、。", min_size=1, max_size=60), st.integers(12, 40))
def test_japanese_lines_fit_and_never_begin_with_a_mark(text: str, width: int) -> None:
    lines = wrap(text, width)
    if "、、" not in text.replace("。", "、"):
        assert max(map(text_width, lines)) <= width
    assert not any(line.startswith(("、", "。")) for line in lines[1:])


def test_words_of_katakana_and_english_stay_whole() -> None:
    assert wrap("差は12.9ポイント下回る", 14) == ["差は12.9", "ポイント下回る"]
