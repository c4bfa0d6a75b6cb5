"""A ranking measured under weights, against scikit-learn and against repeated rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

from models.ranking import Ranking, capacity


@st.composite
def weighted_rows(draw):
    n = draw(st.integers(4, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    y = rng.integers(0, 2, n).astype(float)
    y[:2] = 0, 1
    weight = rng.integers(0, 4, n).astype(float)
    weight[:2] = np.maximum(weight[:2], 1)
    return y, rng.integers(0, draw(st.integers(1, 30)), n).astype(float), weight  # few levels: many ties


@given(weighted_rows())
def test_auc_and_average_precision_are_those_of_scikit_learn(rows):
    y, score, weight = rows
    ranked = Ranking(y, score).under(weight)
    assert ranked.auc() == pytest.approx(sk.roc_auc_score(y, score, sample_weight=weight), abs=1e-12)
    assert ranked.pr_auc() == pytest.approx(
        sk.average_precision_score(y, score, sample_weight=weight), abs=1e-12
    )
    false, true, _ = sk.roc_curve(y, score, sample_weight=weight, drop_intermediate=False)
    assert ranked.ks() == pytest.approx(np.abs(true - false).max(), abs=1e-12)


@given(weighted_rows(), st.sampled_from([0.05, 0.2, 0.5, 1.0]))
def test_a_weight_is_a_repeated_row(rows, share):
    y, score, weight = rows
    times = weight.astype(int)
    weighted = Ranking(y, score).under(weight)
    repeated = Ranking(np.repeat(y, times), np.repeat(score, times)).under(np.ones(times.sum()))
    for measure in ("precision_at", "recall_at", "ndcg_at"):
        assert getattr(weighted, measure)(share) == pytest.approx(
            getattr(repeated, measure)(share), abs=1e-12
        )


def test_a_tie_at_the_capacity_counts_the_worst():
    # ten rows, two reviewed: the best row is a miss, then four tie with two positives; none of them gets in
    y = np.array([0, 1, 1, 0, 0, 0, 0, 0, 0, 1.0])
    score = np.array([9, 5, 5, 5, 5, 1, 1, 1, 1, 1.0])
    ranked = Ranking(y, score).under(np.ones(10))
    assert ranked.hits_at(0.2) == (0.0, 2)
    # four reviewed: 9, and of the four at 5 both negatives first, then one positive
    assert ranked.hits_at(0.4) == (1.0, 4)
    assert ranked.recall_at(0.4) == pytest.approx(1 / 3)


def test_capacity_is_rounded_half_up_and_at_least_one():
    assert [capacity(n, 0.01) for n in (1, 149, 150, 250)] == [1, 1, 2, 3]
    with pytest.raises(ValueError, match="share must lie in"):
        capacity(10, 0)
