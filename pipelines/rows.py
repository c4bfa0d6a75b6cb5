"""Feature rows joined with their labels, as the learning stages read them."""

from collections.abc import Sequence

import pandas as pd

from features.tier import TIERS
from intake.store import read_table
from pipelines.paths import Paths

KEY = ["as_of_date", "firm_id"]


def at_least(tiers: pd.Series, tier: str) -> pd.Series:
    """Return which rows have at least `tier`."""
    return tiers.isin(TIERS[TIERS.index(tier) :])


def labelled_rows(
    paths: Paths, split: str, columns: Sequence[str], *, holdout: bool | None = None
) -> pd.DataFrame:
    """Return the labelled feature rows of one split, sorted by as-of date and firm.

    Parameters
    ----------
    paths : Paths
    split : {"train", "calibration", "test"}
    columns : sequence of str
        Feature columns to read beside the key, tier, industry and size class.
    holdout : bool, optional
        True for firms held out of training alone, False for the others, None for all.

    Returns
    -------
    DataFrame
        Key, tier, industry, size_class, `columns`, label, rescheduled, default_date, is_holdout.
    """
    labels = read_table(paths.labels)
    labels = labels[(labels["split"] == split) & labels["label"].notna()]
    if holdout is not None:
        labels = labels[labels["is_holdout"] == holdout]
    kept = ["as_of_date", "firm_id", "label", "rescheduled", "default_date", "is_holdout"]
    read = [*KEY, "tier", "industry", "size_class", *columns]
    frames = [read_table(paths.rows_of(day), columns=read) for day in sorted(labels["as_of_date"].unique())]
    if not frames:
        raise ValueError(f"labels.parquet: no labelled row in split {split!r}")
    rows = pd.concat(frames, ignore_index=True).merge(labels[kept], on=KEY, how="inner", validate="1:1")
    return rows.sort_values(KEY, kind="stable", ignore_index=True)
