"""Metrics against scikit-learn, against figures worked out by hand, and against a published table."""

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sk
from sklearn.linear_model import LogisticRegression

from models import metrics

RNG = np.random.default_rng(5)
P = RNG.beta(1, 12, 600)
Y = (RNG.random(600) < P).astype(float)
WEIGHT = RNG.integers(0, 3, 600).astype(float)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (metrics.auc, sk.roc_auc_score),
        (metrics.pr_auc, sk.average_precision_score),
        (metrics.brier, sk.brier_score_loss),
        (metrics.log_loss, sk.log_loss),
    ],
)
@pytest.mark.parametrize("weight", [None, WEIGHT])
def test_agrees_with_scikit_learn(ours, theirs, weight):
    assert ours(Y, P, weight=weight) == pytest.approx(theirs(Y, P, sample_weight=weight), abs=1e-12)


def test_published_rusboost_predictions_give_the_published_figures(public_data):
    """Bao et al. 2020, means of 2003-2008: AUC .7253, NDCG at 1 % .0490; 16 frauds in the top 1 %."""
    years = []
    for path in sorted((public_data / "jar2020_fraud" / "pred").glob("*.csv")):
        rows = pd.read_csv(path, header=None, names=["fyear", "gvkey", "misstate", "score"])
        y, score = rows["misstate"].to_numpy(), rows["score"].to_numpy()
        hits, _ = metrics.ranked(y, score).hits_at(0.01)
        years.append((metrics.auc(y, score), metrics.ndcg_at(y, score, 0.01), hits))
    area, gain, hits = np.array(years).T
    assert len(years) == 6
    assert round(area.mean(), 4) == 0.7253
    assert round(gain.mean(), 4) == 0.0490
    assert hits.sum() == 16


def test_calibration_line_is_logistic_regression_on_log_odds():
    x = np.log(P / (1 - P))[:, None]
    oracle = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000).fit(x, Y)
    line = metrics.calibration_line(Y, P)
    assert line.slope == pytest.approx(oracle.coef_[0, 0], abs=1e-4)
    assert line.intercept == pytest.approx(oracle.intercept_[0], abs=1e-4)


def test_calibration_line_undoes_a_known_distortion():
    # expected frequencies as weights: each row appears as a positive with weight p, a negative with 1 - p
    p = np.linspace(0.05, 0.9, 50)
    odds = np.log(p / (1 - p))
    distorted = 1 / (1 + np.exp(-(odds * 2 + 1)))  # so the truth is odds = (distorted odds - 1) / 2
    y = np.repeat([1.0, 0.0], 50)
    line = metrics.calibration_line(y, np.tile(distorted, 2), weight=np.concatenate([p, 1 - p]))
    assert line.intercept == pytest.approx(-0.5)
    assert line.slope == pytest.approx(0.5)


def test_precision_recall_and_ndcg_by_hand():
    # falling scores, positives at ranks 1 and 4 of 10; three reviewed
    y = [1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    score = list(range(10, 0, -1))
    assert metrics.precision_recall_at(y, score, 0.3) == (pytest.approx(1 / 3), pytest.approx(1 / 2))
    # gain found: 1 / log2(2) = 1; ideal within three: ranks 1 and 2, 1 + 1 / log2(3) = 1.63093
    assert metrics.ndcg_at(y, score, 0.3) == pytest.approx(1 / 1.6309297535714575)


def test_ks_by_hand():
    # positives 3, 4 (and 1), negatives 1, 2: at the cut 3 two of three positives, none of the negatives
    assert metrics.ks([0, 0, 1, 1, 1], [1, 2, 3, 4, 1]) == pytest.approx(2 / 3)


def test_reliability_bins_by_hand():
    # 20 rows of rising probability in 10 bins of two; only the last three fail
    y = np.r_[np.zeros(17), np.ones(3)]
    table = metrics.reliability_by_decile(y, np.arange(1, 21) / 100)
    assert table["n"].tolist() == [2] * 10
    assert table["positives"].tolist() == [0] * 8 + [1, 2]
    assert np.allclose(table["predicted"], np.arange(1, 20, 2) / 100 + 0.005)
    # Wilson, k = 1 of 2, z = 1.95996: (0.5 + z2/4 -+ z sqrt(0.125 + z2/16)) / (1 + z2/2), z2 = 3.841459
    low, high = table.loc[8, ["low", "high"]]
    assert low == pytest.approx(
        (0.5 + 3.841459 / 4 - 1.959964 * np.sqrt(0.125 + 3.841459 / 16)) / 2.9207295, abs=1e-6
    )
    assert high == pytest.approx(1 - low)  # one of two: symmetric


def test_equal_probabilities_share_a_bin():
    table = metrics.reliability_by_decile([0, 1, 0, 0, 1], [0.1, 0.1, 0.1, 0.1, 0.5], bins=5)
    assert table["n"].tolist() == [4, 1]
    assert table["bin"].tolist() == [4, 5]


def test_names_of_evaluation_tables():
    assert metrics.metric("recall_at_5pct")(Y, P) == metrics.precision_recall_at(Y, P, 0.05)[1]
    assert metrics.metric("ndcg_at_0.5pct")(Y, P) == metrics.ndcg_at(Y, P, 0.005)
    assert metrics.metric("calibration_slope")(Y, P) == metrics.calibration_line(Y, P).slope


@pytest.mark.parametrize(
    ("y", "score", "message"),
    [
        ([0, 1], [0.5, np.nan], "score of row 1 is nan"),
        ([0, np.nan], [0.5, 0.5], "label of row 1 is nan"),
        ([1, 1], [0.5, 0.5], "all 2 labels are 1"),
        ([], [], "there are no rows"),
        ([0, 1], [0.5], "both must be"),
    ],
)
def test_rows_that_cannot_be_measured(y, score, message):
    for measure in (metrics.auc, metrics.pr_auc, metrics.ks, metrics.calibration_line):
        with pytest.raises(ValueError, match=message):
            measure(y, score)


def test_a_score_is_no_probability():
    with pytest.raises(ValueError, match=r"probability of row 0 is -1\.5, outside"):
        metrics.brier([0, 1], [-1.5, 2])
