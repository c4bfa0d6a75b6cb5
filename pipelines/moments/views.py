"""What an institution sees of each firm on quarterly dates, by the product's own panel and ratios."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from features import closings, grades, per_firm
from features.closings import six_indicators
from features.locaben import bounds_of, score_indicator
from features.panel import Panel, build_panel, prepare
from features.tier import tier_of
from intake.store import chunk_names, read_chunk
from models.cohorts import MEMBERS, label_cohorts

RATIOS = (
    "sales_growth_pct", "op_margin_pct", "labor_productivity_yen", "net_debt_ebitda_ratio",
    "net_debt_ebitda_status", "owc_months", "equity_ratio_pct", "cash_months", "ar_months", "inv_months",
    "debt_sales_months", "debt_years", "altman_z2", "is_insolvent",
    "sales_growth_numerator_yen", "sales_growth_denominator_yen",
)  # fmt: skip
RELIEF_MONTHS = 12  # a rescheduling speaks of a year's repayments, then it is asked for anew
RULES = {"horizon_months": 12, "reporting_lag_months": 3}  # as params.yaml has them


def quarters(first: str, last: str) -> list[pd.Timestamp]:
    """Return the quarters' last days.

    Examples
    --------
    >>> [f"{day:%Y-%m-%d}" for day in quarters("2016-01-01", "2016-07-31")]
    ['2016-03-31', '2016-06-30']
    """
    return list(pd.date_range(first, last, freq="QE", unit="ms"))


def view(panel: Panel) -> pd.DataFrame:
    """Return one row a firm: tier, size, latest closing's ratios and scores, credit, arrears, relief.

    Parameters
    ----------
    panel : Panel
        Of F firms on one date.

    Returns
    -------
    DataFrame (F rows)
        `as_of_date`, `firm_id`, `tier`, `industry`, `size_class`, `closing_end`, `employees`, `RATIOS`, the
        six `*_score`, `crd_grade`, `guarantees` (count with a balance), `balance_yen` and `amount_yen` (their
        sums), `in_arrears` (known), `is_eased`, and for each scheme with a balance a column `scheme_<name>`.
    """
    n, as_of = len(panel), np.datetime64(panel.as_of_date, "D")
    found = closings.compute(panel)
    industry, size = (panel.firms[name].to_numpy(dtype=object) for name in ("industry", "size_class"))
    scores = {
        f"{name}_score": score_indicator(name, one.value, one.status, bounds_of(name, industry, size))
        for name, one in six_indicators(panel).items()
    }
    arrears, events = panel.facts["arrears"], panel.facts["events"]
    end = per_firm.days(arrears["cleared_date"])
    owing = arrears["row"].to_numpy()[np.isnat(end) | (end > as_of)]
    since = per_firm.days(events["event_date"]) > per_firm.months_back(panel.as_of_date, RELIEF_MONTHS)
    eased = (events["kind"] == "rescheduling").to_numpy() & since
    columns = {
        "as_of_date": pd.Series(panel.as_of_date, index=range(n), dtype="datetime64[ms]"),
        "firm_id": panel.firm_ids,
        "tier": tier_of(panel),
        "industry": industry,
        "size_class": size,
        "closing_end": panel.closing_end[:, -1].astype("datetime64[ms]"),
        "employees": panel.employees[:, -1],
        **{name: found[name] for name in RATIOS if name in found},
        **scores,
        "crd_grade": grades.compute(panel)["crd_grade"],
        **_guarantees(panel, n),
        "in_arrears": per_firm.count(owing, n) > 0,
        "is_eased": per_firm.count(events["row"].to_numpy()[eased], n) > 0,
    }
    frame = pd.DataFrame(columns)
    return frame.astype(dict.fromkeys(["firm_id", "tier", "industry", "size_class"], "str"))


def _guarantees(panel: Panel, n: int) -> dict[str, np.ndarray]:
    open_ = panel.facts["guarantees"]
    open_ = open_[open_["balance"] > 0]
    row = open_["row"].to_numpy()
    by_scheme = {
        f"scheme_{name}": per_firm.count(row[(open_["scheme"] == name).to_numpy()], n) > 0
        for name in sorted(open_["scheme"].unique())
    }
    return {
        "guarantees": per_firm.count(row, n),
        "balance_yen": per_firm.total(row, open_["balance"].to_numpy(), n),
        "amount_yen": per_firm.total(row, open_["amount"].to_numpy(), n),
        **by_scheme,
    }


def chunk_views(raw: Path, days: Sequence[pd.Timestamp], chunk: str) -> pd.DataFrame:
    """Return the views of one chunk's members on every day, with labels where the window is complete."""
    tables = read_chunk(raw, chunk)
    prepared = prepare(tables)
    frames = pd.concat([view(build_panel(prepared, day)) for day in days], ignore_index=True)
    labels = label_cohorts(tables["firms"], tables["events"], days, label_cutoff_date=days[-1], **RULES)
    members = labels.loc[labels["status"].isin(MEMBERS), ["as_of_date", "firm_id", "label"]]
    return frames.merge(members, on=["as_of_date", "firm_id"], how="inner", validate="1:1")


def all_views(raw: Path, days: Sequence[pd.Timestamp], *, workers: int = 1) -> pd.DataFrame:
    """Return the views of every chunk of simulated raw tables, sorted by day and firm.

    Parameters
    ----------
    raw : Path
        Folder as `simulator.portfolio.simulate` writes it: parts of all tables hold the same firms.
    days : sequence of Timestamp
        Month ends, the last one the day up to which events are known.
    workers : int
        Processes; no figure depends on it.
    """
    chunks = chunk_names(raw)
    work = partial(chunk_views, raw, days)
    if workers == 1:
        frames = [work(chunk) for chunk in chunks]
    else:
        with ProcessPoolExecutor(workers) as pool:
            frames = list(pool.map(work, chunks))
    whole = pd.concat(frames, ignore_index=True)
    schemes = [name for name in whole if name.startswith("scheme_")]
    whole = whole.astype(dict.fromkeys(schemes, "boolean")).fillna(dict.fromkeys(schemes, False))
    whole = whole.astype(dict.fromkeys(schemes, bool))
    return whole.sort_values(["as_of_date", "firm_id"], ignore_index=True)
