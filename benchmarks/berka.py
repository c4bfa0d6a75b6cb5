"""Berka's accounts (PKDD'99): cash one to three months ahead, and what flows say about the loan.

What is measured, and on what, stands in docs/benchmarks.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedKFold

from benchmarks.berka_accounts import Accounts, read_accounts
from benchmarks.differences import verdict
from benchmarks.published import references
from features import account_flows
from features.cash_flow.bands import expected_cash, fit_bands, forecast_errors
from features.cash_flow.naive import last_balance, seasonal_mean
from features.cash_flow.observed import became, cash_swing, observed_cash
from features.cash_flow.projection import Projection, project
from features.panel import MONTHS, Panel
from models.baselines import logistic_regression
from models.booster import margins, train_booster
from models.forecasts import centres
from models.intervals import Interval, interval_of, resample
from models.metrics import metric
from models.records import Record, record
from models.time_splits import place_of_firm

AHEAD = (1, 2, 3)
FEWEST_MONTHS = 6  # known months before a forecast: half a year of flows
YEAR = 12
FOLDS, REPEATS = 5, 10
CASH_FOLDS = 10
DAY = pd.Timestamp("2000-12-31")  # stands for the day of every loan: months are counted back from it
ALONE = {"lowest_balance_days": -1.0, "thin_balance_count": 1.0}  # features, and the way they speak of risk
FORECASTS = ("yocho P50", "last balance", "seasonal mean", "mean flow")
# few trees and shallow: 24 bad loans to learn from; the same as for the Spanish set
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


def run(
    data: Path,
    *,
    seed: int,
    num_threads: int,
    progress: Callable[[int, int, str], None],
    n_resamples: int = 500,
) -> list[Record]:
    """Forecast balances out of account, and rank the loans by repeated cross-validation.

    Parameters
    ----------
    data : Path
        Folder with ``berka``.
    """
    accounts = read_accounts(data)
    progress(0, 2, "berka: balances")
    records = balance_records(accounts, seed=seed, n_resamples=n_resamples)
    progress(1, 2, "berka: loans")
    records += loan_records(
        accounts, seed=seed, num_threads=num_threads, progress=progress, n_resamples=n_resamples
    )
    progress(2, 2, "berka: loans")
    return records


def panel_of(accounts: Accounts, back: int = 0) -> Panel:
    """Return what account flows told so many months before the loans."""
    flows = {}
    for name, values in accounts.flows.items():
        flows[name] = np.full(values.shape, np.nan)
        flows[name][:, back:] = values[:, : MONTHS - back]
    panel = Panel.empty(list(accounts.account_ids), DAY - pd.offsets.MonthEnd(back))
    age = np.where(np.isnan(flows["end_balance"][:, -1]), np.nan, 0.0)
    return replace(panel, flows=flows, flows_age_months=age)


def project_flows(panel: Panel) -> Projection:
    """Return projections by flows alone: each month as the mean of the last twelve; the unit is their inflow.

    There are no books, so `features.cash_flow.projection.project` would have none; all that comes after it
    is the product's own.
    """
    inflow, outflow = (panel.flows[name][:, -YEAR:] for name in ("inflow", "outflow"))
    known = ~np.isnan(inflow)
    count = known.sum(axis=1)
    enough = (count >= FEWEST_MONTHS) & known[:, -1]
    mean_in, mean_out = (
        np.where(enough, np.where(known, flow, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)
        for flow in (inflow, outflow)
    )
    enough &= mean_in > 0
    last = np.where(enough, panel.flows["end_balance"][:, -1], np.nan)
    from_flows = np.ones(len(panel), dtype=bool)
    nothing = project(panel)
    operating = (mean_in - mean_out)[:, None] * np.arange(1, nothing.closing.shape[1] + 1)
    return replace(
        nothing,
        level=np.where(enough, "monthly", "none").astype(object),
        opening=last,
        opening_age_months=np.where(enough, 0.0, np.nan),
        last_cash=last,
        from_flows=from_flows,
        swing=np.where(enough, cash_swing(panel, from_flows), np.nan),
        operating=operating,
        closing=last[:, None] + operating,
        monthly_sales=np.where(enough, mean_in, np.nan),
    )


def balance_records(accounts: Accounts, *, seed: int, n_resamples: int) -> list[Record]:
    """Return errors of end balances, in months of inflow, and what the band of other accounts covers."""
    later = panel_of(accounts)
    found = []
    for back in range(AHEAD[-1], MONTHS - FEWEST_MONTHS):
        panel = panel_of(accounts, back)
        one = project_flows(panel)
        cash = became(one.firm_ids, one.from_flows, panel.as_of_date, later)
        cash[:, AHEAD[-1] :] = np.nan  # every date has the same months ahead
        found.append((one, cash, seasonal_mean(one, observed_cash(panel).flows)))
    errors = pd.concat([forecast_errors(one, cash) for one, cash, _ in found], ignore_index=True)
    fold = np.floor(place_of_firm(accounts.account_ids.astype("str"), seed=seed) * CASH_FOLDS).astype(int)
    fold_of = pd.Series(fold, index=accounts.account_ids)
    fold_of_error = errors["firm_id"].map(fold_of).to_numpy()
    rows = []
    for k in range(CASH_FOLDS):
        bands = fit_bands(errors[fold_of_error != k])
        rows += [_rows(one, cash, seasonal, bands, fold == k) for one, cash, seasonal in found]
    frame = pd.concat(rows, ignore_index=True)
    return [record for month in AHEAD for record in _month(frame, month, seed=seed, n_resamples=n_resamples)]


def _rows(
    one: Projection, cash: np.ndarray, seasonal: np.ndarray, bands: pd.DataFrame, kept: np.ndarray
) -> pd.DataFrame:
    """Return a row for each account kept and month ahead that is known, in months of inflow."""
    expected = expected_cash(one, bands)
    ways = {"cash": cash, "yocho P50": expected["p50"], "p10": expected["p10"], "p90": expected["p90"]}
    ways |= {"last balance": last_balance(one), "seasonal mean": seasonal, "mean flow": one.closing}
    row, column = np.nonzero((kept & one.is_known)[:, None] & ~np.isnan(cash))
    values = {name: (amount / one.monthly_sales[:, None])[row, column] for name, amount in ways.items()}
    return pd.DataFrame({"account": one.firm_ids[row], "month": column + 1, **values})


def _month(frame: pd.DataFrame, month: int, *, seed: int, n_resamples: int) -> list[Record]:
    here = frame[frame["month"] == month]
    accounts, rest = here["account"].to_numpy(), {"seed": seed, "n_resamples": n_resamples}
    where = {
        "benchmark": "berka", "data": "balances", "split": f"{month} months ahead", "n": len(here),
        "positives": 0,
    }  # fmt: skip
    off = {name: np.abs(here[name] - here["cash"]).to_numpy() for name in FORECASTS}
    less = [(FORECASTS[0], name) for name in FORECASTS[1:]]
    found = centres(off, accounts, "median", less=less, **rest)
    records = [record(found[name], model=name, metric="median_error_months", **where) for name in FORECASTS]
    for first, second in less:
        at = found[f"{first} − {second}"]
        model = f"{first} less {second}"
        less_is_better = verdict(Interval(-at.value, -at.high, -at.low))
        records.append(
            record(at, model=model, metric="median_error_months", reference=less_is_better, **where)
        )
    shares = {
        "within P10 to P90": here["cash"].between(here["p10"], here["p90"]),
        "below P10": here["cash"] < here["p10"],
    }
    found = centres({name: 100.0 * one.to_numpy() for name, one in shares.items()}, accounts, "mean", **rest)
    return records + [record(found[name], model=name, metric="share_pct", **where) for name in shares]


def loan_records(
    accounts: Accounts,
    *,
    seed: int,
    num_threads: int,
    progress: Callable[[int, int, str], None],
    n_resamples: int,
) -> list[Record]:
    """Return AUC of the lowest balance alone and of models of flows, and paired differences."""
    y, lowest = accounts.bad, -accounts.lowest
    flows = pd.DataFrame(account_flows.compute(panel_of(accounts)))
    known = flows.loc[:, flows.notna().mean() > 0.5]  # growth on the year before takes two years of flows
    inputs = {"flows": known, "flows and lowest balance": known.assign(lowest_balance=accounts.lowest)}
    # ranked as they stand, nothing fitted; an account without a figure stands in the middle
    alone = {"lowest balance": lowest} | {
        f"{name} alone": np.nan_to_num(sign * flows[name], nan=float(np.nanmedian(sign * flows[name])))
        for name, sign in ALONE.items()
    }
    scores = {name: np.tile(one, (REPEATS, 1)) for name, one in alone.items()}
    makers = {"logistic": _logistic, "yocho": _booster}
    for done, (data, X) in enumerate(inputs.items()):
        for name, fit in makers.items():
            scores[f"{name}, {data}"] = np.stack([
                cross_validated(X, y, fit, seed=seed + k, num_threads=num_threads) for k in range(REPEATS)
            ])  # fmt: skip
        progress(done, len(inputs), "berka: loans")
    where = {
        "benchmark": "berka", "data": "loans", "split": f"{REPEATS} × {FOLDS}-fold", "n": len(y),
        "positives": int(y.sum()),
    }  # fmt: skip
    published = references("berka", "loans", where["split"])
    measured = auc_over_repeats(y, scores, accounts.account_ids, n_resamples=n_resamples, seed=seed)
    records = []
    for name, drawn in measured.items():
        reference = published.get((name, "auc"))
        records.append(record(interval_of(*drawn), model=name, metric="auc", reference=reference, **where))
    base = measured["lowest balance"]
    for name in list(scores)[1:]:
        value, drawn = measured[name]
        gain = interval_of(value - base[0], drawn - base[1])
        records.append(
            record(gain, model=f"{name} less lowest balance", metric="auc", reference=verdict(gain), **where)
        )
    return records


def _logistic(X: pd.DataFrame, y: np.ndarray, other: pd.DataFrame, seed: int, num_threads: int) -> np.ndarray:
    return logistic_regression().fit(X.to_numpy(), y).decision_function(other.to_numpy())


def _booster(X: pd.DataFrame, y: np.ndarray, other: pd.DataFrame, seed: int, num_threads: int) -> np.ndarray:
    booster = train_booster(
        X, y, params=PARAMS, num_boost_round=ROUNDS, monotone=[0] * X.shape[1], seed=seed,
        num_threads=num_threads,
    )  # fmt: skip
    return margins(booster, other, num_threads)


def cross_validated(
    X: pd.DataFrame, y: np.ndarray, fit: Callable[..., np.ndarray], *, seed: int, num_threads: int
) -> np.ndarray:
    """Return each row's score (n,) by a model of the other folds; folds hold as many bad loans each."""
    scores = np.full(len(y), np.nan)
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(X, y):
        scores[test] = fit(X.iloc[train], y[train], X.iloc[test], seed, num_threads)
    return scores


def auc_over_repeats(
    y: np.ndarray, scores: Mapping[str, np.ndarray], ids: np.ndarray, *, n_resamples: int, seed: int
) -> dict[str, tuple[float, np.ndarray]]:
    """Return each model's mean AUC over the repeats, and in each resample of accounts (n_resamples,)."""
    flat = {f"{name}|{k}": one for name, repeats in scores.items() for k, one in enumerate(repeats)}
    drawn, _ = resample(y, flat, ids, ["auc"], n_resamples=n_resamples, seed=seed)
    auc = metric("auc")
    return {
        name: (
            float(np.mean([auc(y, one) for one in repeats])),
            np.mean([drawn[f"{name}|{k}", "auc"] for k in range(len(repeats))], axis=0),
        )
        for name, repeats in scores.items()
    }
