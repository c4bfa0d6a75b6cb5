"""Where a run keeps its files, under one root."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd


@dataclass(frozen=True)
class Paths:
    """The folders and files of a run; data/README.md documents each table and its key."""

    root: Path

    @property
    def raw(self) -> Path:
        """Raw tables as they arrived."""
        return self.root / "data" / "raw"

    @property
    def truth(self) -> Path:
        """What no institution sees of a simulated portfolio; no stage but evaluation may read it."""
        return self.root / "data" / "truth"

    @property
    def interim(self) -> Path:
        """Screened tables in firm-aligned chunks, and the quarantine."""
        return self.root / "data" / "interim"

    @property
    def signals(self) -> Path:
        """What notes say: table `note_signals` in the chunks of the interim tables."""
        return self.root / "data" / "signals" / "note_signals"

    @property
    def labels(self) -> Path:
        """One row per cohort and firm."""
        return self.root / "data" / "features" / "labels.parquet"

    @property
    def rows(self) -> Path:
        """Folder of feature rows, a file per as-of date."""
        return self.root / "data" / "features" / "rows"

    def rows_of(self, as_of_date: pd.Timestamp) -> Path:
        """Feature rows of one cohort."""
        return self.rows / f"{as_of_date:%Y-%m-%d}.parquet"

    @property
    def artifacts(self) -> Path:
        """What was fitted and measured."""
        return self.root / "data" / "artifacts"

    @property
    def data_report(self) -> Path:
        """Rows in, kept and quarantined, by table."""
        return self.artifacts / "data_report.json"

    @property
    def splits(self) -> Path:
        """As-of dates of train, calibration and test."""
        return self.artifacts / "splits.json"

    @property
    def norms(self) -> Path:
        """Industry × size medians and quartiles, fitted at the end of training."""
        return self.artifacts / "norms.parquet"

    @property
    def cash_bands(self) -> Path:
        """Spread of closing cash around projections by level and month, fitted at the end of training."""
        return self.artifacts / "cash_bands.parquet"

    @property
    def readers(self) -> Path:
        """Readers of notes, one for each fold of firms."""
        return self.artifacts / "readers"

    @property
    def corpus_reader(self) -> Path:
        """The reader of the labelled corpus that params name."""
        return self.artifacts / "corpus_reader"

    @property
    def best_params(self) -> Path:
        """Tuned parameters by tier."""
        return self.artifacts / "best_params.json"

    @property
    def trials(self) -> Path:
        """Every tuning trial."""
        return self.artifacts / "trials.csv"

    @property
    def optuna(self) -> Path:
        """Optuna's database: a stopped search resumes from it, so no stage owns it."""
        return self.artifacts / "optuna.db"

    @property
    def models(self) -> Path:
        """Bundles, by alert and tier."""
        return self.artifacts / "models"

    @property
    def mlflow_run(self) -> Path:
        """The tracking run's id, for later stages."""
        return self.artifacts / "mlflow_run.json"

    @property
    def evaluation(self) -> Path:
        """Records of every figure."""
        return self.artifacts / "evaluation.json"

    @property
    def metrics(self) -> Path:
        """The main figures, nested for `dvc metrics show`."""
        return self.artifacts / "metrics.json"

    @property
    def reliability(self) -> Path:
        """Predicted against observed by decile, for `dvc plots show`."""
        return self.artifacts / "reliability.csv"

    @property
    def scored(self) -> Path:
        """Folder of score tables, a subfolder per as-of date."""
        return self.root / "data" / "scored"

    @property
    def rescored(self) -> Path:
        """Where `yocho score` writes by itself: `scored` is the pipeline's own."""
        return self.root / "data" / "rescored"

    @property
    def report(self) -> Path:
        """The page."""
        return self.root / "data" / "review" / "report.html"
