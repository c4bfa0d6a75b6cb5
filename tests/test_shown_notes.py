"""The notes shown of a firm: known by the day, newest first, those with a finding before the others."""

import pandas as pd
import pytest

from review.shown_notes import known_notes, notes_of

DAY = pd.Timestamp("2025-12-31")


def notes(*rows: tuple[str, str, str], firm: str = "a") -> pd.DataFrame:
    """Return notes of id, date and known date; the text is the id thrice."""
    frame = pd.DataFrame(rows, columns=["note_id", "date", "known_date"])
    frame["date"], frame["known_date"] = pd.to_datetime(frame["date"]), pd.to_datetime(frame["known_date"])
    return frame.assign(firm_id=firm, author_role="bank_officer", channel="phone", text=frame["note_id"] * 3)


def signals(*rows: tuple) -> pd.DataFrame:
    """Return signals of note id, known date, signal, polarity, modality, start and end."""
    names = ["note_id", "known_date", "signal", "polarity", "modality", "start", "end"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.assign(firm_id="a", known_date=pd.to_datetime(frame["known_date"]), confidence=0.9)


def ids(found: object) -> list[str]:
    return [note.text[0] for note in found.shown]


THREE = notes(
    ("x", "2025-03-01", "2025-03-02"), ("y", "2025-06-01", "2025-06-02"), ("z", "2025-09-01", "2025-09-02")
)


def test_those_with_a_finding_come_first_then_the_newest() -> None:
    found = notes_of("a", THREE, signals(("x", "2025-03-02", "Q7", -1, "hearsay", 0.0, 2.0)), DAY)
    assert [note.date.month for note in found.shown] == [3, 9, 6]
    assert (found.count, found.found) == (3, 1)
    first = found.shown[0]
    assert first.text.startswith('<mark class="bad">xx</mark><i class="says bad"')
    assert "↓ 他行・資金（伝聞）" in first.text
    assert (first.role.ja, first.channel.ja) == ("銀行担当者", "電話")
    assert found.shown[1].text == "zzz"
    assert len(notes_of("a", THREE, signals(), DAY, most=2).shown) == 2


def test_nothing_known_later_is_shown() -> None:
    late = notes(("x", "2025-12-20", "2026-01-05"), ("y", "2025-12-01", "2025-12-31"))
    assert ids(notes_of("a", late, signals(), DAY)) == ["y"]
    # a note's correction that came later is not known, and its findings belong to it alone
    both = pd.concat(
        [
            notes(("x", "2025-03-01", "2025-03-02")),
            notes(("x", "2025-03-01", "2026-02-01")).assign(text="new"),
        ]
    )
    said = signals(("x", "2026-02-01", "Q5", -1, "asserted", 0.0, 1.0))
    found = notes_of("a", both, said, DAY)
    assert [note.text for note in found.shown] == ["xxx"]
    assert found.found == 0
    corrected = notes_of("a", both, said, pd.Timestamp("2026-02-28"))
    assert '<mark class="bad">n</mark>' in corrected.shown[0].text
    assert corrected.count == 1


def test_notes_older_than_two_years_are_left_out() -> None:
    old = notes(("x", "2023-12-31", "2024-01-05"), ("y", "2024-01-01", "2024-01-05"))
    assert known_notes(old, DAY)["note_id"].tolist() == ["y"]


def test_a_learned_tone_is_no_finding() -> None:
    said = signals(
        ("x", "2025-03-02", "outcome", 0, "tone", 0.0, 3.0),
        ("z", "2025-09-02", "Q6", 0, "denied", 0.0, 2.0),
    )
    found = notes_of("a", THREE, said, DAY)
    assert [note.date.month for note in found.shown] == [9, 6, 3]
    assert "税・社保（否定）" in found.shown[0].text
    assert (found.shown[2].text, found.found) == ("xxx", 1)


def test_other_firms_notes_and_findings_are_passed_over() -> None:
    both = pd.concat([THREE, notes(("w", "2025-10-01", "2025-10-01"), firm="b")])
    said = signals(("x", "2025-03-02", "Q5", -1, "asserted", 0.0, 1.0)).assign(firm_id="b")
    found = notes_of("a", both, said, DAY)
    assert (found.count, found.found) == (3, 0)
    nothing = notes_of("c", both, said, DAY)
    assert (nothing.shown, nothing.count) == ([], 0)


def test_a_span_outside_its_note_names_the_note() -> None:
    with pytest.raises(ValueError, match="note_signals: note 'x': a finding from 0 to 9 does not lie"):
        notes_of("a", THREE, signals(("x", "2025-03-02", "Q5", -1, "asserted", 0.0, 9.0)), DAY)
