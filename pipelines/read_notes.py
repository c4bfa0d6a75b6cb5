"""Stage: read every chunk's notes into the table `note_signals`; a note already read is not read again."""

import logging
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import pandas as pd

from intake.store import chunk_names, read_chunk, read_table, write_table
from models.notes.corpus_reader import load_corpus_reader
from models.notes.cross_reading import META_FILE, CrossReader
from models.notes.dictionary_reader import load_dictionary_reader
from models.notes.signals import KEY, Readers, text_hash
from models.notes.signals import read_notes as signals_of
from pipelines.params import Params
from pipelines.paths import Paths
from pipelines.progress import progress
from pipelines.stage import run_stage

log = logging.getLogger(__name__)
WORKERS = 2  # processes; the result does not depend on it


def load_readers(paths: Paths) -> Readers:
    """Load what stage `train_reader` saved, beside the dictionary."""
    has_corpus = not (paths.corpus_reader / META_FILE).exists()  # that file says that there is none
    return Readers(
        load_dictionary_reader(),
        CrossReader.load(paths.readers),
        load_corpus_reader(paths.corpus_reader) if has_corpus else None,
    )


def read_before(file: Path, notes: pd.DataFrame, reader: str, half_life_months: float) -> pd.DataFrame | None:
    """Return the signals in `file` of notes unchanged since the same readers read them; None: no file."""
    if not file.exists():
        return None
    old = read_table(file)
    same = (old["reader"] == reader) & (old["half_life_months"] == half_life_months)
    now = notes[["note_id", "firm_id", "known_date", "date"]].assign(text_hash=notes["text"].map(text_hash))
    return old[same].merge(now, on=list(now.columns), how="inner", validate="m:1")[old.columns.tolist()]


def read_chunk_notes(paths: Paths, readers: Readers, half_life_months: float, chunk: str) -> tuple[int, int]:
    """Write one chunk's signals; return how many notes were read, and how many kept."""
    notes = read_chunk(paths.interim, chunk, ["notes"])["notes"]
    file = paths.signals / f"{chunk}.parquet"
    kept = read_before(file, notes, readers.version, half_life_months)
    if kept is None or kept.empty:
        new, parts = notes, []
    else:
        known = pd.MultiIndex.from_frame(kept[["note_id", "known_date"]])
        new = notes[~pd.MultiIndex.from_frame(notes[["note_id", "known_date"]]).isin(known)]
        parts = [kept]
    read = signals_of(new, readers, half_life_months=half_life_months)
    parts += [read] if len(read) or not parts else []
    found = pd.concat(parts, ignore_index=True).sort_values(KEY, kind="stable", ignore_index=True)
    write_table(found, file)
    return len(new), len(notes) - len(new)


def read_notes(params: Params, paths: Paths) -> None:
    """Write data/signals/note_signals, part k of the firms of part k of the interim tables."""
    readers = load_readers(paths)
    chunks = chunk_names(paths.interim)
    work = partial(read_chunk_notes, paths, readers, params.read_notes.half_life_months)
    show, read, kept = progress(log), 0, 0
    with ProcessPoolExecutor(WORKERS) as pool:
        for done, (new, old) in enumerate(pool.map(work, chunks), start=1):
            read, kept = read + new, kept + old
            show(done, len(chunks), "chunks of notes read")
    for stale in (path for path in paths.signals.glob("part-*.parquet") if path.stem not in chunks):
        stale.unlink()
    log.info("%d notes read, %d kept as read before, by readers %s", read, kept, readers.version)


if __name__ == "__main__":
    run_stage(read_notes)
