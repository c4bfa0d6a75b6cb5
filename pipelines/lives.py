"""`yocho lives`: ten firms' lives as pages, chosen by the truth, for people to read critically."""

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from intake.store import write_text
from pipelines.progress import Progress
from review.labels import Words, label
from review.life import Entry, entry, render_index, render_life
from simulator.portfolio import simulate_chunk

log = logging.getLogger(__name__)

FIRST_MONTH = "2015-01"
SCAN_FIRMS = 500  # simulated at once while looking for firms: no figure depends on it
FAILED, RECOVERED = 5, 3  # firms drawn of these two roles
MONTHS_HANDED_IN = 24  # trial balances of two years: fewer leave little to read
LONG_MONTHS = 12  # a spell of trouble that lasts a year is long: every business year shows it once
NO_SIGN_DAYS = 31  # a first sign within a month of default comes too late to be one
READ = ("truth/lives", "truth/troubles", "truth/dressing")
RULE = Words(
    "番号の小さい順に最初に当てはまる先：①原因の異なる破綻5先（最初の兆候がデフォルトの31日より前）、"
    "②12か月以上の苦境から立ち直りデフォルトしていない3先、③決算を粉飾した1先、"
    "④兆候なく破綻した1先。①〜③は試算表を24か月分以上出した先に限る。",
    "The first by number that fits: (1) five that failed of five different causes, the first sign more than "
    "31 days before; (2) three without default that came through twelve months of trouble or more; (3) one "
    "that dressed a closing; (4) one that failed without a sign. Those of (1) to (3) handed in trial "
    "balances of 24 months or more.",
)


def choose(truth: Mapping[str, pd.DataFrame]) -> list[tuple[int, str, str]]:
    """Return (number, role, cause or "") of the firms to draw, by the rule `RULE` says in words.

    Parameters
    ----------
    truth : mapping of str to DataFrame
        ``truth/lives`` (``firm_id``, ``number``, ``trial_months`` handed in, ``cause``, ``first_sign_date``,
        ``default_date``), ``truth/troubles`` (``firm_id``, ``months``, ``outcome``) and ``truth/dressing``
        (``firm_id``), of all firms to choose from.

    Returns
    -------
    list
        Ten, or fewer where the firms do not hold them; no firm twice. The order is that of the roles.

    Raises
    ------
    ValueError
        If no firm fits any role.

    Examples
    --------
    >>> lives = pd.DataFrame({"firm_id": ["00000004"], "number": [4], "trial_months": [0],
    ...     "cause": ["accident"], "first_sign_date": [pd.NaT], "default_date": [pd.Timestamp("2020-05-31")]})
    >>> none = pd.DataFrame({"firm_id": [], "months": [], "outcome": []})
    >>> choose({"truth/lives": lives, "truth/troubles": none, "truth/dressing": none})
    [(4, 'unsigned', 'accident')]
    >>> choose({"truth/lives": lives[:0], "truth/troubles": none, "truth/dressing": none})
    Traceback (most recent call last):
    ValueError: none of 0 firms failed, recovered or dressed its books: simulate more
    """
    lives = truth["truth/lives"].sort_values("number", kind="stable")
    failed = lives["default_date"].notna()
    days = (lives["default_date"] - lives["first_sign_date"]).dt.days
    seen_before = failed & (days > NO_SIGN_DAYS)
    monthly = lives["trial_months"] >= MONTHS_HANDED_IN
    long = truth["truth/troubles"]
    long = long[((long["outcome"] == "passed") & (long["months"] >= LONG_MONTHS)).to_numpy()]
    came_through = ~failed & lives["firm_id"].isin(long["firm_id"])
    dressed = lives["firm_id"].isin(truth["truth/dressing"]["firm_id"])

    by_cause = lives[(seen_before & monthly).to_numpy()].drop_duplicates("cause")
    chosen: dict[int, tuple[int, str, str]] = {}
    for role, rows, most in (
        ("failed", by_cause, FAILED),
        ("recovered", lives[(came_through & monthly).to_numpy()], RECOVERED),
        ("dressed", lives[(dressed & monthly).to_numpy()], 1),
        ("unsigned", lives[(failed & ~seen_before).to_numpy()], 1),
    ):
        left = rows[~rows["number"].isin(list(chosen)).to_numpy()].head(most)
        for row in left.itertuples():
            cause = "" if pd.isna(row.cause) else str(row.cause)
            chosen[int(row.number)] = (int(row.number), role, cause)
    if not chosen:
        raise ValueError(f"none of {len(lives)} firms failed, recovered or dressed its books: simulate more")
    return list(chosen.values())


