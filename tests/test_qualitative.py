"""What notes say of a firm, by hand; a note written twice says no more, a corrected one counts once."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features import qualitative
from features.panel import Panel, build_panel, no_facts, prepare
from intake.contracts import empty_table

DAY = "2025-03-31"
MONTH = 365.25 / 12


def signal(note: str, date: str, name: str, *, row: int = 0, known: str | None = None, **changes) -> dict:
    """Return a row of note_signals: by default a tone of 0."""
    base = {"row": row, "note_id": note, "date": date, "known_date": known or date, "signal": name}
    tone = {"start": 0.0, "polarity": 0.0, "confidence": 1.0, "value": 0.0, "modality": "tone"}
    return base | tone | {"half_life_months": 6.0} | changes


def bad(note: str, date: str, name: str, polarity: float = -2.0, **changes) -> dict:
    """Return a finding: by default asserted."""
    said = {"polarity": polarity, "confidence": 0.9, "value": np.nan, "modality": "asserted", "start": 3.0}
    return signal(note, date, name, **(said | changes))


def compute(*rows: dict, firms: int = 2) -> dict[str, list[float]]:
    panel = Panel.empty([f"f{number}" for number in range(firms)], DAY)
    like = no_facts("note_signals")
    frame = pd.DataFrame(list(rows), columns=list(like.columns)).astype(like.dtypes.to_dict())
    return {
        name: values.tolist()
        for name, values in qualitative.compute(
            replace(panel, facts={**panel.facts, "note_signals": frame})
        ).items()
    }


def test_means_fade_with_the_age_of_notes():
    """Two notes, 0 and 6 months old: weights 1 and ½ at a half-life of 6 months, the latest weighs 1."""
    old = str((pd.Timestamp(DAY) - pd.Timedelta(days=6 * MONTH)).date())
    found = compute(
        signal("a", DAY, "outcome", value=0.01),
        bad("a", DAY, "Q6", -2.0, confidence=0.5),
        signal("b", old, "outcome", value=0.04),
        bad("b", old, "Q6", -1.0, confidence=0.9),
        bad("b", old, "Q7", -2.0, confidence=0.9),
    )
    weight = 0.5 ** ((pd.Timestamp(DAY) - pd.Timestamp(old)).days / MONTH / 6)  # days are whole: nearly ½
    assert weight == pytest.approx(0.5, abs=1e-3)
    # tone: 1 point and 4 points; taxes: 2 × 0.5 ÷ 2 = 50 % and 1 × 0.9 ÷ 2 = 45 %; funds: 0 and 90 %
    total = 1 + weight
    assert found["note_tone_pct"][0] == pytest.approx((1 + 4 * weight) / total)
    assert found["note_taxes_pct"][0] == pytest.approx((50 + 45 * weight) / total)
    assert found["note_funds_pct"][0] == pytest.approx(90 * weight / total)
    assert found["note_worse_pct"][0] == pytest.approx((50 + 90 * weight) / total)
    assert found["note_staff_pct"][0] == 0
    assert found["note_tone_worst_pct"][0] == pytest.approx(1)  # the older lies outside half a year
    assert all(np.isnan(values[1]) for name, values in found.items() if name != "notes_180d_count")
    assert found["notes_180d_count"] == [1, 0]


def test_an_old_note_alone_weighs_little_and_after_two_years_nothing():
    """12 months are two half-lives: about a quarter of 90 %."""
    quarter = 0.5 ** (365 / MONTH / 6)
    year = compute(signal("a", "2024-03-31", "outcome", value=0.08), bad("a", "2024-03-31", "Q1"))
    assert year["note_owner_pct"][0] == pytest.approx(90 * quarter)
    assert year["note_tone_pct"][0] == pytest.approx(8 * quarter)
    assert np.isnan(year["note_tone_worst_pct"][0])
    gone = compute(signal("a", "2023-03-31", "outcome", value=0.08), bad("a", "2023-03-31", "Q1"))
    assert np.isnan(gone["note_owner_pct"][0])
    assert np.isnan(gone["note_tone_pct"][0])


def test_the_change_sets_half_a_year_beside_what_was_before():
    found = compute(
        signal("a", "2024-12-01", "outcome", value=0.05),
        signal("b", "2025-01-01", "outcome", value=0.03),
        signal("c", "2024-06-01", "outcome", value=0.01),
    )
    assert found["note_tone_change_pct"][0] == pytest.approx(4 - 1)
    assert found["note_tone_worst_pct"][0] == pytest.approx(5)


def test_denied_and_settled_matters_are_no_worry_and_good_news_is_a_share():
    found = compute(
        signal("a", DAY, "outcome"),
        bad("a", DAY, "Q6", 0.0, modality="denied"),
        signal("b", DAY, "outcome"),
        bad("b", DAY, "Q11", 1.0),
        signal("c", DAY, "outcome"),
        bad("c", DAY, "Q3", 0.0, modality="resolved"),
        signal("d", DAY, "outcome"),
        bad("d", DAY, "Q3", 0.0, modality="question"),
    )
    assert found["note_worse_pct"][0] == found["note_taxes_pct"][0] == 0
    assert found["note_cleared_pct"][0] == pytest.approx(50)  # a and c
    assert found["note_good_pct"][0] == pytest.approx(25)


def test_a_note_without_a_tone_counts_with_what_the_dictionary_found():
    """Where outcomes were too few to fit a reader the tone is missing, the findings are not."""
    found = compute(signal("a", DAY, "outcome", value=np.nan), bad("a", DAY, "Q6"))
    assert np.isnan(found["note_tone_pct"][0])
    assert np.isnan(found["note_tone_worst_pct"][0])
    assert found["note_taxes_pct"][0] == pytest.approx(90)


def test_a_corpus_gives_a_tone_of_its_own():
    assert compute(signal("a", DAY, "corpus", value=-1.5))["note_corpus_ratio"][0] == pytest.approx(-1.5)


NOTES = st.lists(
    st.tuples(
        st.integers(0, 700),  # days ago
        st.sampled_from(["Q1", "Q6", "Q11"]),
        st.sampled_from([-2.0, -1.0, 0.0]),
        st.floats(-0.05, 0.1),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(NOTES, st.integers(2, 4))
def test_writing_every_note_again_changes_no_feature(notes, times):
    """More visits that find the same must not make a firm look worse, or better, than one."""

    def rows(copies: int) -> list[dict]:
        found = []
        for copy in range(copies):
            for number, (ago, name, polarity, value) in enumerate(notes):
                date = str((pd.Timestamp(DAY) - pd.Timedelta(days=ago)).date())
                polarity = 1.0 if name == "Q11" else polarity
                found += [
                    signal(f"{number}-{copy}", date, "outcome", value=value),
                    bad(f"{number}-{copy}", date, name, polarity),
                ]
        return found

    once, often = compute(*rows(1)), compute(*rows(times))
    for name in once:
        if name == "notes_180d_count":
            assert often[name][0] == times * once[name][0]
        else:
            assert often[name] == pytest.approx(once[name], nan_ok=True, rel=1e-9, abs=1e-9), name


def table(*rows: dict) -> pd.DataFrame:
    like = empty_table("note_signals")
    same = {"firm_id": "f0", "end": 5.0, "reader": "r", "text_hash": "t"}
    frame = pd.DataFrame([row | same for row in rows], columns=list(like.columns))
    return frame.astype(like.dtypes.to_dict())


def test_of_a_corrected_note_the_last_version_known_counts():
    """The correction of May no longer speaks of taxes: from then on nothing of the first version is left."""
    firms = empty_table("firms").reindex(range(1)).assign(firm_id="f0", known_date=pd.Timestamp("2020-01-31"))
    first = [signal("a", "2025-02-01", "outcome", value=0.02), bad("a", "2025-02-01", "Q6")]
    later = [signal("a", "2025-02-01", "outcome", known="2025-05-02", value=0.01)]
    later += [bad("a", "2025-02-01", "Q1", known="2025-05-02")]
    chunk = prepare(
        {"firms": firms.astype(empty_table("firms").dtypes), "note_signals": table(*first, *later)}
    )

    before, after = (qualitative.compute(build_panel(chunk, day)) for day in ("2025-04-30", "2025-05-31"))

    assert before["note_taxes_pct"][0] > 0
    assert before["note_owner_pct"][0] == 0
    assert after["note_taxes_pct"][0] == 0
    assert after["note_owner_pct"][0] > 0
    assert before["notes_180d_count"][0] == after["notes_180d_count"][0] == 1
