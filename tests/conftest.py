"""Fixtures that more than one test file needs."""

import ctypes
import os
import struct
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from pipelines.params import parse_params, recording
from pipelines.paths import Paths

ROOT = Path(__file__).resolve().parent.parent
STAGES = (
    "collect",
    "ingest",
    "label_cohorts",
    "train_reader",
    "read_notes",
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
    """A finished run: its root, the params that each stage read, and what it opened below data/truth."""

    root: Path
    reads: Mapping[str, set[str]]
    opened: Mapping[str, set[str]]

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


_heard: list[str] | None = None  # what Python opens and lists, while somebody listens


def _hear(event: str, arguments: tuple) -> None:
    if _heard is None or event not in ("open", "os.listdir", "os.scandir"):
        return
    if isinstance(arguments[0], (str, bytes, os.PathLike)):  # not a file that is open already
        _heard.append(os.path.abspath(os.fsdecode(arguments[0])))


@contextmanager
def opened_below(folder: Path) -> Iterator[set[str]]:
    """Gather the paths below `folder` that are opened or listed in the block.

    Python's own opens are heard by an audit hook. Arrow opens files without Python, and a pool's processes
    have a Python of their own: on Linux the kernel is asked as well, which hears both.
    """
    global _heard
    if not getattr(_hear, "is_installed", False):
        sys.addaudithook(_hear)  # for good: a hook cannot be taken off, only stop listening
        _hear.is_installed = True
    found: set[str] = set()
    kernel = _ask_kernel(folder)
    _heard = []
    try:
        yield found
    finally:
        heard, _heard = _heard, None
        found.update(path for path in heard if Path(path).is_relative_to(folder.absolute()))
        found.update(kernel())


def _ask_kernel(folder: Path) -> Callable[[], set[str]]:
    """Watch a folder and those below by inotify; returns what tells the paths opened since then."""
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())] if folder.is_dir() else []
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "inotify_init1"):
        return set
    is_opened = 0x20
    queue = libc.inotify_init1(os.O_NONBLOCK)
    place = {libc.inotify_add_watch(queue, os.fsencode(path), is_opened): path for path in folders}

    def tell() -> set[str]:
        paths = set()
        while folders:
            try:
                events = os.read(queue, 1 << 16)
            except BlockingIOError:
                break
            while events:
                watch, _, _, length = struct.unpack_from("iIII", events)
                name = os.fsdecode(events[16 : 16 + length].rstrip(b"\0"))
                paths.add(str(place[watch] / name))
                events = events[16 + length :]
        os.close(queue)
        return paths

    return tell


def run_stages(
    root: Path, stages: tuple[str, ...] = STAGES, opened: dict[str, set[str]] | None = None
) -> dict[str, set[str]]:
    """Run stages in `root`, in this process, and return the params that each read.

    What each opens below data/truth goes to `opened`, if given.
    """
    from importlib import import_module

    params = parse_params((root / "params.yaml").read_text(encoding="utf-8"))
    reads = {}
    for stage in stages:
        work = getattr(import_module(f"pipelines.{stage}"), stage)
        with recording() as seen, opened_below(Paths(root).truth) as truths:
            work(params, Paths(root))
        reads[stage] = set(seen)
        if opened is not None:
            opened[stage] = truths
    return reads


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run the whole way once on a small simulated portfolio; tests that use it share one worker."""
    root = tmp_path_factory.mktemp("small_run")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
        write_params(root, SMALL | {"tracking": {"uri": f"sqlite:///{root}/mlflow.db"}})
        opened: dict[str, set[str]] = {}
        reads = run_stages(root, opened=opened)
    return Run(root, reads, opened)


@pytest.fixture
def watch_opened() -> Callable:
    """Return the context manager that gathers what is opened below a folder."""
    return opened_below


@pytest.fixture
def rerun_stages() -> Callable:
    """Return the function that runs stages by name in a root."""
    return run_stages


@pytest.fixture(scope="session")
def make_projections() -> Callable[..., pd.DataFrame]:
    """Return a maker of one firm's rows of `projections`: twelve months known, twelve ahead, amounts in yen.

    Past months close with `past`; each month ahead brings 5 + 15 of sales and takes 8 + 4 + 3 + 1 + 2 = 18
    and repayments of `repaid`, in units of `unit`. The middle path is the closing, the band `spread` a month.
    """

    def make(
        firm_id: str = "00000017", *, past: float = 30.0, repaid: float = 7.0, spread: float = 1.0,
        unit: float = 1e6, level: str = "ledger", day: str = "2025-12-31",
    ) -> pd.DataFrame:  # fmt: skip
        parts = {
            "cash_sales": 5.0, "collections": 15.0, "suppliers": 8.0, "personnel": 4.0, "other_costs": 3.0,
            "interest": 1.0, "taxes_and_social": 2.0, "equipment_and_other": 0.0, "new_loans": 0.0,
            "repayments": repaid,
        }  # fmt: skip
        as_of = pd.Timestamp(day)
        months = pd.date_range(as_of - pd.offsets.MonthEnd(11), periods=24, freq="ME")
        ahead = np.arange(24) - 11
        closing = past + np.maximum(ahead, 0) * (20 - 18 - repaid)
        band = np.where(ahead > 0, ahead * spread, np.nan)
        is_projected = ahead > 0
        return pd.DataFrame({
            "as_of_date": as_of, "firm_id": firm_id, "month": months, "level": level,
            "is_projected": is_projected, "closing_yen": closing * unit,
            "closing_p10_yen": (closing - band) * unit,
            "closing_p50_yen": np.where(is_projected, closing, np.nan) * unit,
            "closing_p90_yen": (closing + band) * unit,
            "opening_yen": np.where(is_projected, np.roll(closing, 1), np.nan) * unit,
            **{f"{name}_yen": np.where(is_projected, one, np.nan) * unit for name, one in parts.items()},
        })  # fmt: skip

    return make
