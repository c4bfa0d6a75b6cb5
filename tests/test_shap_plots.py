"""shap's plots as SVG: the same every time, text as text, numpy's state left alone."""

import numpy as np
import pytest
import shap

from review.labels import Words
from review.shap_plots import beeswarm, dependence, in_both_languages, leading_features, sample

NAME = Words("図", "Plot")
WORDS = {f"f{i}": Words(f"特徴<{i}>", f"Feature <{i}>") for i in range(4)}


def explanation(rows: int = 60) -> shap.Explanation:
    rng = np.random.default_rng(1)
    data = rng.normal(size=(rows, 4))
    data[::7, 0] = np.nan
    data[:, 2] = np.nan  # a feature nobody has
    values = np.nan_to_num(data) * [0.5, -0.2, 0.0, 0.1] + [0, 0, 0.05, 0]
    return shap.Explanation(values=values, data=data, feature_names=list(WORDS))


def test_leading_features_by_mean_size_and_no_unused_ones() -> None:
    own = shap.Explanation(values=np.array([[0.1, -0.5, 0.0], [0.3, 0.1, 0.0]]), feature_names=list("abc"))
    # means of sizes: .2, .3, 0
    assert leading_features(own, 3) == ["b", "a"]
    assert leading_features(own, 1) == ["b"]


def test_a_beeswarm_is_the_same_every_time_and_leaves_numpys_generator_alone() -> None:
    np.random.seed(5)  # noqa: NPY002
    expected = np.random.random()  # noqa: NPY002
    np.random.seed(5)  # noqa: NPY002
    first = beeswarm(explanation(), WORDS, NAME)
    assert np.random.random() == expected  # noqa: NPY002
    assert beeswarm(explanation(), WORDS, NAME) == first


def test_text_stays_text_in_both_languages_and_is_escaped() -> None:
    svg = beeswarm(explanation(), WORDS, NAME)
    assert 'class="ja">特徴&lt;0&gt;</text>' in svg
    assert 'class="en">Feature &lt;0&gt;</text>' in svg
    assert "リスクを下げる" in svg
    assert "font-family" not in svg
    assert "<metadata" not in svg
    assert "<style" not in svg  # it would reach the whole page
    assert 'aria-label="図 / Plot"' in svg


def test_dots_are_one_image_however_many() -> None:
    few, many = beeswarm(explanation(60), WORDS, NAME), beeswarm(explanation(1500), WORDS, NAME)
    assert many.count("<image") == few.count("<image") <= 2
    assert len(many) < 200_000


def test_ids_of_two_figures_do_not_meet() -> None:
    import re

    one, two = (dependence(explanation(), "f0", WORDS, Words("図", name)) for name in ("One", "Two"))
    ids = [set(re.findall(r' id="([^"]+)"', svg)) for svg in (one, two)]
    assert ids[0]
    assert not ids[0] & ids[1]
    assert all(
        set(re.findall(r"url\(#([^)]+)\)", svg)) <= own for svg, own in zip((one, two), ids, strict=True)
    )


def test_amounts_are_divided_on_the_axis() -> None:
    own = explanation()
    own.data = own.data * 1e6
    assert dependence(own, "f1", WORDS, NAME, divide=1e6) == dependence(explanation(), "f1", WORDS, NAME)


def test_a_feature_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="no feature 'f9'"):
        dependence(explanation(), "f9", WORDS, NAME)


def test_a_sample_keeps_the_order_and_is_the_same_every_time() -> None:
    rows = np.arange(100)
    drawn = sample(rows, 10)
    assert len(drawn) == 10
    assert (np.diff(drawn) > 0).all()
    assert (sample(rows, 10) == drawn).all()


def test_texts_without_words_are_left_as_they_are() -> None:
    assert in_both_languages("<text>0.5</text>", {}) == "<text>0.5</text>"
