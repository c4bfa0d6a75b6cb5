"""Short notes in Japanese by what their writers could know then; plain sentences for now."""

from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from simulator.desk import Desk, days, finish, row_ids
from simulator.shocks import CAUSE

VISITS_A_YEAR = 1.3  # notes on an ordinary firm; one in trouble is called on three times as often
ROLES, ROLE_SHARES = ("bank_officer", "association_officer", "tax_adviser"), (0.5, 0.35, 0.15)
CHANNELS = ("visit", "phone", "counter", "online")
GAPS = ("stock", "quality", "owner", "staff", "disaster")
CALM = "calm"
TOPICS_FROM_STATE = ("arrears", "cash", "eased", "customer_failure", *GAPS, "demand")  # weightier ones first


@cache
def note_texts() -> dict[str, tuple[str, ...]]:
    """Read the sentences by topic; ``{}`` takes a number of per cent."""
    frame = pd.read_csv(files("simulator") / "note_texts.csv", dtype=str)
    return {topic: tuple(rows) for topic, rows in frame.groupby("topic", sort=False)["text"]}


def notes(desk: Desk) -> pd.DataFrame:
    """Return the `notes` table: who spoke with a firm, when, and what was written; one a month at most."""
    lives = desk.lives
    u = desk.draw_months("notes", 10)
    often = np.where(lives.stressed | lives.eased, 3.0, 1.0) * (0.5 + desk.draw("note habit", 1))
    firm, k = np.nonzero(desk.in_sight(24) & (u[:, :, 0] < VISITS_A_YEAR / 12 * often))
    u = u[firm, k]
    change = _sales_change_pct(desk, firm, k)
    topic = _topics(desk, firm, k, change, u[:, 7:10])
    day = desk.day(firm, k) - days(27 * u[:, 1])
    known = day + days(1 + 12 * u[:, 5])
    role = np.searchsorted(np.cumsum(ROLE_SHARES), u[:, 4], side="right")
    text = [_write(*row) for row in zip(topic, u[:, 2], u[:, 3], change, strict=True)]
    columns = {
        "note_id": row_ids(desk, firm, "N", day),
        "firm_id": desk.firm_ids[firm],
        "known_date": known,
        "date": day,
        "author_role": np.array(ROLES, dtype=object)[np.minimum(role, len(ROLES) - 1)],
        "channel": np.array(CHANNELS, dtype=object)[np.floor(len(CHANNELS) * u[:, 6]).astype(int)],
        "text": np.array(text, dtype=object),
    }
    return finish(desk, "notes", pd.DataFrame(columns)[known <= desk.ends_on[firm]])


def _topics(desk: Desk, firm: np.ndarray, k: np.ndarray, change: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Return what each note is about (n,): what of the firm's state its writer heard of, or small talk."""
    lives, accounts = desk.lives, desk.lives.accounts
    owes = accounts["social_arrears"][firm, k] + accounts["tax_arrears"][firm, k] > 0
    late = (lives.delay[firm, k] > 0).any(axis=1) | lives.stressed[firm, k]
    failed = (lives.customer_failed[firm, k] | lives.customer_failed[firm, np.maximum(k - 2, 0)]).any(axis=1)
    gap = lives.gap[firm, k]
    told, asked = u[:, 0], u[:, 1]
    states = {
        "arrears": owes & (told < 0.4),
        "cash": late & (told < 0.6),
        "eased": lives.eased[firm, k] & (told < 0.8),
        "customer_failure": failed & (asked < 0.7),
        **{name: (gap[:, CAUSE[name]] > 0.06) & (asked < 0.5) for name in GAPS},
        "demand": (change < -10) & (asked < 0.6),
    }
    # a few notes deny what nobody asserted, or pass a rumour on that has no ground
    topic = np.where(u[:, 2] < 0.08, "denied", np.where(u[:, 2] > 0.97, "rumour", CALM)).astype(object)
    for name in reversed(TOPICS_FROM_STATE):
        topic = np.where(states[name], name, topic)
    return topic


def _sales_change_pct(desk: Desk, firm: np.ndarray, k: np.ndarray) -> np.ndarray:
    """Return the last three months' sales against a year before, per cent."""
    sums = np.cumsum(desk.lives.accounts["sales"], axis=1)
    now, ago = sums[firm, k] - sums[firm, k - 3], sums[firm, k - 12] - sums[firm, k - 15]
    return 100 * (now / np.maximum(ago, 1.0) - 1)


def _write(topic: str, first: float, second: float, change: float) -> str:
    texts = note_texts()
    chosen = texts[topic][int(first * len(texts[topic]))].format(round(abs(change)))
    small_talk = texts[CALM][int(second / 0.3 * len(texts[CALM]))] if second < 0.3 and topic != CALM else ""
    return chosen + small_talk
