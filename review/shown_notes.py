"""The notes of talks with a firm that are shown beside its score, with what a reader found in them."""

from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from review.labels import Words, label
from review.note_marks import Span, finding_words, highlight, style_of

MONTHS = 24  # older talks say little about today
MOST = 5


@dataclass(frozen=True)
class Note:
    """One note as shown, with what was found in it marked."""

    date: pd.Timestamp
    known_date: pd.Timestamp
    role: Words
    channel: Words
    text: Markup


@dataclass(frozen=True)
class Notes:
    """The notes shown of a firm, out of how many, and how many of all have a finding."""

    shown: list[Note]
    count: int
    found: int


def known_notes(notes: pd.DataFrame, as_of_date: pd.Timestamp) -> pd.DataFrame:
    """Return each note of the last 24 months as last known on a day, newest first.

    Parameters
    ----------
    notes : DataFrame
        ``note_id``, ``known_date``, ``date``; a correction is a row of its own.
    as_of_date : Timestamp
    """
    seen = notes[(notes["known_date"] <= as_of_date).to_numpy()]
    last = seen.sort_values("known_date", kind="stable").drop_duplicates("note_id", keep="last")
    recent = last[(last["date"] > as_of_date - pd.DateOffset(months=MONTHS)).to_numpy()]
    return recent.sort_values(["date", "note_id"], ascending=False, kind="stable", ignore_index=True)


def notes_of(
    firm_id: str, notes: pd.DataFrame, signals: pd.DataFrame, as_of_date: pd.Timestamp, *, most: int = MOST
) -> Notes:
    """Return a firm's latest notes, those in which something was found first.

    Parameters
    ----------
    firm_id : str
    notes : DataFrame
        ``note_id``, ``firm_id``, ``known_date``, ``date``, ``author_role``, ``channel``, ``text``.
    signals : DataFrame
        The table `note_signals`: ``note_id``, ``firm_id``, ``known_date``, ``signal``, ``polarity``,
        ``modality``, ``start``, ``end`` (code points); rows of modality tone are passed over. They belong to
        the version of a note with the same ``known_date``.
    as_of_date : Timestamp
        Nothing that came to be known later is shown.
    most : int
        Notes shown.

    Returns
    -------
    Notes

    Raises
    ------
    ValueError
        A span does not lie within its note; names the note.
    """
    own = known_notes(notes[(notes["firm_id"] == firm_id).to_numpy()], as_of_date)
    said = signals[(signals["firm_id"] == firm_id).to_numpy()]
    said = said[(said["modality"].astype("str") != "tone").to_numpy()]  # a learned tone is of no place in it
    said = said.merge(own[["note_id", "known_date"]], on=["note_id", "known_date"])
    of_note = dict(iter(said.groupby("note_id")))
    has_finding = own["note_id"].isin(said["note_id"]).to_numpy()
    chosen = pd.concat([own[has_finding], own[~has_finding]]).head(most)
    return Notes(
        [_note(row, of_note.get(row.note_id, said.head(0))) for row in chosen.itertuples(index=False)],
        len(own),
        int(has_finding.sum()),
    )


def _note(row: tuple, said: pd.DataFrame) -> Note:
    """Return one note with its findings marked in the text."""
    spans = [
        Span(
            int(found.start),
            int(found.end),
            finding_words(str(found.signal), int(found.polarity), str(found.modality)),
            style_of(int(found.polarity)),
        )
        for found in said.itertuples(index=False)
    ]
    try:
        text = highlight(row.text, spans)
    except ValueError as error:
        raise ValueError(f"note_signals: note {row.note_id!r}: {error}") from None
    return Note(row.date, row.known_date, label("role", row.author_role), label("channel", row.channel), text)
