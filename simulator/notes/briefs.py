"""What a writer has before him: the statements, figures and state of things of each talk, as Note objects."""

from collections.abc import Iterator
from itertools import cycle

import numpy as np

from simulator.notes import cited, heard
from simulator.notes.figures import PCT_FACTS
from simulator.notes.phrases import trade_of
from simulator.notes.picks import spread
from simulator.notes.slots import Note, Statement
from simulator.notes.told import Told
from simulator.notes.visits import CHANNELS, KEPT_AWAY, ROLES, Visits
from simulator.notes.writers import Writers
from simulator.seen.desk import Desk

PICKS = 96  # choices of words, used in turn
# facts whose amount people name, and the account that holds it
AMOUNTS = {
    "customer_failed": "bad_receivable",
    "stock_dead": "dead_stock",
    "social_late": "social_arrears",
    "tax_late": "tax_arrears",
    "officer_loan": "officer_loans_receivable",
}
SUMS = {"owner_money": ("owner_paid_in", 6), "accident": ("extraordinary_loss", 3)}  # … summed over months
HABITS = (
    "number", "era", "sentences", "style", "layout", "digits", "unit", "changes", "small_talk", "figures",
    "opens", "closes", "copies", "sloppy", "frames",
)  # fmt: skip
STEADY, PLAIN = 0.03, 0.08  # sales that change less are level, and no news
SLIGHT = 0.02  # of sales: a loss up to it is called one (小幅な赤字)


def habits(authors: Writers) -> list[dict]:
    """Return each writer's habits as plain values."""
    columns = [getattr(authors, name).tolist() for name in HABITS]
    return [dict(zip(HABITS, row, strict=True)) for row in zip(*columns, strict=True)]


def briefs(desk: Desk, seen: Visits, authors: Writers, said: Told, books: cited.Books) -> Iterator[Note]:
    """Yield a Note for each talk, in the order of `seen`."""
    figures = _figures(desk, seen, books)
    columns = (
        seen.role.tolist(), seen.channel.tolist(), trade_of(desk.traits.industry[seen.firm]).tolist(),
        desk.traits.industry[seen.firm].tolist(), seen.month.tolist(),
        _picks(seen.chance), authors.who.tolist(),
        _statements(desk, seen, said, books), _rows(figures), _given(desk, seen, authors, said, figures),
        _wrong(said),
    )  # fmt: skip
    mine = habits(authors)
    for role, channel, trade, industry, month, picks, who, statements, row, given, wrong in zip(
        *columns, strict=True
    ):
        yield Note(
            ROLES[role], CHANNELS[channel], trade, industry, month, cycle(picks), mine[who], statements, row,
            given, wrong,
        )  # fmt: skip


