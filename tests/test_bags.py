import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.notes import bags as module
from models.notes.bags import bags, count, look_up, weigh
from models.notes.pieces import KINDS, kinds_of, pieces

TEXTS = st.lists(st.text(alphabet="受注増減が。B1カ()", max_size=15), max_size=6)
SIZES = (2, 3, 1)


def sets_of(texts: list[str]) -> list[set[int]]:
    return [set(pieces([text], longest=2, end=3, reach=1).key.tolist()) for text in texts]


@given(TEXTS, st.integers(1, 3), st.integers(1, 4))
def test_a_piece_counts_once_a_text_whatever_the_batches(texts: list[str], fewest: int, batch: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BATCH", batch)
        keys, held = count(texts, SIZES, fewest)
    by_hand: dict[int, int] = {}
    for found in sets_of(texts):
        for key in found:
            by_hand[key] = by_hand.get(key, 0) + 1
    expected = {key: number for key, number in by_hand.items() if number >= fewest}
    assert dict(zip(keys.tolist(), held.tolist(), strict=True)) == expected
    assert (keys[1:] > keys[:-1]).all()


@given(TEXTS, TEXTS, st.integers(1, 4))
def test_a_row_holds_its_known_pieces_each_kind_with_its_length(
    known: list[str], texts: list[str], batch: int
) -> None:
    keys, held = count(known, SIZES, 1)
    idf = 1 + 1 / held
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BATCH", batch)
        rows = [row for part in bags(texts, keys, idf, SIZES) for row in part.toarray()]
    kinds = kinds_of(keys)
    assert len(rows) == len(texts)
    for row, found in zip(rows, sets_of(texts), strict=True):
        assert set(keys[row > 0].tolist()) == found & set(keys.tolist())
        for kind in range(len(KINDS)):
            weights = row[kinds == kind]
            if weights.any():
                assert np.sqrt(weights @ weights) == pytest.approx(module.LENGTHS[kind])
                assert weights[weights > 0] / idf[kinds == kind][weights > 0] == pytest.approx(
                    np.full((weights > 0).sum(), weights.max() / idf[kinds == kind][weights.argmax()])
                )


def test_weights_by_hand() -> None:
    # text 0: two runs (kind 0) of idf 3 and 4: 3/5 and 4/5 of length 1; an end (kind 1) of idf 2: .7, all of
    # its kind; text 1: a pair (kind 2) of idf 9: .7
    found = weigh(
        np.array([0, 0, 0, 1]), np.array([4, 8, 5, 6], dtype=np.uint64), np.array([3.0, 4.0, 2.0, 9.0]), 2
    )
    assert found == pytest.approx([0.6, 0.8, 0.7, 0.7])


def test_places_of_keys() -> None:
    keys = np.array([3, 5, 9], dtype=np.uint64)
    place, known = look_up(np.array([9, 4, 3, 10], dtype=np.uint64), keys)
    assert known.tolist() == [True, False, True, False]
    assert place[known].tolist() == [2, 0]
    assert not look_up(np.array([9], dtype=np.uint64), keys[:0])[1].any()
