"""What a backtest of the cash projection shows, as Markdown tables; told in docs/cash.md."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.cash_flow.level import LEVELS
from features.cash_flow.summary import shortfall_month
from models.forecasts import centres
from models.intervals import Interval, bootstrap_by_firm, paired_difference

HORIZONS = (1, 3, 6, 12)
NEAR = 6  # months within which cash that runs thin is to be foretold
THIN = 0.5  # months of sales: who has less cannot pay the month's wages and suppliers from what is there
FORECASTS = {
    "p50": "expected (P50)",
    "projected": "projected (nobody acts)",
    "last": "last balance",
    "seasonal": "seasonal mean",
}
WARNINGS = {"p10": "cautious (P10)", **FORECASTS}


@dataclass(frozen=True)
class Backtest:
    """Projections of n firms and dates beside what came.

    Attributes
    ----------
    keys : DataFrame (n rows)
        `as_of_date`, `firm_id`, `level`.
    cash : (n, 12) float64
        What closing cash came to, in months of sales; NaN where not known.
    forecasts : mapping of the names of `WARNINGS` and "p90" -> (n, 12) float64
        In the same unit.
    """

    keys: pd.DataFrame
    cash: np.ndarray
    forecasts: Mapping[str, np.ndarray]

    def of(self, kept: np.ndarray) -> "Backtest":
        """Return the rows that are kept, (n,) bool."""
        return Backtest(
            self.keys[kept].reset_index(drop=True),
            self.cash[kept],
            {name: values[kept] for name, values in self.forecasts.items()},
        )

    def of_level(self, level: str) -> "Backtest":
        """Return one level's rows."""
        return self.of((self.keys["level"] == level).to_numpy())

    def measurable(self, month: int) -> "Backtest":
        """Return the rows whose month ahead is known, of the outcome and of every forecast."""
        columns = [self.cash[:, month - 1], *(values[:, month - 1] for values in self.forecasts.values())]
        return self.of(~np.isnan(np.stack(columns)).any(axis=0))

    @property
    def firms(self) -> np.ndarray:
        """Return each row's firm (n,)."""
        return self.keys["firm_id"].to_numpy()


def figure(found: Interval, digits: int = 2) -> str:
    """Return a value with its interval.

    Examples
    --------
    >>> figure(Interval(0.151, 0.149, 0.163))
    '0.15 [0.15, 0.16]'
    """
    value, low, high = (f"{one:.{digits}f}" for one in (found.value, found.low, found.high))
    return f"{value} [{low}, {high}]"


