"""The words of notes: phrases, sentence frames, calm sentences and industry words, made ready for use."""

import itertools
import re
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

import numpy as np
import pandas as pd

from simulator.notes.heard import facts
from simulator.world import month_number

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_BAR = re.compile(r"\|(?![^\[]*\])")  # between sentences, not between alternatives in brackets
FORMS = ("yes", "no", "nega", "np", "was", "fin", "memo", "memono", "if", "other", "plan", "still", "why")
LAST = month_number(9999, 12)
SECOND = ("np2", "memono2")  # the same of another fact
PAIRED = ("one", "one2")  # two statements in one sentence
_SLOT = re.compile(r"\{(" + "|".join(FORMS + SECOND + PAIRED) + r")\}")
# a phrase with one of them needs the figure to be there and to be told
FIGURES = ("{amount}", "{pct}", "{pctn}", "{cash}", "{cashm}", "{late}", "{age}")
NEW = 5  # the same for frames that new writers brought along
STAFF = (20, 10, 5, 3, 2, 0)  # numbers of staff from which some sentences can be said
ANY_STAFF = STAFF[0]


@dataclass(frozen=True)
class Frame:
    """A sentence's structure: `variants` are runs of literal text and of forms of a fact."""

    name: str
    modality: str
    polarity: int | None  # None: the fact's own
    kind: str
    era: int
    needs: str
    weight: int
    variants: tuple[tuple[tuple[bool, str], ...], ...]
    forms: frozenset[str]

    @cached_property
    def is_memo(self) -> bool:
        """Whether it is shorthand, without a verb."""
        return bool(self.forms & {"memo", "memono"})

    @cached_property
    def wordy(self) -> int:
        """Letters besides the fact's own words."""
        return min(sum(len(text) for is_form, text in one if not is_form) for one in self.variants)


@cache
def expand(text: str) -> tuple[str, ...]:
    """Write out every alternative of a phrase.

    Examples
    --------
    >>> expand("納付が[遅れている|滞っている]")
    ('納付が遅れている', '納付が滞っている')
    >>> expand("納付が[遅れている")
    Traceback (most recent call last):
    ValueError: brackets do not match in '納付が[遅れている'
    """
    parts = _CHOICE.split(text)
    if any("[" in part or "]" in part for part in parts):
        raise ValueError(f"brackets do not match in {text!r}")
    choices = [part.split("|") if place % 2 else [part] for place, part in enumerate(parts)]
    return tuple("".join(run) for run in itertools.product(*choices))


def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(files("simulator.notes") / f"{name}.csv", dtype=str, keep_default_na=False)


@cache
def industries() -> pd.DataFrame:
    """Read what each industry calls its customers, goods, staff and so on, by code."""
    return _read("industries").set_index("code")


def trade_of(industry: np.ndarray) -> np.ndarray:
    """Return the trade of industries, given as places in the industry table."""
    return industries()["trade"].to_numpy(dtype=object)[industry]


@cache
def own_words(industry: int) -> dict[str, tuple[str, ...]]:
    """Return an industry's words, by place in the industry table; alternatives by word."""
    row = industries().iloc[industry]
    return {name: tuple(text.split("|")) for name, text in row.items() if name != "trade" and text}


@cache
def words(role: str) -> dict[str, tuple[str, ...]]:
    """Return the words that each writer prefers one of, as people of that role use them."""
    frame = _read("words")
    mine = frame[frame["role"].isin(["", role])]
    return {row.word: tuple(row.text.split("|")) for row in mine.itertuples()}


@cache
def mistakes() -> tuple[tuple[str, str], ...]:
    """Return what is mistyped or spelled another way: (as written mostly, as written then)."""
    return tuple(_read("mistakes").itertuples(index=False, name=None))


@cache
def endings() -> tuple[tuple[str, str], ...]:
    """Return how sentences end, plainly and politely."""
    return tuple(_read("endings").itertuples(index=False, name=None))


@cache
def people(word: str, trade: str) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Return who stands in for an owner or keeps the books: (most staff, what he or she is called)."""
    frame = _read("people")
    frame = frame[frame["word"] == word]
    mine = frame[frame["trade"] == (trade if trade in set(frame["trade"]) else "")]
    return tuple((int(row.most_staff), tuple(row.text.split("|"))) for row in mine.itertuples())


def fits(only: str, name: str) -> bool:
    """Tell whether a list of names, or of names excluded by ``!``, admits `name`; an empty one admits all."""
    if not only:
        return True
    wanted = only.split()
    if wanted[0].startswith("!"):
        return f"!{name}" not in wanted
    return name in wanted


def band(staff: float) -> int:
    """Return the largest of `STAFF` that a firm reaches.

    Examples
    --------
    >>> band(1), band(4), band(180)
    (0, 3, 20)
    """
    return next(least for least in STAFF if staff >= least)


@cache
def forms(
    trade: str, staff: int = ANY_STAFF
) -> dict[tuple[str, str], tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the phrases of (fact, form) for a trade: all of them, and those that need no figure.

    Only phrases that fit a firm of `staff` people (`band`): who works alone has nobody to pay a bonus to.
    """
    pools: dict[tuple[str, str], list[str]] = {}
    for row in _read("forms").itertuples():
        if fits(row.trades, trade) and staff >= int(row.least_staff or 0):
            pools.setdefault((row.fact, row.form), []).extend(expand(row.text))
    return {
        key: (tuple(pool), tuple(text for text in pool if not any(mark in text for mark in FIGURES)))
        for key, pool in pools.items()
    }


