import unicodedata

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.notes.texts import checked_texts, figures


@given(st.lists(st.text(max_size=10), max_size=5))
def test_lists_arrays_and_columns_are_read_alike_in_nfkc_form(texts: list[str]) -> None:
    expected = [unicodedata.normalize("NFKC", text) for text in texts]
    for given_ in (texts, tuple(texts), pd.Series(texts, dtype="object"), np.array(texts, dtype=object)):
        assert checked_texts(given_) == expected


@pytest.mark.parametrize("missing", [None, float("nan"), 5])
def test_the_first_text_that_is_none_is_named_by_its_place_not_its_index(missing: object) -> None:
    with pytest.raises(ValueError, match=f"text 1 is {missing!r}; every row needs a text"):
        checked_texts(pd.Series(["a", missing, None], index=[7, 8, 9], dtype="object"))


def test_figures_are_finite_and_one_for_each_text() -> None:
    found = figures([1, 2], 2, "weights")
    assert found.dtype == np.float64
    assert found.tolist() == [1, 2]
    with pytest.raises(ValueError, match="3 texts, but 2 weights"):
        figures([1, 2], 3, "weights")
    with pytest.raises(ValueError, match="weights of text 1: inf is not finite"):
        figures([1, np.inf], 2, "weights")
