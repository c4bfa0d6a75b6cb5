"""What holds of a whole run: additivity, determinism, resumption, and outputs that agree with one another."""

import json
import shutil

import lightgbm
import numpy as np
import pandas as pd
import pytest

from intake.store import read_table
from pipelines.params import load_params
from pipelines.score import make_recipe, score_portfolio

pytestmark = pytest.mark.xdist_group("small_run")


@pytest.fixture(scope="module")
def scored(small_run):
    latest = json.loads((small_run.paths.scored / "latest.json").read_text(encoding="utf-8"))
    return small_run.paths.scored / latest["as_of_date"]


def test_contributions_and_base_value_add_up_to_lightgbms_own_margin(small_run, scored):
    scores, values = read_table(scored / "scores"), read_table(scored / "values").set_index("firm_id")
    contributions = read_table(scored / "contributions")
    sums = contributions.groupby(["tier", "firm_id"], observed=True)["contribution"].sum()

    assert set(scores["tier"]) >= {"basic"}
    for tier, rows in scores.groupby("tier"):
        booster = lightgbm.Booster(model_file=small_run.paths.models / "default" / tier / "booster.txt")
        oracle = booster.predict(
            values.loc[rows["firm_id"], booster.feature_name()].to_numpy(), raw_score=True
        )
        np.testing.assert_allclose(rows["margin"], oracle, rtol=0, atol=1e-9)
        # the table keeps float32: a hundred contributions of size 1 lose at most about 1e-5
        added = rows["base_value"].to_numpy() + sums[tier][rows["firm_id"]].to_numpy()
        np.testing.assert_allclose(added, oracle, rtol=0, atol=1e-5)


def test_exactly_one_tier_of_a_firm_is_shown_and_it_is_its_highest(scored):
    scores, values = read_table(scored / "scores"), read_table(scored / "values").set_index("firm_id")
    shown = scores[scores["is_shown"]].set_index("firm_id")["tier"]

    assert shown.index.is_unique
    assert set(shown.index) == set(values.index[values["tier"] != "none"])
    highest = values["tier"].map({"basic": 0, "standard": 1, "advanced": 2})
    modelled = scores["tier"].map({"basic": 0, "standard": 1, "advanced": 2}).max()
    assert (
        shown.map({"basic": 0, "standard": 1, "advanced": 2}) == highest[shown.index].clip(upper=modelled)
    ).all()


def test_reasons_are_at_most_four_and_all_raise_the_risk(scored):
    reasons = read_table(scored / "reasons")

    assert reasons.groupby("firm_id").size().max() <= 4
    assert (reasons["contribution"] > 0).all()
    assert (reasons["text_ja"].str.len() > 5).all()


def test_projections_are_of_live_firms_and_agree_with_the_features_scored(scored):
    table, values = read_table(scored / "projections"), read_table(scored / "values").set_index("firm_id")

    assert set(table["firm_id"]) <= set(values.index)
    assert set(table["level"]) == {"ledger", "monthly", "annual"}
    assert not table.duplicated(["as_of_date", "firm_id", "month"]).any()
    assert list(table["firm_id"]) == sorted(table["firm_id"])
    ahead = table[table["is_projected"]]
    assert (ahead["closing_p10_yen"] <= ahead["closing_p50_yen"]).all()
    # the feature is cash on sales, of firms of level ledger alone
    third = ahead[ahead["month"] == pd.Timestamp(scored.name) + pd.offsets.MonthEnd(3)].set_index("firm_id")
    feature = values["projected_cash_3m_months"]
    of_ledger = third["level"] == "ledger"
    assert feature[third.index[~of_ledger]].isna().all()
    both = third[of_ledger & feature[third.index].notna().to_numpy()]
    assert len(both) > 20
    assert (np.sign(both["closing_yen"]) == np.sign(feature[both.index])).all()
    median = values.loc[both.index, "expected_cash_3m_months"]
    assert np.allclose(median / feature[both.index], both["closing_p50_yen"] / both["closing_yen"], rtol=1e-4)