@cache
def frames() -> tuple[Frame, ...]:
    """Read the sentence frames."""
    eras = {"": 0, "2023-04": 1, "2024-07": 2}
    out = []
    for row in _read("frames").itertuples():
        variants = tuple(
            tuple((place % 2 == 1, part) for place, part in enumerate(_SLOT.split(text)) if part)
            for text in expand(row.text)
        )
        out.append(Frame(
            row.id, row.modality, int(row.polarity) if row.polarity else None, row.kind, eras[row.since],
            row.needs, int(row.weight), variants,
            frozenset(part for one in variants for is_form, part in one if is_form),
        ))  # fmt: skip
    return tuple(out)


@cache
def _of(modality: str, kind: str) -> tuple[tuple[int, Frame], ...]:
    fits_kind = ("any", kind)
    return tuple(
        (place, frame)
        for place, frame in enumerate(frames())
        if frame.modality == modality and frame.kind in fits_kind
    )


@cache
def _good() -> frozenset[str]:
    table = facts()
    return frozenset(table["fact"][table["good"] == 1])


@cache
def fitting(
    fact: str, modality: str, trade: str, era: int, style: int, needs: frozenset[str]
) -> tuple[tuple[int, Frame], ...]:
    """Return (place, frame) that fit a statement, each as often as it is usual for a writer's style.

    Parameters
    ----------
    style : int
        0 shorthand, 1 plain, 2 polite.
    needs : frozenset of str
        What is given (`wording.state`): of the fact, of the last note, a second fact, a hint.
    """
    kind, pools = "good" if fact in _good() else "bad", forms(trade)
    out: list[tuple[int, Frame]] = []
    for place, frame in _of(modality, kind):
        if frame.era > era:
            continue
        if frame.needs and not needs.issuperset(frame.needs.split("&")):
            continue
        if any((fact, form) not in pools for form in frame.forms if form not in SECOND):
            continue
        weight = 4 * frame.weight * (NEW if frame.era else 1)
        if style == 0:
            weight = weight * 2 if frame.is_memo or frame.wordy <= 8 else weight // 4
        elif frame.is_memo:
            weight //= 4
        out.extend([(place, frame)] * max(weight, 1))
    return tuple(out)


@cache
def joining(kinds: tuple[str, str], era: int) -> tuple[tuple[int, Frame], ...]:
    """Return (place, frame) that put two statements of these kinds (bad, good, denied) into one sentence."""
    return tuple(
        (place, frame)
        for place, frame in enumerate(frames())
        if frame.modality == "joined" and frame.kind == "+".join(kinds) and frame.era <= era
    )


@cache
def calm(
    kind: str, role: str, channel: str, trade: str, month: int, staff: int = ANY_STAFF
) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return the sentences that state nothing, by the state of things that they take for granted.

    Each sentence is a tuple of its variants. `month` is a calendar month's number: some are of their season
    or their time, some of firms with `staff` people (`band`) or more.
    """
    out: dict[str, list[tuple[str, ...]]] = {}
    for least, months, since, until, state, texts in _calm_rows(kind, role, channel, trade):
        if staff >= least and since <= month <= until and (not months or month % 12 + 1 in months):
            out.setdefault(state, []).extend(texts)
    return {state: tuple(texts) for state, texts in out.items()}


@cache
def _calm_rows(kind: str, role: str, channel: str, trade: str) -> list[tuple]:
    rows = []
    for row in _calm_table():
        if row.kind != kind or row.role not in ("", role) or row.channel not in ("", channel):
            continue
        if fits(row.trades, trade):
            months = {int(month) for month in row.months.split("|")} if row.months else set()
            texts = [expand(text) for text in _BAR.split(row.text)]
            least = int(row.least_staff or 0)
            rows.append((least, months, _number(row.since, 0), _number(row.until, LAST), row.state, texts))
    return rows


@cache
def _calm_table() -> tuple:
    return tuple(_read("calm").itertuples())


def _number(text: str, otherwise: int) -> int:
    return month_number(*map(int, text.split("-"))) if text else otherwise
