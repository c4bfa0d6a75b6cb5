"""What features cost: every family is measured. No time is tested."""

import pandas as pd
import pytest

from features.table import FAMILIES
from pipelines.feature_speed import run, speed_table
from pipelines.params import ParamsError

pytestmark = pytest.mark.xdist_group("small_run")


def test_a_table_by_hand():
    measured = {"all firms": (1000, {"panel": 0.001, "trends": 0.002, "peers": 0.004}), "some": (0, {
        "panel": 0.0, "trends": 0.0, "peers": 0.0})}  # fmt: skip
    lines = speed_table(measured).splitlines()
    assert lines[0] == "| µs a firm | all firms (1,000) | some (0) |"
    assert lines[2:] == [
        "| all families | 6.0 | 0.0 |",
        "| peers | 4.0 | 0.0 |",
        "| trends | 2.0 | 0.0 |",
        "| panel | 1.0 | 0.0 |",
    ]


def test_every_family_is_measured_on_a_run(small_run, tmp_path):
    page = run(small_run.root, rounds=1)
    names = {family.__name__.rsplit(".", 1)[-1] for family in FAMILIES} | {"cash_flow", "peers", "panel"}
    for name in names:
        assert f"| {name} | " in page
    latest = pd.read_json(small_run.paths.scored / "latest.json", typ="series")["as_of_date"]
    assert f"As of {latest}" in page
    with pytest.raises(ParamsError, match="make run"):
        run(tmp_path)
