"""Sources: what is not a user's own portfolio is named, wherever its figures are shown."""

from typing import get_args

import pytest

from pipelines.params import Portfolio
from review.sources import source_words


def test_every_source_that_params_allow_has_words_or_is_the_users_own() -> None:
    for source in get_args(Portfolio.model_fields["source"].annotation):
        words = source_words(source)
        assert (words is None) == (source == "folder")


def test_a_simulated_portfolio_is_called_simulated_first_of_all() -> None:
    words = source_words("simulator")
    assert words.note.ja.startswith("模擬データ — ")
    assert words.note.en.startswith("Simulated data — ")


def test_an_unknown_source_is_refused() -> None:
    with pytest.raises(KeyError, match="lottery"):
        source_words("lottery")
