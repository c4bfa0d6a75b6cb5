"""The `notes` table and the truth about it: who spoke with a firm, when, what was written and meant."""

import numpy as np
import pandas as pd

from simulator.notes import cited, heard, wording
from simulator.notes.briefs import briefs
from simulator.notes.picks import shares
from simulator.notes.slots import Note
from simulator.notes.told import MODALITY, told
from simulator.notes.visits import CHANNELS, ROLES, Visits, visits
from simulator.notes.writers import Writers, writers
from simulator.seen.desk import Desk, finish, row_ids

COPY_WITHIN = 12  # months after which nobody copies the last note any more
APPENDED = 0.5  # of copies: a few words are added
REFUSED, AVOIDED = 0.02, 0.15  # of talks nothing came; where the owner stays away
CALM = "calm"
UNSAID = (CALM, 0, "none", "")  # topic, polarity, modality, further statements of a note that states nothing
TRUTH = {
    "note_id": "str", "firm_id": "str", "topic": "str", "polarity": "int64", "modality": "str",
    "structure": "str", "copied": "bool", "also": "str", "writer": "int64",
}  # fmt: skip


def empty_truth_notes() -> pd.DataFrame:
    """Return truth/notes without rows, where no notes are written."""
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in TRUTH.items()})


def notes_and_truth(desk: Desk) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the `notes` table and truth/notes, which tells what each note means.

    Parameters
    ----------
    desk : Desk

    Returns
    -------
    notes : DataFrame
        As the contract says; one note a firm and month at most.
    truth : DataFrame
        One row a note: `note_id`, `firm_id`, `topic` (Q1…Q11, or calm), `polarity` (−2…+1) and `modality` of
        the weightiest statement, `structure` (its sentence frame; K1… where nothing is stated), `copied` (the
        last note once more), `also` (further statements, ``topic:polarity:modality``), `writer` (his number).
    """
    seen = visits(desk)
    authors = writers(desk, seen)
    books = cited.books(desk)
    said = told(desk, heard.states(desk, books), seen, authors.talkative[authors.who])
    chance = shares(seen.chance, 2, salt=5).tolist()
    written = _write_all(seen, authors, briefs(desk, seen, authors, said, books), chance)
    texts, *meanings = zip(*written, strict=True) if written else [()] * 8
    head = {"note_id": row_ids(desk, seen.firm, "N", seen.day), "firm_id": desk.firm_ids[seen.firm]}
    table = pd.DataFrame(head | {
        "known_date": seen.known,
        "date": seen.day,
        "author_role": np.array(ROLES, dtype=object)[seen.role],
        "channel": np.array(CHANNELS, dtype=object)[seen.channel],
        "text": np.array(texts, dtype=object),
    })  # fmt: skip
    table = finish(desk, "notes", table)
    names = ("topic", "polarity", "modality", "also", "structure", "copied", "writer")
    truth = pd.DataFrame(head | dict(zip(names, map(list, meanings), strict=True)))[list(TRUTH)].astype(TRUTH)
    return table, truth.set_index("note_id").loc[table["note_id"]].reset_index()


def _write_all(seen: Visits, authors: Writers, notes_to_write, chance: list) -> list[tuple]:
    """Write the notes one after the other; the firm's last one of the same role may be taken up or copied."""
    out = []
    last: dict[tuple[int, int], tuple] = {}
    rows = zip(
        seen.firm.tolist(), seen.role.tolist(), authors.who.tolist(), notes_to_write, chance, strict=True
    )
    for firm, role, who, note, (a, b) in rows:
        before = last.get((firm, role))
        if before is not None:
            text, writer, month, meaning, said, around = before
            same = writer == who and around == _around(note)
            if a < note.writer["copies"] and same and note.month - month <= COPY_WITHIN:
                if b < APPENDED:
                    text = wording.append(note, text)
                out.append((text, *meaning, True, note.writer["number"]))
                continue
            note.previous = said
        avoided = any(one.fact == "owner_away" for one in note.statements)
        if b < (AVOIDED if avoided else REFUSED):
            out.append((wording.refuse(note), *UNSAID, "K5", False, note.writer["number"]))
            continue
        text, structure = wording.compose(note)
        meaning = (*_meaning(note), structure)
        out.append((text, *meaning, False, note.writer["number"]))
        said = {one.fact: one.manner for one in note.statements}
        last[firm, role] = (text, who, note.month, meaning, said, _around(note))
    return out


def _around(note: Note) -> tuple[str, bool]:
    """Return what must be as it was for a note to be copied: a visit is no call, and relief is no trifle."""
    return note.channel, "eased" in note.given


def _meaning(note: Note) -> tuple[str, int, str, str]:
    """Return topic, polarity and modality of the weightiest statement, and the others in one text."""
    if not note.statements:
        return UNSAID
    main, *others = note.statements
    also = ";".join(f"{one.topic}:{one.polarity}:{MODALITY[one.manner]}" for one in others)
    return main.topic, main.polarity, MODALITY[main.manner], also
