"""The measurement of reading: that it reads all, and what its table says. No time is tested."""

import pandas as pd

from models.notes.dictionary_reader import load_dictionary_reader
from models.notes.signals import Readers
from pipelines.reading_speed import measure, seconds_of, speed_table


def test_every_reader_is_measured_over_all_notes():
    day = pd.Timestamp("2025-01-31").as_unit("ms")
    notes = pd.DataFrame({"note_id": ["1", "2"], "firm_id": ["a", "b"], "text": ["滞納", "業況順調"]})
    notes = notes.assign(known_date=day, date=day)

    found = measure(notes, Readers(load_dictionary_reader(), None, None), rounds=1)

    assert list(found) == ["dictionary", "all, into note_signals"]
    assert all(spent > 0 for spent in found.values())
    assert "2 notes of 3 characters on average, 4 at most" in speed_table(notes, found)


def test_the_best_of_some_rounds_counts():
    rounds = []
    assert seconds_of(lambda: rounds.append(1), rounds=4) >= 0
    assert len(rounds) == 4
