"""What a firm owes and is owed: loans, guarantees by scheme, and due items by counterparty."""

from dataclasses import dataclass

import pandas as pd

from intake.contracts import DEFAULT_KINDS
from review.labels import Words, label
from review.life_frames import Frames, books, latest
from review.life_series import YEAR, account, balances_by_loan, year_sum

MOST = 10  # counterparties of a side shown by name
OWN_RISK = Words("プロパー", "own risk")


@dataclass(frozen=True)
class Loan:
    """One loan from its first row to its last; amounts in yen."""

    loan_id: str
    lender: str
    scheme: Words
    executed: pd.Timestamp
    amount: float
    rate_pct: float
    monthly_first: float
    monthly_last: float
    maturity_first: pd.Timestamp
    maturity_last: pd.Timestamp
    grace_until: pd.Timestamp
    balance: float
    known: pd.Timestamp


def loans(frames: Frames) -> list[Loan]:
    """Return every loan known, oldest first; a guaranteed one carries its scheme's name."""
    schemes = latest(frames["guarantees"], "guarantee_id").set_index("guarantee_id")["scheme"]
    found = []
    for loan_id, rows in frames["loans"].sort_values("known_date", kind="stable").groupby("loan_id"):
        first, last = rows.iloc[0], rows.iloc[-1]
        paying = rows[rows["balance"] > 0]
        still = paying.iloc[-1] if len(paying) else last  # the row of a repaid loan keeps its last terms
        guarantee = first["guarantee_id"]
        words = OWN_RISK if pd.isna(guarantee) else label("scheme", schemes.get(guarantee, guarantee))
        found.append(
            Loan(loan_id, first["lender"], words, first["executed"], first["amount"], last["rate_pct"],
                 first["monthly_repayment"], still["monthly_repayment"], first["maturity"], still["maturity"],
                 first["grace_until"], last["balance"], last["known_date"])
        )  # fmt: skip
    return sorted(found, key=lambda loan: (loan.executed, loan.loan_id))


@dataclass(frozen=True)
class Relief:
    """What a rescheduling changed, and the cash there was; NaN where the tables do not tell."""

    agreed: float  # yen a month, of the loans that go on
    paid: float  # … by what their balances fell in the year after it
    cash_months: float  # of sales


def reliefs(frames: Frames) -> dict[pd.Timestamp, Relief]:
    """Return each rescheduling by its day.

    Loans' rows keep the instalment once agreed, so what is paid under relief is read off the balances at
    quarters' ends: of loans open at the first one and the last one within a year and before a default.
    """
    events = frames["events"]
    defaults = events.loc[events["kind"].isin(DEFAULT_KINDS).to_numpy(), "event_date"]
    found = events.loc[events["kind"].eq("rescheduling").to_numpy(), "event_date"]
    wide = balances_by_loan(frames["loans"])
    if len(defaults):
        wide = wide[wide.index < defaults.min()]
    cash = _cash_months(frames)
    return {day: Relief(*_instalments(frames["loans"], wide, day), _as_of(cash, day)) for day in found}


def _instalments(loans: pd.DataFrame, wide: pd.DataFrame, day: pd.Timestamp) -> tuple[float, float]:
    """Return what was to be paid a month and what was, yen."""
    within = wide.index[(wide.index >= day) & (wide.index <= day + pd.DateOffset(years=1))]
    if len(within) < 2:
        return float("nan"), float("nan")
    first, last = within[0], within[-1]
    open_ = wide.columns[((wide.loc[first] > 0) & (wide.loc[last] > 0)).to_numpy()]
    terms = latest(loans[loans["loan_id"].isin(open_).to_numpy()], "loan_id")
    # loans still without repayment then, and those repaid in one sum, are no part of it
    paying = terms[((terms["monthly_repayment"] > 0) & ~(terms["grace_until"] > day)).to_numpy()]
    names = list(paying["loan_id"])
    if not names:
        return float("nan"), float("nan")
    months = (last.year - first.year) * YEAR + last.month - first.month
    fall = float((wide.loc[first, names] - wide.loc[last, names]).sum())
    return float(_instalment_before(loans, names, day)), fall / months


def _instalment_before(loans: pd.DataFrame, names: list[str], day: pd.Timestamp) -> float:
    rows = loans[(loans["loan_id"].isin(names) & (loans["known_date"] <= day)).to_numpy()]
    return float(latest(rows, "loan_id")["monthly_repayment"].sum())


