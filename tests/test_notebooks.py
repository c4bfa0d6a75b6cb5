"""Notebooks run on a finished run, and carry no outputs in git."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).resolve().parent.parent / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs(path):
    cells = nbformat.read(path, as_version=4).cells

    assert any(cell.cell_type == "code" for cell in cells)
    assert [cell.id for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []


@pytest.mark.xdist_group("small_run")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_on_a_finished_run(path, small_run, monkeypatch):
    monkeypatch.setenv("YOCHO_ROOT", str(small_run.root))
    notebook = nbformat.read(path, as_version=4)

    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()

    pictures = [
        out
        for cell in notebook.cells
        for out in cell.get("outputs", [])
        if "image/png" in out.get("data", {})
    ]
    assert len(pictures) == 3  # beeswarm, waterfall, dependence
