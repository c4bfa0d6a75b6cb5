"""How failures came about: first signs, causes, trouble that passed, books that were dressed."""

import numpy as np
import pandas as pd

from models.metrics import DAYS_PER_MONTH
from pipelines.moments.figures import PCT, Figure, median, share

LATE_SIGN_MONTHS = 1.0  # a first sign so late gave nobody time
MATTERS = 0.02  # a cause behind fewer failures than this is an anecdote


def lead_times(lives: pd.DataFrame) -> list[Figure]:
    """Return the months from the first true sign to the default, and how many failed without time to help."""
    failed = lives[lives["default_date"].notna()]
    months = (failed["default_date"] - failed["first_sign_date"]).dt.days.to_numpy() / DAYS_PER_MONTH
    months = np.where(np.isnan(months), 0.0, months)  # no sign at all before the default
    late = int((months <= LATE_SIGN_MONTHS).sum())
    return [
        median("months from first sign to default", "failures", months),
        share("first sign a month before or less", "failures", late, len(failed)),
    ]


def causes(lives: pd.DataFrame) -> list[Figure]:
    """Return each cause's share of the failures, the largest, and how many causes matter."""
    named = lives.loc[lives["default_date"].notna(), "cause"]
    counts = named.value_counts()
    n = int(counts.sum())
    figures = [share("cause of failure", name, count, n) for name, count in sorted(counts.items())]
    shares = counts / max(n, 1)
    largest = float(shares.max()) if n else 0.0
    matter = int((shares >= MATTERS).sum())
    error = PCT * float(np.sqrt(largest * (1 - largest) / max(n, 1)))
    return [
        Figure("largest cause of failure", "failures", PCT * largest, error, n),
        Figure("causes of 2 % or more", "failures", float(matter), 1.0, n),
        *figures,
    ]


def troubles(spells: pd.DataFrame) -> list[Figure]:
    """Return how many spells of trouble that are over passed, and how long those lasted.

    Parameters
    ----------
    spells : DataFrame
        truth/troubles: firm_id, outcome (passed, failed, open), months.
    """
    over = spells[spells["outcome"] != "open"]
    passed = over["outcome"] == "passed"
    firms = over["firm_id"].nunique()
    return [
        share("spells of trouble that passed", "all", passed.sum(), len(over), firms=firms),
        median("months of a spell that passed", "all", over.loc[passed, "months"]),
    ]


def dressing(lives: pd.DataFrame, dressed: pd.DataFrame, events: pd.DataFrame) -> list[Figure]:
    """Return how many firms ever dress their books, and in how many bankruptcies it was confirmed."""
    ever = lives["firm_id"].isin(dressed["firm_id"])
    bankrupt = events.loc[events["kind"] == "bankruptcy", "firm_id"].unique()
    confirmed = events.loc[events["kind"] == "dressing_confirmed", "firm_id"].unique()
    return [
        share("firms that ever dress", "all", ever.sum(), len(lives)),
        share("dressing confirmed", "bankruptcies", np.isin(bankrupt, confirmed).sum(), len(bankrupt)),
    ]
