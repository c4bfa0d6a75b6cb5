"""The stages that read notes: incremental, killed and resumed, the same with whatever was read before."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from intake.store import read_table, write_table
from models.notes import signals
from models.notes.level_reader import LevelReader
from pipelines import read_notes as stage
from pipelines.params import ParamsError, load_params
from pipelines.paths import Paths
from pipelines.train_reader import fit_corpus, read_corpus, training_notes

pytestmark = pytest.mark.xdist_group("small_run")


@pytest.fixture
def root(small_run, tmp_path) -> Path:
    """Return a root with what the stage reads, and what it wrote."""
    for name in ("interim/firms", "interim/notes", "artifacts/readers", "artifacts/corpus_reader", "signals"):
        shutil.copytree(small_run.root / "data" / name, tmp_path / "data" / name)
    shutil.copy(small_run.root / "params.yaml", tmp_path)
    return tmp_path


def bytes_of(paths: Paths) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(paths.signals.glob("*.parquet"))}


def read_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Run the stage's work on every chunk in this process; return the notes that were really read."""
    seen: list[str] = []

    def watched(notes, readers, *, half_life_months):
        seen.extend(notes["note_id"])
        return signals.read_notes(notes, readers, half_life_months=half_life_months)

    monkeypatch.setattr(stage, "signals_of", watched)
    paths = Paths(root)
    readers, months = stage.load_readers(paths), load_params(root).read_notes.half_life_months
    for chunk in ("part-00000", "part-00001"):
        stage.read_chunk_notes(paths, readers, months, chunk)
    return seen


def test_what_was_read_is_not_read_again(root, monkeypatch):
    before = bytes_of(Paths(root))
    assert read_again(root, monkeypatch) == []
    assert bytes_of(Paths(root)) == before


def test_only_new_and_changed_notes_are_read_and_the_bytes_are_those_of_a_first_run(root, monkeypatch):
    paths = Paths(root)
    file = paths.interim / "notes" / "part-00000.parquet"
    notes = read_table(file)
    changed = notes["note_id"].iloc[3]
    notes.loc[3, "text"] = "消費税を滞納している。"
    new = notes.iloc[[5]].assign(note_id="new", text="倒産の噂あり。")
    correction = notes.iloc[[6]].assign(known_date=notes["known_date"].iloc[6] + pd.Timedelta(days=9))
    removed = notes["note_id"].iloc[8]
    notes = pd.concat([notes.drop(index=8), new, correction], ignore_index=True)
    write_table(notes, file)

    read = read_again(root, monkeypatch)

    assert sorted(read) == sorted([changed, "new", correction["note_id"].iloc[0]])
    found = read_table(paths.signals)
    assert removed not in set(found["note_id"])
    assert "Q6" in set(found.loc[found["note_id"] == changed, "signal"])
    incremental = bytes_of(paths)
    shutil.rmtree(paths.signals)
    assert len(read_again(root, monkeypatch)) == len(notes) + len(
        read_table(paths.interim / "notes" / "part-00001.parquet")
    )
    assert bytes_of(paths) == incremental


def test_another_half_life_or_reader_reads_everything_again(root, monkeypatch):
    paths = Paths(root)
    text = (root / "params.yaml").read_text(encoding="utf-8")
    (root / "params.yaml").write_text(
        text.replace("half_life_months: 6", "half_life_months: 3"), encoding="utf-8"
    )
    count = len(read_table(paths.interim / "notes"))
    assert len(read_again(root, monkeypatch)) == count
    assert set(read_table(paths.signals)["half_life_months"]) == {3.0}
    monkeypatch.setattr("models.notes.signals.Readers.version", "other")
    assert len(read_again(root, monkeypatch)) == count


