"""The study: an interrupted one goes on, and its tables say what they stand on."""

import json

import pandas as pd
import pytest

from intake.store import write_json
from pipelines import study
from pipelines.params import load_params
from pipelines.paths import Paths

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
    with pytest.raises(KeyboardInterrupt):
        study.run_seed(base, tmp_path / "7", 7)
    assert calls == ["collect", "ingest", "label_cohorts", "build_features", "tune"]

    monkeypatch.setattr("pipelines.tune.tune", work("tune"))
    calls.clear()
    assert study.run_seed(base, tmp_path / "7", 7) == [{"metric": "auc", "seed": 7}]
    assert calls == ["tune", "train", "evaluate"]

    calls.clear()
    monkeypatch.setattr(study, "FIRMS", 10)
    study.run_seed(base, tmp_path / "7", 7)
    assert calls == list(study.STAGES)
