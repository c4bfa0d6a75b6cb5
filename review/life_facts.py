"""Who a firm is and how it ended, as the institution knows it; and apart from that the truth about it."""

from collections.abc import Hashable
from dataclasses import dataclass

import pandas as pd

from intake.accounts import BALANCE_ACCOUNTS, load_accounts
from intake.contracts import DEFAULT_KINDS
from review.formats import number
from review.labels import Words, label
from review.life_credit import guaranteed_by_scheme
from review.life_frames import Frames, end_of, latest

DASH = Words("–", "–")
DAYS_A_MONTH = 30.44
OWN = "retained_earnings"
STALE_DAYS = 120  # balances come each quarter: one that is older no longer comes


@dataclass(frozen=True)
class Fact:
    """A name and what is known under it, in one line or several."""

    name: Words
    lines: tuple[Words, ...]


def day(value: object) -> str:
    """Return a day, or a dash where there is none."""
    return "–" if pd.isna(value) else f"{value:%Y-%m-%d}"


def _same(text: object) -> Words:
    return Words(str(text), str(text)) if pd.notna(text) else DASH


def ends(frames: Frames) -> Words:
    """Return how the relation ended, e.g. 2023-08 90日延滞, or that it goes on."""
    end = end_of(frames, DEFAULT_KINDS)
    if end is None:
        return Words("継続中", "Goes on")
    words = label("event", end[1])
    return Words(f"{end[0]:%Y-%m} {words.ja}", f"{end[0]:%Y-%m} {words.en}")


def supply(frames: Frames) -> Words:
    """Return what the firm hands in, judged by what came."""
    kinds = set(frames["statements"]["kind"])
    stage = 3 if len(frames["due_items"]) else 2 if "trial" in kinds else 1
    words = label("supply", stage)
    if frames["account_flows"].empty:
        return words
    return Words(f"{words.ja}＋口座入出金", f"{words.en}, account flows")


def facts(frames: Frames, until: pd.Timestamp) -> list[Fact]:
    """Return the head of the page: what the institution knew at the end, in its order.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        One firm's tables.
    until : Timestamp
        Day of the balances: the end, or the last day of the span.
    """
    firm = frames["firms"].sort_values("known_date", kind="stable").iloc[-1]
    industry, size = label("industry", firm["industry"]), label("size", firm["size_class"])
    staff = latest(frames["headcounts"], "period_end")["employees"]
    people = _same("–")
    if len(staff):
        first, last = staff.iloc[0], staff.iloc[-1]
        people = Words(f"{first:.0f} → {last:.0f} 人", f"{first:.0f} → {last:.0f}")
    covered = guaranteed_by_scheme(frames, until)
    thousands = [(words, n, number(yen / 1000)) for words, n, yen in covered]
    guarantees = tuple(
        Words(f"{words.ja} {n}件 {yen} 千円", f"{words.en}: {n}, JPY {yen} thousand")
        for words, n, yen in thousands
    )
    shown = {
        "industry": (Words(f"{industry.ja}・{size.ja}", f"{industry.en}, {size.en}"),),
        "place": (label("prefecture", firm["prefecture"]),),
        "staff": (people,),
        "established": (_same(day(firm["established"])),),
        "known": (_same(day(frames["firms"]["known_date"].min())),),
        "main_bank": (_same(firm["main_bank"]),),
        "adviser": (_same(firm["adviser"]),),
        "supply": (supply(frames),),
        "consent": (label("consent", firm["consent_scope"]),),
        "guarantees": guarantees or (DASH,),
        "own": (_own_risk(frames, until),),
        "end": (ends(frames),),
    }
    return [Fact(label("fact", name), lines) for name, lines in shown.items()]


def _own_risk(frames: Frames, until: pd.Timestamp) -> Words:
    """Return what was owed without guarantee by what was known on a day, and since when no word came."""
    rows = frames["loans"]
    rows = rows[(rows["guarantee_id"].isna() & (rows["known_date"] <= until)).to_numpy()]
    last = latest(rows, "loan_id")
    yen = number(last["balance"].sum() / 1000)
    ja, en = f"{yen} 千円", f"JPY {yen} thousand"
    owed = last[(last["balance"] > 0).to_numpy()]
    if len(owed) and (until - owed["known_date"].max()).days > STALE_DAYS:
        known = f"{owed['known_date'].max():%Y-%m}"
        return Words(f"{ja}（{known}時点）", f"{en} (as of {known})")
    return Words(ja, en)


