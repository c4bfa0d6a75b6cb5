"""One firm's tables out of a portfolio's: all of them, whatever came, and the versions that count."""

from collections.abc import Mapping

import pandas as pd

from intake.contracts import TABLES, empty_table

TRUTH = tuple(f"truth/{name}" for name in ("lives", "troubles", "closings", "dressing", "arrears", "notes"))
Frames = Mapping[str, pd.DataFrame]


def firm_frames(frames: Frames, firm_id: str) -> dict[str, pd.DataFrame]:
    """Return one firm's rows of every raw and truth table, without rows where a table is not given.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        Tables by the names of the contracts, and ``truth/...`` where there is a truth.
    firm_id : str

    Raises
    ------
    ValueError
        If table firms has no row of the firm.

    Examples
    --------
    >>> firm_frames({"firms": empty_table("firms")}, "00000017")
    Traceback (most recent call last):
    ValueError: table firms has no firm '00000017'
    """
    own = {}
    for name in (*TABLES, *TRUTH):
        frame = frames.get(name)
        if frame is None:
            frame = empty_table(name) if name in TABLES else pd.DataFrame({"firm_id": pd.Series(dtype="str")})
        own[name] = frame[(frame["firm_id"] == firm_id).to_numpy()].reset_index(drop=True)
    if own["firms"].empty:
        raise ValueError(f"table firms has no firm {firm_id!r}")
    return own


def latest(frame: pd.DataFrame, *key: str) -> pd.DataFrame:
    """Return the version of each row that became known last, in order of key."""
    return frame.sort_values([*key, "known_date"], kind="stable").drop_duplicates(list(key), keep="last")


def of_banks(statements: pd.DataFrame) -> pd.Series:
    """Say which statements a bank handed on."""
    return statements["source_actor"].str.startswith("bank:").astype(bool)


def books(statements: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return statements of a kind by period end: the firm's own in its last version, else a bank's copy."""
    rows = statements[(statements["kind"] == kind).to_numpy()]
    rows = rows.assign(own=~of_banks(rows)).sort_values(["period_end", "own", "known_date"], kind="stable")
    return rows.drop_duplicates("period_end", keep="last").drop(columns="own").set_index("period_end")


def end_of(frames: Frames, default_kinds: tuple[str, ...]) -> tuple[pd.Timestamp, str] | None:
    """Return the day and the kind of the event that ended the relation; None if it goes on.

    The first default, or else the day the last guaranteed loan was paid off.
    """
    events = frames["events"].sort_values("event_date", kind="stable")
    for kinds in (default_kinds, ("paid_off",)):
        found = events[events["kind"].isin(kinds).to_numpy()]
        if len(found):
            return found["event_date"].iloc[0], str(found["kind"].iloc[0])
    return None


def differing(true: pd.Series, shown: pd.Series) -> pd.Series:
    """Return the true figures of closings whose shown figure is another; a closing not shown is left out.

    Examples
    --------
    >>> differing(pd.Series([5.0, 7.0, 1.0], index=[1, 2, 3]), pd.Series([5.0, 9.0], index=[1, 2])).to_dict()
    {2: 7.0}
    """
    both = true[true.index.isin(shown.index)]
    return both[(both != shown.reindex(both.index)).to_numpy() & both.notna().to_numpy()]
