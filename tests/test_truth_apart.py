"""The truth stays apart: no stage opens it, nothing changes without it, no code of those rooms names it."""

import ast
import re
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml

from intake.contracts import TABLES
from intake.store import read_table
from pipelines.params import load_params
from pipelines.paths import Paths
from simulator.portfolio import TRUTH_TABLES, simulate

ROOT = Path(__file__).resolve().parent.parent
STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
MAKES_TRUTH, MAY_READ_TRUTH = "collect", {"evaluate"}
ROOMS = ("intake", "features", "models", "alerts", "review")
LIVES = re.compile(r"review/lif\w*\.py")  # the pages of simulated lives show the truth to readers
NAMES_TRUTH = re.compile(r"\btruth\b")


# ── what a run opens ──


@pytest.mark.xdist_group("small_run")
def test_no_stage_opens_the_truth(small_run):
    truth = small_run.paths.truth
    assert sorted(path.name for path in truth.iterdir()) == sorted(TRUTH_TABLES)
    assert len(read_table(truth / "lives")) > 1000

    watched = {stage: found for stage, found in small_run.opened.items() if stage not in MAY_READ_TRUTH}

    del watched[MAKES_TRUTH]  # it writes there
    assert set(watched) == {
        "ingest",
        "label_cohorts",
        "train_reader",
        "read_notes",
        "build_features",
        "tune",
        "train",
        "score",
        "report",
    }
    assert [stage for stage, found in watched.items() if found] == []


@pytest.mark.xdist_group("small_run")
def test_raw_holds_only_tables_of_the_contracts(small_run):
    assert sorted(path.name for path in small_run.paths.raw.iterdir()) == sorted(TABLES)


@pytest.fixture
def truth(tmp_path) -> Path:
    """Return a folder of truth with one small table."""
    simulate(tmp_path / "raw", truth=tmp_path / "truth", firms=3, months=24, seed=1)
    return tmp_path / "truth"


def through_python(folder: Path) -> None:
    (folder / "lives" / "part-00000.parquet").read_bytes()


def through_arrow(folder: Path) -> None:
    pq.ParquetFile(folder / "lives" / "part-00000.parquet").read()


def by_listing(folder: Path) -> None:
    list((folder / "lives").iterdir())


@pytest.mark.parametrize("leak", [through_python, through_arrow, by_listing])
def test_the_watch_catches_a_leak(truth, watch_opened, leak):
    with watch_opened(truth) as found:
        assert len(read_table(truth.parent / "raw" / "firms"))
    assert found == set()

    with watch_opened(truth) as found:
        leak(truth)
    assert any("lives" in path for path in found)


# ── what a run gives ──


@pytest.fixture(scope="module")
def collected(tmp_path_factory) -> Path:
    """Return a root where a few firms were collected."""
    root = tmp_path_factory.mktemp("collected")
    content = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    content["simulate"] |= {"firms": 120, "months": 84, "workers": 1}
    (root / "params.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    from pipelines.collect import collect

    collect(load_params(root), Paths(root))
    return root


def delete(folder: Path) -> None:
    shutil.rmtree(folder)


def scramble(folder: Path) -> None:
    for file in folder.rglob("*.parquet"):
        file.write_bytes(file.read_bytes()[::-1])


@pytest.fixture(scope="module")
def outcomes(collected, tmp_path_factory) -> dict[str, dict[str, bytes]]:
    """Return every label and feature file of runs with the truth as it is, deleted and scrambled."""
    from pipelines.build_features import build_features
    from pipelines.ingest import ingest
    from pipelines.label_cohorts import label_cohorts
    from pipelines.read_notes import read_notes
    from pipelines.train_reader import train_reader

    found = {}
    for name, harm in (("kept", lambda folder: None), ("deleted", delete), ("scrambled", scramble)):
        root = tmp_path_factory.mktemp(name) / "root"
        shutil.copytree(collected, root)
        harm(Paths(root).truth)
        for stage in (ingest, label_cohorts, train_reader, read_notes, build_features):
            stage(load_params(root), Paths(root))
        made = [root / "data" / name for name in ("features", "signals", "artifacts")]
        files = (path for folder in made for path in folder.rglob("*") if path.is_file())
        found[name] = {str(path.relative_to(root)): path.read_bytes() for path in files}
    return found


@pytest.mark.parametrize("harmed", ["deleted", "scrambled"])
def test_features_and_labels_are_the_same_to_the_byte_without_the_truth(outcomes, harmed):
    assert len(outcomes["kept"]) > 5
    assert any("labels" in name for name in outcomes["kept"])
    assert outcomes[harmed] == outcomes["kept"]


# ── what is declared and written ──


def test_only_evaluation_may_depend_on_the_truth_in_dvc_yaml():
    def below_truth(entries: list) -> list[str]:
        paths = [next(iter(entry)) if isinstance(entry, dict) else entry for entry in entries]
        return [path for path in paths if path.rstrip("/") in ("data", "data/truth") or "truth/" in path]

    assert [stage for stage, what in STAGES.items() if below_truth(what["outs"])] == [MAKES_TRUTH]
    assert {stage for stage, what in STAGES.items() if below_truth(what["deps"])} <= MAY_READ_TRUTH


def test_the_readme_of_data_names_each_table_of_the_truth():
    readme = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    assert set(TRUTH_TABLES) <= set(re.findall(r"^\| `truth/(\w+)` \|", readme, flags=re.MULTILINE))


def mentions(source: str) -> list[str]:
    """Return the texts, attributes and imports of Python source that lead to the truth."""
    tree = ast.parse(source)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and node.body
        if isinstance(node.body[0], ast.Expr)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            found += [node.value] if NAMES_TRUTH.search(node.value) else []
        elif isinstance(node, ast.Attribute) and NAMES_TRUTH.fullmatch(node.attr):
            found.append(f".{node.attr}")
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
            found += [name for name in names if name.startswith("simulator")]
            found += [name for name in names if LIVES.match(name.replace(".", "/") + ".py")]
    return found


@pytest.mark.parametrize(
    "leak",
    [
        'read_table(root / "data" / "truth" / "lives")',
        "read_table(paths.truth)",
        'read(f"{root}/data/truth/lives")',
        "from simulator.portfolio import simulate",
        "import review.life",
    ],
)
def test_a_mention_is_found(leak):
    assert mentions(leak)


def test_other_words_are_no_mention():
    source = '"""The truth in a docstring."""\ntruth = 1\nfit("untruthful")\nimport review.labels'
    assert mentions(source) == []


@pytest.mark.parametrize("room", ROOMS)
def test_no_module_of_a_room_mentions_the_truth(room):
    modules = [path for path in (ROOT / room).rglob("*.py") if not LIVES.match(str(path.relative_to(ROOT)))]
    assert len(modules) > 3

    found = {path.name: mentions(path.read_text(encoding="utf-8")) for path in modules}
    assert {name: texts for name, texts in found.items() if texts} == {}