@dataclass(frozen=True)
class Truth:
    """What no examiner sees; tables are lists of rows as the page prints them."""

    facts: list[Fact]
    troubles: list[dict]
    dressing: list[dict]
    arrears: list[dict]


def truth(frames: Frames) -> Truth | None:
    """Return what ``truth/...`` tables say of the firm, and only they; None where there is no such table."""
    lives = frames["truth/lives"]
    if lives.empty:
        return None
    row = lives.iloc[0].to_dict()
    found = [Fact(label("true", name), (_true_words(name, value),))
             for name, value in row.items() if name not in ("firm_id", "number")]  # fmt: skip
    sign, default = row.get("first_sign_date"), row.get("default_date")
    if pd.notna(sign) and pd.notna(default):
        months = max((default - sign).days, 0) / DAYS_A_MONTH
        lead = Words(f"{months:.1f} か月前", f"{months:.1f} months before")
        found.insert(0, Fact(Words("兆候からデフォルトまで", "From first sign to default"), (lead,)))
    spells = (troubles(frames["truth/troubles"]), dressing(frames["truth/dressing"]))
    return Truth(found, *spells, arrears(frames["truth/arrears"]))


def _true_words(name: Hashable, value: object) -> Words:
    """Return a value of truth/lives as words: codes named, amounts in thousand yen, days as days."""
    if pd.isna(value):
        return DASH
    if name == "cause":
        return label("cause", value)
    if name == "default_kind":
        return label("event", value)
    if isinstance(value, pd.Timestamp):
        return _same(day(value))
    if name == "owner_wealth":
        return _same(number(float(value) / 1000))
    return _same(number(value, 2) if isinstance(value, float) else value)


def troubles(rows: pd.DataFrame) -> list[dict]:
    """Return the spells of trouble in order of time."""
    if rows.empty:
        return []
    return [
        {"begin": day(row.begin_date), "end": day(row.end_date), "cause": label("cause", row.cause),
         "outcome": label("outcome", row.outcome), "months": row.months,
         "cash": row.least_cash_months, "delay": row.longest_delay_months, "arrears": row.most_arrears_yen}
        for row in rows.sort_values("begin_date", kind="stable").itertuples()
    ]  # fmt: skip


def dressing(rows: pd.DataFrame) -> list[dict]:
    """Return each kind of dressing by closing and by whom it was shown to, amounts in yen.

    Of the accounts only those of the balance sheet are named, without the retained earnings that all kinds
    end in; profit is the sum over all accounts.
    """
    if rows.empty:
        return []
    names = {one.name: Words(one.label_ja, one.label_en) for one in load_accounts()}
    found = []
    for (end, shown_to, kind), part in rows.groupby(["period_end", "shown_to", "kind"], sort=True):
        sheet = part[(part["account"].isin(BALANCE_ACCOUNTS) & (part["account"] != OWN)).to_numpy()]
        sums = sheet.groupby("account", sort=False)["balance_yen"].sum()
        found.append({
            "period": f"{end:%Y-%m}", "kind": label("dressing", kind), "shown_to": shown_to,
            "accounts": [(names.get(name, _same(name)), value) for name, value in sums.items()],
            "profit": part["profit_yen"].sum(), "found_on": day(part["found_on"].min()),
        })  # fmt: skip
    return found


def arrears(rows: pd.DataFrame) -> list[dict]:
    """Return the spells of arrears as they truly were, heard of or not, amounts in yen."""
    if rows.empty:
        return []
    return [
        {"kind": label("arrears", row.kind), "from": day(row.from_date), "cleared": day(row.cleared_date),
         "most": row.most}
        for row in rows.sort_values(["from_date", "kind"], kind="stable").itertuples()
    ]  # fmt: skip
