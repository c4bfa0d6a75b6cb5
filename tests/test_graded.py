import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn.metrics import f1_score

from models.graded import graded_intervals, graded_metric

ROWS = st.lists(st.tuples(st.integers(-2, 2), st.integers(-2, 2), st.integers(0, 3)), min_size=3, max_size=30)


@given(ROWS)
def test_spearman_is_scipys_and_weights_are_repeated_rows(rows: list) -> None:
    level, score, weight = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    many = np.repeat(np.arange(len(rows)), weight.astype(int))
    if len(set(level[many])) < 2 or len(set(score[many])) < 2:
        return
    found = graded_metric("spearman", level, score, weight=weight)
    assert found == pytest.approx(spearmanr(level[many], score[many])[0], abs=1e-9)


@settings(max_examples=30)
@given(ROWS)
def test_macro_f1_is_scikit_learns_over_the_levels_that_are(rows: list) -> None:
    level, said, weight = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    weight += 1
    expected = f1_score(
        level.astype(int),
        said.astype(int),
        labels=np.unique(level.astype(int)),
        average="macro",
        sample_weight=weight,
        zero_division=0,
    )
    assert graded_metric("macro_f1", level, said, weight=weight) == pytest.approx(expected)


def test_a_score_without_differences_says_nothing() -> None:
    assert graded_metric("spearman", [-1, 0, 1], [5, 5, 5]) == 0


@pytest.mark.parametrize(
    ("level", "score", "message"),
    [
        ([0, np.nan], [1, 2], "level of row 1 is nan"),
        ([0, 1], [1, np.inf], "score of row 1 is inf"),
        ([0, 1], [1], r"levels have shape \(2,\), scores \(1,\)"),
        ([], [], "n of 1 or more"),
    ],
)
def test_what_cannot_be_measured_is_named(level: list, score: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        graded_metric("spearman", level, score)


def test_intervals_draw_whole_units_and_pairs_share_the_draws() -> None:
    rng = np.random.default_rng(0)
    level = np.repeat(rng.integers(-2, 3, 40), 25).astype(float)  # 40 units of 25 equal rows
    units = np.repeat(np.arange(40), 25)
    score = level + np.repeat(rng.normal(size=40), 25)
    given_ = {"a": score, "b": 2 * score}
    by_unit = graded_intervals("spearman", level, given_, units, less=[("a", "b")], n_resamples=200)
    by_row = graded_intervals("spearman", level, given_, np.arange(1000), n_resamples=200)
    assert by_unit["a"].value == by_row["a"].value == pytest.approx(spearmanr(level, score)[0])
    # 25 equal rows count as one: the root of 25 times as wide
    wide, narrow = (found["a"].high - found["a"].low for found in (by_unit, by_row))
    assert 3 < wide / narrow < 7
    assert (by_unit["a less b"].low, by_unit["a less b"].high) == (0, 0)
