"""The house stands: import contracts hold, and slow libraries are imported only where they are used."""

import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).resolve().parent.parent


def test_each_floor_imports_only_what_stands_below(monkeypatch):
    monkeypatch.chdir(ROOT)

    assert lint_imports(config_filename="pyproject.toml", no_cache=True) == EXIT_STATUS_SUCCESS


@pytest.mark.parametrize(
    "module", ["pipelines.cli", "pipelines.score", "review.report", "models.tuning", "features.table"]
)
def test_slow_libraries_wait_until_they_are_used(module):
    slow = ("shap", "mlflow", "matplotlib.pyplot")
    code = f"import sys, {module}; print([name for name in {slow} if name in sys.modules])"

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)

    assert said.stdout.strip() == "[]"