def markdown(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return a table, its first column text and the others figures."""
    rows = [head, ["---", *["---:"] * (len(head) - 1)], *lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def share(flags: np.ndarray, firms: np.ndarray, **rest) -> str:
    """Return how many of the flags (n,) are set, in per cent with interval; – where there is none."""
    if not len(flags):
        return "–"
    return figure(centres({"share": 100.0 * flags}, firms, "mean", **rest)["share"], 1)


def error_table(rows: Backtest, **rest) -> str:
    """Return the median absolute error of closing cash by level, month ahead and forecast."""
    lines = []
    for level in LEVELS[::-1]:
        for month in HORIZONS:
            here = rows.of_level(level).measurable(month)
            off = {name: np.abs(here.forecasts[name] - here.cash)[:, month - 1] for name in FORECASTS}
            pairs = [("p50", name) for name in ("projected", "last", "seasonal")]
            found = centres(off, here.firms, "median", less=pairs, **rest)
            cells = [figure(found[name]) for name in FORECASTS]
            cells += [figure(found[f"p50 − {name}"], 3) for _, name in pairs]
            lines.append([level, str(month), f"{len(here.cash):,}", *cells])
    head = ["level", "month", "rows", *FORECASTS.values()]
    return markdown([*head, "P50 − projected", "P50 − last balance", "P50 − seasonal mean"], lines)


def coverage_table(rows: Backtest, **rest) -> str:
    """Return how often cash came within P10 to P90, below and above, and the median error in per cent."""
    lines = []
    for level in LEVELS[::-1]:
        for month in HORIZONS:
            here = rows.of_level(level).measurable(month)
            cash = here.cash[:, month - 1]
            at = {name: values[:, month - 1] for name, values in here.forecasts.items()}
            below, above = cash < at["p10"], cash > at["p90"]
            some = cash > 0
            off = 100 * np.abs(at["p50"][some] / cash[some] - 1)
            off_pct = centres({"off": off}, here.firms[some], "median", **rest)["off"]
            shares = [share(one, here.firms, **rest) for one in (~(below | above), below, above)]
            lines.append([level, str(month), f"{len(cash):,}", *shares, figure(off_pct, 0)])
    head = ["level", "month", "rows", "within, %", "below P10, %", "above P90, %", "P50 off by, %"]
    return markdown(head, lines)


def first_thin(cash: np.ndarray) -> np.ndarray:
    """Return the first month (n,) of k with less cash than `THIN`, k + 1 where none has.

    Examples
    --------
    >>> first_thin(np.array([[0.6, 0.4, 0.9], [0.6, 0.6, 0.6]])).tolist()
    [2, 4]
    """
    thin = cash < THIN
    return np.where(thin.any(axis=1), thin.argmax(axis=1) + 1, cash.shape[1] + 1)


def thin_table(rows: Backtest, **rest) -> str:
    """Return how well each forecast tells who, not thin yet, runs thin within six months, and when."""
    lines = []
    for level in ("ledger", "monthly"):
        here = rows.of_level(level)
        whole = ~np.isnan(here.cash[:, :NEAR]).any(axis=1) & ~np.isnan(here.forecasts["p50"][:, 0])
        here = here.of(whole & (here.forecasts["last"][:, 0] >= THIN))
        when = first_thin(here.cash[:, :NEAR])
        happened = when <= NEAR
        for name, title in WARNINGS.items():
            told_at = first_thin(here.forecasts[name][:, :NEAR])
            told = told_at <= NEAR
            hit = told & happened
            cells = [(happened, told), (told, happened), (np.abs(told_at - when) <= 1, hit)]
            lines.append(
                [level, f"{len(when):,}", f"{happened.sum():,}", title, f"{told.sum():,}"]
                + [share(flags[of], here.firms[of], **rest) for flags, of in cells]
            )
    head = ["level", "rows", "ran thin", "forecast", "foretold", "precision, %", "recall, %"]
    return markdown([*head, "month right, %"], lines)


# what firms are ranked by: the least of so many months
RANKED = {
    "projected": ("lowest projected cash", 12),
    "p10": ("lowest P10", 12),
    "p50": ("lowest P50", 12),
    "seasonal": ("lowest seasonal mean", 12),
    "last": ("last balance", 1),
}


def trouble_table(rows: Backtest, labels: pd.DataFrame, **rest) -> str:
    """Return how cash to come ranks firms that default, or are rescheduled, within twelve months.

    Parameters
    ----------
    rows : Backtest
    labels : DataFrame
        `as_of_date`, `firm_id`, `label`, `rescheduled`.
    """
    lines = []
    for level in LEVELS[::-1]:
        here = rows.of_level(level)
        with_labels = here.keys.merge(labels, on=["as_of_date", "firm_id"], how="left", validate="1:1")
        judged = with_labels["label"].notna().to_numpy() & ~np.isnan(here.forecasts["p10"][:, 0])
        here, with_labels = here.of(judged), with_labels[judged]
        defaults = with_labels["label"].to_numpy(dtype=np.float64) == 1
        eased = with_labels["rescheduled"].astype("float64").fillna(0.0).to_numpy() > 0
        scores = {
            title: -here.forecasts[name][:, :months].min(axis=1) for name, (title, months) in RANKED.items()
        }
        short = shortfall_month(here.forecasts["projected"]) <= HORIZONS[-1]
        for event, happened in (("default", defaults), ("default or rescheduling", defaults | eased)):
            y = happened.astype(np.float64)
            aucs = [bootstrap_by_firm(y, one, here.firms, ["auc"], **rest)["auc"] for one in scores.values()]
            first, last = scores["lowest projected cash"], scores["last balance"]
            aucs.append(paired_difference(y, first, last, here.firms, ["auc"], **rest)["auc"])
            cells = [(short, np.ones(len(y), dtype=bool)), (happened, short), (short, happened)]
            lines.append(
                [level, event, f"{len(y):,}", f"{happened.sum():,}", *(figure(one, 3) for one in aucs)]
                + [share(flags[of], here.firms[of], **rest) for flags, of in cells]
            )
    head = ["level", "event", "rows", "events", *scores, "projected − last balance"]
    return markdown([*head, "projected short, %", "precision, %", "recall, %"], lines)
