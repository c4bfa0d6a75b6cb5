import unicodedata
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge

from models.notes import text_reader
from models.notes.reader_files import ARRAYS_FILE, JSON_FILE, ReaderError
from models.notes.text_reader import TextReader

SUBJECTS = ("受注", "売上", "来客数", "販売量", "ﾊﾟﾁﾝｺ店の客", "㈱ミドリの注文", "単価")
MOVES = {"が増えている": 1.0, "は横ばいである": 0.0, "が減っている": -1.0, "が大きく落ち込んだ": -2.0}
TEXTS = [f"{subject}{move}。" for subject in SUBJECTS for move in MOVES]
TARGETS = np.array([target for _ in SUBJECTS for target in MOVES.values()])


@cache
def _fitted() -> TextReader:
    return TextReader.fit(TEXTS, TARGETS, seed=1)


@pytest.fixture
def reader() -> TextReader:
    return _fitted()


def test_a_reader_is_scikit_learns_tfidf_and_ridge(reader: TextReader) -> None:
    plain = [unicodedata.normalize("NFKC", text) for text in TEXTS]
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=2, lowercase=False)
    line = Ridge(alpha=text_reader.PENALTY, solver="cholesky")
    line.fit(vectors.fit_transform(plain).toarray(), TARGETS)
    others = ["受注は増えている", "客が落ち込んだ。客が減った", "何もない"]
    expected = line.predict(vectors.transform(others).toarray())
    assert reader.read(others) == pytest.approx(expected, abs=2e-3)
    assert reader.grams == tuple(vectors.get_feature_names_out())


@given(st.text(alphabet="受注売上が増減っているｶﾞﾊﾟ㈱１ﾞ。 \n", max_size=40))
def test_evidence_adds_up_on_any_text(text: str) -> None:
    reader = _fitted()
    parts = reader.evidence(text)
    assert parts.shape == (len(text),)
    assert reader.base + parts.sum() == pytest.approx(reader.read([text])[0], abs=1e-12)


def test_a_reader_comes_back_as_it_was_saved(reader: TextReader, tmp_path: Path) -> None:
    reader.save(tmp_path / "reader")
    again = TextReader.load(tmp_path / "reader")
    assert again.version == reader.version
    assert (again.read(TEXTS) == reader.read(TEXTS)).all()


def test_a_changed_reader_is_refused(reader: TextReader, tmp_path: Path) -> None:
    reader.save(tmp_path)
    file = tmp_path / JSON_FILE
    file.write_text(file.read_text().replace('"longest": 3', '"longest": 2'))
    with pytest.raises(ReaderError, match="not what was saved"):
        TextReader.load(tmp_path)


def test_the_same_texts_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        TextReader.fit(TEXTS, TARGETS, seed=3).save(tmp_path / name)
    for file in (JSON_FILE, ARRAYS_FILE):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_a_text_of_weight_two_counts_like_two_texts() -> None:
    twice = TextReader.fit([*TEXTS, *TEXTS], [*TARGETS, *TARGETS], seed=1)
    heavy = TextReader.fit([*TEXTS, *TEXTS], [*TARGETS, *-TARGETS], weights=[2.0] * 28 + [0.0] * 28, seed=1)
    assert heavy.read(TEXTS) == pytest.approx(twice.read(TEXTS), abs=1e-3)


def test_full_width_and_plain_signs_read_alike(reader: TextReader) -> None:
    assert (reader.read(["ﾊﾟﾁﾝｺ店の客が減っている"]) == reader.read(["パチンコ店の客が減っている"])).all()


@pytest.mark.parametrize(
    ("texts", "targets", "message"),
    [
        (["a", None], [1, 2], "text 1 is None"),
        (["a", "b"], [1, np.nan], "targets of text 1: nan is not finite"),
        (["a"], [1], "two texts or more, got 1"),
        (["a", "b"], [1, 2], "no n-gram stands in 2 of the 2 texts"),
    ],
)
def test_what_cannot_be_learned_is_named(texts: list, targets: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TextReader.fit(texts, targets, seed=1)


def test_nothing_to_read(reader: TextReader) -> None:
    assert reader.read([]).shape == (0,)
    assert reader.read([""])[0] == reader.base
    assert reader.evidence("").shape == (0,)
