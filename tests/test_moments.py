"""The embedded portfolio beside published figures: every moment within the tolerance fixed beforehand."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.moments import check as checking
from pipelines.moments.american import measure_american
from pipelines.moments.check import FIRMS, SEEDS, check, check_params
from pipelines.moments.figures import Figure
from pipelines.moments.measure import measure
from pipelines.moments.page import load_results
from pipelines.moments.table import judge, lines, load_table, rule_of
from pipelines.params import load_params
from simulator.portfolio import simulate

ROOT = Path(__file__).resolve().parent.parent
NEED_A_MODEL = {"AUC of the full model"}


@pytest.fixture(scope="module")
def figures(tmp_path_factory) -> list[Figure]:
    """Return the moments of one portfolio, a quarter of a check's size."""
    folder = tmp_path_factory.mktemp("moments")
    simulate(folder, firms=2500, months=132, seed=SEEDS[0], workers=2, notes=False)
    return measure(folder, folder / "truth", workers=2)


def test_moments_are_within_their_tolerance_or_its_sampling_error(figures):
    rows = judge([figures])
    off = [row for row in rows if row.status in ("outside", "absent")]
    assert off == [], "\n" + "\n".join(lines(off))


def test_every_rule_of_the_table_is_measured(figures):
    table = load_table()
    used = {rule_of(figure.moment, figure.scope, table) for figure in figures}
    unused = table.drop(index=list(used))
    assert set(unused["moment"]) == NEED_A_MODEL


def test_a_check_simulates_the_years_the_table_speaks_of():
    base = load_params(ROOT)
    found = check_params(base, firms=77, seed=5)
    assert (found.simulate.firms, found.simulate.seed) == (77, 5)
    assert (found.simulate.months, found.simulate.first_month) == (132, "2015-01")
    assert found.portfolio.source == "simulator"
    assert found.train == base.train


# ── the command ──


def measured(value: float):
    def check_seed(root, base, *, firms, seed):
        assert firms == 50
        return [Figure("wave", "2023-24 over 2020-21", value + seed / 100, 0.01, 9)]

    return check_seed


@pytest.fixture
def here(monkeypatch):
    monkeypatch.chdir(ROOT)
    return monkeypatch


@pytest.mark.parametrize(("value", "code", "mark"), [(2.0, 0, "        wave"), (9.0, 1, "OUTSIDE wave")])
def test_the_command_prints_the_table_and_fails_when_a_row_is_outside(here, value, code, mark):
    here.setattr(checking, "check_seed", measured(value))
    said = CliRunner().invoke(app, ["simulate", "--check", "--firms", "50", "--seeds", "1", "--seeds", "3"])

    assert said.exit_code == code, said.output
    assert mark in said.output
    assert f"{value + 0.02:.2f}" in said.output  # the mean of both seeds


def test_without_a_folder_there_must_be_a_check(here):
    said = CliRunner().invoke(app, ["simulate", "--firms", "5"])
    assert said.exit_code == 2
    assert "--out" in said.output


# ── the published side that is measured here ──


def test_what_the_table_quotes_of_american_firms_is_what_they_show(public_data):
    table = load_table()
    quoted = table[table["trust"] == "measured"]
    found = {(figure.moment, figure.scope): figure for figure in measure_american(public_data)}
    assert set(zip(quoted["moment"], quoted["scope"], strict=True)) == set(found)
    for row in quoted.itertuples():
        figure = found[row.moment, row.scope]
        assert round(figure.value, 3) == row.published, row
        assert f"{figure.n:,}" in row.source, row


# ── the whole check ──


@pytest.mark.long
def test_every_moment_is_inside_over_three_seeds_and_the_page_is_of_this_tree(tmp_path):
    rows = check(tmp_path, load_params(ROOT), firms=FIRMS, seeds=SEEDS)
    off = [row for row in rows if row.status not in ("inside", "open", "shown")]
    assert off == [], "\n" + "\n".join(lines(off))

    written = load_results(ROOT / "docs")
    assert (written["firms"], tuple(written["seeds"])) == (FIRMS, SEEDS)
    now = {(row.moment, row.scope): row.mean for row in rows}
    assert {(row.moment, row.scope): row.mean for row in written["rows"]} == pytest.approx(now, rel=0.01)
