"""The truth about trouble: every spell in which a firm could not pay as it should, and how it ended."""

import numpy as np
import pandas as pd

from simulator.columns import running
from simulator.seen.desk import Desk
from simulator.seen.endings import NOT, not_after_default
from simulator.shocks import CAUSES

QUIET = 4  # months without a sign after which a spell is over


def signs(desk: Desk) -> np.ndarray:
    """Mark the months with a sign (n, months) bool: something put off, a bill late, dues in arrears."""
    lives, accounts = desk.lives, desk.lives.accounts
    owes = accounts["social_arrears"] + accounts["tax_arrears"] > 0
    return (lives.stressed | (lives.delay > 0).any(axis=2) | owes) & desk.in_sight()


def spells(sign: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return row, first and last month of every spell of signs; `QUIET` months without one end it.

    Examples
    --------
    >>> sign = np.zeros((1, 20), dtype=bool)
    >>> sign[0, [2, 5, 15]] = True
    >>> [place.tolist() for place in spells(sign)]
    [[0, 0], [2, 15], [5, 15]]
    """
    row, month = np.nonzero(sign)
    gap = np.diff(month) > QUIET
    other = np.diff(row) != 0
    opens = np.concatenate([[True], gap | other])[: len(row)]
    closes = np.concatenate([opens[1:], [True]])[: len(row)]
    return row[opens], month[opens], month[closes]


def truth_troubles(desk: Desk) -> pd.DataFrame:
    """Return truth/troubles: spells with cause and outcome.

    Returns
    -------
    DataFrame
        `firm_id`, `begin_date`, `end_date` (of the last sign; NaT while it goes on), `months` from the first
        to the last sign, `cause` (what had cost most when the spell began), `outcome` (passed,
        failed, open), `least_cash_months` of sales, `longest_delay_months` of suppliers, `most_arrears_yen`.
    """
    lives, accounts = desk.lives, desk.lives.accounts
    firm, begin, end = spells(signs(desk))
    failed = (lives.stopped >= 0) | (lives.overdue >= 0)
    near_end = end > desk.last_k[firm] - QUIET
    outcome = np.where(near_end, np.where(failed[firm], "failed", "open"), "passed")
    sums = running(accounts["sales"])
    year = sums - np.pad(sums, ((0, 0), (12, 0)))[:, : desk.months]
    cash = 12 * accounts["cash_deposits"] / np.maximum(year, 1.0)
    owed = accounts["social_arrears"] + accounts["tax_arrears"]
    delay = lives.delay.max(axis=2)
    inside = [slice(a, b + 1) for a, b in zip(begin, end, strict=True)]
    extremes = [
        (cash[f, part].min(), min(delay[f, part].max(), 2), owed[f, part].max())
        for f, part in zip(firm, inside, strict=True)
    ]
    least, longest, most = np.array(extremes).reshape(-1, 3).T
    frame = pd.DataFrame({
        "firm_id": desk.firm_ids[firm],
        "begin_date": not_after_default(desk, firm, desk.day(firm, begin)),
        "end_date": np.where(outcome == "open", NOT, not_after_default(desk, firm, desk.day(firm, end))),
        "months": (end - begin + 1).astype(float),
        "cause": np.array(CAUSES, dtype=object)[lives.worst[firm, begin]],
        "outcome": outcome.astype(object),
        "least_cash_months": least,
        "longest_delay_months": longest,
        "most_arrears_yen": most,
    })  # fmt: skip
    dates = dict.fromkeys(["begin_date", "end_date"], "datetime64[ms]")
    return frame.astype(dates | dict.fromkeys(["firm_id", "cause", "outcome"], "str"))
