"""What a note is to be read as: what became of the firm that it speaks of, as known at the cutoff."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from models.cohorts import months_later


def targets_of_notes(
    notes: pd.DataFrame, labels: pd.DataFrame, as_of_dates: Sequence[pd.Timestamp], *, months: int
) -> pd.DataFrame:
    """Tie notes to the labels of the cohort that could first have seen them.

    Parameters
    ----------
    notes : DataFrame (n,)
        firm_id, known_date; any index.
    labels : DataFrame
        as_of_date, firm_id, label: of the training cohorts and firms alone.
    as_of_dates : of the training cohorts, rising
    months : int
        A note counts for the first as-of date on or after its known_date if that lies within so many months.

    Returns
    -------
    DataFrame (n,)
        With the index of `notes`: `target` (1 the firm defaulted within the horizon of that as-of date, 0 it
        did not, NaN nobody knows) and `weight`: 1 shared among the notes of one firm for one date, so that a
        firm that is called on often has no louder voice.

    Examples
    --------
    >>> notes = pd.DataFrame({"firm_id": ["a", "a", "b"],
    ...     "known_date": pd.to_datetime(["2020-02-01", "2020-03-31", "2019-11-30"])})
    >>> march = pd.Timestamp("2020-03-31")
    >>> labels = pd.DataFrame({"as_of_date": [march, march], "firm_id": ["a", "b"], "label": [1.0, 0.0]})
    >>> targets_of_notes(notes, labels, [march], months=3).to_dict("list")
    {'target': [1.0, 1.0, nan], 'weight': [0.5, 0.5, nan]}
    >>> targets_of_notes(notes, labels, [march], months=0)
    Traceback (most recent call last):
    ValueError: months must be positive, got 0
    """
    if months < 1:
        raise ValueError(f"months must be positive, got {months}")
    days = pd.DatetimeIndex(sorted(as_of_dates)).astype("datetime64[ms]")
    known = notes["known_date"].astype("datetime64[ms]")
    place = np.searchsorted(days.to_numpy(), known.to_numpy())
    is_seen = place < len(days)
    day = pd.Series(pd.NaT, index=notes.index, dtype="datetime64[ms]")
    day[is_seen] = days[place[is_seen]]
    earliest = {one: months_later(one, -months) for one in days}
    is_new = known > day.map(earliest)
    rows = pd.DataFrame({"as_of_date": day.where(is_new), "firm_id": notes["firm_id"].to_numpy()})
    known_labels = labels[["as_of_date", "firm_id", "label"]].astype({"as_of_date": "datetime64[ms]"})
    found = rows.merge(known_labels, on=["as_of_date", "firm_id"], how="left", validate="m:1")
    found.index = notes.index
    told = found["label"].notna()
    share = found[told].groupby(["as_of_date", "firm_id"])["label"].transform("size")
    return pd.DataFrame({"target": found["label"], "weight": (1.0 / share).reindex(notes.index)})
