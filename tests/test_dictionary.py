import numpy as np
import pytest

from features import peers
from features.cash_flow import family as cash_flow
from features.dictionary import check, features_of, load_dictionary, monotone_of, unit_fits
from features.panel import Panel
from features.ratios import LOCABEN_INDICATORS
from features.table import FAMILIES
from features.tier import TIERS


def test_families_produce_the_dictionary_and_nothing_else():
    panel = Panel.empty(["a", "b"], "2025-03-31")
    rows = load_dictionary()
    produced: dict[str, np.ndarray] = {}
    for family in FAMILIES:
        found = family.compute(panel)
        expected = rows.loc[rows["family"] == family.__name__.rsplit(".", 1)[-1], "name"].tolist()
        assert sorted(found) == sorted(expected)
        produced |= found
    fitted = {
        "cash_flow": cash_flow.compute(panel, None),
        "peers": peers.compute(produced, np.array(["unknown"] * 2), np.array(["unknown"] * 2), None),
    }
    for family, found in fitted.items():
        assert sorted(found) == sorted(rows.loc[rows["family"] == family, "name"])
        produced |= found
    assert set(produced) == set(rows["name"])
    for name, values in produced.items():
        assert values.shape == (2,), name
        assert values.dtype == np.float64, name


def test_there_are_enough_features_and_each_tier_adds_some():
    counts = [len(features_of(tier)) for tier in TIERS]
    assert counts[0] >= 60
    assert counts[0] < counts[1] < counts[2]
    for tier in TIERS:
        assert set(features_of(tier)) <= set(load_dictionary()["name"])


def test_models_see_features_alone():
    roles = load_dictionary().set_index("name")["role"]
    assert {roles[name] for name in features_of("advanced")} == {"feature"}
    assert roles["altman_z2"] == "part"
    assert set(LOCABEN_INDICATORS) <= set(features_of("basic"))


def test_every_direction_or_the_lack_of_one_has_its_reason():
    rows = load_dictionary()
    assert set(rows["monotone"]) == {-1, 0, 1}
    assert (rows["why"] != "").all()
    assert monotone_of(features_of("basic")[:2]) == [0, -1]


def test_names_are_ascii_and_end_in_their_unit():
    rows = load_dictionary()
    assert all(name.isascii() and name.islower() for name in rows["name"])
    assert all(unit_fits(name, unit) for name, unit in zip(rows["name"], rows["unit"], strict=True))
    assert not rows["label_ja"].duplicated().any()
    assert not rows["label_en"].duplicated().any()


def test_callers_get_a_copy():
    mine = load_dictionary()
    mine["name"] = "changed"
    assert load_dictionary()["name"].iloc[0] == "sales_yen"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("name", "Umsatz"),
        ("name", "cash_months"),  # twice
        ("unit", "months"),  # sales_yen
        ("item", "cash"),
        ("tier", "gold"),
        ("role", "label"),
        ("monotone", 2),
        ("why", ""),
        ("label_ja", ""),
        ("max", -1.0),  # below min
    ],
)
def test_a_row_that_breaks_a_rule_is_named(column, value):
    broken = load_dictionary()
    broken.loc[0, column] = value
    with pytest.raises(ValueError, match=rf"dictionary.csv: feature .* has {column}"):
        check(broken)
