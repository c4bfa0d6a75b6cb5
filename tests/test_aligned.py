import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.notes.aligned import aligned


def test_each_plain_character_knows_its_place() -> None:
    # １ 0..1, ㌔ 1..2 is キロ, ﾊﾟ 2..4 is パ, か゛ (combining mark) 4..6 is が
    plain, spans = aligned("１㌔ﾊﾟか\u3099")
    assert plain == "1キロパが"
    assert spans.tolist() == [[0, 1], [1, 2], [1, 2], [2, 4], [4, 6]]


def test_scripts_whose_letters_join_are_one_piece() -> None:
    plain, spans = aligned("\u1100\u1161a")  # two Hangul letters become one syllable
    assert plain == "\uac00a"
    assert spans.tolist() == [[0, 3], [0, 3]]


def test_no_text_is_refused() -> None:
    with pytest.raises(TypeError, match="got nan"):
        aligned(float("nan"))


@given(st.text(max_size=30))
def test_the_plain_form_is_pythons_and_the_spans_cover_the_text(text: str) -> None:
    plain, spans = aligned(text)
    assert plain == unicodedata.normalize("NFKC", text)
    assert len(spans) == len(plain)
    assert sorted({at for start, end in spans.tolist() for at in range(start, end)}) == list(range(len(text)))
