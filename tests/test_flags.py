"""The firms to look at: ranked, at the tier they are shown at, with their own reasons and items."""

import math

import pandas as pd
import pytest

from review.flags import item_steps, riskiest, top_flags
from review.labels import Words

DICTIONARY = pd.DataFrame(
    {"name": ["cash_months", "cash_change_pct", "sales_yen"], "item": ["S48", "S48", "S46"]}
)
VALUES = pd.DataFrame({"firm_id": list("abc"), "industry": ["0201", "0501", "zz"], "size_class": "small"})


def tables() -> dict[str, pd.DataFrame]:
    scores = pd.DataFrame(
        [
            ("a", "basic", False, 0.9, "G", -3.0),
            ("a", "standard", True, 0.1, "F", -4.0),
            ("b", "basic", True, 0.3, "G", -3.0),
            ("c", "basic", True, 0.1, "F", -3.0),
        ],
        columns=["firm_id", "tier", "is_shown", "probability", "grade", "base_value"],
    ).assign(alert="default")
    reasons = pd.DataFrame(
        [("a", "standard", 2, "二", "two"), ("a", "standard", 1, "一", "one"), ("a", "basic", 1, "×", "x")],
        columns=["firm_id", "tier", "rank", "text_ja", "text_en"],
    ).assign(alert="default")
    given = {"cash_months": 0.5, "cash_change_pct": -0.2, "sales_yen": 0.1}
    contributions = pd.DataFrame(
        [
            (firm, tier, name, value * scale)
            for firm, tier, scale in (("a", "basic", 9), ("a", "standard", 1), ("b", "basic", 2))
            for name, value in given.items()
        ],
        columns=["firm_id", "tier", "feature", "contribution"],
    ).assign(alert="default", feature=lambda table: table["feature"].astype("category"))
    return {"scores": scores, "reasons": reasons, "contributions": contributions}


def flags(top: int = 3) -> list:
    return top_flags(
        **tables(), values=VALUES, exposure=pd.Series({"a": 5e6}), dictionary=DICTIONARY, top=top
    )


def test_the_order_is_by_the_probability_shown_and_ties_go_by_id() -> None:
    assert [(flag.rank, flag.firm_id, flag.probability) for flag in flags()] == [
        (1, "b", 0.3),
        (2, "a", 0.1),  # its basic score of .9 is not the one shown
        (3, "c", 0.1),
    ]
    assert len(flags(top=1)) == 1


def test_a_flag_carries_what_belongs_to_its_own_tier() -> None:
    second = flags()[1]
    assert second.tier == Words("通常", "Standard")
    assert second.reasons == [Words("一", "one"), Words("二", "two")]
    assert dict(second.steps) == pytest.approx(
        {Words("現預金", "Cash and deposits"): 0.3, Words("売上高", "Sales"): 0.1}
    )
    assert second.exposure == 5e6


def test_what_is_not_there_is_left_empty() -> None:
    third = flags()[2]
    assert third.reasons == []
    assert third.steps == []
    assert math.isnan(third.exposure)
    assert third.industry == Words("zz", "zz")


def test_items_are_summed_over_their_features() -> None:
    given = pd.DataFrame(
        {"feature": ["cash_months", "sales_yen", "cash_change_pct"], "contribution": [1.0, 2.0, -3.0]}
    )
    assert item_steps(given, DICTIONARY) == [
        (Words("売上高", "Sales"), 2.0),
        (Words("現預金", "Cash and deposits"), -2.0),
    ]


def test_the_riskiest_are_those_that_the_flags_name() -> None:
    assert (
        riskiest(tables()["scores"], 2)["firm_id"].tolist()
        == [flag.firm_id for flag in flags(2)]
        == ["b", "a"]
    )
