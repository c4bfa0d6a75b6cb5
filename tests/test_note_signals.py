"""From notes to note_signals: targets by hand, readers that never saw the firm, the same bytes twice."""

import json

import numpy as np
import pandas as pd
import pytest

from intake.contracts import contract, empty_table
from models.notes.cross_reading import META_FILE, CrossReader, fold_of, save_none
from models.notes.dictionary_reader import load_dictionary_reader
from models.notes.outcomes import targets_of_notes
from models.notes.signals import Readers, read_notes
from models.notes.text_reader import ReaderError, TextReader

MARCH, JUNE = pd.Timestamp("2020-03-31"), pd.Timestamp("2020-06-30")


def notes_of(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    """Return notes of (note_id, firm_id, known_date, text), talked of on the day they became known."""
    frame = pd.DataFrame(rows, columns=["note_id", "firm_id", "known_date", "text"])
    frame = frame.assign(date=frame["known_date"], author_role="bank_officer", channel="visit")
    return frame[list(empty_table("notes").columns)].astype(empty_table("notes").dtypes.to_dict())


def test_targets_worked_out_by_hand():
    notes = notes_of(
        ("1", "a", "2019-12-31", "x"),  # three months before the first cohort is too early for it
        ("2", "a", "2020-01-01", "x"),
        ("3", "a", "2020-03-31", "x"),  # on the day itself
        ("4", "a", "2020-04-01", "x"),  # of the next
        ("5", "b", "2020-02-01", "x"),
        ("6", "c", "2020-02-01", "x"),  # a firm without a label
        ("7", "a", "2020-07-01", "x"),  # after the last
    )
    rows = [(MARCH, "a", 0.0), (JUNE, "a", 1.0), (MARCH, "b", 1.0), (JUNE, "b", np.nan)]
    labels = pd.DataFrame(rows, columns=["as_of_date", "firm_id", "label"])

    found = targets_of_notes(notes.set_index(notes["note_id"]), labels, [MARCH, JUNE], months=3)

    assert found["target"].dropna().to_dict() == {"2": 0, "3": 0, "4": 1, "5": 1}
    assert found["weight"].dropna().to_dict() == {"2": 0.5, "3": 0.5, "4": 1, "5": 1}


@pytest.fixture(scope="module")
def learned() -> tuple[pd.DataFrame, np.ndarray, CrossReader]:
    """Return notes, targets, and readers of them: 40 firms, every second in distress that its notes tell."""
    rows = []
    for number in range(40):
        mood = "資金繰りが厳しい" if number % 2 else "業況は順調"
        rows += [(f"{number}-{i}", f"f{number}", "2020-02-01", f"面談{i}。{mood}。") for i in range(3)]
    notes = notes_of(*rows)
    targets = (notes["firm_id"].str[1:].astype(int) % 2).to_numpy(dtype=float)
    return notes, targets, fit(notes, targets)


def fit(notes: pd.DataFrame, targets: np.ndarray) -> CrossReader:
    weights = np.ones(len(notes))
    rules = {"weights": weights, "penalty": 2.0, "folds": 4, "seed": 3}
    return CrossReader.fit(notes["text"], targets, notes["firm_id"], **rules)


def test_words_of_firms_that_failed_read_worse_around_a_mean_of_zero(learned):
    notes, targets, reader = learned
    read = reader.read(notes["text"], notes["firm_id"])
    assert read[targets == 1].min() > 0 > read[targets == 0].max()


def test_no_firms_outcome_speaks_in_its_own_notes(learned):
    """Turning a firm's outcomes round changes how others are read, and not how it is."""
    notes, targets, reader = learned
    own = (notes["firm_id"] == "f7").to_numpy()
    turned = fit(notes, np.where(own, 1 - targets, targets))
    fold = fold_of(notes["firm_id"], folds=4, seed=3)
    same_fold = fold == fold[own][0]

    before, after = (one.read(notes["text"], notes["firm_id"]) for one in (reader, turned))

    np.testing.assert_array_equal(before[same_fold], after[same_fold])
    assert (before[~same_fold] != after[~same_fold]).all()


def test_fitting_twice_writes_the_same_bytes_and_what_was_saved_reads_the_same(learned, tmp_path):
    notes, targets, reader = learned
    for name, one in (("a", reader), ("b", fit(notes, targets))):
        one.save(tmp_path / name, {"notes": len(notes)})
    files = [path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file()]
    assert len(files) == 4 * 2 + 1
    assert all((tmp_path / "a" / one).read_bytes() == (tmp_path / "b" / one).read_bytes() for one in files)

    again = CrossReader.load(tmp_path / "a")
    assert again.version == reader.version
    np.testing.assert_array_equal(
        again.read(notes["text"], notes["firm_id"]), reader.read(notes["text"], notes["firm_id"])
    )
    assert again.reader_of("f7").version == again.versions[fold_of(["f7"], folds=4, seed=3)[0]]


def test_readers_that_are_not_what_was_saved_are_refused(learned, tmp_path):
    _, _, reader = learned
    reader.save(tmp_path / "r", {})
    meta = tmp_path / "r" / META_FILE
    meta.write_text(json.dumps(json.loads(meta.read_text()) | {"version": "x"}))
    with pytest.raises(ReaderError, match="not those that"):
        CrossReader.load(tmp_path / "r")
    with pytest.raises(ReaderError, match="holds no readers"):
        CrossReader.load(tmp_path / "nowhere")
    save_none(tmp_path / "none", {})
    assert CrossReader.load(tmp_path / "none") is None


def test_the_table_keeps_its_contract_and_its_spans_lie_in_the_texts(learned):
    _, _, reader = learned
    corpus = TextReader.fit(["良い", "悪い", "良いです", "悪いです"], [1, -1, 1, -1], seed=1)
    notes = notes_of(
        ("n2", "f1", "2020-02-01", "消費税を滞納。売上は好調。"),
        ("n1", "f2", "2020-02-03", "特記なし"),
    )
    readers = Readers(load_dictionary_reader(), reader, corpus)

    found = read_notes(notes, readers, half_life_months=6)

    contract("note_signals").schema.validate(found)
    assert not found.duplicated(list(contract("note_signals").key)).any()
    by_note = found.groupby("note_id")["signal"].agg(sorted).to_dict()
    assert by_note == {"n1": ["corpus", "outcome"], "n2": ["Q11", "Q6", "corpus", "outcome"]}
    taxes = found[found["signal"] == "Q6"].iloc[0]
    assert "消費税を滞納。"[int(taxes["start"]) : int(taxes["end"])] == "消費税を滞納"
    tones = found[found["modality"] == "tone"]
    assert tones["value"].notna().all()
    assert found.loc[found["modality"] != "tone", "value"].isna().all()
    pd.testing.assert_frame_equal(found, read_notes(notes[::-1], readers, half_life_months=6))


def test_without_learned_readers_the_tones_are_missing_and_no_notes_are_an_empty_table():
    readers = Readers(load_dictionary_reader(), None, None)
    found = read_notes(notes_of(("n", "f", "2020-02-01", "滞納")), readers, half_life_months=6)
    assert found["value"].isna().all()
    assert sorted(found["signal"]) == ["Q6", "corpus", "outcome"]
    empty = read_notes(empty_table("notes"), readers, half_life_months=6)
    pd.testing.assert_frame_equal(empty, empty_table("note_signals"))


def test_another_reader_has_another_version(learned):
    _, _, reader = learned
    versions = {Readers(load_dictionary_reader(), one, None).version for one in (None, reader)}
    assert len(versions) == 2
