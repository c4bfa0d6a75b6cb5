"""What of it was told, denied or only rumoured: up to three statements a talk, by fact and manner."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from simulator.notes.heard import LAGS, States, facts
from simulator.notes.phrases import fits, fitting, industries, trade_of
from simulator.notes.picks import shares
from simulator.notes.visits import ROLES, Visits
from simulator.seen.desk import Desk

# manners of a statement; the first is "nothing"
NOTHING, ASSERTED, DENIED, HEARSAY, HINT, SUPPOSED, RESOLVED, ELSEWHERE = range(8)
MODALITY = ("none", "asserted", "denied", "hearsay", "hedged", "hedged", "resolved", "none")
NEEDS = {HINT: frozenset(["hint"]), SUPPOSED: frozenset(["suppose"])}  # frames are marked with
WEIGHT = np.array([0.0, 1.0, 0.4, 0.8, 0.6, 0.3, 0.6, 0.3], dtype=np.float32)  # what a writer puts first
STATEMENTS = 3
# project defaults, as all shares of what people tell: no published figure
HINTS = 0.2  # of what is not said openly: a writer guesses it
VOICED, IDLE = 0.8, 0.7  # on what the table of facts says, for the share of notes that state nothing
GRAVE, STALE, STALE_AFTER = 1.7, 0.5, 9  # times as often noted; months
SUSPECTS = 0.10  # of what is said openly: put with doubt
RESOLVED_SHARE = (0.5, 0.15)  # of what was there: spoken of as over, within half a year and later


@dataclass(frozen=True)
class Told:
    """Statements of talks, as many as STATEMENTS each; facts are places in the fact table."""

    talk: np.ndarray  # (statements,) which talk, in order; the weightiest of a talk comes first
    fact: np.ndarray
    manner: np.ndarray
    deep: np.ndarray  # bool: grave
    age: np.ndarray  # months for which it has been so, at most LAGS; 0: it is not
    ago: np.ndarray  # months since it was last so, LAGS: longer
    main: np.ndarray  # bool: it is about a main customer; so is what never was
    now: np.ndarray  # (talks,) bits of the facts that are so
    families: np.ndarray  # (talks,) bits of the families in which something is wrong


def told(desk: Desk, marks: States, seen: Visits, talkative: np.ndarray) -> Told:
    """Return what is stated in each talk's note.

    Parameters
    ----------
    desk : Desk
    marks : States
    seen : Visits (n talks)
    talkative : (n,)
        Times as often as others that a writer notes what is not so.

    Returns
    -------
    Told
        By what was so at the end of the month before the talk, and before that.
    """
    table = facts()
    back, grave = _looked_back(desk, marks, seen)
    may = _sayable(desk, marks, seen)
    there, deep = _bit(back[0]) & may, _bit(grave)
    lately, before = _bit(np.bitwise_or.reduce(back[1:7])), _bit(np.bitwise_or.reduce(back[1:]))
    stale = _bit(np.bitwise_and.reduce(back[: STALE_AFTER + 1]))
    family = table["family"].astype("category").cat.codes.to_numpy()
    bad = there & (table["good"] == 0).to_numpy()
    wrong = bad.astype(np.float32) @ (family[:, None] == np.arange(family.max() + 1)).astype(np.float32) > 0
    sane = may & ~(wrong[:, family] & ~there)
    manner = _manner(desk, seen, (there, may & before & ~there, deep, lately, stale), sane, talkative)
    score = WEIGHT[manner] * table["weight"].to_numpy(np.float32)
    score *= 0.4 + shares(seen.chance, len(table), salt=2)
    score[deep & (manner == ASSERTED)] *= 1.6
    talk, fact = _first(score, table["group"].astype("category").cat.codes.to_numpy())
    so = (back[:, talk] >> fact.astype(np.uint64) & np.uint64(1)).astype(bool)
    ago = np.where(so.any(axis=0), so.argmax(axis=0), LAGS)
    return Told(
        talk=talk,
        fact=fact,
        manner=manner[talk, fact],
        deep=deep[talk, fact],
        age=np.logical_and.accumulate(so, axis=0).sum(axis=0),
        ago=ago,
        main=_main(marks, seen, talk, fact, ago),
        now=back[0],
        families=(wrong.astype(np.uint64) << np.arange(wrong.shape[1], dtype=np.uint64)).sum(
            axis=1, dtype=np.uint64
        ),
    )


def _main(marks: States, seen: Visits, talk: np.ndarray, fact: np.ndarray, ago: np.ndarray) -> np.ndarray:
    """Mark the statements about a main customer; smaller ones only where it was such a one (statements,)."""
    out = np.ones(len(talk), dtype=bool)
    for place, name in enumerate(facts()["fact"]):
        if name in marks.main:
            rows = np.flatnonzero((fact == place) & (ago < LAGS))
            month = np.maximum(seen.k[talk[rows]] - 1 - ago[rows], 0)
            out[rows] = marks.main[name][seen.firm[talk[rows]], month]
    return out


def _bit(bits: np.ndarray) -> np.ndarray:
    """Return (n, facts) bool out of (n,) bits."""
    return (bits[:, None] >> np.arange(len(facts()), dtype=np.uint64) & np.uint64(1)).astype(bool)


def _looked_back(desk: Desk, marks: States, seen: Visits) -> tuple[np.ndarray, np.ndarray]:
    """Return bits by fact: what was so at the ends of LAGS months (LAGS, n), what is grave (n,)."""
    bits = np.zeros((len(desk.traits), desk.months), dtype=np.uint64)
    grave = np.zeros_like(bits)
    for place, name in enumerate(facts()["fact"]):
        bits |= marks.there[name].astype(np.uint64) << np.uint64(place)
        if name in marks.deep:
            grave |= marks.deep[name].astype(np.uint64) << np.uint64(place)
    s = seen.k - 1
    back = np.stack([bits[seen.firm, np.maximum(s - lag, 0)] for lag in range(LAGS)])
    return back, grave[seen.firm, s]


def _sayable(desk: Desk, marks: States, seen: Visits) -> np.ndarray:
    """Mark what makes sense to say of a firm of its size and trade, at that time, by that role (n, facts)."""
    table = facts()
    staff = desk.lives.accounts["employees"][seen.firm, seen.k - 1]
    out = staff[:, None] >= table["least_staff"].to_numpy()
    trades = trade_of(desk.traits.industry[seen.firm])
    for place, (name, only) in enumerate(zip(table["fact"], table["trades"], strict=True)):
        if only.startswith("!"):
            out[:, place] &= ~np.isin(trades, [word[1:] for word in only.split()])
        elif only:
            out[:, place] &= np.isin(trades, only.split())
        if name in marks.may:
            out[:, place] &= marks.may[name][seen.firm, seen.k]
        if name == "adviser_changed":  # nobody writes of his own dismissal
            out[:, place] &= seen.role != ROLES.index("tax_adviser")
    return out


def _manner(desk, seen, marks, sane, talkative) -> np.ndarray:
    """Return in which manner each fact comes up in each talk (n, facts), NOTHING mostly.

    `sane` marks what may be denied or supposed without contradicting what is so.
    """
    there, was, deep, lately, stale = marks
    table = facts()
    value = {name: table[name].to_numpy(np.float32) for name in table.columns[7:-3]}
    traits = desk.traits
    open_ = 0.3 + 0.7 * traits.honesty - 0.03 * (traits.pride - 1)
    open_ = np.clip(open_[seen.firm, None], 0.05, 1.0).astype(np.float32)
    sees = table[["bank", "association", "adviser"]].to_numpy(np.float32).T[seen.role]
    tells = value["tell"] * (1 - value["shame"] * (1 - open_))
    known = 1 - (1 - sees) * (1 - tells)
    u, v = shares(seen.chance, len(known.T), salt=3), shares(seen.chance, len(known.T), salt=4)
    # what is grave is noted oftener, what has been so for long seldom again
    news = np.where(deep, GRAVE, 1.0) * np.where(stale, STALE, 1.0)
    voiced = u < VOICED * value["voice"] * news

    out = np.zeros(there.shape, dtype=np.int8)
    hidden = 1 - known
    rest = value["lie"] * hidden * (1 - open_)
    doubt = SUSPECTS * (1 - sees)  # nobody guesses at what lies before him
    steps = np.stack([known * (1 - doubt), known * doubt, rest, value["rumour"] * hidden, hidden * HINTS])
    cut = (v >= np.cumsum(steps, axis=0)).sum(axis=0)
    kinds = np.array([ASSERTED, HINT, DENIED, HEARSAY, HINT, NOTHING], dtype=np.int8)
    out = np.where(there & voiced, kinds[cut], out)

    late = np.where(lately, RESOLVED_SHARE[0], RESOLVED_SHARE[1])
    out = np.where(was & voiced & (v < late * known), RESOLVED, out)

    more = IDLE * talkative[:, None].astype(np.float32)
    idle = sane & ~there & (out == NOTHING)
    steps = np.stack([value[name] * more for name in ("deny", "groundless", "suppose", "elsewhere")])
    cut = (u >= np.cumsum(steps, axis=0)).sum(axis=0)
    kinds = np.array([DENIED, HEARSAY, SUPPOSED, ELSEWHERE, NOTHING], dtype=np.int8)
    out = np.where(idle, kinds[cut], out)
    return np.where(np.take_along_axis(_possible(), out.T.astype(np.int64), axis=1).T, out, NOTHING)


@cache
def _possible() -> np.ndarray:
    """Mark in which manners each fact can be put into words (facts, manners)."""
    out = np.zeros((len(facts()), len(MODALITY)), dtype=bool)
    for row, (fact, only) in enumerate(zip(facts()["fact"], facts()["trades"], strict=True)):
        trades = [name for name in sorted(set(industries()["trade"])) if fits(only, name)]
        for manner in range(ASSERTED, len(MODALITY)):
            needs = NEEDS.get(manner, frozenset())
            out[row, manner] = all(fitting(fact, MODALITY[manner], trade, 0, 0, needs) for trade in trades)
    return out


def _first(score: np.ndarray, group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (talk, fact) of the weightiest statements of each talk, one of a group of facts, best first."""
    talk, fact = np.nonzero(score)
    order = np.lexsort((-score[talk, fact], talk))
    talk, fact = talk[order], fact[order]
    key = talk * (group.max() + 1) + group[fact]
    best = np.sort(np.unique(key, return_index=True)[1])  # the first of its group in its talk
    talk, fact = talk[best], fact[best]
    place = np.arange(len(talk)) - np.searchsorted(talk, talk)
    return talk[place < STATEMENTS], fact[place < STATEMENTS]
