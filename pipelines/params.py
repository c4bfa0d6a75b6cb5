"""params.yaml as frozen, typed sections; the keys a stage reads can be recorded."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

_reads: ContextVar[set[str] | None] = ContextVar("reads", default=None)


class ParamsError(ValueError):
    """params.yaml does not say what a run needs."""


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Section(_Frozen):
    """A section whose field reads are noted while `recording` is active."""

    def __getattribute__(self, name: str) -> Any:
        reads = _reads.get()
        if reads is not None and not name.startswith("_") and name in type(self).model_fields:
            reads.add(f"{type(self).__name__}.{name}")
        return super().__getattribute__(name)


Share = Field(gt=0, le=1)
Months = Field(ge=1, le=600)


class Portfolio(Section):
    """Where the raw tables come from."""

    source: Literal["simulator", "folder", "american"]
    folder: str

    @property
    def currency(self) -> str:
        """What the portfolio's amounts are in."""
        return "dollar" if self.source == "american" else "yen"


class Simulate(Section):
    """The embedded portfolio."""

    firms: int = Field(ge=1)
    months: int = Field(ge=24, le=600)
    first_month: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    seed: int = Field(ge=0)
    chunk_firms: int = Field(ge=1)
    workers: int = Field(ge=1)


class Ingest(Section):
    """Raw tables to chunks."""

    chunk_firms: int = Field(ge=1)


class LabelCohorts(Section):
    """As-of dates, labels and the splits of time."""

    every_months: Literal[1, 2, 3, 4, 6, 12]
    anchor_month: int = Field(ge=1, le=12)
    warm_up_months: int = Field(ge=0, le=600)
    horizon_months: int = Months
    reporting_lag_months: int = Field(ge=0, le=60)
    label_cutoff_date: date | None
    test_months: int = Months
    calibration_months: int = Months
    holdout_firm_share: float = Field(ge=0, lt=1)
    holdout_seed: int


class TrainReader(Section):
    """Readers of notes that learn from what became of firms."""

    months: int = Field(ge=1, le=36)
    folds: int = Field(ge=2, le=20)
    penalty: float = Field(gt=0)
    min_defaults: int = Field(ge=1)
    seed: int = Field(ge=0)


class ReadNotes(Section):
    """What notes say."""

    half_life_months: float = Field(ge=0.1, le=1200)
    corpus: str | None


class BuildFeatures(Section):
    """Features and the norms they are compared with."""

    norms_min_firms: int = Field(ge=1)


class Search(_Frozen):
    """Ranges of the tuned parameters: low and high."""

    max_depth: tuple[int, int]
    learning_rate: tuple[float, float]
    min_child_samples: tuple[int, int]
    feature_fraction: tuple[float, float]
    bagging_fraction: tuple[float, float]
    lambda_l2: tuple[float, float]

    @model_validator(mode="after")
    def _ordered(self) -> "Search":
        for name in type(self).model_fields:
            low, high = getattr(self, name)
            if not 0 < low <= high:
                raise ValueError(f"tune.search.{name}: need 0 < low <= high, got [{low}, {high}]")
        return self


class Tune(Section):
    """The search for LightGBM's parameters."""

    trials: int = Field(ge=1)
    folds: int = Field(ge=2)
    rounds: int = Field(ge=1)
    early_stopping_rounds: int = Field(ge=1)
    metric: Literal["pr_auc", "auc"]
    seed: int = Field(ge=0)
    search: Search


class Train(Section):
    """The models of each tier."""

    min_defaults: int = Field(ge=5)
    monotone_method: Literal["basic", "intermediate"]
    overrides: dict[str, int | float | str | bool]
    seed: int = Field(ge=0)
    num_threads: int = Field(ge=1)


class Evaluate(Section):
    """What is measured, and with which intervals."""

    capacity_shares: tuple[float, ...]
    flag_share: float = Share
    resamples: int = Field(ge=100)
    seed: int = Field(ge=0)


class Score(Section):
    """The portfolio's scores."""

    as_of_date: date | None
    tiers: Literal["all", "highest"]
    reasons: int = Field(ge=1, le=4)
    check_share: float = Share
    check_rows: int = Field(ge=1)
    num_threads: int = Field(ge=1)


class Report(Section):
    """The page a risk team opens first."""

    top_flags: int = Field(ge=1)
    waterfalls: int = Field(ge=0)
    shap_rows: int = Field(ge=100)


class Tracking(Section):
    """MLflow."""

    experiment: str
    uri: str


class Params(_Frozen):
    """All sections of params.yaml."""

    portfolio: Portfolio
    simulate: Simulate
    ingest: Ingest
    label_cohorts: LabelCohorts
    train_reader: TrainReader
    read_notes: ReadNotes
    build_features: BuildFeatures
    tune: Tune
    train: Train
    evaluate: Evaluate
    score: Score
    report: Report
    tracking: Tracking


def parse_params(text: str, *, where: str = "params.yaml") -> Params:
    """Return the typed params that `text` (YAML) holds.

    Raises
    ------
    ParamsError
        Naming the file and each key that is unknown, missing or out of its bounds.

    Examples
    --------
    >>> parse_params("portfolio: {source: simulator, folder: x, colour: red}")
    Traceback (most recent call last):
    pipelines.params.ParamsError: params.yaml: portfolio.colour: Extra inputs are not permitted ...
    """
    try:
        content = yaml.safe_load(text)
        return Params.model_validate(content)
    except yaml.YAMLError as error:
        raise ParamsError(f"{where} is no YAML: {error}") from error
    except ValidationError as error:
        problems = [
            f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}"
            + (f" (got {e['input']!r})" if e["type"] != "missing" else "")
            for e in error.errors()
        ]
        problems.sort(key=lambda problem: "Field required" in problem)
        raise ParamsError(f"{where}: " + "; ".join(problems)) from error


def load_params(root: Path) -> Params:
    """Read `root`/params.yaml."""
    path = root / "params.yaml"
    return parse_params(path.read_text(encoding="utf-8"), where=str(path))


@contextmanager
def recording() -> Iterator[set[str]]:
    """Collect the keys, as ``Section.key``, that are read inside the block."""
    reads: set[str] = set()
    token = _reads.set(reads)
    try:
        yield reads
    finally:
        _reads.reset(token)
