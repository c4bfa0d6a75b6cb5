"""Items: every code the domain names is there once, with words in both languages."""

import pandas as pd
import pytest

from alerts.items import ITEM_TIERS, items_of, load_items
from features.dictionary import load_dictionary


def test_points_of_attention_are_complete_and_in_the_tier_the_publication_lists_them_under() -> None:
    items = load_items()
    # 簡易: S46 売上高 … S51 仮払金・未払金; 通常: S52 売上高増加率 … S64 滞留在庫; 高度: S65 … S68
    for first, last, tier in ((46, 51, "basic"), (52, 64, "standard"), (65, 68, "advanced")):
        assert items.loc[[f"S{number}" for number in range(first, last + 1)], "tier"].eq(tier).all()
    assert items.loc[["S12", "S26", "S87", "S88", "S89"], "tier"].eq("none").all()


def test_codes_are_unique_and_words_are_filled_in() -> None:
    items = load_items()
    assert items.index.is_unique
    assert items.index.str.fullmatch(r"S\d+").all()
    assert (items[["label_ja", "label_en"]].map(len) > 0).all().all()
    assert items["tier"].isin(ITEM_TIERS).all()
    assert items["label_en"].str.isascii().all()


def test_every_feature_of_the_dictionary_belongs_to_an_item() -> None:
    dictionary = load_dictionary()
    names = dictionary.loc[dictionary["role"] == "feature", "name"].tolist()
    assert set(items_of(dictionary, names)) <= set(load_items().index)


def test_a_copy_is_handed_out() -> None:
    items = load_items()
    items.loc["S48", "label_ja"] = "x"
    assert load_items().loc["S48", "label_ja"] == "現預金"


def test_an_unknown_feature_is_named() -> None:
    with pytest.raises(KeyError, match="no feature 'cash_moons'"):
        items_of(pd.DataFrame({"name": ["cash_months"], "item": ["S48"]}), ["cash_moons"])
