"""Baselines: directions, missing values, and a pipeline that learns from training rows alone."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from models.baselines import Winsorizer, fit_baselines
from models.calibrator import Calibrator
from models.metrics import auc

FEATURES = ["debt_pct", "cash_months", "never_known"]


def rows(n=1_500, seed=0):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n, 2)), columns=FEATURES[:2]).assign(never_known=np.nan)
    eta = 1.2 * X["debt_pct"] - X["cash_months"] - 2
    X["altman_z2"] = -eta + rng.normal(size=n)
    X["crd_grade"] = np.clip(np.round(5 - eta + 2 * rng.normal(size=n)), 1, 9)
    X.loc[rng.random(n) < 0.2, ["altman_z2", "crd_grade", "cash_months"]] = np.nan
    return X.astype("float32"), (rng.random(n) < expit(eta)).to_numpy(dtype=float)


@pytest.fixture(scope="module")
def fitted():
    return fit_baselines(*rows(), features=FEATURES)


def test_every_baseline_ranks_risk_upwards_and_never_misses(fitted):
    X, y = rows(seed=1)
    assert list(fitted) == ["prior", "altman_z2", "crd_grade", "logistic"]
    scores = {name: score(X) for name, score in fitted.items()}
    assert all(np.isfinite(score).all() and score.dtype == np.float64 for score in scores.values())
    areas = {name: auc(y, score) for name, score in scores.items()}
    assert areas["prior"] == 0.5
    assert 0.6 < areas["crd_grade"] < areas["logistic"]
    assert 0.6 < areas["altman_z2"] < areas["logistic"]
    for name in ("altman_z2", "crd_grade", "logistic"):
        assert Calibrator.fit(scores[name], y).slope > 0


def test_by_hand(fitted):
    X, y = rows()
    assert expit(fitted["prior"](X.iloc[:1]))[0] == pytest.approx(y.mean())
    firms = pd.DataFrame({"altman_z2": [2.6, np.nan], "crd_grade": [1.0, np.nan]}, dtype="float32")
    # risk is the figure turned round; without one, that of the median firm of training
    assert fitted["altman_z2"](firms).tolist() == [-float(np.float32(2.6)), -float(X["altman_z2"].median())]
    assert fitted["crd_grade"](firms).tolist() == [-1.0, -float(X["crd_grade"].median())]


def test_a_score_depends_on_the_row_alone(fitted):
    X, _ = rows(seed=2)
    whole = fitted["logistic"](X)
    assert np.allclose(fitted["logistic"](X.iloc[::-1])[::-1], whole, atol=1e-12)
    assert np.allclose(
        np.concatenate([fitted["logistic"](X.iloc[[i]]) for i in range(5)]), whole[:5], atol=1e-12
    )


def test_an_outlier_moves_nothing_beyond_the_bounds(fitted):
    X, _ = rows(seed=2)
    far = X.assign(debt_pct=np.float32(1e9))
    farther = X.assign(debt_pct=np.float32(1e12))
    assert np.array_equal(fitted["logistic"](far), fitted["logistic"](farther))


def test_winsorizer_by_hand():
    # 0..100: the 1 % quantile is 1, the 99 % quantile 99
    cut = Winsorizer().fit(np.arange(101.0)[:, None])
    assert cut.transform([[-5.0], [50.0], [1e6], [np.nan]])[:, 0] == pytest.approx(
        [1, 50, 99, np.nan], nan_ok=True
    )
    empty = Winsorizer().fit(np.full((3, 1), np.nan))
    assert np.isnan(empty.transform([[np.nan]])).all()


def test_a_baseline_without_its_column_is_left_out():
    X, y = rows(200)
    assert list(fit_baselines(X.drop(columns="crd_grade"), y, features=FEATURES)) == [
        "prior",
        "altman_z2",
        "logistic",
    ]
    assert "altman_z2" not in fit_baselines(X.assign(altman_z2=np.float32(np.nan)), y, features=FEATURES)


def test_refusals():
    X, y = rows(50)
    with pytest.raises(ValueError, match="need both labels, got 50 positives of 50 rows"):
        fit_baselines(X, np.ones(50), features=FEATURES)
    with pytest.raises(ValueError, match="'debt_pct': str"):
        fit_baselines(X.astype({"debt_pct": "str"}), y, features=FEATURES)
