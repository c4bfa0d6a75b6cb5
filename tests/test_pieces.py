from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.notes.pieces import KINDS, Pieces, kinds_of, pieces


def spans(found: Pieces, whole: str) -> Counter:
    return Counter(
        (int(text), KINDS[kind], whole[a:b], whole[c:d])
        for text, kind, (a, b), (c, d) in zip(
            found.text, kinds_of(found.key), found.first, found.second, strict=True
        )
    )


def test_runs_ends_and_pairs_of_a_text_worked_out_by_hand() -> None:
    # 「売上減だ(東京都)。」: the end is what stands before stop and bracket, of it the last 2: 減だ.
    # Words by script: 売上減, だ, 東京都; one word apart: 売上減-だ, だ-東京都.
    text = "売上減だ(東京都)。"
    found = spans(pieces([text], longest=2, end=2, reach=1), text)
    runs = [text[at : at + size] for size in (1, 2) for at in range(len(text) - size + 1)]
    expected = Counter((0, "run", run, "") for run in runs)
    expected += Counter((0, "end", run, "") for run in ("減", "だ", "減だ"))
    expected += Counter((0, "pair", *pair) for pair in (("売上減", "だ"), ("だ", "東京都")))
    assert found == expected


def test_a_pair_stays_in_its_sentence_and_text() -> None:
    texts = ["受注。減少", "受注ガ減"]
    found = pieces(texts, longest=1, end=0, reach=6)
    pairs = {one for one in spans(found, "".join(texts)) if one[1] == "pair"}
    assert pairs == {(1, "pair", "受注", "ガ"), (1, "pair", "受注", "減"), (1, "pair", "ガ", "減")}


def test_a_bracket_in_the_middle_is_no_close() -> None:
    text = "減(増)だ"
    found = spans(pieces([text], longest=1, end=2, reach=0), text)
    assert {one[2] for one in found if one[1] == "end"} == {")", "だ"}


@given(st.lists(st.text(alphabet="受注増減が。、aB1カ(）) \n𠮷", max_size=25), max_size=4))
def test_equal_pieces_and_they_alone_share_a_key_whatever_stands_around_them(texts: list[str]) -> None:
    found = pieces(texts, longest=3, end=4, reach=2)
    whole = "".join(texts)
    names = [
        (int(kind), whole[a:b], whole[c:d])
        for kind, (a, b), (c, d) in zip(kinds_of(found.key), found.first, found.second, strict=True)
    ]
    assert len(set(names)) == len(set(found.key.tolist())) == len(set(zip(names, found.key.tolist())))  # noqa: B905
    alone = [pieces([text], longest=3, end=4, reach=2).key for text in texts]
    for number, keys in enumerate(alone):
        assert sorted(found.key[found.text == number].tolist()) == sorted(keys.tolist())


def test_nothing_to_cut() -> None:
    for texts in ([], [""], ["", ""]):
        assert pieces(texts).key.shape == (0,)
    assert pieces(["減"]).key.size == 2  # as a run and as an end


@pytest.mark.parametrize("sizes", [(0, 1, 1), (1, -1, 1), (1, 1, -1)])
def test_sizes_that_make_no_sense(sizes: tuple[int, int, int]) -> None:
    longest, end, reach = sizes
    with pytest.raises(ValueError, match="longest must be 1 or more"):
        pieces(["減"], longest=longest, end=end, reach=reach)


def test_keys_are_the_same_on_every_machine() -> None:
    # a saved reader knows its pieces by these numbers alone
    key = pieces(["受注"], longest=1, end=0, reach=0).key
    assert key.dtype == np.uint64
    assert [f"{one:016x}" for one in key.tolist()] == ["efca76320fe422f4", "b1acfbd56f728ad8"]
