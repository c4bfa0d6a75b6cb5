"""A run killed in the middle leaves no half-written output, and goes on to the same bytes."""

import signal
import subprocess
import sys

import pytest

from intake.store import read_table
from pipelines.params import load_params
from pipelines.score import make_recipe, score_portfolio

pytestmark = pytest.mark.xdist_group("small_run")

KILLED = """
import os, signal, sys
from pathlib import Path
import pyarrow.parquet
import pipelines.score as stage
from pipelines.params import load_params
from pipelines.paths import Paths

writes, write = 0, pyarrow.parquet.write_table

def die_in_the_middle(table, where, **options):
    global writes
    writes += 1
    if writes == int(sys.argv[3]):
        Path(where).write_bytes(b"PAR1 half a file")
        os.kill(os.getpid(), signal.SIGKILL)
    write(table, where, **options)

pyarrow.parquet.write_table = die_in_the_middle
paths = Paths(Path(sys.argv[1]))
stage.score_portfolio(paths, stage.make_recipe(load_params(paths.root), paths), Path(sys.argv[2]))
"""


@pytest.mark.parametrize("killed_at", [1, 4, 6])
def test_scoring_killed_in_a_write_goes_on_to_the_same_bytes(killed_at, small_run, tmp_path):
    command = [sys.executable, "-c", KILLED, str(small_run.root), str(tmp_path), str(killed_at)]
    assert subprocess.run(command, check=False, capture_output=True).returncode == -signal.SIGKILL

    visible = list(tmp_path.rglob("part-*.parquet"))
    assert len(visible) == killed_at - 1
    assert all(len(read_table(path)) for path in visible)  # each of them whole

    score_portfolio(small_run.paths, make_recipe(load_params(small_run.root), small_run.paths), tmp_path)

    written = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("part-*.parquet")}
    reference = small_run.paths.scored
    assert written == {
        path.relative_to(reference): path.read_bytes() for path in reference.rglob("part-*.parquet")
    }
    assert not list(tmp_path.rglob("*.partial"))
