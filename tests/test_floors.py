"""The house stands: import contracts hold, and slow libraries are imported only where they are used."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def test_each_floor_imports_only_what_stands_below():
    linter = Path(sys.executable).with_name(
        "lint-imports"
    )  # in a process: it switches this one's loggers off

    said = subprocess.run([linter, "--no-cache"], capture_output=True, text=True, check=False, cwd=ROOT)

    assert said.returncode == 0, said.stdout
    assert "5 kept, 0 broken" in said.stdout


@pytest.mark.parametrize(
    "module", ["pipelines.cli", "pipelines.score", "review.report", "models.tuning", "features.table"]
)
def test_slow_libraries_wait_until_they_are_used(module):
    slow = ("shap", "mlflow", "matplotlib.pyplot")
    code = f"import sys, {module}; print([name for name in {slow} if name in sys.modules])"

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)

    assert said.stdout.strip() == "[]"
