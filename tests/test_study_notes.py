"""What notes say on the test rows, worked out by hand on ten firms."""

from pathlib import Path

import pandas as pd
import pytest

from intake.contracts import empty_table
from intake.store import write_json, write_table
from models.notes.dictionary_reader import load_dictionary_reader
from models.notes.signals import Readers, read_notes
from pipelines.params import load_params
from pipelines.paths import Paths
from pipelines.study import notes_tables
from pipelines.study_notes import notes_records, notes_rows

ROOT = Path(__file__).resolve().parent.parent
DAY = "2024-12-31"
NAN = float("nan")


def write_run(root: Path) -> Paths:
    """Write labels and notes of ten firms in two chunks: p0–p4 default, n0–n4 do not; n4 has no note."""
    paths = Paths(root)
    firms = [f"{kind}{number}" for kind in "np" for number in range(5)]
    labels = pd.DataFrame({"as_of_date": DAY, "firm_id": firms, "split": "test"})
    labels["label"] = labels["firm_id"].str.startswith("p").astype("float64")
    censored = labels.iloc[:1].assign(firm_id="x0", label=float("nan"))
    trained = labels.iloc[:1].assign(firm_id="x1", split="train")
    labels = pd.concat([labels, censored, trained]).astype({"as_of_date": "datetime64[ms]"})
    write_table(labels, paths.labels)
    notes = [("n0", "業況順調"), ("n1", "業況順調"), ("n2", "業況順調"), ("n3", "業況順調")]
    notes += [(f"p{number}", "月末の資金が不足気味") for number in range(5)]
    frame = pd.DataFrame(notes, columns=["firm_id", "text"]).assign(known_date="2024-06-30")
    later = pd.DataFrame({"firm_id": ["p0"] * 3, "text": "業況順調", "known_date": "2025-01-01"})  # not seen
    frame = pd.concat([frame, later], ignore_index=True)
    frame = frame.assign(date=frame["known_date"], author_role="bank_officer", channel="visit")
    frame["note_id"] = frame.index.astype("str")
    frame = frame.astype({"known_date": "datetime64[ms]", "date": "datetime64[ms]"})
    for part, kind in enumerate("np"):
        chunk = frame[frame["firm_id"].str.startswith(kind)]
        write_table(empty_table("firms"), paths.interim / "firms" / f"part-{part:05d}.parquet")
        write_table(chunk, paths.interim / "notes" / f"part-{part:05d}.parquet")
        signals = read_notes(chunk, Readers(load_dictionary_reader(), None, None), half_life_months=6)
        write_table(signals, paths.signals / f"part-{part:05d}.parquet")
    rows = labels[["as_of_date", "firm_id"]].assign(note_tone_pct=NAN)  # no reader was fitted
    rows["note_worse_pct"] = rows["firm_id"].str.startswith("p") * 90.0
    for day in (DAY, "2020-12-31"):
        write_table(rows.assign(as_of_date=pd.Timestamp(day)), paths.rows_of(pd.Timestamp(day)))
    write_json({"train": ["2020-12-31"]}, paths.splits)
    return paths


def test_rows_are_the_labelled_ones_of_the_test_year_and_see_only_what_was_known(tmp_path):
    rows = notes_rows(write_run(tmp_path)).set_index("firm_id")

    assert rows.index.tolist() == ["n0", "n1", "n2", "n3", "n4", "p0", "p1", "p2", "p3", "p4"]
    assert rows["score"].tolist() == [-1] * 4 + [0] + [1] * 5
    assert rows["worse"].tolist() == [0] * 5 + [1] * 5
    # 業況順調 is good news, plainly said (+1 × 0.9); 資金が不足 is −2 × 0.9
    assert rows["dictionary"].tolist() == pytest.approx([-0.9] * 4 + [0] + [1.8] * 5)
    assert rows["notes"].tolist() == [1] * 4 + [0] + [1] * 5


def test_figures_worked_out_by_hand(tmp_path):
    params = load_params(ROOT)
    records = notes_records(params, write_run(tmp_path))
    found = {(r["split"], r["model"], r["metric"]): r["value"] for r in records}
    differences = [r for r in records if r["split"].endswith("_differences")]
    records = [r for r in records if r not in differences]
    every, some = "out_of_time_notes", "out_of_time_with_notes"

    assert {(r["split"], r["n"], r["positives"]) for r in records} == {(every, 10, 5), (some, 9, 5)}
    # both rank every default first, so none of the readers is better than the keywords
    assert len(differences) == 2 * 2 * 4 * 2  # populations, rivals, readers, metrics
    better = ("dictionary score", "dictionary, faded mean", "dictionary and learned")
    for model in better:
        assert found[f"{every}_differences", f"{model} − keyword score", "auc"] == 0
    assert found[every, "learned, faded mean", "auc"] == 0.5  # no opinion at all
    for model in ("keyword score", "keyword score per note", "worse words alone", *better):
        assert found[every, model, "auc"] == found[some, model, "auc"] == 1
        assert found[every, model, "precision_at_5pct"] == 1  # one row of ten, in a tie of five defaults
        assert found[every, model, "recall_at_5pct"] == pytest.approx(1 / 5)
    # everybody with a note has one: a tie with n0–n3, before n4: (4 × ½ + 1) / 5
    assert found[every, "number of notes", "auc"] == pytest.approx(0.6)
    assert found[some, "number of notes", "auc"] == 0.5
    assert (
        found[every, "number of notes", "precision_at_5pct"] == 0
    )  # the tie's worst: a firm that did not fail


def test_too_few_defaults_are_not_measured(tmp_path):
    paths = write_run(tmp_path)
    labels = pd.read_parquet(paths.labels)
    write_table(labels[labels["firm_id"] != "p4"], paths.labels)
    assert notes_records(load_params(ROOT), paths) == []
    assert "### All rows of the test year" in notes_tables(pd.DataFrame(columns=["split", "model", "seed"]))


def test_a_table_has_a_row_by_score_and_seed(tmp_path):
    records = [record | {"seed": 7} for record in notes_records(load_params(ROOT), write_run(tmp_path))]

    text = notes_tables(pd.DataFrame(records))

    assert text.count("| keyword score | 7 | 10 | 5 | 50.00 % | 1.000 [1.000, 1.000] |") == 1
    assert text.count("| number of notes | 7 | 9 | 5 | 55.56 % | 0.500 [0.500, 0.500] |") == 1
    assert (
        text.count(
            "| model | seed | rows | defaults | share | AUC | PR-AUC | precision at 5 % | recall at 5 % |"
        )
        == 2
    )
