"""A firm's books as tables: every account ever used, period by period, and the truth where it differs."""

import numpy as np
import pandas as pd

from features import ratios
from features.account_sums import debt, ebitda, payables, receivables
from intake.accounts import Account, load_accounts
from review.formats import number
from review.grid import Grid, Row
from review.labels import Words, label
from review.life_frames import Frames, books, latest

MONTHS = 12  # trial balances shown before the end
YEAR_DAYS = (360, 370)  # a closing so many days before is the year before
DECIMALS = {"labor_productivity_yen": 0, "net_debt_ebitda_ratio": 1, "owc_months": 1}
PER_SHOWN = {"labor_productivity_yen": 1000.0}  # shown in thousand yen a head


def closings_grid(frames: Frames) -> Grid:
    """Return every closing, thousand yen, with true figures, staff and the six indicators.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        One firm's tables; true figures come from ``truth/closings`` alone.
    """
    annual = books(frames["statements"], "annual")
    true = frames["truth/closings"]
    if len(true):
        true = true.drop_duplicates("period_end", keep="last").set_index("period_end")
    staff = latest(frames["headcounts"], "period_end").set_index("period_end")["employees"]
    staff = staff.reindex(annual.index)
    rows = _account_rows(annual, true.reindex(annual.index) if len(true) else None)
    rows.append(Row(label("statement", "six"), [""] * len(annual), "block"))
    rows.append(Row(label("statement", "staff"), [number(value) for value in staff]))
    six = six_indicators(annual, staff)
    rows += [Row(label("indicator", name), cells, "six") for name, cells in six.items()]
    return Grid([f"{end:%Y-%m}" for end in annual.index], rows)


def trial_grid(frames: Frames, until: pd.Timestamp) -> Grid:
    """Return the trial balances of the last twelve months up to `until`, thousand yen; empty without any."""
    trial = books(frames["statements"], "trial")
    trial = trial[trial.index <= until]
    if trial.empty:
        return Grid([], [])
    ends = pd.date_range(end=trial.index[-1], periods=MONTHS, freq="ME")
    shown = trial.reindex(ends)
    missing = shown["known_date"].isna().tolist()
    return Grid([f"{end:%Y-%m}" for end in ends], _account_rows(shown, None), missing)


def _account_rows(shown: pd.DataFrame, true: pd.DataFrame | None) -> list[Row]:
    """Return a row for each account that is ever used, and beneath it what is true where that differs."""
    rows = []
    for statement in ("PL", "BS"):
        rows.append(Row(label("statement", statement), [""] * len(shown), "block"))
        for account in load_accounts():
            if account.statement != statement or account.name not in shown:
                continue
            values = shown[account.name]
            other = _other(true, account.name, values)
            if not (values.fillna(0) != 0).any() and other is None:
                continue
            style = "total" if account.kind == "total" else ""
            rows.append(Row(_name(account), [number(value / 1000) for value in values], style))
            if other is not None:
                rows.append(Row(label("lane", "truth"), [_or_blank(value) for value in other], "true"))
    return rows


def _name(account: Account) -> Words:
    return Words(account.label_ja, account.label_en)


def _other(true: pd.DataFrame | None, name: str, shown: pd.Series) -> pd.Series | None:
    """Return an account's true values where they are not what is shown, NaN elsewhere; None if nowhere."""
    if true is None or name not in true:
        return None
    differs = true[name].notna() & (true[name] != shown)
    return true[name].where(differs) if differs.any() else None


def _or_blank(value: float) -> str:
    return "" if np.isnan(value) else number(value / 1000)


def six_indicators(annual: pd.DataFrame, staff: pd.Series) -> dict[str, list[Words | str]]:
    """Return ロカベン's six of each closing as the table prints them, by feature name.

    Parameters
    ----------
    annual : DataFrame by period end, yen
    staff : Series by period end

    Returns
    -------
    dict
        A figure, or the words for why there is none.
    """
    accounts = {a.name: _values(annual, a.name) for a in load_accounts()}
    sales, profit = accounts["sales"], accounts["operating_profit"]
    found = (
        ratios.sales_growth(sales, _year_before(annual, sales)),
        ratios.op_margin(profit, sales),
        ratios.labor_productivity(profit, staff.to_numpy(dtype="float64")),
        ratios.net_debt_ebitda(debt(accounts), accounts["cash_deposits"], ebitda(accounts)),
        ratios.owc_turnover(receivables(accounts), accounts["inventories"], payables(accounts), sales),
        ratios.equity_ratio(accounts["net_assets"], accounts["total_assets"]),
    )
    return {
        name: [_figure(name, value, status) for value, status in zip(ratio.value, ratio.status, strict=True)]
        for name, ratio in zip(ratios.LOCABEN_INDICATORS, found, strict=True)
    }


def _figure(name: str, value: float, status: float) -> Words | str:
    if status != ratios.OK:
        return label("ratio_status", ratios.STATUS_NAMES[int(status)])
    return number(value / PER_SHOWN.get(name, 1.0), DECIMALS.get(name, 1))


def _values(annual: pd.DataFrame, name: str) -> np.ndarray:
    if name not in annual:
        return np.full(len(annual), np.nan)
    return annual[name].to_numpy(dtype="float64")


def _year_before(annual: pd.DataFrame, values: np.ndarray) -> np.ndarray:
    """Return the values of the closing a year before, NaN where that is not there."""
    before = np.full(len(values), np.nan)
    days = np.diff(annual.index.to_numpy()).astype("timedelta64[D]").astype(int)
    is_year = (days >= YEAR_DAYS[0]) & (days <= YEAR_DAYS[1])
    before[1:] = np.where(is_year, values[:-1], np.nan)
    return before


def bank_versions(frames: Frames) -> list[tuple[str, str, Words, str, str]]:
    """Return (period, bank, account, shown to the association, shown to the bank) where the two differ.

    Only lines of a statement that are parts or totals; amounts in thousand yen.
    """
    annual = frames["statements"][frames["statements"]["kind"].eq("annual").to_numpy()]
    own = books(annual, "annual")
    copies = latest(annual[annual["source_actor"].str.startswith("bank:")], "period_end", "source_actor")
    found = []
    for copy in copies.to_dict("records"):
        end = copy["period_end"]
        for account in load_accounts():
            here, there = own.loc[end, account.name], copy[account.name]
            if here != there and not (pd.isna(here) and pd.isna(there)):
                shown = (number(here / 1000), number(there / 1000))
                found.append((f"{end:%Y-%m}", copy["source_actor"], _name(account), *shown))
    return found
