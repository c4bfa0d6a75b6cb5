"""What drives the models: written contributions back into shap's object."""

import numpy as np
import pandas as pd
import pytest

from review.drivers import drivers, explanation_of, feature_words
from review.labels import Words

VALUES = pd.DataFrame({"firm_id": ["a", "b"], "cash_months": [0.5, 2.0], "sales_yen": [3e6, 4e6]})
DICTIONARY = pd.DataFrame(
    [("cash_months", "手元流動性", "Cash", "months"), ("sales_yen", "売上高", "Sales", "yen")],
    columns=["name", "label_ja", "label_en", "unit"],
)


def contributions() -> pd.DataFrame:
    rows = [
        ("a", "basic", "cash_months", 0.5), ("a", "basic", "sales_yen", -0.1),
        ("b", "basic", "cash_months", -0.4), ("b", "basic", "sales_yen", 0.2),
        ("b", "standard", "sales_yen", 0.7),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["firm_id", "tier", "feature", "contribution"])


def test_long_contributions_become_a_matrix_beside_the_values() -> None:
    found = explanation_of(contributions(), VALUES.iloc[::-1], "basic", 10)
    assert found.feature_names == ["cash_months", "sales_yen"]
    np.testing.assert_array_equal(found.values, [[0.5, -0.1], [-0.4, 0.2]])
    np.testing.assert_array_equal(found.data, [[0.5, 3e6], [2.0, 4e6]])


@pytest.mark.parametrize("drop", [[1], [0, 3]])
def test_firms_with_different_features_are_refused(drop: list[int]) -> None:
    with pytest.raises(ValueError, match="tier basic: firms do not have the same features"):
        explanation_of(contributions().drop(index=drop), VALUES, "basic", 10)


def test_axes_name_the_unit_and_long_labels_are_cut() -> None:
    words = feature_words(DICTIONARY, "dollar", with_unit=True)
    assert words["cash_months"] == Words("手元流動性（か月）", "Cash (months)")
    assert words["sales_yen"] == Words("売上高（百万ドル）", "Sales (USD million)")
    assert feature_words(DICTIONARY, "yen", with_unit=False, most=6)["cash_months"].ja == "手元…"


def test_each_tier_scored_has_its_plots() -> None:
    found = drivers(contributions(), VALUES, DICTIONARY, currency="yen", rows=10, dependence_plots=1)
    assert [(driver.tier.en, driver.rows) for driver in found] == [("Basic", 2), ("Standard", 1)]
    assert [name for name, _ in found[0].dependence] == [Words("手元流動性", "Cash")]
    assert all(driver.beeswarm.startswith("<svg") for driver in found)
