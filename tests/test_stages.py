"""dvc.yaml says what the stages do: params, order, and what re-runs when."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pipelines.params import Params

ROOT = Path(__file__).resolve().parent.parent
STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
SECTIONS = {model.annotation.__name__: name for name, model in Params.model_fields.items()}

pytestmark = pytest.mark.xdist_group("small_run")


def in_yaml_words(read: str) -> str:
    """Turn "LabelCohorts.horizon_months" into "label_cohorts.horizon_months"."""
    section, key = read.split(".")
    return f"{SECTIONS[section]}.{key}"


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_has_a_description_and_the_file_and_function_of_its_name(stage):
    assert len(STAGES[stage]["desc"]) > 40
    assert STAGES[stage]["cmd"] == f"python -m pipelines.{stage}"
    assert f"\ndef {stage}(" in (ROOT / "pipelines" / f"{stage}.py").read_text(encoding="utf-8")
    assert f"pipelines/{stage}.py" in STAGES[stage]["deps"]


@pytest.mark.parametrize("stage", STAGES)
def test_the_params_a_stage_reads_are_those_it_declares(stage, small_run):
    read = {in_yaml_words(name) for name in small_run.reads[stage]}
    declared = STAGES[stage]["params"]

    def covers(declaration: str, name: str) -> bool:
        return name == declaration or name.startswith(f"{declaration}.")

    assert [name for name in sorted(read) if not any(covers(d, name) for d in declared)] == []
    assert [d for d in declared if not any(covers(d, name) for name in read)] == []


@pytest.fixture
def workspace(small_run, tmp_path) -> Path:
    """Return a DVC workspace whose lock says that the small run is up to date."""
    root = tmp_path / "workspace"
    shutil.copytree(small_run.root, root)
    shutil.copy(ROOT / "dvc.yaml", root)
    for package in ("pipelines", "review", "alerts", "models", "features", "intake", "simulator"):
        (root / package).symlink_to(ROOT / package)
    (root / "data" / "source").mkdir(parents=True, exist_ok=True)
    dvc(root, "init", "--no-scm", "--quiet")
    dvc(root, "commit", "--force", "--quiet")
    return root


def dvc(root: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "dvc", *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def stages_to_run(root: Path) -> list[str]:
    return re.findall(r"Running stage '(\w+)'", dvc(root, "repro", "--dry", "--force-downstream"))


def test_a_second_run_does_nothing_and_a_model_parameter_reruns_from_train_on(workspace):
    assert stages_to_run(workspace) == []

    params = workspace / "params.yaml"
    content = yaml.safe_load(params.read_text(encoding="utf-8"))
    content["train"]["overrides"] = {"max_depth": 3}
    params.write_text(yaml.safe_dump(content), encoding="utf-8")

    assert stages_to_run(workspace) == ["train", "evaluate", "score", "report"]
