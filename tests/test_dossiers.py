"""The part of a page that is one firm's: cash and notes where there are any, of its own and of the day."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from review.dossiers import cash_of, dossiers
from review.flags import Flag
from review.labels import Words

Maker = Callable[..., pd.DataFrame]
DAY = pd.Timestamp("2025-12-31")


def flag(firm_id: str) -> Flag:
    words = Words("業", "x")
    steps = [(Words("現預金", "Cash"), 0.4)]
    return Flag(1, firm_id, words, words, words, "basic", 0.1, "F", 1e6, -4.0, [], steps)


def test_a_firm_has_its_own_cash_and_one_without_a_projection_none(make_projections: Maker) -> None:
    both = pd.concat([make_projections("a"), make_projections("b", repaid=0.0)])
    first, second, third = dossiers([flag("a"), flag("b"), flag("c")], DAY, projections=both)
    assert "2026年7月末に資金が不足" in first.cash.words.ja
    assert "資金は不足しない" in second.cash.words.ja
    assert first.cash.unit == Words("千円", "JPY thousand")
    assert third.cash is None
    assert "+0.40" in third.waterfall
    assert [one.notes for one in (first, second, third)] == [None] * 3


def test_a_projection_of_another_day_is_not_this_days(make_projections: Maker) -> None:
    old = make_projections("a", day="2025-09-30")
    assert dossiers([flag("a")], DAY, projections=old)[0].cash is None
    assert cash_of("a", old) is not None


def test_the_chart_says_aloud_what_the_sentence_says(make_projections: Maker) -> None:
    cash = cash_of("a", make_projections("a"))
    assert f'aria-label="{cash.words.ja} / {cash.words.en}"' in cash.chart


def test_months_known_without_months_ahead_are_no_projection(make_projections: Maker) -> None:
    assert cash_of("a", make_projections("a").head(12)) is None


def test_nothing_is_made_of_empty_tables(make_projections: Maker) -> None:
    empty = make_projections("a").head(0)
    found = dossiers([flag("a")], DAY, projections=empty, notes=empty, note_signals=empty)
    assert (found[0].cash, found[0].notes) == (None, None)
    assert dossiers([], DAY) == []


def test_a_currency_reaches_every_amount(make_projections: Maker) -> None:
    cash = cash_of("a", make_projections("a").replace({"level": {"ledger": "annual"}}), currency="dollar")
    assert "千ドル" in cash.words.ja
    assert "USD thousand" in cash.chart
    assert cash.unit.en == "USD thousand"
    assert np.all([len(row.cells) == 12 for row in cash.table.rows])