def _picks(chance: np.ndarray) -> list[memoryview]:
    """Return PICKS numbers of 16 bits for each talk; most are never looked at."""
    words = memoryview(spread(chance, PICKS // 4, salt=6).tobytes()).cast("H")
    return [words[start : start + PICKS] for start in range(0, PICKS * len(chance), PICKS)]


def _figures(desk: Desk, seen: Visits, books: cited.Books) -> dict[str, np.ndarray]:
    """Return what may be cited of each firm (n,): at the end of the month before the talk."""
    firm, s = seen.firm, seen.k - 1
    a, traits = desk.lives.accounts, desk.traits
    since = (desk.month_of_year[firm, seen.k] - traits.year_end[firm]) % 12
    closed = np.maximum(seen.k - np.where(since == 0, 12, since), 0)
    loans = desk.lives.loans
    t = traits.start[firm] + seen.k
    mine = (loans["balance"][firm, s] > 0) & (loans["lender"][firm, s] == 0)
    ago = np.where(mine, t[:, None] - loans["executed"][firm, s], 99)
    latest = ago.argmin(axis=1)
    rows = np.arange(len(firm))
    return {
        "number": traits.number[firm],
        "cash": books.cash[firm, s],
        "cash_months": books.cash_months[firm, s],
        "monthly": books.monthly[firm, s],
        "change": books.change[firm, s],
        "staff": a["employees"][firm, s],
        "staff_before": a["employees"][firm, np.maximum(s - 12, 0)],
        "owner_age": np.floor(traits.owner_age[firm] + seen.k / 12),
        "late": desk.lives.delay[firm, s].max(axis=1),
        "social": a["social_arrears"][firm, s],
        "tax": a["tax_arrears"][firm, s],
        "closed_for": since,
        "fy_sales": books.year_sales[firm, closed],
        "fy_profit": books.year_profit[firm, closed],
        "lent": loans["amount"][firm, s][rows, latest],
        "lent_ago": ago[rows, latest],
    }


def _rows(columns: dict[str, np.ndarray]) -> list[dict]:
    names = tuple(columns)
    return [
        dict(zip(names, row, strict=True))
        for row in zip(*(c.tolist() for c in columns.values()), strict=True)
    ]


def _statements(desk: Desk, seen: Visits, said: Told, books: cited.Books) -> list[list[Statement]]:
    """Return each talk's statements, weightiest first."""
    table = heard.facts()
    talk, fact = said.talk, said.fact
    firm, s = seen.firm[talk], seen.k[talk] - 1
    grave, usual = table["deep"].to_numpy(), table["polarity"].to_numpy()
    amount = _amounts(desk, seen, books)
    pct = np.zeros(len(talk), dtype=int)
    money = np.full(len(talk), -1.0)
    for number, name in enumerate(table["fact"]):
        rows = fact == number
        if name in PCT_FACTS:
            share = getattr(books, PCT_FACTS[name])[firm[rows], s[rows]]
            pct[rows] = np.rint(100 * np.minimum(np.abs(share), 10.0)).astype(int)
        if name in amount:
            money[rows] = amount[name][talk[rows]]
    values = (
        said.manner, np.where(said.deep, grave[fact], usual[fact]), said.age > 0, said.age, said.ago, money,
        pct, said.main,
    )  # fmt: skip
    names = list(table[["fact", "topic", "group"]].itertuples(index=False, name=None))
    out: list[list[Statement]] = [[] for _ in range(len(seen))]
    for row, number, *rest in zip(talk.tolist(), fact.tolist(), *(v.tolist() for v in values), strict=True):
        out[row].append(Statement(*names[number], *rest))
    return out


def _amounts(desk: Desk, seen: Visits, books: cited.Books) -> dict[str, np.ndarray]:
    """Return sums in yen by fact (n,); facts without an entry are told without one."""
    a, firm, s = desk.lives.accounts, seen.firm, seen.k - 1
    out = {name: a[account][firm, s] for name, account in AMOUNTS.items()}
    for name, (account, months) in SUMS.items():
        out[name] = sum(a[account][firm, np.maximum(s - lag, 0)] for lag in range(months))
    loans = desk.lives.loans
    age = (desk.traits.start[firm] + s)[:, None] - loans["executed"][firm, s]
    other = (loans["lender"][firm, s] > 0) & (loans["balance"][firm, s] > 0) & (age <= 2)
    return out | {"loan_elsewhere": np.where(other, loans["amount"][firm, s], 0.0).max(axis=1)}


def _given(desk: Desk, seen: Visits, authors: Writers, said: Told, row: dict) -> list[tuple[str, ...]]:
    """Return the states of things that calm sentences may take for granted."""
    names = heard.facts()["fact"].tolist()
    eased = said.now >> np.uint64(names.index("eased")) & np.uint64(1)
    wrong_with_funds = (said.families & _bits(("arrears", "cash", "supplier", "repay", "refusal"))) > 0
    short = wrong_with_funds | desk.lives.stressed[seen.firm, seen.k - 1]
    change, profit = row["change"], row["fy_profit"]
    closing = (row["closed_for"] >= 3) & (row["closed_for"] <= 5)
    marks = {
        "steady": np.abs(change) < STEADY,
        "slack": (change <= -STEADY) & (change > -PLAIN),
        "rising": (change >= STEADY) & (change < PLAIN),
        "middling": (row["cash_months"] > 0.5) & (row["cash_months"] < 4),
        "short": short,
        "sound": ~short & (row["cash_months"] > 0.5),
        "closing": closing,
        "closing_plus": closing & (profit >= 5e5),
        "closing_minus": closing & (profit < -5e5),
        "closing_slight": closing & (profit < -5e5) & (profit > -SLIGHT * row["fy_sales"]),
        "same_staff": (row["staff"] == row["staff_before"]) & (row["staff"] >= 3),
        "new_loan": (row["lent_ago"] <= 3) & (row["lent_ago"] >= 1),
        "eased": eased > 0,
        "staffed": row["staff"] >= 3,
        "kept_away": (seen.month >= KEPT_AWAY[0]) & (seen.month <= KEPT_AWAY[1]),
        "new_writer": authors.is_new,
    }
    table = np.column_stack(list(marks.values()))
    keys = tuple(marks)
    code = table @ (1 << np.arange(len(keys)))
    by_code = {
        value: tuple(name for place, name in enumerate(keys) if value >> place & 1)
        for value in np.unique(code).tolist()
    }
    return [by_code[value] for value in code.tolist()]


def _families() -> list[str]:
    return list(heard.facts()["family"].astype("category").cat.categories)


def _bits(names: tuple[str, ...]) -> np.uint64:
    places = _families()
    return np.uint64(sum(1 << places.index(name) for name in names))


def _wrong(said: Told) -> list[frozenset[str]]:
    """Return for each talk the facts that may not be denied in passing, as something of their kind is so."""
    table = heard.facts()
    members = [frozenset(table["fact"][table["family"] == family]) for family in _families()]
    by_bits = {
        bits: frozenset().union(*(names for place, names in enumerate(members) if bits >> place & 1))
        for bits in np.unique(said.families).tolist()
    }
    return [by_bits[bits] for bits in said.families.tolist()]
