"""Norms against figures worked out by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.norms import COLUMNS, fit_norms, gap_to_norms
from intake.contracts import INDUSTRIES, SIZE_CLASSES

FIRMS = pd.DataFrame(
    {
        "as_of_date": pd.Timestamp("2023-03-31"),
        "firm_id": ["a", "b", "c", "d", "e"],
        "tier": "basic",
        "industry": ["0201", "0201", "0201", "0601", "0601"],
        "size_class": ["small", "small", "medium", "small", "small"],
        "cash_months": [1.0, 3.0, 8.0, 2.0, np.nan],
        "never_known_pct": np.nan,
    }
)


def norm(min_firms: int, industry: str, size_class: str, feature: str = "cash_months") -> pd.Series:
    norms = fit_norms(FIRMS, min_firms=min_firms)
    chosen = norms[
        (norms["industry"] == industry) & (norms["size_class"] == size_class) & (norms["feature"] == feature)
    ]
    assert len(chosen) == 1
    return chosen.iloc[0]


def test_a_cell_is_drawn_to_its_industry_and_that_to_all():
    # all: 1, 2, 3, 8 → 2.5. Construction: 1, 3, 8 → 3, weight 3/(3+1): 3 * .75 + 2.5 * .25 = 2.875.
    # Its small firms: 1, 3 → 2, weight 2/(2+1): 2 * 2/3 + 2.875 / 3 = 2.291666…
    found = norm(1, "0201", "small")
    assert found["median"] == pytest.approx(2 * 2 / 3 + 2.875 / 3, rel=1e-12)
    assert (found["n_firms"], found["level"]) == (2, "cell")


def test_a_cell_without_firms_is_its_industry_and_one_without_industry_is_all():
    # restaurants: one known value 2, weight 1/2: 2 * .5 + 2.5 * .5 = 2.25
    found = norm(1, "0601", "medium")
    assert (found["median"], found["n_firms"], found["level"]) == (2.25, 0, "industry")
    found = norm(1, "1400", "unknown")
    assert (found["median"], found["n_firms"], found["level"]) == (2.5, 0, "all")


def test_firms_without_a_tier_are_no_norm_for_others():
    gone = FIRMS.assign(firm_id=FIRMS["firm_id"] + "0", tier="none", cash_months=99.0)
    pd.testing.assert_frame_equal(
        fit_norms(pd.concat([gone, FIRMS]), min_firms=2), fit_norms(FIRMS, min_firms=2)
    )
    nobody = fit_norms(gone, min_firms=2)
    assert nobody["median"].isna().all()
    assert set(nobody["n_firms"]) == {0}


def test_quartiles_are_drawn_alike():
    # all: 1, 2, 3, 8 → quartiles 1.75 and 4.25; restaurants: 2 and 2; halfway between
    found = norm(1, "0601", "medium")
    assert (found["p25"], found["p75"]) == (1.875, 3.125)


def test_the_level_is_whom_the_figures_chiefly_speak_of():
    assert norm(2, "0201", "small")["level"] == "cell"
    assert norm(3, "0201", "small")["level"] == "industry"
    assert norm(4, "0201", "small")["level"] == "all"


def test_a_feature_that_nobody_has_is_missing_but_there():
    found = norm(1, "0201", "small", "never_known_pct")
    assert np.isnan(found[["median", "p25", "p75"]].astype(float)).all()
    assert (found["n_firms"], found["level"]) == (0, "all")


def test_there_is_one_row_for_every_cell_and_feature():
    norms = fit_norms(FIRMS, min_firms=5)
    assert tuple(norms.columns) == COLUMNS
    assert len(norms) == (len(INDUSTRIES) + 1) * (len(SIZE_CLASSES) + 1) * 2
    assert not norms.duplicated(["industry", "size_class", "feature"]).any()


def test_gaps_are_in_the_features_unit():
    norms = fit_norms(FIRMS, min_firms=1)
    cash = norms[norms["feature"] == "cash_months"]
    gaps = gap_to_norms(
        np.array([3.25, 1.5, np.nan]), ["0601", "1400", "0201"], ["medium", "small", "small"], cash
    )
    np.testing.assert_array_equal(gaps, [1.0, -1.0, np.nan])  # medians 2.25 and 2.5, see above
    with pytest.raises(ValueError, match="norms of one feature are wanted, not of"):
        gap_to_norms(np.array([1.0]), ["0601"], ["small"], norms)


def test_a_wrong_table_is_refused():
    with pytest.raises(ValueError, match="min_firms must be 1 or more, not 0"):
        fit_norms(FIRMS, min_firms=0)
    with pytest.raises(ValueError, match="firm_id 'a' is there more than once"):
        fit_norms(pd.concat([FIRMS, FIRMS]), min_firms=1)
    with pytest.raises(ValueError, match="no code for industry '0201', size_class 'huge'"):
        fit_norms(FIRMS.assign(size_class="huge"), min_firms=1)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["0201", "0601", "unknown"]),
            st.sampled_from(["small", "medium"]),
            st.none() | st.integers(-1000, 1000),
        ),
        min_size=1,
        max_size=20,
    ),
    st.integers(1, 30),
)
def test_figures_stay_in_order_and_within_what_was_seen(firms, min_firms):
    frame = pd.DataFrame(firms, columns=["industry", "size_class", "cash_months"])
    norms = fit_norms(frame.astype({"cash_months": float}), min_firms=min_firms)
    shuffled = fit_norms(frame[::-1].astype({"cash_months": float}), min_firms=min_firms)
    pd.testing.assert_frame_equal(norms, shuffled)
    known = frame["cash_months"].dropna().astype(float)
    if known.empty:
        assert norms["median"].isna().all()
        return
    tiny = 1e-9
    assert (norms["p25"] <= norms["median"] + tiny).all()
    assert (norms["median"] <= norms["p75"] + tiny).all()
    assert norms[["p25", "median", "p75"]].to_numpy().min() >= known.min() - tiny
    assert norms[["p25", "median", "p75"]].to_numpy().max() <= known.max() + tiny


def test_an_unknown_industry_or_size_is_no_group_to_speak_of():
    firms = pd.DataFrame(
        {
            "industry": ["unknown"] * 3 + ["0201"] * 3,
            "size_class": ["unknown"] * 6,
            "margin_pct": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        }
    )

    level = fit_norms(firms, min_firms=2).set_index(["industry", "size_class"])["level"]

    assert level["unknown", "unknown"] == "all"
    assert level["0201", "unknown"] == "industry"
    assert level["0201", "small"] == "industry"
    assert level["0601", "small"] == "all"