def _cash_months(frames: Frames) -> pd.Series:
    """Return cash in months of sales by period end: of trial balances, and of closings."""
    annual, trial = books(frames["statements"], "annual"), books(frames["statements"], "trial")
    year = year_sum(account(trial, "sales")).reindex(trial.index)
    parts = [
        account(one, "cash_deposits") / (sales / YEAR).where(lambda value: value > 0)
        for one, sales in ((annual, account(annual, "sales")), (trial, year))
    ]
    both = pd.concat([part.dropna() for part in parts])
    return both[~both.index.duplicated(keep="last")].sort_index()


def _as_of(values: pd.Series, day: pd.Timestamp) -> float:
    """Return the last value of the year up to a day, NaN where there is none."""
    past = values[(values.index <= day) & (values.index > day - pd.DateOffset(years=1))]
    return float(past.iloc[-1]) if len(past) else float("nan")


def guaranteed_by_scheme(frames: Frames, until: pd.Timestamp) -> list[tuple[Words, int, float]]:
    """Return (scheme, number of guarantees, balance in yen) of what was known on a day, largest first."""
    rows = frames["guarantees"]
    rows = latest(rows[(rows["known_date"] <= until).to_numpy()], "guarantee_id")
    rows = rows[(rows["balance"] > 0).to_numpy()]
    of_scheme = rows.groupby("scheme")["balance"]
    yen = of_scheme.sum().sort_values(ascending=False)
    return [
        (label("scheme", scheme), int(of_scheme.size()[scheme]), float(yen[scheme])) for scheme in yen.index
    ]


@dataclass(frozen=True)
class Counterparty:
    """One counterparty's items; amounts in yen, shares of 1, `days` from issue to due date."""

    side: Words
    name: str
    instruments: Words
    items: int
    yen: float
    share: float
    days: float
    late_share: float
    late_days: float
    open_yen: float
    first: pd.Timestamp
    last: pd.Timestamp


def counterparties(frames: Frames) -> list[Counterparty]:
    """Return due items by side and counterparty, largest first, those beyond `MOST` as one.

    Items written off count with what they were made for: the amount of their first row.
    """
    items = frames["due_items"]
    if items.empty:
        return []
    today = items["known_date"].max()
    made = items.sort_values("known_date", kind="stable").groupby("item_id")["amount"].first()
    rows = latest(items, "item_id").set_index("item_id").assign(made=made)
    settled = rows["settled_date"].fillna(today)
    late = (settled - rows["due"]).dt.days.clip(lower=0)
    rows = rows.assign(late=late, days=(rows["due"] - rows["issued"]).dt.days,
                       open=rows["amount"].where(rows["settled_date"].isna(), 0.0))  # fmt: skip
    found = []
    for side in ("receivable", "payable"):
        of_side = rows[rows["side"].eq(side).to_numpy()]
        order = of_side.groupby("counterparty")["made"].sum().sort_values(ascending=False).index
        shown = {name: of_side[of_side["counterparty"].eq(name).to_numpy()] for name in order[:MOST]}
        if len(order) > MOST:
            rest = of_side[of_side["counterparty"].isin(order[MOST:]).to_numpy()]
            shown[f"… {len(order) - MOST}"] = rest
        total = float(of_side["made"].sum())
        found += [_counterparty(side, name, part, total) for name, part in shown.items()]
    return found


def _counterparty(side: str, name: str, rows: pd.DataFrame, total: float) -> Counterparty:
    papers = [label("instrument", code) for code in sorted(set(rows["instrument"]))]
    yen = float(rows["made"].sum())
    return Counterparty(
        side=label("side", side),
        name=name,
        instruments=Words("・".join(one.ja for one in papers), ", ".join(one.en for one in papers)),
        items=len(rows),
        yen=yen,
        share=yen / total if total else float("nan"),
        days=float(rows["days"].median()),
        late_share=float(rows.loc[rows["late"] > 0, "made"].sum()) / yen if yen else float("nan"),
        late_days=float(rows.loc[rows["late"] > 0, "late"].mean()),
        open_yen=float(rows["open"].sum()),
        first=rows["issued"].min(),
        last=rows["issued"].max(),
    )
