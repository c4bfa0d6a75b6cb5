"""Spells of trouble: told apart by quiet months, counted once, ended as the firm ended."""

import numpy as np
import pytest

from simulator.firms import draw_traits
from simulator.life import live
from simulator.seen.desk import Desk
from simulator.seen.endings import endings
from simulator.seen.flags import external_flags
from simulator.seen.troubles import QUIET, signs, spells, truth_troubles
from simulator.seen.unpaid import truth_arrears
from simulator.world import make_world

WORLD = make_world(2, first_month="2015-01", months=60)


@pytest.fixture(scope="module")
def desk():
    return Desk(WORLD, live(WORLD, draw_traits(WORLD, np.arange(600))))


def test_quiet_months_end_a_spell():
    sign = np.zeros((2, 30), dtype=bool)
    # the second within reach of the first, the third one month too late
    sign[0, [3, 3 + QUIET, 4 + 2 * QUIET]] = True
    sign[1, 0] = True
    row, begin, end = spells(sign)
    assert row.tolist() == [0, 0, 1]
    assert begin.tolist() == [3, 4 + 2 * QUIET, 0]
    assert end.tolist() == [3 + QUIET, 4 + 2 * QUIET, 0]


def test_no_sign_no_spell():
    assert [len(part) for part in spells(np.zeros((3, 9), dtype=bool))] == [0, 0, 0]


def test_who_failed_in_trouble_has_one_spell_that_failed_and_nobody_else_has(desk):
    troubles = truth_troubles(desk)
    failed = troubles[troubles["outcome"] == "failed"]
    assert len(failed) > 10
    assert not failed["firm_id"].duplicated().any()
    lives = desk.lives
    ended = desk.firm_ids[(lives.stopped >= 0) | (lives.overdue >= 0)]
    assert failed["firm_id"].isin(ended).all()


def test_spells_cover_every_sign(desk):
    sign = signs(desk)
    covered = np.zeros_like(sign)
    for firm, first, last in zip(*spells(sign), strict=True):
        covered[firm, first : last + 1] = True
    assert sign.any()
    assert (covered | ~sign).all()
    troubles = truth_troubles(desk)
    assert (troubles["end_date"].isna() == (troubles["outcome"] == "open")).all()


def test_nothing_begins_or_is_flagged_after_the_default(desk):
    default = dict(zip(desk.firm_ids, endings(desk).default_on, strict=True))
    assert sum(not np.isnat(day) for day in default.values()) > 10
    for table, column in (
        (truth_troubles(desk), "begin_date"), (truth_troubles(desk), "end_date"),
        (truth_arrears(desk), "from_date"), (external_flags(desk), "raised_on"),
    ):  # fmt: skip
        ends = table["firm_id"].map(default).to_numpy().astype("datetime64[D]")
        late = table[column].to_numpy().astype("datetime64[D]") > ends  # NaT is never later
        assert not late.any(), column
