"""What was agreed with customers and suppliers, and what the payment rules of 2024 and 2026 leave of it."""

import numpy as np

from simulator.firms import draw_traits
from simulator.terms import ELECTRONIC, LAST_MONTHS, NOTE, agreed
from simulator.world import make_world, month_number

WORLD = make_world(1, first_month="2015-01", months=132)
TRAITS = draw_traits(WORLD, np.arange(2000))


def paid_by(year: int, month: int) -> tuple[np.ndarray, np.ndarray]:
    when = np.full(len(TRAITS), month_number(year, month))
    return agreed(
        TRAITS.payable_term, TRAITS.payable_paper, TRAITS.obeys_at[:, 1], TRAITS.notes_end[:, 1], when
    )


def test_before_the_guidance_terms_are_as_agreed():
    term, _ = paid_by(2024, 10)
    assert (term == TRAITS.payable_term).all()
    assert (term > LAST_MONTHS).any()


def test_the_guidance_shortens_terms_little_by_little():
    shares = [(paid_by(*when)[0] > LAST_MONTHS).mean() for when in ((2024, 10), (2025, 4), (2025, 12))]
    assert shares[0] > shares[1] > shares[2] > 0


def test_the_law_leaves_no_long_term_and_no_note():
    term, paper = paid_by(2026, 1)
    assert term.max() == LAST_MONTHS
    assert not (paper == NOTE).any()
    # what was a note is an electronic claim, nothing else changes its kind
    was_note = TRAITS.payable_paper == NOTE
    assert (paper[was_note] == ELECTRONIC).all()
    assert (paper[~was_note] == TRAITS.payable_paper[~was_note]).all()
