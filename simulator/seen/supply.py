"""What a firm gives over the years and when it stops: consent, adviser, monthly books, due items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from simulator.seen.desk import Desk

NONE, ASSOCIATION, AND_BANK, ALL = range(4)  # scopes of consent, each holds the one before
FOR_EVER = 100_000  # months

# Project defaults: how often firms change their minds, stop or pause is not published. Shares a year.
MORE_CONSENT = 0.05  # grant one step more without being asked for data
WITHDRAWS = 0.006  # withdraw consent; half of them grant it again after one to three years
PAUSES = 0.015  # a year or so without books: staff left, a move, a new system
GIVES_UP = 0.015  # drop the software or the habit for no reason that concerns anybody
HIDES = 1.0  # of the proud and the dishonest, once they are in trouble: about one in twelve a month
PROUD, DISHONEST = 6, 0.25  # months of pride from which, honesty below which, a firm hides trouble
NEW_ADVISER = 0.03  # change their adviser, or take one
NEW_ADVISER_IN_TROUBLE = 2.5  # times as often
WITHOUT_ADVISER = 0.12  # share of changes after which there is none
LATE, BUNCHED_MONTHS = 10, 4  # days at the least until books come; months that come together at the most
ADVISERS = 60  # tax accountants known by number in each prefecture


@dataclass(frozen=True)
class Supply:
    """What is given in each month of firms' lives (n, months)."""

    consent: np.ndarray  # int8, the scope in force over the whole month
    adviser: np.ndarray  # int16, number of the adviser at the month's end; -1: none
    adviser_months: np.ndarray  # since the adviser changed last; FOR_EVER if never
    books: np.ndarray  # bool: the month's trial balance will be handed in
    items: np.ndarray  # bool: due items are transmitted at the month's end


def supply_of(desk: Desk) -> Supply:
    """Return what each firm of a chunk gives in each month, as far as it does not depend on single banks.

    Steps up are planned (`terms.draw_visibility`), stops and changes of adviser partly answer to trouble.
    """
    u = desk.draw_months("supply", 8)
    k = np.arange(desk.months)[None, :]
    consent = _consent(desk, k, u[:, :, 0])
    changes = desk.in_sight() & (u[:, :, 1] < _monthly(NEW_ADVISER * _factor(desk, NEW_ADVISER_IN_TROUBLE)))
    last = np.maximum.accumulate(np.where(changes, k, -FOR_EVER), axis=1)

    reached = k[:, :, None] >= steps(desk)[:, None, :]
    stopped = _stopped(desk, u[:, :, 2:6])
    # a new adviser needs months to take the books over
    handing_over = spells(changes, 2 + np.floor(3 * u[:, :, 6]))
    quality = desk.traits.bookkeeping[:, None]
    lost = spells(u[:, :, 7] < 0.004 + 0.03 * (1 - quality), 1 + np.floor(3 * u[:, :, 6]))
    running = desk.in_sight() & ~stopped
    return Supply(
        consent=consent,
        adviser=_advisers(desk, changes),
        adviser_months=np.minimum(k - last, FOR_EVER),
        books=running & reached[:, :, 0] & (consent >= ASSOCIATION) & ~handing_over & ~lost,
        items=running & reached[:, :, 2] & (consent >= ALL),
    )


