"""Other signs that reach the institution: arrears, CRD grades, half-yearly reports, flags of others."""

import numpy as np
import pandas as pd

from simulator.desk import Desk, days, finish, row_ids
from simulator.shocks import CAUSE

HEARD = 0.62  # of arrears: by a tax certificate, by the adviser (project default)
# scorecard bounds of grades 1|2 … 8|9
GRADE_STEPS = np.array([-0.75, -0.42, -0.18, 0.02, 0.20, 0.40, 0.62, 0.90])


def arrears(desk: Desk) -> pd.DataFrame:
    """Return the `arrears` table: spells of unpaid taxes and social insurance that somebody heard of.

    A row when heard of, one each half-year while it lasts, and one when it is cleared.
    """
    accounts = desk.lives.accounts
    frames = [
        *_spells(desk, "tax", accounts["tax_arrears"]),
        *_spells(desk, "social_insurance", accounts["social_arrears"]),
    ]
    return finish(desk, "arrears", pd.concat(frames, ignore_index=True))


def _spells(desk: Desk, kind: str, balance: np.ndarray) -> list[pd.DataFrame]:
    owes = balance > 0
    begins = owes & ~np.pad(owes, ((0, 0), (1, 0)))[:, :-1]
    firm, begin = np.nonzero(begins)
    k = np.arange(desk.months)[None, :]
    next_free = np.minimum.accumulate(np.where(~owes, k, desk.months)[:, ::-1], axis=1)[:, ::-1]
    end = next_free[firm, begin]  # month in which it is cleared
    u = desk.draw_months(f"arrears {kind}", 3)[firm, begin]
    heard = begin + 1 + np.floor(7 * u[:, 1] ** 1.5).astype(int)
    known = (u[:, 0] < HEARD) & (heard < end)
    firm, begin, end, heard, lag = (
        firm[known],
        begin[known],
        end[known],
        heard[known],
        days(5 + 20 * u[known, 2]),
    )

    def rows(at: np.ndarray, ok: np.ndarray, cleared: bool) -> pd.DataFrame:
        ok = ok & (at >= desk.first_k[firm]) & (at <= desk.last_k[firm])
        f, a = firm[ok], at[ok]
        day = desk.day(f, a)
        return pd.DataFrame({
            "firm_id": desk.firm_ids[f],
            "kind": kind,
            "from_date": desk.day(f, begin[ok]),
            "known_date": day + lag[ok],
            "amount": balance[f, a - cleared],
            "cleared_date": day if cleared else np.full(len(f), np.datetime64("NaT", "D")),
        })  # fmt: skip

    longest = int((end - heard).max(initial=0))
    standing = [rows(heard + wait, heard + wait < end, False) for wait in range(0, longest, 6)]
    return [*standing, rows(end, end < desk.months, True)]


def crd_grades(desk: Desk) -> pd.DataFrame:
    """Return the `crd_grades` table: 1 (worst) … 9 by a plain scorecard on the closing; 5 without one."""
    firm, k, known = desk.closings
    u = desk.draw_months("grades", 2)[firm, k]
    accounts = desk.lives.accounts
    points = scorecard(accounts, firm, k)
    grade = 1.0 + np.searchsorted(GRADE_STEPS, points)
    by_default = u[:, 0] < 0.06  # no balance sheet in time
    graded_on = known + days(10 + 40 * u[:, 1])
    latest = graded_on <= desk.ends_on[firm]
    columns = {
        "firm_id": desk.firm_ids[firm],
        "graded_on": graded_on,
        "known_date": graded_on + days(3),
        "grade": np.where(by_default, 5.0, grade),
        "assigned_by_default": by_default,
    }
    return finish(
        desk,
        "crd_grades",
        pd.DataFrame(columns)[latest].drop_duplicates(["firm_id", "graded_on"], keep="last"),
    )


