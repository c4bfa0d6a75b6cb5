"""The bundle: the same scores after reading back, no pickle, and nothing changed goes unnoticed."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

from models import bundle as module
from models.booster import margins, train_booster
from models.bundle import Bundle, BundleError, load_bundle, save_bundle
from models.calibrator import Calibrator
from models.grades import UPPER

NAMES = ("toy_debt_pct", "toy_cash_months")


def rows(n=400):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(n, 2)).astype("float32"), columns=list(NAMES))
    return X, (rng.random(n) < 1 / (1 + np.exp(-X["toy_debt_pct"] + X["toy_cash_months"]))).to_numpy(
        dtype=float
    )


def made(num_threads=1):
    X, y = rows()
    booster = train_booster(
        X,
        y,
        params={"num_leaves": 4},
        num_boost_round=5,
        monotone=[1, -1],
        seed=1,
        num_threads=num_threads,
    )
    calibrator = Calibrator.fit(margins(booster, X), y)
    trained_on = {"last_as_of_date": "2020-03-31", "rows": 400, "note": "試行"}
    return Bundle("default", "basic", booster, calibrator, NAMES, (1, -1), trained_on)


@pytest.fixture(scope="module")
def bundle():
    return made()


@pytest.fixture
def folder(bundle, tmp_path):
    save_bundle(tmp_path / "basic", bundle)
    return tmp_path / "basic"


def test_read_back_it_scores_as_before(bundle, folder):
    X, _ = rows()
    read = load_bundle(folder, known_features=NAMES)
    assert np.array_equal(margins(read.booster, X), margins(bundle.booster, X))
    assert read.calibrator == bundle.calibrator
    assert read.content() == bundle.content()
    assert read.hash == bundle.hash
    assert read.version == bundle.hash[:12]
    assert read.grade_bounds == UPPER


def test_two_files_of_text_and_the_same_bytes_from_the_same_model(folder, tmp_path):
    assert sorted(path.name for path in folder.iterdir()) == ["booster.txt", "bundle.json"]
    save_bundle(tmp_path / "again", made(num_threads=2))
    for name in ("booster.txt", "bundle.json"):
        content = (folder / name).read_bytes()
        assert content == (tmp_path / "again" / name).read_bytes()
        assert content.decode("utf-8").isprintable() or "\n" in content.decode("utf-8")
    assert json.loads((folder / "bundle.json").read_text(encoding="utf-8"))["trained_on"]["note"] == "試行"


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("booster.txt", "leaf_value=", "leaf_value=1"),
        ("bundle.json", '"tier": "basic"', '"tier": "advanced"'),
        ("bundle.json", '"rows": 400', '"rows": 401'),
    ],
)
def test_any_change_is_noticed(folder, name, old, new):
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BundleError, match="not what was saved"):
        load_bundle(folder, known_features=NAMES)


def test_a_feature_that_is_not_made_any_more_is_named(folder):
    with pytest.raises(BundleError, match="features toy_cash_months are not in the dictionary"):
        load_bundle(folder, known_features=["toy_debt_pct"])
    with pytest.raises(BundleError, match="toy_debt_pct, toy_cash_months"):
        load_bundle(folder)  # the project's own dictionary knows neither


def test_files_that_are_missing_or_no_bundle(folder):
    (folder / "booster.txt").rename(folder / "gone.txt")
    with pytest.raises(BundleError, match=r"no bundle: booster\.txt is missing"):
        load_bundle(folder)
    (folder / "gone.txt").rename(folder / "booster.txt")
    (folder / "bundle.json").write_text("{", encoding="utf-8")
    with pytest.raises(BundleError, match=r"bundle\.json is no JSON"):
        load_bundle(folder)
    (folder / "bundle.json").write_text('{"format": 99}', encoding="utf-8")
    with pytest.raises(BundleError, match="not of format 1"):
        load_bundle(folder)


def test_a_write_that_fails_leaves_the_old_bundle(bundle, folder, monkeypatch):
    def full(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(module, "write_json", full)
    with pytest.raises(OSError, match="no space left"):
        save_bundle(folder, bundle)
    assert load_bundle(folder, known_features=NAMES).hash == bundle.hash
    assert sorted(path.name for path in folder.parent.iterdir()) == ["basic"]


def test_a_new_bundle_takes_the_old_ones_place_whole(bundle, folder):
    (folder / "stray.txt").write_text("left over")
    save_bundle(folder, bundle)
    assert sorted(path.name for path in folder.iterdir()) == ["booster.txt", "bundle.json"]
    shutil.rmtree(folder)
    save_bundle(folder, bundle)
    assert load_bundle(folder, known_features=NAMES).version == bundle.version


def test_parts_that_do_not_belong_together(bundle):
    with pytest.raises(BundleError, match="default/basic: features are not the booster's"):
        Bundle("default", "basic", bundle.booster, bundle.calibrator, NAMES[::-1], (1, -1))
    with pytest.raises(BundleError, match="1 directions, 2 features"):
        Bundle("default", "basic", bundle.booster, bundle.calibrator, NAMES, (1,))
    with pytest.raises(ValueError, match="must rise strictly"):
        Bundle("default", "basic", bundle.booster, bundle.calibrator, NAMES, (1, -1), grade_bounds=(0.5, 0.1))
