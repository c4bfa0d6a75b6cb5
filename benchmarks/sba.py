"""US guaranteed small-business loans (SBA 7(a)): what is known when the guarantee is approved.

What is measured, and on what, stands in docs/benchmarks.md.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.differences import difference_records
from benchmarks.reweighted import class_weights, measure_weighted
from intake.contracts import TableError
from intake.store import read_table
from models.baselines import fit_baselines
from models.booster import margins, train_booster
from models.calibrator import Calibrator
from models.records import Record
from models.time_splits import place_of_firm

SET = "sba_7a"
FILE = "sample_30000.parquet"
TRAIN = (2001, 2004)  # before 2001 industry, jobs and place are mostly unfilled, which tells the year
TEST = (2005, 2008)
TRUE_SHARE = 0.175  # of charge-offs among all loans of the register; the sample holds one half
# what is read; nothing else of the table reaches a model
READ = (
    "loan_nr_chk_dgt",
    "approval_fy",
    "mis_status",
    "gr_appv",
    "sba_appv",
    "naics",
    "no_emp",
    "new_exist",
    "franchise_code",
    "urban_rural",
    "low_doc",
    "rev_line_cr",
    "create_job",
    "retained_job",
)
# in the table and left out, with the reason
LEFT_OUT = {
    "chg_off_date": "the outcome",
    "chg_off_prin_gr": "the outcome",
    "balance_gross": "what is left when the outcome is recorded",
    "term": "of a failed loan: the months it lasted; with it the AUC jumps to .96",
    "disbursement_date": "after the approval",
    "disbursement_gross": "after the approval",
    "bank": "the holder when the table was made: BBCN Bank, founded in 2011, holds loans of 1990",
    "bank_state": "as the bank",
    "city": "too many levels for 6,000 loans",
    "zip": "too many levels for 6,000 loans",
    "state": "too many levels for 6,000 loans",
    "approval_date": "the year is no feature",
}
PARAMS = {
    "learning_rate": 0.05,
    "max_depth": 4,
    "num_leaves": 12,
    "min_child_samples": 40,
    "feature_fraction": 0.7,
    "lambda_l2": 5.0,
}
ROUNDS = 150
SEEDS = 3
FOLDS = 5
SPLIT = "train 2001-2004, test 2005-2008"
RANKING = ("auc", "pr_auc", "precision_at_5pct")
PROBABILITY = ("brier", "calibration_intercept", "calibration_slope")
PARTS = {  # what is taken away to see what it adds
    "yocho without guaranteed share": ("guaranteed_pct",),
    "yocho without industry": ("industry_",),
}


def run(
    data: Path,
    *,
    seed: int,
    num_threads: int,
    progress: Callable[[int, int, str], None],
    n_resamples: int = 500,
) -> list[Record]:
    """Train on the loans of some approval years and judge those of the next ones.

    Parameters
    ----------
    data : Path
        Folder with ``sba_7a``.
    """
    loans = read_loans(data)
    X, y = loan_features(loans), loans["label"].to_numpy()
    train = loans["approval_fy"].between(*TRAIN).to_numpy()
    test = loans["approval_fy"].between(*TEST).to_numpy()
    rest = {"seed": seed, "num_threads": num_threads}

    fold = np.floor(place_of_firm(loans["loan_nr_chk_dgt"].to_numpy(), seed=seed) * FOLDS).astype(int)
    held_out = np.full(len(y), np.nan)
    for k in range(FOLDS):
        progress(k, FOLDS + 1, "sba: folds")
        judged = train & (fold == k)
        held_out[judged] = _fit_and_score(X, y, train & (fold != k), judged, **rest)
    progress(FOLDS, FOLDS + 1, "sba: folds")
    scores = {"yocho": _fit_and_score(X, y, train, test, **rest)}
    for name, prefixes in PARTS.items():
        less = X[[column for column in X if not column.startswith(prefixes)]]
        scores[name] = _fit_and_score(less, y, train, test, **rest)
    line = fit_baselines(X[train], y[train], features=list(X.columns), single={})["logistic"]
    scores["logistic"] = line(X[test])
    progress(FOLDS + 1, FOLDS + 1, "sba: folds")

    # the sample was drawn by outcome: odds as sampled → odds as in the register
    overall = float(y.mean())
    weight = class_weights(y, TRUE_SHARE)  # of the whole sample, so that years keep their own shares
    calibrators = {
        name: Calibrator.fit(margin, y[train]).with_prior(overall, TRUE_SHARE)
        for name, margin in {"yocho": held_out[train], "logistic": line(X[train])}.items()
    }
    probabilities = {name: calibrator.predict(scores[name]) for name, calibrator in calibrators.items()}
    prior = float(np.average(y[train], weights=weight[train]))
    probabilities["prior"] = np.full(test.sum(), prior)

    share = float(np.average(y[test], weights=weight[test]))
    where = {
        "benchmark": "sba",
        "data": f"reweighted: {100 * share:.1f} % charged off",
        "split": SPLIT,
        "n_resamples": n_resamples,
        "seed": seed,
    }
    ranked = measure_weighted(y[test], scores, weight[test], RANKING, **where)
    judged = measure_weighted(
        y[test], probabilities, weight[test], PROBABILITY, probabilities=probabilities, **where
    )
    firms = loans.loc[test, "loan_nr_chk_dgt"].to_numpy()  # no firm numbers: every loan is taken for a firm
    parts = [
        difference_records(  # the same with weights: the AUC compares positives with negatives
            y[test], ("yocho", scores["yocho"]), (name, scores[name]), firms, ("auc",), **where
        )
        for name in [*PARTS, "logistic"]
    ]
    return ranked + judged + [record for part in parts for record in part]


def _fit_and_score(
    X: pd.DataFrame, y: np.ndarray, fit: np.ndarray, judged: np.ndarray, *, seed: int, num_threads: int
) -> np.ndarray:
    """Return the mean margin of boosters of several seeds on the rows under `judged`."""
    boosters = [
        train_booster(
            X[fit],
            y[fit],
            params=PARAMS,
            num_boost_round=ROUNDS,
            monotone=[0] * X.shape[1],
            seed=seed + i,
            num_threads=num_threads,
        )
        for i in range(SEEDS)
    ]
    return np.mean([margins(booster, X[judged], num_threads) for booster in boosters], axis=0)


def read_loans(data: Path) -> pd.DataFrame:
    """Return the columns of `READ` and the label (1: charged off), sorted by loan.

    Raises
    ------
    TableError
        If the file is not there, misses a column, names a loan twice or has an outcome that is not known.
    """
    loans = read_table(Path(data) / SET / FILE, list(READ))
    if (twice := loans["loan_nr_chk_dgt"].duplicated()).any():
        number = loans.loc[twice, "loan_nr_chk_dgt"].iloc[0]
        raise TableError(SET, "the loan is there twice", column="loan_nr_chk_dgt", key=f"{number:.0f}")
    label = loans["mis_status"].astype("str").map({"CHGOFF": 1.0, "PIF": 0.0})
    if label.isna().any():
        unknown = loans.loc[label.isna(), "mis_status"].iloc[0]
        raise TableError(SET, f"unknown outcome {unknown!r}", column="mis_status")
    loans = loans.assign(label=label, loan_nr_chk_dgt=loans["loan_nr_chk_dgt"].map("{:.0f}".format))
    return loans.sort_values("loan_nr_chk_dgt", ignore_index=True)


def loan_features(loans: pd.DataFrame) -> pd.DataFrame:
    """Return what is known of a loan on approval, (n, f) float64; NaN where a field is undefined.

    guaranteed_pct (of the amount approved), logarithms of amount, employees and amount per head, flags for a
    new business, franchise, urban place, little documentation and a revolving line, jobs created and kept
    (logarithms), and a flag for each industry (first two digits of NAICS, 00: none).
    """
    yes_no = {"Y": 1.0, "N": 0.0}
    heads = loans["no_emp"] + 1  # the owner
    found = {
        "guaranteed_pct": 100 * loans["sba_appv"] / loans["gr_appv"],
        "log_amount": np.log(loans["gr_appv"]),
        "log_employees": np.log(heads),
        "log_amount_per_head": np.log(loans["gr_appv"] / heads),
        "is_new": loans["new_exist"].map({1.0: 0.0, 2.0: 1.0}),
        "is_franchise": (loans["franchise_code"] > 1).astype("float64"),  # 0 and 1: none
        "is_urban": loans["urban_rural"].map({1.0: 1.0, 2.0: 0.0}),
        "has_low_doc": loans["low_doc"].astype("str").map(yes_no),
        "is_revolving": loans["rev_line_cr"].astype("str").map(yes_no),
        "log_jobs_created": np.log1p(loans["create_job"]),
        "log_jobs_kept": np.log1p(loans["retained_job"]),
    }
    industry = (loans["naics"] // 10_000).astype(int)
    found |= {
        f"industry_{code:02d}": (industry == code).astype("float64") for code in sorted(industry.unique())
    }
    return pd.DataFrame(found).astype("float64")
