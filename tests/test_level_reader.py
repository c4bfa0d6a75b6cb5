import unicodedata
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import softmax
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from models.notes import level_reader
from models.notes.level_reader import LevelReader
from models.notes.reader_files import ARRAYS_FILE, JSON_FILE, ReaderError
from models.notes.text_reader import TextReader

SUBJECTS = ("受注", "売上", "来客数", "販売量", "ﾊﾟﾁﾝｺ店の客", "㈱ミドリの注文", "単価", "引き合い")
MOVES = {"が増えている": 1.0, "は横ばいである": 0.0, "が減っている": -1.0, "が大きく落ち込んだ": -2.0}
TEXTS = [f"{subject}{move}。" for subject in SUBJECTS for move in MOVES]
TARGETS = np.array([target for _ in SUBJECTS for target in MOVES.values()])


@cache
def fitted() -> LevelReader:
    return LevelReader.fit(TEXTS, TARGETS, seed=1)


def test_without_ends_and_pairs_it_is_scikit_learns_tfidf_and_logistic_regression(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(level_reader, "TOLERANCE", 1e-7)
    reader = LevelReader.fit(TEXTS, TARGETS, seed=1, sizes=(3, 0, 0), penalty=0.5)
    plain = [unicodedata.normalize("NFKC", text) for text in TEXTS]
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=5, lowercase=False, binary=True)
    lines = LogisticRegression(C=2.0, tol=1e-8, max_iter=1000).fit(vectors.fit_transform(plain), TARGETS)
    others = ["受注は増えている", "客が落ち込んだ。客が減った", "何もない"]
    expected = lines.predict_proba(vectors.transform(others))
    assert reader.keys.size == len(vectors.vocabulary_)
    assert reader.shares(others) == pytest.approx(expected, abs=1e-4)
    assert reader.read(others) == pytest.approx(expected @ [-2, -1, 0, 1], abs=1e-3)


def test_each_kind_of_piece_has_a_length_of_its_own() -> None:
    # a text of 3 runs (減, 少, 減少), the same 3 as ends and no pair: all stand in all texts, so idf is 1 and
    # each weight is the kind's length over the root of 3; the line of the second level is minus the first's
    reader = LevelReader.fit(["減少"] * 6, [0, 1] * 3, seed=1, sizes=(2, 2, 0))
    ones = LevelReader(
        reader.levels,
        reader.keys,
        reader.idf,
        np.ones_like(reader.coefficients) * [0, 1],
        np.zeros(2),
        (2, 2, 0),
    )
    assert ones.shares(["減少"])[0] == pytest.approx(softmax([0, (1 + 0.7) * 3 / np.sqrt(3)]))


@settings(max_examples=60)
@given(st.text(alphabet="受注売上が増減っているｶﾞﾊﾟ㈱１ﾞ。() \n", max_size=40))
def test_evidence_adds_up_on_any_text(text: str) -> None:
    parts = fitted().evidence(text)
    assert parts.shape == (len(text),)
    assert fitted().base + parts.sum() == pytest.approx(fitted().read([text])[0], abs=1e-9)


def test_evidence_is_the_effect_along_the_way_by_another_quadrature() -> None:
    # of one unknown character beside one known: all of the change is the known one's
    reader = fitted()
    parts = reader.evidence("増Ω")
    assert parts[1] == 0
    assert parts[0] == pytest.approx(reader.read(["増Ω"])[0] - reader.base, abs=1e-12)
    # 増減: runs 増 and 減, each also as an end; every step along the way by a fine trapezium
    text = "増減"
    whole = np.log(reader.shares([text])[0]) - np.log(reader.shares(["Ω"])[0])
    singles = {}
    for char in text:
        known = np.log(reader.shares([char])[0]) - np.log(reader.shares(["Ω"])[0])
        singles[char] = known - known.mean()
    assert reader.evidence(text).sum() == pytest.approx(reader.read([text])[0] - reader.base, abs=1e-9)
    steps = np.linspace(0, 1, 20_001)[:, None]
    at = softmax(np.log(reader.shares(["Ω"])[0]) + steps * (whole - whole.mean()), axis=1)
    slopes = at * (reader.levels - (at @ reader.levels)[:, None])
    effect = np.trapezoid(slopes, dx=1 / 20_000, axis=0) @ (whole - whole.mean())
    assert effect == pytest.approx(reader.evidence(text).sum(), abs=1e-7)


