"""The truth about arrears: every spell of unpaid taxes and social insurance, heard of or not."""

import numpy as np
import pandas as pd

from simulator.seen.desk import Desk
from simulator.seen.endings import not_after_default

KINDS = {"tax": "tax_arrears", "social_insurance": "social_arrears"}


def truth_arrears(desk: Desk) -> pd.DataFrame:
    """Return truth/arrears: one row a spell, within the months a firm is in sight.

    Parameters
    ----------
    desk : Desk

    Returns
    -------
    DataFrame
        `firm_id`, `kind`, `from_date` (the month end on which something is first unpaid, or a default before
        it), `cleared_date` (the month end on which nothing is; NaT: still), `most` (whole yen, the largest
        sum unpaid).
    """
    frames = [_spells(desk, kind, desk.lives.accounts[account]) for kind, account in KINDS.items()]
    frame = pd.concat(frames, ignore_index=True)
    firm = np.searchsorted(desk.firm_ids, frame["firm_id"])
    frame["from_date"] = not_after_default(desk, firm, frame["from_date"].to_numpy(dtype="datetime64[D]"))
    dates = dict.fromkeys(["from_date", "cleared_date"], "datetime64[ms]")
    frame = frame.astype(dates | dict.fromkeys(["firm_id", "kind"], "str"))
    return frame.sort_values(["firm_id", "kind", "from_date"], ignore_index=True)


def _spells(desk: Desk, kind: str, balance: np.ndarray) -> pd.DataFrame:
    owes = (balance > 0) & desk.in_sight()
    edges = np.diff(np.pad(owes, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    firm, begin = np.nonzero(edges > 0)
    _, after = np.nonzero(edges < 0)  # row by row, so each begin meets its own end
    ended = after <= desk.last_k[firm]
    most = [balance[f, b:a].max() for f, b, a in zip(firm, begin, after, strict=True)]
    return pd.DataFrame({
        "firm_id": desk.firm_ids[firm],
        "kind": kind,
        "from_date": desk.day(firm, begin),
        "cleared_date": np.where(ended, desk.day(firm, after), np.datetime64("NaT", "D")),
        "most": np.array(most, dtype=np.float64),
    })  # fmt: skip
