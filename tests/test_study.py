"""The study: an interrupted one goes on, and its tables say what they stand on."""

import json

import pandas as pd
import pytest

from intake.store import write_json
from pipelines import study, study_families
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

    section = page[page.index("## Notes: a keyword list") :]
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
    monkeypatch.setattr(study, "families_records", lambda params, paths: [])
    with pytest.raises(KeyboardInterrupt):
        study.run_seed(base, tmp_path / "7", 7)
    assert calls == ["collect", "ingest", "label_cohorts", "build_features", "tune"]

    monkeypatch.setattr("pipelines.tune.tune", work("tune"))
    calls.clear()
    records = study.run_seed(base, tmp_path / "7", 7)
    assert records == [{"metric": "auc", "seed": 7}, {"metric": "recall_at_5pct", "seed": 7}]
    assert calls == ["tune", "train", "evaluate"]

    calls.clear()
    monkeypatch.setattr(study, "FIRMS", 10)
    study.run_seed(base, tmp_path / "7", 7)
    assert calls == list(study.STAGES)


def test_a_family_is_judged_on_the_same_advanced_firms(tmp_path, small_run, monkeypatch):
    """The small run has too few defaults for tier advanced: it is lent the basic one's parameters."""
    base = load_params(small_run.root)
    assert study_families.families_records(base, small_run.paths) == []
    lent = study_families.tuned_of(small_run.paths, "basic")
    monkeypatch.setattr(study_families, "FEWEST_POSITIVES", 1)
    monkeypatch.setattr(study_families, "tuned_of", lambda paths, tier: lent)
    monkeypatch.setattr(study_families, "SEEDS", 1)
    monkeypatch.setattr(study_families, "at_least", lambda tiers, tier: tiers != "none")

    records = study_families.families_records(base, small_run.paths)

    assert {r["model"] for r in records} >= {"with − without cash_flow"}
    assert {r["split"] for r in records} == {study_families.SPLIT}
    assert all(r["low"] <= r["value"] <= r["high"] for r in records)
    table = study.family_tables(pd.DataFrame([record | {"seed": 1} for record in records]))
    assert "| with − without cash_flow | 1 |" in table


def test_a_family_is_what_the_dictionary_says():
    assert study_families.family_of(["sales_yen", "projected_runway_months"], "cash_flow") == [
        "projected_runway_months"
    ]