KILLED = """
import os, signal, sys
from pathlib import Path
import pyarrow.parquet
from pipelines import read_notes as stage
from pipelines.params import load_params
from pipelines.paths import Paths

writes, write = 0, pyarrow.parquet.write_table

def die_in_the_middle(table, where, **options):
    global writes
    writes += 1
    if writes == int(sys.argv[2]):
        Path(where).write_bytes(b"PAR1 half a file")
        os.kill(os.getpid(), signal.SIGKILL)
    write(table, where, **options)

pyarrow.parquet.write_table = die_in_the_middle
paths = Paths(Path(sys.argv[1]))
readers = stage.load_readers(paths)
for chunk in ("part-00000", "part-00001"):
    stage.read_chunk_notes(paths, readers, load_params(paths.root).read_notes.half_life_months, chunk)
"""


def test_reading_killed_in_a_write_goes_on_to_the_same_bytes(root, monkeypatch):
    paths = Paths(root)
    reference = bytes_of(paths)
    shutil.rmtree(paths.signals)

    done = subprocess.run([sys.executable, "-c", KILLED, str(root), "2"], check=False, capture_output=True)

    assert done.returncode == -signal.SIGKILL
    assert list(bytes_of(paths)) == ["part-00000.parquet"]
    second = read_table(paths.interim / "notes" / "part-00001.parquet")
    assert sorted(read_again(root, monkeypatch)) == sorted(second["note_id"])
    assert bytes_of(paths) == reference
    assert not list(paths.signals.glob(".*.partial"))


def test_nothing_known_after_the_end_of_training_teaches_a_reader(small_run):
    notes = training_notes(small_run.paths, 3)
    labels = read_table(small_run.paths.labels)
    last = labels.loc[labels["split"] == "train", "as_of_date"].max()
    assert len(notes) > 100
    assert notes["known_date"].max() <= last
    assert not set(notes["firm_id"]) & set(labels.loc[labels["is_holdout"], "firm_id"])


def test_a_corpus_of_many_texts_in_a_few_levels_has_a_reader_of_levels(root):
    paths = Paths(root)
    rows = [("受注が増えた", 2), ("売上が増えた", 1), ("受注が減った", -2), ("売上は横ばい", 0)] * 250
    write_table(pd.DataFrame(rows, columns=["text", "level"]), root / "corpus.parquet")
    text = (root / "params.yaml").read_text(encoding="utf-8")
    (root / "params.yaml").write_text(
        text.replace("corpus: null", "corpus: corpus.parquet"), encoding="utf-8"
    )

    fit_corpus(load_params(root), paths)

    readers = stage.load_readers(paths)
    assert isinstance(readers.corpus, LevelReader)
    notes = read_table(paths.interim / "notes" / "part-00000.parquet")
    found = signals.read_notes(notes, readers, half_life_months=6)
    tones = found[found["signal"] == signals.CORPUS].set_index(["note_id", "known_date"])["value"]
    expected = notes.set_index(["note_id", "known_date"])["text"]
    assert tones[expected.index].tolist() == readers.corpus.read(expected).tolist()


def test_a_corpus_is_read_and_one_that_cannot_be_is_refused_by_name(root):
    paths = Paths(root)
    good = root / "corpus.csv"
    rows = ["text,level", "受注が増えた,5", "売上が増えた,4", "受注が減った,1", "売上が減った,2"]
    good.write_text("\n".join(rows) + "\n", encoding="utf-8")
    text = (root / "params.yaml").read_text(encoding="utf-8")
    (root / "params.yaml").write_text(text.replace("corpus: null", "corpus: corpus.csv"), encoding="utf-8")

    fit_corpus(load_params(root), paths)

    up, down = stage.load_readers(paths).corpus.read(["来客が増えた", "来客が減った"])
    assert up > 0 > down  # levels are counted from their mean
    for content, complaint in (
        ("text,grade\nx,1\n", "has no column level"),
        ("text,level\nx,good\n", "row 0: a text and a finite level"),
    ):
        good.write_text(content, encoding="utf-8")
        with pytest.raises(ParamsError, match=complaint):
            read_corpus(good)
    with pytest.raises(ParamsError, match="there is no"):
        read_corpus(root / "nowhere.csv")
