"""Short notes in Japanese by what their writers could know then; plain templates for now."""

import numpy as np
import pandas as pd

from simulator.desk import Desk, days, finish
from simulator.shocks import CAUSE

VISITS_A_YEAR = 1.3  # notes on an ordinary firm; a firm in trouble is called on three times as often
ROLES = ("bank_officer", "association_officer", "tax_adviser")
CHANNELS = ("visit", "phone", "counter", "online")
# cause or state → what may be written about it; {} is filled with a number of per cent
TOPICS: dict[str, tuple[str, ...]] = {
    "calm": (
        "定例訪問。業況に特段の変化なし。", "代表者と面談。売上は前年並みで推移とのこと。", "試算表を受領。資金繰りに問題なし。",
        "受注は堅調。増員を検討中。", "特記事項なし。次回訪問は決算後の予定。", "設備更新の相談あり。見積り待ち。",
    ),
    "cash": (
        "資金繰りが厳しいとの話あり。仕入先への支払いを待ってもらっている模様。", "月末の資金が不足気味。追加融資の相談を受ける。",
        "支払期日の延長を仕入先に依頼したとのこと。", "当面の資金は確保済みと説明があったが、預金は減少している。",
    ),
    "arrears": (
        "社会保険料の納付が遅れているとのこと。分割納付を相談中。", "消費税の滞納あり。税務署と協議している。", "源泉税の納付が遅れ気味。",
    ),
    "eased": ("返済条件の変更について相談を受ける。", "条件変更後の返済は約定どおり。改善計画を確認。"),
    "customer_failure": ("主要な取引先が倒産し、売掛金の回収が見込めない。", "大口の得意先が法的整理。焦付きの影響を確認中。"),
    "customer_lost": ("主力先からの受注が減少している。代わりの先を開拓中。", "大口先が他社へ切り替え。売上への影響が大きい。"),
    "stock": ("在庫が増えている。売れ残りがある様子。", "倉庫に動きの悪い商品が目立つ。"),
    "quality": ("製品の不具合で返品が発生。補償の協議中。", "クレーム対応に追われている。"),
    "owner": ("代表者が体調を崩し入院。後継者は未定。", "社長が不在がち。経理担当から話を聞く。"),
    "staff": ("ベテラン社員が退職。現場が回らないとの声。", "採用難で受注を断っている。"),
    "disaster": ("台風の影響で操業に支障が出た。", "水害で設備に被害。保険金を請求中。"),
    "demand": ("売上が前年より{}％ほど減少している。", "受注の落ち込みが続く。経費の見直しを進める。"),
    "denied": ("税金や社会保険料の滞納はない。", "支払いの遅れはないとのこと。", "取引先の倒産の影響はなかった。"),
    "rumour": ("同業者によると資金繰りが苦しいらしい。真偽は不明。", "取引先が危ないとの噂があるが確認できていない。"),
}  # fmt: skip
GAPS = ("stock", "quality", "owner", "staff", "disaster")


def notes(desk: Desk) -> pd.DataFrame:
    """Return the `notes` table: who spoke to the firm, when, and what was written down."""
    lives, traits = desk.lives, desk.traits
    u = desk.draw_months("notes", 12)
    trouble = lives.stressed | lives.eased
    chance = VISITS_A_YEAR / 12 * np.where(trouble, 3.0, 1.0) * (0.5 + desk.draw("note habit", 1))
    firm, k = np.nonzero(desk.in_sight(24) & (u[:, :, 0] < chance))
    v = u[firm, k]
    topic = _topics(desk, firm, k, v)
    change = _change_pct(desk, firm, k)
    day = desk.day(firm, k) - days(27 * v[:, 1])
    text = [_write(t, a, b, c) for t, a, b, c in zip(topic, v[:, 2], v[:, 3], change, strict=True)]
    role = np.array(ROLES, dtype=object)[
        np.minimum(np.floor(v[:, 4] * 4).astype(int) // 2 + (v[:, 4] > 0.85), 2)
    ]
    known = day + days(1 + 12 * v[:, 5])
    columns = pd.DataFrame({
        "note_id": np.array([f"{i}-N{d}" for i, d in zip(desk.firm_ids[firm], day, strict=True)], dtype=object),
        "firm_id": desk.firm_ids[firm],
        "known_date": known,
        "date": day,
        "author_role": role,
        "channel": np.array(CHANNELS, dtype=object)[np.floor(v[:, 6] * 4).astype(int)],
        "text": np.array(text, dtype=object),
    })  # fmt: skip
    _ = traits
    return finish(desk, "notes", columns[known <= desk.ends_on[firm]].drop_duplicates("note_id"))


def _topics(desk: Desk, firm: np.ndarray, k: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Return what the note is about: a state of the firm that the writer heard of, or small talk."""
    lives, accounts = desk.lives, desk.lives.accounts
    owes = accounts["social_arrears"][firm, k] + accounts["tax_arrears"][firm, k] > 0
    late = (lives.delay[firm, k] > 0).any(axis=1)
    recent = np.maximum(k - 2, 0)
    failed = lives.customer_failed[firm, k].any(axis=1) | lives.customer_failed[firm, recent].any(axis=1)
    states = {
        "arrears": owes & (v[:, 7] < 0.4),
        "cash": (late | lives.stressed[firm, k]) & (v[:, 7] < 0.6),
        "eased": lives.eased[firm, k] & (v[:, 7] < 0.8),
        "customer_failure": failed & (v[:, 8] < 0.7),
        "customer_lost": (lives.gap[firm, k, CAUSE["customer_lost"]] > 0.08) & (v[:, 8] < 0.5),
        **{name: (lives.gap[firm, k, CAUSE[name]] > 0.06) & (v[:, 8] < 0.5) for name in GAPS},
        "demand": (_change_pct(desk, firm, k) < -10) & (v[:, 8] < 0.6),
    }
    topic = np.where(v[:, 9] < 0.08, "denied", np.where(v[:, 9] > 0.97, "rumour", "calm")).astype(object)
    for name in reversed(states):
        topic = np.where(states[name], name, topic)
    return topic


def _change_pct(desk: Desk, firm: np.ndarray, k: np.ndarray) -> np.ndarray:
    sums = np.cumsum(desk.lives.accounts["sales"], axis=1)
    now, ago = sums[firm, k] - sums[firm, k - 3], sums[firm, k - 12] - sums[firm, k - 15]
    return 100 * (now / np.maximum(ago, 1.0) - 1)


def _write(topic: str, first: float, second: float, change: float) -> str:
    choices = TOPICS[topic]
    text = choices[int(first * len(choices))].format(round(abs(change)))
    if second < 0.3 and topic != "calm":
        text += TOPICS["calm"][int(second / 0.3 * len(TOPICS["calm"]))]
    return text