def scorecard(accounts: dict[str, np.ndarray], firm: np.ndarray, k: np.ndarray) -> np.ndarray:
    """Return points by equity, ordinary margin, debt and cash of a closing; higher is better."""

    def year(name: str) -> np.ndarray:
        sums = np.cumsum(accounts[name], axis=1)
        return sums[firm, k] - np.where(k >= 12, sums[firm, np.maximum(k - 12, 0)], 0.0)

    def at(*names: str) -> np.ndarray:
        return sum(accounts[name][firm, k] for name in names)

    sales = np.maximum(year("sales"), 1.0)
    ordinary = (
        sales
        - year("cost_of_sales")
        - year("selling_general_admin")
        + year("nonoperating_income")
        - year("interest_expense")
    )
    debt = at("short_term_loans", "current_long_term_loans", "long_term_loans")
    equity = at("capital", "retained_earnings")
    other = at(
        "payables",
        "accounts_payable_other",
        "accrued_expenses",
        "income_taxes_payable",
        "consumption_taxes_payable",
        "officer_loans_payable",
    )
    assets = np.maximum(equity + other + debt, 1.0)
    return (
        0.9 * np.clip(equity / assets, -0.6, 0.6)
        + 5.0 * np.clip(ordinary / sales, -0.08, 0.08)
        - 0.5 * np.clip(debt / sales - 0.35, -0.35, 0.8)
        + 0.8 * np.clip(at("cash_deposits") / sales - 0.12, -0.12, 0.25)
    )


def monitoring_reports(desk: Desk) -> pd.DataFrame:
    """Return half-yearly reports (業況報告書) of firms in schemes that ask for them."""
    schemes = desk.lives.loans["scheme"]
    asked = ((schemes >= 4) & (desk.lives.loans["balance"] > 0)).any(axis=2)
    half = (desk.month_of_year == 3) | (desk.month_of_year == 9)
    firm, k = np.nonzero(asked & half & desk.in_sight(24))
    u = desk.draw_months("reports", 3)[firm, k]
    sales = np.cumsum(desk.lives.accounts["sales"], axis=1)
    now, ago = sales[firm, k] - sales[firm, k - 3], sales[firm, k - 12] - sales[firm, k - 15]
    trend = np.clip(np.round(100 * (now / np.maximum(ago, 1.0) - 1), 1), -100, 10_000)
    period_end = desk.day(firm, k)
    known = period_end + days(30 + 30 * u[:, 0])
    columns = pd.DataFrame({
        "report_id": row_ids(desk, firm, "M", period_end),
        "firm_id": desk.firm_ids[firm],
        "known_date": known,
        "period_end": period_end,
        "visits": np.floor(1 + 5 * u[:, 1] + 3 * desk.lives.stressed[firm, k]),
        "sales_trend_pct": np.where(u[:, 2] < 0.08, np.nan, trend),
    })  # fmt: skip
    return finish(desk, "monitoring_reports", columns[known <= desk.ends_on[firm]])


def external_flags(desk: Desk) -> pd.DataFrame:
    """Return flags of banks' own systems (cash falls, payments late) and of advisers (staff leaves)."""
    accounts = desk.lives.accounts
    cash, out = accounts["cash_deposits"], np.maximum(accounts["outflow"], 1.0)
    k = np.arange(desk.months)[None, :]
    year_ago = np.maximum(k - 12, 0)
    past = np.take_along_axis(cash, np.broadcast_to(year_ago, cash.shape), axis=1)
    u = desk.draw_months("flags", 4)
    quarter = desk.month_of_year % 3 == 0
    sight = desk.in_sight(24) & (desk.traits.consent >= 2)[:, None]
    falling = quarter & (cash < 0.45 * past) & (cash < 0.9 * out) & (u[:, :, 0] < 0.45)
    delayed = (desk.lives.delay > 0).any(axis=2) & (u[:, :, 1] < 0.12)
    staff = (desk.lives.gap[:, :, CAUSE["staff"]] > 0.08) & (u[:, :, 2] < 0.10)
    frames = []
    for code, mark, actor, severity in (
        ("cash_falls", falling, "bank", 2.0),
        ("payments_late", delayed, "bank", 3.0),
        ("staff_leaves", staff, "adviser", 1.0),
    ):  # fmt: skip
        firm, at = np.nonzero(mark & sight)
        raised = desk.day(firm, at)
        who = desk.bank_names(firm, 0) if actor == "bank" else np.full(len(firm), "adviser", dtype=object)
        frames.append(pd.DataFrame({
            "flag_id": row_ids(desk, firm, f"F{code[0]}", raised),
            "firm_id": desk.firm_ids[firm],
            "known_date": raised + days(3 + 25 * u[firm, at, 3]),
            "source_actor": who,
            "raised_on": raised,
            "code": code,
            "severity": severity,
        }))  # fmt: skip
    return finish(desk, "external_flags", pd.concat(frames, ignore_index=True))
