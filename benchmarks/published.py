"""Reference figures of public benchmarks, with where they come from (published.csv)."""

from functools import cache
from importlib.resources import files

import pandas as pd

TEXT = ("benchmark", "data", "split", "model", "metric", "spread", "source")


@cache
def load_published() -> pd.DataFrame:
    """Return the figures: benchmark, data, split, model, metric, value, spread and source."""
    frame = pd.read_csv(
        files("benchmarks") / "published.csv", dtype=dict.fromkeys(TEXT, "str"), keep_default_na=False
    )
    twice = frame.duplicated(["benchmark", "data", "split", "model", "metric"])
    if twice.any():
        raise ValueError(f"published.csv: two figures for {tuple(frame[twice].iloc[0][list(TEXT[:5])])}")
    return frame


def references(benchmark: str, data: str, split: str) -> dict[tuple[str, str], float]:
    """Return (model, metric) -> published figure for one set and split; empty where none was published.

    Examples
    --------
    >>> references("polish", "year5", "10 hold-outs of 10 %")["yocho", "auc"]
    0.958
    >>> references("polish", "year9", "test")
    {}
    """
    rows = load_published()
    rows = rows[(rows["benchmark"] == benchmark) & (rows["data"] == data) & (rows["split"] == split)]
    return dict(zip(zip(rows["model"], rows["metric"], strict=True), rows["value"].tolist(), strict=True))
