"""Other ways to project, tried on the same test dates: what each does to the error of projected cash."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from features.cash_flow.assumptions import DEFAULTS
from features.cash_flow.axis import calendar_months
from features.cash_flow.books import YEAR, known_months, own_season
from features.cash_flow.collection import LAGS, count_lags
from features.cash_flow.items import ledger_month, read_sides
from features.cash_flow.level import LEVELS
from features.cash_flow.observed import became
from features.cash_flow.projection import project
from features.panel import Panel, build_panel, prepare
from intake.store import read_chunk
from models.forecasts import centres
from pipelines.backtest_tables import HORIZONS, Backtest, figure, markdown

AS_IS = "as it is"
VARIANTS = {
    AS_IS: "loans repaid as agreed, those without instalments renewed, nothing new borrowed",
    "nothing renewed": "loans without instalments are repaid when they mature",
    "loans held still": "neither repayments nor new loans",
    "industry season": "firms without a season of their own have their industry's, fitted in training",
    "fitted collection": "the prior of collection lags fitted in training",
}


@dataclass(frozen=True)
class Fitted:
    """What two of the variants fit in training: seasonal index by industry, and the prior hazards (7,)."""

    season: Mapping[str, np.ndarray]
    hazard: tuple[float, ...]


def sums_of(interim: Path, day: pd.Timestamp, chunk: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Return one chunk's sums for `fit`: own seasons by industry, and claims paid and at risk by lag."""
    panel = build_panel(prepare(read_chunk(interim, chunk)), day)
    own = own_season(known_months(panel, "sales"), calendar_months(day))
    known = ~np.isnan(own).any(axis=1)
    seasons = pd.DataFrame(own[known]).assign(n=1.0).groupby(panel.firms["industry"][known].to_numpy()).sum()
    sides = read_sides(panel)
    lags = np.zeros((2, LAGS))
    for items in sides:
        lags += np.stack(count_lags(items, ledger_month(sides), np.zeros(len(items.row), dtype=int), 1))[:, 0]
    return seasons, lags


def fit(sums: Sequence[tuple[pd.DataFrame, np.ndarray]]) -> Fitted:
    """Fit the variants from the chunks' sums; a lag that nothing was at risk at keeps its default."""
    seasons = pd.concat([seasons for seasons, _ in sums]).groupby(level=0).sum()
    paid, at_risk = np.sum([lags for _, lags in sums], axis=0)
    hazard = np.where(at_risk > 0, paid / np.maximum(at_risk, 1.0), DEFAULTS.prior_hazard)
    by_industry = seasons.drop(columns="n").div(seasons["n"], axis=0)
    index = {industry: row.to_numpy() / row.mean() for industry, row in by_industry.iterrows()}
    return Fitted(index, tuple(float(one) for one in hazard))


def rows_of(panel: Panel, later: Panel, fitted: Fitted) -> Backtest:
    """Return closing cash of one panel's firms by every variant, and what it came to, in months of sales."""
    base = project(panel)
    flat = np.ones(YEAR)
    season = np.array([fitted.season.get(industry, flat) for industry in panel.firms["industry"]])
    closing = {
        AS_IS: base.closing,
        "nothing renewed": project(panel, rules=replace(DEFAULTS, renews_bullets=False)).closing,
        "loans held still": base.last_cash[:, None] + base.operating,
        "industry season": project(panel, season=season.reshape(len(panel), YEAR)).closing,
        "fitted collection": project(panel, rules=replace(DEFAULTS, prior_hazard=fitted.hazard)).closing,
    }
    sales = np.where(base.monthly_sales > 0, base.monthly_sales, np.nan)[:, None]
    keys = {"as_of_date": panel.as_of_date, "firm_id": base.firm_ids, "level": base.level}
    cash = became(base.firm_ids, base.from_flows, panel.as_of_date, later)
    kept = base.is_known & (base.monthly_sales > 0)
    forecasts = {name: values / sales for name, values in closing.items()}
    return Backtest(pd.DataFrame(keys), cash / sales, forecasts).of(kept)


def variants_table(rows: Backtest, **rest) -> str:
    """Return each variant's median absolute error, and its difference from the projection as it is."""
    lines = []
    others = [name for name in VARIANTS if name != AS_IS]
    for level in LEVELS[::-1]:
        for month in HORIZONS:
            here = rows.of_level(level).measurable(month)
            off = {name: np.abs(here.forecasts[name] - here.cash)[:, month - 1] for name in VARIANTS}
            found = centres(off, here.firms, "median", less=[(name, AS_IS) for name in others], **rest)
            cells = [figure(found[AS_IS])] + [figure(found[f"{name} − {AS_IS}"], 3) for name in others]
            lines.append([level, str(month), f"{len(here.cash):,}", *cells])
    return markdown(["level", "month", "rows", AS_IS, *(f"{name} − {AS_IS}" for name in others)], lines)
