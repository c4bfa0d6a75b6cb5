"""Fixtures that more than one test file needs."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from pipelines.params import parse_params, recording
from pipelines.paths import Paths

ROOT = Path(__file__).resolve().parent.parent
STAGES = (
    "collect",
    "ingest",
    "label_cohorts",
    "build_features",
    "tune",
    "train",
    "evaluate",
    "score",
    "report",
)
# small enough for a minute, large enough that every tier meets some defaults in train, calibration and test
SMALL = {
    "simulate": {"firms": 1600, "months": 108, "chunk_firms": 800, "workers": 1, "seed": 7},
    "ingest": {"chunk_firms": 1000},
    "tune": {"trials": 2, "rounds": 60},
    "train": {"min_defaults": 15, "num_threads": 1},
    "evaluate": {"resamples": 100},
    "score": {"num_threads": 1},
    "report": {"shap_rows": 200, "top_flags": 20, "waterfalls": 3},
}


@pytest.fixture(scope="session")
def public_data() -> Path:
    """Return the folder of public data sets, or skip with the reason."""
    folder = Path(os.environ.get("YOCHO_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"public data sets are not at {folder}; set YOCHO_DATA to their folder")
    return folder


@dataclass(frozen=True)
class Run:
    """A finished run: its root, and the params that each stage read."""

    root: Path
    reads: Mapping[str, set[str]]

    @property
    def paths(self) -> Paths:
        """Where its files are."""
        return Paths(self.root)


def write_params(root: Path, changes: Mapping[str, Mapping]) -> None:
    """Write the project's params.yaml with some keys changed into `root`."""
    content = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    for section, keys in changes.items():
        content[section] |= keys
    (root / "params.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")


def run_stages(root: Path, stages: tuple[str, ...] = STAGES) -> dict[str, set[str]]:
    """Run stages in `root`, in this process, and return the params that each read."""
    from importlib import import_module

    params = parse_params((root / "params.yaml").read_text(encoding="utf-8"))
    reads = {}
    for stage in stages:
        work = getattr(import_module(f"pipelines.{stage}"), stage)
        with recording() as seen:
            work(params, Paths(root))
        reads[stage] = set(seen)
    return reads


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run the whole way once on a small simulated portfolio; tests that use it share one worker."""
    root = tmp_path_factory.mktemp("small_run")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
        write_params(root, SMALL | {"tracking": {"uri": f"sqlite:///{root}/mlflow.db"}})
        reads = run_stages(root)
    return Run(root, reads)


@pytest.fixture
def rerun_stages() -> Callable:
    """Return the function that runs stages by name in a root."""
    return run_stages
