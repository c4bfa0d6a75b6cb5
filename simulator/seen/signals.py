"""Other signs that reach the institution: arrears, CRD grades, half-yearly reports."""

import numpy as np
import pandas as pd

from simulator.columns import in_months, running
from simulator.seen.desk import Desk, bank_traits, days, finish, row_ids
from simulator.seen.dressed_books import shown_accounts

# Of spells of arrears, the share heard of at all: by a tax certificate, by the adviser (project defaults)
HEARD, HEARD_OF_OPEN, LESS_OF_DISHONEST = 0.50, 0.25, 0.30
HEARD_LATE = 14  # months until it is heard of at the latest; half within a fifth of that
NO_CLOSING_AFTER = 300  # days after a year's end without a closing until it is graded by an older one
NO_REPORT, LATE_REPORT = 0.10, 0.20  # of half-yearly reports, over all banks (project defaults)
TOO_LATE = 0.03  # of closings, for the year's grade (project default)
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
    u = desk.draw_at(f"arrears {kind}", 4, firm, begin)
    heard = begin + 1 + np.floor(HEARD_LATE * u[:, 1] ** 2.3).astype(int)
    open_books = (desk.supply.books[firm, begin] | (desk.supply.adviser[firm, begin] >= 0)).astype(float)
    chance = HEARD + HEARD_OF_OPEN * open_books - LESS_OF_DISHONEST * (desk.traits.honesty[firm] < 0.3)
    known = (u[:, 0] < chance) & (heard < end)
    told_late = np.floor(4 * u[:, 3] ** 2).astype(int)  # months until somebody says that it is paid
    firm, begin, end, heard, told_late = (x[known] for x in (firm, begin, end, heard, told_late))
    lag = days(5 + 20 * u[known, 2])

    def rows(at: np.ndarray, ok: np.ndarray, cleared: bool) -> pd.DataFrame:
        told = at + told_late * cleared
        ok = ok & (at >= desk.first_k[firm]) & (told <= desk.last_k[firm])
        f, a = firm[ok], at[ok]
        day = desk.day(f, a)
        return pd.DataFrame({
            "firm_id": desk.firm_ids[f],
            "kind": kind,
            "from_date": desk.day(f, begin[ok]),
            "known_date": desk.day(f, told[ok]) + lag[ok],
            "amount": balance[f, a - cleared],
            "cleared_date": day if cleared else np.full(len(f), np.datetime64("NaT", "D")),
        })  # fmt: skip

    longest = int((end - heard).max(initial=0))
    standing = [rows(heard + wait, heard + wait < end, False) for wait in range(0, longest, 6)]
    return [*standing, rows(end, end < desk.months, True)]


def crd_grades(desk: Desk) -> pd.DataFrame:
    """Return the `crd_grades` table: 1 (worst) … 9 by a plain scorecard on the last closing known.

    Who never handed one in is a newcomer of whom nothing is known: 5, by default.
    """
    firm, k, known = desk.closings
    u = desk.draw_at("grades", 2, firm, k)
    grade = 1.0 + np.searchsorted(GRADE_STEPS, scorecard(shown_accounts(desk), firm, k))
    earlier = np.concatenate([[False], firm[1:] == firm[:-1]])[: len(firm)]
    too_late = (u[:, 0] < TOO_LATE) & earlier
    given = np.where(too_late, np.roll(grade, 1), grade)  # the closing before it still speaks
    late, since = _without_closing(desk)
    at = np.searchsorted(_key(firm, known), _key(late, since), side="right") - 1
    has_one = (at >= 0) & (firm[at] == late) if len(firm) else np.zeros(len(late), dtype=bool)
    kept = np.where(has_one, grade[np.maximum(at, 0)] if len(firm) else 5.0, 5.0)
    new = _newcomers(desk)
    frame = pd.DataFrame({
        "firm": np.concatenate([firm, late, new]),
        "graded_on": np.concatenate([known + days(10 + 40 * u[:, 1]), since, desk.joined_on[new]]),
        "grade": np.concatenate([given, kept, np.full(len(new), 5.0)]),
        "assigned_by_default": np.concatenate([np.zeros(len(firm), bool), ~has_one, np.ones(len(new), bool)]),
    })  # fmt: skip
    number = frame["firm"].to_numpy()
    frame = frame.assign(firm_id=desk.firm_ids[number], known_date=frame["graded_on"] + pd.Timedelta(days=3))
    frame = frame[(frame["graded_on"].to_numpy() <= desk.ends_on[number])]
    return finish(desk, "crd_grades", frame.drop_duplicates(["firm_id", "graded_on"], keep="last"))


