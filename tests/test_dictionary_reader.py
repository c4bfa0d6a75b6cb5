"""What a note says and how it means it: sentences read by hand, spans that hold the words."""

import csv
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.notes.concepts import SIGNALS, ConceptError, check, compile_pattern, load_concepts
from models.notes.dictionary_reader import load_dictionary_reader
from models.notes.scope import CONFIDENCE, MODALITIES
from models.notes.words import words_of

CASES = list(csv.DictReader(Path(__file__).with_name("note_cases.csv").open(encoding="utf-8")))
COUNTS = ("asserted", "suspected", "hearsay")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['modality']}: {case['text']}")
def test_a_sentence_is_meant_as_a_reader_means_it(case):
    """Each case was written, and its meaning noted, by hand; none was taken from the simulator."""
    found = load_dictionary_reader().read(case["text"])
    words = unicodedata.normalize("NFKC", case["words"])
    spans = [
        one
        for one in found
        if one.signal == case["signal"]
        and words in unicodedata.normalize("NFKC", case["text"][one.start : one.end])
    ]
    assert [one.modality for one in spans][:1] == [case["modality"]], found
    is_good = case["signal"] == "Q11"
    counts = case["modality"] == "asserted" if is_good else case["modality"] in COUNTS
    assert (spans[0].polarity != 0) == counts
    assert spans[0].polarity > 0 if is_good and counts else spans[0].polarity <= 0
    assert spans[0].confidence == CONFIDENCE[case["modality"]]


def test_there_are_cases_of_every_modality_and_signal():
    assert len(CASES) >= 60
    assert {case["modality"] for case in CASES} == set(MODALITIES)
    assert {case["signal"] for case in CASES} == set(SIGNALS)


@pytest.mark.parametrize("row", load_concepts().to_dict("records"), ids=lambda row: row["example"])
def test_every_pattern_finds_its_example_and_that_is_said_of_the_firm(row):
    found = [one for one in load_dictionary_reader().read(row["example"]) if one.signal == row["signal"]]
    assert found, "nothing of this signal"
    assert any(one.polarity == row["polarity"] for one in found) or row["polarity"] < found[0].polarity < 0


WORDS = (
    "滞納",
    "なし",
    "資金繰り",
    "厳しい",
    "が、",
    "。",
    "ﾌｧｸﾀﾘﾝｸﾞ",
    "１２％減",
    "売上",
    "\n",
    "👨‍👩‍👧",
    "㈱",
    " ",
    "噂",
    "は",
    "ない",
    "x",
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=3)), max_size=12).map("".join))
def test_spans_lie_in_the_text_and_hold_a_match_of_their_pattern(text):
    patterns = {}
    for row in load_concepts().itertuples(index=False):
        patterns.setdefault(row.concept, []).append(compile_pattern(row.pattern))
    found = load_dictionary_reader().read(text)
    for one in found:
        assert 0 <= one.start < one.end <= len(text)
        plain = words_of(text[one.start : one.end]).plain
        assert any(pattern.search(plain) for pattern in patterns[one.concept]), (text, one)
    assert [one.start for one in found] == sorted(one.start for one in found)
    assert all(before.end <= after.start for before, after in pairwise(found))
    assert load_dictionary_reader().read(text) == found


def test_words_in_other_writings_are_one_word():
    forms = ("売上が落ち込んだ", "売り上げが落込んだ", "売上げが落ち込みました")
    assert {load_dictionary_reader().read(form)[0].concept for form in forms} == {"sales_down"}


def test_what_stands_before_or_after_in_other_sentences_does_not_matter():
    reader = load_dictionary_reader()
    alone = reader.read("消費税を滞納している。")
    among = reader.read("噂の話。\n消費税を滞納している。特に問題なし。")
    moved = [(one.signal, one.start - 5, one.modality) for one in among if one.signal == "Q6"]
    assert moved == [(one.signal, one.start, one.modality) for one in alone]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("signal", "Q12"),
        ("polarity", 0),
        ("polarity", 1),
        ("source", "heard"),
        ("why", ""),
        ("example", "業況順調"),
    ],
)
def test_a_list_that_breaks_its_rules_is_refused(column, value):
    concepts = load_concepts()
    check(concepts)
    concepts.loc[0, column] = value
    with pytest.raises(ConceptError, match=f"has {column}"):
        check(concepts)


def test_no_text_is_refused_and_an_empty_one_says_nothing():
    assert load_dictionary_reader().read("") == []
    with pytest.raises(TypeError, match="must be a str"):
        load_dictionary_reader().read(float("nan"))


def test_a_very_long_text_is_read_to_its_end():
    text = "特になし。" * 5000 + "消費税を滞納している。"
    last = load_dictionary_reader().read(text)[-1]
    assert (last.signal, text[last.start : last.end]) == ("Q6", "消費税を滞納")
