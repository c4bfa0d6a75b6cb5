"""The command line: a table of contents, and commands that do what they say."""

import json
import re

import pytest
import yaml
from typer.testing import CliRunner

from intake.store import read_table
from pipelines.cli import app, main
from pipelines.ingest import ingest
from pipelines.stage import run_stage

run = CliRunner().invoke
pytestmark = pytest.mark.xdist_group("small_run")


def test_help_reads_like_a_table_of_contents():
    said = run(app, ["--help"], terminal_width=120).output

    for command in ("run", "score", "explain", "simulate", "benchmark", "study"):
        assert re.search(rf"\b{command}\b +\S.{{20,}}", said), command
    assert said.index("The main job") < said.index("Data") < said.index("Judging the methods")


@pytest.fixture
def here(small_run, monkeypatch):
    monkeypatch.chdir(small_run.root)
    return small_run


def test_explain_prints_the_case_that_the_portfolio_run_scored(here):
    latest = json.loads((here.paths.scored / "latest.json").read_text(encoding="utf-8"))
    scores = read_table(here.paths.scored / latest["as_of_date"] / "scores")
    top = scores[scores["is_shown"]].sort_values("probability").iloc[-1]
    reasons = read_table(here.paths.scored / latest["as_of_date"] / "reasons")

    said = run(app, ["explain", top["firm_id"]])

    assert said.exit_code == 0, said.output
    assert top["firm_id"] in said.output
    assert f"{100 * top['probability']:.1f}%" in said.output.replace(" %", "%").replace("％", "%")
    printed = re.sub(r"\s", "", said.output)  # the terminal wraps long lines
    for text in reasons.loc[reasons["firm_id"] == top["firm_id"], "text_ja"]:
        assert re.sub(r"\s", "", text) in printed


def test_explain_speaks_english_and_from_another_day(here):
    firm = read_table(here.paths.interim / "firms")["firm_id"].iloc[0]

    said = run(app, ["explain", firm, "--as-of", "2018-06-30", "--language", "en"])

    assert said.exit_code == 0, said.output
    assert "2018-06-30" in said.output


def test_explain_shows_the_cash_to_come_when_asked(here):
    latest = json.loads((here.paths.scored / "latest.json").read_text(encoding="utf-8"))
    table = read_table(here.paths.scored / latest["as_of_date"] / "projections")
    firm = table["firm_id"].iloc[0]

    plain, said = run(app, ["explain", firm]), run(app, ["explain", firm, "--cash"])

    assert said.exit_code == 0, said.output
    assert said.output.startswith(plain.output.rstrip())
    assert "資金繰り予定" not in plain.output
    assert said.output.count("翌月繰越 ") == 2  # two blocks of six months


def test_an_unknown_firm_is_one_clear_error(here, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["yocho", "explain", "no-such-firm"])

    with pytest.raises(SystemExit) as stop:
        main()

    assert stop.value.code == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("yocho: table firms, column firm_id: no firm 'no-such-firm'")


def test_score_as_of_another_day_writes_beside_the_others(here, tmp_path):
    said = run(app, ["score", "--as-of", "2019-12-31", "--out", str(tmp_path)])

    assert said.exit_code == 0, said.output
    assert json.loads(said.stdout)["as_of_date"] == "2019-12-31"
    scores = read_table(tmp_path / "2019-12-31" / "scores")
    assert (scores["as_of_date"] == "2019-12-31").all()


def test_simulate_writes_raw_tables_and_the_truth_apart(tmp_path):
    said = run(app, ["simulate", "--out", str(tmp_path), "--firms", "20", "--months", "36", "--seed", "3"])

    assert said.exit_code == 0, said.output
    assert len(read_table(tmp_path / "statements")) > 20
    assert (tmp_path / "truth").is_dir()


def test_an_unknown_benchmark_is_refused_with_the_known_ones(tmp_path):
    said = run(app, ["benchmark", "french", "--data", str(tmp_path)])

    assert said.exit_code == 2
    assert "american, polish, spain, berka, sba" in " ".join(said.output.replace("│", " ").split())


def test_a_wrong_param_stops_before_anything_is_touched(here, tmp_path, monkeypatch):
    content = yaml.safe_load((here.root / "params.yaml").read_text(encoding="utf-8"))
    content["score"]["reasons"] = 9
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    said = run(app, ["score"])

    assert "score.reasons: Input should be less than or equal to 4 (got 9)" in str(said.exception)
    assert [path.name for path in tmp_path.iterdir()] == ["params.yaml"]


def test_a_stage_that_meets_a_broken_table_says_so_in_one_line(tmp_path, here, caplog):
    root = tmp_path / "broken"
    (root / "data" / "raw").mkdir(parents=True)
    (root / "data" / "raw" / "firms.parquet").write_bytes(b"PAR1 cut short")
    (root / "params.yaml").write_bytes((here.root / "params.yaml").read_bytes())

    with pytest.raises(SystemExit) as stop, caplog.at_level("ERROR"):
        run_stage(ingest, root)

    assert stop.value.code == 1
    assert [record.getMessage()[:12] for record in caplog.records] == ["table firms:"]
    assert not (root / "data" / "interim").exists()


@pytest.mark.parametrize(
    ("day", "message"),
    [
        ("2019-12-30", "as-of date 2019-12-30 is no month's last day"),
        ("2031-12-31", "as-of date 2031-12-31: facts became known from"),
        ("2001-12-31", "as-of date 2001-12-31: facts became known from"),
    ],
)
def test_a_day_that_cannot_be_spoken_from_is_refused(day, message, here, tmp_path):
    said = run(app, ["score", "--as-of", day, "--out", str(tmp_path / "out")])

    assert str(said.exception).startswith(message)
    assert not (tmp_path / "out").exists()


def test_scoring_before_anything_was_ingested_says_what_to_do(here, tmp_path, monkeypatch):
    (tmp_path / "params.yaml").write_bytes((here.root / "params.yaml").read_bytes())
    monkeypatch.chdir(tmp_path)

    assert "run `make run` first" in str(run(app, ["explain", "00000001"]).exception)