def _key(firm: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Return numbers that sort by firm, then day."""
    return firm * 1_000_000 + day.astype("datetime64[D]").astype(np.int64)


def _newcomers(desk: Desk) -> np.ndarray:
    """Return the firms that are graded when they come in, before any closing of theirs is known."""
    firm, _, known = desk.closings
    has_one = np.zeros(len(desk.traits), dtype=bool)
    has_one[firm[known <= desk.joined_on[firm]]] = True
    return np.flatnonzero(desk.appears & desk.traits.is_entrant & ~has_one)


def _without_closing(desk: Desk) -> tuple[np.ndarray, np.ndarray]:
    """Return firms and days on which a grade is due and no closing of the year has come."""
    ends_firm, ends_k = desk.year_ends
    firm, k, known = desk.closings
    due = np.full(desk.month_of_year.shape, False)
    due[ends_firm, ends_k] = ends_k >= desk.first_k[ends_firm]
    came = known <= desk.day(firm, k) + days(NO_CLOSING_AFTER)
    due[firm[came], k[came]] = False
    late, at = np.nonzero(due)
    return late, desk.day(late, at) + days(NO_CLOSING_AFTER)


def scorecard(accounts: dict[str, np.ndarray], firm: np.ndarray, k: np.ndarray) -> np.ndarray:
    """Return points by equity, ordinary margin, debt and cash of a closing; higher is better."""

    def year(name: str) -> np.ndarray:
        return in_months(accounts[name], firm, k, 12)

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
    """Return half-yearly reports (業況報告書) of firms in schemes that ask for them, some late or never."""
    schemes = desk.lives.loans["scheme"]
    asked = ((schemes >= 4) & (desk.lives.loans["balance"] > 0)).any(axis=2)
    half = (desk.month_of_year == 3) | (desk.month_of_year == 9)
    firm, k = np.nonzero(asked & half & desk.in_sight(24))
    u = desk.draw_at("reports", 6, firm, k)
    # a bank has its way of it: some hand in all of them, some need to be asked
    slack = bank_traits(desk)[desk.traits.banks[firm, 0], 0]
    missing = u[:, 3] < NO_REPORT * 2 * slack * np.where(desk.troubled[firm, k], 1.5, 1.0)
    late = np.where(u[:, 4] < LATE_REPORT * 2 * slack, 15 + 90 * u[:, 5], 0.0)
    sales = running(desk.lives.accounts["sales"])
    now, ago = sales[firm, k] - sales[firm, k - 3], sales[firm, k - 12] - sales[firm, k - 15]
    trend = np.clip(np.round(100 * (now / np.maximum(ago, 1.0) - 1), 1), -100, 10_000)
    period_end = desk.day(firm, k)
    known = period_end + days(30 + 30 * u[:, 0] + late)
    columns = pd.DataFrame({
        "report_id": row_ids(desk, firm, "M", period_end),
        "firm_id": desk.firm_ids[firm],
        "known_date": known,
        "period_end": period_end,
        "visits": np.floor(1 + 5 * u[:, 1] + 3 * desk.lives.stressed[firm, k]),
        "sales_trend_pct": np.where(u[:, 2] < 0.08, np.nan, trend),
    })  # fmt: skip
    return finish(desk, "monitoring_reports", columns[(known <= desk.ends_on[firm]) & ~missing])