def test_firms_in_default_or_gone_are_not_scored(small_run, scored):
    day = pd.Timestamp(scored.name)
    events = read_table(small_run.paths.interim / "events")
    ended = events[(events["known_date"] <= day) & (events["kind"] != "rescheduling")]
    ended = set(ended[ended["kind"] != "dressing_confirmed"]["firm_id"])

    assert ended
    assert not ended & set(read_table(scored / "scores")["firm_id"])


def test_scoring_twice_keeps_the_chunks_and_a_lost_chunk_comes_back_with_the_same_bytes(
    small_run, scored, tmp_path
):
    paths = small_run.paths
    recipe = make_recipe(load_params(small_run.root), paths)
    again = tmp_path / "scored"
    score_portfolio(paths, recipe, again)
    files = sorted(path.relative_to(scored) for path in scored.rglob("*.parquet"))

    assert len(files) == 5 * 2  # five tables of two chunks
    assert [(again / scored.name / file).read_bytes() == (scored / file).read_bytes() for file in files] == [
        True
    ] * 10

    before = {file: (again / scored.name / file).stat().st_mtime_ns for file in files}
    (again / scored.name / "chunks" / "part-00001.json").unlink()  # as after a kill in the middle of chunk 1
    (again / scored.name / "scores" / "part-00001.parquet").unlink()
    score_portfolio(paths, recipe, again)

    after = {file: (again / scored.name / file).stat().st_mtime_ns for file in files}
    assert {file.stem for file in files if before[file] != after[file]} == {"part-00001"}
    assert all((again / scored.name / file).read_bytes() == (scored / file).read_bytes() for file in files)


def test_the_same_seed_gives_the_same_model_text_and_scores(small_run, rerun_stages, tmp_path):
    root = tmp_path / "again"
    shutil.copytree(
        small_run.root,
        root,
        ignore=shutil.ignore_patterns("models", "scored", "best_params.json", "optuna.db"),
    )

    rerun_stages(root, ("tune", "train", "score"))

    for file in [*small_run.paths.models.rglob("*"), *small_run.paths.scored.rglob("*.parquet")]:
        if file.is_file():
            assert (root / file.relative_to(small_run.root)).read_bytes() == file.read_bytes(), file


def test_every_figure_of_the_evaluation_says_what_it_stands_on(small_run):
    records = pd.DataFrame(json.loads(small_run.paths.evaluation.read_text(encoding="utf-8")))

    assert set(records["model"]) >= {"lightgbm", "prior", "altman_z2", "crd_grade", "logistic"}
    assert set(records["data"]) == {"simulator"}
    assert (records["n"] > records["positives"]).all()
    measured = records.dropna(subset=["value", "low", "high"])
    assert len(measured) > 0.8 * len(records)
    assert ((measured["low"] <= measured["value"] + 1e-9) | (measured["model"] == "prior")).mean() > 0.95


def test_the_registered_model_gives_the_scored_margins_and_contributions(small_run, scored, monkeypatch):
    import mlflow

    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    mlflow.set_tracking_uri(load_params(small_run.root).tracking.uri)
    model = mlflow.pyfunc.load_model("models:/yocho-default-basic/1")
    scores = read_table(scored / "scores").query("tier == 'basic'").set_index("firm_id")
    inputs = read_table(scored / "values").set_index("firm_id").loc[scores.index]

    said = model.predict(inputs[model.metadata.get_input_schema().input_names()])

    np.testing.assert_allclose(said["margin"], scores["margin"], rtol=0, atol=1e-9)
    np.testing.assert_allclose(said["probability"], scores["probability"], rtol=0, atol=1e-9)
    added = said["base_value"] + said.filter(like="contribution_").sum(axis=1)
    np.testing.assert_allclose(added, scores["margin"], rtol=0, atol=1e-9)


def test_the_tracking_run_carries_the_figures_of_the_evaluation(small_run):
    import mlflow

    mlflow.set_tracking_uri(load_params(small_run.root).tracking.uri)
    run_id = json.loads(small_run.paths.mlflow_run.read_text(encoding="utf-8"))["run_id"]
    logged = mlflow.get_run(run_id).data.metrics
    records = json.loads(small_run.paths.evaluation.read_text(encoding="utf-8"))
    auc = next(
        r for r in records if r["model"] == "lightgbm" and r["metric"] == "auc" and r["tier"] == "basic"
    )

    assert logged["basic.out_of_time.auc"] == auc["value"]
