"""Spanish small firms, 1998 to 2003: what qualitative signals add to ratios.

What is measured, and on what, stands in docs/benchmarks.md.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.differences import difference_records
from benchmarks.published import references
from benchmarks.spain_firms import find_firms
from intake.contracts import TableError
from models.baselines import logistic_regression
from models.booster import margins, train_booster
from models.records import Record, measure
from models.time_splits import place_of_firm

SET = "spain_bankruptcy"
FILE = "Bankruptcy_Spain_98-03.csv"
TRAIN_TO = 2002
RATIOS = (
    "DEBT_STRUCTURE",
    "DEBT_COST",
    "DEBT_PAYING_AVAILABILITY",
    "DEBT_RATIO",
    "WORKING_CAPITAL",
    "WARRANTY",
    "OPERATING_INCOME_MARGIN",
    "RETURN_OPERATING_ASSETS",
    "RETURN_EQUITY",
    "RETURN_ASSETS",
    "STOCK_TURNOVER",
    "ASSET_TURNOVER",
    "RECEIVABLE_TURNOVER",
    "ASSET_ROTATION",
    "FINANCIAL_SOLVENCY",
    "ACID_TEST",
)
COUNTS = (
    "NUMBER_EMPLOYEES",
    "AGE",
    "NUMBER_PARTNERS",
    "CHANGES_LOCATION",
    "NUMBER_JUDICIAL_INCIDENCES_TOTAL",
    "NUMBER_JUDICIAL_INCIDENCES_YEAR",
    "SPENT_JUDICIAL_INCIDENCES_TOTAL",
    "SPENT_JUDICIAL_INCIDENCES_YEAR",
    "NUMBER_SERIOUS_INCIDENCES",
)
# the auditor's opinion is missing ("nothing") where nobody audits
LEVELS: Mapping[str, Mapping[str, float]] = {
    "SIZE": {"small": 0.0, "medium": 1.0, "big": 2.0},
    "LINKED_GROUP": {"no": 0.0, "yes": 1.0},
    "DELAY_ACCOUNTS": {"no": 0.0, "yes": 1.0},
    "AUDITED": {"no": 0.0, "yes": 1.0},
    "AUDITORS_OPINION": {"nothing": np.nan, "positive": 0.0, "minor": 1.0, "negative": 2.0},
}
FORMS = ("Co", "Ltd")  # of SOCIAL_CODE; the rest is "other"
QUALITATIVE = (*COUNTS, *LEVELS, *(f"is_{form.lower()}" for form in FORMS))
SETS: Mapping[str, tuple[str, ...]] = {
    "ratios": RATIOS,
    "qualitative": QUALITATIVE,
    "both": RATIOS + QUALITATIVE,
}
# few and shallow trees: 28 positive rows of 12 firms to learn from. Picked among four by cross-validation by
# firm on the years to 2002, see docs/benchmarks.md
PARAMS = {
    "learning_rate": 0.03,
    "max_depth": 3,
    "num_leaves": 8,
    "min_child_samples": 10,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 1.0,
}
ROUNDS = 100
SEEDS = 5
FOLDS = 10
METRICS = ("auc", "pr_auc")

# split -> whether a firm may be judged by a model that saw its earlier years, and whether firms that were
# bankrupt in an earlier year are judged too
SPLITS = {
    "test 2003": (True, True),
    "test 2003, by models without the firm": (False, True),
    "test 2003, not bankrupt before, without the firm": (False, False),
}


def run(
    data: Path,
    *,
    seed: int,
    num_threads: int,
    progress: Callable[[int, int, str], None],
    n_resamples: int = 500,
) -> list[Record]:
    """Train on the years to 2002, test on 2003: ratios, qualitative signals, both.

    Parameters
    ----------
    data : Path
        Folder with ``spain_bankruptcy``.
    """
    rows = read_rows(data)
    scores: dict[tuple[bool, str], dict[str, np.ndarray]] = {}
    for done, (name, columns) in enumerate(SETS.items()):
        progress(done, len(SETS), "spain: sets of features")
        for sees_firm in (True, False):
            scores[sees_firm, name] = _score_last_year(
                rows, list(columns), sees_firm=sees_firm, seed=seed, num_threads=num_threads
            )
    progress(len(SETS), len(SETS), "spain: sets of features")
    last = rows[rows["YEAR"] > TRAIN_TO]
    earlier = set(rows.loc[(rows["YEAR"] <= TRAIN_TO) & (rows["label"] == 1), "firm_id"])
    fresh = ~last["firm_id"].isin(earlier).to_numpy()
    rest = {"n_resamples": n_resamples, "seed": seed}
    records: list[Record] = []
    for split, (sees_firm, with_bankrupt) in SPLITS.items():
        at = np.ones(len(last), dtype=bool) if with_bankrupt else fresh
        y, firms = last["label"].to_numpy()[at], last["firm_id"].to_numpy()[at]
        for name in SETS:
            here = {model: score[at] for model, score in scores[sees_firm, name].items()}
            where = {"benchmark": "spain", "data": name, "split": split}
            records += measure(
                y, here, firms, METRICS, references=references("spain", name, split), **where, **rest
            )
        both = ("both", scores[sees_firm, "both"]["yocho"][at])
        ratios = ("ratios", scores[sees_firm, "ratios"]["yocho"][at])
        records += difference_records(
            y, both, ratios, firms, METRICS, benchmark="spain", data="both", split=split, **rest
        )
    return records


def read_rows(data: Path) -> pd.DataFrame:
    """Return YEAR, firm_id, label and the features, in the order of the file.

    Raises
    ------
    TableError
        If the file is not there, misses a column or has a level that is not known.
    """
    path = Path(data) / SET / FILE
    if not path.is_file():
        raise TableError(SET, f"no file {path}")
    raw = pd.read_csv(path, sep=";")
    needed = {"YEAR", "BANKRUPTCY", "SOCIAL_CODE", "PROVINCE_CODE", *RATIOS, *COUNTS, *LEVELS}
    if missing := sorted(needed - set(raw.columns)):
        raise TableError(SET, "the column is missing", column=missing[0])
    found = {"YEAR": raw["YEAR"], "firm_id": find_firms(raw)}
    found["label"] = _levels(raw, "BANKRUPTCY", {"NO": 0.0, "YES": 1.0})
    found |= {name: raw[name].astype("float64") for name in RATIOS + COUNTS}
    found |= {name: _levels(raw, name, levels) for name, levels in LEVELS.items()}
    found |= {f"is_{form.lower()}": (raw["SOCIAL_CODE"] == form).astype("float64") for form in FORMS}
    return pd.DataFrame(found)


def _levels(raw: pd.DataFrame, name: str, levels: Mapping[str, float]) -> pd.Series:
    unknown = sorted(set(raw[name]) - set(levels))
    if unknown:
        raise TableError(SET, f"unknown level {unknown[0]!r}", column=name)
    return raw[name].map(dict(levels)).astype("float64")


def _score_last_year(
    rows: pd.DataFrame, columns: list[str], *, sees_firm: bool, seed: int, num_threads: int
) -> dict[str, np.ndarray]:
    """Score the rows after `TRAIN_TO`; without `sees_firm`, each by a model trained on other firms."""
    last = (rows["YEAR"] > TRAIN_TO).to_numpy()
    fold = np.zeros(len(rows), dtype=int)
    if not sees_firm:
        places = place_of_firm(rows["firm_id"].astype("str").to_numpy(), seed=seed)
        fold = np.floor(places * FOLDS).astype(int)
    scores = {name: np.full(len(rows), np.nan) for name in ("yocho", "logistic")}
    for k in np.unique(fold):
        fit, judged = ~last if sees_firm else ~last & (fold != k), last & (fold == k)
        if not judged.any():
            continue
        X, y = rows.loc[fit, columns], rows.loc[fit, "label"].to_numpy()
        boosters = [
            train_booster(
                X,
                y,
                params=PARAMS,
                num_boost_round=ROUNDS,
                monotone=[0] * len(columns),
                seed=seed + i,
                num_threads=num_threads,
            )
            for i in range(SEEDS)
        ]
        line = logistic_regression().fit(X.to_numpy(), y)
        other = rows.loc[judged, columns]
        scores["yocho"][judged] = np.mean([margins(b, other, num_threads) for b in boosters], axis=0)
        scores["logistic"][judged] = line.decision_function(other.to_numpy())
    return {name: score[last] for name, score in scores.items()}
