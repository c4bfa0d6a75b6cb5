"""What a family adds: all, where it alone knows the outcome, and nothing elsewhere."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.dictionary import features_of, load_dictionary
from intake.store import write_json, write_table
from pipelines import study_families
from pipelines.params import load_params
from pipelines.paths import Paths

ROOT = Path(__file__).resolve().parent.parent
TRAIN, TEST = "2020-03-31", "2022-03-31"
FIRMS = 400
RECIPE = {"max_depth": 2, "learning_rate": 0.1, "min_child_samples": 5, "num_boost_round": 20}


def write_run(root: Path) -> Paths:
    """Write two cohorts of noise in which who fails has a main customer over 80 days late."""
    paths, rng = Paths(root), np.random.default_rng(0)
    names = [*features_of("advanced"), study_families.VISITS]
    firms = [f"{number:03d}" for number in range(FIRMS)]
    labels = []
    for day, split in ((TRAIN, "train"), (TEST, "test")):
        rows = pd.DataFrame(rng.uniform(0, 100, (FIRMS, len(names))), columns=names, dtype="float32")
        rows.insert(0, "as_of_date", pd.Series(pd.Timestamp(day), index=rows.index, dtype="datetime64[ms]"))
        rows = rows.assign(firm_id=firms, tier="advanced", industry="x", size_class="small")
        write_table(rows, paths.rows_of(pd.Timestamp(day)))
        label = (rows["main_customer_delay_days"] > 80).astype("float64")
        labels.append(rows[["as_of_date", "firm_id"]].assign(split=split, label=label))
    labels = pd.concat(labels).assign(rescheduled=np.nan, default_date=pd.NaT, is_holdout=False)
    write_table(labels, paths.labels)
    write_json({"advanced": RECIPE}, paths.best_params)
    return paths


def test_only_the_family_that_knows_is_missed(tmp_path):
    records = study_families.families_records(load_params(ROOT), write_run(tmp_path))
    auc = {row["model"]: row["value"] for row in records if row["metric"] == "auc"}
    dictionary = load_dictionary()
    families = set(dictionary.loc[dictionary["role"] == "feature", "family"])

    assert set(auc) == {f"all − without {name}" for name in families | {"cash_flow and qualitative"}} | {
        "with notes_180d_count − all"
    }
    assert auc.pop("all − without customers") > 0.4  # from nearly all to a guess
    assert max(map(abs, auc.values())) < 0.02
    assert {(row["n"], row["tier"]) for row in records} == {(FIRMS, "advanced")}


def test_without_a_tuned_advanced_model_nothing_is_measured(tmp_path):
    paths = write_run(tmp_path)
    write_json({"basic": RECIPE}, paths.best_params)

    assert study_families.families_records(load_params(ROOT), paths) == []


def test_nothing_left_is_refused():
    with pytest.raises(ValueError, match="without x no feature is left"):
        study_families.without(["a"], ["x"], {"a": "x"})