def spells(begins: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Mark months within spells (n, months) that begin where `begins` and last `length` months.

    Examples
    --------
    >>> spells(np.array([[False, True, False, False, False]]), np.full((1, 5), 2)).tolist()
    [[False, True, True, False, False]]
    """
    k = np.arange(begins.shape[1])[None, :]
    return k < np.maximum.accumulate(np.where(begins, k + length, 0), axis=1)


def steps(desk: Desk) -> np.ndarray:
    """Return the months of life in which books, flows and due items begin (n, 3); far off: never."""
    return desk.traits.supply_from - (desk.world.first + desk.traits.start)[:, None]


def _monthly(yearly: np.ndarray | float) -> np.ndarray | float:
    return yearly / 12


def _factor(desk: Desk, in_trouble: float) -> np.ndarray:
    return np.where(desk.troubled, in_trouble, 1.0)


def _hiding(desk: Desk) -> np.ndarray:
    """Mark months in which a firm has trouble and is of the kind that would not show it (n, months)."""
    traits = desk.traits
    return desk.troubled & ((traits.pride >= PROUD) | (traits.honesty < DISHONEST))[:, None]


def _consent(desk: Desk, k: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Return the scope in force (n, months): more with every step, seldom less."""
    habit = desk.draw("consent", 3)
    granted = desk.first_k + 1 + np.floor(-np.log(habit[:, 0]) / _monthly(MORE_CONSENT))
    first = np.minimum(desk.traits.consent[:, None] + (k >= granted[:, None]), AND_BANK)
    asked = (k[:, :, None] >= steps(desk)[:, None, :]) * np.array([ASSOCIATION, AND_BANK, ALL])
    scope = np.maximum(first, asked.max(axis=2))
    begins = desk.in_sight() & (k > desk.first_k[:, None])
    begins &= u < _monthly(WITHDRAWS * np.where(_hiding(desk), 4.0, 1.0))
    back = np.where(habit[:, 1] < 0.5, 12 + np.floor(48 * habit[:, 1]), FOR_EVER)[:, None]
    left = np.where(habit[:, 2] < 0.4, NONE, ASSOCIATION)[:, None]
    return np.where(spells(begins, back), np.minimum(scope, left), scope).astype(np.int8)


def _advisers(desk: Desk, changes: np.ndarray) -> np.ndarray:
    """Return who advises each firm (n, months); a new one is another one."""
    u = desk.draw("register", 2)
    draws = desk.draw_months("new adviser", 2)
    step = np.where(changes, 1 + np.floor((ADVISERS - 1) * draws[:, :, 0]), 0)
    number = (np.floor(ADVISERS * u[:, 1])[:, None] + np.cumsum(step, axis=1)) % ADVISERS
    k = np.arange(desk.months)[None, :]
    last = np.maximum.accumulate(np.where(changes, k, -1), axis=1)
    left = np.take_along_axis(draws[:, :, 1], np.maximum(last, 0), axis=1) < WITHOUT_ADVISER
    nobody = np.where(last < 0, ~desk.traits.has_adviser[:, None], left)
    return np.where(nobody, -1, number).astype(np.int16)


def _stopped(desk: Desk, u: np.ndarray) -> np.ndarray:
    """Mark months in which a firm that gave books gives none (n, months): harmless stops, and hiding."""
    pauses = spells(u[:, :, 0] < _monthly(PAUSES), 9 + np.floor(7 * u[:, :, 3]))
    length = np.where(u[:, :, 3] < 0.5, FOR_EVER, 18 + np.floor(40 * (u[:, :, 3] - 0.5)))
    gives_up = spells(u[:, :, 1] < _monthly(GIVES_UP), length)
    hides = spells(_hiding(desk) & (u[:, :, 2] < _monthly(HIDES)), 6 + np.floor(13 * u[:, :, 3]))
    return pauses | gives_up | hides


@dataclass(frozen=True)
class HandedIn:
    """Months' books as they come (m,): firm, month of life, day on which they are known."""

    firm: np.ndarray
    k: np.ndarray
    known: np.ndarray


def books_handed_in(desk: Desk) -> HandedIn:
    """Return the trial balances that come, by firm and month: some late, some two or three at once."""
    supply, traits = desk.supply, desk.traits
    u = desk.draw_months("hands in", 2)
    habit = desk.draw("rhythm", 1)[:, 0]
    quality = traits.bookkeeping
    # who keeps books poorly brings them every second or third month, when the adviser calls
    rhythm = 1 + (habit > 0.35 + 0.6 * quality) + (habit > 0.65 + 0.35 * quality)
    k = np.arange(desk.months)[None, :]
    boundary = (desk.month_of_year - traits.year_end[:, None]) % rhythm[:, None] == 0
    postponed = u[:, :, 0] < 0.02 + 0.09 * (1 - quality)[:, None]
    comes = supply.books & ((boundary & ~postponed) | supply.items)
    nowhere = desk.months + BUNCHED_MONTHS
    with_month = np.minimum.accumulate(np.where(comes, k, nowhere)[:, ::-1], axis=1)[:, ::-1]
    firm, at = np.nonzero(supply.books & (with_month - k < BUNCHED_MONTHS))
    by = with_month[firm, at]
    lag = LATE + 26 * (1 - quality[firm]) + 12 * u[firm, by, 1] + 8 * desk.troubled[firm, by]
    lag = np.where(u[firm, by, 0] > 0.96, lag + 18, lag)  # the adviser's busy season
    lag = np.where(supply.items[firm, by], 6 + 0.4 * (lag - LATE), lag)  # no hand touches them
    known = desk.day(firm, by) + np.floor(lag).astype("timedelta64[D]")
    # months come in their order: no firm's days reach the next firm's
    number = known.astype(np.int64) + FOR_EVER * firm
    known = (np.maximum.accumulate(number) - FOR_EVER * firm).astype("datetime64[D]")
    ok = (known <= desk.ends_on[firm]) & desk.consents(firm, known, ASSOCIATION)
    return HandedIn(firm[ok], at[ok], known[ok])