def scan(
    firms: int, *, months: int, seed: int, workers: int = 1, progress: Progress | None = None
) -> dict[str, pd.DataFrame]:
    """Simulate firms without due items and notes, and return their truth, with the `trial_months` seen."""
    chunks = [np.arange(start, min(start + SCAN_FIRMS, firms)) for start in range(0, firms, SCAN_FIRMS)]
    one = partial(_truth_of, months=months, seed=seed)
    found = []
    with ProcessPoolExecutor(workers) as pool:
        for done, part in enumerate(pool.map(one, chunks), start=1):
            found.append(part)
            if progress is not None:
                progress(done, len(chunks), "chunks scanned")
    return {name: pd.concat([part[name] for part in found], ignore_index=True) for name in READ}


def _truth_of(numbers: np.ndarray, *, months: int, seed: int) -> dict[str, pd.DataFrame]:
    tables = simulate_chunk(
        numbers, months=months, seed=seed, first_month=FIRST_MONTH, due_items=False, notes=False
    )
    seen = tables["statements"]
    trials = seen[seen["kind"] == "trial"].groupby("firm_id")["period_end"].nunique()
    lives = tables["truth/lives"]
    months = lives["firm_id"].map(trials).fillna(0).astype("int64")
    return {name: tables[name] for name in READ} | {"truth/lives": lives.assign(trial_months=months)}


def why(role: str, cause: str) -> Words:
    """Return a role in words, with the cause of a failure."""
    words = label("life", role)
    if role not in ("failed", "unsigned") or not cause:
        return words
    of = label("cause", cause)
    return Words(f"{words.ja}（{of.ja}）", f"{words.en} ({of.en})")


def draw(
    out: Path,
    chosen: Sequence[tuple[int, str, str]],
    *,
    months: int,
    seed: int,
    rule: Words | None = None,
    progress: Progress | None = None,
) -> list[Path]:
    """Simulate each chosen firm alone, with everything, and write its page and the index; returns the files.

    Parameters
    ----------
    out : Path
        Folder for ``<firm_id>.html`` and ``index.html``; other files in it stay.
    chosen : sequence of (number, role, cause)
    months, seed : int
        See `simulator.portfolio.simulate_chunk`: a firm alone is the firm in the portfolio.
    rule : Words
        What the index says about how they were chosen; nothing if left out.
    """
    first = pd.Timestamp(FIRST_MONTH) + pd.offsets.MonthEnd(0)
    span = (first, first + pd.offsets.MonthEnd(months - 1))
    entries: list[Entry] = []
    files = []
    for done, (number, role, cause) in enumerate(chosen, start=1):
        tables = simulate_chunk(np.array([number]), months=months, seed=seed, first_month=FIRST_MONTH)
        firm_id = f"{number:08d}"
        if tables["firms"].empty:
            raise ValueError(f"firm {number} never comes into the portfolio: name another")
        page = f"{firm_id}.html"
        text = render_life(tables, firm_id, span, why=why(role, cause), index="index.html")
        write_text(text, out / page)
        entries.append(entry(tables, firm_id, page=page, role=why(role, cause)))
        files.append(out / page)
        if progress is not None:
            progress(done, len(chosen), "pages drawn")
    write_text(render_index(entries, seed=seed, rule=rule or Words("", "")), out / "index.html")
    return [*files, out / "index.html"]
