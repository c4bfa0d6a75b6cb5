"""Intervals by firm: the quick way against the plain way, coverage, and refusals."""

import numpy as np
import pytest

from models.intervals import Interval, bootstrap_by_firm, paired_difference, resample
from models.metrics import metric

NAMES = ["auc", "pr_auc", "brier", "log_loss", "ks", "recall_at_5pct", "precision_at_5pct", "ndcg_at_5pct"]
SLOPE = ["calibration_intercept", "calibration_slope"]


def portfolio(seed, firms=300, rows_per_firm=4):
    """Each firm's rows share its risk, and its outcome in most of them."""
    rng = np.random.default_rng(seed)
    risk = np.repeat(rng.normal(-1.5, 1, firms), rows_per_firm)
    fails = np.repeat(rng.random(firms), rows_per_firm) < 1 / (1 + np.exp(-risk))
    p = 1 / (1 + np.exp(-(risk + rng.normal(0, 0.5, risk.size)).round(2)))
    return fails.astype(float), p, np.repeat([f"{i:08d}" for i in range(firms)], rows_per_firm)


def test_every_resample_is_what_the_metric_gives_for_repeated_rows():
    y, p, firm = portfolio(0, firms=60)
    drawn, redrawn = resample(y, {"p": p}, firm, [*NAMES, *SLOPE], n_resamples=5, seed=3)
    rng = np.random.default_rng(3)  # the same draws again
    assert redrawn == 0
    for i in range(5):
        counts = np.bincount(rng.integers(0, 60, 60), minlength=60)
        times = np.repeat(counts, 4)  # rows stand firm by firm
        for name in [*NAMES, *SLOPE]:
            plain = metric(name)(np.repeat(y, times), np.repeat(p, times))
            assert drawn["p", name][i] == pytest.approx(plain, abs=1e-8)
            assert metric(name)(y, p, weight=times.astype(float)) == pytest.approx(plain, abs=1e-8)


def test_interval_of_a_rate_is_that_of_the_normal_approximation():
    # Every probability 0: the Brier score is the default rate. 400 firms of one row, 100 fail:
    # standard error sqrt(.25 * .75 / 400) = .02165, interval .25 -+ 1.96 * .02165 = [.2076, .2924]
    y = np.r_[np.ones(100), np.zeros(300)]
    interval = bootstrap_by_firm(y, np.zeros(400), np.arange(400), ["brier"], n_resamples=4000)["brier"]
    assert interval.value == 0.25
    assert interval.low == pytest.approx(0.2076, abs=0.004)
    assert interval.high == pytest.approx(0.2924, abs=0.004)


def test_rows_of_one_firm_are_no_new_evidence():
    y, p, firm = portfolio(1)
    by_firm = bootstrap_by_firm(y, p, firm, ["auc"], n_resamples=200)["auc"]
    by_row = bootstrap_by_firm(y, p, np.arange(y.size), ["auc"], n_resamples=200)["auc"]
    # four rows a firm that say nearly the same: the honest interval is nearly twice as wide
    assert by_firm.high - by_firm.low > 1.5 * (by_row.high - by_row.low)


def test_about_95_of_100_intervals_hold_the_truth():
    # AUC of N(1, 1) against N(0, 1) is Phi(1 / sqrt 2) = 0.76025
    held = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        y = np.repeat([0.0, 1.0], [150, 50])
        found = bootstrap_by_firm(y, rng.normal(y), np.arange(200), ["auc"], n_resamples=200, seed=seed)[
            "auc"
        ]
        held += found.low <= 0.76025 <= found.high
    assert 88 <= held <= 99  # binomial(100, .95): outside this 3 times in 1,000


def test_difference_is_paired():
    y, p, firm = portfolio(2)
    near = p + 1e-3 * np.random.default_rng(0).normal(size=p.size)
    found = paired_difference(y, p, near, firm, ["auc", "pr_auc"], n_resamples=200)["auc"]
    alone = bootstrap_by_firm(y, p, firm, ["auc"], n_resamples=200)["auc"]
    assert found.value == metric("auc")(y, p) - metric("auc")(y, near)
    assert found.low <= found.value <= found.high
    assert found.high - found.low < 0.1 * (alone.high - alone.low)
    assert paired_difference(y, p, p, firm, ["auc"], n_resamples=20)["auc"] == Interval(0.0, 0.0, 0.0, 0)


def test_the_same_seed_gives_the_same_interval():
    rows = portfolio(3)
    assert bootstrap_by_firm(*rows, ["auc"], seed=5) == bootstrap_by_firm(*rows, ["auc"], seed=5)
    assert bootstrap_by_firm(*rows, ["auc"], seed=5) != bootstrap_by_firm(*rows, ["auc"], seed=6)


def test_resamples_without_a_label_are_drawn_again_and_counted():
    # one positive of five firms: it is missing from (4/5)^5 = 33 % of the draws
    found = bootstrap_by_firm([1, 0, 0, 0, 0], [5, 4, 3, 2, 1], list("abcde"), ["auc"], n_resamples=200)[
        "auc"
    ]
    assert found.low == found.high == 1.0
    assert 60 <= found.redrawn <= 145  # mean 200 * .328 / .672 = 97, standard deviation 12


def test_refusals():
    with pytest.raises(ValueError, match="no intervals for metric 'accuracy'"):
        bootstrap_by_firm([1, 0], [0.2, 0.1], ["a", "b"], ["accuracy"])
    with pytest.raises(TypeError, match="sequence of names"):
        bootstrap_by_firm([1, 0], [0.2, 0.1], ["a", "b"], "auc")
