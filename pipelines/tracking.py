"""One MLflow run for each train–evaluate chain, its id handed on in a file; no pickle."""

import json
import logging
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from intake.store import write_json
from models.bundle import Bundle, load_bundle
from models.contributions import explain
from pipelines.params import Tracking

REQUIREMENTS = ["lightgbm", "numpy", "pandas", "yocho"]  # given, not inferred: inferring takes ten seconds


class Scorer:
    """A bundle behind MLflow's pyfunc interface: margin, probability and contributions."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle

    def predict(self, frame: pd.DataFrame, params: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Return one row per firm: probability, margin, base value and every contribution."""
        contributions = explain(
            self.bundle.booster, frame[list(self.bundle.features)].astype(np.float32), num_threads=1
        )
        scores = pd.DataFrame(
            {
                "probability": self.bundle.calibrator.predict(contributions.margin),
                "margin": contributions.margin,
                "base_value": contributions.base,
            }
        )
        values = pd.DataFrame(contributions.values, columns=contributions.feature_names)
        return pd.concat([scores, values.add_prefix("contribution_")], axis=1).set_axis(frame.index)


def _load_pyfunc(data_path: str) -> Scorer:
    """Load a logged bundle; MLflow calls this by name."""
    return Scorer(load_bundle(Path(data_path)))


def _signature(features: Sequence[str]) -> Any:
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, Schema

    outputs = ["probability", "margin", "base_value", *(f"contribution_{name}" for name in features)]
    return ModelSignature(
        inputs=Schema([ColSpec(DataType.float, name) for name in features]),
        outputs=Schema([ColSpec(DataType.double, name) for name in outputs]),
    )


def _connect(choice: Tracking, run_file: Path) -> Any:
    """Return mlflow, set to the experiment; beside a local database, files go to data/artifacts/mlruns."""
    import mlflow

    logging.getLogger("mlflow").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    warnings.filterwarnings("ignore", message=".*An input example was not provided")  # the signature is given
    mlflow.set_tracking_uri(choice.uri)
    if mlflow.get_experiment_by_name(choice.experiment) is None:
        local = run_file.parent.absolute() / "mlruns" if choice.uri.startswith("sqlite:") else None
        mlflow.create_experiment(choice.experiment, artifact_location=local.as_uri() if local else None)
    mlflow.set_experiment(choice.experiment)
    return mlflow


def log_training(
    choice: Tracking, run_file: Path, bundles: Mapping[str, Path], params: Mapping[str, Any]
) -> None:
    """Start a run, log params, log and register the bundle of each tier, and write the run's id."""
    mlflow = _connect(choice, run_file)
    with mlflow.start_run() as run:
        mlflow.log_params(dict(params))
        versions = {}
        for tier, folder in bundles.items():
            bundle = load_bundle(folder)
            logged = mlflow.pyfunc.log_model(
                name=f"default-{tier}",
                loader_module="pipelines.tracking",
                data_path=str(folder),
                signature=_signature(bundle.features),
                pip_requirements=REQUIREMENTS,
                registered_model_name=f"yocho-default-{tier}",
            )
            versions[tier] = logged.registered_model_version
        write_json({"run_id": run.info.run_id, "model_versions": versions}, run_file)


def log_evaluation(
    choice: Tracking, run_file: Path, metrics: Mapping[str, float], files: Sequence[Path]
) -> None:
    """Add figures, and the files they come from, to the run that trained the models."""
    mlflow = _connect(choice, run_file)
    run_id = json.loads(run_file.read_text(encoding="utf-8"))["run_id"]
    with mlflow.start_run(run_id=run_id):
        mlflow.log_metrics(dict(metrics))
        for path in files:
            mlflow.log_artifact(str(path))
