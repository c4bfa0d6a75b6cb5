"""What the dictionary finds of what notes were made to say, by hand."""

import pandas as pd
import pytest

from intake.store import write_json, write_table
from models.notes.dictionary_reader import load_dictionary_reader
from models.notes.signals import Readers, read_notes
from pipelines.params import load_params
from pipelines.paths import Paths
from pipelines.study import finding_table
from pipelines.study_findings import KNOWN, NEW, finding_records


def write_run(root) -> Paths:
    """Write six notes, their truth and their signals: one from the training years, five later."""
    paths = Paths(root)
    made = [  # note, known, text, topic, polarity, modality, structure, further statements
        ("0", "2020-01-31", "特になし", "calm", 0, "none", "K", ""),
        ("1", "2020-02-29", "消費税を滞納", "Q6", -2, "asserted", "A", ""),
        ("2", "2023-01-31", "消費税を滞納", "Q6", -2, "asserted", "A", "Q2:-1:asserted"),  # staff is missed
        ("3", "2023-01-31", "滞納はない", "Q6", 0, "denied", "D", ""),
        ("4", "2023-01-31", "滞納の件", "Q6", 0, "denied", "D", ""),  # a false alarm
        ("5", "2023-01-31", "売上は減少", "calm", 0, "none", "A", ""),  # found, and not meant
    ]
    names = ["note_id", "known_date", "text", "topic", "polarity", "modality", "structure", "also"]
    frame = pd.DataFrame(made, columns=names).astype({"known_date": "datetime64[ms]"})
    notes = frame.assign(firm_id="f" + frame["note_id"], date=frame["known_date"])
    truth = frame[["note_id", "topic", "polarity", "modality", "structure", "also"]]
    signals = read_notes(notes, Readers(load_dictionary_reader(), None, None), half_life_months=6)
    for table, folder in (
        (notes, paths.interim / "notes"),
        (truth, paths.truth / "notes"),
        (signals, paths.signals),
    ):
        write_table(table, folder / "part-00000.parquet")
    write_json({"train": ["2020-12-31"]}, paths.splits)
    return paths


@pytest.mark.xdist_group("small_run")
def test_shares_worked_out_by_hand(tmp_path, small_run):
    records = finding_records(load_params(small_run.root), write_run(tmp_path))
    found = {(r["split"], r["model"], r["metric"]): (r["value"], r["n"]) for r in records}

    # structure A stood in a training note; D only later
    assert found == {
        (KNOWN, "asserted", "found"): (0.5, 2),
        (NEW, "denied", "false alarm"): (0.5, 2),
        # of the findings of structure A the taxes of 2 were meant, the sales of 5 not; in 4 nothing was
        (KNOWN, "all findings", "precision"): (0.5, 2),
        (NEW, "all findings", "precision"): (0.0, 1),
    }
    text = finding_table(pd.DataFrame(records).assign(seed=7))
    assert "| denied | only later | 7 | 2 | false alarm | 0.500 [" in text
