"""The feature table: its columns, and what it refuses."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from features import table
from features.dictionary import load_dictionary
from features.norms import fit_norms
from features.panel import PROVIDED, Panel
from features.table import FAMILIES, KEYS, build_features
from intake.accounts import ACCOUNTS

IDS = ["a", "b"]


def panel() -> Panel:
    """Return two firms with closings; the first has an equity ratio of 30 %, the second of 10 %."""
    empty = Panel.empty(IDS, "2025-03-31")
    closings = {name: np.full((2, 4), 1.0) for name in ACCOUNTS}
    closings["total_assets"][:] = 100.0
    closings["net_assets"][:] = [[30.0], [10.0]]
    years = np.array(["2021-12-31", "2022-12-31", "2023-12-31", "2024-12-31"], dtype="datetime64[D]")
    provided = {kind: np.full(2, np.datetime64("NaT", "D")) for kind in PROVIDED}
    provided["annual"] = np.array(["2025-03-20", "NaT"], dtype="datetime64[D]")
    return replace(
        empty,
        closings=closings,
        closing_end=np.tile(years, (2, 1)),
        closing_known=np.tile(years + 80, (2, 1)),
        provided=provided,
        firms=empty.firms.assign(industry=["0201", "0601"], size_class="small"),
    )


def family(**features) -> SimpleNamespace:
    return SimpleNamespace(__name__="odd", compute=lambda panel: features)


def replace_first_of(name: str, value: np.ndarray):
    """Return the families, with one feature that a family makes put in another's place."""
    made = {key: one for module in FAMILIES for key, one in module.compute(panel()).items()}
    return (family(**(made | {name: value})),)


def test_the_columns_are_keys_and_the_dictionary_in_order():
    found = build_features(panel(), None)
    names = load_dictionary()["name"].tolist()
    assert found.columns.tolist() == [*KEYS, *names]
    assert set(found[names].dtypes.astype(str)) == {"float32"}
    assert found.dtypes[list(KEYS)].astype(str).tolist() == ["datetime64[ms]", "str", "str", "str", "str"]
    assert found[list(KEYS[1:])].to_numpy().tolist() == [
        ["a", "basic", "0201", "small"],
        ["b", "none", "0601", "small"],
    ]
    assert found["as_of_date"].eq(pd.Timestamp("2025-03-31")).all()
    np.testing.assert_array_equal(found["equity_ratio_pct"], [30.0, 10.0])


def test_a_chunk_of_which_nobody_is_known_yet_has_the_same_columns():
    nobody = build_features(Panel.empty([], "2025-03-31"), None)
    assert len(nobody) == 0
    assert nobody.dtypes.to_dict() == build_features(panel(), None).dtypes.to_dict()


def test_distances_to_norms_are_missing_until_there_are_norms():
    first = build_features(panel(), None)
    assert first["equity_ratio_vs_industry_pct"].isna().all()
    # all: 20. Industry and cell have one firm each, weight 1/2 twice: 30 → 25 → 27.5 and 10 → 15 → 12.5
    second = build_features(panel(), fit_norms(first.assign(tier="basic"), min_firms=1))
    np.testing.assert_array_equal(second["equity_ratio_vs_industry_pct"], [2.5, -2.5])
    others = second.columns[~second.columns.str.contains("_vs_industry_")]
    pd.testing.assert_frame_equal(second[others], first[others])


@pytest.mark.parametrize("value", [np.inf, -np.inf, 1e39])
def test_infinite_numbers_are_refused_by_feature_and_firm(monkeypatch, value):
    monkeypatch.setattr(table, "FAMILIES", replace_first_of("sales_yen", np.array([1.0, value])))
    with pytest.raises(ValueError, match=r"feature 'sales_yen', firm 'b': .* is no finite float32"):
        build_features(panel(), None)


@pytest.mark.parametrize("value", [np.ones(3), np.ones((2, 1)), np.array(["x", "y"]), np.array([1, 2])])
def test_anything_but_one_float_a_firm_is_refused(monkeypatch, value):
    monkeypatch.setattr(table, "FAMILIES", replace_first_of("sales_yen", value))
    with pytest.raises(ValueError, match=r"feature 'sales_yen': .* instead of floats \(2,\)"):
        build_features(panel(), None)


def test_features_and_dictionary_are_the_same_set(monkeypatch):
    monkeypatch.setattr(table, "FAMILIES", (*FAMILIES, family(luck_pct=np.ones(2))))
    with pytest.raises(ValueError, match="not in the dictionary: luck_pct"):
        build_features(panel(), None)
    monkeypatch.setattr(table, "FAMILIES", (*FAMILIES, family(sales_yen=np.ones(2))))
    with pytest.raises(ValueError, match="feature 'sales_yen': odd produces it, and so does another family"):
        build_features(panel(), None)
    dictionary = load_dictionary()
    more = pd.concat([dictionary, dictionary.tail(1).assign(name="luck_pct")])
    monkeypatch.setattr(table, "FAMILIES", FAMILIES)
    monkeypatch.setattr(table, "load_dictionary", lambda: more)
    with pytest.raises(ValueError, match="no family produces: luck_pct"):
        build_features(panel(), None)
