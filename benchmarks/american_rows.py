"""American windows of fiscal years as rows to judge: a firm, some years of its history, a label."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from features.panel import build_panel, prepare
from features.table import build_features
from intake.contracts import TableError, empty_table
from intake.public_sets import AMERICAN_FILES, american_tables
from intake.store import read_table
from models.cohorts import label_cohorts

# total_revenue is net_sales under another name
ITEMS = (
    "current_assets",
    "total_assets",
    "cost_of_goods_sold",
    "total_long_term_debt",
    "depreciation_and_amortization",
    "ebit",
    "ebitda",
    "gross_profit",
    "inventory",
    "total_current_liabilities",
    "net_income",
    "retained_earnings",
    "total_receivables",
    "market_value",
    "total_liabilities",
    "net_sales",
    "total_operating_expenses",
)
SPLITS = ("train", "validation", "test")
SET = "american_bankruptcy"


@dataclass(frozen=True)
class Rows:
    """Firms with exactly `years` years of history each.

    Attributes
    ----------
    cases : DataFrame (n rows)
        firm_id, split, end_year (the last year seen), as_of_date, label (1: bankrupt within the twelve months
        after), is_last (end_year is the last year of the firm's window, what the set asks for) and is_fit
        (may be trained on). Sorted by (as_of_date, firm_id).
    items : (n, years, items) float64
        `ITEMS` in millions of dollars, column -1 the last year.
    """

    cases: pd.DataFrame
    items: np.ndarray

    def where(self, mask: np.ndarray) -> "Rows":
        """Return the rows under a mask."""
        mask = np.asarray(mask)
        return Rows(self.cases[mask].reset_index(drop=True), self.items[mask])


def read_windows(data: Path) -> pd.DataFrame:
    """Read the windows of train and validation, and those of the test where they are there.

    Raises
    ------
    TableError
        If the set is not there, misses a column, or has a split other than train, validation, test.
    """
    folder = Path(data) / SET
    columns = ["firm_id", "fyear", "window", "split", "status", *ITEMS]
    paths = [folder / name for name in AMERICAN_FILES]
    parts = [read_table(path, columns) for path in paths if path is paths[0] or path.exists()]
    windows = pd.concat(parts, ignore_index=True)
    if unknown := sorted(set(windows["split"]) - set(SPLITS)):
        raise TableError(SET, f"unknown split {unknown[0]!r}", column="split")
    return windows


def make_rows(windows: pd.DataFrame, years: int) -> Rows:
    """Cut the windows into rows of `years` years.

    Firms that the set gives a window of `years` are judged at its last year. Where the set also gives the
    firm a longer window, the years before are further rows for training: the firm was there and did not
    fail in the next year. Only those of firms that survived may be fitted on: a firm that fails two or three
    years later is neither sound nor failed.

    Parameters
    ----------
    windows : DataFrame
        From `read_windows`.
    years : int
        3, 4 or 5.

    Examples
    --------
    >>> made = pd.DataFrame({"firm_id": "F1", "fyear": [2001, 2002, 2003, 2004] + [2002, 2003, 2004],
    ...                      "window": [4] * 4 + [3] * 3, "split": "train", "status": 0})
    >>> made = made.assign(**dict.fromkeys(ITEMS, 1.0))
    >>> make_rows(made, 3).cases[["end_year", "label", "is_last"]].to_dict("list")
    {'end_year': [2003, 2004], 'label': [0.0, 0.0], 'is_last': [False, True]}
    >>> make_rows(made, 5)
    Traceback (most recent call last):
    ValueError: the set has no windows of 5 years; it has 3, 4
    """
    asked = windows[windows["window"] == years]
    if asked.empty:
        there = ", ".join(map(str, sorted(windows["window"].unique())))
        raise ValueError(f"the set has no windows of {years} years; it has {there}")
    known = windows[windows["firm_id"].isin(asked["firm_id"])].drop_duplicates(["firm_id", "fyear"])
    known = known.sort_values(["firm_id", "fyear"], ignore_index=True)
    ends = known[_run_length(known) >= years]
    position = ends.index.to_numpy()[:, None] + np.arange(1 - years, 1)
    last = known.groupby("firm_id")["fyear"].transform("max")[ends.index]
    cases = pd.DataFrame(
        {
            "firm_id": ends["firm_id"],
            "split": ends["split"],
            "end_year": ends["fyear"],
            "as_of_date": pd.to_datetime((ends["fyear"] + 1).astype("str") + "-03-31").astype(
                "datetime64[ms]"
            ),
            "is_last": ends["fyear"] == last,
        }
    ).reset_index(drop=True)
    cases["label"] = _labels(windows, cases)
    survived = (ends["status"] == 0).to_numpy()
    cases["is_fit"] = (cases["split"] == "train") & (cases["is_last"] | survived)
    order = np.lexsort((cases["firm_id"], cases["as_of_date"]))
    items = known[list(ITEMS)].to_numpy(dtype=np.float64)[position]
    return Rows(cases.iloc[order].reset_index(drop=True), items[order])


def _run_length(known: pd.DataFrame) -> np.ndarray:
    """Return how many years without a gap end in each row, for rows sorted by firm and year."""
    new = known["firm_id"].ne(known["firm_id"].shift()) | known["fyear"].diff().ne(1)
    return known.groupby(new.cumsum()).cumcount().to_numpy() + 1


def _labels(windows: pd.DataFrame, cases: pd.DataFrame) -> np.ndarray:
    """Label each case as the product labels a cohort: a default in the twelve months after the as-of date."""
    whole = windows.drop(columns=["window", "split"])
    tables = american_tables(whole)
    cohorts = label_cohorts(
        tables["firms"],
        tables["events"],
        cases["as_of_date"].unique(),
        horizon_months=12,
        reporting_lag_months=0,
        label_cutoff_date="2199-12-31",  # the set's outcomes are all in
    )
    found = cases[["as_of_date", "firm_id"]].merge(cohorts, how="left", on=["as_of_date", "firm_id"])
    return found["label"].to_numpy()


def project_features(rows: Rows) -> pd.DataFrame:
    """Return the project's own features of each row, (n, dictionary) float32, in the order of the rows.

    Each row's firm goes the product's way: items → canonical accounts → raw tables → panel → features. The
    tables hold the row's years and no other.
    """
    parts = []
    for date, cases in rows.cases.groupby("as_of_date"):
        years = rows.items.shape[1]
        end = cases["end_year"].to_numpy()
        flat = pd.DataFrame(rows.items[cases.index].reshape(-1, len(ITEMS)), columns=list(ITEMS))
        flat["firm_id"] = np.repeat(cases["firm_id"].to_numpy(), years)
        flat["fyear"] = (end[:, None] + np.arange(1 - years, 1)).ravel()
        tables = american_tables(flat.assign(status=0))
        tables["events"] = empty_table("events")  # what becomes of a firm is no feature
        found = build_features(build_panel(prepare(tables), date), None)
        parts.append(found.set_axis(cases.index, axis=0))
        if not (found["firm_id"].to_numpy() == cases["firm_id"].to_numpy()).all():
            raise ValueError(f"cohort of {date.date()}: the panel's firms are not those of the rows")
    return pd.concat(parts).sort_index()