def test_the_characters_that_say_so_have_the_evidence() -> None:
    up, down = fitted().evidence("受注が増えている"), fitted().evidence("受注が減っている")
    assert set(up.argsort()[-2:]) == set(down.argsort()[:2]) == {3, 4}  # 増え and 減っ


def test_what_a_text_reads_does_not_depend_on_its_neighbours() -> None:
    many = TEXTS * 10  # more than a batch
    assert (fitted().read(many) == np.concatenate([fitted().read([text]) for text in many])).all()


def test_a_reader_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    fitted().save(tmp_path / "reader")
    again = LevelReader.load(tmp_path / "reader")
    assert again.version == fitted().version
    assert (again.read(TEXTS) == fitted().read(TEXTS)).all()
    with pytest.raises(ReaderError, match="kind levels, format 1, not line, 1"):
        TextReader.load(tmp_path / "reader")


def test_the_same_texts_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        LevelReader.fit(TEXTS, TARGETS, seed=3).save(tmp_path / name)
    for file in (JSON_FILE, ARRAYS_FILE):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_a_changed_reader_is_refused(tmp_path: Path) -> None:
    fitted().save(tmp_path)
    with np.load(tmp_path / ARRAYS_FILE) as found:
        arrays = dict(found)
    np.savez(tmp_path / ARRAYS_FILE, **arrays | {"intercepts": arrays["intercepts"] + 1})
    with pytest.raises(ReaderError, match="not what was saved"):
        LevelReader.load(tmp_path)
    (tmp_path / ARRAYS_FILE).write_bytes(b"")
    with pytest.raises(ReaderError, match="holds no reader"):
        LevelReader.load(tmp_path)


def test_a_text_of_weight_two_counts_like_two_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(level_reader, "TOLERANCE", 1e-7)
    twice = LevelReader.fit([*TEXTS, *TEXTS], [*TARGETS, *TARGETS], seed=1)
    weights = [2.0] * len(TEXTS) + [0.0] * len(TEXTS)
    heavy = LevelReader.fit([*TEXTS, *TEXTS], [*TARGETS, *TARGETS[::-1]], weights=weights, seed=1)
    assert heavy.read(TEXTS) == pytest.approx(twice.read(TEXTS), abs=1e-3)


def test_two_levels_are_a_probability() -> None:
    reader = LevelReader.fit(TEXTS, (TARGETS < 0).astype(float), seed=1)
    read = reader.read([*TEXTS, ""])
    assert ((read > 0) & (read < 1)).all()
    assert reader.shares(TEXTS)[:, 1] == pytest.approx(read[:-1])
    assert read[TEXTS.index("受注が減っている。")] > 0.5 > read[TEXTS.index("受注が増えている。")]


def test_nothing_to_read() -> None:
    assert fitted().read([]).shape == (0,)
    assert fitted().shares([]).shape == (0, 4)
    assert fitted().read([""])[0] == pytest.approx(fitted().base, abs=1e-15)
    assert fitted().evidence("").shape == (0,)


@pytest.mark.parametrize(
    ("texts", "targets", "message"),
    [
        (["a", None], [1, 2], "text 1 is None"),
        (["a", "b"], [1, 1], "2 to 12 different targets, got 1"),
        ([str(number) for number in range(13)], list(range(13)), "2 to 12 different targets, got 13"),
        (["a", "b"], [1, 2], "no piece stands in 5 of the 2 texts"),
    ],
)
def test_what_cannot_be_learned_is_named(texts: list, targets: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LevelReader.fit(texts, targets, seed=1)
