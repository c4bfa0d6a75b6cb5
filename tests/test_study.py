"""The study: an interrupted one goes on, and its tables say what they stand on."""

import json

import pandas as pd
import pytest

from intake.store import write_json
from pipelines import study
from pipelines.params import load_params
from pipelines.paths import Paths
from pipelines.study_notes import notes_records

pytestmark = pytest.mark.xdist_group("small_run")


def test_the_tables_carry_every_model_seed_and_interval(small_run):
    records = json.loads(small_run.paths.evaluation.read_text(encoding="utf-8"))
    frame = pd.DataFrame([record | {"seed": 1} for record in records])

    text = study.study_tables(frame)

    auc = next(r for r in records if (r["tier"], r["model"], r["metric"]) == ("basic", "lightgbm", "auc"))
    assert "### basic, out of time" in text
    assert f"{auc['value']:.3f} [{auc['low']:.3f}, {auc['high']:.3f}]" in text
    assert f"| lightgbm | 1 | {auc['n']:,} | {auc['positives']:,} |" in text
    assert "altman_z2" in text


def test_the_page_tells_what_the_keywords_of_notes_say(small_run):
    base = load_params(small_run.root)
    records = json.loads(small_run.paths.evaluation.read_text(encoding="utf-8"))
    notes = notes_records(base, small_run.paths)

    page = study.study_page([record | {"seed": 1} for record in records + notes], base)

    section = page[
        page.index("## Notes: readers compared") : page.index("## Notes: what the dictionary finds")
    ]
    auc = next(r for r in notes if (r["model"], r["metric"]) == ("number of notes", "auc"))
    assert f"| number of notes | 1 | {auc['n']:,} | {auc['positives']:,} |" in section
    assert f"{auc['value']:.3f} [{auc['low']:.3f}, {auc['high']:.3f}]" in section
    assert section.count("| keyword score | 1 |") == section.count("| number of notes | 1 |") == 2
    assert "keyword" not in study.study_tables(pd.DataFrame([record | {"seed": 1} for record in notes]))


def test_stages_that_are_done_are_not_done_again_and_other_params_start_anew(
    tmp_path, monkeypatch, small_run
):
    base = load_params(small_run.root)
    calls = []

    def work(stage, fails=False):
        def run(params, paths):
            calls.append(stage)
            if fails:
                raise KeyboardInterrupt
            if stage == "evaluate":
                write_json([{"metric": "auc"}], Paths(tmp_path / "7").evaluation)

        return run

    for stage in study.STAGES:
        monkeypatch.setattr(f"pipelines.{stage}.{stage}", work(stage, fails=stage == "tune"))
    monkeypatch.setattr(study, "notes_records", lambda params, paths: [{"metric": "recall_at_5pct"}])
    monkeypatch.setattr(study, "finding_records", lambda params, paths: [{"metric": "precision"}])
    monkeypatch.setattr(study, "families_records", lambda params, paths: [{"metric": "pr_auc"}])
    with pytest.raises(KeyboardInterrupt):
        study.run_seed(base, tmp_path / "7", 7)
    assert calls == [
        "collect",
        "ingest",
        "label_cohorts",
        "train_reader",
        "read_notes",
        "build_features",
        "tune",
    ]

    monkeypatch.setattr("pipelines.tune.tune", work("tune"))
    calls.clear()
    records = study.run_seed(base, tmp_path / "7", 7)
    assert records == [{"metric": "auc", "seed": 7}, {"metric": "recall_at_5pct", "seed": 7}] + [
        {"metric": name, "seed": 7} for name in ("precision", "pr_auc")
    ]
    assert calls == ["tune", "train", "evaluate"]

    calls.clear()
    monkeypatch.setattr(study, "FIRMS", 10)
    study.run_seed(base, tmp_path / "7", 7)
    assert calls == list(study.STAGES)
